//! SPF of the sending domain, for the address that sends.

use heloise::transcript::Case;

use crate::{case, looked, looked_in, world};

/// A zone of the sending domain with that SPF record.
fn with(record: &str, more: &str) -> String {
    format!(
        "example.net:\n@ NS ns1\n@ MX 10 mail\n@ TXT \"{record}\"\nns1 A 198.51.100.53\nmail A 198.51.100.25\n{more}"
    )
}

async fn instead(record: &str, id: &str) -> String {
    let found = looked(&with(record, "")).await;
    found.arg(id, "instead").to_owned()
}

#[tokio::test]
async fn an_address_that_the_record_names_may_send() {
    let found = looked(&with("v=spf1 mx ip4:198.51.100.0/28 -all", "")).await;
    assert_eq!(found.arg("dns.spf.covers", "way"), "ip4:198.51.100.0/28");
    assert_eq!(found.arg("dns.spf.ok", "lookups"), "1");
    assert!(!found.one("dns.spf.covers").evidence.is_empty());
}

#[tokio::test]
async fn an_address_that_is_refused_is_told_with_the_term_that_is_missing() {
    let found = looked(&with("v=spf1 mx -all", "")).await;
    assert_eq!(found.arg("dns.spf.not-covered", "missing"), "ip4:198.51.100.7");
    assert_eq!(found.arg("dns.spf.not-covered", "way"), "-all");
    assert_eq!(found.arg("dns.spf.not-covered", "instead"), "v=spf1 mx ip4:198.51.100.7 -all");
    assert!(!found.has("dns.spf.covers"));
}

#[tokio::test]
async fn a_mild_end_and_none_at_all_are_told_apart() {
    assert_eq!(instead("v=spf1 mx ~all", "dns.spf.softly-not-covered").await, "v=spf1 mx ip4:198.51.100.7 ~all");
    let found = looked(&with("v=spf1 mx", "")).await;
    assert!(found.has("dns.spf.neutral") && found.has("dns.spf.no-end"), "{:?}", found.ids());
}

#[tokio::test]
async fn without_an_address_only_the_record_is_judged() {
    let file = world(&with("v=spf1 mx -all", ""));
    let found = looked_in(&file, Case { ip: None, ..case() }).await;
    assert!(found.has("dns.spf.ok"));
    assert!(!found.ids().iter().any(|id| id.contains("cover")), "{:?}", found.ids());
}

#[tokio::test]
async fn a_first_record_is_proposed_where_there_is_none() {
    let found = looked("example.net:\n@ MX 10 mail\nmail A 198.51.100.25\n").await;
    assert_eq!(found.arg("dns.spf.none", "instead"), "v=spf1 mx ip4:198.51.100.7 ~all");
}

#[tokio::test]
async fn a_record_that_nobody_reads_as_one_is_no_missing_record() {
    assert_eq!(instead("v=spf1; mx ~all", "dns.spf.almost").await, "v=spf1 mx ~all");
    assert_eq!(instead("v=spf1mx -all", "dns.spf.almost").await, "v=spf1 -all");
}

#[tokio::test]
async fn several_records_are_joined() {
    let zone = with("v=spf1 mx -all", "@ TXT \"v=spf1 ip4:198.51.100.7 ~all\"\n");
    let found = looked(&zone).await;
    assert_eq!(found.arg("dns.spf.multiple", "instead"), "v=spf1 mx ip4:198.51.100.7 ~all");
    assert!(!found.has("dns.spf.covers"), "a void record covers nobody");
}

#[tokio::test]
async fn each_fault_is_told_with_its_column_and_mended_where_that_is_clear() {
    let found = looked(&with("v=spf1 ipv4:198.51.100.7 mx, -all", "")).await;
    let faults: Vec<(&str, &str)> = found
        .0
        .iter()
        .filter(|f| f.id == "dns.spf.bad-clear")
        .map(|f| (f.args["term"].as_str(), f.args["column"].as_str()))
        .collect();
    assert_eq!(faults, [("ipv4:198.51.100.7", "8"), ("mx,", "26")]);
    assert_eq!(found.arg("dns.spf.bad-clear", "instead"), "v=spf1 ip4:198.51.100.7 mx -all");
    assert!(found.arg("dns.spf.bad-clear", "fault").contains("no such word"));
    let found = looked(&with("v=spf1 ip4:198.51.100 -all", "")).await;
    assert_eq!(found.arg("dns.spf.bad", "term"), "ip4:198.51.100");
}

#[tokio::test]
async fn what_works_and_was_hardly_meant_is_noticed() {
    assert_eq!(instead("v=spf1 mx +all", "dns.spf.open").await, "v=spf1 mx ~all");
    assert_eq!(
        instead("v=spf1 include=_spf.example.org mx -all", "dns.spf.ignored").await,
        "v=spf1 include:_spf.example.org mx -all"
    );
    assert_eq!(instead("v=spf1 -all mx", "dns.spf.behind-all").await, "v=spf1 mx -all");
    assert_eq!(instead("v=spf1 mx -all redirect=example.org", "dns.spf.behind-all").await, "v=spf1 mx -all");
    assert_eq!(instead("v=spf1 mx ptr -all", "dns.spf.ptr").await, "v=spf1 mx -all");
    let long = format!("v=spf1 {}-all", (1..40).map(|n| format!("ip4:203.0.113.{n} ")).collect::<String>());
    let (head, tail) = long.split_at(200);
    let found = looked(&with(&format!("{head}\" \"{}\" \"{}", &tail[..250], &tail[250..]), "")).await;
    assert_eq!(found.arg("dns.spf.long", "length"), long.len().to_string());
}

