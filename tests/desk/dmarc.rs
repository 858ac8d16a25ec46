//! The policy of the From domain.

use heloise::practice::DnsFailure;
use heloise::transcript::Case;

use crate::{Found, case, looked, looked_in, world};

const MAIL: &str = "example.net:\n@ MX 10 mail\n@ TXT \"v=spf1 mx ip4:198.51.100.7 -all\"\nmail A 198.51.100.25\n";

fn with(record: &str) -> String {
    format!("{MAIL}_dmarc TXT \"{record}\"\n")
}

async fn from(address: &str, zones: &str) -> Found {
    looked_in(&world(zones), Case { from: Some(address.to_owned()), ..case() }).await
}

#[tokio::test]
async fn a_policy_is_read_and_passes_by_spf() {
    let found = looked(&with("v=DMARC1; p=reject; rua=mailto:d@example.net")).await;
    assert_eq!(found.arg("dns.dmarc.ok", "policy"), "reject");
    assert!(found.has("dns.dmarc.passes-by-spf") && !found.has("dns.dmarc.rests-on-dkim"), "{:?}", found.ids());
}

#[tokio::test]
async fn without_a_record_one_is_proposed_at_the_registered_domain() {
    let found = from("alice@news.example.net", MAIL).await;
    assert_eq!(found.arg("dns.dmarc.none", "owner"), "_dmarc.example.net");
    assert_eq!(found.arg("dns.dmarc.none", "instead"), "v=DMARC1; p=none; rua=mailto:postmaster@example.net");
}

#[tokio::test]
async fn a_faulty_record_is_told_with_its_column_and_mended() {
    let found = looked(&with("v=DMARC1; p=rejct; rua=d@example.net")).await;
    assert_eq!(found.arg("dns.dmarc.bad-clear", "column"), "11");
    assert_eq!(found.arg("dns.dmarc.bad-clear", "instead"), "v=DMARC1; p=none; rua=mailto:d@example.net");
    assert_eq!(found.arg("dns.dmarc.bad-clear", "meant"), "p=reject");
    assert!(looked(&with("v=DMARC1; p=block")).await.has("dns.dmarc.bad"));
    let found = looked(&(with("v=DMARC1; p=none") + "_dmarc TXT \"v=DMARC1; p=reject\"\n")).await;
    assert_eq!(found.arg("dns.dmarc.multiple", "count"), "2");
}

#[tokio::test]
async fn a_name_below_takes_the_policy_from_above() {
    let zone = with("v=DMARC1; p=reject; sp=quarantine; np=none; rua=mailto:d@example.net") + "news MX 10 mail\n";
    let found = from("alice@news.example.net", &zone).await;
    assert_eq!(found.arg("dns.dmarc.inherited", "policy"), "quarantine");
    let found = from("alice@gone.example.net", &zone).await;
    assert_eq!(found.arg("dns.dmarc.inherited", "policy"), "none");
}

#[tokio::test]
async fn a_record_half_way_up_is_found_though_older_receivers_pass_it_by() {
    let zone =
        format!("{MAIL}_dmarc.shop TXT \"v=DMARC1; p=reject; rua=mailto:d@example.net\"\nnews.shop MX 10 mail\n");
    let found = from("alice@news.shop.example.net", &zone).await;
    assert_eq!(found.arg("dns.dmarc.ok", "name"), "shop.example.net");
    assert_eq!(found.arg("dns.dmarc.differs", "top"), "example.net");
}

#[tokio::test]
async fn notes_are_made_of_what_does_little() {
    let found = looked(&with("v=DMARC1; p=reject; pct=50; t=y; rua=mailto:d@example.net")).await;
    assert!(found.has("dns.dmarc.testing") && found.has("dns.dmarc.old-tags"), "{:?}", found.ids());
    let found = looked(&with("v=DMARC1; p=none")).await;
    assert!(found.arg("dns.dmarc.no-reports", "instead").ends_with("rua=mailto:postmaster@example.net"));
}

#[tokio::test]
async fn reports_to_another_domain_need_its_consent() {
    let zone = with("v=DMARC1; p=none; rua=mailto:d@reports.example.com") + "example.com:\nreports A 203.0.113.9\n";
    let found = looked(&zone).await;
    assert_eq!(found.arg("dns.dmarc.reports-unauthorised", "owner"), "example.net._report._dmarc.reports.example.com");
    let agreed = format!("{zone}example.net._report._dmarc.reports TXT \"v=DMARC1;\"\n");
    assert!(!looked(&agreed).await.has("dns.dmarc.reports-unauthorised"));
    let mut file = world(&zone);
    file.zones[1].fails.insert("*".to_owned(), DnsFailure::Servfail);
    let found = looked_in(&file, case()).await;
    assert!(
        found.has("dns.dmarc.reports-unknown") && !found.has("dns.dmarc.reports-unauthorised"),
        "{:?}",
        found.ids()
    );
}

#[tokio::test]
async fn another_envelope_domain_leaves_all_to_the_signature() {
    let message = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(message.path(), "From: alice@example.com\r\nSubject: Hello\r\n\r\nGood day.\r\n").expect("written");
    let zone = with("v=DMARC1; p=none") + "example.com:\n_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:d@example.com\"\n";
    let case = Case { message: Some(message.path().to_owned()), ..case() };
    let found = looked_in(&world(&zone), case).await;
    assert_eq!(found.arg("dns.dmarc.spf-apart", "sender"), "example.net");
    assert!(found.has("dns.dmarc.unproved") && !found.has("dns.dmarc.passes-by-spf"), "{:?}", found.ids());
}

#[tokio::test]
async fn a_policy_that_could_not_be_asked_for_is_not_missing() {
    let mut file = world(&with("v=DMARC1; p=reject"));
    file.zones[0].fails.insert("_dmarc".to_owned(), DnsFailure::Servfail);
    let found = looked_in(&file, case()).await;
    assert!(!found.has("dns.dmarc.none") && !found.has("dns.dmarc.ok"), "{:?}", found.ids());
}

#[tokio::test]
async fn a_record_without_a_policy_and_one_whose_version_is_not_first_are_told() {
    let found = looked(&with("v=DMARC1; rua=mailto:d@example.net")).await;
    assert_eq!(found.arg("dns.dmarc.no-policy", "instead"), "v=DMARC1; p=none; rua=mailto:d@example.net");
    let found = looked(&with("p=none; v=DMARC1")).await;
    assert!(!found.has("dns.dmarc.none") && !found.has("dns.dmarc.ok"), "{:?}", found.ids());
    let beside = with("v=DMARC1; p=none; rua=mailto:d@example.net") + "_dmarc TXT \"see v=DMARC1\"\n";
    let found = looked(&beside).await;
    assert!(found.has("dns.dmarc.ok") && found.has("dns.dmarc.other-text"), "{:?}", found.ids());
}
