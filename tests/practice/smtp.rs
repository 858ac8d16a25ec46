use std::time::Duration;

use rustls::CertificateError;
use tokio::time::timeout;

use crate::client::{Client, made_of, world};

const MX: &str = r#"
    [[host]]
    name = "mx.test"
    addresses = ["192.0.2.1"]
    ports = { 25 = "starttls", 465 = "tls" }
    ehlo = ["SIZE 1000", "8BITMIME"]
    ehlo_tls = ["AUTH PLAIN LOGIN"]
    users = [{ name = "alice", password = "practice" }]
    domains = ["example.org"]
    mailboxes = ["bob@example.org"]
"#;
/// `\0alice\0practice` and `\0alice\0wrong` in base64.
const RIGHT: &str = "AUTH PLAIN AGFsaWNlAHByYWN0aWNl";
const WRONG: &str = "AUTH PLAIN AGFsaWNlAHdyb25n";

async fn greeted(practice: &heloise::practice::Practice) -> Client {
    let mut client = Client::connect(practice, "192.0.2.1:25").await;
    assert!(client.hear().await.starts_with("220 "));
    client
}

async fn inside_tls(practice: &heloise::practice::Practice) -> Client {
    let mut client = Client::connect(practice, "192.0.2.1:465").await.secure(practice, "mx.test").await.unwrap();
    assert!(client.hear().await.starts_with("220 "));
    client.talk(&[("EHLO client.example.net", "250-mx.test / 250 AUTH PLAIN LOGIN")]).await;
    client
}

#[tokio::test]
async fn a_mail_goes_through_from_greeting_to_quit() {
    let practice = made_of(MX).await;
    let mut client = greeted(&practice).await;
    client
        .talk(&[
            ("EHLO client.example.net", "250-mx.test / 250-SIZE 1000 / 250-8BITMIME / 250 STARTTLS"),
            ("MAIL FROM:<alice@example.net> SIZE=900 BODY=8BITMIME", "250 2.1.0"),
            ("RCPT TO:<bob@example.org>", "250 2.1.5"),
            ("DATA", "354 "),
            ("Subject: x\r\n\r\n..dots\r\n.", "250 2.0.0"),
            ("QUIT", "221 2.0.0"),
        ])
        .await;
    assert_eq!(client.hear().await, "", "QUIT ends the session");
}

#[tokio::test]
async fn commands_out_of_order_are_answered_with_503() {
    let practice = made_of(MX).await;
    let mut client = greeted(&practice).await;
    client
        .talk(&[
            ("MAIL FROM:<alice@example.net>", "503 5.5.1"),
            ("EHLO client.example.net", "250"),
            ("RCPT TO:<bob@example.org>", "503 5.5.1"),
            ("DATA", "503 5.5.1"),
            ("MAIL FROM:<alice@example.net>", "250"),
            ("MAIL FROM:<alice@example.net>", "503 5.5.1"),
            ("DATA", "503 5.5.1"),
            ("RSET", "250"),
            ("RCPT TO:<bob@example.org>", "503 5.5.1"),
            ("AUTH PLAIN", "503 5.5.1"),
        ])
        .await;
}

#[tokio::test]
async fn what_cannot_be_read_is_answered_and_the_dialogue_goes_on() {
    let practice = made_of(MX).await;
    let mut client = greeted(&practice).await;
    client
        .talk(&[
            ("", "500 5.5.2"),
            ("XYZZY", "500 5.5.2"),
            ("EHLO", "501 5.5.4"),
            ("VRFY bob", "502 5.5.1"),
            ("NOOP", "250"),
            ("HELO client.example.net", "250 mx.test"),
            ("MAIL FROM:alice@example.net", "501 5.5.4"),
            ("MAIL FROM:<alice@example.net> SMTPUTF8", "555 5.5.4"),
            ("MAIL FROM:<alice@example.net>", "250"),
            ("RCPT TO:<>", "501 5.5.4"),
        ])
        .await;
}

