//! Where a resolver's answer leads nowhere: what those who are in charge of the domain say instead (RFC 1034 §4.2.1 and §4.3.5).

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::future::join_all;

use super::authority::{PORT, addresses, exchangers, joined, said, spoken, zone_of};
use crate::check::Context;
use crate::check::tools::{Host, Stopped, Talk, is_private, talk};
use crate::net::{Ask, RecordType};
use crate::transcript::{DnsFact, DnsOutcome, DnsRecord, EvidenceId, Finding, Role, Security};

/// Servers of a zone that are asked.
const SERVERS: usize = 3;
/// Mail hosts whose addresses are held against one another.
const HOSTS: usize = 3;
/// How long one that is in charge may take: the answer is wanted for comparison only.
const PATIENCE: Duration = Duration::from_secs(3);

/// How an answer is described that names other servers.
const REFERRAL: &str = "a referral to ";

/// Two answers to one question.
struct Pair {
    name: String,
    rtype: RecordType,
    ours: (DnsFact, EvidenceId),
    theirs: (DnsFact, EvidenceId),
}

/// Asks those in charge where mail for the domain goes, and says so where our resolver says something that excludes it. Whether it does.
pub(in crate::check) async fn elsewhere(cx: &Context, domain: &str) -> bool {
    let Ok(domain) = &idna::domain_to_ascii(domain) else { return false };
    let cx = &Context { net: cx.net.hurried_dns(PATIENCE), ..cx.clone() };
    let Some((zone, servers)) = zone_of(cx, domain).await else { return is_denied(cx, domain).await };
    let servers = at(cx, &servers).await;
    let Some(pair) = both(cx, &servers, domain, RecordType::MX).await else { return false };
    let (old, new) = (exchangers(&pair.ours.0), exchangers(&pair.theirs.0));
    if old.is_disjoint(&new) && !new.is_empty() {
        cx.found(pair.mail_goes_elsewhere(&zone, domain, &old, &new));
        return true;
    }
    // The same names, or none: where they lead. What is kept in another zone has others in charge of it.
    let hosts = if new.is_empty() { BTreeSet::from([domain.to_owned()]) } else { new };
    for host in hosts.iter().filter(|h| h.ends_with(&format!(".{zone}")) || **h == zone).take(HOSTS) {
        for rtype in [RecordType::A, RecordType::AAAA] {
            let Some(pair) = both(cx, &servers, host, rtype).await else { continue };
            if pair.leads_elsewhere() {
                if pair.leads_inside() {
                    cx.found(pair.astray(&zone, domain));
                    return true;
                }
                // A name may have other addresses for others, near them: only one that takes our call shows that ours is amiss.
                if let Some(greeting) = answers(cx, &pair).await {
                    cx.found(pair.astray(&zone, domain).shown_by(greeting));
                    return true;
                }
            }
        }
    }
    false
}

/// The addresses of a zone's servers.
async fn at(cx: &Context, hosts: &[String]) -> Vec<SocketAddr> {
    let (servers, _) = addresses(cx, hosts).await;
    servers.into_iter().take(SERVERS).map(|(_, ip)| SocketAddr::new(ip, PORT)).collect()
}

/// Our resolver's answer, and theirs; none where they could not be asked, are not in charge, or do not agree.
async fn both(cx: &Context, servers: &[SocketAddr], name: &str, rtype: RecordType) -> Option<Pair> {
    let asked = servers.iter().map(|at| cx.net.ask(&cx.rec, Some(*at), name, rtype, Ask::default()));
    let told = join_all(asked).await;
    let mut told = told.into_iter().filter(|(dns, _, flags)| flags.authoritative && dns.outcome.is_answer());
    let (dns, evidence, _) = told.next()?;
    if told.any(|(other, _, _)| said(&other) != said(&dns)) {
        return None;
    }
    let ours = cx.net.lookup(&cx.rec, name, rtype).await;
    let answers = ours.0.outcome.is_answer();
    answers.then(|| Pair { name: name.to_owned(), rtype, ours, theirs: (dns, evidence) })
}

/// Whether a mail server answers at the address that those in charge name; its greeting.
async fn answers(cx: &Context, pair: &Pair) -> Option<EvidenceId> {
    let addresses: Vec<IpAddr> = pair.theirs.0.addresses().take(1).collect();
    let ip = *addresses.first()?;
    let host = Host {
        name: pair.name.clone(),
        preference: None,
        port: 25,
        security: Security::None,
        addresses,
        unknown: None,
        left_out: false,
        evidence: vec![pair.theirs.1],
    };
    match talk(cx, &host, ip, Role::Control).await {
        Ok(Talk { dialogue, opening }) => {
            dialogue.quit().await;
            Some(opening.last().evidence)
        }
        Err(Stopped::Refused(dialogue, heard) | Stopped::NoStarttls(dialogue, heard)) => {
            dialogue.quit().await;
            Some(heard.evidence)
        }
        Err(Stopped::Broke(_)) => None,
    }
}

