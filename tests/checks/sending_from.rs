//! Step 9 about an address that nobody typed: the one that the server which refused us saw.

use heloise::diagnosis::diagnose;
use heloise::guide::Who;
use heloise::practice::WorldFile;
use heloise::run::Session;
use heloise::transcript::{Consent, Finding, StepId};

use crate::worlds::{guide, walked};

async fn looked(world: &str, reply: Option<&str>) -> Session {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, world).expect("a world");
    file.case.ip = None;
    if let Some(reply) = reply {
        let rules = file.hosts.iter_mut().flat_map(|h| h.rules.iter_mut());
        rules.for_each(|rule| rule.reply = vec![reply.to_owned()]);
    }
    let steps = ["recipient", "dns"].map(StepId::new).to_vec();
    let case = file.case.clone();
    walked(&guide, &file, case, Consent::ALL.into_iter().collect(), steps).await
}

fn found<'a>(session: &'a Session, id: &str) -> Vec<&'a Finding> {
    session.walk().transcript().findings().map(|(_, f)| f).filter(|f| f.id == id).collect()
}

#[tokio::test]
async fn what_the_refusal_names_is_looked_at_as_if_it_had_been_typed() {
    let session =
        looked("no-ptr", Some("550 5.7.25 Client host rejected: cannot find your hostname, [198.51.100.7]")).await;
    assert_eq!(found(&session, "dns.ip-seen")[0].args["ip"], "198.51.100.7");
    assert_eq!(found(&session, "dns.ptr.none")[0].args["ip"], "198.51.100.7");
    assert!(found(&session, "dns.no-ip").is_empty());
}

#[tokio::test]
async fn a_refusal_of_the_recipient_makes_nobodys_address_a_sending_one() {
    let session = looked("no-such-user", None).await;
    assert!(found(&session, "dns.ip-seen").is_empty());
    assert_eq!(found(&session, "dns.no-ip").len(), 1);
}

#[tokio::test]
async fn a_rule_that_names_the_recipient_is_not_about_the_recipient() {
    let session = looked("no-ptr", Some("554 5.7.1 <{rcpt}>: Recipient address rejected: Access denied")).await;
    assert_eq!(found(&session, "recipient.rcpt.by-a-rule").len(), 1);
    let top = diagnose(session.guide(), session.walk().transcript()).causes.remove(0);
    assert_eq!((top.cause.as_str(), top.kind.as_deref()), ("spam-filter", Some("policy")));
}

#[tokio::test]
async fn a_mail_server_that_the_domain_names_and_that_does_not_serve_it_is_theirs_to_mend() {
    let session = looked("no-ptr", Some("554 5.7.1 <{rcpt}>: Relay access denied")).await;
    assert_eq!(found(&session, "recipient.rcpt.not-served")[0].args["server"], "mx1.example.org");
    let top = diagnose(session.guide(), session.walk().transcript()).causes.remove(0);
    assert_eq!((top.kind.as_deref(), top.who), (Some("relay-denied"), Who::TheirProvider));
}
