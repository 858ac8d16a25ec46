//! A password goes to a server that proved who it is, and nowhere else.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use heloise::net::Dialogue;
use heloise::transcript::{BreakKind, Secret, Security, Stage};

use super::certs::{Ca, self_signed};
use super::server::{Act, Client, Server, answer, open, say};

pub(crate) const CANARY: &str = "c4nary-in-the-c0al-mine";
pub(crate) const USER: &str = "me@example.net";

/// Logs in at a trusted server with that script after EHLO; returns the last reply's code, the lines the server heard, and the client.
async fn login(mechanism: &str, user: &str, secret: &str, acts: Vec<Act>) -> (u16, Vec<String>, Client) {
    let ca = Ca::new();
    let mut script = vec![Act::Tls(ca.server("mx.example.org")), say("220 mx\r\n")];
    script.extend(answer("250-mx\r\n250 AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2\r\n"));
    script.extend(acts);
    let server = Server::start(script).await;
    let client = Client::patient(Some(&ca.pem()));
    let target = open(server.address, Security::Tls);
    let (mut dialogue, _) = Dialogue::open(&client.net, &client.rec, target).await.unwrap();
    dialogue.ehlo("me.example.net").await.unwrap();
    let login = dialogue.auth(mechanism, user, &Secret::new(secret.to_owned())).await.unwrap().unwrap();
    drop(dialogue);
    let lines = server.log().await.heard.into_iter().map(|(line, _)| line).collect();
    (login.heard.reply.code, lines, client)
}

/// Neither the secret nor anything that it could be read back from stands in any fact.
pub(crate) fn assert_no_canary(client: &Client) {
    let saved = client.saved();
    let payloads = [
        CANARY.to_owned(),
        BASE64_STANDARD.encode(CANARY),
        BASE64_STANDARD.encode(format!("\0{USER}\0{CANARY}")),
        BASE64_STANDARD.encode(format!("user={USER}\x01auth=Bearer {CANARY}\x01\x01")),
    ];
    for payload in payloads {
        assert!(!saved.contains(&payload), "{payload} in {saved}");
    }
    // Whatever base64 is left must not decode to a good part of it.
    for word in saved.split(|c: char| !c.is_ascii_alphanumeric() && c != '+' && c != '/') {
        for from in 0..4.min(word.len()) {
            let cut = &word[from..from + (word.len() - from) / 4 * 4];
            let plain = BASE64_STANDARD.decode(cut).unwrap_or_default();
            assert!(!String::from_utf8_lossy(&plain).contains("in-the-c0al"), "{word}");
        }
    }
}

pub(crate) fn encoded(text: &str) -> String {
    format!("334 {}\r\n", BASE64_STANDARD.encode(text))
}

#[tokio::test]
async fn plain_says_all_at_once_and_records_none_of_it() {
    let (code, lines, client) = login("plain", USER, CANARY, answer("235 2.7.0 ok\r\n").to_vec()).await;
    assert_eq!(code, 235);
    assert_eq!(lines[1], format!("AUTH PLAIN {}", BASE64_STANDARD.encode(format!("\0{USER}\0{CANARY}"))));
    assert_eq!(client.sent()[1], ("AUTH PLAIN ‹secret›".to_owned(), true));
    assert_no_canary(&client);
}

#[tokio::test]
async fn login_answers_each_prompt() {
    let mut acts = answer(&encoded("Username:")).to_vec();
    acts.extend(answer(&encoded("Password:")));
    acts.extend(answer("535 5.7.8 no\r\n"));
    let (code, lines, client) = login("LOGIN", USER, CANARY, acts).await;
    assert_eq!(code, 535);
    assert_eq!(lines[1..], ["AUTH LOGIN".to_owned(), BASE64_STANDARD.encode(USER), BASE64_STANDARD.encode(CANARY)]);
    let shown: Vec<String> = client.sent().into_iter().skip(1).map(|(line, _)| line).collect();
    assert_eq!(shown, ["AUTH LOGIN", "‹secret›", "‹secret›"]);
    assert_no_canary(&client);
}

#[tokio::test]
async fn cram_md5_never_sends_the_secret_itself() {
    let mut acts = answer(&encoded("<1896.697170952@postoffice.example>")).to_vec();
    acts.extend(answer("235 ok\r\n"));
    let (code, lines, client) = login("CRAM-MD5", "tim", CANARY, acts).await;
    assert_eq!(code, 235);
    let sent = String::from_utf8(BASE64_STANDARD.decode(&lines[2]).unwrap()).unwrap();
    let (user, digest) = sent.split_once(' ').unwrap();
    assert_eq!((user, digest.len()), ("tim", 32));
    assert!(!client.saved().contains(&lines[2]));
    assert_no_canary(&client);
}

#[tokio::test]
async fn xoauth2_asks_for_the_reason_of_a_refusal() {
    let mut acts = answer(&encoded("{\"status\":\"401\"}")).to_vec();
    acts.extend(answer("535 5.7.8 token expired\r\n"));
    let (code, lines, client) = login("XOAUTH2", USER, CANARY, acts).await;
    assert_eq!((code, lines[2].as_str()), (535, ""));
    assert!(lines[1].starts_with("AUTH XOAUTH2 "));
    assert_no_canary(&client);
}

