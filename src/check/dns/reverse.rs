//! The sending address: its name, and whether that name leads back (RFC 1912 §2.1); and the HELO name.

use std::net::IpAddr;

use super::unanswered;
use crate::check::Context;
use crate::check::tools::{could_not_tell, greeted, is_private, sending_address};
use crate::transcript::{AddressFamily, DnsRecord, Finding};

/// Looks at the address and the HELO name side by side.
pub(super) async fn address(cx: &Context) {
    futures_util::join!(pointer(cx), helo(cx));
}

async fn pointer(cx: &Context) {
    let Some(ip) = sending_address(cx) else {
        // What a server that took the mail saw: where this machine is no mail server, it is beside the matter.
        let seen = greeted(cx).filter(|ip| !is_private(*ip));
        cx.found(seen.map_or_else(
            || Finding::new("dns.no-ip"),
            |ip| Finding::new("dns.no-ip-given").arg("ip", ip.to_canonical()),
        ));
        return;
    };
    if cx.case.ip.is_none() {
        cx.found(Finding::new("dns.ip-seen").arg("ip", ip));
    }
    if is_private(ip) {
        cx.found(Finding::new("dns.ptr.private").arg("ip", ip));
        return;
    }
    let label = format!("PTR {ip}");
    cx.rec.probing(&label);
    let (ptr, evidence) = cx.net.reverse(&cx.rec, ip).await;
    if let Some(why) = could_not_tell(&ptr) {
        cx.found(Finding::new("dns.ptr.unknown").arg("ip", ip).arg("why", why).shown_by(evidence).ends(&label, ptr.ms));
        return;
    }
    let names: Vec<&str> = ptr
        .records
        .iter()
        .filter_map(|r| if let DnsRecord::Ptr(n) = r { Some(n.as_str()) } else { None })
        .take(8)
        .collect();
    let found = |id: &str| {
        let desk = Finding::new(id).arg("desk", "PTR").arg("owner", ip).arg("record", names.join(", "));
        desk.arg("ip", ip).arg("name", names.join(", ")).shown_by(evidence).ends(&label, ptr.ms)
    };
    if names.is_empty() {
        cx.found(found("dns.ptr.none"));
        return;
    }
    let mut unknown = None;
    for name in &names {
        for (dns, id) in cx.net.addresses(&cx.rec, name, AddressFamily::Any).await {
            if dns.addresses().any(|a| a == ip) {
                cx.found(found("dns.ptr.ok").shown_by(id));
                other_family(cx, ip, name).await;
                return;
            }
            unknown = unknown.or_else(|| could_not_tell(&dns));
        }
    }
    match unknown {
        Some(why) => cx.found(found("dns.ptr.unknown").arg("why", why)),
        None => cx.found(found("dns.ptr.mismatch")),
    }
}

/// The addresses of the other family that the confirmed name has: a server that sends from them, too, needs their names as well.
async fn other_family(cx: &Context, ip: IpAddr, name: &str) {
    let family = if ip.is_ipv4() { AddressFamily::V6 } else { AddressFamily::V4 };
    let answers = cx.net.addresses(&cx.rec, name, family).await;
    let others = answers.iter().flat_map(|(dns, _)| dns.addresses()).filter(|other| !is_private(*other));
    for other in others.take(2) {
        let (ptr, id) = cx.net.reverse(&cx.rec, other).await;
        if could_not_tell(&ptr).is_some() {
            continue;
        }
        // The name has that address already; all that is left is whether the address has the name.
        let back = |r: &DnsRecord| matches!(r, DnsRecord::Ptr(n) if n.trim_end_matches('.').eq_ignore_ascii_case(name.trim_end_matches('.')));
        let why = match ptr.records.as_slice() {
            [] => "it has none",
            records if records.iter().any(back) => continue,
            _ => "it is another one",
        };
        let found = Finding::new("dns.ptr.other-family").arg("desk", "PTR").arg("owner", other).arg("name", name);
        cx.found(found.arg("ip", ip).arg("other", other).arg("why", why).shown_by(id));
    }
}

async fn helo(cx: &Context) {
    let name = cx.helo();
    if name.starts_with('[') {
        // One that was given is as it was meant to be.
        if cx.case.helo.is_none() {
            cx.found(Finding::new("dns.helo.literal").arg("name", name));
        }
        return;
    }
    let label = format!("HELO {name}");
    cx.rec.probing(&label);
    let answers = cx.net.addresses(&cx.rec, &name, AddressFamily::Any).await;
    if let Some((dns, id)) = answers.iter().find(|(dns, _)| dns.addresses().next().is_some()) {
        let all: Vec<String> = answers.iter().flat_map(|(dns, _)| dns.addresses()).map(|ip| ip.to_string()).collect();
        let found = |finding: &str| {
            let desk = Finding::new(finding).arg("desk", "HELO").arg("owner", &name).arg("record", all.join(", "));
            desk.arg("name", &name).shown_by(*id).ends(&label, dns.ms)
        };
        cx.found(found("dns.helo.ok"));
        // RFC 5321 §4.1.4: it need not be so; many receivers want it all the same. A name that was not given is not judged.
        if let Some(ip) = sending_address(cx).filter(|ip| cx.case.helo.is_some() && !is_private(*ip))
            && !all.contains(&ip.to_string())
            && answers.iter().all(|(dns, _)| could_not_tell(dns).is_none())
        {
            cx.found(found("dns.helo.elsewhere").arg("ip", ip).arg("addresses", all.join(", ")));
        }
        return;
    }
    // A name that is not ours to choose (this machine's own) is no fault of the mail: only one that was given is judged.
    if let Some((dns, id)) = answers.iter().find(|(dns, _)| could_not_tell(dns).is_some()) {
        if cx.case.helo.is_none() || !unanswered(cx, dns, *id, &label).await {
            cx.found(Finding::new("dns.helo.unknown").arg("name", name).shown_by(*id).ends(&label, dns.ms));
        }
        return;
    }
    let id = if cx.case.helo.is_some() { "dns.helo.unresolved" } else { "dns.helo.unknown" };
    let mut finding = Finding::new(id).arg("desk", "HELO").arg("owner", &name).arg("name", &name).ends(&label, 0);
    finding.evidence = answers.iter().map(|(_, id)| *id).collect();
    cx.found(finding);
}
