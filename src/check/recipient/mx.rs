//! Each MX by itself: an alias, an address in place of a name, a name that leads nowhere, to the machine that asks, or into an
//! inner network (RFC 5321 §5.1, RFC 2181 §10.3).

use std::collections::BTreeSet;
use std::net::IpAddr;

use futures_util::future::join_all;

use crate::check::Context;
use crate::check::dns::elsewhere;
use crate::check::tools::{could_not_tell, is_private};
use crate::transcript::{AddressFamily, DnsOutcome, DnsRecord, EvidenceId, Finding};

/// So many MX are looked at; as many as are tried.
const MOST: usize = 8;

/// What is to be known of the exchangers before they are asked.
#[derive(Default)]
pub(super) struct Exchangers {
    /// Those that nobody can use, or that must not be asked from here.
    pub(super) unusable: BTreeSet<String>,
    /// Those whose addresses are all of inner networks.
    inner: Vec<Exchanger>,
    /// How many others there are.
    outer: usize,
}

struct Exchanger {
    host: String,
    preference: u16,
    addresses: Vec<IpAddr>,
    alias: Option<String>,
    outcome: Led,
    evidence: Vec<EvidenceId>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Led {
    /// To addresses that anybody can reach.
    Outside,
    /// To addresses of inner networks only.
    Inside,
    /// To the machine that asks.
    Home,
    /// It is an address, and no name.
    IsAddress,
    Nowhere,
    Unknown(&'static str),
}

/// Looks where each leads and says what is wrong with it; none where no mail server could use any of them.
pub(super) async fn look(cx: &Context, domain: &str, named: &[(u16, String)], mx: EvidenceId) -> Option<Exchangers> {
    let mut once = BTreeSet::new();
    let mut twice = BTreeSet::new();
    let mut hosts = Vec::new();
    for (preference, host) in named {
        let host = host.to_ascii_lowercase();
        if once.insert(host.clone()) {
            hosts.push((*preference, host));
        } else {
            twice.insert(host);
        }
    }
    let looked = join_all(hosts.into_iter().take(MOST).map(|(preference, host)| one(cx, host, preference, mx))).await;
    let found = |id: &str, name: &str| Finding::new(id).arg("domain", domain).arg("name", name).shown_by(mx);
    for name in &twice {
        cx.found(found("recipient.mx.duplicate", name));
    }
    for exchanger in &looked {
        // Where no MX is named the domain stands for itself, and may be an alias (RFC 5321 §5.1).
        if let Some(alias) = exchanger.alias.as_ref().filter(|_| exchanger.host != domain) {
            cx.found(exchanger.found("recipient.mx.cname", domain).arg("target", alias));
        }
        let id = match exchanger.outcome {
            Led::Home => "recipient.mx.loopback",
            Led::IsAddress => "recipient.mx.is-address",
            Led::Nowhere => "recipient.mx.unresolved",
            Led::Unknown(_) => "recipient.mx.unknown",
            Led::Outside | Led::Inside => continue,
        };
        let why = if let Led::Unknown(why) = exchanger.outcome { why } else { "" };
        let listed = exchanger.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        cx.found(exchanger.found(id, domain).arg("why", why).arg("addresses", listed));
    }
    let dead = |e: &&Exchanger| matches!(e.outcome, Led::Home | Led::IsAddress | Led::Nowhere);
    if looked.iter().all(|e| dead(&e)) {
        if elsewhere(cx, domain).await {
            return None;
        }
        let names = looked.iter().map(|e| e.host.as_str()).collect::<Vec<_>>().join(", ");
        cx.found(found("recipient.mx.none-usable", &names).arg("count", looked.len()));
        return None;
    }
    let unusable = looked.iter().filter(dead).map(|e| e.host.clone()).collect();
    let outer = looked.iter().filter(|e| matches!(e.outcome, Led::Outside | Led::Unknown(_))).count();
    let inner = looked.into_iter().filter(|e| e.outcome == Led::Inside).collect();
    Some(Exchangers { unusable, inner, outer })
}

async fn one(cx: &Context, host: String, preference: u16, mx: EvidenceId) -> Exchanger {
    let mut looked =
        Exchanger { host, preference, addresses: Vec::new(), alias: None, outcome: Led::Nowhere, evidence: vec![mx] };
    if let Ok(ip) = looked.host.trim_matches(['[', ']']).parse() {
        looked.addresses.push(ip);
        looked.outcome = Led::IsAddress;
        return looked;
    }
    let answers = cx.net.addresses(&cx.rec, &looked.host, AddressFamily::Any).await;
    looked.evidence.extend(answers.iter().map(|(_, id)| *id));
    looked.addresses = answers.iter().flat_map(|(dns, _)| dns.addresses()).collect();
    looked.alias = answers.iter().find_map(|(dns, _)| {
        let alias = |r: &DnsRecord| if let DnsRecord::Cname(to) = r { Some(to.clone()) } else { None };
        dns.records.iter().find_map(alias)
    });
    // A name that is no host's, such as one with a blank, is as good as none; one that could not be asked about is not.
    let untold = || answers.iter().find_map(|(dns, _)| could_not_tell(dns));
    let no_name = || {
        answers.iter().any(|(dns, _)| dns.detail.as_deref() == Some("not a name") && dns.outcome == DnsOutcome::Error)
    };
    looked.outcome = if looked.addresses.is_empty() {
        if no_name() { Led::Nowhere } else { untold().map_or(Led::Nowhere, Led::Unknown) }
    } else if looked.addresses.iter().all(|ip| is_home(*ip)) {
        Led::Home
    } else if looked.addresses.iter().all(|ip| is_private(*ip)) {
        Led::Inside
    } else {
        Led::Outside
    };
    looked
}

/// Whether an address leads back to the machine that asks, whichever it is.
fn is_home(ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    ip.is_loopback() || ip.is_unspecified()
}

impl Exchanger {
    fn found(&self, id: &str, domain: &str) -> Finding {
        let mut found =
            Finding::new(id).arg("domain", domain).arg("name", &self.host).arg("preference", self.preference);
        found.evidence.clone_from(&self.evidence);
        found
    }
}

impl Exchangers {
    /// What addresses of an inner network mean, once it is known whether one of them answered us: an inside mail system where
    /// it did, a fault for everybody outside where it did not. `asked`: whether we tried.
    pub(super) fn judge_inner(&self, cx: &Context, domain: &str, asked: bool, heard: &BTreeSet<String>) {
        for exchanger in &self.inner {
            let id = match (asked, heard.contains(&exchanger.host), self.outer) {
                (false, ..) => "recipient.mx.private-untold",
                (_, true, _) => "recipient.mx.inside",
                (_, false, 0) => "recipient.mx.private",
                (_, false, _) => "recipient.mx.private-too",
            };
            let listed = exchanger.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            cx.found(exchanger.found(id, domain).arg("addresses", listed));
        }
    }
}