/// Whether our resolver denies a domain that those in charge of its ending hand on to its servers; and says so.
async fn is_denied(cx: &Context, domain: &str) -> bool {
    let registered = psl::domain_str(domain).unwrap_or(domain);
    let Some((_, ending)) = registered.split_once('.') else { return false };
    let ours = cx.net.lookup(&cx.rec, registered, RecordType::SOA).await;
    // What is registered has an SOA (RFC 1034 §4.2.1): a filter may deny the name, or only hold back what stands there.
    if !matches!(ours.0.outcome, DnsOutcome::NxDomain | DnsOutcome::NoData) {
        return false;
    }
    let (ns, _) = cx.net.lookup(&cx.rec, ending, RecordType::NS).await;
    let hosts: Vec<String> = ns.records.iter().filter_map(|r| named(r).map(str::to_owned)).collect();
    let servers = at(cx, &hosts).await;
    let asked = servers.iter().map(|at| cx.net.ask(&cx.rec, Some(*at), registered, RecordType::SOA, Ask::default()));
    let exists = |dns: &DnsFact| {
        let referred = dns.detail.as_deref().is_some_and(|d| d.starts_with(REFERRAL));
        referred || dns.outcome == DnsOutcome::Found
    };
    let Some((theirs, proof, _)) = join_all(asked).await.into_iter().find(|(dns, _, _)| exists(dns)) else {
        return false;
    };
    let referred = theirs.detail.as_deref().and_then(|d| d.strip_prefix(REFERRAL));
    let found = Finding::new("dns.authority.astray")
        .arg("domain", domain)
        .arg("zone", ending)
        .arg("name", registered)
        .arg("type", RecordType::NS)
        .arg("ours", joined(&said(&ours.0)))
        .arg("theirs", referred.map_or_else(|| joined(&said(&theirs)), |to| format!("NS {to}")))
        .arg("ttl", lasts(&ours.0));
    cx.found(found.shown_by(ours.1).shown_by(proof));
    true
}

fn named(record: &DnsRecord) -> Option<&str> {
    if let DnsRecord::Other(host) = record { Some(host) } else { None }
}

fn lasts(dns: &DnsFact) -> String {
    dns.ttl.map_or_else(|| "some hours".to_owned(), spoken)
}

impl Pair {
    fn found(&self, id: &str, zone: &str, domain: &str) -> Finding {
        let found = Finding::new(id).arg("domain", domain).arg("zone", zone).arg("type", self.rtype);
        found.arg("ttl", lasts(&self.ours.0)).shown_by(self.ours.1).shown_by(self.theirs.1)
    }

    /// An answer of old has less time left than a fresh one; any other is made for those who ask here.
    fn is_of_old(&self) -> bool {
        let (ours, theirs) = (&self.ours.0, &self.theirs.0);
        ours.ttl.zip(theirs.ttl).is_some_and(|(ours, theirs)| ours < theirs) && !ours.records.is_empty()
    }

    fn mail_goes_elsewhere(&self, zone: &str, domain: &str, old: &BTreeSet<String>, new: &BTreeSet<String>) -> Finding {
        if self.is_of_old() && !old.is_empty() {
            let found = self.found("dns.authority.old-servers", zone, domain);
            return found.arg("host", joined(old)).arg("instead", joined(new));
        }
        self.astray(zone, domain)
    }

    fn addresses(dns: &DnsFact) -> BTreeSet<IpAddr> {
        dns.addresses().collect()
    }

    /// Whether no address is in both answers, and theirs is one that the world can reach. A network without IPv6 may well hide it.
    fn leads_elsewhere(&self) -> bool {
        let (ours, theirs) = (Self::addresses(&self.ours.0), Self::addresses(&self.theirs.0));
        let hidden = self.rtype == RecordType::AAAA && ours.is_empty();
        !hidden && !theirs.is_empty() && ours.is_disjoint(&theirs) && !theirs.iter().all(|ip| is_private(*ip))
    }

    /// Whether our answer names addresses of an inner network only.
    fn leads_inside(&self) -> bool {
        let ours = Self::addresses(&self.ours.0);
        !ours.is_empty() && ours.iter().all(|ip| is_private(*ip))
    }

    fn astray(&self, zone: &str, domain: &str) -> Finding {
        let said = |dns: &DnsFact| joined(&said(dns));
        let found = self.found("dns.authority.astray", zone, domain).arg("name", &self.name);
        found.arg("ours", said(&self.ours.0)).arg("theirs", said(&self.theirs.0))
    }
}
