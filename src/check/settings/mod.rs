//! Step 3: the server, port and security as entered, the other usual combinations, and what the certificate says.

//!
//! ```text
//! attempt.rs   one combination          judge.rs      what they say together
//! handshake.rs why TLS did not come about               certificate.rs, clock.rs   what the certificate says, and by which clock
//! provider.rs  what is known of the provider            discover.rs, autoconfig.rs the settings that belong to an address
//! ```

mod attempt;
mod autoconfig;
mod certificate;
mod clock;
mod discover;
mod handshake;
mod judge;
mod provider;

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use attempt::{Attempt, attempt, settled};
use futures_util::future::join_all;

use super::tools::{Host, hosts, interceptor, leave};
use super::{BoxFuture, Check, Context};
use crate::transcript::{ConnectOutcome, Consent, Finding, Role, Security};

/// The check of step 3.
pub(super) struct Settings;

impl Check for Settings {
    fn id(&self) -> &'static str {
        "settings"
    }

    fn emits(&self) -> &'static [&'static str] {
        &[
            "settings.none-given",
            "settings.no-consent",
            "settings.no-such-host",
            "settings.host-unknown",
            "settings.host-left-out",
            "settings.as-entered.works",
            "settings.as-entered.fails",
            "settings.as-entered.plain",
            "settings.as-entered.refused",
            "settings.as-entered.no-route",
            "settings.as-entered.no-answer",
            "settings.combination.works",
            "settings.combination.works-bare",
            "settings.combination.fails",
            "settings.other-works",
            "settings.nothing-works",
            "settings.no-answer",
            "settings.no-session",
            "settings.silent",
            "settings.cut",
            "settings.cut-at-offer",
            "settings.wrong-security",
            "settings.wrong-port",
            "settings.other-service",
            "settings.port-filtered",
            "settings.port-rejected",
            "settings.starttls-missing",
            "settings.tls-required",
            "settings.tls.handshake-failed",
            "settings.certificate.ok",
            "settings.certificate.expired",
            "settings.certificate.not-yet-valid",
            "settings.certificate.name",
            "settings.certificate.self-signed",
            "settings.certificate.unknown-issuer",
            "settings.certificate.bad",
            "settings.certificate.unknown",
            "settings.speaks-tls-first",
            "settings.speaks-plain-first",
            "settings.starttls.broken",
            "settings.tls.told",
            "settings.tls.too-old",
            "settings.tls.old-ciphers",
            "settings.certificate.chain-incomplete",
            "settings.certificate.weak-key",
            "settings.certificate.ends-soon",
            "settings.certificate.sni",
            "settings.certificate.other",
            "settings.clock.agrees",
            "settings.clock.wrong",
            "settings.clock.too-early",
            "settings.clock.untold",
            "settings.provider.known",
            "settings.provider.other-way",
            "settings.provider.other-host",
            "settings.provider.elsewhere",
            "settings.provider.closed",
            "settings.provider.app-password",
            "settings.provider.oauth",
            "settings.provider.key",
            "settings.provider.switch-on",
            "settings.provider.note",
            "settings.provider.login-whole",
            "settings.provider.login-local",
            "settings.provider.login-fixed",
            "settings.found.srv",
            "settings.found.autoconfig",
            "settings.found.provider",
            "settings.found.nothing",
            "settings.found.untold",
            "settings.found.no-consent",
            "settings.found.untrusted",
            "settings.found.other-host",
            "server-status.ehlo.helo-fallback",
            "connectivity.v4.broken",
            "connectivity.v6.broken",
            "firewall.greeting-masked",
            "firewall.keywords-masked",
            "firewall.interceptor",
        ]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(run(cx))
    }
}

/// All that can be entered on the ports that mail programs use, the best first (RFC 8314 §3.3, RFC 6409 §3.1).
const USUAL: [(u16, Security); 12] = [
    (465, Security::Tls),
    (587, Security::Starttls),
    (25, Security::Starttls),
    (2525, Security::Starttls),
    (587, Security::Tls),
    (2525, Security::Tls),
    (25, Security::Tls),
    (465, Security::Starttls),
    (587, Security::None),
    (25, Security::None),
    (2525, Security::None),
    (465, Security::None),
];

