//! Step 1, where a resolver's answer leads nowhere: those in charge of the domain are asked before anybody is blamed.

use std::sync::Arc;

use heloise::check::Knowledge;
use heloise::net::Trust;
use heloise::practice::{Practice, WorldFile};
use heloise::run::{Plan, Session, Setup, walk_alone};
use heloise::transcript::{Case, Consent, Finding, StepId, Verdict};
use hickory_resolver::proto::op::Message;
use hickory_resolver::proto::rr::RData;
use hickory_resolver::proto::rr::rdata::{A, NS as Server, SOA};

use crate::asking::Asking;
use crate::dns_server::{DnsServer, name, records};
use crate::worlds::{guide, walked};

/// Step 1 in the world of an office's own name service, changed.
async fn looked(change: impl FnOnce(&mut WorldFile)) -> Session {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, "led-astray").expect("a world");
    file.case.timeout_secs = 1;
    change(&mut file);
    let case = file.case.clone();
    walked(&guide, &file, case, Consent::ALL.into_iter().collect(), vec![StepId::new("recipient")]).await
}

/// What the resolver says, and not the zone's own server.
fn resolver(file: &mut WorldFile, records: &str) {
    let zone = file.zones.iter_mut().find(|z| z.at.is_none() && z.name == "example.org").expect("the zone");
    records.clone_into(&mut zone.records);
}

fn found<'a>(session: &'a Session, id: &str) -> Vec<&'a Finding> {
    session.walk().transcript().findings().map(|(_, f)| f).filter(|f| f.id == id).collect()
}

const NS: &str = "@ NS ns1\nns1 A 192.0.2.53\n";

#[tokio::test]
async fn an_inner_address_that_the_world_does_not_see_is_this_networks_doing() {
    let session = looked(|_| ()).await;
    let astray = found(&session, "dns.authority.astray");
    assert_eq!((astray[0].args["ours"].as_str(), astray[0].args["theirs"].as_str()), ("10.1.2.3", "192.0.2.25"));
    assert_eq!(astray[0].evidence.len(), 2, "the pair is the proof");
    assert!(found(&session, "recipient.mx.private").is_empty(), "the domain is not to blame");
}

#[tokio::test]
async fn an_outer_address_is_held_against_theirs_only_where_theirs_takes_the_call() {
    let wrong = format!("{NS}@ MX 10 mx1\nmx1 A 203.0.113.9");
    let session = looked(|file| resolver(file, &wrong)).await;
    assert_eq!(found(&session, "dns.authority.astray")[0].args["theirs"], "192.0.2.25");
    // Nobody answers there either: then it may be an address for others, near them, and the way is what is shut.
    let session = looked(|file| {
        resolver(file, &wrong);
        let theirs = file.zones.iter_mut().find(|z| z.at.is_some()).expect("their zone");
        theirs.records = theirs.records.replace("192.0.2.25", "203.0.113.10");
    });
    let session = session.await;
    assert!(found(&session, "dns.authority.astray").is_empty());
    assert_eq!(found(&session, "recipient.rcpt.unreachable").len(), 1);
}

#[tokio::test]
async fn mail_servers_of_old_are_told_from_those_that_an_inner_view_names() {
    let old = "@ 300 NS ns1\nns1 A 192.0.2.53\n@ 60 MX 10 old\nold A 203.0.113.9";
    let session = looked(|file| {
        resolver(file, old);
        let theirs = file.zones.iter_mut().find(|z| z.at.is_some()).expect("their zone");
        theirs.records = theirs.records.replace("MX   10", "3600 MX 10");
    });
    let session = session.await;
    assert_eq!(found(&session, "dns.authority.old-servers")[0].args["instead"], "mx1.example.org");
    let session = looked(|file| resolver(file, &format!("{NS}@ MX 10 gone"))).await;
    assert_eq!(found(&session, "dns.authority.astray")[0].args["ours"], "10 gone.example.org");
    assert!(found(&session, "recipient.mx.none-usable").is_empty());
}

