//! What a domain asks of those who deliver to it.

use std::sync::{Arc, Mutex};

use heloise::net::Trust;
use heloise::practice::{Certificate, DnsFailure, Page, Practice, WorldFile};
use heloise::transcript::{Case, Consent};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::RData;
use hickory_resolver::proto::rr::rdata::{A, MX, TLSA};

use crate::asking::Asking;
use crate::dns_server::{DnsServer, code, name, records};
use crate::{Found, looked_allowed, looked_from, looked_in, world};

const ZONE: &str = "example.org:\n@ MX 10 mx1\n@ MX 20 mx2\nmx1 A 192.0.2.25\nmx2 A 192.0.2.26\nmta-sts A 192.0.2.80\n_mta-sts TXT \"v=STSv1; id=20261101;\"\n";
const POLICY: &str = "version: STSv1\nmode: enforce\nmx: *.example.org\nmax_age: 604800\n";

fn case() -> Case {
    Case { to: vec!["bob@example.org".to_owned()], timeout_secs: 1, ..Case::new() }
}

fn page(body: &str) -> Page {
    let text = "host = \"mta-sts.example.org\"\naddress = \"192.0.2.80\"\npath = \"/.well-known/mta-sts.txt\"\n";
    Page { body: body.to_owned(), ..toml::from_str(text).expect("a page") }
}

fn file(page: Option<Page>) -> WorldFile {
    let mut file = world(ZONE);
    file.pages.extend(page);
    file
}

async fn with(policy: &str) -> Found {
    looked_in(&file(Some(page(policy))), case()).await
}

#[tokio::test]
async fn a_policy_that_fits_the_mail_servers_is_well() {
    let found = with(POLICY).await;
    assert_eq!(found.arg("dns.mta-sts.ok", "mode"), "enforce");
    assert!(!found.has("dns.mta-sts.short-age"));
    assert!(with(&POLICY.replace("604800", "3600")).await.has("dns.mta-sts.short-age"));
    assert!(with(&POLICY.replace("enforce", "none")).await.has("dns.mta-sts.off"));
}

#[tokio::test]
async fn mail_servers_that_the_policy_leaves_out_are_named_with_the_policy_to_publish() {
    let found = with(&POLICY.replace("*.example.org", "mail.example.net")).await;
    assert_eq!(found.arg("dns.mta-sts.mismatch", "hosts"), "mx1.example.org, mx2.example.org");
    assert_eq!(
        found.arg("dns.mta-sts.mismatch", "instead"),
        "version: STSv1 mode: enforce mx: mx1.example.org mx: mx2.example.org max_age: 604800"
    );
    let found = with(&POLICY.replace("*.example.org", "mx1.example.org")).await;
    assert_eq!(found.arg("dns.mta-sts.some-mismatch", "hosts"), "mx2.example.org");
    let found = with(&POLICY.replace("*.example.org", "mx1.example.org").replace("enforce", "testing")).await;
    assert!(found.has("dns.mta-sts.testing-mismatch"), "{:?}", found.ids());
}

#[tokio::test]
async fn a_policy_that_cannot_be_had_is_told_for_what_kept_us() {
    let found = with(&POLICY.replace("enforce", "on")).await;
    assert_eq!(found.arg("dns.mta-sts.bad-policy", "line"), "line 2");
    let found = looked_in(&file(Some(Page { status: 404, ..page("") })), case()).await;
    assert_eq!(found.arg("dns.mta-sts.no-policy", "why"), "the page answers 404");
    let found = looked_in(&file(Some(Page { certificate: Certificate::Expired, ..page(POLICY) })), case()).await;
    assert!(found.has("dns.mta-sts.certificate"), "{:?}", found.ids());
    let mut silent = file(Some(page(POLICY)));
    silent.zones[0].fails.insert("mta-sts".to_owned(), DnsFailure::Timeout);
    let found = looked_in(&silent, case()).await;
    assert!(found.has("dns.mta-sts.untold") && !found.has("dns.mta-sts.no-policy"), "{:?}", found.ids());
}

#[tokio::test]
async fn no_page_is_fetched_without_a_yes() {
    let found = looked_allowed(&file(Some(page(POLICY))), case(), &[Consent::Connect]).await;
    assert!(found.has("dns.mta-sts.no-consent"), "{:?}", found.ids());
}

