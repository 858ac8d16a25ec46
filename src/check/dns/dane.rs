//! DANE (RFC 7672): TLSA records of the mail servers, held against the certificates they really serve.

use std::fmt;

use super::dnssec;
use super::served::{Certificates, Served};
use crate::check::Context;
use crate::check::tools::could_not_tell;
use crate::net::{Ask, RecordType, sha256};
use crate::transcript::{CertificateFact, Consent, DnsFact, DnsOutcome, DnsRecord, EvidenceId, Finding};

/// Mail servers that are looked at.
const HOSTS: usize = 4;
/// So much of what a record holds is shown, in characters: the longest digest.
const SHOWN: usize = 128;

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

    /// RFC 7672 §3.1.3: only 2 (DANE-TA) and 3 (DANE-EE) are used for mail; a digest of another length matches nothing (RFC 7671 §4.1).
    fn is_usable(&self) -> bool {
        let fits = match self.matching {
            0 => !self.data.is_empty(),
            1 => self.data.len() == 64,
            2 => self.data.len() == 128,
            _ => false,
        };
        matches!(self.usage, 2 | 3) && matches!(self.selector, 0 | 1) && fits
    }

    /// Where in the chain stands what it announces.
    fn found_at(&self, chain: &[CertificateFact]) -> Option<usize> {
        let looked_at = if self.usage == 3 { 1 } else { chain.len() };
        let whole = if self.matching == 0 { octets(&self.data).map(|o| sha256(&o)) } else { None };
        let announced = whole.as_ref().unwrap_or(&self.data);
        let shown = |c: &CertificateFact| match (self.selector, self.matching) {
            (0, 2) => c.sha512.clone(),
            (_, 2) => c.key_sha512.clone(),
            (0, _) => c.sha256.clone(),
            _ => c.key_sha256.clone(),
        };
        chain.iter().take(looked_at).position(|c| shown(c) == *announced)
    }

    /// How it stands against the chain of a server that any of these names may be meant by. With usage 3 the key is all that counts; an issuer
    /// vouches for a name and for a time, as any issuer does (RFC 7671 §5.1, §5.2.2 and §5.2.3).
    fn judge(&self, chain: &[CertificateFact], names: &[&str], now: i64) -> Holds {
        let Some(at) = self.found_at(chain) else { return Holds::Not };
        let own = &chain[0];
        if self.usage == 3 {
            return Holds::Yes;
        }
        if chain[..=at].iter().any(|c| now < c.not_before || now > c.not_after) {
            return Holds::OutOfDate;
        }
        // One without such names is known by its subject, which is not judged here.
        let named = own.names.is_empty() || names.iter().any(|name| own.is_for(name));
        if named { Holds::Yes } else { Holds::OtherName }
    }
}

/// What a TLSA record says of a chain, the best last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Holds {
    /// It is about another.
    Not,
    /// It is about an issuer in it, and the server's certificate is for another name.
    OtherName,
    /// It is about an issuer in it, and something up to there has expired, or is not valid yet.
    OutOfDate,
    Yes,
}

/// A whole certificate in a record is told by its beginning.
impl fmt::Display for Tlsa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { usage, selector, matching, data } = self;
        match data.get(..SHOWN) {
            Some(start) if data.len() > SHOWN => write!(f, "{usage} {selector} {matching} {start}…"),
            _ => write!(f, "{usage} {selector} {matching} {data}"),
        }
    }
}

/// Octets of hexadecimal text.
fn octets(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok().filter(|p| p.len() == 2));
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
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
    futures_util::future::join_all(hosts.iter().map(|host| one(cx, (host, domain), certificates))).await;
}

