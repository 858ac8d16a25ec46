//! One address of one host: the connection, and whether what comes after it gets through.

use std::net::SocketAddr;

use tokio::time::Instant;

use crate::check::Context;
use crate::check::tools::{AGAIN, Host, hurried_where_silent};
use crate::net::{Broken, Dialogue, Heard, Net, Open, Wire};
use crate::transcript::{
    BreakKind, ConnectFact, ConnectOutcome, EvidenceId, Fact, Finding, IcmpFact, IcmpMeaning, Role, Security, Stage,
};

/// How far it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// It takes the call and talks.
    Open,
    /// It takes the call and refuses to talk, with a code.
    TurnedAway(u16),
    /// A host answers: nobody listens.
    Refused,
    /// No answer to the call.
    Timeout,
    /// No way there from here.
    Unreachable,
    /// Somebody on the way says that there is none.
    NoRoute,
    /// This machine forbids it.
    Denied,
    /// Somebody turns the call away by ICMP.
    Rejected,
    /// It takes the call, and the connection is closed or reset before a word.
    Cut,
    /// It talks, and the connection is closed or reset in the middle.
    CutLater,
    /// It takes the call, and nothing more comes.
    Silent,
    /// It talks, now or a while ago, and falls silent.
    Hangs,
    /// It talks until there is much to say: large packets are lost.
    Hole,
    /// It could not be tried.
    Untried,
}

/// One address, tried.
pub(super) struct Tried {
    /// Which of the hosts.
    pub(super) host: usize,
    pub(super) address: SocketAddr,
    pub(super) way: Way,
    pub(super) evidence: EvidenceId,
    /// Whether STARTTLS was offered, where a plain dialogue came so far.
    pub(super) offers: Option<bool>,
    /// How long the connection took to open, where it did, in milliseconds.
    pub(super) opened_ms: Option<u128>,
    /// How long all of it took, in milliseconds.
    pub(super) ms: u32,
}

/// What stands of a dialogue when it ends.
enum End {
    /// It went as far as it could; whether STARTTLS was offered, where it was in plain text.
    Talked(Option<bool>),
    /// The greeting was no welcome.
    TurnedAway(Box<Heard>),
    /// It broke off.
    Broke(Broken),
}

/// Tries it. The row it stands in ends with one finding; who turned it away has another.
pub(super) async fn walk(cx: &Context, host: &Host, at: usize, address: SocketAddr) -> Tried {
    let label =
        if host.name == address.ip().to_string() { address.to_string() } else { format!("{} {address}", host.name) };
    cx.rec.probing(&label);
    let began = Instant::now();
    let net = hurried_where_silent(cx, address);
    let (way, evidence, found) = match net.connect(&cx.rec, &host.name, address, cx.case.source).await {
        Err((fact, evidence)) => {
            let (way, found) = not_open(cx, &fact, address, evidence);
            let tried = |f: Finding| f.ends(&label, fact.ms);
            cx.found(place(tried(found), host, address));
            return Tried { host: at, address, way, evidence, offers: None, opened_ms: None, ms: fact.ms };
        }
        Ok((wire, evidence)) => {
            let opened = began.elapsed().as_millis();
            let (way, offers, found) = talked(cx, &net, host, address, (wire, evidence, quick(opened))).await;
            (way, evidence, (found, offers, opened))
        }
    };
    let (found, offers, opened) = found;
    let ms = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
    cx.found(place(found.ends(&label, ms), host, address));
    Tried { host: at, address, way, evidence, offers, opened_ms: Some(opened), ms }
}

fn place(finding: Finding, host: &Host, address: SocketAddr) -> Finding {
    finding.arg("server", &host.name).arg("address", address.ip()).arg("port", address.port())
}

