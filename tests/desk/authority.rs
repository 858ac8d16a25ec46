//! The zone's own servers against one another and against our resolver, and what DNSSEC makes of it.

use std::net::IpAddr;

use heloise::practice::{DnsFailure, WorldFile, Zone};
use heloise::transcript::Case;
use hickory_resolver::proto::op::ResponseCode;

use crate::dns_server::{DnsServer, code, name, records};
use crate::{Found, case, looked_from, looked_in, world};

const NS: &str = "example.net:\n@ NS ns1\n@ NS ns2\n@ MX 10 mail\n@ TXT \"v=spf1 mx ip4:198.51.100.7 -all\"\nns1 A 198.51.100.53\nns2 A 198.51.100.54\nmail A 198.51.100.25\n";

fn at(text: &str) -> Option<IpAddr> {
    text.parse().ok()
}

/// The zone as one of its servers sees it.
fn seen_by(file: &WorldFile, server: &str, change: impl Fn(String) -> String) -> Zone {
    let zone = file.zones[0].clone();
    Zone { at: at(server), records: change(zone.records.clone()), ..zone }
}

fn failing(file: &WorldFile, server: &str, how: DnsFailure) -> Zone {
    let mut zone = seen_by(file, server, |r| r);
    zone.fails.insert("*".to_owned(), how);
    zone
}

async fn with(zones: impl Fn(&WorldFile) -> Vec<Zone>) -> Found {
    let mut file = world(NS);
    let more = zones(&file);
    file.zones.extend(more);
    looked_in(&file, case()).await
}

#[tokio::test]
async fn servers_that_agree_are_well() {
    let found = with(|_| Vec::new()).await;
    assert_eq!(found.arg("dns.authority.ok", "count"), "2");
    assert!(found.has("dns.dnssec.unsigned"), "{:?}", found.ids());
}

#[tokio::test]
async fn a_server_that_does_not_keep_the_zone_is_told_from_a_silent_one() {
    let found = with(|f| vec![failing(f, "198.51.100.54", DnsFailure::Refused)]).await;
    assert_eq!(found.arg("dns.authority.lame", "host"), "ns2.example.net (198.51.100.54)");
    assert!(!found.has("dns.authority.ok") && !found.has("dns.authority.silent"), "{:?}", found.ids());
    let found = with(|f| vec![failing(f, "198.51.100.54", DnsFailure::Timeout)]).await;
    assert_eq!(found.arg("dns.authority.silent", "host"), "ns2.example.net (198.51.100.54)");
    assert!(!found.has("dns.authority.lame"), "{:?}", found.ids());
}

#[tokio::test]
async fn where_no_server_can_be_asked_nothing_is_said_of_them() {
    let both = |f: &WorldFile| ["198.51.100.53", "198.51.100.54"].map(|ip| failing(f, ip, DnsFailure::Timeout)).into();
    let found = with(both).await;
    assert!(found.has("dns.authority.unknown"));
    assert!(!found.has("dns.authority.silent") && !found.has("dns.authority.ok"), "{:?}", found.ids());
}

#[tokio::test]
async fn a_name_server_without_address_is_named() {
    let mut file = world(NS);
    file.zones[0].records = file.zones[0].records.replace("ns2 A 198.51.100.54\n", "");
    let found = looked_in(&file, case()).await;
    assert_eq!(found.arg("dns.authority.no-address", "host"), "ns2.example.net");
}

#[tokio::test]
async fn one_server_out_of_step_is_named_with_what_it_says() {
    let found = with(|f| vec![seen_by(f, "198.51.100.54", |r| r.replace("10 mail", "10 old"))]).await;
    let apart = found.one("dns.authority.apart");
    assert_eq!((apart.args["type"].as_str(), apart.args["theirs"].as_str()), ("MX", "10 old.example.net"));
    assert!(apart.args["host"].starts_with("ns2") && apart.evidence.len() == 2);
}

