//! Step 5: what the servers say of themselves: greeting, EHLO and its keywords, the time they take.

use std::net::SocketAddr;
use std::time::Instant;

use futures_util::future::join_all;

use super::tools::{Host, NoHosts, hosts, masked};
use super::{BoxFuture, Check, Context};
use crate::net::{Broken, Dialogue, Heard, Open};
use crate::transcript::{BreakKind, ConnectOutcome, Consent, Finding, Role, Security, Stage};

/// The check of step 5.
pub(super) struct ServerStatus;

impl Check for ServerStatus {
    fn id(&self) -> &'static str {
        "server-status"
    }

    fn emits(&self) -> &'static [&'static str] {
        &[
            "server-status.no-target",
            "server-status.no-consent",
            "server-status.no-connection",
            "server-status.greeting.ok",
            "server-status.greeting.busy",
            "server-status.greeting.refused",
            "server-status.greeting.silent",
            "server-status.greeting.tls-first",
            "server-status.greeting.closed",
            "server-status.greeting.not-smtp",
            "server-status.greeting.slow",
            "server-status.ehlo.ok",
            "server-status.ehlo.refused",
            "server-status.ehlo.helo-fallback",
            "server-status.capability",
            "server-status.noop",
            "server-status.mail.refused",
            "server-status.rcpt.refused",
            "server-status.broke",
            "server-status.no-answer",
            "server-status.tls-failed",
            "server-status.no-mail-host",
            "server-status.early-talk",
            "server-status.starttls.injected",
            "server-status.mx-differ",
            "server-status.one-busy",
            "server-status.one-unreachable",
            "server-status.all-refuse",
            "firewall.greeting-masked",
            "firewall.keywords-masked",
        ]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(run(cx))
    }
}

/// A greeting that takes longer than this is worth a word: some servers hold it back on purpose.
const SLOW_MS: u32 = 3_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Good,
    Refuses,
    Gone,
    /// It could not be asked.
    Untold,
}

async fn run(cx: &Context) {
    if !cx.may(Consent::Connect) {
        cx.found(Finding::new("server-status.no-consent"));
        return;
    }
    let hosts = match hosts(cx).await {
        Ok(hosts) => hosts,
        Err(NoHosts::NoTarget) => {
            cx.found(Finding::new("server-status.no-target"));
            return;
        }
        Err(NoHosts::Unknown(why, evidence)) => {
            let found = Finding::new("server-status.no-connection").arg("server", domain(cx)).arg("why", why);
            cx.found(found.shown_by(evidence));
            return;
        }
        Err(NoHosts::NxDomain(evidence) | NoHosts::NullMx(evidence) | NoHosts::NoMail(evidence)) => {
            cx.found(Finding::new("server-status.no-mail-host").arg("domain", domain(cx)).shown_by(evidence));
            return;
        }
    };
    let alone = hosts.len() == 1;
    let seen = join_all(hosts.iter().map(|host| one(cx, host, alone))).await;
    let any_good = seen.iter().any(|(state, _)| *state == State::Good);
    let mut states = Vec::new();
    for (state, busy) in seen {
        // Mail goes to the next of them: that one of several is busy or away is no fault.
        if let Some(mut held) = busy {
            if any_good {
                let away = held.id == "server-status.no-connection";
                held.id = (if away { "server-status.one-unreachable" } else { "server-status.one-busy" }).to_owned();
            }
            cx.found(held);
        }
        states.push(state);
    }
    let count = |state| states.iter().filter(|s| **s == state).count();
    let (good, refuse) = (count(State::Good), count(State::Refuses));
    let told = states.len() - count(State::Untold);
    if good > 0 && good < told {
        cx.found(Finding::new("server-status.mx-differ").arg("good", good).arg("count", told));
    } else if refuse == states.len() && refuse > 1 {
        cx.found(Finding::new("server-status.all-refuse").arg("count", refuse));
    }
}

fn domain(cx: &Context) -> &str {
    cx.case.recipient_domain().unwrap_or_default()
}

