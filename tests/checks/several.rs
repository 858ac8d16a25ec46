//! Several recipients: none is passed over, and the walk goes on with the one in trouble.

use std::collections::BTreeSet;

use heloise::practice::WorldFile;
use heloise::run::Session;
use heloise::transcript::{Case, Consent, Fact, Finding, StepId, Verdict};

use crate::worlds::{guide, walked};

async fn asked(to: &[&str]) -> Session {
    let guide = guide();
    let file = WorldFile::by_id(&guide, "one-of-several").expect("a world");
    let case = Case { to: to.iter().map(|to| (*to).to_owned()).collect(), ..file.case.clone() };
    let consents: BTreeSet<Consent> = Consent::ALL.into_iter().collect();
    walked(&guide, &file, case, consents, vec![StepId::new("recipient")]).await
}

fn found<'a>(session: &'a Session, id: &str) -> Option<&'a Finding> {
    session.walk().transcript().findings().map(|(_, f)| f).find(|f| f.id == id)
}

fn sessions(session: &Session) -> usize {
    let entries = session.walk().transcript().entries().iter();
    entries.filter(|e| matches!(&e.fact, Fact::Connect { .. })).count()
}

#[tokio::test]
async fn the_walk_follows_the_one_that_is_refused_and_says_who_is_taken() {
    let to = ["bob@example.org", "postmaster@example.org", "bop@example.org", "carol@shop.test"];
    let session = asked(&to).await;
    assert_eq!(session.walk().case().recipient(), Some("bop@example.org"));
    assert_eq!(session.walk().case().to.len(), 4, "nobody is lost");
    let findings = session.walk().transcript().findings().map(|(_, f)| f);
    let taken: Vec<&str> =
        findings.filter(|f| f.id == "recipient.others.taken").map(|f| f.args["addresses"].as_str()).collect();
    assert_eq!(taken, ["bob@example.org, postmaster@example.org", "carol@shop.test"]);
    assert_eq!(found(&session, "recipient.rcpt.refused").expect("a refusal").args["address"], "bop@example.org");
    let row = found(&session, "recipient.rcpt.refused").expect("a refusal").probe.as_deref();
    assert_eq!(row, Some("mx1.example.org:25"), "the row says what was refused there");
    assert!(found(&session, "recipient.rcpt.control-refused").is_none(), "who is taken says nothing for Bop");
    assert_eq!(sessions(&session), 2, "one session a domain");
    assert_eq!(session.walk().verdict(), Some(Verdict::FaultFound));
}

#[tokio::test]
async fn a_domain_that_does_not_exist_is_found_behind_a_recipient_that_is_fine() {
    let session = asked(&["bob@example.org", "dora@nobody.test"]).await;
    assert_eq!(session.walk().case().recipient(), Some("dora@nobody.test"));
    assert!(found(&session, "recipient.domain.unregistered").is_some());
    assert_eq!(session.walk().verdict(), Some(Verdict::FaultFound));
}

#[tokio::test]
async fn what_is_no_address_is_found_behind_one_that_is() {
    let session = asked(&["bob@example.org", "bob.example.org"]).await;
    assert_eq!(session.walk().case().recipient(), Some("bob.example.org"));
    assert!(found(&session, "recipient.syntax.bad").is_some());
}

#[tokio::test]
async fn where_all_are_taken_nothing_is_amiss_and_the_first_is_followed() {
    let session = asked(&["bob@example.org", "carol@shop.test", "BOB@example.org"]).await;
    assert_eq!(session.walk().case().recipient(), Some("bob@example.org"));
    assert!(found(&session, "recipient.in-question").is_none());
    assert_eq!(found(&session, "recipient.others.taken").expect("Carol").args["addresses"], "carol@shop.test");
    assert_eq!(session.walk().verdict(), Some(Verdict::NoFaultFound));
}

#[tokio::test]
async fn of_more_than_are_looked_at_nothing_is_claimed() {
    let many: Vec<String> = (0..12).map(|n| format!("bob+{n}@example.org")).collect();
    let mut to: Vec<&str> = many.iter().map(String::as_str).collect();
    to[0] = "bob@example.org";
    let session = asked(&to).await;
    let unasked = &found(&session, "recipient.others.unasked").expect("the rest").args["addresses"];
    assert_eq!(unasked, "bob+10@example.org, bob+11@example.org");
    assert_ne!(session.walk().verdict(), Some(Verdict::NoFaultFound));
}

#[tokio::test]
async fn behind_a_login_none_is_passed_over_either() {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, "healthy-submission").expect("a world");
    let no = "on = [\"rcpt\"]\nrecipient = \"^carol@\"\nreply = [\"550 5.1.1 <carol@example.org>: User unknown\"]";
    for host in &mut file.hosts {
        host.rules.insert(0, toml::from_str(no).expect("a rule"));
    }
    for (second, refused) in [("dora@example.org", false), ("carol@example.org", true)] {
        let to = ["bob@example.org", second].map(str::to_owned).to_vec();
        let case = Case { to, ..file.case.clone() };
        let all = Consent::ALL.into_iter().collect();
        let session = walked(&guide, &file, case, all, vec![StepId::new("authentication")]).await;
        assert!(found(&session, "authentication.sender.ok").is_some(), "{second}");
        let about = found(&session, "authentication.recipient.refused").map(|f| f.args["recipient"].as_str());
        assert_eq!(about, refused.then_some(second));
    }
}
