//! Step 11: is the sending address, or the sending domain, on a blocklist? All lists side by side (RFC 5782).

use std::net::IpAddr;
use std::time::Instant;

use futures_util::future::join_all;

use super::know::Blocklist;
use super::tools::{could_not_tell, is_private};
use super::{BoxFuture, Check, Context};
use crate::net::RecordType;
use crate::transcript::{Consent, DnsOutcome, Fact, Finding};

/// The check of step 11.
pub(super) struct Blocklists;

impl Check for Blocklists {
    fn id(&self) -> &'static str {
        "blocklists"
    }

    fn emits(&self) -> &'static [&'static str] {
        &[
            "blocklists.no-consent",
            "blocklists.no-address",
            "blocklists.private-address",
            "blocklists.ip.listed",
            "blocklists.ip.listed-minor",
            "blocklists.ip.policy",
            "blocklists.ip.clean",
            "blocklists.domain.listed",
            "blocklists.domain.listed-minor",
            "blocklists.domain.clean",
            "blocklists.unknown",
            "blocklists.refuses-resolver",
            "blocklists.list-broken",
            "blocklists.summary.clean",
            "blocklists.summary.partly",
            "blocklists.summary.listed",
            "blocklists.summary.unknown",
        ]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(run(cx))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Listed,
    Clean,
    Unknown,
    /// One that large receivers use did not tell.
    UnknownThatMatters,
}

/// What is asked about.
#[derive(Clone, Copy)]
enum What<'a> {
    Address(IpAddr),
    Domain(&'a str),
}

async fn run(cx: &Context) {
    if !cx.may(Consent::Blocklists) {
        cx.found(Finding::new("blocklists.no-consent"));
        return;
    }
    let ip = sending_address(cx);
    let domain = cx.case.sender_domain().and_then(registrable);
    if ip.is_none() {
        cx.found(Finding::new("blocklists.no-address"));
    }
    if let Some(ip) = ip.filter(|ip| is_private(*ip)) {
        cx.found(Finding::new("blocklists.private-address").arg("ip", ip));
    }
    let ip = ip.filter(|ip| !is_private(*ip));
    let mut asked = Vec::new();
    for list in &cx.know.blocklists {
        let takes = |sort: &str| list.lists.iter().any(|l| l == sort);
        if let Some(ip) = ip.filter(|ip| takes(if ip.is_ipv6() { "ipv6" } else { "ipv4" })) {
            asked.push(ask(cx, list, What::Address(ip)));
        }
        if let Some(domain) = domain.as_deref().filter(|_| takes("domain")) {
            asked.push(ask(cx, list, What::Domain(domain)));
        }
    }
    let said = join_all(asked).await;
    if said.is_empty() {
        return;
    }
    let count = |wanted| said.iter().filter(|s| **s == wanted).count();
    let (listed, matter) = (count(Said::Listed), count(Said::UnknownThatMatters));
    let unknown = matter + count(Said::Unknown);
    let id = match listed {
        1.. => "blocklists.summary.listed",
        0 if unknown * 2 > said.len() => "blocklists.summary.unknown",
        0 if matter > 0 => "blocklists.summary.partly",
        0 => "blocklists.summary.clean",
    };
    let what = ip.map(|ip| ip.to_string()).into_iter().chain(domain).collect::<Vec<_>>().join(" or ");
    cx.found(Finding::new(id).arg("ip", what).arg("count", said.len()).arg("listed", listed).arg("unknown", unknown));
}

/// The address to judge: the one given, else one that a refusal or a server's EHLO answer of this session names.
fn sending_address(cx: &Context) -> Option<IpAddr> {
    cx.case.ip.or_else(|| {
        cx.seen.entries().iter().rev().find_map(|entry| {
            let Fact::Received { reply, .. } = &entry.fact else { return None };
            let meaning = (!reply.is_positive()).then(|| cx.reader.reply(reply));
            let named = meaning.and_then(|m| m.args.get("ip").and_then(|ip| ip.parse().ok()));
            named.or_else(|| {
                if reply.stage == Some(crate::transcript::Stage::Ehlo) { bracketed(&reply.joined()) } else { None }
            })
        })
    })
}

/// `[192.0.2.1]` in a server's EHLO answer: what it saw us come from. The name that we gave may be such a one, too; it stands before.
fn bracketed(text: &str) -> Option<IpAddr> {
    let seen =
        text.split('[').skip(1).filter_map(|rest| rest.split(']').next()?.trim_start_matches("IPv6:").parse().ok());
    let seen: Vec<IpAddr> = seen.collect();
    seen.iter().rev().find(|ip| !is_private(**ip)).or(seen.last()).copied()
}

/// The registrable domain, as domain lists want it asked.
fn registrable(domain: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii(domain).ok()?;
    Some(psl::domain_str(&ascii).unwrap_or(&ascii).to_owned())
}