#[tokio::test]
async fn the_one_with_the_older_serial_is_the_one_out_of_step() {
    let state = |serial: u32, mx: &'static str| {
        move |r: String| r.replace("10 mail", mx) + &format!("@ SOA ns1 hostmaster {serial} 3600 600 86400 60\n")
    };
    for (first, second, old) in [(8, 7, "ns2"), (7, 8, "ns1"), (u32::MAX, 3, "ns1")] {
        let found = with(|f| {
            let copies = [("198.51.100.53", state(first, "10 mail")), ("198.51.100.54", state(second, "10 old"))];
            copies.into_iter().map(|(at, state)| seen_by(f, at, state)).collect()
        });
        let found = found.await;
        assert!(found.arg("dns.authority.apart", "host").starts_with(old), "{first} {second}");
        assert_eq!(found.arg("dns.authority.apart", "newest"), if old == "ns2" { first } else { second }.to_string());
    }
}

#[tokio::test]
async fn serials_alone_are_a_note() {
    let soa = |r: String| r + "@ SOA ns1 hostmaster 7 3600 600 86400 60\n";
    let found = with(|f| vec![seen_by(f, "198.51.100.54", soa)]).await;
    assert!(found.has("dns.authority.serials") && !found.has("dns.authority.apart"), "{:?}", found.ids());
}

#[tokio::test]
async fn an_old_answer_of_the_resolver_is_told_with_the_time_it_has_left() {
    let both = |f: &WorldFile| {
        ["198.51.100.53", "198.51.100.54"].map(|ip| seen_by(f, ip, |r| r.replace("10 mail", "5 mail"))).into()
    };
    let mut file = world(&NS.replace("@ MX", "@ 150 MX"));
    let more: Vec<Zone> = both(&world(NS));
    file.zones.extend(more);
    let found = looked_in(&file, case()).await;
    let stale = found.one("dns.authority.stale");
    assert_eq!(
        (stale.args["ours"].as_str(), stale.args["theirs"].as_str()),
        ("10 mail.example.net", "5 mail.example.net")
    );
    assert_eq!(stale.args["ttl"], "2 minutes");
}

/// What is found of the recipient's domain where our resolver has an old answer, and the zone's servers say `now`.
async fn moved(now: &str) -> Found {
    let mut file = world(&NS.replace("@ MX", "@ 150 MX").replace("mail A", "new A 198.51.100.26\nmail A"));
    let all: Vec<Zone> =
        ["198.51.100.53", "198.51.100.54"].map(|ip| seen_by(&file, ip, |r| r.replace("@ 150 MX 10 mail", now))).into();
    file.zones.extend(all);
    let case = Case { from: None, to: vec!["bob@example.net".to_owned()], ..case() };
    looked_in(&file, case).await
}

#[tokio::test]
async fn a_server_that_is_no_longer_in_charge_is_told_with_the_one_that_is() {
    let found = moved("@ MX 10 new").await;
    let old = found.one("dns.authority.old-servers");
    assert_eq!((old.args["host"].as_str(), old.args["instead"].as_str()), ("mail.example.net", "new.example.net"));
    assert!(!found.has("dns.authority.stale"), "{:?}", found.ids());
    let found = moved("@ MX 10 new\n@ MX 20 mail").await;
    assert!(found.has("dns.authority.stale") && !found.has("dns.authority.old-servers"), "it is still one of them");
}

#[tokio::test]
async fn an_answer_made_for_the_inside_is_no_old_one() {
    let mut file = world(
        &NS.replace("mail A 198.51.100.25", "mail A 198.51.100.25\ninner A 10.0.0.25").replace("10 mail", "10 inner"),
    );
    let outside: Vec<Zone> =
        ["198.51.100.53", "198.51.100.54"].map(|ip| Zone { at: at(ip), ..world(NS).zones[0].clone() }).into();
    file.zones.extend(outside);
    let found = looked_in(&file, case()).await;
    assert!(found.has("dns.authority.split") && !found.has("dns.authority.stale"), "{:?}", found.ids());
}

