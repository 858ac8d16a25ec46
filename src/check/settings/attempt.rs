//! One combination of port and security, tried.

use std::net::SocketAddr;
use std::time::Instant;

use crate::check::Context;
use crate::check::know::spoken;
use crate::check::tools::masked;
use crate::net::{Dialogue, Open};
use crate::transcript::{
    BreakFact, BreakKind, ConnectOutcome, Consent, EvidenceId, Finding, Role, Security, Stage, TlsFact,
};

/// A combination and how it went.
pub(super) struct Attempt {
    pub port: u16,
    pub security: Security,
    pub end: End,
    pub tls: Option<(TlsFact, EvidenceId)>,
    pub evidence: Option<EvidenceId>,
    /// What it was greeted with, before any TLS.
    plain_greeting: Option<EvidenceId>,
    /// The port answers, but in the other language: plain where TLS was spoken, or the reverse.
    pub speaks_other: bool,
    /// Whether it offers a login at last.
    pub login: bool,
    /// Something on the way paints over what the server says.
    pub masked: bool,
    /// It hung up inside TLS, where nothing on the way can see what is said, at the hello that is answered with the offer of logins.
    pub cut_at_offer: bool,
    /// It knows no EHLO, so it can offer nothing.
    pub helo_only: bool,
    /// The greeting's text: some servers put their time into it.
    pub greeting: String,
}

/// How a combination ended.
pub(super) enum End {
    /// EHLO was answered under the security asked for.
    Works,
    /// STARTTLS is not offered.
    NoStarttls,
    /// STARTTLS is offered, and refused when it is taken up; the codes.
    StarttlsRefused(String),
    /// EHLO was refused, or the greeting was no welcome; the codes.
    Refused(String),
    /// The server insists on TLS first.
    TlsRequired(String),
    /// The handshake failed; why.
    Handshake(String),
    /// It connects, and says nothing.
    Silent,
    /// It connects, and says something else.
    NotSmtp,
    /// It fell silent later; where.
    Hushed(String),
    /// It greets in plain text, so nothing can begin with TLS there.
    GreetsPlain,
    /// No connection came about; why: refused, no way there, forbidden.
    Unreached(String),
    /// No connection came about in time.
    NoAnswer,
    /// It could not be tried; why.
    Untried(String),
    /// It broke off elsewhere.
    Broke(String),
}

impl Attempt {
    fn new(port: u16, security: Security) -> Self {
        Self {
            port,
            security,
            end: End::Works,
            tls: None,
            evidence: None,
            plain_greeting: None,
            speaks_other: false,
            login: false,
            masked: false,
            cut_at_offer: false,
            helo_only: false,
            greeting: String::new(),
        }
    }

    /// Whether TLS was spoken to it, and it answered in plain text.
    pub(super) fn is_plain_for_tls(&self) -> bool {
        self.security == Security::Tls && (self.speaks_other || matches!(self.end, End::GreetsPlain))
    }

    /// Its row.
    fn finding(&self, server: &str) -> Finding {
        let id = match (self.works(), self.security) {
            (true, Security::None) => "settings.combination.works-bare",
            (true, _) => "settings.combination.works",
            (false, _) => "settings.combination.fails",
        };
        let mut finding = Finding::new(id)
            .arg("server", server)
            .arg("port", self.port)
            .arg("security", self.security.as_str())
            .arg("spoken", spoken(self.security))
            .arg("why", self.why());
        finding.evidence.extend(self.evidence);
        finding
    }

    pub(super) fn works(&self) -> bool {
        matches!(self.end, End::Works)
    }

    /// Whether the port answered in TLS, whatever came of it: then it is not about to greet in plain text.
    pub(super) fn shows_tls(&self) -> bool {
        let alert = |why: &str| !["plaintext", "timeout", "closed", "reset", "malformed"].contains(&why);
        match &self.end {
            End::Works => self.security == Security::Tls,
            End::Handshake(why) => self.security == Security::Tls && alert(why),
            _ => false,
        }
    }

    /// Whether a connection came about.
    pub(super) fn is_connected(&self) -> bool {
        !matches!(self.end, End::Unreached(_) | End::NoAnswer | End::Untried(_))
    }