#[tokio::test]
async fn recipients_are_judged_by_domain_and_mailbox() {
    let practice = made_of(MX).await;
    let mut client = greeted(&practice).await;
    client
        .talk(&[
            ("HELO client.example.net", "250"),
            ("MAIL FROM:<>", "250"),
            ("RCPT TO:<Bob@Example.ORG>", "250"),
            ("RCPT TO:<postmaster@example.org>", "250"),
            ("RCPT TO:<bop@example.org>", "550 5.1.1 <bop@example.org>:"),
            ("RCPT TO:<bob@example.com>", "554 5.7.1 <bob@example.com>: Relay access denied"),
        ])
        .await;
}

#[tokio::test]
async fn sizes_are_held_against_the_limit_at_mail_and_after_the_dot() {
    let practice = made_of(MX).await;
    let mut client = greeted(&practice).await;
    let long = format!("{}\r\n.", "x".repeat(1200));
    client
        .talk(&[
            ("EHLO client.example.net", "250"),
            ("MAIL FROM:<alice@example.net> SIZE=1001", "552 5.3.4"),
            ("MAIL FROM:<alice@example.net>", "250"),
            ("RCPT TO:<bob@example.org>", "250"),
            ("DATA", "354"),
            (&long, "552 5.3.4"),
            ("NOOP", "250"),
        ])
        .await;
}

#[tokio::test]
async fn a_line_longer_than_any_honest_one_ends_the_session() {
    let practice = made_of(MX).await;
    let mut client = greeted(&practice).await;
    client.send(&"x".repeat(4096)).await;
    assert!(client.hear().await.starts_with("500 5.5.2"));
    assert_eq!(client.hear().await, "");
}

#[tokio::test]
async fn starttls_leads_into_tls_that_the_worlds_authority_vouches_for() {
    let practice = made_of(MX).await;
    let mut client = greeted(&practice).await;
    client.talk(&[("EHLO client.example.net", "250"), ("STARTTLS", "220 2.0.0")]).await;
    let mut client = client.secure(&practice, "mx.test").await.unwrap();
    client
        .talk(&[
            ("MAIL FROM:<alice@example.net>", "503"),
            ("EHLO client.example.net", "250-mx.test / 250 AUTH PLAIN LOGIN"),
            ("STARTTLS", "502"),
        ])
        .await;
}

#[tokio::test]
async fn what_was_said_in_plain_text_after_starttls_never_counts() {
    let practice = made_of(MX).await;
    let mut client = greeted(&practice).await;
    client.talk(&[("EHLO client.example.net", "250"), ("STARTTLS\r\nEHLO intruder.test", "220 2.0.0")]).await;
    let mut client = client.secure(&practice, "mx.test").await.unwrap();
    client.talk(&[("MAIL FROM:<alice@example.net>", "503 5.5.1")]).await;
}

#[tokio::test]
async fn each_bad_certificate_is_bad_in_its_own_way() {
    for (kind, expected) in [
        ("good", None),
        ("expired", Some("Expired")),
        ("not-yet-valid", Some("NotValidYet")),
        ("wrong-name", Some("NotValidForName")),
        ("self-signed", Some("UnknownIssuer")),
        ("untrusted-issuer", Some("UnknownIssuer")),
    ] {
        let practice = made_of(&format!("{MX}\ncertificate = '{kind}'")).await;
        let handshake = Client::connect(&practice, "192.0.2.1:465").await.secure(&practice, "mx.test").await;
        let seen = match handshake.err() {
            None => None,
            Some(rustls::Error::InvalidCertificate(why)) => Some(match why {
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => "Expired",
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "NotValidYet",
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                    "NotValidForName"
                }
                CertificateError::UnknownIssuer => "UnknownIssuer",
                other => panic!("{kind}: {other:?}"),
            }),
            Some(other) => panic!("{kind}: {other:?}"),
        };
        assert_eq!(seen, expected, "{kind}");
    }
}