#[tokio::test]
async fn a_failure_that_goes_away_without_checking_is_dnssec() {
    let mut file = world(NS);
    file.zones[0].fails.insert("@".to_owned(), DnsFailure::Bogus);
    let found = looked_in(&file, case()).await;
    assert!(found.has("dns.dnssec.bogus") && !found.has("dns.servfail"), "{:?}", found.ids());
    file.zones[0].fails.insert("@".to_owned(), DnsFailure::Servfail);
    let found = looked_in(&file, case()).await;
    assert!(found.has("dns.servfail") && !found.has("dns.dnssec.bogus"), "{:?}", found.ids());
}

#[tokio::test]
async fn the_resolvers_word_for_a_signed_zone_is_taken_and_its_silence_is_no_fault() {
    use crate::resolver::only;
    use hickory_resolver::proto::rr::RData;
    use hickory_resolver::proto::rr::rdata::MX;
    for vouches in [true, false] {
        let server = DnsServer::start(move |q, _| {
            let asked = (q.queries[0].name().to_ascii(), q.queries[0].query_type().to_string());
            Some(match (asked.0.as_str(), asked.1.as_str()) {
                ("example.net.", "MX") => {
                    let mut answer = records(q, [RData::MX(MX::new(10, name("mail.example.net")))]);
                    answer.metadata.authentic_data = vouches;
                    answer
                }
                ("example.net.", _) => records(q, []),
                _ => code(q, ResponseCode::NXDomain),
            })
        })
        .await;
        let found = looked_from(only(server.address), crate::trust(), case()).await;
        assert_eq!(found.has("dns.dnssec.secure"), vouches, "{:?}", found.ids());
        assert_eq!(found.has("dns.dnssec.unsigned"), !vouches, "{:?}", found.ids());
    }
}

#[tokio::test]
async fn an_answer_that_was_cut_and_does_not_come_over_tcp_is_no_silence() {
    use crate::resolver::only;
    let server = DnsServer::start(|q, tcp| {
        if tcp {
            return None;
        }
        let mut answer = records(q, []);
        answer.metadata.truncation = true;
        Some(answer)
    })
    .await;
    let found = looked_from(only(server.address), crate::trust(), case()).await;
    assert!(found.has("dns.truncated"), "{:?}", found.ids());
    assert!(!found.ids().iter().any(|id| id.ends_with(".none") || *id == "dns.timeout"), "{:?}", found.ids());
}

#[tokio::test]
async fn a_silent_server_that_has_only_ipv6_is_not_held_against_the_zone() {
    let mut file = world(&NS.replace("ns2 A 198.51.100.54", "ns2 AAAA 2001:db8::54"));
    let silent = failing(&file, "2001:db8::54", DnsFailure::Timeout);
    file.zones.push(silent);
    let found = looked_in(&file, case()).await;
    assert!(!found.has("dns.authority.silent") && !found.has("dns.authority.lame"), "{:?}", found.ids());
    assert_eq!(found.arg("dns.authority.ok", "count"), "1");
}

#[tokio::test]
async fn texts_that_are_no_spf_may_differ_and_an_spf_that_differs_makes_other_verdicts_doubtful() {
    let token = |n: u8| move |r: String| format!("{r}@ TXT \"token={n}\"\n");
    let found = with(|f| vec![seen_by(f, "198.51.100.53", token(1)), seen_by(f, "198.51.100.54", token(2))]).await;
    assert!(found.has("dns.authority.ok"), "{:?}", found.ids());
    let found = with(|f| vec![seen_by(f, "198.51.100.54", |r| r.replace("198.51.100.7", "198.51.100.9"))]).await;
    assert_eq!(found.arg("dns.authority.apart-spf", "host"), "ns2.example.net (198.51.100.54)");
    assert!(found.has("dns.authority.by-chance") && !found.has("dns.authority.apart"), "{:?}", found.ids());
}