    /// Whether somebody is there who did not come to terms with us: the same port may want another security.
    pub(super) fn may_want_other_security(&self) -> bool {
        self.is_connected() && !matches!(self.end, End::Works | End::Refused(_))
    }

    /// Whether nothing was heard, so that nothing can be said.
    pub(super) fn is_untold(&self) -> bool {
        matches!(self.end, End::NoAnswer | End::Untried(_))
    }

    /// Whether it kept silent at some point: it might have spoken, had we waited on.
    pub(super) fn is_silent(&self) -> bool {
        matches!(self.end, End::Silent | End::Hushed(_))
    }

    /// Whether it took the call, and did not greet in plain text in time.
    pub(super) fn kept_silent(&self) -> bool {
        self.security != Security::Tls && matches!(self.end, End::Silent)
    }

    /// A word or two for an argument.
    pub(super) fn why(&self) -> String {
        match &self.end {
            End::Works => "works".to_owned(),
            End::NoStarttls => "STARTTLS is not offered".to_owned(),
            End::Refused(codes) | End::TlsRequired(codes) => codes.clone(),
            End::StarttlsRefused(codes) => format!("{codes} to STARTTLS"),
            End::Handshake(why) | End::Unreached(why) | End::Untried(why) | End::Broke(why) | End::Hushed(why) => {
                why.clone()
            }
            End::NoAnswer => "no answer".to_owned(),
            End::Silent => "it says nothing".to_owned(),
            End::NotSmtp => "it does not speak SMTP".to_owned(),
            End::GreetsPlain => "it greets in plain text".to_owned(),
        }
    }

    /// How another security must end on this port, where this attempt shows it already; and what shows it.
    pub(super) fn settles(&self, security: Security) -> Option<(End, EvidenceId)> {
        if self.security == Security::Tls {
            return None;
        }
        if security == Security::Tls {
            return Some((End::GreetsPlain, self.plain_greeting?));
        }
        // Both plain ways begin by waiting for a greeting.
        let end = match self.end {
            End::Silent => End::Silent,
            End::NotSmtp if self.plain_greeting.is_none() => End::NotSmtp,
            _ => return None,
        };
        Some((end, self.evidence?))
    }
}

/// A combination that need not be tried: its row says what another has shown.
pub(super) fn settled(
    cx: &Context,
    server: &str,
    (port, security): (u16, Security),
    (end, evidence): (End, EvidenceId),
) -> Attempt {
    let label = format!("{port} {security}");
    cx.rec.probing(&label);
    let mut settled = Attempt::new(port, security);
    (settled.end, settled.evidence) = (end, Some(evidence));
    cx.found(Finding { probe: Some(label), ..settled.finding(server) });
    settled
}

/// Tries one combination; its row on the screen says how it went.
///
/// Only the combination that was entered speaks about the case; the others are there to compare with.
pub(super) async fn attempt(
    cx: &Context,
    server: &str,
    address: SocketAddr,
    security: Security,
    role: Role,
) -> Attempt {
    let label = format!("{} {security}", address.port());
    cx.rec.probing(&label);
    let began = Instant::now();
    let mut tried = Attempt::new(address.port(), security);
    match dialogue(cx, server, address, security, role, &mut tried).await {
        Ok(end) => tried.end = end,
        Err((fact, evidence)) => {
            tried.evidence = Some(evidence);
            tried.speaks_other = security == Security::Tls
                && fact.detail.as_deref().is_some_and(|d| d.contains("plaintext"))
                || security != Security::Tls
                    && fact.stage == Stage::Greeting
                    && matches!(fact.kind, BreakKind::Timeout | BreakKind::NotSmtp);
            tried.end = broken(&fact);
        }
    }
    let ms = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
    cx.found(tried.finding(server).ends(&label, ms));
    tried
}

