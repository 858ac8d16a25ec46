//! What the user told us. No secret is in here: passwords travel beside the transcript.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Runbook;

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// By port, and by what the server offers.
    #[default]
    Auto,
    /// No TLS.
    None,
    /// Plain first, then the STARTTLS command (RFC 3207).
    Starttls,
    /// TLS from the first byte (RFC 8314 §3.3).
    Tls,
}

impl Security {
    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::None => "none",
            Self::Starttls => "starttls",
            Self::Tls => "tls",
        }
    }
}

impl fmt::Display for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Security {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "none" => Ok(Self::None),
            "starttls" => Ok(Self::Starttls),
            "tls" => Ok(Self::Tls),
            _ => Err("type auto, none, starttls or tls".to_owned()),
        }
    }
}

/// One address family only, if asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AddressFamily {
    /// Both, judged apart.
    #[default]
    Any,
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

impl AddressFamily {
    /// Whether an address is of this family.
    #[must_use]
    pub fn allows(self, ip: IpAddr) -> bool {
        match self {
            Self::Any => true,
            Self::V4 => ip.is_ipv4(),
            Self::V6 => ip.is_ipv6(),
        }
    }
}

/// What may be done without asking again (contract, `--consent`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Consent {
    /// Open connections to mail servers and say EHLO.
    Connect,
    /// Name sender and recipient to a server, without sending a message.
    Rcpt,
    /// Log in, once.
    Auth,
    /// Really submit a message, once.
    Send,
    /// Ask public blocklists about an address or a domain.
    Blocklists,
    /// Fetch pages over HTTPS (policies, settings).
    Http,
    /// Trace the route.
    Trace,
    /// Ask a server whether it knows a name, by VRFY.
    Vrfy,
    /// Ask registries about domains, over RDAP.
    Rdap,
}

impl Consent {
    /// All of them, in the contract's order.
    pub const ALL: [Self; 9] = [
        Self::Connect,
        Self::Rcpt,
        Self::Auth,
        Self::Send,
        Self::Blocklists,
        Self::Http,
        Self::Trace,
        Self::Vrfy,
        Self::Rdap,
    ];

    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Rcpt => "rcpt",
            Self::Auth => "auth",
            Self::Send => "send",
            Self::Blocklists => "blocklists",
            Self::Http => "http",
            Self::Trace => "trace",
            Self::Vrfy => "vrfy",
            Self::Rdap => "rdap",
        }
    }
}

impl FromStr for Consent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|c| c.as_str() == text)
            .ok_or_else(|| "type some of connect,rcpt,auth,send,blocklists,http,trace,vrfy,rdap".to_owned())
    }
}

/// Guided: the walk branches. Checklist: the guide's order, every step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// One thing at a time, led by the replies.
    #[default]
    Guided,
    /// All 13 steps in order, each signed off or noted.
    Checklist,
}

/// What brought the user here; it decides the first step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Goal {
    /// An error, a bounce or a log line.
    Error,
    /// An address that mail does not reach.
    #[default]
    Address,
    /// Settings that do not work.
    Settings,
    /// A server of one's own that is refused.
    Server,
}

/// A server as it was entered: a name or an address, perhaps with a port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Host name, or an address in text form without brackets.
    pub host: String,
    /// Port, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
}

/// A value of the case that the error text may give away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "named as the fields of a case")]
pub enum Taken {
    From,
    To,
    Server,
    RefusedBy,
    Ip,
    Helo,
}

impl Taken {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::To, Self::From, Self::Server, Self::RefusedBy, Self::Ip, Self::Helo];
}

/// What was asked: the case. Every field may be filled in later in the wizard.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Case {
    /// What brought the user here.
    pub goal: Goal,
    /// The envelope sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Recipients, as typed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
    /// The outgoing server to test; without it the recipient domain's MX.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<Target>,
    /// How that connection is to be protected.
    pub security: Security,
    /// The login name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Whether a password is held beside the transcript.
    pub has_password: bool,
    /// The one SASL mechanism to use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<String>,
    /// Whether to log in even where TLS is missing or not to be trusted. For this session alone: it is never written down.
    #[serde(skip_serializing)]
    pub insecure_login: bool,
    /// The message that is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<PathBuf>,
    /// The error, bounce or log text the user has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Which failure of that text is followed, counted from 0; none where it holds one, or nobody chose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<u32>,
    /// The server that refused, as that text names it: of those that take mail for the recipient it is asked first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused_by: Option<String>,
    /// What was taken from that text, and not typed.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub taken: BTreeSet<Taken>,
    /// The HELO name to use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub helo: Option<String>,
    /// The local address to connect from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<IpAddr>,
    /// The sending address to judge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<IpAddr>,
    /// The DNS resolver to ask; none for the system's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolver: Option<SocketAddr>,
    /// The sending domain; defaults to the domain of `from`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sending_domain: Option<String>,
    /// The DKIM selector, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// One address family only.
    pub family: AddressFamily,
    /// An extra trust anchor, a PEM file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
    /// The checklist of one's own that is worked through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checklist: Option<Runbook>,
    /// Seconds per network phase.
    pub timeout_secs: u32,
    /// Seconds for the whole check.
    pub deadline_secs: u32,
}

