//! Every way to break off, in every phase: named, timed, and recorded once.

use std::time::Instant;

use heloise::net::{Broken, Dialogue};
use heloise::transcript::{BreakKind, Fact, Role, Security, Stage};

use super::server::{Act, Client, HASTE, Server, open, say};

/// The plain phases, in the order of a dialogue.
const PHASES: [Stage; 7] =
    [Stage::Greeting, Stage::Ehlo, Stage::Starttls, Stage::Mail, Stage::Rcpt, Stage::Data, Stage::Message];

/// A good server up to that phase, which then does that.
fn until(phase: Stage, act: Act) -> Vec<Act> {
    let mut script = Vec::new();
    for stage in PHASES {
        match stage {
            Stage::Greeting => {}
            Stage::Message => script.push(Act::HearMessage),
            _ => script.push(Act::Hear),
        }
        if stage == phase {
            script.push(act);
            break;
        }
        script.push(say(match stage {
            Stage::Greeting => "220 mx.example.org\r\n",
            Stage::Starttls => "454 not now\r\n",
            Stage::Data => "354 go\r\n",
            _ => "250 ok\r\n",
        }));
    }
    script
}

/// Goes through all phases until something breaks.
async fn go(client: &Client, server: &Server) -> Result<(), Broken> {
    let target = open(server.address, Security::None);
    let (mut dialogue, _) = Dialogue::open(&client.net, &client.rec, target).await?;
    dialogue.ehlo("me.example.net").await?;
    dialogue.starttls().await?;
    dialogue.mail("me@example.net", "").await?;
    dialogue.rcpt("you@example.org", Role::Case).await?;
    dialogue.message(b"Subject: x\r\n\r\nx\r\n").await?;
    Ok(())
}

async fn breaks_as(act: Act, kind: BreakKind, client: fn() -> Client) {
    for phase in PHASES {
        let server = Server::start(until(phase, act.clone())).await;
        let client = client();
        let (fact, _) = go(&client, &server).await.unwrap_err();
        assert_eq!((fact.stage, fact.kind), (phase, kind));
        assert_eq!(client.breaks(), [fact]);
    }
}

#[tokio::test]
async fn a_close_is_closed_in_every_phase() {
    breaks_as(Act::Close, BreakKind::Closed, || Client::patient(None)).await;
}

#[tokio::test]
async fn a_reset_is_reset_in_every_phase() {
    breaks_as(Act::Reset, BreakKind::Reset, || Client::patient(None)).await;
}

#[tokio::test]
async fn what_is_not_smtp_is_called_so_in_every_phase() {
    breaks_as(say("HTTP/1.1 400 Bad Request\r\n"), BreakKind::NotSmtp, || Client::patient(None)).await;
}

#[tokio::test]
async fn a_line_without_end_is_too_long_in_every_phase() {
    breaks_as(Act::Flood(b"550 x", 1 << 20), BreakKind::TooLong, || Client::patient(None)).await;
}

