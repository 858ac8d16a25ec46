//! A message is really sent where that was allowed, and only there; once, after the login, and what is said after it counts.

use std::collections::BTreeSet;

use heloise::practice::WorldFile;
use heloise::run::Session;
use heloise::transcript::{Case, Consent, Fact, Security, Stage, StepId, Verdict};

use crate::worlds::{guide, walked};

fn send() -> BTreeSet<Consent> {
    [Consent::Connect, Consent::Rcpt, Consent::Auth, Consent::Send].into()
}

/// The steps of that world, with these consents and that rule at the server.
async fn with(
    id: &str,
    rule: Option<&str>,
    consents: BTreeSet<Consent>,
    steps: &[&str],
    change: impl FnOnce(&mut Case),
) -> Session {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, id).expect("a world");
    if let Some(rule) = rule {
        for host in &mut file.hosts {
            host.rules.insert(0, toml::from_str(rule).expect("a rule"));
        }
    }
    change(&mut file.case);
    let case = file.case.clone();
    walked(&guide, &file, case, consents, steps.iter().map(|s| StepId::new(*s)).collect()).await
}

fn messages(session: &Session) -> usize {
    let sent = |fact: &Fact| matches!(fact, Fact::Sent { command, .. } if command.line.starts_with("‹message"));
    session.walk().transcript().entries().iter().filter(|e| sent(&e.fact)).count()
}

fn has(session: &Session, id: &str) -> bool {
    session.walk().transcript().findings().any(|(_, f)| f.id == id)
}

fn lines(session: &Session) -> Vec<String> {
    let entries = session.walk().transcript().entries().iter();
    let said = entries.filter_map(|e| if let Fact::Sent { command, .. } = &e.fact { Some(command) } else { None });
    said.map(|c| c.line.clone()).collect()
}

#[tokio::test]
async fn without_a_yes_to_it_nothing_is_sent() {
    let all: BTreeSet<_> = Consent::ALL.into_iter().filter(|c| *c != Consent::Send).collect();
    let session = with("healthy-address", None, all, &["recipient", "content", "settings", "dns"], |_| ()).await;
    assert_eq!(messages(&session), 0);
    assert!(!lines(&session).iter().any(|l| l == "DATA"));
}

#[tokio::test]
async fn with_one_it_is_sent_once_and_not_again() {
    let session = with("healthy-address", None, send(), &["content", "recipient", "content"], |_| ()).await;
    assert_eq!(messages(&session), 1);
    assert!(has(&session, "content.send.accepted"));
    assert_eq!(session.walk().verdict(), Some(Verdict::NoFaultFound));
    let lines = lines(&session);
    let data = lines.iter().position(|l| l == "DATA").expect("DATA");
    assert!(lines[data..].contains(&"QUIT".to_owned()), "{lines:?}");
    assert!(lines[..data].iter().any(|l| l.starts_with("MAIL FROM:<alice@example.net> SIZE=")), "{lines:?}");
}

#[tokio::test]
async fn what_is_said_after_the_message_names_the_cause() {
    let rule = "on = [\"message\"]\nreply = [\"552 5.2.3 Message exceeds maximum fixed size\"]";
    let session = with("healthy-address", Some(rule), send(), &["content"], |_| ()).await;
    let found = heloise::diagnosis::diagnose(session.guide(), session.walk().transcript());
    assert_eq!(found.causes[0].kind.as_deref(), Some("message-too-big"));
    assert!(has(&session, "content.send.refused"));
}

#[tokio::test]
async fn a_server_that_falls_silent_after_the_message_is_not_said_to_have_taken_it() {
    let rule = "on = [\"message\"]\nthen = \"close\"";
    let session = with("healthy-address", Some(rule), send(), &["content"], |_| ()).await;
    assert!(has(&session, "content.send.broke") && !has(&session, "content.send.accepted"));
}

#[tokio::test]
async fn a_login_comes_before_the_message_where_one_was_given() {
    let session =
        with("healthy-submission", None, send(), &["content"], |case| case.to = vec!["bob@example.org".to_owned()])
            .await;
    let replies: Vec<_> = session.walk().transcript().replies().map(|(_, r)| (r.stage, r.code)).collect();
    let at = |stage, code| replies.iter().position(|r| *r == (Some(stage), code));
    assert!(at(Stage::Auth, 235).expect("a login") < at(Stage::Message, 250).expect("it is taken"), "{replies:?}");
}

#[tokio::test]
async fn where_the_login_fails_nothing_is_sent() {
    let session =
        with("bad-credentials", None, send(), &["content"], |case| case.to = vec!["bob@example.org".to_owned()]).await;
    assert!(has(&session, "content.send.no-login"));
    assert_eq!(messages(&session), 0);
}

#[tokio::test]
async fn a_refused_starttls_brings_neither_login_nor_message_into_the_open() {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, "healthy-submission").expect("a world");
    for host in &mut file.hosts {
        host.rules.insert(
            0,
            toml::from_str("on = [\"starttls\"]\nreply = [\"454 4.7.0 TLS not available\"]").expect("a rule"),
        );
        host.ehlo.push("AUTH PLAIN LOGIN".to_owned());
    }
    file.case.security = Security::Auto;
    let steps = ["authentication", "content"].map(StepId::new).to_vec();
    let session = walked(&guide, &file, file.case.clone(), send(), steps).await;
    let plain = session.walk().transcript().entries().iter().filter_map(|e| match &e.fact {
        Fact::Sent { command, .. } if !command.tls => Some(command.line.as_str()),
        _ => None,
    });
    let plain: Vec<&str> = plain.collect();
    assert!(plain.contains(&"STARTTLS"), "{plain:?}");
    assert!(!plain.iter().any(|l| l.starts_with("AUTH") || *l == "DATA"), "{plain:?}");
}

#[tokio::test]
async fn a_message_of_ones_own_goes_out_as_it_is_and_is_recorded_by_its_size_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("own.eml");
    let text = "From: alice@example.net\r\nTo: bob@example.org\r\nSubject: Grüße\r\n\r\n.canary-of-the-body\r\n";
    std::fs::write(&path, text).expect("written");
    let session = with("healthy-address", None, send(), &["content"], |case| case.message = Some(path)).await;
    assert!(has(&session, "content.send.accepted"));
    assert!(lines(&session).iter().any(|l| l.contains("BODY=8BITMIME")), "{:?}", lines(&session));
    let all = serde_json::to_string(session.walk().transcript().entries()).expect("JSON");
    assert!(!all.contains("canary-of-the-body"));
}
