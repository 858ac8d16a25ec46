//! Step 7: is something between us and the servers? Port 25 against 465 and 587, masked greetings, stripped STARTTLS, known interceptors.
//!
//! ```text
//! paths.rs   what greets us on each open port, by each family, and what TLS shows
//! rules.rs   this machine's own filter, where it may be read       filter.rs   what its rules say of a port
//! aims.rs    whom a rule is for
//! here.rs    where this machine stands: a container, a cloud, behind a VPN; as words only
//! ```

mod aims;
mod filter;
mod here;
mod paths;
mod rules;

use std::collections::BTreeSet;
use std::net::SocketAddr;

use futures_util::future::join_all;

use super::tools::{Host, answers_for_all, hosts, hurried_where_silent, is_private, leave, route};
use super::{BoxFuture, Check, Context};
use crate::net::RecordType;
use crate::transcript::{
    BreakKind, ConnectOutcome, Consent, DnsFact, DnsRecord, EvidenceId, Fact, Finding, Role, Stage,
};

/// The check of step 7.
pub(super) struct Firewall;

impl Check for Firewall {
    fn id(&self) -> &'static str {
        "firewall"
    }

    fn emits(&self) -> &'static [&'static str] {
        &[
            "firewall.no-consent",
            "firewall.no-target",
            "firewall.port.open",
            "firewall.port.closed",
            "firewall.port.no-answer",
            "firewall.port25.open",
            "firewall.port25.blocked",
            "firewall.port25.filtered-here",
            "firewall.way.open",
            "firewall.way.blocked",
            "firewall.way.filtered-here",
            "firewall.greeting-masked",
            "firewall.keywords-masked",
            "firewall.starttls-one-path",
            "firewall.starttls-one-family",
            "firewall.interceptor",
            "firewall.proxy-for-all",
            "firewall.portal",
            "firewall.rule.blocks",
            "firewall.rule.seen",
            "firewall.rules.none",
            "firewall.rules.unreadable",
            "firewall.rules.unread",
            "firewall.here.container",
            "firewall.here.cloud",
            "firewall.here.vpn",
            "connectivity.trace.last-hop",
            "connectivity.trace.nobody",
            "connectivity.trace.reached",
            "connectivity.trace.untried",
            "firewall.cut-untold",
            "firewall.none-seen",
            "firewall.could-not-tell",
            "firewall.nothing-gets-out",
        ]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(run(cx))
    }
}

/// How many control hosts are tried on port 25.
const CONTROLS: usize = 3;

struct Port {
    server: String,
    port: u16,
    outcome: ConnectOutcome,
    evidence: EvidenceId,
}

async fn run(cx: &Context) {
    if !cx.may(Consent::Connect) {
        cx.found(Finding::new("firewall.no-consent"));
        return;
    }
    let Ok(hosts) = hosts(cx).await else {
        cx.found(Finding::new("firewall.no-target"));
        return;
    };
    let Some((host, ip)) = hosts.iter().find_map(|h| h.addresses.first().map(|ip| (h, *ip))) else {
        cx.found(Finding::new("firewall.no-target"));
        return;
    };
    let ports: BTreeSet<u16> = [25, 465, 587, host.port].into();
    let own = join_all(ports.iter().map(|port| try_port(cx, host.name.clone(), SocketAddr::new(ip, *port))));
    let (own, answered) = futures_util::join!(own, answers_for_all(cx, std::slice::from_ref(host)));
    let open = own.iter().any(|p| p.port == host.port && p.outcome == ConnectOutcome::Open);
    // Nobody else is troubled where there is nothing to compare.
    let controls = if open { Vec::new() } else { controls(cx, &hosts).await };
    let traces = paths::look(cx, host, ip, &own).await;
    // An open port that somebody else may have answered says nothing.
    let elsewhere = controls.iter().any(|p| p.port == host.port && p.outcome == ConnectOutcome::Open);
    let blocked = rules::look(cx, host, open, elsewhere).await;
    judge(cx, host, &own, &controls, traces.map(|t| t || answered || blocked));
    if !open {
        here::look(cx).await;
        if own.iter().any(|p| p.port == host.port && p.outcome == ConnectOutcome::Timeout) {
            route(cx, &host.name, SocketAddr::new(ip, host.port)).await;
        }
    }
}

/// Other mail hosts on port 25, and submission hosts on 587 and 465: of the well-known domains, as the user's resolver gives them.
async fn controls(cx: &Context, hosts: &[Host]) -> Vec<Port> {
    let ours = |name: &str| hosts.iter().any(|h| h.name.eq_ignore_ascii_case(name));
    let exchangers = cx.know.controls.iter().take(CONTROLS).map(async |domain| {
        let (mx, _) = cx.net.lookup(&cx.rec, domain, RecordType::MX).await;
        let best = mx.records.iter().filter_map(|r| match r {
            DnsRecord::Mx { preference, host } if !host.is_empty() && !ours(host) => Some((*preference, host.clone())),
            _ => None,
        });
        best.min().map(|(_, host)| (host, 25))
    });
    let mut targets: BTreeSet<(String, u16)> = join_all(exchangers).await.into_iter().flatten().collect();
    for host in cx.know.submission.iter().take(CONTROLS).filter(|h| !ours(h)) {
        targets.extend([(host.clone(), 587), (host.clone(), 465)]);
    }
    let tries = targets.into_iter().map(async |(host, port)| {
        let answers = cx.net.addresses(&cx.rec, &host, cx.case.family).await;
        inner(cx, &host, &answers);
        let ip = answers.iter().flat_map(|(dns, _)| dns.addresses()).min_by_key(std::net::IpAddr::is_ipv6)?;
        Some(try_port(cx, host, SocketAddr::new(ip, port)).await)
    });
    join_all(tries).await.into_iter().flatten().collect()
}

