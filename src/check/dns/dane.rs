//! DANE (RFC 7672): TLSA records of the mail servers, held against the certificates they really serve.

use super::dnssec;
use super::served::{Certificates, Served};
use crate::check::Context;
use crate::check::tools::could_not_tell;
use crate::net::{Ask, RecordType};
use crate::transcript::{Consent, DnsFact, DnsOutcome, DnsRecord, EvidenceId, Finding, TlsFact};

/// Mail servers that are looked at.
const HOSTS: usize = 4;

/// One TLSA record (RFC 6698 §2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
struct Tlsa {
    usage: u8,
    selector: u8,
    matching: u8,
    data: String,
}

impl Tlsa {
    fn read(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let mut number = || words.next()?.parse().ok();
        let (usage, selector, matching) = (number()?, number()?, number()?);
        Some(Self { usage, selector, matching, data: words.collect::<String>().to_ascii_lowercase() })
    }

    /// RFC 7672 §3.1.3: only 2 (DANE-TA) and 3 (DANE-EE) are used for mail.
    fn is_usable(&self) -> bool {
        matches!(self.usage, 2 | 3)
            && matches!(self.selector, 0 | 1)
            && matches!(self.matching, 0..=2)
            && !self.data.is_empty()
    }

    /// Whether we can compare it: digests of SHA-256, as nearly all are.
    fn is_comparable(&self) -> bool {
        self.is_usable() && self.matching == 1
    }

    fn matches(&self, tls: &TlsFact) -> bool {
        let digests = tls.chain.iter().map(|c| if self.selector == 0 { &c.sha256 } else { &c.key_sha256 });
        let looked_at = if self.usage == 3 { 1 } else { tls.chain.len() };
        digests.take(looked_at).any(|digest| *digest == self.data)
    }
}

/// Looks at the TLSA records of each mail server of the recipient's domain.
pub(super) async fn servers(cx: &Context, domain: &str, certificates: &Certificates) {
    let (mx, _) = cx.net.lookup(&cx.rec, domain, RecordType::MX).await;
    let hosts: Vec<String> = mx
        .records
        .iter()
        .filter_map(|r| if let DnsRecord::Mx { host, .. } = r { Some(host.clone()) } else { None })
        .filter(|h| !h.is_empty())
        .take(HOSTS)
        .collect();
    futures_util::future::join_all(hosts.iter().map(|host| one(cx, host, certificates))).await;
}

async fn one(cx: &Context, host: &str, certificates: &Certificates) {
    let owner = format!("_25._tcp.{host}");
    let how = Ask { recurse: true, unchecked: false, signed: true };
    let (dns, evidence, flags) = cx.net.ask(&cx.rec, None, &owner, RecordType::TLSA, how).await;
    if could_not_tell(&dns).is_some() {
        failing(cx, host, &owner, &dns, evidence).await;
        return;
    }
    let texts =
        dns.records.iter().filter_map(|r| if let DnsRecord::Other(text) = r { Some(text.as_str()) } else { None });
    let records: Vec<Tlsa> = texts.filter_map(Tlsa::read).collect();
    if records.is_empty() {
        return;
    }
    let label = format!("DANE {host}");
    cx.rec.probing(&label);
    let shown: Vec<String> =
        records.iter().map(|t| format!("{} {} {} {}", t.usage, t.selector, t.matching, t.data)).collect();
    let found = |id: &str| {
        let desk = Finding::new(id).arg("desk", "DANE").arg("owner", &owner).arg("host", host);
        desk.arg("record", shown.join(" | ")).shown_by(evidence).ends(&label, dns.ms)
    };
    if !records.iter().any(Tlsa::is_usable) {
        cx.found(found("dns.dane.unusable"));
        return;
    }
    if !flags.validated {
        cx.found(found("dns.dane.unsigned"));
        return;
    }
    if !cx.may(Consent::Connect) || !records.iter().any(Tlsa::is_comparable) {
        cx.found(found("dns.dane.not-compared"));
        return;
    }
    match certificates.of(cx, host).await {
        Served::Chain(tls, id) if records.iter().any(|t| t.is_comparable() && t.matches(&tls)) => {
            cx.found(found("dns.dane.ok").shown_by(id));
        }
        Served::Chain(tls, id) => {
            let key = tls.chain.first().map_or("", |c| c.key_sha256.as_str());
            cx.found(found("dns.dane.mismatch").arg("instead", format!("3 1 1 {key}")).shown_by(id));
        }
        Served::NoTls(id) => cx.found(found("dns.dane.no-tls").shown_by(id)),
        Served::Untold => cx.found(found("dns.dane.not-compared")),
    }
}

/// What a failing question for TLSA means: bogus signatures, or servers that do not answer for a zone that is signed.
///
/// Many resolvers fail at types that they do not know, and where the host's address is not secure no sender asks (RFC 7672 §2.1.1).
async fn failing(cx: &Context, host: &str, owner: &str, dns: &DnsFact, evidence: EvidenceId) {
    if dns.outcome != DnsOutcome::ServFail {
        return;
    }
    let label = format!("DANE {host}");
    let found = |id: &str| {
        let desk = Finding::new(id).arg("desk", "DANE").arg("owner", owner).arg("host", host);
        desk.arg("why", could_not_tell(dns).unwrap_or_default()).shown_by(evidence).ends(&label, dns.ms)
    };
    let how = Ask { recurse: true, unchecked: false, signed: true };
    for rtype in [RecordType::A, RecordType::AAAA] {
        let (address, id, flags) = cx.net.ask(&cx.rec, None, host, rtype, how).await;
        if flags.validated && address.addresses().next().is_some() {
            cx.rec.probing(&label);
            let bogus = dnssec::is_bogus(cx, dns).await;
            cx.found(found(if bogus { "dns.dane.bogus" } else { "dns.dane.fails" }).shown_by(id));
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_mail_uses_counts() {
        for (text, usable) in [
            ("3 1 1 AB12", true),
            ("2 0 2 ab12", true),
            ("1 1 1 ab12", false),
            ("0 0 1 ab12", false),
            ("3 2 1 ab12", false),
            ("3 1 9 ab12", false),
            ("3 1 1", false),
        ] {
            assert_eq!(Tlsa::read(text).is_some_and(|t| t.is_usable()), usable, "{text}");
        }
        assert_eq!(Tlsa::read("3 1 1 AB 12").map(|t| t.data).as_deref(), Some("ab12"));
    }
}