async fn dialogue(
    cx: &Context,
    server: &str,
    address: SocketAddr,
    security: Security,
    role: Role,
    tried: &mut Attempt,
) -> Result<End, (BreakFact, EvidenceId)> {
    let implicit = if security == Security::Tls { Security::Tls } else { Security::None };
    let open =
        Open { server: server.to_owned(), address, security: implicit, source: cx.case.source, role, strict: false };
    let (mut dialogue, greeting) = Dialogue::open(&cx.net, &cx.rec, open).await?;
    tried.evidence = Some(greeting.evidence);
    tried.greeting = greeting.reply.joined();
    tried.plain_greeting = (implicit == Security::None).then_some(greeting.evidence);
    let end = if greeting.reply.code == 220 {
        ready(cx, &mut dialogue, security, tried).await
    } else {
        Ok(End::Refused(greeting.reply.codes()))
    };
    tried.tls = dialogue.tls().cloned();
    tried.helo_only = dialogue.used_helo();
    tried.login = !dialogue.capabilities().mechanisms().is_empty();
    tried.cut_at_offer = tried.tls.is_some()
        && end
            .as_ref()
            .is_err_and(|(b, _)| b.stage == Stage::Ehlo && matches!(b.kind, BreakKind::Closed | BreakKind::Reset));
    if role == Role::Case {
        for found in masked(server, address.port(), (&tried.greeting, greeting.evidence), dialogue.capabilities()) {
            tried.masked = true;
            cx.found(found);
        }
    }
    dialogue.quit().await;
    end
}

async fn ready(
    cx: &Context,
    dialogue: &mut Dialogue,
    security: Security,
    tried: &mut Attempt,
) -> Result<End, (BreakFact, EvidenceId)> {
    let helo = cx.helo();
    let heard = dialogue.ehlo(&helo).await?;
    tried.evidence = Some(heard.evidence);
    if !heard.reply.is_positive() {
        return Ok(End::Refused(heard.reply.codes()));
    }
    if security == Security::Starttls {
        if !dialogue.capabilities().has("STARTTLS") {
            return Ok(End::NoStarttls);
        }
        let started = dialogue.starttls().await?;
        tried.evidence = Some(started.evidence);
        if started.reply.code != 220 {
            return Ok(End::StarttlsRefused(started.reply.codes()));
        }
        let heard = dialogue.ehlo(&helo).await?;
        if !heard.reply.is_positive() {
            return Ok(End::Refused(heard.reply.codes()));
        }
    }
    if security == Security::None && dialogue.capabilities().has("STARTTLS") && cx.may(Consent::Rcpt) {
        // To hear whether it insists on TLS; whatever else it says is about a mail without a login, which nobody means to send.
        let mail = dialogue.control(Stage::Mail, &format!("MAIL FROM:<{}>", sender(cx))).await?;
        if mail.reply.code == 530 && mail.reply.joined().to_ascii_lowercase().contains("starttls") {
            tried.evidence = Some(mail.evidence);
            return Ok(End::TlsRequired(mail.reply.codes()));
        }
    }
    Ok(End::Works)
}

fn sender(cx: &Context) -> &str {
    cx.case.from.as_deref().unwrap_or_default().trim().trim_start_matches('<').trim_end_matches('>')
}

fn broken(fact: &BreakFact) -> End {
    let detail = fact.detail.clone().unwrap_or_else(|| fact.kind.as_str().to_owned());
    let seen = [ConnectOutcome::Refused, ConnectOutcome::Unreachable, ConnectOutcome::Denied];
    match (fact.stage, fact.kind) {
        (Stage::Connect | Stage::Resolve, BreakKind::Timeout) => End::NoAnswer,
        (Stage::Connect | Stage::Resolve, _) if seen.iter().any(|o| o.as_str() == detail) => End::Unreached(detail),
        (Stage::Connect | Stage::Resolve, _) => End::Untried(detail),
        (Stage::Greeting, BreakKind::Timeout) => End::Silent,
        (stage, BreakKind::Timeout) => End::Hushed(format!("no answer at {}", stage.spoken())),
        _ if fact.is_timeout() => End::Hushed("no answer in the TLS handshake".to_owned()),
        // Whoever hangs up on STARTTLS does not come as far as the handshake, and means no other.
        (Stage::Starttls, BreakKind::Closed | BreakKind::Reset) | (Stage::Tls, _) | (_, BreakKind::Tls) => {
            End::Handshake(detail)
        }
        (_, BreakKind::NotSmtp | BreakKind::TooLong) => End::NotSmtp,
        (stage, kind) => End::Broke(format!("{} at {}", kind.as_str(), stage.spoken())),
    }
}