/// One host; what keeps it from talking at all is given back instead of being said: how grave it is depends on the others.
async fn one(cx: &Context, host: &Host, alone: bool) -> (State, Option<Finding>) {
    let label = format!("{}:{}", host.name, host.port);
    cx.rec.probing(&label);
    let began = Instant::now();
    let mut last: Option<Broken> = None;
    for ip in &host.addresses {
        let address = SocketAddr::new(*ip, host.port);
        let implicit = host.security == Security::Tls || host.port == 465;
        let open = Open {
            server: host.name.clone(),
            address,
            security: if implicit { Security::Tls } else { Security::None },
            source: cx.case.source,
            role: Role::Case,
            strict: false,
        };
        match Dialogue::open(&cx.net, &cx.rec, open).await {
            Ok((dialogue, greeting)) if greeting.reply.code < 500 && greeting.reply.code != 220 && !alone => {
                let busy = heard_at(host, "server-status.greeting.busy", &greeting);
                dialogue.quit().await;
                return (State::Refuses, Some(busy.ends(&label, greeting.reply.rtt_ms)));
            }
            Ok((dialogue, greeting)) => {
                return (greeted(cx, host, &label, dialogue, greeting, began).await, None);
            }
            Err(broken) if broken.0.stage == Stage::Connect => last = Some(broken),
            Err(broken) => {
                let silent = !implicit && broken.0.stage == Stage::Greeting && broken.0.kind == BreakKind::Timeout;
                let mut finding = broke(&broken);
                if silent && let Some(greeting) = under_tls(cx, host, address).await {
                    finding.id = "server-status.greeting.tls-first".to_owned();
                    finding.evidence.push(greeting.evidence);
                }
                let shown = finding.id.ends_with(".tls-first");
                cx.found(finding.arg("server", &host.name).arg("port", host.port).ends(&label, ms(began)));
                return (if broken.0.is_timeout() && !shown { State::Untold } else { State::Gone }, None);
            }
        }
    }
    let found = Finding::new("server-status.no-connection").arg("server", &host.name).ends(&label, ms(began));
    let Some((fact, evidence)) = last else {
        let mut found = found.arg("why", host.unknown.unwrap_or("it has no address"));
        found.evidence.clone_from(&host.evidence);
        cx.found(found);
        return (State::Untold, None);
    };
    let why = fact.detail.unwrap_or_default();
    let refused = why == ConnectOutcome::Refused.as_str();
    (if refused { State::Gone } else { State::Untold }, Some(found.arg("why", why).shown_by(evidence)))
}

/// A finding of what was heard at a host.
fn heard_at(host: &Host, id: &str, heard: &Heard) -> Finding {
    Finding::new(id)
        .arg("server", &host.name)
        .arg("codes", heard.reply.codes())
        .arg("code", heard.reply.code)
        .arg("text", heard.reply.joined())
        .arg("stage", heard.reply.stage.map_or("", Stage::spoken))
        .arg("ms", heard.reply.rtt_ms)
        .shown_by(heard.evidence)
}

/// The greeting of a silent server once TLS is spoken from the first byte (RFC 8314 §3.3); the pair is the proof.
async fn under_tls(cx: &Context, host: &Host, address: SocketAddr) -> Option<Heard> {
    let open = Open {
        server: host.name.clone(),
        address,
        security: Security::Tls,
        source: cx.case.source,
        role: Role::Control,
        strict: false,
    };
    let (dialogue, greeting) = Dialogue::open(&cx.net, &cx.rec, open).await.ok()?;
    dialogue.quit().await;
    Some(greeting)
}

async fn greeted(
    cx: &Context,
    host: &Host,
    label: &str,
    mut dialogue: Dialogue,
    greeting: Heard,
    began: Instant,
) -> State {
    let say = |id: &str, heard: &Heard| heard_at(host, id, heard);
    if greeting.reply.code != 220 {
        // 421 and 4xx: not now. 554 and 5xx: not you, or no mail service here (RFC 5321 §3.1).
        let id =
            if greeting.reply.code < 500 { "server-status.greeting.busy" } else { "server-status.greeting.refused" };
        cx.found(say(id, &greeting).ends(label, greeting.reply.rtt_ms));
        dialogue.quit().await;
        return State::Refuses;
    }
    let slow = greeting.reply.rtt_ms > SLOW_MS;
    cx.found(
        say(if slow { "server-status.greeting.slow" } else { "server-status.greeting.ok" }, &greeting)
            .ends(label, greeting.reply.rtt_ms),
    );
    // What a server refuses later stands in its row, too.
    let refused = |id: &str, heard: &Heard| say(id, heard).ends(label, heard.reply.rtt_ms);
    let state = ready(cx, host, &mut dialogue, (&say, &refused)).await;
    let text = greeting.reply.joined();
    for found in masked(&host.name, host.port, (&text, greeting.evidence), dialogue.capabilities()) {
        cx.found(found);
    }
    if let Some(evidence) = dialogue.injected_evidence() {
        cx.found(Finding::new("server-status.starttls.injected").arg("server", &host.name).shown_by(evidence));
    }
    if let Some(evidence) = dialogue.early_talk_evidence() {
        cx.found(Finding::new("server-status.early-talk").arg("server", &host.name).shown_by(evidence));
    }
    dialogue.quit().await;
    state.unwrap_or_else(|broken| {
        cx.found(broke(&broken).arg("server", &host.name).ends(label, ms(began)));
        if broken.0.is_timeout() { State::Untold } else { State::Gone }
    })
}

