//! The MX of a domain, and where each leads (RFC 5321 §5.1, RFC 7505).

use std::net::IpAddr;

use futures_util::future::join_all;

use super::{elsewhere, unanswered};
use crate::check::Context;
use crate::check::tools::{could_not_tell, is_private};
use crate::net::RecordType;
use crate::transcript::{AddressFamily, DnsFact, DnsOutcome, DnsRecord, EvidenceId, Finding};

/// Hosts whose reverse names are looked at.
const HOSTS: usize = 4;

/// Looks at the MX of a domain and where each leads; `sender`: of the domain that sends, which answers have to reach.
pub(super) async fn look(cx: &Context, domain: &str, sender: bool) {
    let label = format!("MX {domain}");
    cx.rec.probing(&label);
    let (mx, evidence) = cx.net.lookup(&cx.rec, domain, RecordType::MX).await;
    if unanswered(cx, &mx, evidence, &label).await {
        return;
    }
    let shown = |r: &DnsRecord| match r {
        DnsRecord::Mx { preference, host } => Some(format!("{preference} {host}.")),
        _ => None,
    };
    let record = mx.records.iter().filter_map(shown).collect::<Vec<_>>().join(", ");
    let found = |id: &str| {
        let desk = Finding::new(id).arg("desk", "MX").arg("owner", domain).arg("record", &record);
        desk.arg("domain", domain).shown_by(evidence)
    };
    if mx.outcome == DnsOutcome::NxDomain {
        // A resolver may deny what the rest of the world knows.
        if elsewhere(cx, domain).await {
            cx.found(found("dns.mx.untold-here").ends(&label, mx.ms));
        } else {
            cx.found(found(if sender { "dns.sender.nxdomain" } else { "dns.nxdomain" }).ends(&label, mx.ms));
        }
        return;
    }
    let hosts: Vec<&str> = mx
        .records
        .iter()
        .filter_map(|r| if let DnsRecord::Mx { host, .. } = r { Some(host.as_str()) } else { None })
        .collect();
    if hosts.is_empty() {
        cx.found(without(cx, domain, sender, &found).await.ends(&label, mx.ms));
        return;
    }
    if hosts.iter().all(|h| h.is_empty()) {
        cx.found(found(if sender { "dns.sender.null-mx" } else { "dns.mx.null" }).ends(&label, mx.ms));
        return;
    }
    let named = hosts.len();
    let hosts: Vec<&str> = hosts.into_iter().filter(|h| !h.is_empty()).collect();
    if hosts.len() < named {
        cx.found(found("dns.mx.null-beside"));
    }
    let ends = |finding: Finding| finding.ends(&label, mx.ms);
    let asked = hosts.iter().take(8).map(|host| cx.net.addresses(&cx.rec, host, AddressFamily::Any));
    let answers = join_all(asked).await;
    let leads: Vec<(&str, Lead)> =
        hosts.iter().zip(&answers).map(|(host, told)| (*host, Lead::of(host, told))).collect();
    for ((host, lead), told) in leads.iter().zip(&answers) {
        match lead {
            Lead::Address => cx.found(found("dns.mx.is-address").arg("name", host)),
            Lead::Home => cx.found(found("dns.mx.loopback").arg("name", host)),
            Lead::Inside => cx.found(ends(found("dns.mx.inside").arg("name", host))),
            Lead::Open | Lead::Nowhere | Lead::Untold(..) if is_alias(told) => {
                cx.found(found("dns.mx.cname").arg("name", host));
            }
            Lead::Open | Lead::Nowhere | Lead::Untold(..) => {}
        }
    }
    let dangling: Vec<&str> = leads.iter().filter(|(_, lead)| lead.is_dead_end()).map(|(host, _)| *host).collect();
    let any_open = leads.iter().any(|(_, lead)| matches!(lead, Lead::Open));
    if !dangling.is_empty() {
        let id = match (dangling.len() < leads.len(), sender) {
            (true, _) => "dns.mx.unresolved",
            (false, true) => "dns.sender.mx-unresolved",
            (false, false) => "dns.mx.all-unresolved",
        };
        cx.found(ends(found(id).arg("name", dangling.join(", "))));
    }
    for (host, lead) in &leads {
        let Lead::Untold(dns, id) = lead else { continue };
        if any_open {
            let why = could_not_tell(dns).unwrap_or_default();
            cx.found(found("dns.mx.host-unknown").arg("name", host).arg("why", why).shown_by(*id));
        } else {
            unanswered(cx, dns, *id, &label).await;
        }
    }
    if any_open {
        let id = match (dangling.is_empty() && hosts.len() == named, sender) {
            (false, _) => "dns.mx.some-ok",
            (true, true) => "dns.sender.mx-ok",
            (true, false) => "dns.mx.ok",
        };
        cx.found(ends(found(id).arg("count", hosts.len()).arg("hosts", hosts.join(", "))));
    }
    if sender {
        names(cx, &hosts, &found).await;
    }
}

