//! What is asked about: the address that a server saw the mail come from, and the domains that the mail goes by.

use std::collections::BTreeSet;
use std::io::Read;
use std::net::IpAddr;

use crate::check::Context;
use crate::check::know::Blocklist;
use crate::check::tools::{greeted, sending_address};

/// What is asked about.
#[derive(Clone, Copy)]
pub(super) enum What<'a> {
    Address(IpAddr),
    Domain(&'a Domain),
}

/// A domain, and what it is to the mail.
pub(super) struct Domain {
    pub(super) name: String,
    part: &'static str,
}

impl What<'_> {
    /// The row on the screen.
    pub(super) fn label(&self, list: &Blocklist) -> String {
        match self {
            Self::Address(_) => list.name.clone(),
            Self::Domain(Domain { part: "", .. }) => format!("{} (domain)", list.name),
            Self::Domain(domain) => format!("{} ({} {})", list.name, domain.part, domain.name),
        }
    }

    /// The labels before the list's zone (RFC 5782 §2.1, §2.4, §3).
    pub(super) fn labels(&self) -> String {
        match self {
            Self::Address(ip) => reversed(*ip),
            Self::Domain(domain) => domain.name.clone(),
        }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::Address(ip) => ip.to_string(),
            Self::Domain(domain) => domain.name.clone(),
        }
    }
}

/// The labels under which an address is asked (RFC 5782 §2.1, §2.4).
pub(super) fn reversed(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(v4) => v4.octets().iter().rev().map(u8::to_string).collect::<Vec<_>>().join("."),
        IpAddr::V6(v6) => {
            let nibbles = v6.octets().into_iter().rev().flat_map(|o| [o & 15, o >> 4]);
            nibbles.map(|n| format!("{n:x}")).collect::<Vec<_>>().join(".")
        }
    }
}

/// Whether an address never leaves the machine or the link, so that nobody can have seen mail come from it.
pub(super) fn is_local(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_link_local() || v4.is_unspecified(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unicast_link_local() || v6.is_unspecified(),
    }
}

/// The address to judge: as [`sending_address`] knows it, else what any other server's EHLO answer says.
pub(super) fn address(cx: &Context) -> Option<IpAddr> {
    sending_address(cx).or_else(|| greeted(cx).map(|ip| ip.to_canonical()))
}

/// So many domains of links are asked about.
const LINKS: usize = 3;

/// The sending domain, the domain of the HELO name where one was given, and those of links in the message: each once.
pub(super) async fn domains(cx: &Context) -> Vec<Domain> {
    let mut once = BTreeSet::new();
    let mut domains = Vec::new();
    let mut add = |host: &str, part| {
        let name = registrable(host).filter(|name| name.contains('.') && name.parse::<IpAddr>().is_err());
        if let Some(name) = name
            && once.insert(name.clone())
        {
            domains.push(Domain { name, part });
        }
    };
    if let Some(domain) = cx.case.sender_domain() {
        add(domain, "");
    }
    if let Some(helo) = cx.case.helo.as_deref().filter(|h| !h.starts_with('[')) {
        add(helo, "HELO");
    }
    for host in links(cx).await {
        add(&host, "link");
    }
    domains
}

/// The registrable domain, as domain lists want it asked.
fn registrable(domain: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii(domain.trim_end_matches('.')).ok()?;
    Some(psl::domain_str(&ascii).unwrap_or(&ascii).to_owned())
}

/// Octets of a message that links are looked for in.
const LOOKED_AT: u64 = 1 << 20;

/// The hosts of links in the message, those of most links first.
async fn links(cx: &Context) -> Vec<String> {
    let Some(path) = cx.case.message.clone() else { return Vec::new() };
    let read = move || {
        let mut octets = Vec::new();
        let file = std::fs::File::open(&path).ok().filter(|f| f.metadata().is_ok_and(|m| m.is_file()))?;
        file.take(LOOKED_AT).read_to_end(&mut octets).ok()?;
        Some(hosts_of(&String::from_utf8_lossy(&octets)))
    };
    tokio::task::spawn_blocking(read).await.ok().flatten().unwrap_or_default()
}

fn hosts_of(message: &str) -> Vec<String> {
    // Quoted-printable breaks lines in the middle of a link (RFC 2045 §6.7).
    let text = message.replace("=\r\n", "").replace("=\n", "").to_ascii_lowercase();
    let mut counted: Vec<(String, usize)> = Vec::new();
    for rest in ["http://", "https://"].iter().flat_map(|scheme| text.split(scheme).skip(1)) {
        let end = rest.find(|c: char| !c.is_alphanumeric() && !"-._~@".contains(c)).unwrap_or(rest.len());
        let host = rest[..end].rsplit('@').next().unwrap_or_default().trim_matches('.');
        if let Some((_, count)) = counted.iter_mut().find(|(known, _)| known == host) {
            *count += 1;
        } else if !host.is_empty() && counted.len() < 100 {
            counted.push((host.to_owned(), 1));
        }
    }
    counted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counted.into_iter().take(LINKS).map(|(host, _)| host).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_asked_backwards() {
        assert_eq!(reversed("192.0.2.99".parse().expect("v4")), "99.2.0.192");
        let v6 = reversed("2001:db8::1".parse().expect("v6"));
        assert!(v6.starts_with("1.0.0.0.") && v6.ends_with(".8.b.d.0.1.0.0.2"), "{v6}");
        assert_eq!(v6.split('.').count(), 32);
    }

    #[test]
    fn domains_are_asked_by_what_was_registered() {
        assert_eq!(registrable("mail.news.example.co.uk.").as_deref(), Some("example.co.uk"));
    }

    #[test]
    fn what_never_leaves_the_machine_is_told_from_an_inner_network() {
        assert!(is_local("127.0.0.2".parse().expect("v4")) && is_local("::1".parse().expect("v6")));
        assert!(!is_local("10.1.2.3".parse().expect("v4")) && !is_local("fd00::1".parse().expect("v6")));
    }

    #[test]
    fn hosts_of_links_are_found_across_soft_line_breaks() {
        let message =
            "see http://www.exam=\r\nple.org/a and HTTPS://shop.example.com:443/x?y, https://www.example.org.";
        assert_eq!(hosts_of(message), ["www.example.org", "shop.example.com"]);
    }
}
