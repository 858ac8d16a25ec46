//! What the zone's own servers say, held against one another and against our resolver (RFC 1034 §4.2, RFC 1912 §2.8).

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use futures_util::future::join_all;

use crate::check::Context;
use crate::check::spf::is_record;
use crate::check::tools::{could_not_tell, is_private};
use crate::net::{Ask, RecordType};
use crate::transcript::{AddressFamily, DnsFact, DnsOutcome, DnsRecord, EvidenceId, Finding};

/// Servers of a zone that are asked.
const SERVERS: usize = 6;
/// Where a DNS server listens.
pub(super) const PORT: u16 = 53;

/// One of the zone's servers, and its answers.
struct Server {
    host: String,
    ip: IpAddr,
    soa: Told,
    mx: Told,
    txt: Told,
}

struct Told {
    dns: DnsFact,
    evidence: EvidenceId,
    authoritative: bool,
}

impl Server {
    /// Whether it keeps the zone: an answer with its authority behind it.
    fn keeps(&self) -> bool {
        self.soa.authoritative && self.soa.dns.outcome.is_answer()
    }

    /// Whether nobody is there. Over IPv6 that may be this machine's own want of it, and is not held against the server.
    fn is_silent(&self) -> bool {
        let refused = self.soa.dns.detail.as_deref() == Some("connection refused");
        self.ip.is_ipv4() && (self.soa.dns.outcome == DnsOutcome::Timeout || refused)
    }

    /// Whether it said something that is no answer: a refusal, a failure, a referral; or an answer without authority.
    fn is_lame(&self) -> bool {
        !self.keeps() && self.soa.dns.outcome != DnsOutcome::Timeout && !unreachable(&self.soa.dns)
    }

    /// The serial of its copy of the zone (RFC 1035 §3.3.13).
    fn serial(&self) -> Option<u32> {
        said(&self.soa.dns).first()?.split_whitespace().nth(2)?.parse().ok()
    }

    /// Its answer about the mail servers, or the texts.
    fn told(&self, rtype: &str) -> &Told {
        if rtype == "MX" { &self.mx } else { &self.txt }
    }

    fn named(&self) -> String {
        format!("{} ({})", self.host, self.ip)
    }
}

/// Whether no packet came back at all: a refusal, a referral or an odd code is something said.
fn unreachable(dns: &DnsFact) -> bool {
    let said = |d: &str| d.starts_with("a referral") || d.starts_with("the server answered");
    dns.outcome == DnsOutcome::Error && !dns.detail.as_deref().is_some_and(said)
}

/// Asks the zone's own servers about the records that mail needs.
pub(super) async fn compare(cx: &Context, domain: &str) {
    let Some((zone, hosts)) = zone_of(cx, domain).await else { return };
    let label = format!("NS {zone}");
    cx.rec.probing(&label);
    let (addressed, lost) = addresses(cx, &hosts).await;
    for (host, evidence) in &lost {
        let found = Finding::new("dns.authority.no-address").arg("domain", &zone).arg("host", host);
        cx.found(found.shown_by(*evidence).ends(&label, 0));
    }
    let servers = join_all(addressed.into_iter().map(|(host, ip)| asked(cx, domain, &zone, host, ip))).await;
    let keeping: Vec<&Server> = servers.iter().filter(|s| s.keeps()).collect();
    let names = hosts.join(", ");
    let found = |id: &str| {
        let desk = Finding::new(id).arg("desk", "NS").arg("owner", &zone).arg("record", &names);
        desk.arg("domain", domain).arg("zone", &zone).ends(&label, 0)
    };
    if keeping.is_empty() {
        // A firewall between, or one that answers in their stead: nothing is said of the servers.
        let untold = servers.iter().find_map(|s| could_not_tell(&s.soa.dns));
        let why = untold.unwrap_or("what answered does not keep the zone");
        let mut found = found("dns.authority.unknown").arg("why", why);
        found.evidence = servers.iter().map(|s| s.soa.evidence).collect();
        cx.found(found);
        return;
    }
    let mut good = lost.is_empty();
    for server in servers.iter().filter(|s| s.is_silent() || s.is_lame()) {
        let id = if server.is_silent() { "dns.authority.silent" } else { "dns.authority.lame" };
        let why = could_not_tell(&server.soa.dns).unwrap_or("it answers without authority");
        cx.found(found(id).arg("host", server.named()).arg("why", why).shown_by(server.soa.evidence));
        good = false;
    }
    good &= !apart(cx, &keeping, &found);
    if good {
        let mut found = found("dns.authority.ok").arg("count", keeping.len());
        found.evidence = keeping.iter().map(|s| s.soa.evidence).collect();
        cx.found(found);
    }
    for rtype in [RecordType::MX, RecordType::TXT] {
        ours(cx, domain, rtype, &keeping, &found).await;
    }
}

