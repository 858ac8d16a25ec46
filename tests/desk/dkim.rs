//! Keys, and the signatures of a message.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use heloise::practice::DnsFailure;
use heloise::transcript::Case;
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::DkimSigner;

use crate::{Found, case, looked, looked_in, world};

const SELECTOR: &str = "s1";
/// The key of the example in RFC 8032 §7.1.
const KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const SECRET: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
const TEXT: &str = "From: Alice <alice@example.net>\r\nTo: bob@example.org\r\nSubject: Hello\r\n\r\nGood day.\r\n";

fn zone(key: &str) -> String {
    format!(
        "example.net:\n@ MX 10 mail\n@ TXT \"v=spf1 mx -all\"\nmail A 198.51.100.25\ns1._domainkey TXT \"{key}\"\n_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:d@example.net\"\n"
    )
}

async fn with_selector(key: &str) -> Found {
    let case = Case { selector: Some(SELECTOR.to_owned()), ..case() };
    looked_in(&world(&zone(key)), case).await
}

/// A message, signed; changed after that by the closure.
async fn with_message(key: &str, change: impl Fn(String) -> String) -> Found {
    signed_message(&zone(key), change).await
}

async fn signed_message(zone: &str, change: impl Fn(String) -> String) -> Found {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let decoded = |text: &str| STANDARD.decode(text).expect("base64");
    let secret = Ed25519Key::from_seed_and_public_key(&decoded(SECRET), &decoded(KEY)).expect("a key");
    let signer =
        DkimSigner::from_key(secret).domain("example.net").selector(SELECTOR).headers(["From", "To", "Subject"]);
    let signature = signer.sign(TEXT.as_bytes()).expect("a signature");
    std::fs::write(file.path(), change(format!("{}{TEXT}", signature.to_header()))).expect("written");
    let case = Case { message: Some(file.path().to_owned()), ..case() };
    looked_in(&world(zone), case).await
}

fn good() -> String {
    format!("v=DKIM1; k=ed25519; p={KEY}")
}

#[tokio::test]
async fn a_key_at_the_selector_given_is_told_with_its_kind() {
    assert_eq!(with_selector(&good()).await.arg("dns.dkim.ok", "key"), "Ed25519");
    assert!(with_selector(&format!("v=DKIM1; k=ed25519; t=y; p={KEY}")).await.has("dns.dkim.testing"));
}

#[tokio::test]
async fn what_is_wrong_with_a_key_is_told_for_what_it_is() {
    for (key, id) in [
        ("v=DKIM1; p=", "dns.dkim.revoked-used"),
        ("v=DKIM1; p=MIIB***", "dns.dkim.bad"),
        ("v=DKIM2; p=abcd", "dns.dkim.bad"),
        ("hello", "dns.dkim.none"),
        // RSA of 512 and of 1024 bits.
        (
            "p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcUCAwEAAQ==",
            "dns.dkim.too-small",
        ),
    ] {
        let found = with_selector(key).await;
        assert!(found.has(id) && !found.has("dns.dkim.ok"), "{key}: {:?}", found.ids());
    }
}

#[tokio::test]
async fn a_short_key_is_a_note_and_two_keys_are_a_flaw() {
    let octets = [&[0x30, 0x81, 0x89, 2, 0x81, 0x81, 0][..], &[0xc5; 128], &[2, 3, 1, 0, 1]].concat();
    let key = format!("v=DKIM1; p={}", STANDARD.encode(octets));
    let found = with_selector(&key).await;
    assert_eq!(found.arg("dns.dkim.weak", "bits"), "1024");
    assert!(found.has("dns.dkim.ok"));
    let two = format!("{}s1._domainkey TXT \"{}\"\n", zone(&good()), "v=DKIM1; p=");
    let found = looked_in(&world(&two), Case { selector: Some(SELECTOR.to_owned()), ..case() }).await;
    assert_eq!(found.arg("dns.dkim.several", "count"), "2");
}

#[tokio::test]
async fn no_common_selector_is_never_a_missing_key() {
    let found = looked("example.net:\n@ MX 10 mail\nmail A 198.51.100.25\n").await;
    assert!(found.has("dns.dkim.not-found") && !found.has("dns.dkim.none"), "{:?}", found.ids());
}

#[tokio::test]
async fn a_key_that_could_not_be_asked_for_is_not_missing() {
    let mut file = world(&zone(&good()));
    file.zones[0].fails.insert("s1._domainkey".to_owned(), DnsFailure::Servfail);
    let found = looked_in(&file, Case { selector: Some(SELECTOR.to_owned()), ..case() }).await;
    assert!(!found.has("dns.dkim.none") && !found.has("dns.dkim.ok"), "{:?}", found.ids());
}