/// Makes a finding of what was heard.
type Say<'a> = dyn Fn(&str, &Heard) -> Finding + Sync + 'a;

/// EHLO, STARTTLS where it is offered, NOOP, then sender and recipient without a message: does the server take anything from us?
async fn ready(
    cx: &Context,
    host: &Host,
    dialogue: &mut Dialogue,
    (say, refused): (&Say<'_>, &Say<'_>),
) -> Result<State, Broken> {
    let helo = cx.helo();
    let mut heard = dialogue.ehlo(&helo).await?;
    if heard.reply.is_positive() && dialogue.capabilities().has("STARTTLS") && cx.case.security != Security::None {
        let started = dialogue.starttls().await?;
        if started.reply.code == 220 {
            heard = dialogue.ehlo(&helo).await?;
        }
    }
    if !heard.reply.is_positive() {
        cx.found(refused("server-status.ehlo.refused", &heard).arg("name", &helo));
        return Ok(State::Refuses);
    }
    cx.found(say(
        if dialogue.used_helo() { "server-status.ehlo.helo-fallback" } else { "server-status.ehlo.ok" },
        &heard,
    ));
    for (keyword, parameters) in &dialogue.capabilities().keywords {
        let found = Finding::new("server-status.capability")
            .arg("server", &host.name)
            .arg("keyword", keyword)
            .arg("parameters", parameters)
            .arg("offer", format!("{keyword} {parameters}").trim_end())
            .arg("means", cx.know.means(keyword))
            .shown_by(heard.evidence);
        cx.found(found);
    }
    let noop = dialogue.control(Stage::Ehlo, "NOOP").await?;
    cx.found(say("server-status.noop", &noop));
    // A server that wants a login first would refuse anybody without, and that would be no news.
    let from = cx.case.from.as_deref().filter(|_| cx.may(Consent::Rcpt) && cx.case.user.is_none());
    if let Some(from) = from {
        let mail = dialogue.mail(from, "").await?;
        if !mail.reply.is_positive() {
            cx.found(refused("server-status.mail.refused", &mail));
            return Ok(State::Refuses);
        }
        if let Some(to) = cx.case.recipient().filter(|_| !asked_before(cx)) {
            let rcpt = dialogue.rcpt(to, Role::Case).await?;
            if !rcpt.reply.is_positive() {
                cx.found(refused("server-status.rcpt.refused", &rcpt).arg("address", to));
                dialogue.control(Stage::Mail, "RSET").await?;
                return Ok(State::Refuses);
            }
        }
        dialogue.control(Stage::Mail, "RSET").await?;
    }
    Ok(State::Good)
}

/// Whether step 1 has asked for the recipient already: once is enough.
fn asked_before(cx: &Context) -> bool {
    cx.seen.findings().any(|(_, f)| f.id.starts_with("recipient.rcpt."))
}

fn broke((fact, evidence): &Broken) -> Finding {
    let id = match (fact.stage, fact.kind) {
        (Stage::Greeting, BreakKind::Timeout) => "server-status.greeting.silent",
        _ if fact.is_timeout() => "server-status.no-answer",
        (Stage::Tls, _) | (_, BreakKind::Tls) => "server-status.tls-failed",
        (Stage::Greeting, BreakKind::Closed | BreakKind::Reset) => "server-status.greeting.closed",
        (Stage::Greeting, BreakKind::NotSmtp | BreakKind::TooLong) => "server-status.greeting.not-smtp",
        _ => "server-status.broke",
    };
    Finding::new(id)
        .arg("stage", fact.stage.spoken())
        .arg("kind", fact.kind.as_str())
        .arg("detail", fact.detail.as_deref().unwrap_or_default())
        .shown_by(*evidence)
}

fn ms(since: Instant) -> u32 {
    u32::try_from(since.elapsed().as_millis()).unwrap_or(u32::MAX)
}
