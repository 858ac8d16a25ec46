//! What a handshake tells, observed and strict.

use std::time::Duration;

use heloise::net::{Broken, Dialogue, Open, Trust};
use heloise::transcript::{BreakKind, Security, Stage};

use super::certs::{Ca, self_signed};
use super::server::{Act, Client, Server, open, say};

/// An implicit TLS server, greeted by that client; returns the dialogue's end and the client.
async fn greet(tls: Act, ca: &str, change: impl Fn(&mut Open)) -> (Result<bool, Broken>, Client) {
    let server = Server::start([tls, say("220 mx.example.org\r\n"), Act::Silence]).await;
    let client = Client::patient(Some(ca));
    let mut target = open(server.address, Security::Tls);
    change(&mut target);
    let opened = Dialogue::open(&client.net, &client.rec, target).await;
    (opened.map(|(dialogue, _)| dialogue.is_trusted()), client)
}

#[tokio::test]
async fn each_reason_for_distrust_has_its_word_and_only_strictness_ends_the_handshake() {
    let ca = Ca::new();
    for (tls, word) in [
        (ca.dated("mx.example.org", 2001, 2002), "expired"),
        (ca.dated("mx.example.org", 2090, 2091), "not-yet-valid"),
        (ca.server("mx.example.net"), "name"),
        (self_signed("mx.example.org", false).0, "self-signed"),
        (self_signed("mx.example.org", true).0, "self-signed"),
        (Ca::named("Other CA").server("mx.example.org"), "unknown-issuer"),
        (Ca::new().server("mx.example.org"), "unknown-issuer"),
    ] {
        let (opened, client) = greet(Act::Tls(tls.clone()), &ca.pem(), |_| {}).await;
        assert!(!opened.unwrap(), "{word}: not trusted");
        let fact = client.tls();
        assert_eq!((fact.established, fact.distrust.as_deref(), fact.error), (true, Some(word), None));
        assert_eq!(fact.chain.len(), 1);

        let (opened, client) = greet(Act::Tls(tls), &ca.pem(), |open| open.strict = true).await;
        let (broken, _) = opened.unwrap_err();
        assert_eq!((broken.stage, broken.kind, broken.detail.as_deref()), (Stage::Tls, BreakKind::Tls, Some(word)));
        let fact = client.tls();
        assert_eq!((fact.established, fact.distrust.as_deref(), fact.error), (false, Some(word), None));
        assert_eq!(fact.chain.len(), 1, "{word}: the chain is shown all the same");
    }
}

#[tokio::test]
async fn a_certificate_that_the_user_handed_over_is_trusted_even_if_it_stands_for_itself() {
    for as_ca in [false, true] {
        let (tls, pem) = self_signed("mx.example.org", as_ca);
        let (opened, _) = greet(Act::Tls(tls.clone()), &pem, |open| open.strict = true).await;
        assert!(opened.unwrap());
        let (opened, client) = greet(Act::Tls(tls), &pem, |open| open.server = "mx.example.net".to_owned()).await;
        assert!(!opened.unwrap(), "but not for another name");
        assert_eq!(client.tls().distrust.as_deref(), Some("name"));
    }
}

#[tokio::test]
async fn an_address_can_stand_in_a_certificate() {
    let ca = Ca::new();
    let (opened, client) =
        greet(Act::Tls(ca.server("127.0.0.1")), &ca.pem(), |open| open.server = "127.0.0.1".to_owned()).await;
    assert!(opened.unwrap());
    assert_eq!(client.tls().chain[0].names, ["127.0.0.1"]);
}

#[tokio::test]
async fn version_and_cipher_are_told() {
    let ca = Ca::new();
    let (opened, client) = greet(Act::Tls(ca.old_server("mx.example.org")), &ca.pem(), |_| {}).await;
    assert!(opened.unwrap());
    let fact = client.tls();
    assert_eq!(fact.version.as_deref(), Some("TLSv1.2"));
    assert!(fact.cipher.unwrap().starts_with("TLS_ECDHE_"));
}

#[tokio::test]
async fn each_end_of_a_handshake_has_its_word() {
    let alert = |number: u8| Act::Say(vec![0x15, 3, 3, 0, 2, 2, number]);
    for (acts, word) in [
        (vec![say("220 mx.example.org\r\n"), Act::Silence], "plaintext"),
        (vec![say("HTTP/1.1 400 Bad Request\r\n\r\n"), Act::Silence], "plaintext"),
        (vec![alert(70), Act::Silence], "protocol-version"),
        (vec![alert(40), Act::Silence], "handshake-failure"),
        (vec![alert(112), Act::Silence], "unrecognised-name"),
        (vec![alert(200), Act::Silence], "alert-200"),
        (vec![Act::HearSome, Act::Close], "closed"),
        (vec![Act::HearSome, Act::Reset], "reset"),
    ] {
        let server = Server::start(acts).await;
        let client = Client::patient(None);
        let opened = Dialogue::open(&client.net, &client.rec, open(server.address, Security::Tls)).await;
        let (broken, _) = opened.err().unwrap();
        assert_eq!((broken.stage, broken.kind, broken.detail.as_deref()), (Stage::Tls, BreakKind::Tls, Some(word)));
        let fact = client.tls();
        assert_eq!((fact.established, fact.error.as_deref(), fact.distrust), (false, Some(word), None));
    }
}

#[tokio::test]
async fn a_handshake_that_is_not_answered_ends_at_the_limit() {
    let server = Server::start([Act::Silence]).await;
    let client = Client::hasty(None);
    let opened = Dialogue::open(&client.net, &client.rec, open(server.address, Security::Tls)).await;
    let (broken, _) = opened.err().unwrap();
    assert_eq!((broken.stage, broken.detail.as_deref()), (Stage::Tls, Some("timeout")));
    assert!(broken.ms < 3000, "{} ms", broken.ms);
}

#[tokio::test]
async fn a_server_that_wants_a_certificate_of_ours_says_so_after_the_handshake() {
    let ca = Ca::new();
    let (opened, client) = greet(Act::Tls(ca.demanding_server("mx.example.org")), &ca.pem(), |_| {}).await;
    let (broken, _) = opened.unwrap_err();
    assert!(client.tls().established);
    let seen = (broken.stage, broken.kind, broken.detail.as_deref());
    assert_eq!(seen, (Stage::Greeting, BreakKind::Tls, Some("certificate-required")));
}

#[tokio::test]
async fn the_platforms_store_is_asked_without_a_panic_whatever_it_holds() {
    let ca = Ca::new();
    let server = Server::start([Act::Tls(ca.server("mx.example.org")), say("220 mx\r\n"), Act::Silence]).await;
    let client = Client::in_world(super::server::direct(), Trust::with_ca(None).unwrap(), Duration::from_secs(10));
    let (dialogue, _) = Dialogue::open(&client.net, &client.rec, open(server.address, Security::Tls)).await.unwrap();
    assert!(!dialogue.is_trusted());
    let distrust = client.tls().distrust.unwrap();
    assert!(["unknown-issuer", "no-trust-store"].contains(&distrust.as_str()), "{distrust}");
}
