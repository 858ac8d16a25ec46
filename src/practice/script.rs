//! What a world is made of: zones, hosts with their scripts, routes. Plain data, as it stands in the file.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Deserializer};

use crate::guide::Pattern;
use crate::transcript::Security;

/// A part of the DNS.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// Its name, without the trailing dot.
    pub name: String,
    /// Lines as in a zone file: `NAME TYPE DATA`, `@` for the zone itself, names without a trailing dot below the zone.
    #[serde(default)]
    pub records: String,
    /// Names that fail, and how; `*` stands for every name of the zone.
    #[serde(default)]
    pub fails: BTreeMap<String, DnsFailure>,
    /// The one server that sees the zone so; none: all others, and the resolver.
    #[serde(default)]
    pub at: Option<IpAddr>,
    /// The resolver vouches for its answers (AD), as if the zone were signed and it had validated them.
    #[serde(default)]
    pub signed: bool,
}

/// How a question to the DNS fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DnsFailure {
    /// RCODE 2 (RFC 1035 §4.1.1).
    Servfail,
    /// RCODE 5.
    Refused,
    /// No answer at all.
    Timeout,
    /// RCODE 2, unless the asker wants what does not validate, too (CD): DNSSEC is broken.
    Bogus,
}

/// One machine on some of its ports, and what it says there.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// Its name: in the greeting and in a good certificate.
    pub name: String,
    /// Where it answers, in public-looking addresses.
    pub addresses: Vec<IpAddr>,
    /// Its ports, and how each is protected: `{ 25 = "starttls", 465 = "tls" }`.
    #[serde(deserialize_with = "ports")]
    pub ports: BTreeMap<u16, Security>,
    /// The certificate it shows.
    #[serde(default)]
    pub certificate: Certificate,
    /// Which TLS it speaks.
    #[serde(default)]
    pub tls: Tls,
    /// Whose wording it uses where no rule says otherwise.
    #[serde(default)]
    pub software: Software,
    /// The first line, code included.
    #[serde(default)]
    pub greeting: Option<String>,
    /// EHLO keywords (RFC 5321 §4.1.1.1). STARTTLS is added where the port has it.
    #[serde(default)]
    pub ehlo: Vec<String>,
    /// EHLO keywords inside TLS, where they differ.
    #[serde(default)]
    pub ehlo_tls: Option<Vec<String>>,
    /// Who may log in.
    #[serde(default)]
    pub users: Vec<User>,
    /// SCRAM is offered, and the passwords are stored in a way that it cannot use.
    #[serde(default)]
    pub no_scram_store: bool,
    /// The domains it takes mail for; for any other a login is needed.
    #[serde(default)]
    pub domains: Vec<String>,
    /// The addresses that exist in them; none given means all do. `postmaster` always does (RFC 5321 §4.5.1).
    #[serde(default)]
    pub mailboxes: Vec<String>,
    /// More connections than this at a time are turned away with 421.
    #[serde(default)]
    pub max_connections: Option<u32>,
    /// Past this many octets at a time, what it says is lost on the way to us, unless we ask for small packets.
    #[serde(default)]
    pub swallows: Option<usize>,
    /// Where it departs from what a healthy server says; the first that matches counts.
    #[serde(default, rename = "rule")]
    pub rules: Vec<Rule>,
}

/// A login.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Its name.
    pub name: String,
    /// Its password: for practice, and no secret.
    pub password: String,
}

