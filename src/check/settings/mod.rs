//! Step 3: the server, port and security as entered, the other usual combinations, and what the certificate says.

mod attempt;

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use attempt::{Attempt, End, attempt, settled};
use futures_util::future::join_all;

use super::tools::{Host, hosts, interceptor};
use super::{BoxFuture, Check, Context};
use crate::transcript::{Consent, EvidenceId, Finding, Role, Security, TlsFact};

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
            "settings.combination.fails",
            "settings.other-works",
            "settings.nothing-works",
            "settings.no-answer",
            "settings.no-session",
            "settings.silent",
            "settings.wrong-security",
            "settings.wrong-port",
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
        cx.found(Finding::new("settings.none-given"));
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
    let first = attempt(cx, &host.name, SocketAddr::new(ip, entered.0), entered.1, Role::Case).await;
    let others = others(cx, &host.name, ip, &first).await;
    judge(cx, &host, &first, &others);
}

/// The other combinations, ports side by side, in the order of [`USUAL`]. A port that lets nobody in is tried once, and what has shown
/// itself already is not asked for: the fewer connections, the better.
async fn others(cx: &Context, server: &str, ip: IpAddr, first: &Attempt) -> Vec<Attempt> {
    let entered = (first.port, first.security);
    let brief = Context { net: cx.net.hurried(SILENCE), ..cx.clone() };
    let brief = &brief;
    let mut ports: BTreeSet<u16> = USUAL.iter().map(|(port, _)| *port).collect();
    if first.may_want_other_security() {
        ports.insert(entered.0);
    }
    let tries = ports.into_iter().filter(|port| *port != first.port || first.is_connected()).map(|port| async move {
        let mut tried: Vec<Attempt> = Vec::new();
        for security in in_turn(port).into_iter().filter(|s| (port, *s) != entered) {
            let before: Vec<&Attempt> = tried.iter().chain([first]).filter(|a| a.port == port).collect();
            let address = SocketAddr::new(ip, port);
            let wants_tls = before.iter().any(|a| a.works() && a.security == Security::Tls);
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

/// The first address that lets us in, or the first of all: the combinations must differ in one thing only.
async fn reachable(cx: &Context, host: &Host) -> IpAddr {
    let [first, _, ..] = host.addresses[..] else { return host.addresses[0] };
    let tries = host.addresses.iter().take(4).map(async |ip| {
        let opened = cx.net.connect(&cx.rec, &host.name, SocketAddr::new(*ip, host.port), cx.case.source).await;
        opened.is_ok().then_some(*ip)
    });
    join_all(tries).await.into_iter().flatten().next().unwrap_or(first)
}

fn judge(cx: &Context, host: &Host, first: &Attempt, others: &[Attempt]) {
    let about = |id: &str, a: &Attempt| {
        let mut finding = Finding::new(id)
            .arg("server", &host.name)
            .arg("port", a.port)
            .arg("security", a.security.as_str())
            .arg("why", a.why());
        finding.evidence.extend(a.evidence);
        finding
    };
    let safe = |a: &&Attempt| a.works() && a.security != Security::None;
    let better = others.iter().find(safe).or_else(|| others.iter().find(|a| a.works()));
    // The certificate of another port only matters where that port would be used.
    let shown = first.tls.as_ref().or_else(|| better.filter(|_| !first.works())?.tls.as_ref());
    if let Some((fact, evidence)) = shown {
        // One that was made on the way proves nothing about the server, whether this machine trusts it or not.
        match interceptor(cx, fact) {
            Some(found) => cx.found(found.shown_by(*evidence)),
            None => certificate(cx, host, fact, *evidence),
        }
    }
    if first.works() {
        cx.found(about("settings.as-entered.works", first));
        return;
    }
    // As offered, with nothing to protect: a program that was told nothing else goes on so, and so do mail servers.
    if matches!(first.end, End::NoStarttls)
        && cx.case.security == Security::Auto
        && cx.case.user.is_none()
        && !first.masked
    {
        cx.found(about("settings.as-entered.plain", first));
        return;
    }
    cx.found(about(
        match first.end {
            End::Unreached(_) => "settings.as-entered.no-route",
            End::NoAnswer | End::Untried(_) | End::Silent | End::Hushed(_) => "settings.as-entered.no-answer",
            End::Refused(_) => "settings.as-entered.refused",
            _ => "settings.as-entered.fails",
        },
        first,
    ));
    if let End::TlsRequired(_) = first.end {
        cx.found(about("settings.tls-required", first));
    }
    let Some(better) = better else {
        if matches!(first.end, End::Handshake(_)) {
            cx.found(about("settings.tls.handshake-failed", first));
        }
        let all = |is: fn(&Attempt) -> bool| is(first) && others.iter().all(is);
        match first.end {
            _ if all(Attempt::is_untold) => cx.found(about("settings.no-answer", first)),
            _ if first.is_silent() => cx.found(about("settings.silent", first)),
            _ if all(|a| !a.is_connected()) => cx.found(about("settings.nothing-works", first)),
            // What it said is the answer.
            End::Refused(_) | End::TlsRequired(_) => {}
            _ => cx.found(about("settings.no-session", first)),
        }
        return;
    };
    let works = |id: &str| {
        let mut finding =
            about(id, first).arg("better_port", better.port).arg("better_security", better.security.as_str());
        finding.evidence.extend(better.evidence);
        finding
    };
    let same_port = others.iter().any(|a| a.works() && a.port == first.port);
    match (&first.end, same_port) {
        // The settings may be right: what answers is not the server as it is.
        _ if first.masked => {}
        (End::NoStarttls, false) => cx.found(about("settings.starttls-missing", first)),
        (End::Handshake(_) | End::Silent | End::NotSmtp | End::NoStarttls, true) => {
            cx.found(works("settings.wrong-security"));
        }
        (End::Handshake(_) | End::Silent | End::NotSmtp, false) if first.speaks_other => {
            cx.found(works("settings.wrong-security"));
        }
        (End::Handshake(_), false) => cx.found(about("settings.tls.handshake-failed", first)),
        (End::Unreached(_) | End::NoAnswer, false) => cx.found(works("settings.wrong-port")),
        _ => {}
    }
    cx.found(works("settings.other-works"));
}

fn certificate(cx: &Context, host: &Host, fact: &TlsFact, evidence: EvidenceId) {
    if !fact.established && fact.chain.is_empty() {
        return;
    }
    let id = match fact.distrust.as_deref() {
        None => "settings.certificate.ok",
        Some("expired") => "settings.certificate.expired",
        Some("not-yet-valid") => "settings.certificate.not-yet-valid",
        Some("name") => "settings.certificate.name",
        Some("self-signed") => "settings.certificate.self-signed",
        Some("unknown-issuer") => "settings.certificate.unknown-issuer",
        Some("no-trust-store") => "settings.certificate.unknown",
        Some(_) => "settings.certificate.bad",
    };
    let mut finding = Finding::new(id)
        .arg("server", &host.name)
        .arg("version", fact.version.clone().unwrap_or_default())
        .arg("why", fact.distrust.clone().unwrap_or_default())
        .shown_by(evidence);
    if let Some(own) = fact.chain.first() {
        finding = finding
            .arg("names", own.names.join(", "))
            .arg("issuer", &own.issuer)
            .arg("until", date(own.not_after))
            .arg("since", date(own.not_before));
    }
    cx.found(finding);
}

fn date(unix: i64) -> String {
    jiff::Timestamp::from_second(unix).map_or_else(|_| "an odd date".to_owned(), |t| t.strftime("%Y-%m-%d").to_string())
}