/// A port that has just spoken TLS is heard so long whether it greets in plain text, too: it has shown that it answers at once.
const SILENCE: Duration = Duration::from_secs(3);

/// In which order a port is asked: as it is meant to be used first, as what is heard then may settle the others.
fn in_turn(port: u16) -> [Security; 3] {
    let [tls, starttls, none] = [Security::Tls, Security::Starttls, Security::None];
    if port == 465 { [tls, starttls, none] } else { [starttls, none, tls] }
}

async fn run(cx: &Context) {
    if cx.case.server.is_none() {
        without_server(cx).await;
        return;
    }
    let Some(host) = hosts(cx).await.ok().and_then(|hosts| hosts.into_iter().next()) else { return };
    if host.addresses.is_empty() {
        let id = match (host.unknown, host.left_out) {
            (Some(_), _) => "settings.host-unknown",
            (None, true) => "settings.host-left-out",
            (None, false) => "settings.no-such-host",
        };
        let mut finding = Finding::new(id).arg("server", &host.name).arg("why", host.unknown.unwrap_or_default());
        finding.evidence.clone_from(&host.evidence);
        cx.found(finding);
        return;
    }
    if !cx.may(Consent::Connect) {
        cx.found(Finding::new("settings.no-consent"));
        return;
    }
    let entered = (host.port, entered_security(cx.case.security, host.port));
    let ip = reachable(cx, &host).await;
    let address = SocketAddr::new(ip, entered.0);
    let mut first = attempt(cx, &host.name, address, entered.1, Role::Case).await;
    let others = others(cx, &host.name, ip, &first).await;
    // Now it is known that it does not wait for TLS: it may be slow to greet.
    if first.kept_silent() && !others.iter().any(|a| a.port == first.port && (a.works() || a.shows_tls())) {
        let cx = &Context { net: cx.net.awaiting_greetings(), ..cx.clone() };
        first = attempt(cx, &host.name, address, entered.1, Role::Case).await;
    }
    let old = handshake::look(cx, &host.name, address, &first).await;
    shown(cx, &host, ip, &first, &others).await;
    judge::judge(cx, &host, &first, &others, old.as_ref());
    provider::tell(cx, &host.name, &first).await;
    if !first.works() && others.iter().all(|a| !a.works()) {
        elsewhere(cx, &host.name).await;
    }
}

/// Nothing was entered: what belongs to the address is looked for, and the best of it tried.
async fn without_server(cx: &Context) {
    cx.found(Finding::new("settings.none-given"));
    let found = discover::discover(cx).await;
    let Some(best) = found.first().filter(|_| cx.may(Consent::Connect)) else { return };
    let answers = cx.net.addresses(&cx.rec, &best.way.host, cx.case.family).await;
    let Some(ip) = answers.iter().flat_map(|(dns, _)| dns.addresses()).next() else { return };
    attempt(cx, &best.way.host, SocketAddr::new(ip, best.way.port), best.way.security, Role::Control).await;
}

/// Nothing works there: perhaps the address has settings of its own that name another server.
async fn elsewhere(cx: &Context, server: &str) {
    if cx.know.providers.by_host(server).is_some() {
        return;
    }
    let Some(domain) = provider::own_domain(cx) else { return };
    // What is known of its provider was told already.
    if provider::of_domain(cx, &domain).await.is_some() {
        return;
    }
    let found = discover::discover(cx).await;
    let same = |name: &str| name.trim_end_matches('.').eq_ignore_ascii_case(server.trim_end_matches('.'));
    if let Some(other) = found.first().filter(|_| !found.iter().any(|f| same(&f.way.host))) {
        cx.found(discover::about("settings.found.other-host", &domain, other).arg("server", server));
    }
}

/// The certificate of the combination that was entered; that of another port only matters where that port would be used.
async fn shown(cx: &Context, host: &Host, ip: IpAddr, first: &Attempt, others: &[Attempt]) {
    let better = judge::better(others, cx.case.user.is_some()).filter(|_| !first.works());
    let Some(shown) = [Some(first), better].into_iter().flatten().find(|a| a.tls.is_some()) else { return };
    let Some((fact, evidence)) = &shown.tls else { return };
    // One that was made on the way proves nothing about the server, whether this machine trusts it or not.
    match interceptor(cx, fact) {
        Some(found) => cx.found(found.shown_by(*evidence)),
        None => certificate::tell(cx, host, shown, SocketAddr::new(ip, shown.port)).await,
    }
}

