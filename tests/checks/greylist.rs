//! Greylisting: recognised, waited for as long as the server says, and asked about once more.

use std::sync::Arc;

use heloise::check::Knowledge;
use heloise::net::Trust;
use heloise::practice::{Practice, WorldFile};
use heloise::run::{Plan, Session, Setup, walk_alone};
use heloise::transcript::{Consent, Fact, Finding, Verdict};
use heloise::walk::Walk;

use crate::worlds::guide;

/// A server that puts everybody off so many times, in these words.
async fn walked(reply: &str, times: u32, deadline_secs: u32) -> Session {
    walked_by(&[&format!("recipient = \"@\"\ntimes = {times}\nreply = [\"{reply}\"]")], deadline_secs).await
}

/// A server that goes by these rules at RCPT.
async fn walked_by(rules: &[&str], deadline_secs: u32) -> Session {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, "healthy-address").expect("a world");
    for host in file.hosts.iter_mut().filter(|h| h.name == "mx1.example.org") {
        for rule in rules.iter().rev() {
            host.rules.insert(0, toml::from_str(&format!("on = [\"rcpt\"]\n{rule}")).expect("a rule"));
        }
    }
    file.case.deadline_secs = deadline_secs;
    let practice = Practice::start(&file).await.expect("the world comes up");
    let know = Arc::new(Knowledge::load(|name| guide.file(name)).expect("the knowledge"));
    let trust = Trust::only(practice.ca_pem()).expect("the world's CA");
    let setup = Setup { guide, know, world: practice.world(), trust, store: None };
    walk_alone(setup, file.case, None, Consent::ALL.into_iter().collect(), Plan::Guided, |_| ()).await
}

fn found<'a>(session: &'a Session, id: &str) -> Option<&'a Finding> {
    session.walk().transcript().findings().map(|(_, f)| f).find(|f| f.id == id)
}

#[tokio::test]
async fn a_server_that_asks_for_a_second_is_asked_again_after_it() {
    let session = walked("451 4.7.1 Greylisted, try again in 1 second", 1, 30).await;
    assert_eq!(found(&session, "recipient.rcpt.greylisted").expect("it is seen").args["wait"], "1 second");
    let passed = found(&session, "recipient.rcpt.greylist-passed").expect("it has passed");
    assert_eq!((passed.args["before"].as_str(), passed.args["codes"].as_str()), ("451 4.7.1", "250 2.1.5"));
    assert_eq!(session.walk().verdict(), Some(Verdict::FaultFound));
    assert_eq!(Walk::replay(session.walk().transcript().entries()), *session.walk());
}

#[tokio::test]
async fn one_that_goes_on_putting_us_off_is_not_asked_a_third_time() {
    let session = walked("451 4.7.1 Greylisted, try again in 1 second", 9, 30).await;
    assert!(found(&session, "recipient.rcpt.greylisted-still").is_some());
    let looks = session.walk().transcript().entries().iter();
    let looks = looks.filter(|e| matches!(&e.fact, Fact::Started { check, .. } if check == "recipient")).count();
    assert_eq!(looks, 2);
}

#[tokio::test]
async fn a_wait_that_is_not_named_or_too_long_is_told_and_not_sat_out() {
    for (reply, wait) in
        [("450 4.2.0 Greylisted, see the help page", "5 minutes"), ("451 4.7.1 Greylisted for 2 hours", "2 hours")]
    {
        let session = walked(reply, 1, 20).await;
        assert_eq!(found(&session, "recipient.rcpt.greylisted").expect("it is seen").args["wait"], wait);
        assert!(found(&session, "recipient.rcpt.greylist-passed").is_none());
        assert!(session.walk().parked().is_some(), "it stays parked for whoever waits");
    }
}

#[tokio::test]
async fn a_known_address_that_is_put_off_without_a_reason_is_no_greylisting() {
    let unknown = "recipient = \"heloise-\"\nreply = [\"550 5.1.1 User unknown\"]";
    let later = |text: &str| format!("recipient = \"@\"\nreply = [\"451 {text}\"]");
    let alone = walked_by(&[unknown, &later("4.3.0 Sorry")], 20).await;
    assert_eq!(found(&alone, "recipient.rcpt.deferred-alone").expect("it is told").args["control"], "550 5.1.1");
    assert!(found(&alone, "recipient.rcpt.greylisted").is_none());
    // One that says what it is is believed: some look the address up before they put it off.
    let said = walked_by(&[unknown, &later("4.7.1 Greylisted, come back later")], 20).await;
    assert!(found(&said, "recipient.rcpt.greylisted").is_some());
}