/// A connection that did not come about.
fn not_open(cx: &Context, fact: &ConnectFact, address: SocketAddr, evidence: EvidenceId) -> (Way, Finding) {
    let (mut way, id) = match fact.outcome {
        ConnectOutcome::Refused => (Way::Refused, "connectivity.tcp.refused"),
        ConnectOutcome::Timeout => (Way::Timeout, "connectivity.tcp.filtered"),
        ConnectOutcome::Unreachable => (Way::Unreachable, "connectivity.tcp.unreachable"),
        ConnectOutcome::Denied => (Way::Denied, "connectivity.tcp.denied"),
        // Taken and reset before we could look at it.
        _ if fact.was_reset() => (Way::Cut, "connectivity.tcp.reset"),
        ConnectOutcome::Error | ConnectOutcome::Open => (Way::Untried, "connectivity.tcp.error"),
    };
    if let Some(icmp) = fact.icmp
        && let Some(id) = rejection(&icmp, address)
    {
        let found = Finding::new(id).arg("by", icmp.from).arg("icmp", icmp.spoken()).arg("server", &fact.server);
        cx.found(found.arg("address", address.ip()).arg("port", address.port()).shown_by(evidence));
        way = if id.ends_with(".no-route") { Way::NoRoute } else { Way::Rejected };
    }
    (way, Finding::new(id).arg("why", fact.reason.as_deref().unwrap_or_default()).shown_by(evidence))
}

/// Who turned it away, and why, where an ICMP error tells.
fn rejection(icmp: &IcmpFact, to: SocketAddr) -> Option<&'static str> {
    let there = icmp.from == to.ip();
    Some(match icmp.meaning() {
        IcmpMeaning::Prohibited | IcmpMeaning::Port if icmp.own => "connectivity.rejected.here",
        // A host whose own filter turns calls away in that form.
        IcmpMeaning::Prohibited | IcmpMeaning::Port if there => "connectivity.rejected.there",
        IcmpMeaning::Prohibited | IcmpMeaning::Port => "connectivity.rejected.on-way",
        IcmpMeaning::NoRoute if !icmp.own => "connectivity.rejected.no-route",
        IcmpMeaning::Expired => "connectivity.rejected.round-in-circles",
        _ => return None,
    })
}

/// What became of a connection that opened.
async fn talked(
    cx: &Context,
    net: &Net,
    host: &Host,
    address: SocketAddr,
    (wire, connected, opened_at_once): (Wire, EvidenceId, bool),
) -> (Way, Option<bool>, Finding) {
    let (fact, evidence) = match talk(cx, net, host, address, (wire, connected)).await {
        End::Talked(offers) => return (Way::Open, offers, Finding::new("connectivity.tcp.open").shown_by(connected)),
        End::TurnedAway(heard) => {
            let found = Finding::new("connectivity.tcp.turned-away").arg("codes", heard.reply.codes());
            let found = found.arg("text", heard.reply.joined()).shown_by(heard.evidence);
            return (Way::TurnedAway(heard.reply.code), None, found);
        }
        End::Broke(broken) => broken,
    };
    // A handshake that breaks says why in a word of its own.
    let detail = fact.detail.as_deref();
    let timeout = fact.is_timeout();
    let reset = fact.kind == BreakKind::Reset || (fact.kind == BreakKind::Tls && detail == Some("reset"));
    let closed = fact.kind == BreakKind::Closed || (fact.kind == BreakKind::Tls && detail == Some("closed"));
    let first = fact.stage == Stage::Greeting;
    if timeout && !first {
        match small(cx, host, address, fact.stage).await {
            Small::Hangs => {}
            // A call that had to be repeated, or a second try that gets further, speaks of packets that are lost by chance.
            Small::Passes(at_once) => {
                let hole = opened_at_once && at_once && hangs_again(cx, host, address, fact.stage).await;
                let (way, id) = if hole {
                    (Way::Hole, "connectivity.black-hole")
                } else {
                    (Way::Hangs, "connectivity.comes-and-goes")
                };
                let found = Finding::new(id).arg("stage", fact.stage.spoken());
                return (way, None, found.shown_by(connected).shown_by(evidence));
            }
        }
    }
    if timeout && first && answered_before(cx, address) {
        let found = Finding::new("connectivity.comes-and-goes").arg("stage", fact.stage.spoken());
        return (Way::Hangs, None, found.shown_by(connected).shown_by(evidence));
    }
    let (way, id) = match (timeout, reset, closed) {
        (true, ..) if first => (Way::Silent, "connectivity.tcp.silent"),
        (true, ..) => (Way::Hangs, "connectivity.hangs"),
        (_, true, _) if first => (Way::Cut, "connectivity.tcp.reset"),
        (.., true) if first => (Way::Cut, "connectivity.tcp.closed"),
        // It talked: how it goes with TLS, the steps behind this one tell.
        (_, true, _) | (.., true) if fact.stage == Stage::Tls => (Way::Open, "connectivity.cut"),
        (_, true, _) | (.., true) => (Way::CutLater, "connectivity.cut"),
        // What else may be wrong with what was said, the steps behind this one tell.
        _ => (Way::Open, "connectivity.tcp.open"),
    };
    let kind = if reset { "reset" } else { "closed" };
    let found = Finding::new(id).arg("stage", fact.stage.spoken()).arg("kind", kind).arg("seconds", fact.ms / 1000);
    (way, None, found.shown_by(connected).shown_by(evidence))
}

