//! Step 11: is the sending address, or the sending domain, on a blocklist? All lists side by side (RFC 5782).

use std::net::IpAddr;
use std::time::Instant;

use futures_util::future::join_all;

use super::know::Blocklist;
use super::tools::could_not_tell;
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
            "blocklists.ip.clean",
            "blocklists.domain.listed",
            "blocklists.domain.listed-minor",
            "blocklists.domain.clean",
            "blocklists.unknown",
            "blocklists.refuses-resolver",
            "blocklists.list-broken",
            "blocklists.summary.clean",
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
    if let Some(ip) = ip.filter(|ip| private(*ip)) {
        cx.found(Finding::new("blocklists.private-address").arg("ip", ip));
    }
    let ip = ip.filter(|ip| !private(*ip));
    let mut asked = Vec::new();
    for list in &cx.know.blocklists {
        if let Some(ip) = ip.filter(|ip| list.lists.iter().any(|l| l == if ip.is_ipv6() { "ipv6" } else { "ipv4" })) {
            asked.push(ask(cx, list, reversed(ip), ip.to_string(), true));
        }
        if let Some(domain) = domain.as_deref().filter(|_| list.lists.iter().any(|l| l == "domain")) {
            asked.push(ask(cx, list, domain.to_owned(), domain.to_owned(), false));
        }
    }
    let said = join_all(asked).await;
    if said.is_empty() {
        return;
    }
    let count = |wanted| said.iter().filter(|s| **s == wanted).count();
    let (listed, unknown) = (count(Said::Listed), count(Said::Unknown));
    let id = match (listed, unknown * 2 > said.len()) {
        (1.., _) => "blocklists.summary.listed",
        (0, true) => "blocklists.summary.unknown",
        (0, false) => "blocklists.summary.clean",
    };
    let what = ip.map(|ip| ip.to_string()).or(domain).unwrap_or_default();
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

/// `[192.0.2.1]` in a server's EHLO answer: what it saw us come from.
fn bracketed(text: &str) -> Option<IpAddr> {
    text.split('[').skip(1).find_map(|rest| rest.split(']').next()?.trim_start_matches("IPv6:").parse().ok())
}

fn private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
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

async fn ask(cx: &Context, list: &Blocklist, labels: String, what: String, is_ip: bool) -> Said {
    let label = if is_ip { list.name.clone() } else { format!("{} (domain)", list.name) };
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
    if let Some(why) = could_not_tell(&answer) {
        let id =
            if answer.outcome == DnsOutcome::Refused { "blocklists.refuses-resolver" } else { "blocklists.unknown" };
        cx.found(found(id).arg("why", why));
        return Said::Unknown;
    }
    let codes: Vec<IpAddr> = answer.addresses().collect();
    if codes.is_empty() {
        cx.found(found(if is_ip { "blocklists.ip.clean" } else { "blocklists.domain.clean" }));
        return Said::Clean;
    }
    // 127.255.255.0/24 is a list's way to say no to whoever asks (spamhaus.org/faqs/dnsbl-usage): never a listing.
    let refusal = |ip: &IpAddr| matches!(ip, IpAddr::V4(v4) if v4.octets()[..3] == [127, 255, 255]);
    let sound = |ip: &IpAddr| matches!(ip, IpAddr::V4(v4) if v4.octets()[0] == 127);
    if codes.iter().any(refusal) {
        cx.found(found("blocklists.refuses-resolver").arg("why", codes[0]));
        return Said::Unknown;
    }
    if !codes.iter().all(sound) {
        cx.found(found("blocklists.list-broken").arg("why", format!("it answered {}", codes[0])));
        return Said::Unknown;
    }
    if lists_everything(cx, list, is_ip).await {
        cx.found(found("blocklists.list-broken").arg("why", "it lists what must not be listed"));
        return Said::Unknown;
    }
    let meaning =
        |ip: &IpAddr| list.answers.get(&ip.to_string()).map_or_else(|| ip.to_string(), |m| format!("{ip}, {m}"));
    let meant = codes.iter().map(meaning).collect::<Vec<_>>().join("; ");
    let id = match (is_ip, list.matters) {
        (true, true) => "blocklists.ip.listed",
        (true, false) => "blocklists.ip.listed-minor",
        (false, true) => "blocklists.domain.listed",
        (false, false) => "blocklists.domain.listed-minor",
    };
    cx.found(found(id).arg("answer", meant));
    Said::Listed
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
        assert_eq!(bracketed("mx.example.org"), None);
    }
}