#[tokio::test]
async fn a_signature_that_holds_lets_the_message_pass_though_spf_does_not() {
    let found = with_message(&good(), |m| m).await;
    assert_eq!(found.arg("dns.dkim.verified", "selector"), SELECTOR);
    assert!(found.has("dns.dkim.ok"), "the selector was taken from the message");
    assert!(found.has("dns.spf.not-covered") && found.has("dns.dmarc.passes-by-dkim"), "{:?}", found.ids());
    assert!(!found.has("dns.dmarc.fails"));
    let saved = with_message(&good(), |m| m.replace("\r\n", "\n")).await;
    assert!(saved.has("dns.dkim.verified"), "bare line feeds come from saving: {:?}", saved.ids());
}

#[tokio::test]
async fn a_change_after_signing_is_told_from_another_key() {
    let found = with_message(&good(), |m| m + "-- \r\nA footer\r\n").await;
    assert!(found.has("dns.dkim.body-changed") && found.has("dns.dmarc.fails"), "{:?}", found.ids());
    let found = with_message(&good(), |m| m.replace("Subject: Hello", "Subject: [list] Hello")).await;
    assert!(found.has("dns.dkim.no-match") && found.has("dns.dmarc.fails"), "{:?}", found.ids());
    let other = STANDARD.encode([9_u8; 32]);
    let found = with_message(&format!("v=DKIM1; k=ed25519; p={other}"), |m| m).await;
    assert!(!found.has("dns.dkim.verified") && found.has("dns.dmarc.fails"), "{:?}", found.ids());
}

#[tokio::test]
async fn a_signature_without_a_key_is_missing_its_key() {
    let found = with_message("hello", |m| m).await;
    assert!(found.has("dns.dkim.none") && found.has("dns.dmarc.fails"), "{:?}", found.ids());
}

#[tokio::test]
async fn a_signature_that_has_run_out_is_told_as_such() {
    let found = with_message(&good(), |m| m.replacen("; d=", "; t=1000; x=2000; d=", 1)).await;
    assert!(found.has("dns.dkim.expired"), "{:?}", found.ids());
}

#[tokio::test]
async fn a_message_that_is_not_signed_yet_is_said_to_prove_nothing_as_it_is() {
    let found = with_message(&good(), |_| TEXT.to_owned()).await;
    assert!(found.has("dns.dkim.unsigned"));
    assert!(found.has("dns.dmarc.unproved") && !found.has("dns.dmarc.fails"), "{:?}", found.ids());
}

#[tokio::test]
async fn a_guess_that_meets_a_wildcard_or_an_old_key_is_no_fault() {
    for text in ["v=DKIM1; p=", "v=DMARC1; p=reject", "v=spf1 -all", "p=short"] {
        let zone: String = ["default", "selector1", "google", "s1", "mail"]
            .map(|s| format!("{s}._domainkey TXT \"{text}\"\n"))
            .concat();
        let found = looked(&format!("example.net:\n@ MX 10 mail\nmail A 198.51.100.25\n{zone}")).await;
        assert!(found.has("dns.dkim.not-found"), "{text}: {:?}", found.ids());
        for id in ["dns.dkim.bad", "dns.dkim.revoked", "dns.dkim.none"] {
            assert!(!found.has(id), "{text}: {:?}", found.ids());
        }
    }
}

#[tokio::test]
async fn a_signature_that_does_not_hold_is_a_remark_beside_one_of_ones_own_that_does() {
    let foreign = "DKIM-Signature: v=1; a=ed25519-sha256; d=list.example.org; s=x; c=relaxed/relaxed; h=From; bh=YQ==; b=YQ==\r\n";
    let zone = format!("{}list.example.org:\nx._domainkey TXT \"{}\"\n", zone(&good()), good());
    let beside = signed_message(&zone, |message| format!("{foreign}{message}")).await;
    assert!(beside.has("dns.dkim.verified") && beside.has("dns.dkim.broken-beside"), "{:?}", beside.ids());
    assert!(beside.has("dns.dmarc.passes-by-dkim"), "{:?}", beside.ids());
    let alone = signed_message(&zone, |message| format!("{foreign}{}", message.replace("Good day", "Bad day"))).await;
    assert!(!alone.has("dns.dkim.broken-beside") && alone.has("dns.dkim.body-changed"), "{:?}", alone.ids());
}
