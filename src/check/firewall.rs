//! Step 7: is something between us and the servers? Port 25 against 465 and 587, masked greetings, stripped STARTTLS, known interceptors.

use std::net::SocketAddr;

use futures_util::future::join_all;

use super::tools::{Host, hosts, masked};
use super::{BoxFuture, Check, Context};
use crate::net::{Dialogue, Open, RecordType};
use crate::transcript::{ConnectOutcome, Consent, DnsRecord, EvidenceId, Fact, Finding, Role, Security};

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
            "firewall.greeting-masked",
            "firewall.keywords-masked",
            "firewall.starttls-one-path",
            "firewall.interceptor",
            "firewall.none-seen",
            "firewall.could-not-tell",
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
    let own = [25, 465, 587].map(|port| try_port(cx, host.name.clone(), SocketAddr::new(ip, port)));
    let (own, controls) = futures_util::join!(join_all(own), controls(cx, &hosts));
    let seen = paths(cx, host, ip, &own).await;
    judge(cx, host, &own, &controls, seen);
}

/// Other mail hosts on port 25, and submission hosts on 587 and 465: of the well-known domains, as the user's resolver gives them.
async fn controls(cx: &Context, hosts: &[Host]) -> Vec<Port> {
    let mut targets = Vec::new();
    for domain in cx.know.controls.iter().take(CONTROLS) {
        let (mx, _) = cx.net.lookup(&cx.rec, domain, RecordType::MX).await;
        let best = mx.records.iter().filter_map(|r| match r {
            DnsRecord::Mx { preference, host }
                if !host.is_empty() && !hosts.iter().any(|h| h.name.eq_ignore_ascii_case(host)) =>
            {
                Some((*preference, host.clone()))
            }
            _ => None,
        });
        if let Some((_, host)) = best.min() {
            targets.push((host, 25));
        }
    }
    targets
        .extend(cx.know.submission.iter().take(CONTROLS).flat_map(|host| [(host.clone(), 587), (host.clone(), 465)]));
    let tries = targets.into_iter().map(|(host, port)| async move {
        let answers = cx.net.addresses(&cx.rec, &host, cx.case.family).await;
        let ip = answers.iter().flat_map(|(dns, _)| dns.addresses()).min_by_key(std::net::IpAddr::is_ipv6)?;
        Some(try_port(cx, host, SocketAddr::new(ip, port)).await)
    });
    join_all(tries).await.into_iter().flatten().collect()
}

async fn try_port(cx: &Context, server: String, address: SocketAddr) -> Port {
    let label = format!("{server}:{}", address.port());
    cx.rec.probing(&label);
    let (outcome, evidence, ms) = match cx.net.connect(&cx.rec, &server, address, cx.case.source).await {
        Ok((_wire, evidence)) => (ConnectOutcome::Open, evidence, None),
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

/// Looks at what greets us on the open ports, for traces of something in between. Returns whether anything was found.
async fn paths(cx: &Context, host: &Host, ip: std::net::IpAddr, own: &[Port]) -> bool {
    let mut offers = Vec::new();
    let mut seen = false;
    for port in own.iter().filter(|p| p.outcome == ConnectOutcome::Open && p.port != 465) {
        let open = Open {
            server: host.name.clone(),
            address: SocketAddr::new(ip, port.port),
            security: Security::None,
            source: cx.case.source,
            role: Role::Control,
            strict: false,
        };
        let Ok((mut dialogue, greeting)) = Dialogue::open(&cx.net, &cx.rec, open).await else { continue };
        let welcome = dialogue.ehlo(&cx.helo()).await.is_ok_and(|h| h.reply.is_positive());
        let text = greeting.reply.joined();
        for found in masked(&host.name, port.port, (&text, greeting.evidence), dialogue.capabilities()) {
            seen = true;
            cx.found(found);
        }
        if welcome {
            offers.push((port.port, dialogue.capabilities().has("STARTTLS"), greeting.evidence));
        }
        dialogue.quit().await;
    }
    let with = offers.iter().find(|o| o.1);
    let without = offers.iter().find(|o| !o.1);
    if let (Some((with, ..)), Some((without, _, evidence))) = (with, without) {
        seen = true;
        let found = Finding::new("firewall.starttls-one-path")
            .arg("server", &host.name)
            .arg("port", without)
            .arg("better_port", with);
        cx.found(found.shown_by(*evidence));
    }
    interceptor(cx) || seen
}

/// A certificate seen in this session whose issuer is a product that opens TLS on its way.
fn interceptor(cx: &Context) -> bool {
    let found = cx.seen.numbered().find_map(|(id, entry)| {
        let Fact::Tls { tls, .. } = &entry.fact else { return None };
        let issuer = &tls.chain.first()?.issuer;
        let name = cx.know.interceptors.iter().find(|n| issuer.to_lowercase().contains(&n.to_lowercase()))?;
        Some(
            Finding::new("firewall.interceptor")
                .arg("server", &tls.server)
                .arg("name", name)
                .arg("issuer", issuer)
                .shown_by(id),
        )
    });
    // The evidence is of an earlier run: the walk knows only this run's, so the finding goes without it.
    found.map(|f| cx.found(Finding { evidence: Vec::new(), ..f })).is_some()
}

fn judge(cx: &Context, host: &Host, own: &[Port], controls: &[Port], traces: bool) {
    let state = |ports: &[Port], wanted: &dyn Fn(&Port) -> bool, outcome: ConnectOutcome| {
        ports.iter().filter(|p| wanted(p) && p.outcome == outcome).count()
    };
    let is25 = |p: &Port| p.port == 25;
    let other = |p: &Port| p.port != 25;
    let silent25 = |ports: &[Port]| {
        [ConnectOutcome::Timeout, ConnectOutcome::Unreachable, ConnectOutcome::Denied]
            .iter()
            .map(|o| state(ports, &is25, *o))
            .sum::<usize>()
    };
    let open25 = state(own, &is25, ConnectOutcome::Open) + state(controls, &is25, ConnectOutcome::Open);
    let asked25 = controls.iter().filter(|p| is25(p)).count();
    let elsewhere = state(own, &other, ConnectOutcome::Open) + state(controls, &other, ConnectOutcome::Open);
    let found = |id: &str| {
        let mut finding = Finding::new(id).arg("server", &host.name).arg("count", asked25);
        let names: Vec<&str> = controls.iter().filter(|p| is25(p)).map(|p| p.server.as_str()).collect();
        finding.args.insert("controls".to_owned(), names.join(", "));
        finding.evidence = own.iter().chain(controls).map(|p| p.evidence).collect();
        finding
    };
    let id = if silent25(own) > 0 && asked25 >= 2 && silent25(controls) == asked25 && elsewhere > 0 {
        "firewall.port25.blocked"
    } else if silent25(own) > 0 && state(controls, &is25, ConnectOutcome::Open) > 0 {
        "firewall.port25.filtered-here"
    } else if open25 > 0 {
        "firewall.port25.open"
    } else {
        "firewall.could-not-tell"
    };
    cx.found(found(id));
    if !traces && id == "firewall.port25.open" {
        cx.found(found("firewall.none-seen"));
    }
}
