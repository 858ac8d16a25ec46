//! Step 5: what the servers say of themselves: greeting, EHLO and its keywords, the time they take.
//!
//! ```text
//! talk.rs   one dialogue: EHLO, STARTTLS, two commands in one breath, sender and recipient without a message
//! said.rs   what was offered before and after TLS, the program it looks like, what came out of turn
//! pace.rs   how long it takes to answer: held back on purpose, or ever slower
//! busy.rs   a "not now" at the door: its words, a second call, the other servers
//! ```

mod busy;
mod pace;
mod said;
mod talk;

use std::net::SocketAddr;
use std::time::Instant;

use futures_util::future::join_all;

use super::tools::{Host, NoHosts, hosts, hurried_where_silent};
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
            "server-status.ehlo.helo-only",
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
            "server-status.greeting.held-back",
            "server-status.tarpit",
            "server-status.slower-and-slower",
            "server-status.caps.differ",
            "server-status.caps.more",
            "server-status.caps.less",
            "server-status.software",
            "server-status.out-of-order",
            "server-status.starttls.refused",
            "server-status.pipelining.ok",
            "server-status.pipelining.broken",
            "server-status.busy.limit",
            "server-status.busy.rate",
            "server-status.busy.shutdown",
            "server-status.busy.load",
            "server-status.busy.passing",
            "server-status.busy.stays",
            "server-status.busy.elsewhere-well",
            "server-status.mx-differ",
            "server-status.one-busy",
            "server-status.one-refuses",
            "server-status.one-broke",
            "server-status.one-silent",
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
    let seen = join_all(hosts.iter().map(|host| one(cx, host))).await;
    let any_good = seen.iter().any(|s| s.state == State::Good);
    let states: Vec<State> = seen.iter().map(|s| s.state).collect();
    let mut busy = Vec::new();
    for (host, seen) in hosts.iter().zip(seen) {
        // Mail goes to the next of them: that one of several is busy, away or hangs up is no fault.
        if let Some(mut held) = seen.held {
            if any_good {
                let calm = match held.id.as_str() {
                    "server-status.no-connection" => "server-status.one-unreachable",
                    "server-status.greeting.busy" => "server-status.one-busy",
                    "server-status.greeting.refused" => "server-status.one-refuses",
                    "server-status.greeting.silent" => "server-status.one-silent",
                    _ => "server-status.one-broke",
                };
                held.id = calm.to_owned();
            }
            cx.found(held);
        }
        busy.extend(seen.busy.map(|(address, heard)| (host, address, heard)));
    }
    // One of them says as much as all.
    if let Some((host, address, heard)) = busy.first() {
        busy::look(cx, host, *address, heard, any_good).await;
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

/// What became of one host.
struct Seen {
    state: State,
    /// What keeps it from talking at all, which is said once it is known how the others are.
    held: Option<Finding>,
    /// Its "not now", and where.
    busy: Option<(SocketAddr, Heard)>,
}

impl Seen {
    /// The talk broke: a line that was cut is kept back until it is known how the others are, the rest is said.
    fn broken(cx: &Context, finding: Finding, untold: bool) -> Self {
        let state = if untold { State::Untold } else { State::Gone };
        let cut = ["server-status.greeting.closed", "server-status.greeting.silent", "server-status.broke"];
        if cut.contains(&finding.id.as_str()) {
            return Self { held: Some(finding), ..state.into() };
        }
        cx.found(finding);
        state.into()
    }
}

impl From<State> for Seen {
    fn from(state: State) -> Self {
        Self { state, held: None, busy: None }
    }
}

fn domain(cx: &Context) -> &str {
    cx.case.recipient_domain().unwrap_or_default()
}

/// One host; what keeps it from talking at all is given back instead of being said: how grave it is depends on the others.
async fn one(cx: &Context, host: &Host) -> Seen {
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
        match Dialogue::open(&hurried_where_silent(cx, address), &cx.rec, open).await {
            // 421 and 4xx: not now (RFC 5321 §3.8).
            Ok((dialogue, greeting)) if greeting.reply.code < 500 && greeting.reply.code != 220 => {
                let held = heard_at(host, "server-status.greeting.busy", &greeting);
                dialogue.quit().await;
                let held = Some(held.ends(&label, greeting.reply.rtt_ms));
                return Seen { state: State::Refuses, held, busy: Some((address, greeting)) };
            }
            // 554 and 5xx: not you, or no mail service here (RFC 5321 §3.1).
            Ok((dialogue, greeting)) if greeting.reply.code != 220 => {
                let refused = heard_at(host, "server-status.greeting.refused", &greeting);
                dialogue.quit().await;
                let held = Some(refused.ends(&label, greeting.reply.rtt_ms));
                return Seen { held, ..State::Refuses.into() };
            }
            Ok((dialogue, greeting)) => return talk::greeted(cx, host, &label, dialogue, greeting, began).await,
            Err(broken) if broken.0.stage == Stage::Connect => last = Some(broken),
            Err(broken) => {
                // What waits for TLS says nothing before, or says so in TLS.
                let silent = !implicit
                    && broken.0.stage == Stage::Greeting
                    && matches!(broken.0.kind, BreakKind::Timeout | BreakKind::NotSmtp);
                let mut finding = broke(&broken);
                if silent && let Some(greeting) = under_tls(cx, host, address).await {
                    finding.id = "server-status.greeting.tls-first".to_owned();
                    finding.evidence.push(greeting.evidence);
                }
                let finding = finding.arg("server", &host.name).arg("port", host.port).ends(&label, ms(began));
                let shown = finding.id.ends_with(".tls-first");
                return Seen::broken(cx, finding, broken.0.is_timeout() && !shown);
            }
        }
    }
    let found = Finding::new("server-status.no-connection").arg("server", &host.name).ends(&label, ms(began));
    let Some((fact, evidence)) = last else {
        let mut found = found.arg("why", host.unknown.unwrap_or("it has no address"));
        found.evidence.clone_from(&host.evidence);
        cx.found(found);
        return State::Untold.into();
    };
    let why = fact.detail.unwrap_or_default();
    let refused = why == ConnectOutcome::Refused.as_str();
    let state = if refused { State::Gone } else { State::Untold };
    Seen { held: Some(found.arg("why", why).shown_by(evidence)), ..state.into() }
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
    // It answers at once or not at all: what it was silent for is over.
    let net = hurried_where_silent(cx, address);
    let (dialogue, greeting) = Dialogue::open(&net, &cx.rec, open).await.ok()?;
    dialogue.quit().await;
    Some(greeting)
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
