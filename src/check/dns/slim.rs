//! The same record with fewer questions: own hosts by their addresses, nothing twice, nothing that leads nowhere.

use std::net::IpAddr;

use crate::check::spf::{Answer, Lookup, Mechanism, Qualifier, Record, Spec};

/// Addresses that may take the place of one term; with more, the term stays.
const ADDRESSES: usize = 4;

/// The slimmed record, and how many terms of the whole tree ask the DNS then.
pub(super) async fn slimmed<L: Lookup>(
    net: &L,
    domain: &str,
    text: &str,
    record: &Record<'_>,
    lookups: u32,
) -> (String, u32) {
    let mut terms: Vec<String> = vec!["v=spf1".to_owned()];
    let mut saved = 0;
    for term in text.split(' ').skip(1).filter(|t| !t.is_empty()) {
        let directive = record.directives.iter().find(|d| d.text == term);
        let instead = match directive.filter(|d| d.qualifier == Qualifier::Pass).map(|d| d.mechanism) {
            Some(Mechanism::Ptr(_)) => Some(Vec::new()),
            Some(Mechanism::A(spec, v4, v6)) => {
                addresses(net, &[host(spec, domain)]).await.map(|a| networks(&a, v4, v6))
            }
            Some(Mechanism::Mx(spec, v4, v6)) => match net.mx(&host(spec, domain)).await {
                Answer::Found(hosts) if !host(spec, domain).contains('%') => {
                    addresses(net, &hosts).await.map(|a| networks(&a, v4, v6))
                }
                Answer::Nothing => Some(Vec::new()),
                _ => None,
            },
            _ => None,
        };
        let fresh = |terms: &[String], new: &str| !terms.iter().any(|t| t.eq_ignore_ascii_case(new));
        match instead {
            Some(networks) => {
                saved += 1;
                for network in networks {
                    if fresh(&terms, &network) {
                        terms.push(network);
                    }
                }
            }
            None if fresh(&terms, term) => terms.push(term.to_owned()),
            None => saved += u32::from(directive.is_some_and(|d| d.mechanism.asks())),
        }
    }
    (terms.join(" "), lookups.saturating_sub(saved))
}

fn host(spec: Option<Spec<'_>>, domain: &str) -> String {
    spec.map_or_else(|| domain.to_owned(), |Spec(name)| name.trim_end_matches('.').to_owned())
}

/// The addresses of these hosts, if they can be told, are few, and no macro stands in the way.
async fn addresses<L: Lookup>(net: &L, hosts: &[String]) -> Option<Vec<IpAddr>> {
    let mut all = Vec::new();
    for host in hosts.iter().filter(|h| !h.is_empty()) {
        if host.contains('%') {
            return None;
        }
        for v6 in [false, true] {
            match net.addresses(host, v6).await {
                Answer::Found(found) => all.extend(found),
                Answer::Nothing => {}
                Answer::Untold(_) => return None,
            }
        }
        if all.len() > ADDRESSES {
            return None;
        }
    }
    Some(all)
}

fn networks(addresses: &[IpAddr], v4: u8, v6: u8) -> Vec<String> {
    let network = |ip: &IpAddr| match ip {
        IpAddr::V4(ip) if v4 == 32 => format!("ip4:{ip}"),
        IpAddr::V4(ip) => format!("ip4:{ip}/{v4}"),
        IpAddr::V6(ip) if v6 == 128 => format!("ip6:{ip}"),
        IpAddr::V6(ip) => format!("ip6:{ip}/{v6}"),
    };
    addresses.iter().map(network).collect()
}
