//! The MX of a domain, and where each leads (RFC 5321 §5.1, RFC 7505).

use std::net::IpAddr;

use futures_util::future::join_all;

use super::{elsewhere, unanswered};
use crate::check::Context;
use crate::check::tools::{could_not_tell, is_private};
use crate::net::RecordType;
use crate::transcript::{AddressFamily, DnsOutcome, DnsRecord, Finding};

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
        // Without an MX, mail goes to the address of the domain itself (RFC 5321 §5.1).
        let own = cx.net.addresses(&cx.rec, domain, AddressFamily::Any).await;
        let no_address = own.iter().all(|(dns, _)| dns.outcome.is_answer() && dns.addresses().next().is_none());
        let id = match (sender, no_address) {
            (true, true) => "dns.sender.no-mail",
            (true, false) => "dns.sender.no-mx",
            (false, true) => "dns.mx.no-mail",
            (false, false) => "dns.mx.none",
        };
        let found = own.iter().fold(found(id), |found, (_, id)| found.shown_by(*id));
        cx.found(found.ends(&label, mx.ms));
        return;
    }
    if hosts.iter().all(|h| h.is_empty()) {
        cx.found(found(if sender { "dns.sender.null-mx" } else { "dns.mx.null" }).ends(&label, mx.ms));
        return;
    }
    let (mut good, mut inside, mut dangling, mut unknown) = (0, 0, Vec::new(), Vec::new());
    let named = hosts.len();
    let hosts: Vec<&str> = hosts.into_iter().filter(|h| !h.is_empty()).collect();
    let mut all_good = hosts.len() == named;
    if !all_good {
        cx.found(found("dns.mx.null-beside"));
    }
    let asked = hosts.iter().take(8).map(|host| cx.net.addresses(&cx.rec, host, AddressFamily::Any));
    for (host, answers) in hosts.iter().zip(join_all(asked).await) {
        let addresses: Vec<IpAddr> = answers.iter().flat_map(|(dns, _)| dns.addresses()).collect();
        let is_address = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        if is_address || (!addresses.is_empty() && addresses.iter().all(|ip| is_home(*ip))) {
            cx.found(found(if is_address { "dns.mx.is-address" } else { "dns.mx.loopback" }).arg("name", host));
            dangling.push(*host);
            continue;
        }
        if !addresses.is_empty() && addresses.iter().all(|ip| is_private(*ip)) {
            cx.found(found("dns.mx.inside").arg("name", host).ends(&label, mx.ms));
            inside += 1;
            continue;
        }
        if answers.iter().any(|(dns, _)| dns.records.iter().any(|r| matches!(r, DnsRecord::Cname(_)))) {
            cx.found(found("dns.mx.cname").arg("name", host));
        }
        let untold = answers.iter().find(|(dns, _)| could_not_tell(dns).is_some()).cloned();
        if answers.iter().any(|(dns, _)| dns.addresses().next().is_some()) {
            good += 1;
        } else if let Some(untold) = untold {
            unknown.push((*host, untold));
        } else {
            dangling.push(*host);
        }
    }
    all_good &= dangling.is_empty();
    if !dangling.is_empty() {
        let id = match good + inside > 0 || !unknown.is_empty() {
            true => "dns.mx.unresolved",
            false if sender => "dns.sender.mx-unresolved",
            false => "dns.mx.all-unresolved",
        };
        cx.found(found(id).arg("name", dangling.join(", ")).ends(&label, mx.ms));
    }
    if good > 0 {
        for (host, (dns, id)) in &unknown {
            let why = could_not_tell(dns).unwrap_or_default();
            cx.found(found("dns.mx.host-unknown").arg("name", host).arg("why", why).shown_by(*id));
        }
        let id = match (all_good, sender) {
            (false, _) => "dns.mx.some-ok",
            (true, true) => "dns.sender.mx-ok",
            (true, false) => "dns.mx.ok",
        };
        cx.found(found(id).arg("count", hosts.len()).arg("hosts", hosts.join(", ")).ends(&label, mx.ms));
    } else {
        for (_, (dns, id)) in &unknown {
            unanswered(cx, dns, *id, &label).await;
        }
    }
    if sender {
        names(cx, &hosts, &found).await;
    }
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
