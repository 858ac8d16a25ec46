//! The route to an address that keeps silent: who answered last on the way. The ids are those of step 4, wherever they are looked for.

use std::net::SocketAddr;

use crate::check::Context;
use crate::transcript::{Consent, Finding, TraceEnd};

/// Every finding that [`route`] can emit.
pub(crate) const ROUTE: [&str; 4] = [
    "connectivity.trace.last-hop",
    "connectivity.trace.nobody",
    "connectivity.trace.reached",
    "connectivity.trace.untried",
];

/// Traces the route, with consent, once in a session for an address; silence is never called anything else.
pub(crate) async fn route(cx: &Context, server: &str, address: SocketAddr) {
    let before = |f: &Finding| {
        ROUTE.contains(&f.id.as_str()) && f.args.get("address").is_some_and(|a| *a == address.ip().to_string())
    };
    if !cx.may(Consent::Trace) || cx.seen.findings().any(|(_, f)| before(f)) {
        return;
    }
    let label = format!("the way to {}", address.ip());
    cx.rec.probing(&label);
    let (fact, evidence) = cx.net.trace(&cx.rec, server, address, cx.case.source).await;
    let found = match (fact.end, fact.last()) {
        (TraceEnd::Untried, _) => {
            Finding::new(ROUTE[3]).arg("why", fact.reason.as_deref().unwrap_or("it is not possible here"))
        }
        (TraceEnd::Reached, _) => Finding::new(ROUTE[2]).arg("hops", fact.hops.len()),
        (_, None) => Finding::new(ROUTE[1]),
        (_, Some((hop, by))) => Finding::new(ROUTE[0]).arg("by", by).arg("hops", hop),
    };
    let found = found.arg("server", server).arg("address", address.ip()).arg("port", address.port());
    cx.found(found.shown_by(evidence).ends(&label, fact.ms));
}
