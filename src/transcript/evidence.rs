//! Facts about the outside world, as they were seen.

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::path::IcmpFact;
use super::{Role, Stage};

/// How a question to the DNS ended. Each is a different verdict (law 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DnsOutcome {
    /// Records came back.
    Found,
    /// The name exists, but has no such record (RFC 2308 §2.2).
    NoData,
    /// The name does not exist (RFC 2308 §2.1).
    NxDomain,
    /// The resolver denies this name, and the top-level domains that do exist, too: it knows nothing of the world's names.
    DeniesAll,
    /// The resolver failed (RFC 1035 §4.1.1, RCODE 2).
    ServFail,
    /// The resolver refuses to answer us (RCODE 5).
    Refused,
    /// No answer in time.
    Timeout,
    /// The DNS server could not be reached, or answered something else.
    Error,
}

impl DnsOutcome {
    /// Whether the answer is a real one: records, or a trustworthy "there is none".
    #[must_use]
    pub fn is_answer(self) -> bool {
        matches!(self, Self::Found | Self::NoData | Self::NxDomain)
    }

    /// The id of the contract's JSON: `nx-domain`, `serv-fail` …
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::NoData => "no-data",
            Self::NxDomain => "nx-domain",
            Self::DeniesAll => "denies-all",
            Self::ServFail => "serv-fail",
            Self::Refused => "refused",
            Self::Timeout => "timeout",
            Self::Error => "error",
        }
    }
}

/// One record's data, as far as mail needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DnsRecord {
    /// An address, A or AAAA.
    Address(IpAddr),
    /// A mail exchanger; the host is without its trailing dot, and empty for a null MX (RFC 7505).
    Mx {
        /// Lower is tried first.
        preference: u16,
        /// The exchanger's name.
        host: String,
    },
    /// The strings of one TXT record, joined without a space as RFC 7208 §3.3 says.
    Txt(String),
    /// A canonical name.
    Cname(String),
    /// The name of an address.
    Ptr(String),
    /// Any other record, in presentation form.
    Other(String),
}

/// A question to the DNS and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsFact {
    /// The name asked for, without its trailing dot.
    pub name: String,
    /// The type asked for: `MX`, `A`, `AAAA`, `TXT`, `PTR`, `CNAME` …
    pub rtype: String,
    /// The server asked, if one was chosen; none for the system's resolver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<SocketAddr>,
    /// How it ended.
    pub outcome: DnsOutcome,
    /// The records of the type asked for (and CNAMEs on the way), cleaned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<DnsRecord>,
    /// The lowest time to live among them, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u32>,
    /// What an extended DNS error or the transport said besides (RFC 8914), cleaned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// How long it took, in milliseconds.
    pub ms: u32,
}

impl DnsFact {
    /// The addresses among the records.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        self.records.iter().filter_map(|r| if let DnsRecord::Address(ip) = r { Some(*ip) } else { None })
    }

    /// The TXT records' texts.
    pub fn texts(&self) -> impl Iterator<Item = &str> + '_ {
        self.records.iter().filter_map(|r| if let DnsRecord::Txt(t) = r { Some(t.as_str()) } else { None })
    }
}

/// How opening a TCP connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectOutcome {
    /// Connected.
    Open,
    /// Refused: a host answered, nothing listens there (ECONNREFUSED).
    Refused,
    /// No answer in time: a filter, or a dead host.
    Timeout,
    /// No route, or a router said unreachable (ENETUNREACH, EHOSTUNREACH).
    Unreachable,
    /// This machine or its firewall forbids it (EPERM, EACCES).
    Denied,
    /// Anything else; the reason is beside it.
    Error,
}

impl ConnectFact {
    /// The reason of a connection that was taken and reset at once: a call that is turned away is refused instead (RFC 9293 §3.5.2).
    pub const RESET: &str = "reset";

    /// Whether it was taken and reset at once.
    #[must_use]
    pub fn was_reset(&self) -> bool {
        self.outcome == ConnectOutcome::Error && self.reason.as_deref() == Some(Self::RESET)
    }
}

impl ConnectOutcome {
    /// The id of the contract's JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Refused => "refused",
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::Denied => "denied",
            Self::Error => "error",
        }
    }
}

/// An attempt at a TCP connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectFact {
    /// The host's name as it was asked for.
    pub server: String,
    /// Where it went.
    pub address: SocketAddr,
    /// This machine's address on that connection, where it came about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<SocketAddr>,
    /// How it ended.
    pub outcome: ConnectOutcome,
    /// The system's words for anything but success, cleaned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who turned the call away by ICMP, where somebody did and the system tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icmp: Option<IcmpFact>,
    /// How long it took, in milliseconds.
    pub ms: u32,
}