/// A departure from what a healthy server says. All conditions given must hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// When.
    pub on: Vec<Moment>,
    /// The recipient named last matches.
    #[serde(default)]
    pub recipient: Option<Pattern>,
    /// The sender named last matches.
    #[serde(default)]
    pub sender: Option<Pattern>,
    /// The EHLO or HELO name matches.
    #[serde(default)]
    pub helo: Option<Pattern>,
    /// The login name matches.
    #[serde(default)]
    pub user: Option<Pattern>,
    /// Inside TLS, or outside.
    #[serde(default)]
    pub tls: Option<bool>,
    /// On this port only.
    #[serde(default)]
    pub port: Option<u16>,
    /// Logged in, or not.
    #[serde(default)]
    pub login: Option<bool>,
    /// From this connection to the host on, counting from 1.
    #[serde(default)]
    pub from_connection: Option<u32>,
    /// Only the first so many times, counted apart for each pair of sender and recipient, over all connections.
    #[serde(default)]
    pub times: Option<u32>,
    /// What is said: lines with their codes. Places: `{name}` `{helo}` `{ip}` `{sender}` `{rcpt}` `{user}` `{date}`. None: nothing is said.
    #[serde(default)]
    pub reply: Vec<String>,
    /// What happens then.
    #[serde(default)]
    pub then: Then,
    /// How long it takes, in milliseconds.
    #[serde(default)]
    pub delay_ms: u64,
}

/// When a rule may speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "named as the commands of RFC 5321, 3207 and 4954")]
pub enum Moment {
    /// The connection was made: the greeting is due.
    Connect,
    Ehlo,
    Helo,
    Starttls,
    /// The AUTH command, before any name or password.
    Auth,
    /// Name and password were given: the outcome of AUTH is due.
    Login,
    Mail,
    Rcpt,
    Data,
    /// The final dot.
    Message,
    Rset,
    Noop,
    Vrfy,
    Quit,
    /// Any other command.
    Other,
}

/// What happens after a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// The dialogue goes on.
    #[default]
    GoOn,
    /// The server closes the connection.
    Close,
    /// The connection is reset (RST), as a firewall that looks into connections does.
    Reset,
    /// The server says nothing more, and keeps the connection.
    Silence,
}

/// The certificate a host shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certificate {
    /// Its own name, in date, issued by the world's authority.
    #[default]
    Good,
    /// Out of date.
    Expired,
    /// Not in date yet.
    NotYetValid,
    /// Another host's name.
    WrongName,
    /// Issued by itself.
    SelfSigned,
    /// Issued by an authority that nobody trusts.
    UntrustedIssuer,
    /// Made on the way by a mail scanner that reads along.
    Intercepted,
    /// Good, and served without the intermediate certificate that it needs.
    NoIntermediate,
}

/// Which TLS a host speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tls {
    /// TLS 1.2 and 1.3.
    #[default]
    Modern,
    /// TLS 1.0 and nothing newer.
    Version10,
    /// TLS 1.2 with ciphers that nobody uses any more.
    OldCiphers,
    /// None that comes about: it agrees to begin, and hangs up.
    Broken,
}

/// Whose wording a host uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "names of mail servers")]
pub enum Software {
    #[default]
    Postfix,
    Exim,
    Exchange,
}

/// A path that does not work.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// To this address; any if left out.
    #[serde(default)]
    pub address: Option<IpAddr>,
    /// To this port; any if left out.
    #[serde(default)]
    pub port: Option<u16>,
    /// What happens on it.
    pub does: Fate,
    /// Who turns the call away, where it is a machine on the way: it says so by ICMP.
    #[serde(default)]
    pub by: Option<IpAddr>,
    /// The routers on it, in order, as far as a trace shows them.
    #[serde(default)]
    pub hops: Vec<IpAddr>,
}

/// What happens to a connection attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// It vanishes: no answer, ever.
    Drop,
    /// It is refused (ECONNREFUSED).
    Refuse,
    /// There is no way there (EHOSTUNREACH).
    Unreachable,
}

impl Route {
    /// Whether it leads there.
    #[must_use]
    pub fn leads_to(&self, address: IpAddr, port: u16) -> bool {
        self.address.is_none_or(|a| a == address) && self.port.is_none_or(|p| p == port)
    }
}

fn ports<'de, D: Deserializer<'de>>(d: D) -> Result<BTreeMap<u16, Security>, D::Error> {
    use serde::de::Error;
    BTreeMap::<String, Security>::deserialize(d)?
        .into_iter()
        .map(|(port, security)| {
            let number = port.parse().map_err(|_| D::Error::custom(format!("{port} is not a port number")))?;
            if security == Security::Auto {
                return Err(D::Error::custom(format!("port {port}: say none, starttls or tls")));
            }
            Ok((number, security))
        })
        .collect()
}