/// The zone that holds the domain, and its servers as our resolver names them: no further up than what was registered.
pub(super) async fn zone_of(cx: &Context, domain: &str) -> Option<(String, Vec<String>)> {
    let top = psl::domain_str(domain).unwrap_or(domain);
    let mut zone = domain;
    loop {
        let (ns, _) = cx.net.lookup(&cx.rec, zone, RecordType::NS).await;
        let hosts: Vec<String> = ns
            .records
            .iter()
            .filter_map(|r| if let DnsRecord::Other(host) = r { Some(host.clone()) } else { None })
            .collect();
        if !hosts.is_empty() {
            return Some((zone.to_owned(), hosts));
        }
        if zone == top || could_not_tell(&ns).is_some() {
            return None;
        }
        zone = zone.split_once('.')?.1;
    }
}

pub(super) type Addressed = (Vec<(String, IpAddr)>, Vec<(String, EvidenceId)>);

/// One address of each server, IPv4 before IPv6 as most machines have it; and the servers without any.
pub(super) async fn addresses(cx: &Context, hosts: &[String]) -> Addressed {
    let (mut good, mut lost) = (Vec::new(), Vec::new());
    let asked = hosts.iter().take(SERVERS).map(|host| cx.net.addresses(&cx.rec, host, AddressFamily::Any));
    for (host, answers) in hosts.iter().zip(join_all(asked).await) {
        let family = cx.case.family;
        let usable = answers.iter().flat_map(|(dns, _)| dns.addresses()).find(|ip| family.allows(*ip));
        match usable {
            Some(ip) => good.push((host.clone(), ip)),
            None if answers.iter().all(|(dns, _)| dns.outcome.is_answer() && dns.addresses().next().is_none()) => {
                lost.extend(answers.first().map(|(_, id)| (host.clone(), *id)));
            }
            None => {}
        }
    }
    (good, lost)
}

async fn asked(cx: &Context, domain: &str, zone: &str, host: String, ip: IpAddr) -> Server {
    let ask = async |name: &str, rtype| {
        let at = SocketAddr::new(ip, PORT);
        let (dns, evidence, flags) = cx.net.ask(&cx.rec, Some(at), name, rtype, Ask::default()).await;
        Told { dns, evidence, authoritative: flags.authoritative }
    };
    let (soa, mx, txt) =
        futures_util::join!(ask(zone, RecordType::SOA), ask(domain, RecordType::MX), ask(domain, RecordType::TXT));
    Server { host, ip, soa, mx, txt }
}

/// What an answer says about mail, whatever its order: of the texts, only SPF.
pub(super) fn said(dns: &DnsFact) -> BTreeSet<String> {
    let counts = |record: &&DnsRecord| !matches!(record, DnsRecord::Txt(text) if !is_record(text));
    match dns.outcome {
        DnsOutcome::NxDomain => BTreeSet::from(["no such name".to_owned()]),
        _ => dns.records.iter().filter(counts).map(shown).collect(),
    }
}

fn shown(record: &DnsRecord) -> String {
    match record {
        DnsRecord::Mx { preference, host } => format!("{preference} {}", host.to_ascii_lowercase()),
        DnsRecord::Txt(text) => text.clone(),
        DnsRecord::Address(ip) => ip.to_string(),
        DnsRecord::Cname(name) | DnsRecord::Ptr(name) => name.to_ascii_lowercase(),
        DnsRecord::Other(text) => text.to_ascii_lowercase(),
    }
}

pub(super) fn joined(said: &BTreeSet<String>) -> String {
    let all: Vec<&str> = said.iter().map(String::as_str).collect();
    if all.is_empty() { "nothing".to_owned() } else { crate::transcript::clean_line(&all.join(", "), 300) }
}

