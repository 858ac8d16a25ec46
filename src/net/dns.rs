//! Questions to the DNS: each outcome apart, the answer cleaned and bounded, asked once a session.

mod answer;
mod cache;
mod exchange;
mod name;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;

use self::answer::Answer;
use self::cache::Cache;
use self::name::Asked;
use super::{Net, Recorder};
use crate::transcript::{AddressFamily, DnsFact, DnsOutcome, DnsRecord, EvidenceId};

pub use exchange::Ask;
pub use hickory_resolver::proto::rr::RecordType;

/// Questions under way at a time.
const AT_A_TIME: usize = 64;

/// What a session remembers of the DNS.
pub(super) struct Dns {
    cache: Cache,
    places: Semaphore,
}

impl Dns {
    pub(super) fn new() -> Self {
        Self { cache: Cache::default(), places: Semaphore::new(AT_A_TIME) }
    }
}

impl Net {
    /// Asks the session's resolver; the answer is recorded, and cached for the session (a cached answer is recorded again, with 0 ms).
    ///
    /// Never fails: NXDOMAIN, no data, SERVFAIL, refused, time-out and unreachable are outcomes. A denial is only passed on as such where
    /// the resolver knows of other names of the world: in a closed network some deny whatever they are asked, and a portal leads all to itself.
    pub async fn lookup(&self, rec: &Recorder, name: &str, rtype: RecordType) -> (DnsFact, EvidenceId) {
        let Some(asked) = Asked::parse(name) else { return record(rec, not_a_name(name, rtype, None)) };
        let mut ms = 0;
        let answer = self.inner.dns.cache.get(&asked.text, rtype, async || {
            let began = Instant::now();
            let answer = self.resolve(&asked, rtype).await;
            ms = millis(began.elapsed());
            answer
        });
        let mut answer = answer.await;
        if matches!(answer.outcome, DnsOutcome::NxDomain | DnsOutcome::NoData) {
            answer = self.believed(&asked, answer).await;
        }
        record(rec, answer.fact(&asked.text, rtype, None, ms))
    }

    /// Asks one given server, without recursion if so wished; never cached.
    ///
    /// A referral is no answer: it is [`DnsOutcome::Error`], and the detail names where it leads.
    pub async fn lookup_at(
        &self,
        rec: &Recorder,
        server: SocketAddr,
        name: &str,
        rtype: RecordType,
        recurse: bool,
    ) -> (DnsFact, EvidenceId) {
        let Some(asked) = Asked::parse(name) else { return record(rec, not_a_name(name, rtype, Some(server))) };
        let _place = self.inner.dns.places.acquire().await;
        let began = Instant::now();
        let how = Ask { recurse, ..Ask::default() };
        let (answer, _) = self.ask_one(server, &asked, rtype, how, began + self.limits().dns).await;
        record(rec, answer.fact(&asked.text, rtype, Some(server), millis(began.elapsed())))
    }

    /// Asks one given server, or the first of the session's, in that way; with what it says of its answer. Never cached.
    pub async fn ask(
        &self,
        rec: &Recorder,
        server: Option<SocketAddr>,
        name: &str,
        rtype: RecordType,
        how: Ask,
    ) -> (DnsFact, EvidenceId, Flags) {
        let told = |(fact, id), flags| (fact, id, flags);
        let Some(asked) = Asked::parse(name) else {
            return told(record(rec, not_a_name(name, rtype, server)), Flags::default());
        };
        let first = || self.world().nameservers().ok().and_then(|all| all.first().copied());
        let Some(at) = server.or_else(first) else {
            let none = Answer::failed(DnsOutcome::Error, Some("no DNS server to ask".to_owned()));
            return told(record(rec, none.fact(&asked.text, rtype, None, 0)), Flags::default());
        };
        let _place = self.inner.dns.places.acquire().await;
        let began = Instant::now();
        let (answer, flags) = self.ask_one(at, &asked, rtype, how, began + self.limits().dns).await;
        told(record(rec, answer.fact(&asked.text, rtype, server, millis(began.elapsed()))), flags)
    }