#[tokio::test]
async fn silence_in_any_phase_ends_at_the_limit() {
    for phase in PHASES {
        let server = Server::start(until(phase, Act::Silence)).await;
        let client = Client::hasty(None);
        let begun = Instant::now();
        let (fact, _) = go(&client, &server).await.unwrap_err();
        let limit = if phase == Stage::Message { HASTE * 6 } else { HASTE };
        assert_eq!((fact.stage, fact.kind), (phase, BreakKind::Timeout));
        assert!(u128::from(fact.ms) >= limit.as_millis(), "{phase}: {} ms", fact.ms);
        assert!(begun.elapsed() < limit + HASTE * 5, "{phase}: {:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn who_was_greeted_leaves_with_quit_even_where_nobody_answers() {
    let server = Server::start([say("220 mx.example.org\r\n"), Act::Hear, Act::Hear, Act::Close]).await;
    let client = Client::hasty(None);
    go(&client, &server).await.unwrap_err();
    let heard: Vec<String> = server.log().await.heard.into_iter().map(|(line, _)| line).collect();
    assert_eq!(heard, ["EHLO me.example.net", "QUIT"]);
}

#[tokio::test]
async fn who_is_let_go_in_the_middle_leaves_with_quit() {
    let server = Server::start([say("220 mx.example.org\r\n"), Act::Hear, Act::Hear, Act::Close]).await;
    let client = Client::patient(None);
    let target = open(server.address, Security::None);
    let (mut dialogue, _) = Dialogue::open(&client.net, &client.rec, target).await.unwrap();
    // No answer comes, and time is up.
    tokio::time::timeout(HASTE, dialogue.ehlo("me.example.net")).await.unwrap_err();
    drop(dialogue);
    let heard: Vec<String> = server.log().await.heard.into_iter().map(|(line, _)| line).collect();
    assert_eq!(heard, ["EHLO me.example.net", "QUIT"]);
}

#[tokio::test]
async fn a_connection_that_was_only_tried_is_ended_with_quit_behind_the_greeting() {
    let server = Server::start([say("220 mx.example.org\r\n"), Act::Hear, say("221 bye\r\n"), Act::Close]).await;
    let client = Client::patient(None);
    let over = client.net.connect(&client.rec, "mx.example.org", server.address, None).await.expect("connected");
    Dialogue::take_leave(&client.net, &client.rec, open(server.address, Security::None), over).await;
    let heard: Vec<String> = server.log().await.heard.into_iter().map(|(line, _)| line).collect();
    assert_eq!(heard, ["QUIT"]);
}

/// How often that was found.
fn found(client: &Client, id: &str) -> usize {
    let said = |fact: &&Fact| matches!(fact, Fact::Found { finding, .. } if finding.id == id);
    client.facts().iter().filter(said).count()
}

/// How often it was said that a server is waited for.
fn waits(client: &Client) -> usize {
    found(client, "connectivity.waits-on")
}

/// How often it was said that an answer came late.
fn late(client: &Client) -> usize {
    found(client, "connectivity.answers-late")
}

#[tokio::test]
async fn a_patient_session_waits_on_for_a_slow_answer_and_says_so() {
    // It takes twice as long as a phase.
    let slow = Act::Drip(b"250 ok\r\n".to_vec(), HASTE / 4);
    let server = Server::start([say("220 mx.example.org\r\n"), Act::Hear, slow]).await;
    let client = Client::hasty(None);
    let net = client.net.clone().patient(HASTE * 20, HASTE * 20);
    let (mut dialogue, _) = Dialogue::open(&net, &client.rec, open(server.address, Security::None)).await.unwrap();
    assert_eq!(dialogue.ehlo("me.example.net").await.expect("an answer").reply.code, 250);
    assert_eq!((waits(&client), late(&client), client.breaks().len()), (1, 1, 0));
    // A step that has no time does not.
    let net = net.hurried(HASTE);
    let (mut dialogue, _) = Dialogue::open(&net, &client.rec, open(server.address, Security::None)).await.unwrap();
    assert_eq!(dialogue.ehlo("me.example.net").await.unwrap_err().0.kind, BreakKind::Timeout);
    assert_eq!(waits(&client), 1);
}

#[tokio::test]
async fn a_plain_greeting_is_waited_for_only_where_silence_cannot_mean_tls() {
    let slow = Act::Drip(b"220 mx.example.org\r\n".to_vec(), HASTE / 10);
    let server = Server::start([slow]).await;
    let client = Client::hasty(None);
    let net = client.net.clone().patient(HASTE * 20, HASTE * 20);
    let opened = Dialogue::open(&net, &client.rec, open(server.address, Security::None)).await;
    assert_eq!((opened.err().map(|(fact, _)| fact.kind), waits(&client)), (Some(BreakKind::Timeout), 0));
    let (_, greeting) =
        Dialogue::open(&net.awaiting_greetings(), &client.rec, open(server.address, Security::None)).await.unwrap();
    assert_eq!((greeting.reply.code, waits(&client), late(&client)), (220, 1, 1));
}

#[tokio::test]
async fn a_greeting_that_was_waited_for_is_told_from_slowness_by_the_next_answer() {
    let held_back_for = Act::Pause(HASTE * 2);
    let acts = [held_back_for, say("220 mx.example.org\r\n"), Act::Hear, say("250 mx.example.org\r\n")];
    let server = Server::start(acts).await;
    let client = Client::hasty(None);
    let net = client.net.clone().patient(HASTE * 20, HASTE * 20).awaiting_greetings();
    let (mut dialogue, _) = Dialogue::open(&net, &client.rec, open(server.address, Security::None)).await.unwrap();
    assert_eq!((held_back(&client), late(&client)), (0, 0), "nothing shows yet what it was");
    dialogue.ehlo("me.example.net").await.expect("an answer");
    assert_eq!((held_back(&client), late(&client)), (1, 0));
}

#[tokio::test]
async fn a_host_that_greeted_late_is_waited_for_as_long_again_whatever_is_left_to_spare() {
    let slow = || Act::Drip(b"220 mx.example.org\r\n".to_vec(), HASTE / 10);
    let server = Server::start([slow()]).await;
    let client = Client::hasty(None);
    // There is not enough for two of them.
    let net = client.net.clone().patient(HASTE * 20, HASTE * 2).awaiting_greetings();
    for time in 1..=3 {
        let opened = Dialogue::open(&net, &client.rec, open(server.address, Security::None)).await;
        assert_eq!(opened.map(|(_, greeting)| greeting.reply.code).ok(), Some(220), "time {time}");
    }
}

#[tokio::test]
async fn who_goes_away_hears_before_that_that_no_answer_came() {
    let act = |code: &str| [Act::Hear, say(code)];
    let begin = [say("220 mx.example.org\r\n")].into_iter();
    let talk =
        begin.chain(act("250 mx\r\n")).chain(act("250 ok\r\n")).chain(act("250 ok\r\n")).chain(act("354 go\r\n"));
    let server = Server::start(talk.chain([Act::HearMessage, Act::Silence]).collect::<Vec<_>>()).await;
    let client = Client::hasty(None);
    // It takes six phases else; and a slow answer would be waited for.
    let net = client.net.clone().patient(HASTE * 20, HASTE * 20).ending(tokio::time::Instant::now() + HASTE);
    let (mut dialogue, _) = Dialogue::open(&net, &client.rec, open(server.address, Security::None)).await.unwrap();
    dialogue.ehlo("me.example.net").await.expect("an answer");
    dialogue.mail("alice@example.net", "").await.expect("an answer");
    dialogue.rcpt("bob@example.org", Role::Case).await.expect("an answer");
    let begun = Instant::now();
    let broken = dialogue.message(b"Subject: x\r\n\r\nx\r\n").await.unwrap_err().0;
    assert_eq!((broken.kind, broken.stage, waits(&client)), (BreakKind::Timeout, Stage::Message, 0));
    assert!(begun.elapsed() < HASTE * 5, "{:?}", begun.elapsed());
}

/// How often it was said that a greeting was held back.
fn held_back(client: &Client) -> usize {
    found(client, "server-status.greeting.held-back")
}

#[tokio::test]
async fn who_was_waited_for_in_vain_is_not_waited_for_again() {
    let server = Server::start([say("220 mx.example.org\r\n"), Act::Hear, Act::Silence]).await;
    let client = Client::hasty(None);
    let net = client.net.clone().patient(HASTE * 2, HASTE * 20);
    for least in [HASTE * 3, HASTE] {
        let begun = Instant::now();
        let (mut dialogue, _) = Dialogue::open(&net, &client.rec, open(server.address, Security::None)).await.unwrap();
        dialogue.ehlo("me.example.net").await.unwrap_err();
        assert!(begun.elapsed() >= least, "{:?}", begun.elapsed());
        assert_eq!((waits(&client), late(&client)), (1, 0), "what never came was not late");
    }
}

#[tokio::test]
async fn a_server_that_drips_cannot_stretch_the_limit() {
    for drip in ["250-more\r\n", "2"] {
        let server = Server::start(until(Stage::Ehlo, Act::Drip(drip.as_bytes().to_vec(), HASTE / 20))).await;
        let client = Client::hasty(None);
        let begun = Instant::now();
        let (fact, _) = go(&client, &server).await.unwrap_err();
        assert_eq!(fact.stage, Stage::Ehlo);
        assert!(begun.elapsed() < HASTE * 5, "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn a_start_that_cannot_be_smtp_is_not_waited_out() {
    // A TLS alert, and a database's hello: no line end ever comes.
    for octets in [&b"\x15\x03\x01\x00\x02\x02\x46"[..], b"\x4a\x00\x00\x00\x0a8.0.36\x00"] {
        let server = Server::start([Act::Say(octets.to_vec()), Act::Silence]).await;
        let client = Client::patient(None);
        let (fact, _) = go(&client, &server).await.unwrap_err();
        assert_eq!((fact.stage, fact.kind), (Stage::Greeting, BreakKind::NotSmtp));
        assert!(fact.ms < 5000, "{} ms", fact.ms);
        assert!(fact.detail.unwrap().starts_with("\\x") || octets[0] == b'J');
    }
}

#[tokio::test]
async fn who_waits_to_be_spoken_to_shows_on_leaving_what_it_speaks() {
    let web = [Act::Hear, say("HTTP/1.1 400 Bad Request\r\n"), Act::Close];
    let server = Server::start(web).await;
    let client = Client::hasty(None);
    let (fact, _) = go(&client, &server).await.unwrap_err();
    assert_eq!((fact.stage, fact.kind), (Stage::Greeting, BreakKind::NotSmtp));
    assert_eq!(fact.detail.as_deref(), Some("HTTP/1.1 400 Bad Request"));
    assert_eq!(server.log().await.heard, [("QUIT".to_owned(), false)]);
}

#[tokio::test]
async fn half_a_reply_is_shown_when_the_rest_does_not_come() {
    for (act, kind) in [(Act::Silence, BreakKind::Timeout), (Act::Close, BreakKind::Closed)] {
        let server = Server::start([say("220 mx.exam"), act]).await;
        let client = Client::hasty(None);
        let (fact, _) = go(&client, &server).await.unwrap_err();
        assert_eq!((fact.kind, fact.detail.as_deref()), (kind, Some("220 mx.exam")));
    }
}

#[tokio::test]
async fn after_a_break_nothing_more_is_sent_or_recorded() {
    let server = Server::start(until(Stage::Ehlo, Act::Close)).await;
    let client = Client::patient(None);
    let target = open(server.address, Security::None);
    let (mut dialogue, _) = Dialogue::open(&client.net, &client.rec, target).await.unwrap();
    let first = dialogue.ehlo("me.example.net").await.unwrap_err();
    let before = client.facts().len();
    assert_eq!(dialogue.mail("", "").await.unwrap_err(), first);
    assert_eq!(dialogue.message(b"x").await.unwrap_err(), first);
    dialogue.quit().await;
    assert_eq!(client.facts().len(), before);
}

#[tokio::test]
async fn a_server_that_does_not_answer_quit_is_left_soon() {
    let server = Server::start([say("220 mx\r\n"), Act::Hear, Act::Silence]).await;
    let client = Client::hasty(None);
    let (dialogue, _) = Dialogue::open(&client.net, &client.rec, open(server.address, Security::None)).await.unwrap();
    let begun = Instant::now();
    dialogue.quit().await;
    assert!(begun.elapsed() < HASTE * 5);
    assert!(client.breaks().is_empty(), "that QUIT got no answer is of no interest");
    assert_eq!(server.log().await.heard, [("QUIT".to_owned(), false)]);
}

#[tokio::test]
async fn a_server_that_hangs_up_in_the_middle_of_a_message_is_heard_out() {
    let mut script = until(Stage::Data, say("354 go\r\n"));
    script.extend([Act::Hear, say("552 5.3.4 too big\r\n"), Act::Silence]);
    let server = Server::start(script).await;
    let client = Client::hasty(None);
    let target = open(server.address, Security::None);
    let (mut dialogue, _) = Dialogue::open(&client.net, &client.rec, target).await.unwrap();
    dialogue.ehlo("me.example.net").await.unwrap();
    dialogue.starttls().await.unwrap();
    dialogue.mail("me@example.net", "").await.unwrap();
    dialogue.rcpt("you@example.org", Role::Case).await.unwrap();
    let (_, heard) = dialogue.message(b"Subject: x\r\n\r\nx\r\n").await.unwrap();
    assert_eq!(heard.unwrap().reply.codes(), "552 5.3.4");
}