#[tokio::test]
async fn logins_work_with_plain_and_login_and_open_the_relay() {
    let practice = made_of(MX).await;
    let mut client = inside_tls(&practice).await;
    client
        .talk(&[
            ("AUTH CRAM-MD5", "535 5.7.8"),
            (WRONG, "535 5.7.8"),
            ("AUTH PLAIN ???", "535 5.7.8"),
            ("AUTH LOGIN", "334 VXNlcm5hbWU6"),
            ("*", "501"),
            ("AUTH LOGIN", "334 VXNlcm5hbWU6"),
            ("YWxpY2U=", "334 UGFzc3dvcmQ6"),
            ("cHJhY3RpY2U=", "235 2.7.0"),
            (RIGHT, "503"),
            ("MAIL FROM:<alice@example.net>", "250"),
            ("RCPT TO:<carol@example.com>", "250"),
        ])
        .await;
    inside_tls(&practice).await.talk(&[("AUTH PLAIN", "334 "), ("AGFsaWNlAHByYWN0aWNl", "235 2.7.0")]).await;
}

#[tokio::test]
async fn a_token_logs_in_and_a_wrong_one_is_told_why_before_the_refusal() {
    let practice = made_of(&MX.replace("PLAIN LOGIN", "PLAIN LOGIN XOAUTH2 OAUTHBEARER")).await;
    // `user=alice^Aauth=Bearer wrong^A^A`; then as it is right, in either form.
    const WRONG: &str = "AUTH XOAUTH2 dXNlcj1hbGljZQFhdXRoPUJlYXJlciB3cm9uZwEB";
    const BEARER: &str = "bixhPWFsaWNlLAFob3N0PW14AWF1dGg9QmVhcmVyIHByYWN0aWNlAQE=";
    let mut client = inside_tls(&practice).await;
    client
        .talk(&[
            (WRONG, "334 eyJzdGF0dXMiOiI0MDEi"),
            ("", "535 5.7.8"),
            ("AUTH OAUTHBEARER AQ==", "535 5.7.8"),
            ("AUTH OAUTHBEARER", "334 "),
            (BEARER, "235 2.7.0"),
        ])
        .await;
    let right = "AUTH XOAUTH2 dXNlcj1hbGljZQFhdXRoPUJlYXJlciBwcmFjdGljZQEB";
    inside_tls(&practice).await.talk(&[(right, "235 2.7.0")]).await;
}

#[tokio::test]
async fn a_greylisted_recipient_is_taken_at_the_second_try() {
    let practice = world("greylisted").await;
    for expected in ["451 4.7.1 <bob@example.org>: Recipient address rejected: Greylisted", "250 2.1.5"] {
        let mut client = Client::connect(&practice, "192.0.2.25:25").await;
        client.hear().await;
        client
            .talk(&[
                ("EHLO client.example.net", "250"),
                ("MAIL FROM:<alice@example.net>", "250"),
                ("RCPT TO:<bob@example.org>", expected),
            ])
            .await;
    }
}

#[tokio::test]
async fn a_refusing_greeting_closes_or_leaves_only_quit() {
    let rule = |then: &str| {
        format!("{MX}\n[[host.rule]]\non = ['connect']\nreply = ['554 5.7.1 Not from {{ip}}']\nthen = '{then}'")
    };
    let practice = made_of(&rule("close")).await;
    let mut client = Client::connect(&practice, "192.0.2.1:25").await;
    assert_eq!(client.hear().await, "554 5.7.1 Not from 198.51.100.7");
    assert_eq!(client.hear().await, "");

    let practice = made_of(&rule("go-on")).await;
    let mut client = Client::connect(&practice, "192.0.2.1:25").await;
    client.hear().await;
    client.talk(&[("EHLO client.example.net", "503"), ("QUIT", "221")]).await;
}