#[tokio::test]
async fn a_domain_that_only_our_resolver_denies_is_not_said_to_be_nobodys() {
    let in_test = |file: &mut WorldFile| {
        file.case.to = vec!["dora@shop.test".to_owned()];
        let zone = |name: &str, at: Option<&str>, records: &str| {
            let mut zone = file.zones[0].clone();
            (zone.name, zone.records) = (name.to_owned(), records.to_owned());
            zone.at = at.map(|ip| ip.parse().expect("an address"));
            zone
        };
        let ending = "@ SOA ns hostmaster 1 3600 600 86400 300\n@ NS ns\nns A 192.0.2.53";
        [
            zone("test", None, ending),
            zone("test", Some("192.0.2.53"), ending),
            zone("shop.test", Some("192.0.2.53"), "@ SOA ns hostmaster 1 3600 600 86400 300\n@ NS ns\nns A 192.0.2.53"),
        ]
    };
    let session = looked(|file| {
        let zones = in_test(file);
        file.zones.extend(zones);
    });
    let session = session.await;
    assert_eq!(found(&session, "dns.authority.astray")[0].args["name"], "shop.test");
    assert!(found(&session, "recipient.domain.unregistered").is_empty());
    // Denied by those in charge of the ending, too: then nobody has it.
    let session = looked(|file| {
        let [one, two, _] = in_test(file);
        file.zones.extend([one, two]);
    });
    let session = session.await;
    assert!(found(&session, "dns.authority.astray").is_empty());
    assert_eq!(found(&session, "recipient.domain.unregistered").len(), 1);
    assert_eq!(session.walk().verdict(), Some(Verdict::FaultFound));
}

/// Somebody keeps that name.
fn soa(question: &Message) -> Message {
    records(question, [RData::SOA(SOA::new(name("ns.test."), name("a.test."), 1, 2, 3, 4, 5))])
}

async fn behind_a_portal(to: &str) -> Session {
    let portal = |q: &Message, _| {
        let asked = (q.queries[0].name().to_ascii(), q.queries[0].query_type().to_string());
        Some(match (asked.0.as_str(), asked.1.as_str()) {
            (top, "SOA") if !top.trim_end_matches('.').contains('.') => soa(q),
            ("host.test.", "A") => records(q, [RData::A(A::new(203, 0, 113, 9))]),
            (name, "A") if name.ends_with(".test.") => records(q, [RData::A(A::new(203, 0, 113, 80))]),
            _ => records(q, []),
        })
    };
    led_by(to, portal).await
}

/// Step 1, where that answers for every name, whoever is asked.
async fn led_by(to: &str, answer: impl Fn(&Message, bool) -> Option<Message> + Send + Sync + 'static) -> Session {
    let resolver = DnsServer::start(answer).await;
    let guide = guide();
    let file = WorldFile::by_id(&guide, "led-astray").expect("a world");
    let case = Case { to: vec![to.to_owned()], timeout_secs: 1, ..file.case.clone() };
    let practice = Practice::start(&file).await.expect("the world comes up");
    let setup = Setup {
        know: Arc::new(Knowledge::load(|name| guide.file(name)).expect("the knowledge")),
        world: Arc::new(Asking { world: practice.world(), resolver: resolver.address }),
        trust: Trust::only(practice.ca_pem()).expect("the world's CA"),
        store: None,
        guide,
    };
    let plan = Plan::Steps(vec![StepId::new("recipient")]);
    walk_alone(setup, case, None, Consent::ALL.into_iter().collect(), plan, |_| ()).await
}

#[tokio::test]
async fn a_name_that_leads_where_a_made_up_one_does_is_not_taken_for_a_domain() {
    let session = behind_a_portal("dora@shop.test").await;
    assert_eq!(found(&session, "recipient.domain.invented")[0].args["address"], "203.0.113.80");
    // One that has an address of its own, and no MX, is asked as a mail server (RFC 5321 §5.1).
    let session = behind_a_portal("dora@host.test").await;
    assert!(found(&session, "recipient.domain.invented").is_empty());
    assert_eq!(found(&session, "recipient.domain.fallback").len(), 1);
}

#[tokio::test]
async fn a_name_that_a_filter_holds_back_is_not_said_to_be_badly_kept() {
    let filter = |q: &Message, _| {
        let asked = (q.queries[0].name().to_ascii(), q.queries[0].query_type().to_string());
        let own = !q.metadata.recursion_desired;
        Some(match (asked.0.as_str(), asked.1.as_str()) {
            (top, "SOA") if !top.trim_end_matches('.').contains('.') => soa(q),
            ("test.", "NS") => records(q, [RData::NS(Server(name("ns.test.")))]),
            ("ns.test.", "A") => records(q, [RData::A(A::new(192, 0, 2, 53))]),
            ("shop.test.", "SOA") if own => soa(q),
            ("shop.test.", "A") => records(q, [RData::A(A::new(0, 0, 0, 0))]),
            _ => records(q, []),
        })
    };
    let session = led_by("dora@shop.test", filter).await;
    assert_eq!(found(&session, "dns.authority.astray")[0].args["name"], "shop.test");
    assert!(found(&session, "recipient.mx.none-usable").is_empty(), "the domain is not to blame");
}
