//! Step 7 at full depth: what stands between us and the servers.

use heloise::practice::WorldFile;
use heloise::run::Session;
use heloise::transcript::{Case, Consent, Finding, StepId};

use crate::worlds::{guide, walked};

async fn firewall(world: &str, change: impl FnOnce(&mut WorldFile)) -> Session {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, world).expect("a world");
    file.case = Case { timeout_secs: 1, ..file.case };
    change(&mut file);
    let consents = Consent::ALL.into_iter().collect();
    walked(&guide, &file, file.case.clone(), consents, vec![StepId::new("firewall")]).await
}

fn found<'a>(session: &'a Session, id: &str) -> Vec<&'a Finding> {
    session.walk().transcript().findings().map(|(_, f)| f).filter(|f| f.id == id).collect()
}

#[tokio::test]
async fn what_one_family_offers_and_the_other_does_not_was_taken_out_on_the_way() {
    let session = firewall("starttls-stripped", |_| ()).await;
    let stripped = found(&session, "firewall.starttls-one-family");
    assert_eq!((stripped[0].args["with"].as_str(), stripped[0].args["without"].as_str()), ("IPv6", "IPv4"));
    assert_eq!(stripped[0].evidence.len(), 2, "the pair is the proof");
    let session = firewall("healthy-address", |_| ()).await;
    assert!(found(&session, "firewall.starttls-one-family").is_empty());
}

#[tokio::test]
async fn whoever_answers_for_an_address_that_nobody_has_answers_for_all() {
    let session = firewall("proxy-for-all", |_| ()).await;
    let proxy = found(&session, "firewall.proxy-for-all");
    assert!(proxy[0].args["text"].contains("no mail leaves this network"), "{proxy:?}");
    // Who is called there has no name: an address stands for it wherever it is told.
    let mut servers = session.walk().transcript().replies().map(|(_, reply)| reply.server.as_str());
    assert!(servers.any(|server| server == proxy[0].args["address"]));
    assert!(found(&session, "firewall.none-seen").is_empty());
    let session = firewall("healthy-address", |_| ()).await;
    assert!(found(&session, "firewall.proxy-for-all").is_empty());
}

#[tokio::test]
async fn a_well_known_name_that_leads_inwards_speaks_of_a_portal() {
    let inwards = "name = \"smtp.gmail.com\"\nrecords = \"@ A 10.0.0.1\"";
    let session = firewall("port-25-blocked", |file| {
        file.zones.retain(|z| z.name != "smtp.gmail.com" && z.name != "gmail.com");
        file.zones.push(toml::from_str(inwards).expect("a zone"));
    })
    .await;
    let portal = found(&session, "firewall.portal");
    assert_eq!((portal[0].args["server"].as_str(), portal[0].args["address"].as_str()), ("smtp.gmail.com", "10.0.0.1"));
}

#[tokio::test]
async fn a_silent_way_is_traced_once_in_a_session() {
    let guide = guide();
    let file = WorldFile::by_id(&guide, "port-25-blocked").expect("a world");
    let steps = ["connectivity", "firewall"].map(StepId::new).to_vec();
    let consents = Consent::ALL.into_iter().collect();
    let session = walked(&guide, &file, file.case.clone(), consents, steps).await;
    let of = |address: &&&Finding| address.args["address"] == "192.0.2.25";
    assert_eq!(found(&session, "connectivity.trace.last-hop").iter().filter(of).count(), 1);
}

#[tokio::test]
async fn the_rules_of_this_machine_are_no_part_of_a_practice_world() {
    let session = firewall("port-25-blocked", |_| ()).await;
    assert!(session.walk().transcript().findings().all(|(_, f)| !f.id.starts_with("firewall.rule")));
    assert!(session.walk().transcript().findings().all(|(_, f)| !f.id.starts_with("firewall.here")));
}