/// The dialogue as far as TLS, without any mail: nothing that a server need remember.
async fn talk(cx: &Context, net: &Net, host: &Host, address: SocketAddr, over: (Wire, EvidenceId)) -> End {
    let implicit = host.security == Security::Tls || (host.security == Security::Auto && address.port() == 465);
    let open = Open {
        server: host.name.clone(),
        address,
        security: if implicit { Security::Tls } else { Security::None },
        source: cx.case.source,
        role: Role::Control,
        strict: false,
    };
    let (mut dialogue, greeting) = match Dialogue::over(net, &cx.rec, open, over).await {
        Ok(opened) => opened,
        Err(broken) => return End::Broke(broken),
    };
    if !greeting.is_positive() {
        dialogue.quit().await;
        return End::TurnedAway(Box::new(greeting));
    }
    let offers = match as_far_as_tls(cx, &mut dialogue, host.security != Security::None && !implicit).await {
        Ok(offers) => offers.filter(|_| !implicit),
        Err(broken) => return End::Broke(broken),
    };
    dialogue.quit().await;
    End::Talked(offers)
}

async fn as_far_as_tls(cx: &Context, dialogue: &mut Dialogue, upgrade: bool) -> Result<Option<bool>, Broken> {
    let helo = cx.helo();
    let ehlo = dialogue.ehlo(&helo).await?;
    let offers = dialogue.capabilities().has("STARTTLS");
    if ehlo.is_positive() && upgrade && offers {
        dialogue.starttls().await?;
    }
    Ok(ehlo.is_positive().then_some(offers))
}

/// What becomes of the same dialogue in small packets.
enum Small {
    /// It gets past the stage at which the other hung; whether the call was taken at once.
    Passes(bool),
    /// It does not.
    Hangs,
}

/// Whether a call was taken before it had to be repeated (RFC 6298 §2).
fn quick(ms: u128) -> bool {
    ms < 900
}

/// Whether the same dialogue gets past that stage once it is asked for in small packets: the pair is the proof.
async fn small(cx: &Context, host: &Host, address: SocketAddr, stage: Stage) -> Small {
    // They are answered at once or not at all.
    let net = cx.net.hurried(AGAIN).in_small_packets();
    let began = Instant::now();
    let Ok(over) = net.connect(&cx.rec, &host.name, address, cx.case.source).await else { return Small::Hangs };
    let at_once = quick(began.elapsed().as_millis());
    let passes = match talk(cx, &net, host, address, over).await {
        End::Talked(_) => true,
        End::TurnedAway(_) => false,
        End::Broke((fact, _)) => fact.stage > stage && !fact.is_timeout(),
    };
    if passes { Small::Passes(at_once) } else { Small::Hangs }
}

/// Whether the dialogue hangs once more at that stage, in packets of any size.
async fn hangs_again(cx: &Context, host: &Host, address: SocketAddr, stage: Stage) -> bool {
    let net = cx.net.hurried(AGAIN);
    let Ok(over) = net.connect(&cx.rec, &host.name, address, cx.case.source).await else { return false };
    matches!(talk(cx, &net, host, address, over).await, End::Broke((fact, _)) if fact.stage == stage && fact.is_timeout())
}

/// Whether that address answered something earlier in this session.
fn answered_before(cx: &Context, address: SocketAddr) -> bool {
    let said = |fact: &Fact| matches!(fact, Fact::Received { reply, .. } if reply.address == Some(address) && reply.is_positive());
    cx.seen.entries().iter().any(|entry| said(&entry.fact))
}