/// The other combinations, ports side by side, in the order of [`USUAL`]. A port that lets nobody in is tried once, and what has shown
/// itself already is not asked for: the fewer connections, the better.
async fn others(cx: &Context, server: &str, ip: IpAddr, first: &Attempt) -> Vec<Attempt> {
    let entered = (first.port, first.security);
    let brief = Context { net: cx.net.hurried(SILENCE), ..cx.clone() };
    // They are only to compare with: a phase is enough for each.
    let plain = Context { net: cx.net.hurried(cx.net.limits().phase), ..cx.clone() };
    let (brief, cx) = (&brief, &plain);
    let mut ports: BTreeSet<u16> = USUAL.iter().map(|(port, _)| *port).collect();
    if first.may_want_other_security() {
        ports.insert(entered.0);
    }
    let tries = ports.into_iter().filter(|port| *port != first.port || first.is_connected()).map(|port| async move {
        let mut tried: Vec<Attempt> = Vec::new();
        for security in in_turn(port).into_iter().filter(|s| (port, *s) != entered) {
            let before: Vec<&Attempt> = tried.iter().chain([first]).filter(|a| a.port == port).collect();
            let address = SocketAddr::new(ip, port);
            let wants_tls = before.iter().any(|a| a.shows_tls());
            let next = match before.iter().find_map(|a| a.settles(security)) {
                Some(known) => settled(cx, server, (port, security), known),
                None => attempt(if wants_tls { brief } else { cx }, server, address, security, Role::Control).await,
            };
            tried.push(next);
            if !tried.iter().all(Attempt::is_connected) {
                break;
            }
        }
        tried
    });
    let mut tried: Vec<Attempt> = join_all(tries).await.into_iter().flatten().collect();
    tried.sort_by_key(|a| USUAL.iter().position(|c| *c == (a.port, a.security)).unwrap_or(USUAL.len()));
    tried
}

/// `auto` as a mail program would take it.
fn entered_security(security: Security, port: u16) -> Security {
    match (security, port) {
        (Security::Auto, 465) => Security::Tls,
        (Security::Auto, _) => Security::Starttls,
        (given, _) => given,
    }
}

/// The first address that lets us in, or the first of all: the combinations must differ in one thing only. Where one family lets nobody in
/// and the other does, that is said.
async fn reachable(cx: &Context, host: &Host) -> IpAddr {
    let [first, _, ..] = host.addresses[..] else { return host.addresses[0] };
    let tries = host.addresses.iter().take(4).map(async |ip| {
        let address = SocketAddr::new(*ip, host.port);
        match cx.net.connect(&cx.rec, &host.name, address, cx.case.source).await {
            Ok(over) => {
                let evidence = over.1;
                leave(cx, &host.name, address, over).await;
                (*ip, ConnectOutcome::Open, evidence)
            }
            Err((fact, evidence)) => (*ip, fact.outcome, evidence),
        }
    });
    let tried = join_all(tries).await;
    let open = |v6: bool| tried.iter().any(|(ip, how, _)| ip.is_ipv6() == v6 && *how == ConnectOutcome::Open);
    // A machine without a way by one family is whole: the other carries the mail. What could not be tried says nothing.
    let shut = |v6: bool| {
        let of = || tried.iter().filter(|(ip, ..)| ip.is_ipv6() == v6).map(|(_, how, _)| *how);
        let told = |how| matches!(how, ConnectOutcome::Refused | ConnectOutcome::Timeout | ConnectOutcome::Denied);
        !open(v6) && of().any(told)
    };
    let broken = match (shut(false), shut(true)) {
        (false, true) if open(false) => Some("connectivity.v6.broken"),
        (true, false) if open(true) => Some("connectivity.v4.broken"),
        _ => None,
    };
    if let Some(id) = broken {
        let mut found = Finding::new(id).arg("server", &host.name).arg("port", host.port).arg("count", tried.len());
        found.evidence = tried.iter().map(|(.., evidence)| *evidence).collect();
        cx.found(found);
    }
    tried.iter().find(|(_, how, _)| *how == ConnectOutcome::Open).map_or(first, |(ip, ..)| *ip)
}
