//! What greets us on each open port, by each family, and what TLS shows there: traces of a product on the way.

use std::net::SocketAddr;
use std::time::Duration;

use super::Port;
use crate::check::Context;
use crate::check::tools::{Host, INTERCEPTOR, hurried_where_silent, interceptor, masked};
use crate::net::{Dialogue, Open};
use crate::transcript::{ConnectOutcome, EvidenceId, Fact, Finding, Role, Security};

/// How long each phase of a look by the other family may take.
const OTHER_FAMILY: Duration = Duration::from_secs(5);

/// What one open port shows of the way to it.
struct Path {
    port: u16,
    /// Whether STARTTLS is offered, where a plain dialogue came so far; and what shows it.
    offer: Option<(bool, EvidenceId)>,
    /// Traces of a product on the way.
    traces: Vec<Finding>,
}

/// Looks at what greets us on the open ports, and at the certificate shown there, for traces of something in between. Returns whether any
/// was found; none where nothing greeted us.
pub(super) async fn look(cx: &Context, host: &Host, ip: std::net::IpAddr, own: &[Port]) -> Option<bool> {
    let mut paths = Vec::new();
    for port in own.iter().filter(|p| p.outcome == ConnectOutcome::Open) {
        paths.extend(path(cx, host, SocketAddr::new(ip, port.port)).await);
    }
    let family = family(cx, host, ip, &paths).await;
    let offers = || paths.iter().filter_map(|p| Some((p.port, p.offer?)));
    let (with, without) = (offers().find(|(_, o)| o.0), offers().find(|(_, o)| !o.0));
    let looked = !paths.is_empty();
    let stripped = with.zip(without).map(|((with, _), (without, (_, evidence)))| {
        let found = Finding::new("firewall.starttls-one-path").arg("server", &host.name).arg("port", without);
        found.arg("better_port", with).shown_by(evidence)
    });
    let mut traces: Vec<Finding> = paths.into_iter().flat_map(|p| p.traces).chain(stripped).chain(family).collect();
    // A certificate of an earlier step counts, too.
    if !traces.iter().any(|f| f.id == INTERCEPTOR) {
        let earlier = cx.seen.entries().iter().rev();
        // Evidence is counted within a run: the finding goes without it.
        traces.extend(
            earlier
                .filter_map(|e| if let Fact::Tls { tls, .. } = &e.fact { Some(tls) } else { None })
                .find_map(|tls| interceptor(cx, tls)),
        );
    }
    let seen = !traces.is_empty();
    let mut once: Vec<Finding> = Vec::new();
    for trace in traces {
        // A product in between is one, whatever port it is seen on.
        if trace.id != INTERCEPTOR || !once.iter().any(|f| f.id == trace.id) {
            once.push(trace);
        }
    }
    once.into_iter().for_each(|f| cx.found(f));
    (seen || looked).then_some(seen)
}

/// One port, as far as TLS: at once on 465, else where it is offered.
async fn path(cx: &Context, host: &Host, address: SocketAddr) -> Option<Path> {
    let implicit = address.port() == 465 || (address.port() == host.port && host.security == Security::Tls);
    let open = Open {
        server: host.name.clone(),
        address,
        security: if implicit { Security::Tls } else { Security::None },
        source: cx.case.source,
        role: Role::Control,
        strict: false,
    };
    let (mut dialogue, greeting) = Dialogue::open(&hurried_where_silent(cx, address), &cx.rec, open).await.ok()?;
    let mut path = Path { port: address.port(), offer: None, traces: Vec::new() };
    if !implicit {
        let welcome = greeting.is_positive() && dialogue.ehlo(&cx.helo()).await.is_ok_and(|h| h.is_positive());
        let text = greeting.reply.joined();
        path.traces = masked(&host.name, address.port(), (&text, greeting.evidence), dialogue.capabilities());
        let offered = dialogue.capabilities().has("STARTTLS");
        path.offer = welcome.then_some((offered, greeting.evidence));
        if offered {
            // However the handshake ends, the certificate that was shown is what matters.
            let _ = dialogue.starttls().await;
        }
    }
    if let Some((tls, evidence)) = dialogue.tls() {
        path.traces.extend(interceptor(cx, tls).map(|f| f.shown_by(*evidence)));
    }
    dialogue.quit().await;
    Some(path)
}

/// The same port of the same host by the other family: what one of them offers and the other does not was taken out on the way.
async fn family(cx: &Context, host: &Host, ip: std::net::IpAddr, paths: &[Path]) -> Option<Finding> {
    let (offered, evidence) = paths.iter().find(|p| p.port == host.port)?.offer?;
    let other = *host.addresses.iter().find(|a| a.is_ipv6() != ip.is_ipv6())?;
    // A way by that family may well be missing: it is not waited for as long.
    let patient = cx.net.hurried(OTHER_FAMILY);
    let cx = Context { net: patient, ..cx.clone() };
    let (offers_too, also) = path(&cx, host, SocketAddr::new(other, host.port)).await?.offer?;
    let name = |ip: std::net::IpAddr| if ip.is_ipv6() { "IPv6" } else { "IPv4" };
    let (with, without) = if offered { (ip, other) } else { (other, ip) };
    (offered != offers_too).then(|| {
        let found = Finding::new("firewall.starttls-one-family").arg("server", &host.name).arg("port", host.port);
        found.arg("with", name(with)).arg("without", name(without)).shown_by(evidence).shown_by(also)
    })
}
