//! Step 1, where a resolver's answer leads nowhere: those in charge of the domain are asked before anybody is blamed.

use heloise::practice::WorldFile;
use heloise::run::Session;
use heloise::transcript::{Consent, Finding, StepId, Verdict};

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