/// What an MX leads to.
enum Lead<'a> {
    /// It is an address where a name has to stand.
    Address,
    /// The machine that asks, whichever it is.
    Home,
    /// Addresses of an inner network only.
    Inside,
    /// An address that all can reach.
    Open,
    /// No address.
    Nowhere,
    /// An answer that does not tell.
    Untold(&'a DnsFact, EvidenceId),
}

impl<'a> Lead<'a> {
    fn of(host: &str, answers: &'a [(DnsFact, EvidenceId)]) -> Self {
        let addresses: Vec<IpAddr> = answers.iter().flat_map(|(dns, _)| dns.addresses()).collect();
        if host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
            Self::Address
        } else if addresses.is_empty() {
            let untold = answers.iter().find(|(dns, _)| could_not_tell(dns).is_some());
            untold.map_or(Self::Nowhere, |(dns, id)| Self::Untold(dns, *id))
        } else if addresses.iter().all(|ip| is_home(*ip)) {
            Self::Home
        } else if addresses.iter().all(|ip| is_private(*ip)) {
            Self::Inside
        } else {
            Self::Open
        }
    }

    /// Whether no mail from outside gets anywhere by it.
    fn is_dead_end(&self) -> bool {
        matches!(self, Self::Address | Self::Home | Self::Nowhere)
    }
}

/// Whether a name is another's alias: RFC 2181 §10.3 forbids that for an MX.
fn is_alias(answers: &[(DnsFact, EvidenceId)]) -> bool {
    answers.iter().any(|(dns, _)| dns.records.iter().any(|r| matches!(r, DnsRecord::Cname(_))))
}

/// A domain without an MX: mail goes to the address of the domain itself (RFC 5321 §5.1).
async fn without(cx: &Context, domain: &str, sender: bool, found: &(dyn Fn(&str) -> Finding + Sync)) -> Finding {
    let own = cx.net.addresses(&cx.rec, domain, AddressFamily::Any).await;
    let no_address = own.iter().all(|(dns, _)| dns.outcome.is_answer() && dns.addresses().next().is_none());
    let id = match (sender, no_address) {
        (true, true) => "dns.sender.no-mail",
        (true, false) => "dns.sender.no-mx",
        (false, true) => "dns.mx.no-mail",
        (false, false) => "dns.mx.none",
    };
    own.iter().fold(found(id), |found, (_, id)| found.shown_by(*id))
}

/// Whether an address leads back to the machine that asks, whichever it is.
fn is_home(ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    ip.is_loopback() || ip.is_unspecified()
}

/// Whether the hosts that take a sender's mail, and often send it, have reverse names.
async fn names(cx: &Context, hosts: &[&str], found: &(dyn Fn(&str) -> Finding + Sync)) {
    join_all(hosts.iter().take(HOSTS).map(async |host| {
        let answers = cx.net.addresses(&cx.rec, host, AddressFamily::Any).await;
        let public = answers.iter().flat_map(|(dns, _)| dns.addresses()).filter(|ip| !is_private(*ip)).take(2);
        join_all(public.map(async |ip| {
            let (ptr, id) = cx.net.reverse(&cx.rec, ip).await;
            if ptr.outcome.is_answer() && ptr.records.is_empty() {
                cx.found(found("dns.mx.no-ptr").arg("name", host).arg("ip", ip).shown_by(id));
            }
        }))
        .await;
    }))
    .await;
}