#[tokio::test]
async fn too_many_lookups_are_counted_through_the_tree_even_where_the_address_matches_early() {
    let includes: String = (1..=6).map(|n| format!("include:s{n}.example.net ")).collect();
    let more: String = (1..=6).map(|n| format!("s{n} TXT \"v=spf1 mx:mail.example.net ?all\"\n")).collect();
    let zone = with(&format!("v=spf1 ip4:198.51.100.7 a:mail.example.net {includes}-all"), &more);
    let found = looked(&zone).await;
    assert_eq!(found.arg("dns.spf.far-too-many-lookups", "count"), "13");
    assert!(found.arg("dns.spf.far-too-many-lookups", "costs").starts_with("include:s1.example.net 2"));
    assert!(found.has("dns.spf.covers"), "receivers stop at the match: {:?}", found.ids());
}

#[tokio::test]
async fn a_slimmer_record_is_proposed_only_where_receivers_read_it_to_its_end() {
    let with_own = |own: &str| {
        let includes: String = (1..=5).map(|n| format!("include:s{n}.example.net ")).collect();
        let more: String = (1..=5).map(|n| format!("s{n} TXT \"v=spf1 mx:mail.example.net ?all\"\n")).collect();
        with(&format!("v=spf1 {own} {includes}-all"), &more)
    };
    let found = looked(&with_own("a:mail.example.net")).await;
    assert_eq!(found.arg("dns.spf.too-many-lookups", "after"), "10");
    assert!(found.arg("dns.spf.too-many-lookups", "instead").contains("ip4:198.51.100.25"));
    let found = looked(&with_own("exists:%{i}.example.net")).await;
    assert!(found.has("dns.spf.far-too-many-lookups") && !found.has("dns.spf.too-many-lookups"), "{:?}", found.ids());
}

#[tokio::test]
async fn what_a_record_leads_to_is_judged_with_it() {
    let found = looked(&with("v=spf1 include:gone.example.net -all", "")).await;
    assert_eq!(found.arg("dns.spf.leads-nowhere", "to"), "gone.example.net");
    let found = looked(&with("v=spf1 include:odd.example.net -all", "odd TXT \"v=spf1 what -all\"\n")).await;
    assert_eq!(found.arg("dns.spf.included-bad", "at"), "odd.example.net");
    let found =
        looked(&with("v=spf1 a:x1.example.net a:x2.example.net a:x3.example.net ip4:198.51.100.7 -all", "")).await;
    assert_eq!(found.arg("dns.spf.too-many-voids", "term"), "a:x3.example.net");
    let hosts: String = (1..=11).map(|n| format!("many MX {n} m{n}\nm{n} A 203.0.113.{n}\n")).collect();
    let found = looked(&with("v=spf1 mx:many.example.net -all", &hosts)).await;
    assert_eq!(found.arg("dns.spf.too-many-hosts", "term"), "mx:many.example.net");
}

#[tokio::test]
async fn an_include_that_is_not_answered_is_no_fault() {
    let mut file = world(&with("v=spf1 include:mute.example.net -all", "mute TXT \"v=spf1 -all\"\n"));
    file.zones[0].fails.insert("mute".to_owned(), heloise::practice::DnsFailure::Servfail);
    let found = looked_in(&file, case()).await;
    assert_eq!(found.arg("dns.spf.unknown", "name"), "mute.example.net");
    for id in ["dns.spf.not-covered", "dns.spf.leads-nowhere", "dns.spf.ok", "dns.spf.none"] {
        assert!(!found.has(id), "{:?}", found.ids());
    }
}

#[tokio::test]
async fn the_domains_own_words_and_the_helo_name_are_told() {
    let zone = with(
        "v=spf1 -all exp=why.example.net",
        "why TXT \"%{i} is not ours\"\nout A 198.51.100.9\nout TXT \"v=spf1 a -all\"\nour A 198.51.100.7\nour TXT \"v=spf1 a -all\"\nodd TXT \"v=spf1 what\"\n",
    );
    let helo = |name: &str| Case { helo: Some(format!("{name}.example.net")), ..case() };
    let file = world(&zone);
    let found = looked_in(&file, helo("out")).await;
    assert_eq!(found.arg("dns.spf.words", "text"), "198.51.100.7 is not ours");
    assert!(found.has("dns.spf.helo.not-covered"));
    assert!(looked_in(&file, helo("our")).await.has("dns.spf.helo.covers"));
    assert!(looked_in(&file, helo("odd")).await.has("dns.spf.helo.broken"));
}

#[tokio::test]
async fn names_that_lead_nowhere_are_told_before_they_break_the_record() {
    let found = looked(&with("v=spf1 a:x1.example.net mx:mail.example.net ip4:198.51.100.7 -all", "")).await;
    assert_eq!(found.arg("dns.spf.void", "terms"), "a:x1.example.net mx:mail.example.net");
    assert!(found.has("dns.spf.ok") && found.has("dns.spf.covers"), "{:?}", found.ids());
    let terms = "a:x1.example.net a:x2.example.net a:x3.example.net";
    let found = looked(&with(&format!("v=spf1 ip4:198.51.100.7 {terms} -all"), "")).await;
    assert!(
        found.has("dns.spf.too-many-voids") && found.has("dns.spf.covers"),
        "whatever the address: {:?}",
        found.ids()
    );
    assert!(!found.has("dns.spf.ok"), "{:?}", found.ids());
}