/// Whether one of them says something else than the others; and says so.
///
/// Who is right is told by the serial of the zone where it differs: what has the newest is what its keeper published last (RFC 1982).
fn apart(cx: &Context, keeping: &[&Server], found: &dyn Fn(&str) -> Finding) -> bool {
    let serials: BTreeSet<u32> = keeping.iter().filter_map(|s| s.serial()).collect();
    let newest = serials.iter().copied().reduce(newer);
    let mut any = false;
    for rtype in ["MX", "TXT"] {
        let answers: Vec<(&Server, BTreeSet<String>)> = keeping
            .iter()
            .filter(|s| s.told(rtype).dns.outcome.is_answer())
            .map(|s| (*s, said(&s.told(rtype).dns)))
            .collect();
        // Where serials do not tell: the answer that most of them give; where there is no such, the first.
        let votes = |answer: &BTreeSet<String>| answers.iter().filter(|(_, a)| a == answer).count();
        let fresh = |server: &Server| serials.len() > 1 && server.serial() == newest;
        let Some((first, most)) = answers.iter().rev().max_by_key(|(s, a)| (fresh(s), votes(a))) else { continue };
        for (server, answer) in answers.iter().filter(|(_, a)| a != most) {
            any = true;
            let id = if rtype == "MX" { "dns.authority.apart" } else { "dns.authority.apart-spf" };
            let found = found(id).arg("type", rtype).arg("host", server.named());
            let found = found.arg("theirs", joined(answer)).arg("others", joined(most));
            let told = |s: &Server| s.serial().map_or_else(|| "unknown".to_owned(), |n| n.to_string());
            let found = found.arg("serial", told(server)).arg("newest", told(first));
            let found = found.shown_by(server.told(rtype).evidence).shown_by(first.told(rtype).evidence);
            by_chance(cx, &found);
            cx.found(found);
        }
    }
    if serials.len() > 1 && !any {
        let list = serials.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        cx.found(found("dns.authority.serials").arg("serials", list));
    }
    any
}

/// The later of two serials, which count in a circle (RFC 1982 §3.2).
fn newer(a: u32, b: u32) -> u32 {
    if b.wrapping_sub(a) < 1 << 31 { b } else { a }
}

/// Holds our resolver's answer against theirs, where they agree.
async fn ours(
    cx: &Context,
    domain: &str,
    rtype: RecordType,
    keeping: &[&Server],
    found: &(dyn Fn(&str) -> Finding + Sync),
) {
    let of = |s: &&Server| {
        if rtype == RecordType::MX {
            (said(&s.mx.dns), s.mx.dns.clone(), s.mx.evidence)
        } else {
            (said(&s.txt.dns), s.txt.dns.clone(), s.txt.evidence)
        }
    };
    let theirs: Vec<_> = keeping.iter().map(of).filter(|(_, dns, _)| dns.outcome.is_answer()).collect();
    let Some((first, dns, evidence)) = theirs.first() else { return };
    if theirs.iter().any(|(answer, _, _)| answer != first) {
        return;
    }
    let (mine, ours) = cx.net.lookup(&cx.rec, domain, rtype).await;
    let own = said(&mine);
    if could_not_tell(&mine).is_some() || own == *first {
        return;
    }
    // An answer of old has less time left than a fresh one; one that is made for this network has its own time, or leads inside.
    let inside = inside(cx, &mine).await;
    let fresh = mine.ttl.zip(dns.ttl).is_some_and(|(mine, theirs)| mine >= theirs) && !mine.records.is_empty();
    let ttl = mine.ttl.map_or_else(|| "some minutes".to_owned(), spoken);
    let found = |id: &str| {
        let found =
            found(id).arg("type", rtype).arg("ours", joined(&own)).arg("theirs", joined(first)).arg("ttl", &ttl);
        found.shown_by(ours).shown_by(*evidence)
    };
    if inside || fresh {
        cx.found(found("dns.authority.split"));
        return;
    }
    by_chance(cx, &found("dns.authority.stale"));
    // Where none of the servers we go to is in charge any more, what they say to mail for the domain is of no account.
    let (old, new) = (exchangers(&mine), exchangers(dns));
    let moved = !old.is_empty() && !new.is_empty() && old.is_disjoint(&new);
    if moved && cx.case.recipient_domain() == Some(domain) {
        cx.found(found("dns.authority.old-servers").arg("host", joined(&old)).arg("instead", joined(&new)));
    } else {
        cx.found(found("dns.authority.stale"));
    }
}

/// The mail servers of an answer.
pub(super) fn exchangers(dns: &DnsFact) -> BTreeSet<String> {
    let host = |r: &DnsRecord| if let DnsRecord::Mx { host, .. } = r { Some(host.to_ascii_lowercase()) } else { None };
    dns.records.iter().filter_map(host).collect()
}

/// Says that what else is found out about those records holds for one of several answers only.
fn by_chance(cx: &Context, found: &Finding) {
    cx.found(Finding { id: "dns.authority.by-chance".to_owned(), ..found.clone() });
}

/// Whether mail servers of that answer are inside of our own network.
async fn inside(cx: &Context, mx: &DnsFact) -> bool {
    for record in mx.records.iter().take(2) {
        let DnsRecord::Mx { host, .. } = record else { continue };
        let answers = cx.net.addresses(&cx.rec, host, AddressFamily::Any).await;
        if answers.iter().flat_map(|(dns, _)| dns.addresses()).any(is_private) {
            return true;
        }
    }
    false
}

pub(super) fn spoken(seconds: u32) -> String {
    match seconds {
        0..=119 => format!("{seconds} seconds"),
        120..=7199 => format!("{} minutes", seconds / 60),
        _ => format!("{} hours", seconds / 3600),
    }
}
