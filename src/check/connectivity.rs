//! Step 4: does the name resolve, and does a connection open to every address and port? IPv4 and IPv6 are judged apart.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use futures_util::future::join_all;

use super::tools::{Host, NoHosts, hosts};
use super::{BoxFuture, Check, Context};
use crate::transcript::{ConnectOutcome, Consent, EvidenceId, Finding};

/// The check of step 4.
pub(super) struct Connectivity;

impl Check for Connectivity {
    fn id(&self) -> &'static str {
        "connectivity"
    }

    fn emits(&self) -> &'static [&'static str] {
        &[
            "connectivity.no-target",
            "connectivity.no-consent",
            "connectivity.name.ok",
            "connectivity.name.unresolved",
            "connectivity.name.dangling",
            "connectivity.name.left-out",
            "connectivity.name.unknown",
            "connectivity.no-mail-host",
            "connectivity.tcp.open",
            "connectivity.tcp.refused",
            "connectivity.tcp.filtered",
            "connectivity.tcp.unreachable",
            "connectivity.tcp.denied",
            "connectivity.tcp.error",
            "connectivity.v6.absent",
            "connectivity.v6.broken",
            "connectivity.v6.ok",
            "connectivity.v4.broken",
            "connectivity.all-open",
            "connectivity.some-failed",
            "connectivity.all-refused",
            "connectivity.all-filtered",
            "connectivity.all-unreachable",
            "connectivity.all-failed",
            "connectivity.could-not-tell",
        ]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(run(cx))
    }
}

struct Tried {
    address: SocketAddr,
    outcome: ConnectOutcome,
    evidence: EvidenceId,
}

async fn run(cx: &Context) {
    let hosts = match hosts(cx).await {
        Ok(hosts) => hosts,
        Err(why) => return no_hosts(cx, &why),
    };
    let any = hosts.iter().any(|h| !h.addresses.is_empty());
    for host in &hosts {
        named(cx, host, any);
    }
    if !cx.may(Consent::Connect) {
        cx.found(Finding::new("connectivity.no-consent"));
        return;
    }
    let tries: Vec<Tried> = join_all(
        hosts
            .iter()
            .flat_map(|host| host.addresses.iter().map(move |ip| one(cx, host, SocketAddr::new(*ip, host.port)))),
    )
    .await;
    if !tries.is_empty() {
        judge(cx, &hosts, &tries);
    }
}

fn no_hosts(cx: &Context, why: &NoHosts) {
    cx.found(match why {
        NoHosts::NoTarget => Finding::new("connectivity.no-target"),
        NoHosts::Unknown(why, evidence) => {
            Finding::new("connectivity.name.unknown").arg("server", domain(cx)).arg("why", why).shown_by(*evidence)
        }
        NoHosts::NxDomain(evidence) | NoHosts::NullMx(evidence) | NoHosts::NoMail(evidence) => {
            Finding::new("connectivity.no-mail-host").arg("domain", domain(cx)).shown_by(*evidence)
        }
    });
}

fn domain(cx: &Context) -> &str {
    cx.case.recipient_domain().unwrap_or_default()
}

/// What a host's name leads to; `any` where at least one of the hosts has an address.
fn named(cx: &Context, host: &Host, any: bool) {
    let listed = host.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let mut finding = match host.unknown {
        _ if !listed.is_empty() => Finding::new("connectivity.name.ok").arg("addresses", listed),
        Some(why) => Finding::new("connectivity.name.unknown").arg("why", why),
        None if host.left_out => Finding::new("connectivity.name.left-out"),
        None if any => Finding::new("connectivity.name.dangling"),
        None => Finding::new("connectivity.name.unresolved"),
    };
    finding.evidence.clone_from(&host.evidence);
    cx.found(finding.arg("server", &host.name));
}

