//! What a dialogue says, hears and records.

use std::time::Duration;

use heloise::net::{Dialogue, Stop, Trust};
use heloise::transcript::{Fact, Role, Security, Stage};

use super::certs::Ca;
use super::server::{Act, Client, Server, answer, detour, open, say};

/// A server that greets, answers EHLO, upgrades, answers EHLO, MAIL, RCPT, RCPT, QUIT.
fn starttls_server(ca: &Ca) -> Vec<Act> {
    let mut script = vec![say("220 mx.example.org ESMTP\r\n")];
    script.extend(answer("250-mx.example.org hello\r\n250-STARTTLS\r\n250 SIZE 1000\r\n"));
    script.extend(answer("220 2.0.0 go ahead\r\n"));
    script.push(Act::Tls(ca.server("mx.example.org")));
    script.extend(answer("250-mx.example.org hello again\r\n250 AUTH PLAIN\r\n"));
    script.extend(answer("250 2.1.0 Ok\r\n"));
    script.extend(answer("550-5.1.1 no such user\r\n550 5.1.1 ask the postmaster\r\n"));
    script.extend(answer("550 5.1.1 no such user\r\n"));
    script.extend(answer("221 2.0.0 Bye\r\n"));
    script
}

#[tokio::test]
async fn the_record_is_the_servers_own_log_before_and_after_tls() {
    let ca = Ca::new();
    let server = Server::start(starttls_server(&ca)).await;
    let client = Client::patient(Some(&ca.pem()));
    let target = open(server.address, Security::Starttls);
    let (mut dialogue, opening) =
        Dialogue::session(&client.net, &client.rec, target, "me.example.net", Security::Starttls).await.unwrap();
    assert!(opening.is_ready());
    assert!(opening.caps_before.has("STARTTLS") && !dialogue.capabilities().has("STARTTLS"));
    assert_eq!(dialogue.capabilities().mechanisms(), ["PLAIN"]);
    dialogue.mail("me@example.net", "SIZE=10").await.unwrap();
    let refused = dialogue.rcpt("you@example.org", Role::Case).await.unwrap();
    assert_eq!((refused.reply.codes().as_str(), refused.reply.text.len()), ("550 5.1.1", 2));
    dialogue.rcpt("nobody@example.org", Role::Control).await.unwrap();
    dialogue.quit().await;

    let log = server.log().await;
    assert_eq!(client.sent(), log.heard);
    assert_eq!(
        log.heard.iter().map(|(line, tls)| (line.as_str(), *tls)).collect::<Vec<_>>(),
        [
            ("EHLO me.example.net", false),
            ("STARTTLS", false),
            ("EHLO me.example.net", true),
            ("MAIL FROM:<me@example.net> SIZE=10", true),
            ("RCPT TO:<you@example.org>", true),
            ("RCPT TO:<nobody@example.org>", true),
            ("QUIT", true),
        ]
    );
    let received: Vec<u16> = client.received().iter().map(|(code, _)| *code).collect();
    assert_eq!(received, [220, 250, 220, 250, 250, 550, 550, 221]);
}

#[tokio::test]
async fn every_fact_of_a_good_dialogue_is_there_in_order() {
    let ca = Ca::new();
    let server = Server::start(starttls_server(&ca)).await;
    let client = Client::patient(Some(&ca.pem()));
    let target = open(server.address, Security::Auto);
    let (dialogue, _) =
        Dialogue::session(&client.net, &client.rec, target, "me.example.net", Security::Auto).await.unwrap();
    dialogue.quit().await;
    let facts = client.facts();
    let kinds: Vec<&str> = facts
        .iter()
        .map(|fact| match fact {
            Fact::Connect { .. } => "connect",
            Fact::Sent { .. } => "sent",
            Fact::Received { .. } => "received",
            Fact::Tls { .. } => "tls",
            _ => "else",
        })
        .collect();
    let order = "connect received sent received sent received tls sent received sent received";
    assert_eq!(kinds, order.split(' ').collect::<Vec<_>>());
    let Some(Fact::Tls { tls, .. }) = facts.iter().find(|f| matches!(f, Fact::Tls { .. })) else { panic!() };
    assert!(tls.established);
    assert_eq!((tls.version.as_deref(), tls.distrust.as_deref(), tls.error.as_deref()), (Some("TLSv1.3"), None, None));
    assert_eq!(tls.chain[0].names, ["mx.example.org"]);
}