#[tokio::test]
async fn silence_keeps_the_connection_and_says_nothing() {
    let practice = made_of(&format!("{MX}\n[[host.rule]]\non = ['connect']\nthen = 'silence'")).await;
    let mut client = Client::connect(&practice, "192.0.2.1:25").await;
    assert!(timeout(Duration::from_millis(50), client.say("EHLO client.example.net")).await.is_err());
}

#[tokio::test]
async fn more_connections_than_allowed_are_turned_away_until_one_ends() {
    let practice = made_of(&format!("{MX}\nmax_connections = 1")).await;
    let mut first = greeted(&practice).await;
    let mut second = Client::connect(&practice, "192.0.2.1:25").await;
    assert_eq!(second.hear().await, "421 4.7.0 mx.test Error: too many connections from 198.51.100.7");
    first.say("QUIT").await;
    assert_eq!(first.hear().await, "");
    greeted(&practice).await;
}

#[tokio::test]
async fn a_rule_may_wait_for_a_later_connection() {
    let practice =
        made_of(&format!("{MX}\n[[host.rule]]\non = ['ehlo']\nfrom_connection = 2\nreply = ['421 4.3.2 Later']")).await;
    greeted(&practice).await.talk(&[("EHLO client.example.net", "250")]).await;
    greeted(&practice).await.talk(&[("EHLO client.example.net", "421 4.3.2 Later")]).await;
}

#[tokio::test]
async fn the_worlds_say_their_headline_replies() {
    let hello = "EHLO client.example.net";
    let mail = "MAIL FROM:<alice@example.net>";
    let rcpt = "RCPT TO:<bob@example.org>";
    let mx = "192.0.2.25:25";
    let submission = "198.51.100.25:587";
    for (id, at, before, last, said) in [
        ("no-such-user", mx, &[hello, mail][..], "RCPT TO:<bop@example.org>", "550 5.1.1"),
        ("mailbox-full", mx, &[hello, mail], rcpt, "552 5.2.2"),
        ("mailbox-disabled", mx, &[hello, mail], rcpt, "550 5.2.1"),
        ("ip-listed", mx, &[hello, mail], rcpt, "554 5.7.1 Service unavailable; Client host [198.51.100.7] blocked"),
        ("relay-denied", "198.51.100.25:25", &[hello, mail], rcpt, "554 5.7.1 <bob@example.org>: Relay"),
        ("server-sick", mx, &[hello, mail], rcpt, "451 4.3.0"),
        ("helo-rejected", mx, &[], "EHLO my_server", "501 5.5.4"),
        ("helo-rejected", mx, &[], "EHLO localhost", "501 5.5.4"),
        ("helo-rejected", mx, &[], "EHLO [198.51.100.7]", "250"),
        ("helo-rejected", mx, &[], hello, "250"),
        ("command-not-implemented", mx, &["HELO client.example.net"], mail, "502 5.5.1"),
        ("command-not-implemented", mx, &[], hello, "502 5.5.1"),
        ("no-ptr", mx, &[hello, mail], rcpt, "550 5.7.25"),
        ("spf-fail", mx, &[hello, mail], rcpt, "550 5.7.23"),
        ("login-first", submission, &[hello], mail, "503 5.5.1"),
        ("login-before-tls", submission, &[hello], "AUTH PLAIN", "503 AUTH command used when not advertised"),
        ("masked-greeting", submission, &[hello], "STARTTLS", "500"),
        ("message-too-big", mx, &[hello], "MAIL FROM:<alice@example.net> SIZE=20000000", "552 5.3.4"),
    ] {
        let practice = world(id).await;
        let mut client = Client::connect(&practice, at).await;
        assert!(client.hear().await.starts_with("220 "), "{id}");
        for line in before {
            let reply = client.say(line).await;
            assert!(reply.starts_with("250"), "{id}: {line}: {reply}");
        }
        let reply = client.say(last).await;
        assert!(reply.starts_with(said), "{id}: {last}: {reply}");
    }
}