async fn one(cx: &Context, host: &Host, address: SocketAddr) -> Tried {
    let label =
        if host.name == address.ip().to_string() { address.to_string() } else { format!("{} {address}", host.name) };
    cx.rec.probing(&label);
    let (fact, evidence) = match cx.net.connect(&cx.rec, &host.name, address, cx.case.source).await {
        Ok((_wire, evidence)) => (None, evidence),
        Err((fact, evidence)) => (Some(fact), evidence),
    };
    let outcome = fact.as_ref().map_or(ConnectOutcome::Open, |f| f.outcome);
    let id = match outcome {
        ConnectOutcome::Open => "connectivity.tcp.open",
        ConnectOutcome::Refused => "connectivity.tcp.refused",
        ConnectOutcome::Timeout => "connectivity.tcp.filtered",
        ConnectOutcome::Unreachable => "connectivity.tcp.unreachable",
        ConnectOutcome::Denied => "connectivity.tcp.denied",
        ConnectOutcome::Error => "connectivity.tcp.error",
    };
    let (reason, ms) = fact.map_or((None, 0), |f| (f.reason, f.ms));
    let mut finding = Finding::new(id)
        .arg("server", &host.name)
        .arg("address", address.ip())
        .arg("port", address.port())
        .arg("why", reason.unwrap_or_default())
        .shown_by(evidence)
        .ends(&label, ms);
    if outcome == ConnectOutcome::Open {
        finding.ms = None;
    }
    cx.found(finding);
    Tried { address, outcome, evidence }
}

/// What all tries together say: each family by itself, then the whole.
fn judge(cx: &Context, hosts: &[Host], tries: &[Tried]) {
    let open = |v6: bool| tries.iter().any(|t| t.address.is_ipv6() == v6 && t.outcome == ConnectOutcome::Open);
    let any = |v6: bool| tries.iter().any(|t| t.address.is_ipv6() == v6 && t.outcome != ConnectOutcome::Error);
    let server = hosts.first().map_or("", |h| h.name.as_str());
    let port = hosts.first().map_or(25, |h| h.port);
    let shown = |id: &str, chosen: &dyn Fn(&Tried) -> bool| {
        let mut finding = Finding::new(id).arg("server", server).arg("port", port).arg("count", tries.len());
        finding.evidence = tries.iter().filter(|t| chosen(t)).map(|t| t.evidence).collect();
        finding
    };
    if any(true) && any(false) {
        match (open(false), open(true)) {
            // No route at all is how a machine without IPv6 looks: nothing is broken, the others carry the mail.
            (true, false) if tries.iter().all(|t| t.address.is_ipv4() || t.outcome == ConnectOutcome::Unreachable) => {
                cx.found(shown("connectivity.v6.absent", &|t| t.address.is_ipv6()));
            }
            (true, false) => cx.found(shown("connectivity.v6.broken", &|_| true)),
            (false, true) => cx.found(shown("connectivity.v4.broken", &|_| true)),
            _ => {}
        }
    }
    if open(true) {
        cx.found(shown("connectivity.v6.ok", &|t| t.address.is_ipv6() && t.outcome == ConnectOutcome::Open));
    }
    // What could not be tried says nothing. An address without a route from here (often IPv6) hides nothing: the others decide what "all" means.
    let outcomes: BTreeSet<&str> = tries.iter().map(|t| t.outcome.as_str()).filter(|o| *o != "error").collect();
    let told: Vec<&str> = outcomes.iter().copied().filter(|o| *o != "unreachable").collect();
    let whole = match told[..] {
        ["open"] => "connectivity.all-open",
        _ if told.contains(&"open") => "connectivity.some-failed",
        ["refused"] => "connectivity.all-refused",
        ["timeout"] => "connectivity.all-filtered",
        [] if outcomes.is_empty() => "connectivity.could-not-tell",
        [] => "connectivity.all-unreachable",
        _ => "connectivity.all-failed",
    };
    cx.found(shown(whole, &|_| true));
}