#[tokio::test]
async fn a_server_that_does_not_know_ehlo_is_greeted_with_helo() {
    for (code, fallback) in [(500, true), (502, true), (501, false), (504, false), (550, false)] {
        let mut script = vec![say("220 old.example.org\r\n")];
        script.extend(answer(&format!("{code} no\r\n")));
        script.extend(answer("250 old.example.org\r\n"));
        let server = Server::start(script).await;
        let client = Client::patient(None);
        let (mut dialogue, _) =
            Dialogue::open(&client.net, &client.rec, open(server.address, Security::None)).await.unwrap();
        let heard = dialogue.ehlo("me.example.net").await.unwrap();
        assert_eq!((heard.reply.code == 250, dialogue.used_helo()), (fallback, fallback), "{code}");
    }
}

#[tokio::test]
async fn a_control_probe_is_marked_as_such() {
    let mut script = vec![say("220 mx\r\n")];
    script.extend(answer("252 maybe\r\n"));
    let server = Server::start(script).await;
    let client = Client::patient(None);
    let (mut dialogue, _) =
        Dialogue::open(&client.net, &client.rec, open(server.address, Security::None)).await.unwrap();
    let heard = dialogue.control(Stage::Rcpt, "VRFY postmaster").await.unwrap();
    assert_eq!(heard.reply.role, Role::Control);
    let roles = client
        .facts()
        .into_iter()
        .filter_map(|f| if let Fact::Sent { command, .. } = f { Some(command.role) } else { None });
    assert_eq!(roles.collect::<Vec<_>>(), [Role::Control]);
}

#[tokio::test]
async fn a_field_with_a_line_end_in_it_stays_one_line() {
    let mut script = vec![say("220 mx\r\n")];
    script.extend(answer("501 what\r\n"));
    let server = Server::start(script).await;
    let client = Client::patient(None);
    let (mut dialogue, _) =
        Dialogue::open(&client.net, &client.rec, open(server.address, Security::None)).await.unwrap();
    dialogue.rcpt("a@example.org>\r\nDATA\0\u{85}.", Role::Case).await.unwrap();
    drop(dialogue);
    let log = server.log().await;
    assert_eq!(log.heard, [("RCPT TO:<a@example.org>??DATA??.>".to_owned(), false)]);
}

#[tokio::test]
async fn an_opening_stops_where_a_reply_says_no() {
    for (script, stop) in [
        (vec![say("554 go away\r\n")], Stop::Refused(Stage::Greeting)),
        ([vec![say("220 mx\r\n")], answer("550 no\r\n").to_vec()].concat(), Stop::Refused(Stage::Ehlo)),
        ([vec![say("220 mx\r\n")], answer("250 mx\r\n").to_vec()].concat(), Stop::NoStarttls),
        (
            [
                vec![say("220 mx\r\n")],
                answer("250-mx\r\n250 STARTTLS\r\n").to_vec(),
                answer("454 not now\r\n").to_vec(),
            ]
            .concat(),
            Stop::Refused(Stage::Starttls),
        ),
    ] {
        let server = Server::start(script).await;
        let client = Client::patient(None);
        let target = open(server.address, Security::None);
        let (_, opening) =
            Dialogue::session(&client.net, &client.rec, target, "me.example.net", Security::Starttls).await.unwrap();
        assert_eq!(opening.stopped, Some(stop));
        assert_eq!(opening.refusal().is_some(), stop != Stop::NoStarttls);
    }
}

