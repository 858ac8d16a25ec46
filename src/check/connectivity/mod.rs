//! Step 4: does the name resolve, and does every address take the call and talk? IPv4 and IPv6 are judged apart.
//!
//! ```text
//! chain.rs   one address: connection, greeting, EHLO, STARTTLS, TLS, QUIT; and a second look in small packets where it hangs
//! judge.rs   what all of them together say
//! line.rs    a line that loses packets, by a few more connections
//! ```

mod chain;
mod judge;
mod line;

use std::net::SocketAddr;

use futures_util::future::join_all;

use super::tools::{Host, NoHosts, answers_for_all, hosts, route};
use super::{BoxFuture, Check, Context};
use crate::transcript::{Consent, Finding};

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
            "connectivity.tcp.turned-away",
            "connectivity.tcp.closed",
            "connectivity.tcp.reset",
            "connectivity.tcp.silent",
            "connectivity.hangs",
            "connectivity.comes-and-goes",
            "connectivity.cut",
            "connectivity.black-hole",
            "connectivity.rejected.here",
            "connectivity.rejected.on-way",
            "connectivity.rejected.there",
            "connectivity.rejected.no-route",
            "connectivity.rejected.round-in-circles",
            "connectivity.v6.absent",
            "connectivity.v6.broken",
            "connectivity.v6.ok",
            "connectivity.v6.turned-away",
            "connectivity.primary-dead",
            "connectivity.lossy",
            "connectivity.trace.last-hop",
            "connectivity.trace.nobody",
            "connectivity.trace.reached",
            "connectivity.trace.untried",
            "firewall.starttls-one-family",
            "firewall.proxy-for-all",
            "connectivity.v4.absent",
            "connectivity.v4.broken",
            "connectivity.all-open",
            "connectivity.some-failed",
            "connectivity.all-refused",
            "connectivity.all-filtered",
            "connectivity.all-unreachable",
            "connectivity.all-rejected",
            "connectivity.all-cut",
            "connectivity.all-cut-later",
            "connectivity.all-silent",
            "connectivity.all-failed",
            "connectivity.could-not-tell",
        ]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(run(cx))
    }
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
    let tries = join_all(hosts.iter().enumerate().flat_map(|(at, host)| {
        host.addresses.iter().map(move |ip| chain::walk(cx, host, at, SocketAddr::new(*ip, host.port)))
    }));
    let (tries, answered) = futures_util::join!(tries, answers_for_all(cx, &hosts));
    if !tries.is_empty() {
        judge::all(cx, &hosts, &tries, answered);
        line::look(cx, &hosts, &tries).await;
        silent(cx, &hosts, &tries).await;
    }
}

/// Where the silence begins, for the first silent address of each family.
async fn silent(cx: &Context, hosts: &[Host], tries: &[chain::Tried]) {
    let first = |v6: bool| tries.iter().find(|t| t.way == chain::Way::Timeout && t.address.is_ipv6() == v6);
    join_all([false, true].into_iter().filter_map(first).map(|t| route(cx, &hosts[t.host].name, t.address))).await;
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
