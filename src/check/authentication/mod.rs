//! Step 8: which mechanisms are offered before and after TLS and on which port, one login, over verified TLS, if the user allows it, and
//! whom that login may send as.

mod login;
mod offered;
mod sender;
mod shape;

use self::offered::Wanted;
use super::tools::{Host, Stopped, Talk, hosts, talk_with_any};
use super::{BoxFuture, Check, Context};
use crate::net::{Broken, Dialogue, Heard};
use crate::reading::Certainty;
use crate::transcript::{Consent, EvidenceId, Finding, Goal, Role, Stage};

/// The check of step 8.
pub(super) struct Authentication;

impl Check for Authentication {
    fn id(&self) -> &'static str {
        "authentication"
    }

    fn emits(&self) -> &'static [&'static str] {
        &[
            "authentication.none-given",
            "authentication.no-consent",
            "authentication.no-connection",
            "authentication.refused-earlier",
            "authentication.mechanisms",
            "authentication.offer.some",
            "authentication.offer.none",
            "authentication.offer.unanswered",
            "authentication.attempt.answered",
            "authentication.attempt.broken-off",
            "authentication.attempt.unanswered",
            "authentication.as.taken",
            "authentication.as.refused",
            "authentication.as.unanswered",
            "authentication.as.cut",
            "authentication.only-after-tls",
            "authentication.needs-tls",
            "authentication.envelope.accepted",
            "authentication.envelope.refused",
            "authentication.envelope.refused-otherwise",
            "authentication.not-offered",
            "authentication.other-port",
            "authentication.password-port",
            "authentication.no-password",
            "authentication.no-login-here",
            "authentication.offered-in-clear",
            "authentication.old-form",
            "authentication.legacy-only",
            "authentication.oauth-only",
            "authentication.no-verified-tls",
            "authentication.certificate-not-judged",
            "authentication.at-risk",
            "authentication.mechanism-mismatch",
            "authentication.mechanism-not-offered",
            "authentication.mechanism-not-spoken",
            "authentication.no-login-given",
            "authentication.login.ok",
            "authentication.login.unproved",
            "authentication.login.impostor",
            "authentication.login.gave-up",
            "authentication.login.refused",
            "authentication.login.providers-own",
            "authentication.login.token-refused",
            "authentication.login.stored-otherwise",
            "authentication.login.ntlm-of-old",
            "authentication.login.ntlm-unasked",
            "authentication.login.not-understood",
            "authentication.login.closed",
            "authentication.login.too-often",
            "authentication.login.no-answer",
            "authentication.login.dropped",
            "authentication.login.reset",
            "authentication.login.temporary",
            "authentication.login.not-allowed",
            "authentication.required",
            "authentication.sender.ok",
            "authentication.sender.not-yours",
            "authentication.sender.none-accepted",
            "authentication.sender.refused",
            "authentication.sender.own-refused",
            "authentication.sender.later",
            "authentication.recipient.refused",
            "authentication.secret.space-around",
            "authentication.secret.space-inside",
            "authentication.secret.line-break",
            "authentication.secret.quoted",
            "authentication.secret.not-ascii",
            "authentication.secret.app-password",
            "authentication.secret.app-password-spaced",
            "authentication.secret.base64",
            "authentication.secret.token",
            "authentication.secret.no-token",
            "authentication.user.no-domain",
            "authentication.user.space",
            "authentication.broke",
        ]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(run(cx))
    }
}

async fn run(cx: &Context) {
    if cx.case.server.is_none() {
        cx.found(Finding::new("authentication.none-given"));
        return;
    }
    if !cx.may(Consent::Connect) {
        cx.found(Finding::new("authentication.no-consent"));
        return;
    }
    let Some(host) = hosts(cx).await.ok().and_then(|hosts| hosts.into_iter().next()) else { return };
    match session(cx, &host).await {
        Ok(talk) => {
            if let Err(broken) = offers(cx, &host, talk).await {
                cx.found(broke(&broken).arg("server", &host.name));
            }
        }
        Err(Some(Stopped::Refused(dialogue, heard))) => {
            cx.found(said("authentication.refused-earlier", &host, &heard));
            dialogue.quit().await;
        }
        Err(Some(Stopped::NoStarttls(dialogue, heard))) => {
            cx.found(unsafe_for_login(&host, "STARTTLS is not offered", heard.evidence));
            dialogue.quit().await;
        }
        Err(Some(Stopped::Broke(broken))) => cx.found(broke(&broken).arg("server", &host.name)),
        Err(None) => cx.found(Finding::new("authentication.no-connection").arg("server", &host.name)),
    }
}