/// A well-known host that leads to an inner address: a portal, or a resolver that sends everybody to one place.
fn inner(cx: &Context, host: &str, answers: &[(DnsFact, EvidenceId)]) {
    let inner = answers.iter().find_map(|(dns, id)| Some((dns.addresses().find(|ip| is_private(*ip))?, *id)));
    if let Some((ip, evidence)) = inner {
        cx.found(Finding::new("firewall.portal").arg("server", host).arg("address", ip).shown_by(evidence));
    }
}

async fn try_port(cx: &Context, server: String, address: SocketAddr) -> Port {
    let label = format!("{server}:{}", address.port());
    cx.rec.probing(&label);
    let (outcome, evidence, ms) =
        match hurried_where_silent(cx, address).connect(&cx.rec, &server, address, cx.case.source).await {
            Ok(over) => {
                let evidence = over.1;
                leave(cx, &server, address, over).await;
                (ConnectOutcome::Open, evidence, None)
            }
            Err((fact, evidence)) => (fact.outcome, evidence, Some(fact.ms)),
        };
    let id = match outcome {
        ConnectOutcome::Open => "firewall.port.open",
        ConnectOutcome::Refused => "firewall.port.closed",
        _ => "firewall.port.no-answer",
    };
    let mut finding = Finding::new(id)
        .arg("server", &server)
        .arg("port", address.port())
        .arg("why", outcome.as_str())
        .shown_by(evidence);
    finding.probe = Some(label);
    finding.ms = ms;
    cx.found(finding);
    Port { server, port: address.port(), outcome, evidence }
}

/// Whether a talk that had begun was cut, with no word of why.
fn is_cut(fact: &Fact) -> bool {
    let begun = |s: Stage| !matches!(s, Stage::Resolve | Stage::Connect | Stage::Greeting | Stage::Quit);
    matches!(fact, Fact::Broke { broken, .. }
        if broken.role == Role::Case && begun(broken.stage) && matches!(broken.kind, BreakKind::Closed | BreakKind::Reset))
}

/// What the ports say together: the one that the mail goes by, here and at others, and the other ports.
fn judge(cx: &Context, host: &Host, own: &[Port], controls: &[Port], traces: Option<bool>) {
    use ConnectOutcome::{Denied, Error, Open, Refused, Timeout, Unreachable};
    let silent = |p: &Port| matches!(p.outcome, Timeout | Unreachable | Denied);
    let Some(wanted) = own.iter().find(|p| p.port == host.port) else { return };
    let alike: Vec<&Port> = controls.iter().filter(|p| p.port == host.port && p.outcome != Error).collect();
    let let_in = alike.iter().any(|p| p.outcome == Open);
    let elsewhere = own.iter().chain(controls).any(|p| p.port != host.port && p.outcome == Open);
    // Turned away everywhere in the same way, while other ports work: nobody but the network does that.
    let shut = alike.iter().all(|p| silent(p)) && silent(wanted)
        || alike.iter().chain([&wanted]).all(|p| p.outcome == Refused);
    let id = match (wanted.outcome, host.port) {
        (Open, 25) => "firewall.port25.open",
        (Open, _) => "firewall.way.open",
        (Refused, 25) if let_in => "firewall.port25.open",
        (Refused, _) if let_in => "firewall.way.open",
        (_, 25) if let_in && silent(wanted) => "firewall.port25.filtered-here",
        _ if let_in && silent(wanted) => "firewall.way.filtered-here",
        (_, 25) if shut && alike.len() >= 2 && elsewhere => "firewall.port25.blocked",
        _ if shut && alike.len() >= 2 && elsewhere => "firewall.way.blocked",
        // Several that have nothing to do with each other are silent on all their ports: that is near here, and not about mail alone.
        _ if alike.len() >= 2 && own.iter().chain(controls).all(silent) => "firewall.nothing-gets-out",
        _ => "firewall.could-not-tell",
    };
    let found = |id: &str| {
        let names: Vec<&str> = alike.iter().map(|p| p.server.as_str()).collect();
        let mut finding = Finding::new(id)
            .arg("server", &host.name)
            .arg("port", host.port)
            .arg("count", alike.len())
            .arg("controls", names.join(", "));
        finding.evidence = own.iter().chain(controls).map(|p| p.evidence).collect();
        finding
    };
    cx.found(found(id));
    if traces == Some(false) && id.ends_with(".open") {
        // Who reads along, and who cannot be asked, cuts a talk in the same way.
        let cuts: Vec<EvidenceId> = cx.seen.numbered().filter(|(_, e)| is_cut(&e.fact)).map(|(id, _)| id).collect();
        let mut seen = found(if cuts.is_empty() { "firewall.none-seen" } else { "firewall.cut-untold" });
        seen.evidence.extend(cuts);
        cx.found(seen);
    }
}
