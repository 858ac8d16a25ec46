//! Servers that mean harm, or are broken as badly: bounded, cleaned, never believed.

use heloise::net::{Dialogue, Stop};
use heloise::transcript::{BreakKind, Fact, Security, Stage};

use super::certs::Ca;
use super::server::{Act, Client, Server, answer, open, say};

const MIB: usize = 1 << 20;

/// Opens, and says how it broke and what the server got rid of until then.
async fn flooded(octets: &'static [u8]) -> (BreakKind, usize) {
    let server = Server::start([say("220-mx\r\n"), Act::Flood(octets, 64 * MIB)]).await;
    let client = Client::patient(None);
    let opened = Dialogue::open(&client.net, &client.rec, open(server.address, Security::None)).await;
    (opened.err().unwrap().0.kind, server.log().await.sent)
}

#[tokio::test]
async fn a_line_of_64_mib_is_left_where_it_is() {
    let (kind, sent) = flooded(&[b'x'; 8192]).await;
    assert_eq!(kind, BreakKind::TooLong);
    assert!(sent < MIB, "{sent} octets were taken");
}

#[tokio::test]
async fn lines_without_end_are_left_where_they_are() {
    for lines in [&b"220-more and more\r\n"[..], b"no code at all\n", b"\n"] {
        let (kind, sent) = flooded(lines).await;
        assert_eq!(kind, BreakKind::TooLong);
        assert!(sent < MIB, "{sent} octets were taken");
    }
}

#[tokio::test]
async fn no_control_character_gets_into_a_fact() {
    let evil = "\x1b[2J\x1b]0;owned\x07\u{9b}31m\u{202e}\0";
    let mut script = vec![say(&format!("220 mx{evil}\r\n"))];
    script.extend(answer(&format!("250-mx{evil}\r\n250 X{evil}\r\n")));
    script.extend(answer(&format!("not smtp {evil}\r\n")));
    let server = Server::start(script).await;
    let client = Client::patient(None);
    let (mut dialogue, _) =
        Dialogue::open(&client.net, &client.rec, open(server.address, Security::None)).await.unwrap();
    dialogue.ehlo("me.example.net").await.unwrap();
    dialogue.command(Stage::Ehlo, "NOOP").await.unwrap_err();
    let saved = client.saved();
    assert!(saved.contains("owned"), "the text itself is kept");
    for bad in ["\\u00", "\x1b", "\u{9b}", "\u{202e}"] {
        assert!(!saved.contains(bad), "{bad:?} in {saved}");
    }
}

#[tokio::test]
async fn what_is_injected_behind_the_starttls_reply_is_never_used() {
    let ca = Ca::new();
    let mut script = vec![say("220 mx.example.org\r\n")];
    script.extend(answer("250-mx.example.org\r\n250 STARTTLS\r\n"));
    script.extend(answer("220 go\r\n250-forged.example.org\r\n250 AUTH PLAIN\r\n"));
    script.push(Act::Tls(ca.server("mx.example.org")));
    script.extend(answer("250-mx.example.org true\r\n250 SIZE 10\r\n"));
    let server = Server::start(script).await;
    let client = Client::patient(Some(&ca.pem()));
    let target = open(server.address, Security::Starttls);
    let (dialogue, opening) =
        Dialogue::session(&client.net, &client.rec, target, "me.example.net", Security::Starttls).await.unwrap();
    assert!(dialogue.injected() && !dialogue.early_talk());
    assert_eq!(opening.last().reply.text, ["mx.example.org true", "SIZE 10"]);
    assert!(opening.last().reply.tls);
    assert!(!dialogue.capabilities().has("AUTH"));
    let breaks = client.breaks();
    assert_eq!(breaks.len(), 1);
    assert_eq!((breaks[0].stage, breaks[0].kind), (Stage::Starttls, BreakKind::EarlyTalk));
    assert!(breaks[0].detail.as_ref().unwrap().contains("forged.example.org"));
    let facts = client.facts();
    let shown = &facts[dialogue.injected_evidence().unwrap().0 as usize];
    assert!(matches!(shown, Fact::Broke { broken, .. } if *broken == breaks[0]));
}