    /// The name of an address (PTR, RFC 1035 §3.5 and RFC 3596 §2.5).
    pub async fn reverse(&self, rec: &Recorder, ip: IpAddr) -> (DnsFact, EvidenceId) {
        self.lookup(rec, &name::reverse(ip), RecordType::PTR).await
    }

    /// A and AAAA of a host side by side, as the family allows; an address in text form is its own answer, without a question.
    ///
    /// A name that this machine's hosts file knows is answered from there, as the system does; the detail says so.
    pub async fn addresses(&self, rec: &Recorder, host: &str, family: AddressFamily) -> Vec<(DnsFact, EvidenceId)> {
        if let Some(ip) = literal(host) {
            let rtype = if ip.is_ipv4() { RecordType::A } else { RecordType::AAAA };
            let known = family.allows(ip).then(|| record(rec, known(host, rtype, &[ip], "an address already")));
            return known.into_iter().collect();
        }
        let own = self.world().hosts_file(host.trim_end_matches('.'));
        let one = async |wanted: AddressFamily, rtype| {
            if family != AddressFamily::Any && family != wanted {
                None
            } else if own.is_empty() {
                Some(self.lookup(rec, host, rtype).await)
            } else {
                let of_family: Vec<IpAddr> = own.iter().copied().filter(|ip| wanted.allows(*ip)).collect();
                Some(record(rec, known(host, rtype, &of_family, "hosts file")))
            }
        };
        let (v4, v6) = tokio::join!(one(AddressFamily::V4, RecordType::A), one(AddressFamily::V6, RecordType::AAAA));
        v4.into_iter().chain(v6).collect()
    }

    /// Forgets what the DNS answered so far, so that a check run again sees what has changed since.
    pub fn forget_dns(&self) {
        self.inner.dns.cache.forget();
    }

    /// The session's servers in turn, until one gives a real answer. A failure that was said outranks a silence.
    async fn resolve(&self, asked: &Asked, rtype: RecordType) -> Answer {
        let _place = self.inner.dns.places.acquire().await;
        let until = Instant::now() + self.limits().dns;
        let servers = match self.world().nameservers() {
            Ok(servers) => self.inner.dns.cache.silent_last(servers),
            Err(why) => return Answer::failed(DnsOutcome::Error, Some(why)),
        };
        let mut told = Answer::failed(DnsOutcome::Error, Some("no DNS server to ask".to_owned()));
        for (asked_already, server) in servers.iter().enumerate() {
            let now = Instant::now();
            let left = u32::try_from(servers.len() - asked_already).unwrap_or(1);
            let how = Ask { recurse: true, ..Ask::default() };
            let (answer, _) = self.ask_one(*server, asked, rtype, how, now + (until - now) / left).await;
            self.inner.dns.cache.heard(*server, answer.outcome != DnsOutcome::Timeout);
            if answer.outcome.is_answer() {
                return answer;
            }
            if asked_already == 0 || answer.is_said() || !told.is_said() {
                told = answer;
            }
        }
        told
    }

    /// A denial, of the name or of such records, held against what must exist (RFC 8020 section 2) and what cannot (RFC 2606 section 2).
    ///
    /// It is believed from a resolver that has told of more than an address below a public domain, or that knows the name's own top-level
    /// domain or a large one. A portal has an address for whatever it is asked, and nothing else of any name.
    async fn believed(&self, asked: &Asked, denial: Answer) -> Answer {
        let cache = &self.inner.dns.cache;
        let of_the_world = is_name_of_the_world(&asked.text) || asked.text.ends_with(".arpa");
        if denial.outcome == DnsOutcome::NoData && !of_the_world {
            return denial;
        }
        let top = asked.text.rsplit('.').next().unwrap_or_default();
        let (mut all_denied, mut all_empty) = (true, true);
        for above in [top, "com", "net", "org"] {
            if cache.has_told_of(is_name_of_the_world, |a| a.records.iter().any(is_more_than_an_address)) {
                return denial;
            }
            match self.outcome_of(above, RecordType::SOA).await {
                DnsOutcome::NxDomain => all_empty = false,
                DnsOutcome::NoData => all_denied = false,
                _ => return denial,
            }
        }
        let made_up = self.outcome_of(CANNOT_EXIST, RecordType::A).await;
        if made_up == DnsOutcome::Found {
            let why = "it gives an address even for a name that cannot exist";
            return Answer::failed(DnsOutcome::DeniesAll, Some(why.to_owned()));
        }
        // Whatever is asked it knows the name and nothing of it, be it a top-level domain or one that cannot exist.
        if all_empty && made_up == DnsOutcome::NoData {
            let why = "it has nothing to say of any name, not even of com";
            return Answer::failed(DnsOutcome::DeniesAll, Some(why.to_owned()));
        }
        let exists = |a: &Answer| matches!(a.outcome, DnsOutcome::Found | DnsOutcome::NoData);
        if !all_denied || denial.outcome == DnsOutcome::NoData || cache.has_told_of(is_name_of_the_world, exists) {
            return denial;
        }
        let above = if is_public(top) { top } else { "com" };
        Answer::failed(DnsOutcome::DeniesAll, Some(format!("it says that even {above} does not exist")))
    }