async fn one(cx: &Context, (host, domain): (&str, &str), certificates: &Certificates) {
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
    let shown: Vec<String> = records.iter().map(Tlsa::to_string).collect();
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
    if !cx.may(Consent::Connect) {
        cx.found(found("dns.dane.not-compared"));
        return;
    }
    match certificates.of(cx, host).await {
        Served::Chain(tls, id) => {
            // The domain's own name will do as well as the server's (RFC 7672 §3.2.2).
            let now = cx.net.world().unix_seconds();
            let judged = records.iter().filter(|t| t.is_usable()).map(|t| t.judge(&tls.chain, &[host, domain], now));
            let own = tls.chain.first();
            let key = own.map_or("", |c| c.key_sha256.as_str());
            let found = |id: &str| found(id).arg("instead", format!("3 1 1 {key}"));
            let found = match judged.max().unwrap_or(Holds::Not) {
                Holds::Yes => found("dns.dane.ok"),
                Holds::Not => found("dns.dane.mismatch"),
                Holds::OutOfDate => found("dns.dane.out-of-date"),
                Holds::OtherName => {
                    found("dns.dane.other-name").arg("names", own.map_or_else(String::new, |c| c.names.join(", ")))
                }
            };
            cx.found(found.shown_by(id));
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
    use ring::digest::SHA512;

    use super::*;

    #[test]
    fn only_what_mail_uses_counts() {
        let (short, long) = ("ab".repeat(32), "ab".repeat(64));
        for (text, usable) in [
            (format!("3 1 1 {}", short.to_uppercase()), true),
            (format!("2 0 2 {long}"), true),
            ("3 0 0 3082".to_owned(), true),
            (format!("1 1 1 {short}"), false),
            (format!("0 0 1 {short}"), false),
            (format!("3 2 1 {short}"), false),
            (format!("3 1 9 {short}"), false),
            (format!("3 1 2 {short}"), false),
            (format!("3 1 1 {long}"), false),
            ("3 1 1".to_owned(), false),
        ] {
            assert_eq!(Tlsa::read(&text).is_some_and(|t| t.is_usable()), usable, "{text}");
        }
        assert_eq!(Tlsa::read("3 1 1 AB 12").map(|t| t.data).as_deref(), Some("ab12"));
    }

    #[test]
    fn a_record_is_held_against_what_it_is_about() {
        let digest = |by, octets: &[u8]| -> String {
            ring::digest::digest(by, octets).as_ref().iter().map(|o| format!("{o:02x}")).collect()
        };
        let fact = |name: &str| {
            let (whole, key) = (format!("certificate of {name}"), format!("key of {name}"));
            serde_json::from_value::<CertificateFact>(serde_json::json!({
                "subject": name, "issuer": "", "names": [], "not_before": 0, "not_after": 0,
                "sha256": sha256(whole.as_bytes()), "key_sha256": sha256(key.as_bytes()),
                "sha512": digest(&SHA512, whole.as_bytes()), "key_sha512": digest(&SHA512, key.as_bytes()),
            }))
            .expect("a certificate")
        };
        let chain = [fact("server"), fact("issuer")];
        let hex = |text: &str| text.bytes().map(|o| format!("{o:02x}")).collect::<String>();
        for (selector, what) in [(0, "certificate of "), (1, "key of ")] {
            for (matching, form) in [
                (0, &hex as &dyn Fn(&str) -> String),
                (1, &|text: &str| sha256(text.as_bytes())),
                (2, &|text: &str| digest(&SHA512, text.as_bytes())),
            ] {
                for (usage, name, holds) in
                    [(3, "server", true), (3, "issuer", false), (2, "issuer", true), (2, "stranger", false)]
                {
                    let text = format!("{usage} {selector} {matching} {}", form(&format!("{what}{name}")));
                    let record = Tlsa::read(&text).expect("a record");
                    assert!(record.is_usable(), "{text}");
                    let judged = record.judge(&chain, &["mx.example.org"], 0);
                    assert_eq!(judged == Holds::Yes, holds, "{usage} {selector} {matching} of {name}");
                }
            }
        }
    }

    #[test]
    fn an_issuer_vouches_for_a_name_and_a_time_and_a_key_for_itself() {
        let fact = |name: &str, names: &[&str], until: i64| {
            serde_json::from_value::<CertificateFact>(serde_json::json!({
                "subject": name, "issuer": "", "names": names, "not_before": 0, "not_after": until,
                "key_sha256": sha256(name.as_bytes()),
            }))
            .expect("a certificate")
        };
        let record =
            |usage, name: &str| Tlsa::read(&format!("{usage} 1 1 {}", sha256(name.as_bytes()))).expect("a record");
        let names = ["mx.example.org", "example.org"];
        for (shown, until, of_issuer) in [
            ("mx.example.org", 100, Holds::Yes),
            ("example.org", 100, Holds::Yes),
            ("*.example.org", 100, Holds::Yes),
            ("www.example.net", 100, Holds::OtherName),
            ("mx.example.org", 49, Holds::OutOfDate),
        ] {
            let chain = [fact("own", &[shown], until), fact("issuer", &[], 100)];
            assert_eq!(record(2, "issuer").judge(&chain, &names, 50), of_issuer, "{shown} until {until}");
            assert_eq!(record(3, "own").judge(&chain, &names, 50), Holds::Yes, "{shown} until {until}");
        }
    }

    #[test]
    fn a_long_record_is_told_by_its_beginning() {
        let record = Tlsa::read(&format!("3 0 0 {}", "ab".repeat(700))).expect("a record");
        assert_eq!(record.to_string(), format!("3 0 0 {}…", "ab".repeat(64)));
    }
}