impl Case {
    /// The default of `--timeout`.
    pub const TIMEOUT_SECS: u32 = 10;
    /// The default of `--deadline`.
    pub const DEADLINE_SECS: u32 = 60;

    /// An empty case with the contract's default limits.
    #[must_use]
    pub fn new() -> Self {
        Self { timeout_secs: Self::TIMEOUT_SECS, deadline_secs: Self::DEADLINE_SECS, ..Self::default() }
    }

    /// Whether two cases hold the same there.
    #[must_use]
    pub fn agrees(&self, other: &Self, on: Taken) -> bool {
        match on {
            Taken::From => self.from == other.from,
            Taken::To => self.to == other.to,
            Taken::Server => self.server == other.server,
            Taken::RefusedBy => self.refused_by == other.refused_by,
            Taken::Ip => self.ip == other.ip,
            Taken::Helo => self.helo == other.helo,
        }
    }

    /// What was taken there from the error text, with its name; none where nothing was.
    #[must_use]
    pub fn told(&self, what: Taken) -> Option<String> {
        if !self.taken.contains(&what) {
            return None;
        }
        let (name, value) = match what {
            Taken::To => ("to", self.recipient().map(str::to_owned)),
            Taken::From => ("from", self.from.clone()),
            Taken::Server => ("server", self.server.as_ref().map(|s| s.host.clone())),
            Taken::RefusedBy => ("refused by", self.refused_by.clone()),
            Taken::Ip => ("sent from", self.ip.map(|ip| ip.to_string())),
            Taken::Helo => ("HELO name", self.helo.clone()),
        };
        Some(format!("{name} {}", value?))
    }

    /// Empties that field.
    pub fn forget(&mut self, what: Taken) {
        match what {
            Taken::From => self.from = None,
            Taken::To => self.to.clear(),
            Taken::Server => self.server = None,
            Taken::RefusedBy => self.refused_by = None,
            Taken::Ip => self.ip = None,
            Taken::Helo => self.helo = None,
        }
    }

    /// The recipient that the walk follows: the first.
    #[must_use]
    pub fn recipient(&self) -> Option<&str> {
        self.to.first().map(String::as_str)
    }

    /// The same case with one of its recipients in front, which the walk follows then; none where it is no recipient, or in front already.
    #[must_use]
    pub fn following(&self, recipient: &str) -> Option<Self> {
        let at = self.to.iter().position(|to| to == recipient).filter(|at| *at > 0)?;
        let mut case = self.clone();
        case.to[..=at].rotate_right(1);
        Some(case)
    }

    /// The domain of the first recipient, as typed.
    #[must_use]
    pub fn recipient_domain(&self) -> Option<&str> {
        domain_of(self.recipient()?)
    }

    /// The server that the user logs in at.
    #[must_use]
    pub fn own_server(&self) -> Option<&str> {
        self.server.as_ref().filter(|_| self.user.is_some()).map(|s| s.host.as_str())
    }

    /// The sending domain: as given, else that of `from`.
    #[must_use]
    pub fn sender_domain(&self) -> Option<&str> {
        self.sending_domain.as_deref().or_else(|| domain_of(self.from.as_deref()?))
    }
}

/// The part behind the last `@`.
fn domain_of(address: &str) -> Option<&str> {
    address.rsplit_once('@').map(|(_, d)| d.trim_end_matches('>').trim()).filter(|d| !d.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recipient_in_trouble_comes_to_the_front_and_none_is_lost() {
        let to = ["a@example.org", "b@example.org", "c@example.org"].map(str::to_owned).to_vec();
        let case = Case { to, ..Case::new() };
        let followed = case.following("c@example.org").expect("one of them");
        assert_eq!(followed.to, ["c@example.org", "a@example.org", "b@example.org"]);
        assert_eq!(case.following("a@example.org"), None, "it is in front already");
        assert_eq!(case.following("d@example.org"), None);
    }

    #[test]
    fn a_risk_is_taken_for_one_session_and_written_nowhere() {
        let case = Case { insecure_login: true, ..Case::new() };
        let written = serde_json::to_string(&case).expect("JSON");
        assert!(!written.contains("insecure"), "{written}");
        assert!(!serde_json::from_str::<Case>(&written).expect("a case").insecure_login);
    }
}
