//! Does the domain take mail, as far as the DNS tells? Its MX, its null MX, its address instead (RFC 5321 §5.1, RFC 7505).

use std::net::IpAddr;

use super::mx::{self, Exchangers};
use crate::check::Context;
use crate::check::dns::elsewhere;
use crate::check::tools::{could_not_tell, is_cut, resolver_fault};
use crate::net::RecordType;
use crate::transcript::{AddressFamily, DnsFact, DnsOutcome, DnsRecord, EvidenceId, Finding};

/// Looks at the domain and says what it found; none where no server can be asked.
pub(super) async fn look(cx: &Context, domain: &str) -> Option<Exchangers> {
    if domain.starts_with('[') {
        return Some(Exchangers::default());
    }
    let ascii = idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_owned());
    let (mut mx, mut evidence) = cx.net.lookup(&cx.rec, &ascii, RecordType::MX).await;
    if mx.outcome == DnsOutcome::DeniesAll
        && let Some(other) = cx.case.from.as_deref().and_then(|from| Some(from.rsplit_once('@')?.1))
    {
        // A resolver that knows the sender's domain is believed of the recipient's.
        cx.net.lookup(&cx.rec, other, RecordType::MX).await;
        (mx, evidence) = cx.net.lookup(&cx.rec, &ascii, RecordType::MX).await;
    }
    let found = |id: &str| Finding::new(id).arg("domain", domain).shown_by(evidence);
    if let Some(why) = could_not_tell(&mx) {
        let found = |id: &str| found(id).arg("why", why).arg("detail", mx.detail.clone().unwrap_or_default());
        // A resolver that fails for every name says nothing about this one.
        if let Some(id) = resolver_fault(cx, &mx).await {
            cx.found(found(id).arg("name", &ascii).arg("type", RecordType::MX));
            return None;
        }
        cx.found(found(match mx.outcome {
            DnsOutcome::DeniesAll => "recipient.domain.untold",
            DnsOutcome::ServFail => "recipient.domain.servfail",
            _ if is_cut(&mx) => "recipient.domain.cut",
            DnsOutcome::Timeout => "recipient.domain.silent",
            _ => "recipient.domain.unknown",
        }));
        return None;
    }
    if mx.outcome == DnsOutcome::NxDomain {
        // A resolver may deny what the rest of the world knows.
        if !elsewhere(cx, domain).await {
            cx.found(missing(cx, domain, &ascii, evidence).await);
        }
        return None;
    }
    let mut records: Vec<(u16, String)> = exchangers(&mx);
    records.sort();
    if records.is_empty() {
        if !fallback(cx, domain, &ascii, evidence).await {
            return None;
        }
        return mx::look(cx, domain, &[(0, ascii)], evidence).await;
    }
    let named: Vec<(u16, String)> = records.iter().filter(|(_, host)| !host.is_empty()).cloned().collect();
    if named.is_empty() {
        if !elsewhere(cx, domain).await {
            cx.found(found("recipient.domain.null-mx"));
        }
        return None;
    }
    let hosts = named.iter().map(|(_, host)| host.as_str()).collect::<Vec<_>>().join(", ");
    let preferred =
        named.iter().map(|(preference, host)| format!("{preference} {host}")).collect::<Vec<_>>().join(", ");
    cx.found(found("recipient.domain.ok").arg("hosts", hosts).arg("preferred", preferred).arg("count", named.len()));
    if named.len() < records.len() {
        cx.found(found("recipient.mx.null-beside"));
    }
    mx::look(cx, domain, &named, evidence).await
}

fn exchangers(mx: &DnsFact) -> Vec<(u16, String)> {
    let record = |r: &DnsRecord| {
        if let DnsRecord::Mx { preference, host } = r { Some((*preference, host.clone())) } else { None }
    };
    mx.records.iter().filter_map(record).collect()
}

/// Whether nobody has registered the domain, or only this name below it does not exist.
async fn missing(cx: &Context, domain: &str, ascii: &str, evidence: EvidenceId) -> Finding {
    let found = |id: &str| Finding::new(id).arg("domain", domain).shown_by(evidence);
    let Some(registered) = psl::domain_str(ascii) else { return found("recipient.domain.nxdomain") };
    if registered == ascii {
        return found("recipient.domain.unregistered").arg("registered", domain);
    }
    let (parent, proof) = cx.net.lookup(&cx.rec, registered, RecordType::SOA).await;
    let id = match parent.outcome {
        DnsOutcome::NxDomain => "recipient.domain.unregistered",
        DnsOutcome::Found | DnsOutcome::NoData => "recipient.domain.no-such-name",
        _ => "recipient.domain.nxdomain",
    };
    found(id).arg("registered", registered).shown_by(proof)
}

/// Whether a name that nobody has leads to the same address: then the resolver leads unknown names to a page of its own (RFC 6471 has lists
/// tested for that, too).
async fn invented(cx: &Context, ascii: &str, own: &[(DnsFact, EvidenceId)]) -> Option<(IpAddr, EvidenceId)> {
    let (_, ending) = psl::domain_str(ascii).filter(|of| *of == ascii)?.split_once('.')?;
    let nobodys = format!("heloise-{:08x}.{ending}", fastrand::u32(..));
    let theirs = cx.net.addresses(&cx.rec, &nobodys, AddressFamily::Any).await;
    let led = |ip: &IpAddr| own.iter().any(|(dns, _)| dns.addresses().any(|a| a == *ip));
    theirs.iter().find_map(|(dns, id)| Some((dns.addresses().find(led)?, *id)))
}

/// The address that is tried where no MX is named; whether there is one.
async fn fallback(cx: &Context, domain: &str, ascii: &str, evidence: EvidenceId) -> bool {
    let found = |id: &str| Finding::new(id).arg("domain", domain).shown_by(evidence);
    let answers = cx.net.addresses(&cx.rec, ascii, AddressFamily::Any).await;
    if answers.iter().any(|(dns, _)| dns.addresses().next().is_some()) {
        if let Some((at, proof)) = invented(cx, ascii, &answers).await {
            let all = found("recipient.domain.invented").arg("address", at).shown_by(proof);
            cx.found(all);
            return false;
        }
        cx.found(found("recipient.domain.fallback"));
        return true;
    }
    if let Some(why) = answers.iter().find_map(|(dns, _)| could_not_tell(dns)) {
        cx.found(found("recipient.domain.unknown").arg("why", why));
    } else if !elsewhere(cx, domain).await {
        cx.found(found("recipient.domain.no-mail"));
    }
    false
}
