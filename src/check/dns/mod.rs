//! Step 9: the records that mail needs: of the recipient's domain, of the sending domain, and of the sending address.

mod policy;
mod reverse;

use super::tools::could_not_tell;
use super::{BoxFuture, Check, Context};
use crate::net::RecordType;
use crate::transcript::{DnsFact, DnsOutcome, DnsRecord, EvidenceId, Finding};

/// The check of step 9.
pub(super) struct Dns;

impl Check for Dns {
    fn id(&self) -> &'static str {
        "dns"
    }

    fn emits(&self) -> &'static [&'static str] {
        &[
            "dns.no-domain",
            "dns.no-ip",
            "dns.nxdomain",
            "dns.sender.nxdomain",
            "dns.sender.null-mx",
            "dns.servfail",
            "dns.refused",
            "dns.timeout",
            "dns.unreachable",
            "dns.mx.ok",
            "dns.mx.none",
            "dns.mx.null",
            "dns.mx.cname",
            "dns.mx.unresolved",
            "dns.mx.all-unresolved",
            "dns.ptr.ok",
            "dns.ptr.none",
            "dns.ptr.mismatch",
            "dns.ptr.unknown",
            "dns.helo.ok",
            "dns.helo.unresolved",
            "dns.helo.unknown",
            "dns.helo.literal",
            "dns.spf.ok",
            "dns.spf.none",
            "dns.spf.multiple",
            "dns.spf.bad",
            "dns.spf.open",
            "dns.dkim.ok",
            "dns.dkim.none",
            "dns.dkim.not-found",
            "dns.dkim.revoked",
            "dns.dmarc.ok",
            "dns.dmarc.none",
            "dns.dmarc.multiple",
            "dns.dmarc.bad",
        ]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(run(cx))
    }
}

async fn run(cx: &Context) {
    let sender = cx.case.sender_domain().map(|d| idna::domain_to_ascii(d).unwrap_or_else(|_| d.to_owned()));
    let recipient = cx.case.recipient_domain().map(|d| idna::domain_to_ascii(d).unwrap_or_else(|_| d.to_owned()));
    if sender.is_none() && recipient.is_none() {
        cx.found(Finding::new("dns.no-domain"));
    }
    let same = sender.is_some() && sender == recipient;
    futures_util::join!(
        async {
            if let Some(domain) = recipient.as_deref().filter(|d| !d.starts_with('[')) {
                exchangers(cx, domain, false).await;
            }
        },
        async {
            if let Some(domain) = sender.as_deref() {
                if !same {
                    exchangers(cx, domain, true).await;
                }
                policy::records(cx, domain).await;
            }
        },
        reverse::address(cx),
    );
}

/// Says what kept a question from being answered. Returns whether it did.
fn unanswered(cx: &Context, dns: &DnsFact, evidence: EvidenceId, label: &str) -> bool {
    let Some(why) = could_not_tell(dns) else { return false };
    let id = match dns.outcome {
        DnsOutcome::ServFail => "dns.servfail",
        DnsOutcome::Refused => "dns.refused",
        DnsOutcome::Timeout => "dns.timeout",
        _ => "dns.unreachable",
    };
    let found = Finding::new(id)
        .arg("name", &dns.name)
        .arg("type", &dns.rtype)
        .arg("why", why)
        .arg("detail", dns.detail.clone().unwrap_or_default())
        .shown_by(evidence)
        .ends(label, dns.ms);
    cx.found(found);
    true
}

async fn exchangers(cx: &Context, domain: &str, sender: bool) {
    let label = format!("MX {domain}");
    cx.rec.probing(&label);
    let (mx, evidence) = cx.net.lookup(&cx.rec, domain, RecordType::MX).await;
    if unanswered(cx, &mx, evidence, &label) {
        return;
    }
    let found = |id: &str| Finding::new(id).arg("domain", domain).shown_by(evidence);
    if mx.outcome == DnsOutcome::NxDomain {
        cx.found(found(if sender { "dns.sender.nxdomain" } else { "dns.nxdomain" }).ends(&label, mx.ms));
        return;
    }
    let hosts: Vec<&str> = mx
        .records
        .iter()
        .filter_map(|r| if let DnsRecord::Mx { host, .. } = r { Some(host.as_str()) } else { None })
        .collect();
    if hosts.is_empty() {
        cx.found(found("dns.mx.none").ends(&label, mx.ms));
        return;
    }
    if hosts.iter().all(|h| h.is_empty()) {
        cx.found(found(if sender { "dns.sender.null-mx" } else { "dns.mx.null" }).ends(&label, mx.ms));
        return;
    }
    let (mut good, mut dangling) = (0, Vec::new());
    for host in hosts.iter().filter(|h| !h.is_empty()).take(8) {
        let answers = cx.net.addresses(&cx.rec, host, cx.case.family).await;
        if answers.iter().any(|(dns, _)| dns.records.iter().any(|r| matches!(r, DnsRecord::Cname(_)))) {
            cx.found(found("dns.mx.cname").arg("name", host));
        }
        if answers.iter().any(|(dns, _)| dns.addresses().next().is_some()) {
            good += 1;
        } else if !answers.iter().any(|(dns, id)| unanswered(cx, dns, *id, &label)) {
            dangling.push(*host);
        }
    }
    if !dangling.is_empty() {
        let id = if good > 0 { "dns.mx.unresolved" } else { "dns.mx.all-unresolved" };
        cx.found(found(id).arg("name", dangling.join(", ")));
    }
    if good > 0 {
        cx.found(found("dns.mx.ok").arg("count", hosts.len()).arg("hosts", hosts.join(", ")).ends(&label, mx.ms));
    }
}