#[tokio::test]
async fn a_message_goes_out_stuffed_and_only_its_size_is_recorded() {
    let mut script = vec![say("220 mx\r\n")];
    script.extend(answer("354 go\r\n"));
    script.extend([Act::HearMessage, say("250 2.0.0 queued as 4F2\r\n")]);
    let server = Server::start(script).await;
    let client = Client::patient(None);
    let (mut dialogue, _) =
        Dialogue::open(&client.net, &client.rec, open(server.address, Security::None)).await.unwrap();
    let (data, end) = dialogue.message(b"Subject: confidential\n\n.\nQUIT").await.unwrap();
    assert_eq!((data.reply.code, end.unwrap().reply.codes()), (354, "250 2.0.0".to_owned()));
    drop(dialogue);
    let heard: Vec<String> = server.log().await.heard.into_iter().map(|(line, _)| line).collect();
    assert_eq!(heard, ["DATA", "Subject: confidential", "", "..", "QUIT", "."]);
    let sent: Vec<String> = client.sent().into_iter().map(|(line, _)| line).collect();
    assert_eq!(sent, ["DATA", "‹message, 35 octets›", "."]);
    assert!(!client.saved().contains("confidential"));
}

#[tokio::test]
async fn no_message_goes_out_where_data_is_refused() {
    let mut script = vec![say("220 mx\r\n")];
    script.extend(answer("554 5.5.1 no valid recipients\r\n"));
    script.extend(answer("221 bye\r\n"));
    let server = Server::start(script).await;
    let client = Client::patient(None);
    let (mut dialogue, _) =
        Dialogue::open(&client.net, &client.rec, open(server.address, Security::None)).await.unwrap();
    let (data, end) = dialogue.message(b"Subject: x\r\n").await.unwrap();
    assert_eq!((data.reply.code, end.is_none()), (554, true));
    dialogue.quit().await;
    let heard: Vec<String> = server.log().await.heard.into_iter().map(|(line, _)| line).collect();
    assert_eq!(heard, ["DATA", "QUIT"]);
}

#[tokio::test]
async fn port_465_begins_with_a_handshake_and_587_without() {
    let ca = Ca::new();
    for (port, tls) in [(465, true), (587, false)] {
        let first = tls.then(|| Act::Tls(ca.server("mx.example.org")));
        let mut script: Vec<Act> = first.into_iter().collect();
        script.push(say("220 mx\r\n"));
        script.extend(answer("250 mx\r\n"));
        let server = Server::start(script).await;
        let client = Client::in_world(detour(server.address), Trust::only(&ca.pem()).unwrap(), Duration::from_secs(10));
        let target = open(format!("192.0.2.1:{port}").parse().unwrap(), Security::None);
        // On a task of its own, as checks are run.
        let opening = tokio::spawn(async move {
            Dialogue::session(&client.net, &client.rec, target, "me.example.net", Security::Auto).await.unwrap().1
        });
        let opening = opening.await.unwrap();
        assert!(opening.is_ready());
        assert_eq!((opening.greeting.reply.tls, opening.starttls.is_some()), (tls, false));
    }
}

#[tokio::test]
async fn what_was_offered_in_plain_text_is_forgotten_inside_tls() {
    let ca = Ca::new();
    let server = Server::start(starttls_server(&ca)).await;
    let client = Client::patient(Some(&ca.pem()));
    let target = open(server.address, Security::Starttls);
    let (mut dialogue, _) = Dialogue::open(&client.net, &client.rec, target).await.unwrap();
    dialogue.ehlo("me.example.net").await.unwrap();
    assert_eq!(dialogue.capabilities().size(), Some(1000));
    dialogue.starttls().await.unwrap();
    assert_eq!(dialogue.capabilities().keywords, []);
}