/// A session with the first address that lets us in; none where none does.
async fn session(cx: &Context, host: &Host) -> Result<Talk, Option<Stopped>> {
    match talk_with_any(cx, host, Role::Case, |broken| broken.stage == Stage::Connect).await {
        Some((_, Err(Stopped::Broke((broken, _))))) if broken.stage == Stage::Connect => Err(None),
        Some((_, outcome)) => outcome.map_err(Some),
        None => Err(None),
    }
}

/// Why no login was made for another check: in words, and what shows it.
pub(super) struct NoLogin {
    pub(super) why: String,
    pub(super) evidence: EvidenceId,
}

/// Logs in as this step would, for a check that has more to do on the connection. Where nothing was given to log in with, or no login is
/// offered, there is none to make.
pub(super) async fn log_in(
    cx: &Context,
    host: &Host,
    dialogue: &mut Dialogue,
    ehlo: EvidenceId,
) -> Result<(), NoLogin> {
    let (Some(user), Some(secret), Some(_)) = (&cx.case.user, &cx.secret, &cx.case.server) else { return Ok(()) };
    let offered = dialogue.capabilities().mechanisms();
    if offered.is_empty() {
        return Ok(());
    }
    let no = |why: &str, evidence| NoLogin { why: why.to_owned(), evidence };
    let chosen = login::risk(cx, host, dialogue, ehlo).and_then(|_| offered::choose(cx, dialogue, &offered, secret));
    let mechanism = chosen.map_err(|refusal| match refusal {
        offered::Refusal::Finding(finding) => {
            no(finding.args.get("why").map_or("it was not allowed", String::as_str), ehlo)
        }
        offered::Refusal::Mechanism(..) => no("no way to log in is common to both sides", ehlo),
    })?;
    match dialogue.auth(&mechanism, user, secret).await {
        Ok(Some(login)) if login.heard.reply.code == 235 && login.gave_up.is_none() => Ok(()),
        Ok(Some(login)) => Err(no(&login.heard.reply.codes(), login.heard.evidence)),
        Ok(None) => Err(no("no way to log in is common to both sides", ehlo)),
        Err((fact, evidence)) => Err(no(fact.kind.as_str(), evidence)),
    }
}

async fn offers(cx: &Context, host: &Host, talk: Talk) -> Result<(), Broken> {
    let Talk { mut dialogue, opening } = talk;
    let ehlo = opening.last().evidence;
    let offered = dialogue.capabilities().mechanisms();
    let found = |id: &str| about(id, host, ehlo).arg("mechanisms", offered.join(" "));
    offered::rows(cx, host, &opening, &dialogue);
    if offered.is_empty() {
        if dialogue.tls().is_none() && dialogue.capabilities().has("STARTTLS") {
            once_protected(cx, host, &mut dialogue).await?;
            dialogue.quit().await;
            return Ok(());
        }
        without_login(cx, host, &mut dialogue).await?;
        let ip = dialogue.opened().address.ip();
        // Another port is another connection: this one's place is given back first.
        dialogue.quit().await;
        let id = not_offered(cx, host.port);
        let elsewhere = if id == "authentication.not-offered" {
            offered::elsewhere(cx, host, ip, Wanted::Any, ehlo).await
        } else {
            None
        };
        cx.found(elsewhere.unwrap_or_else(|| found(id)));
        return Ok(());
    }
    cx.found(found("authentication.mechanisms"));
    let flaws = offered::flaws(&opening, &dialogue, cx.case.user.is_some());
    for id in &flaws {
        cx.found(found(id));
    }
    if flaws.contains(&"authentication.no-password") {
        let ip = dialogue.opened().address.ip();
        dialogue.quit().await;
        if let Some(elsewhere) = offered::elsewhere(cx, host, ip, Wanted::Password, ehlo).await {
            cx.found(elsewhere);
        }
        return Ok(());
    }
    if let (Some(user), Some(secret)) = (&cx.case.user, &cx.secret) {
        let ready = login::risk(cx, host, &mut dialogue, ehlo)
            .and_then(|risk| Ok((risk, offered::choose(cx, &dialogue, &offered, secret)?)));
        match ready {
            Err(refusal) => {
                let finding = match refusal {
                    offered::Refusal::Finding(finding) => finding,
                    offered::Refusal::Mechanism(id, ours) => found(id).arg("ours", ours),
                };
                cx.found(finding);
                shape::look(cx, user, secret, None);
            }
            Ok((risk, mechanism)) => {
                if let Some(risk) = risk {
                    cx.found(risk);
                }
                let offer = login::Offer { mechanism: &mechanism, offered: &offered };
                login::login(cx, host, &mut dialogue, offer, (user, secret)).await?;
            }
        }
    } else {
        cx.found(found("authentication.no-login-given"));
        without_login(cx, host, &mut dialogue).await?;
    }
    dialogue.quit().await;
    Ok(())
}