#[tokio::test]
async fn a_record_with_a_fault_is_told_with_the_right_one() {
    let mut bad = file(Some(page(POLICY)));
    bad.zones[0].records = bad.zones[0].records.replace("id=20261101;", "id=2026-11-01");
    let found = looked_in(&bad, case()).await;
    assert_eq!(found.arg("dns.mta-sts.bad-record", "instead"), "v=STSv1; id=20261101;");
    bad.zones[0].records = bad.zones[0].records.replace("_mta-sts", "other");
    assert!(looked_in(&bad, case()).await.has("dns.mta-sts.none"));
}

#[tokio::test]
async fn a_record_that_could_not_be_asked_for_is_not_missing() {
    let mut mute = file(Some(page(POLICY)));
    mute.zones[0].fails.insert("_mta-sts".to_owned(), DnsFailure::Servfail);
    let found = looked_in(&mute, case()).await;
    assert!(found.has("dns.mta-sts.untold"));
    for id in ["dns.mta-sts.none", "dns.mta-sts.ok", "dns.servfail"] {
        assert!(!found.has(id), "{:?}", found.ids());
    }
}

#[tokio::test]
async fn reports_on_tls_and_records_on_the_side_are_told() {
    let look = async |record: &str| {
        let zone = format!(
            "example.net:\n@ MX 10 mail\nmail A 198.51.100.25\n_smtp._tls TXT \"{record}\"\ndefault._bimi TXT \"v=BIMI1; l=https://example.net/logo.svg\"\n_submissions._tcp SRV 0 1 465 mail\n_submission._tcp SRV 0 1 587 gone\n"
        );
        looked_in(&world(&zone), crate::case()).await
    };
    let found = look("v=TLSRPTv1; rua=mailto:tls@example.net").await;
    assert_eq!(found.arg("dns.tls-rpt.ok", "rua"), "mailto:tls@example.net");
    assert!(found.has("dns.bimi.present"));
    assert_eq!(found.arg("dns.srv.submission", "host"), "mail.example.net");
    assert_eq!(found.arg("dns.srv.dead", "host"), "gone.example.net");
    let found = look("v=TLSRPTv1; rua=tls@example.net").await;
    assert_eq!(found.arg("dns.tls-rpt.bad", "instead"), "v=TLSRPTv1; rua=mailto:tls@example.net");
    assert!(look("hello").await.has("dns.tls-rpt.none"));
}

const HOST: &str = "\n[[host]]\nname = \"mx1.example.org\"\naddresses = [\"192.0.2.25\"]\nports = { 25 = \"starttls\" }\ndomains = [\"example.org\"]\n";

/// What is found where `_25._tcp.mx1.example.org` says that, and the resolver vouches for it or not.
async fn announced(practice: &Practice, tlsa: Arc<Mutex<(u8, String)>>, vouches: bool) -> Found {
    let server = DnsServer::start(move |q, _| {
        let asked = (q.queries[0].name().to_ascii(), q.queries[0].query_type().to_string());
        let mut answer = match (asked.0.as_str(), asked.1.as_str()) {
            ("example.org.", "MX") => records(q, [RData::MX(MX::new(10, name("mx1.example.org")))]),
            ("mx1.example.org.", "A") => records(q, [RData::A(A::new(192, 0, 2, 25))]),
            ("_25._tcp.mx1.example.org.", "TLSA") => {
                let (usage, hex) = tlsa.lock().expect("the record").clone();
                let octets = (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).expect("hex"));
                records(q, [RData::TLSA(TLSA::new(usage.into(), 1.into(), 1.into(), octets.collect()))])
            }
            ("example.org." | "mx1.example.org.", _) => records(q, []),
            _ => code(q, ResponseCode::NXDomain),
        };
        answer.metadata.authentic_data = vouches;
        Some(answer)
    })
    .await;
    let world = Arc::new(Asking { world: practice.world(), resolver: server.address });
    looked_from(world, Trust::only(practice.ca_pem()).expect("a CA"), case()).await
}

#[tokio::test]
async fn a_certificate_is_held_against_what_its_domain_announces() {
    let mut file = world("example.org:\n@ MX 10 mx1\n");
    file.hosts = vec![toml::from_str(&HOST.replace("\n[[host]]\n", "")).expect("a host")];
    let practice = Practice::start(&file).await.expect("the world comes up");
    let record = Arc::new(Mutex::new((3, "ab".repeat(32))));
    let found = announced(&practice, Arc::clone(&record), true).await;
    let right = found.arg("dns.dane.mismatch", "instead").strip_prefix("3 1 1 ").expect("a record").to_owned();
    assert_eq!(right.len(), 64);
    assert!(announced(&practice, Arc::clone(&record), false).await.has("dns.dane.unsigned"));
    *record.lock().expect("the record") = (3, right.clone());
    assert!(announced(&practice, Arc::clone(&record), true).await.has("dns.dane.ok"));
    *record.lock().expect("the record") = (1, right);
    assert!(announced(&practice, Arc::clone(&record), true).await.has("dns.dane.unusable"));
}