/// The labels under which an address is asked (RFC 5782 §2.1, §2.4).
fn reversed(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(v4) => v4.octets().iter().rev().map(u8::to_string).collect::<Vec<_>>().join("."),
        IpAddr::V6(v6) => {
            let nibbles = v6.octets().into_iter().rev().flat_map(|o| [o & 15, o >> 4]);
            nibbles.map(|n| format!("{n:x}")).collect::<Vec<_>>().join(".")
        }
    }
}

async fn ask(cx: &Context, list: &Blocklist, about: What<'_>) -> Said {
    let (label, labels, what) = match about {
        What::Address(ip) => (list.name.clone(), reversed(ip), ip.to_string()),
        What::Domain(domain) => (format!("{} (domain)", list.name), domain.to_owned(), domain.to_owned()),
    };
    cx.rec.probing(&label);
    let began = Instant::now();
    let (answer, evidence) = cx.net.lookup(&cx.rec, &format!("{labels}.{}", list.zone), RecordType::A).await;
    let ms = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
    let found = |id: &str| {
        Finding::new(id)
            .arg("list", &list.name)
            .arg("ip", &what)
            .arg("removal", &list.removal)
            .shown_by(evidence)
            .ends(&label, ms)
    };
    let untold = |id: &str, why: &str| {
        cx.found(found(id).arg("why", why));
        if list.matters { Said::UnknownThatMatters } else { Said::Unknown }
    };
    if let Some(why) = could_not_tell(&answer) {
        let refused = answer.outcome == DnsOutcome::Refused;
        return untold(if refused { "blocklists.refuses-resolver" } else { "blocklists.unknown" }, why);
    }
    let codes: Vec<String> = answer.addresses().map(|ip| ip.to_string()).collect();
    let against: Vec<&String> = codes.iter().filter(|c| !list.harmless.contains(c)).collect();
    let is_ip = matches!(about, What::Address(_));
    let Some(first) = against.first() else {
        cx.found(found(if is_ip { "blocklists.ip.clean" } else { "blocklists.domain.clean" }));
        return Said::Clean;
    };
    if against.iter().any(|c| refuses(c)) {
        return untold("blocklists.refuses-resolver", first);
    }
    if !against.iter().all(|c| c.starts_with("127.")) {
        return untold("blocklists.list-broken", &format!("it answered {first}"));
    }
    if lists_everything(cx, list, is_ip).await {
        return untold("blocklists.list-broken", "it lists what must not be listed");
    }
    let meaning = |c: &&String| list.answers.get(*c).map_or_else(|| (*c).clone(), |m| format!("{c}, {m}"));
    let meant = against.iter().map(meaning).collect::<Vec<_>>().join("; ");
    let id = match (about, list.matters) {
        (What::Address(_), true) if against.iter().all(|c| list.policy.contains(c)) => "blocklists.ip.policy",
        (What::Address(_), true) => "blocklists.ip.listed",
        (What::Address(_), false) => "blocklists.ip.listed-minor",
        (What::Domain(_), true) => "blocklists.domain.listed",
        (What::Domain(_), false) => "blocklists.domain.listed-minor",
    };
    cx.found(found(id).arg("answer", meant));
    Said::Listed
}

/// 127.255.255.0/24 is a list's way to say no to whoever asks (spamhaus.org/faqs/dnsbl-usage), and so is 127.0.0.1 at others
/// (uribl.com/refused.shtml): listings begin at 127.0.0.2 (RFC 5782 §2.1).
fn refuses(code: &str) -> bool {
    code.starts_with("127.255.255.") || code == "127.0.0.1"
}

/// A list that lists its own never-listed test entry lists the world: it has closed, or the resolver invents answers (RFC 5782 §5).
async fn lists_everything(cx: &Context, list: &Blocklist, is_ip: bool) -> bool {
    let never = if is_ip { "1.0.0.127" } else { "invalid" };
    let (answer, _) = cx.net.lookup(&cx.rec, &format!("{never}.{}", list.zone), RecordType::A).await;
    answer.outcome == DnsOutcome::Found
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
        assert_eq!(registrable("mail.news.example.co.uk").as_deref(), Some("example.co.uk"));
    }

    #[test]
    fn the_address_a_server_saw_is_found() {
        assert_eq!(bracketed("mx.example.org Hello client [198.51.100.7]"), "198.51.100.7".parse().ok());
        assert_eq!(bracketed("mx.example.org Hello [127.0.0.1] [198.51.100.7]"), "198.51.100.7".parse().ok());
        assert_eq!(bracketed("mx.example.org Hello [198.51.100.7], at [10.0.0.1]"), "198.51.100.7".parse().ok());
        assert_eq!(bracketed("mx.example.org"), None);
    }

    #[test]
    fn a_refusal_to_answer_is_told_from_a_listing() {
        assert!(refuses("127.255.255.254") && refuses("127.0.0.1"));
        assert!(!refuses("127.0.0.2") && !refuses("127.0.1.255"));
    }
}