/// What a certificate says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateFact {
    /// The subject, RFC 4514 form, cleaned.
    pub subject: String,
    /// The issuer, the same way.
    pub issuer: String,
    /// DNS names and addresses it is for, cleaned.
    pub names: Vec<String>,
    /// Valid from, seconds since 1970.
    pub not_before: i64,
    /// Valid until, seconds since 1970.
    pub not_after: i64,
    /// Its key: `RSA 2048`, `EC P-256`, `Ed25519`; empty where it is none of these.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// Where it says that its issuer's own certificate can be fetched (RFC 5280 §4.2.2.1), cleaned; it is never fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_at: Option<String>,
    /// SHA-256 of the whole certificate, in hexadecimal: what a TLSA record may hold (RFC 6698 §2.1).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sha256: String,
    /// SHA-256 of its public key (SubjectPublicKeyInfo).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key_sha256: String,
    /// SHA-512 of the whole certificate.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sha512: String,
    /// SHA-512 of its public key.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key_sha512: String,
}

impl CertificateFact {
    /// Whether it names itself as its issuer.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// Whether it is for that name, as RFC 9525 §6.3 reads wildcards.
    #[must_use]
    pub fn is_for(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.names.iter().map(|name| name.to_ascii_lowercase()).any(|name| match name.strip_prefix("*.") {
            Some(parent) => host.split_once('.').is_some_and(|(_, rest)| rest == parent),
            None => name == host,
        })
    }
}

/// A TLS handshake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsFact {
    /// The name that was asked for (SNI, and what the certificate is held against).
    pub server: String,
    /// Where it went.
    pub address: SocketAddr,
    /// Whether the handshake came to its end (with or without a trusted certificate).
    pub established: bool,
    /// `TLSv1.3` or `TLSv1.2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The cipher suite's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cipher: Option<String>,
    /// The chain as it was served, the server's own certificate first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<CertificateFact>,
    /// Why the certificate is not trusted, or none where it is: `expired`, `not-yet-valid`, `name`, `self-signed`, `unknown-issuer`, `revoked`, `bad`;
    /// or `no-trust-store` where this machine has nothing to judge it by: could not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distrust: Option<String>,
    /// Whether it was only asked, with a hello of our own, what the server would choose: `version` and `cipher` are its choice, and no
    /// handshake was meant to come about.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub probe: bool,
    /// What broke the handshake, cleaned: `plaintext`, `timeout`, `closed`, `reset`, `malformed`, or the alert's name (`protocol-version` …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub ms: u32,
}

/// A line that was sent, secrets already replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandFact {
    /// The host's name as it was asked for.
    pub server: String,
    /// Where it went.
    pub address: SocketAddr,
    /// The stage the command belongs to.
    pub stage: Stage,
    /// The line without its CRLF; after AUTH, `‹secret›` stands where a payload was.
    pub line: String,
    /// Whether it went through TLS.
    pub tls: bool,
    /// Whose mail it speaks about.
    #[serde(default)]
    pub role: Role,
}

/// Something read off this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostFact {
    /// What was read: `load`, `memory`, `disk`, `queue`, `interfaces` …
    pub what: String,
    /// What it said, cleaned; none where it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Why it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A page that was asked for over HTTPS, and how that ended; never its body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpFact {
    /// What was asked for, cleaned.
    pub url: String,
    /// The address asked last, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<SocketAddr>,
    /// The status code of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The media type of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<String>,
    /// How many octets of body came.
    pub octets: u32,
    /// Why there is no page, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How long it all took, in milliseconds.
    pub ms: u32,
}

/// What was seen of the message given: never its body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageFact {
    /// Size in octets as it is.
    pub octets: u64,
    /// Number of lines.
    pub lines: u64,
    /// Names of its attachments, cleaned.
    pub attachments: Vec<String>,
    /// Its header field names, in order, cleaned.
    pub fields: Vec<String>,
}

/// How a dialogue broke off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BreakKind {
    /// Nothing, or not enough, came in time.
    Timeout,
    /// The peer closed the connection.
    Closed,
    /// The connection was reset.
    Reset,
    /// What came is not SMTP.
    NotSmtp,
    /// A line or a reply was longer than any honest server's.
    TooLong,
    /// Bytes came before they were due: after the STARTTLS reply (injection), or an answer to nothing. They were thrown away; the dialogue went on.
    EarlyTalk,
    /// The TLS handshake failed; the TLS fact says how.
    Tls,
    /// Any other fault of the connection.
    Error,
}

impl BreakKind {
    /// The word used in JSON and in findings' arguments.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Closed => "closed",
            Self::Reset => "reset",
            Self::NotSmtp => "not-smtp",
            Self::TooLong => "too-long",
            Self::EarlyTalk => "early-talk",
            Self::Tls => "tls",
            Self::Error => "error",
        }
    }
}

/// A dialogue that broke off, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakFact {
    /// The host's name as it was asked for.
    pub server: String,
    /// Where the connection went.
    pub address: SocketAddr,
    /// The stage in which it broke off.
    pub stage: Stage,
    /// How.
    pub kind: BreakKind,
    /// What was seen last, cleaned and cut: the odd bytes, the system's reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// How long was waited in that stage, in milliseconds.
    pub ms: u32,
    /// Whose mail it was about.
    #[serde(default)]
    pub role: Role,
}

impl BreakFact {
    /// Whether nothing came in time, in the handshake too: more patience might have told.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        let word = BreakKind::Timeout.as_str();
        self.kind == BreakKind::Timeout || (self.kind == BreakKind::Tls && self.detail.as_deref() == Some(word))
    }
}
