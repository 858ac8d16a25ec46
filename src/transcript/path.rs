//! Who answers on the way to a host: ICMP errors, and a trace of the route.

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

/// An ICMP error that ended a connection attempt (RFC 792; RFC 4443 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IcmpFact {
    /// Who sent it: a router on the way, the host itself, or this machine.
    pub from: IpAddr,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: u8,
    /// Its code.
    pub code: u8,
    /// Whether it came from this machine itself.
    #[serde(default)]
    pub own: bool,
}

/// What an ICMP error says, as far as mail is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IcmpMeaning {
    /// A rule forbids it.
    Prohibited,
    /// Nobody listens at that port; from anybody but the host itself, a rule that pretends so.
    Port,
    /// There is no way, or nobody there.
    NoRoute,
    /// It went round in circles until its time was up.
    Expired,
    /// Anything else.
    Other,
}

impl IcmpFact {
    /// What it says (RFC 792; RFC 1812 §5.2.7.1; RFC 4443 §3.1).
    #[must_use]
    pub fn meaning(&self) -> IcmpMeaning {
        use IcmpMeaning::{Expired, NoRoute, Other, Port, Prohibited};
        match (self.from.is_ipv6(), self.kind, self.code) {
            (false, 3, 9 | 10 | 13) | (true, 1, 1 | 5 | 6) => Prohibited,
            (false, 3, 3) | (true, 1, 4) => Port,
            (false, 3, 0 | 1 | 6 | 7 | 11 | 12) | (true, 1, 0 | 2 | 3) => NoRoute,
            (false, 11, _) | (true, 3, _) => Expired,
            _ => Other,
        }
    }

    /// Type and code, and what they mean, for administrators.
    #[must_use]
    pub fn spoken(&self) -> String {
        let says = match self.meaning() {
            IcmpMeaning::Prohibited => "administratively prohibited",
            IcmpMeaning::Port => "port unreachable",
            IcmpMeaning::NoRoute => "host or network unreachable",
            IcmpMeaning::Expired => "time exceeded",
            IcmpMeaning::Other => "an error",
        };
        let version = if self.from.is_ipv6() { "ICMPv6" } else { "ICMP" };
        format!("{version} {}/{}, {says}", self.kind, self.code)
    }
}

/// A trace of the route to a host: connection attempts that may only go so many hops far (RFC 1812 §5.3.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceFact {
    /// The host's name as it was asked for.
    pub server: String,
    /// Where it went.
    pub address: SocketAddr,
    /// Who answered, in order; a hop that kept silent has no address.
    pub hops: Vec<HopFact>,
    /// How it ended.
    pub end: TraceEnd,
    /// Why it could not be done, where it could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How long it all took, in milliseconds.
    pub ms: u32,
}

/// One hop of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HopFact {
    /// How many hops away it is, from 1.
    pub hop: u8,
    /// Who answered; none where nobody did in time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<IpAddr>,
    /// How long it took, in milliseconds.
    pub ms: u32,
}

/// How a trace ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TraceEnd {
    /// The host itself answered: the port is open, or refused.
    Reached,
    /// Somebody turned the call away; the last hop says who.
    Rejected,
    /// Behind the last hop that answered there is silence.
    Silent,
    /// It could not be done here.
    Untried,
}

impl TraceFact {
    /// The last that answered.
    #[must_use]
    pub fn last(&self) -> Option<(u8, IpAddr)> {
        self.hops.iter().rev().find_map(|h| Some((h.hop, h.from?)))
    }
}