#[tokio::test]
async fn a_clean_upgrade_is_not_called_injected() {
    let ca = Ca::new();
    let mut script = vec![say("220 mx.example.org\r\n")];
    script.extend(answer("250-mx.example.org\r\n250 STARTTLS\r\n"));
    script.extend(answer("220 go\r\n"));
    script.push(Act::Tls(ca.server("mx.example.org")));
    script.extend(answer("250 mx.example.org\r\n"));
    let server = Server::start(script).await;
    let client = Client::patient(Some(&ca.pem()));
    let target = open(server.address, Security::Starttls);
    let (dialogue, _) =
        Dialogue::session(&client.net, &client.rec, target, "me.example.net", Security::Starttls).await.unwrap();
    assert!(!dialogue.injected() && !dialogue.early_talk() && client.breaks().is_empty());
}

#[tokio::test]
async fn an_answer_that_was_not_asked_for_is_not_taken_for_the_next() {
    let mut script = vec![say("220 mx\r\n220 again\r\n")];
    script.extend(answer("250 mx\r\n250 forged\r\n"));
    script.extend(answer("550 true\r\n250 once more\r\n"));
    script.extend(answer("221 bye\r\n"));
    let server = Server::start(script).await;
    let client = Client::patient(None);
    let (mut dialogue, _) =
        Dialogue::open(&client.net, &client.rec, open(server.address, Security::None)).await.unwrap();
    assert_eq!(dialogue.ehlo("me.example.net").await.unwrap().reply.joined(), "mx");
    assert!(dialogue.early_talk());
    assert_eq!(dialogue.mail("", "").await.unwrap().reply.joined(), "true");
    dialogue.quit().await;
    assert_eq!(client.received().last().unwrap().0, 221, "and QUIT's answer is QUIT's");
    let details: Vec<_> = client.breaks().into_iter().map(|b| (b.stage, b.kind, b.detail.unwrap())).collect();
    assert_eq!(
        details,
        [
            (Stage::Ehlo, BreakKind::EarlyTalk, "220 again".to_owned()),
            (Stage::Mail, BreakKind::EarlyTalk, "250 forged".to_owned()),
            (Stage::Quit, BreakKind::EarlyTalk, "250 once more".to_owned()),
        ]
    );
}

#[tokio::test]
async fn early_talk_inside_tls_is_seen_too() {
    let ca = Ca::new();
    let mut script = vec![Act::Tls(ca.server("mx.example.org")), say("220 mx\r\n")];
    script.extend(answer("250 mx\r\n250 forged\r\n"));
    script.extend(answer("550 true\r\n"));
    let server = Server::start(script).await;
    let client = Client::patient(Some(&ca.pem()));
    let target = open(server.address, Security::Tls);
    let (mut dialogue, _) = Dialogue::open(&client.net, &client.rec, target).await.unwrap();
    dialogue.ehlo("me.example.net").await.unwrap();
    assert_eq!(dialogue.mail("", "").await.unwrap().reply.joined(), "true");
    assert!(dialogue.early_talk());
}

#[tokio::test]
async fn a_421_said_unasked_is_the_next_reply() {
    let mut script = vec![say("220 mx\r\n")];
    script.extend(answer("250 mx\r\n421 4.4.2 you took too long\r\n"));
    script.push(Act::Close);
    let server = Server::start(script).await;
    let client = Client::patient(None);
    let (mut dialogue, _) =
        Dialogue::open(&client.net, &client.rec, open(server.address, Security::None)).await.unwrap();
    dialogue.ehlo("me.example.net").await.unwrap();
    let heard = dialogue.mail("", "").await.unwrap();
    assert_eq!(heard.reply.codes(), "421 4.4.2");
    assert!(!dialogue.early_talk());
}

#[tokio::test]
async fn a_name_of_the_server_with_controls_in_it_is_cleaned() {
    let server = Server::start([say("554 no\r\n")]).await;
    let client = Client::patient(None);
    let mut target = open(server.address, Security::None);
    target.server = "mx\x1b[31m\u{202e}.example.org".to_owned();
    let (_, opening) = Dialogue::session(&client.net, &client.rec, target, "me", Security::None).await.unwrap();
    assert_eq!(opening.stopped, Some(Stop::Refused(Stage::Greeting)));
    assert!(!client.saved().contains("\\u001b") && !client.saved().contains('\u{202e}'));
}
