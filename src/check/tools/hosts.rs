//! Which hosts the mail of this case goes to: the server entered, or the recipient domain's MX (RFC 5321 §5.1).

use std::collections::BTreeSet;
use std::net::IpAddr;

use futures_util::future::join_all;

use super::could_not_tell;
use crate::check::Context;
use crate::net::RecordType;
use crate::transcript::{AddressFamily, DnsOutcome, DnsRecord, EvidenceId, Security};

/// One mail host, with what its name resolves to.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    /// Its name, or an address in text form.
    pub name: String,
    /// Its MX preference, lower first (RFC 5321 §5.1); none for a server that was entered, and where there is no MX.
    pub preference: Option<u16>,
    /// The port to use.
    pub port: u16,
    /// How the connection is to be protected: as entered for a server that was entered, as offered for one that the DNS names.
    pub security: Security,
    /// IPv4 and IPv6 addresses, as the case's family allows; v4 first.
    pub addresses: Vec<IpAddr>,
    /// Why the name could not be looked up, if it could not.
    pub unknown: Option<&'static str>,
    /// It exists and has no address of the one family that was asked for.
    pub left_out: bool,
    /// The answers that gave the addresses.
    pub evidence: Vec<EvidenceId>,
}

impl Host {
    /// Whether that is one of its addresses, and its port.
    pub(crate) fn is_at(&self, address: std::net::SocketAddr) -> bool {
        self.port == address.port() && self.addresses.contains(&address.ip())
    }
}

/// Why there is no host to talk to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoHosts {
    /// The case names neither a server nor a recipient with a domain.
    NoTarget,
    /// The recipient's domain does not exist.
    NxDomain(EvidenceId),
    /// The domain says it takes no mail (RFC 7505).
    NullMx(EvidenceId),
    /// The domain has neither MX nor an address.
    NoMail(EvidenceId),
    /// The DNS did not tell.
    Unknown(&'static str, EvidenceId),
}

/// How many MX are looked at; more are ignored, as no honest domain needs them.
const MOST: usize = 8;

/// The hosts to talk to, in the order in which a mail server would try them.
///
/// # Errors
/// Why there is none.
pub(crate) async fn hosts(cx: &Context) -> Result<Vec<Host>, NoHosts> {
    if let Some(server) = &cx.case.server {
        let port = server.port.unwrap_or(match cx.case.security {
            Security::Tls => 465,
            _ if cx.case.user.is_some() => 587,
            _ => 25,
        });
        return Ok(vec![resolved(cx, &server.host, port, cx.case.security).await]);
    }
    exchangers(cx).await
}

/// The hosts that take mail for the recipient's domain, whatever server was entered.
///
/// # Errors
/// Why there is none.
pub(crate) async fn exchangers(cx: &Context) -> Result<Vec<Host>, NoHosts> {
    let domain = cx.case.recipient_domain().ok_or(NoHosts::NoTarget)?;
    let domain = idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_owned());
    // What was entered speaks of the server that was entered; on port 25 nothing begins with TLS (RFC 8314 §3).
    let security = match cx.case.security {
        Security::Tls => Security::Auto,
        _ if cx.case.server.is_some() => Security::Auto,
        entered => entered,
    };
    if let Some(ip) = literal(&domain) {
        return Ok(vec![resolved(cx, &ip.to_string(), 25, security).await]);
    }
    let (mx, evidence) = cx.net.lookup(&cx.rec, &domain, RecordType::MX).await;
    if let Some(why) = could_not_tell(&mx) {
        return Err(NoHosts::Unknown(why, evidence));
    }
    if mx.outcome == DnsOutcome::NxDomain {
        return Err(NoHosts::NxDomain(evidence));
    }
    let mut names: Vec<(u16, &str)> = mx
        .records
        .iter()
        .filter_map(
            |r| if let DnsRecord::Mx { preference, host } = r { Some((*preference, host.as_str())) } else { None },
        )
        .collect();
    if !names.is_empty() && names.iter().all(|(_, host)| host.is_empty()) {
        return Err(NoHosts::NullMx(evidence));
    }
    names.retain(|(_, host)| !host.is_empty());
    names.sort_unstable();
    let mut once = BTreeSet::new();
    names.retain(|(_, host)| once.insert(*host));
    // The one that refused knows best why; the others follow in their order.
    let refused = |host: &str| cx.case.refused_by.as_deref().is_some_and(|named| named.eq_ignore_ascii_case(host));
    names.sort_by_key(|(_, host)| !refused(host));
    if names.is_empty() {
        let alone = resolved(cx, &domain, 25, security).await;
        return match (alone.addresses.is_empty(), alone.unknown) {
            (false, _) => Ok(vec![alone]),
            (true, Some(why)) => Err(NoHosts::Unknown(why, evidence)),
            (true, None) => Err(NoHosts::NoMail(evidence)),
        };
    }
    let of = names.into_iter().take(MOST).map(async |(preference, host)| Host {
        preference: Some(preference),
        ..resolved(cx, host, 25, security).await
    });
    Ok(join_all(of).await)
}

async fn resolved(cx: &Context, name: &str, port: u16, security: Security) -> Host {
    let answers = cx.net.addresses(&cx.rec, name, cx.case.family).await;
    let mut addresses: Vec<IpAddr> = answers.iter().flat_map(|(dns, _)| dns.addresses()).collect();
    addresses.sort_by_key(IpAddr::is_ipv6);
    addresses.dedup();
    addresses.truncate(MOST);
    let unknown = answers.iter().find_map(|(dns, _)| could_not_tell(dns)).filter(|_| addresses.is_empty());
    let exists = answers.iter().any(|(dns, _)| dns.outcome == DnsOutcome::NoData);
    let left_out = cx.case.family != AddressFamily::Any && addresses.is_empty() && exists;
    let evidence = answers.into_iter().map(|(_, id)| id).collect();
    Host { name: name.to_owned(), preference: None, port, security, addresses, unknown, left_out, evidence }
}

/// The address in a domain literal: `[192.0.2.1]`, `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3).
fn literal(domain: &str) -> Option<IpAddr> {
    let inner = domain.strip_prefix('[')?.strip_suffix(']')?;
    let inner = inner.strip_prefix("IPv6:").or_else(|| inner.strip_prefix("ipv6:")).unwrap_or(inner);
    inner.parse().ok()
}