#[tokio::test]
async fn a_server_that_announces_a_certificate_and_offers_no_tls_is_told() {
    let mut file = world("example.org:\n@ MX 10 mx1\n");
    file.hosts = vec![toml::from_str(&HOST.replace("\n[[host]]\n", "").replace("starttls", "none")).expect("a host")];
    let practice = Practice::start(&file).await.expect("the world comes up");
    let record = Arc::new(Mutex::new((3, "ab".repeat(32))));
    let found = announced(&practice, Arc::clone(&record), true).await;
    assert!(found.has("dns.dane.no-tls"), "{:?}", found.ids());
    file.hosts[0].ports.clear();
    file.hosts.clear();
    let nobody = Practice::start(&file).await.expect("the world comes up");
    assert!(announced(&nobody, record, true).await.has("dns.dane.not-compared"));
}

#[tokio::test]
async fn of_two_entries_for_reports_none_counts() {
    let zone = "example.net:\n@ MX 10 mail\nmail A 198.51.100.25\n_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:a@example.net\"\n_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:b@example.net\"\n";
    let found = looked_in(&world(zone), crate::case()).await;
    assert_eq!(found.arg("dns.tls-rpt.multiple", "count"), "2");
    assert!(!found.has("dns.tls-rpt.ok"), "{:?}", found.ids());
}

/// What is found where mx1 shows that certificate, or none, and the policy is in that mode.
async fn shown(host: &str, policy: &str) -> Found {
    let mut file = file(Some(page(policy)));
    file.hosts = vec![toml::from_str(&host.replace("\n[[host]]\n", "")).expect("a host")];
    file.zones[0].records = file.zones[0].records.replace("@ MX 20 mx2\n", "");
    looked_in(&file, case()).await
}

#[tokio::test]
async fn a_policy_in_force_wants_certificates_that_hold() {
    let found = shown(HOST, POLICY).await;
    assert!(found.has("dns.mta-sts.ok"), "{:?}", found.ids());
    for (certificate, why) in [
        ("expired", "mx1.example.org: its certificate has run out"),
        ("self-signed", "mx1.example.org: it vouches for itself (self-signed)"),
    ] {
        let host = format!("{HOST}certificate = \"{certificate}\"\n");
        let found = shown(&host, POLICY).await;
        assert_eq!(found.arg("dns.mta-sts.unverified", "hosts"), why);
        assert!(!found.has("dns.mta-sts.ok"), "{:?}", found.ids());
        let found = shown(&host, &POLICY.replace("enforce", "testing")).await;
        assert!(found.has("dns.mta-sts.testing-unverified"), "{:?}", found.ids());
    }
    let found = shown(&HOST.replace("starttls", "none"), POLICY).await;
    assert_eq!(found.arg("dns.mta-sts.unverified", "hosts"), "mx1.example.org: it offers no protection (STARTTLS)");
}

#[tokio::test]
async fn a_mail_server_that_could_not_be_asked_breaks_no_policy() {
    let bad = format!("{HOST}certificate = \"expired\"\n");
    let mut file = file(Some(page(POLICY)));
    file.hosts = vec![toml::from_str(&bad.replace("\n[[host]]\n", "")).expect("a host")];
    let found = looked_in(&file, case()).await;
    assert!(found.has("dns.mta-sts.some-unverified") && !found.has("dns.mta-sts.unverified"), "{:?}", found.ids());
    file.hosts.clear();
    assert!(looked_in(&file, case()).await.has("dns.mta-sts.ok"));
}

#[tokio::test]
async fn a_resolver_that_fails_at_every_text_says_nothing_of_the_domain() {
    let server = DnsServer::start(|q, _| {
        let asked = q.queries[0].query_type().to_string();
        Some(match asked.as_str() {
            "TXT" => code(q, ResponseCode::ServFail),
            "MX" => records(q, [RData::MX(MX::new(10, name("mail.example.net")))]),
            "A" => records(q, [RData::A(A::new(198, 51, 100, 25))]),
            _ => records(q, []),
        })
    })
    .await;
    let found = looked_from(crate::resolver::only(server.address), crate::trust(), crate::case()).await;
    assert!(found.has("dns.resolver-fails-type"), "{:?}", found.ids());
    assert!(!found.has("dns.servfail"), "{:?}", found.ids());
}