    async fn outcome_of(&self, name: &str, rtype: RecordType) -> DnsOutcome {
        let Some(asked) = Asked::parse(name) else { return DnsOutcome::Error };
        let ask = async || self.resolve(&asked, rtype).await;
        self.inner.dns.cache.get(&asked.text, rtype, ask).await.outcome
    }

    async fn ask_one(
        &self,
        server: SocketAddr,
        asked: &Asked,
        rtype: RecordType,
        how: Ask,
        until: Instant,
    ) -> (Answer, Flags) {
        let at = self.world().dns_at(server);
        match exchange::ask(at, &asked.query(rtype), how, until).await {
            Ok(message) => {
                let of = &message.metadata;
                let flags = Flags { authoritative: of.authoritative, validated: of.authentic_data };
                (Answer::read(&message, &asked.name, rtype), flags)
            }
            Err(silence) => (Answer::failed(silence.outcome, silence.detail), Flags::default()),
        }
    }
}

/// What a server says of its own answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// It holds the zone itself (AA).
    pub authoritative: bool,
    /// It has validated the answer (AD, RFC 4035 §3.2.3).
    pub validated: bool,
}

/// Whether a top-level domain is one of the public ones.
fn is_public(top: &str) -> bool {
    psl::suffix(top.as_bytes()).is_some_and(|s| s.is_known() && s.typ() == Some(psl::Type::Icann))
}

/// A name that has no address anywhere (RFC 2606 section 2). Resolvers know of “invalid” by themselves, and say nothing else that is true.
const CANNOT_EXIST: &str = "no-such-name.example";

fn is_more_than_an_address(record: &DnsRecord) -> bool {
    !matches!(record, DnsRecord::Address(_))
}

/// Whether a name lies below a public top-level domain, or one kept for tests (RFC 6761 section 6); and is not one that resolvers make up
/// themselves, as those of private addresses (RFC 6303).
fn is_name_of_the_world(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, top)| top != "arpa" && (is_public(top) || matches!(top, "test" | "example")))
}

fn record(rec: &Recorder, fact: DnsFact) -> (DnsFact, EvidenceId) {
    let id = rec.dns(fact.clone());
    (fact, id)
}

fn not_a_name(name: &str, rtype: RecordType, server: Option<SocketAddr>) -> DnsFact {
    Answer::failed(DnsOutcome::Error, Some("not a name".to_owned())).fact(name, rtype, server, 0)
}

fn known(host: &str, rtype: RecordType, addresses: &[IpAddr], detail: &str) -> DnsFact {
    let outcome = if addresses.is_empty() { DnsOutcome::NoData } else { DnsOutcome::Found };
    let records = addresses.iter().copied().map(DnsRecord::Address).collect();
    Answer { outcome, records, ttl: None, detail: Some(detail.to_owned()) }.fact(host, rtype, None, 0)
}

fn literal(host: &str) -> Option<IpAddr> {
    let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
    bare.strip_prefix("IPv6:").unwrap_or(bare).parse().ok()
}

fn millis(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}