#[tokio::test]
async fn a_token_too_long_for_a_command_line_waits_for_the_challenge() {
    let token = CANARY.repeat(40);
    let mut acts = answer("334 \r\n").to_vec();
    acts.extend(answer("235 ok\r\n"));
    let (code, lines, client) = login("XOAUTH2", USER, &token, acts).await;
    assert_eq!((code, lines[1].as_str()), (235, "AUTH XOAUTH2"));
    assert!(BASE64_STANDARD.decode(&lines[2]).unwrap().len() > token.len());
    assert_no_canary(&client);
}

#[tokio::test]
async fn a_server_that_says_the_secret_back_is_not_quoted() {
    let (code, _, client) = login("PLAIN", USER, CANARY, vec![Act::Echo("500 5.5.1 what is ", "?\r\n")]).await;
    assert_eq!(code, 500);
    assert_no_canary(&client);
    assert!(client.saved().contains("what is AUTH PLAIN ‹secret›?"));

    let raw = format!("535-no, {CANARY} is not\r\n535 {CANARY} right\r\n");
    let (_, _, client) = login("PLAIN", USER, CANARY, answer(&raw).to_vec()).await;
    assert_no_canary(&client);

    let (_, _, client) =
        login("PLAIN", USER, CANARY, answer(&format!("535 {}\r\n", CANARY.to_uppercase())).to_vec()).await;
    assert!(!client.saved().to_lowercase().contains(CANARY));
}

#[tokio::test]
async fn a_secret_said_back_later_or_as_garbage_is_not_quoted_either() {
    let ca = Ca::new();
    let mut script = vec![Act::Tls(ca.server("mx.example.org")), say("220 mx\r\n")];
    script.extend(answer("235 ok\r\n"));
    script.extend(answer(&format!("250 {CANARY}\r\n250 {CANARY} early\r\n")));
    script.extend(answer(&format!("garbage {CANARY}\r\n")));
    let server = Server::start(script).await;
    let client = Client::patient(Some(&ca.pem()));
    let (mut dialogue, _) =
        Dialogue::open(&client.net, &client.rec, open(server.address, Security::Tls)).await.unwrap();
    dialogue.auth("PLAIN", USER, &Secret::new(CANARY.to_owned())).await.unwrap().unwrap();
    dialogue.mail(USER, "").await.unwrap();
    dialogue.command(Stage::Rcpt, "NOOP").await.unwrap_err();
    assert_eq!(client.breaks().len(), 2);
    assert_no_canary(&client);
}

#[tokio::test]
async fn a_server_that_keeps_asking_is_told_to_stop() {
    let mut acts = answer("334 \r\n").to_vec();
    acts.extend(answer("501 cancelled\r\n"));
    let (code, lines, _) = login("PLAIN", USER, CANARY, acts).await;
    assert_eq!((code, lines[2].as_str()), (501, "*"));
}

#[tokio::test]
async fn no_login_without_tls_or_with_a_certificate_that_is_not_trusted() {
    let (tls, _) = self_signed("mx.example.org", false);
    for (first, security) in [(None, Security::None), (Some(Act::Tls(tls)), Security::Tls)] {
        let mut script: Vec<Act> = first.into_iter().collect();
        script.push(say("220 mx\r\n"));
        script.extend(answer("221 bye\r\n"));
        let server = Server::start(script).await;
        let client = Client::patient(Some(&Ca::new().pem()));
        let (mut dialogue, _) = Dialogue::open(&client.net, &client.rec, open(server.address, security)).await.unwrap();
        for mechanism in Dialogue::MECHANISMS {
            let heard = dialogue.auth(mechanism, USER, &Secret::new(CANARY.to_owned())).await.unwrap();
            assert!(heard.is_none(), "{mechanism}");
        }
        dialogue.quit().await;
        let log = server.log().await;
        assert_eq!(log.heard.iter().map(|(line, _)| line.as_str()).collect::<Vec<_>>(), ["QUIT"]);
    }
}

#[tokio::test]
async fn an_unknown_mechanism_is_not_tried() {
    let ca = Ca::new();
    let server = Server::start([Act::Tls(ca.server("mx.example.org")), say("220 mx\r\n"), Act::Silence]).await;
    let client = Client::patient(Some(&ca.pem()));
    let (mut dialogue, _) =
        Dialogue::open(&client.net, &client.rec, open(server.address, Security::Tls)).await.unwrap();
    assert!(dialogue.auth("DIGEST-MD5", USER, &Secret::new(CANARY.to_owned())).await.unwrap().is_none());
    assert!(client.sent().is_empty());
}

#[tokio::test]
async fn a_login_that_breaks_off_says_where() {
    let ca = Ca::new();
    let server = Server::start([Act::Tls(ca.server("mx.example.org")), say("220 mx\r\n"), Act::Hear, Act::Close]).await;
    let client = Client::patient(Some(&ca.pem()));
    let target = open(server.address, Security::Tls);
    let (mut dialogue, _) = Dialogue::open(&client.net, &client.rec, target).await.unwrap();
    let (broken, _) = dialogue.auth("PLAIN", USER, &Secret::new(CANARY.to_owned())).await.unwrap_err();
    assert_eq!((broken.stage, broken.kind), (Stage::Auth, BreakKind::Closed));
    assert_no_canary(&client);
}