/// A flaw only where somebody means to log in: servers that take mail for their own users (port 25) need no login.
fn not_offered(cx: &Context, port: u16) -> &'static str {
    if cx.case.user.is_some() || (cx.case.goal == Goal::Settings && port != 25) {
        "authentication.not-offered"
    } else {
        "authentication.no-login-here"
    }
}

/// The connection as entered is plain and offers no login: does it once it is protected? The pair is the proof.
async fn once_protected(cx: &Context, host: &Host, dialogue: &mut Dialogue) -> Result<(), Broken> {
    let mut heard = dialogue.starttls().await?;
    let mut offered = Vec::new();
    if heard.reply.code == 220 {
        heard = dialogue.ehlo(&cx.helo()).await?;
        offered = dialogue.capabilities().mechanisms();
    }
    let id = match (offered.is_empty(), &cx.case.user) {
        (false, Some(_)) => "authentication.needs-tls",
        (false, None) => "authentication.only-after-tls",
        (true, _) => not_offered(cx, host.port),
    };
    cx.found(about(id, host, heard.evidence).arg("mechanisms", offered.join(" ")));
    Ok(())
}

/// Sender and recipient without a login, and without a message: does the server pass on mail for strangers? Not where a login is meant
/// to come first: what is refused without it would be no news.
async fn without_login(cx: &Context, host: &Host, dialogue: &mut Dialogue) -> Result<(), Broken> {
    let Some(to) = cx.case.recipient().filter(|_| cx.may(Consent::Rcpt) && cx.case.user.is_none()) else {
        return Ok(());
    };
    let mail = dialogue.mail(cx.case.from.as_deref().unwrap_or_default(), "").await?;
    if !mail.reply.is_positive() {
        let id = if mail.reply.code == 530 { "authentication.required" } else { refused_without(cx, &mail) };
        cx.found(said(id, host, &mail).arg("address", to));
        return Ok(());
    }
    let rcpt = dialogue.rcpt(to, Role::Case).await?;
    let id = match rcpt.reply.code {
        200..400 => "authentication.envelope.accepted",
        530 => "authentication.required",
        _ => refused_without(cx, &rcpt),
    };
    cx.found(said(id, host, &rcpt).arg("address", to));
    dialogue.control(Stage::Rcpt, "RSET").await?;
    Ok(())
}

/// Whether a login may be what a refusal misses, or its words name another reason: a listing, an unknown address, a full mailbox.
fn refused_without(cx: &Context, heard: &Heard) -> &'static str {
    let meaning = cx.reader.reply(&heard.reply);
    let about_login = matches!(meaning.cause.as_str(), "authentication" | "server-config" | "unclear");
    let sure = meaning.phrase.is_some() && meaning.certainty >= Certainty::Likely;
    if sure && !about_login { "authentication.envelope.refused-otherwise" } else { "authentication.envelope.refused" }
}

/// A finding about a host as it was talked to.
fn about(id: &str, host: &Host, evidence: EvidenceId) -> Finding {
    Finding::new(id).arg("server", &host.name).arg("port", host.port).shown_by(evidence)
}

fn unsafe_for_login(host: &Host, why: &str, evidence: EvidenceId) -> Finding {
    about("authentication.no-verified-tls", host, evidence).arg("why", why)
}

fn said(id: &str, host: &Host, heard: &Heard) -> Finding {
    Finding::new(id)
        .arg("server", &host.name)
        .arg("code", heard.reply.code)
        .arg("codes", heard.reply.codes())
        .arg("text", heard.reply.joined())
        .arg("stage", heard.reply.stage.map_or("", Stage::spoken))
        .shown_by(heard.evidence)
}

fn broke((fact, evidence): &Broken) -> Finding {
    Finding::new("authentication.broke")
        .arg("stage", fact.stage.spoken())
        .arg("kind", fact.kind.as_str())
        .shown_by(*evidence)
}
