//! What an answer says, read out of the message.

use std::net::SocketAddr;

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use hickory_resolver::proto::rr::{DNSClass, Name, RData, Record, RecordType};

use crate::transcript::{DnsFact, DnsOutcome, DnsRecord, clean_line};

/// Records kept of one answer.
const RECORDS: usize = 200;
/// Aliases followed in one answer.
const ALIASES: usize = 16;
/// Characters kept of one record: DKIM keys and long SPF records fit many times over.
const RECORD_LENGTH: usize = 8192;
/// Characters kept of what is said besides.
const DETAIL_LENGTH: usize = 300;

/// An answer without its question.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) outcome: DnsOutcome,
    pub(super) records: Vec<DnsRecord>,
    pub(super) ttl: Option<u32>,
    pub(super) detail: Option<String>,
}

impl Answer {
    pub(super) fn failed(outcome: DnsOutcome, detail: Option<String>) -> Self {
        Self { outcome, records: Vec::new(), ttl: None, detail }
    }

    /// Reads the records that answer: those of the type asked for, at the name or where its aliases lead, and the aliases.
    pub(super) fn read(message: &Message, name: &Name, rtype: RecordType) -> Self {
        let mut detail = extended_error(message);
        let (aliases, found) = follow(&message.answers, name, rtype);
        let outcome = match message.metadata.response_code {
            ResponseCode::NoError if !found.is_empty() => DnsOutcome::Found,
            ResponseCode::NoError => referral(message).map_or(DnsOutcome::NoData, |to| {
                detail.get_or_insert(to);
                DnsOutcome::Error
            }),
            ResponseCode::NXDomain => DnsOutcome::NxDomain,
            ResponseCode::ServFail => DnsOutcome::ServFail,
            ResponseCode::Refused => DnsOutcome::Refused,
            other => {
                detail.get_or_insert_with(|| format!("the server answered {}", spoken(other)));
                DnsOutcome::Error
            }
        };
        let all = || aliases.iter().chain(&found).take(RECORDS);
        Self { outcome, ttl: all().map(|r| r.ttl).min(), records: all().map(|r| data(&r.data)).collect(), detail }
    }

    /// Whether a server said so: a failure that was said tells more than a silence.
    pub(super) fn is_said(&self) -> bool {
        !matches!(self.outcome, DnsOutcome::Timeout | DnsOutcome::Error)
    }

    pub(super) fn fact(self, name: &str, rtype: RecordType, server: Option<SocketAddr>, ms: u32) -> DnsFact {
        DnsFact {
            name: clean_line(name, 255),
            rtype: rtype.to_string(),
            server,
            outcome: self.outcome,
            records: self.records,
            ttl: self.ttl,
            detail: self.detail.map(|d| clean_line(&d, DETAIL_LENGTH)),
            ms,
        }
    }
}

/// The aliases on the way from the name, in order, and the records of the type where they end.
fn follow<'a>(answers: &'a [Record], name: &Name, rtype: RecordType) -> (Vec<&'a Record>, Vec<&'a Record>) {
    let of = |owner: &Name, wanted: RecordType| {
        let owner = owner.clone();
        answers
            .iter()
            .filter(move |r| r.dns_class == DNSClass::IN && r.name == owner)
            .filter(move |r| wanted == RecordType::ANY || r.record_type() == wanted)
    };
    let mut aliases = Vec::new();
    let mut at = name;
    while aliases.len() < ALIASES {
        let found: Vec<&Record> = of(at, rtype).collect();
        if !found.is_empty() {
            return (aliases, found);
        }
        let Some((alias, RData::CNAME(to))) = of(at, RecordType::CNAME).next().map(|r| (r, &r.data)) else { break };
        aliases.push(alias);
        at = &to.0;
    }
    (aliases, Vec::new())
}

/// A referral to other servers is not a "no such record" (RFC 2308 §2.2).
fn referral(message: &Message) -> Option<String> {
    let has_soa = message.authorities.iter().any(|r| r.record_type() == RecordType::SOA);
    let to: Vec<String> = message
        .authorities
        .iter()
        .filter_map(|r| if let RData::NS(ns) = &r.data { Some(host(&ns.0)) } else { None })
        .take(8)
        .collect();
    (!has_soa && !message.metadata.authoritative && !to.is_empty()).then(|| format!("a referral to {}", to.join(", ")))
}

fn data(data: &RData) -> DnsRecord {
    match data {
        RData::A(a) => DnsRecord::Address(a.0.into()),
        RData::AAAA(a) => DnsRecord::Address(a.0.into()),
        RData::MX(mx) => DnsRecord::Mx { preference: mx.preference, host: host(&mx.exchange) },
        RData::TXT(txt) => {
            let joined = txt.txt_data.concat();
            DnsRecord::Txt(clean_line(&String::from_utf8_lossy(&joined), RECORD_LENGTH))
        }
        RData::CNAME(name) => DnsRecord::Cname(host(&name.0)),
        RData::PTR(name) => DnsRecord::Ptr(host(&name.0)),
        RData::NS(name) => DnsRecord::Other(host(&name.0)),
        other => DnsRecord::Other(clean_line(&other.to_string(), RECORD_LENGTH)),
    }
}

/// A name as it was served, without its trailing dot; bytes that are no letters stay escaped.
fn host(name: &Name) -> String {
    let text = name.to_ascii();
    clean_line(text.strip_suffix('.').unwrap_or(&text), 1024)
}

/// The extended DNS error (RFC 8914 §2): its meaning, its number, its text.
fn extended_error(message: &Message) -> Option<String> {
    let EdnsOption::Unknown(_, bytes) = message.edns.as_ref()?.option(EdnsCode::Unknown(15))? else { return None };
    let (code, text) = bytes.split_first_chunk()?;
    let code = u16::from_be_bytes(*code);
    let text = String::from_utf8_lossy(text);
    let meaning = meaning(code);
    let text = text.trim_end_matches('\0').trim();
    Some(if text.is_empty() { format!("{meaning} (EDE {code})") } else { format!("{meaning} (EDE {code}): {text}") })
}

/// RFC 8914 §4, and the registry since.
fn meaning(code: u16) -> &'static str {
    match code {
        1 => "unsupported DNSKEY algorithm",
        2 => "unsupported DS digest type",
        3 => "stale answer",
        4 => "forged answer",
        5 => "DNSSEC indeterminate",
        6 => "DNSSEC bogus",
        7 => "signature expired",
        8 => "signature not yet valid",
        9 => "DNSKEY missing",
        10 => "signatures missing",
        11 => "no zone key bit set",
        12 => "NSEC missing",
        13 => "cached error",
        14 => "not ready",
        15 => "blocked",
        16 => "censored",
        17 => "filtered",
        18 => "prohibited",
        19 => "stale NXDOMAIN answer",
        20 => "not authoritative",
        21 => "not supported",
        22 => "no reachable authority",
        23 => "network error",
        24 => "invalid data",
        25 => "signature expired before valid",
        26 => "too early",
        27 => "unsupported NSEC3 iterations",
        28 => "does not conform to policy",
        29 => "synthesized",
        _ => "other error",
    }
}

fn spoken(code: ResponseCode) -> String {
    match code {
        ResponseCode::FormErr => "FORMERR".to_owned(),
        ResponseCode::NotImp => "NOTIMP".to_owned(),
        ResponseCode::NotAuth => "NOTAUTH".to_owned(),
        ResponseCode::BADVERS => "BADVERS".to_owned(),
        other => format!("code {}", u16::from(other)),
    }
}
