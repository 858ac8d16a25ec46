//! Step 4 at full depth: how far the way to each address goes, and who stands in it.

use heloise::practice::WorldFile;
use heloise::report::Matrix;
use heloise::run::Session;
use heloise::transcript::{Case, Consent, Finding, StepId, StepStatus};
use heloise::walk::StepState;

use crate::worlds::{guide, walked};

async fn connectivity(world: &str, change: impl FnOnce(&mut WorldFile)) -> Session {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, world).expect("a world");
    file.case = Case { timeout_secs: 1, ..file.case };
    change(&mut file);
    let consents = Consent::ALL.into_iter().collect();
    walked(&guide, &file, file.case.clone(), consents, vec![StepId::new("connectivity")]).await
}

fn found<'a>(session: &'a Session, id: &str) -> Vec<&'a Finding> {
    session.walk().transcript().findings().map(|(_, f)| f).filter(|f| f.id == id).collect()
}

fn status(session: &Session) -> StepState {
    session.walk().state_of(&StepId::new("connectivity"))
}

fn rule(file: &mut WorldFile, host: &str, rule: &str) {
    for host in file.hosts.iter_mut().filter(|h| h.name == host) {
        host.rules.insert(0, toml::from_str(rule).expect("a rule"));
    }
}

#[tokio::test]
async fn large_packets_that_vanish_are_shown_by_small_ones_that_do_not() {
    let session = connectivity("mtu-black-hole", |_| ()).await;
    let holes = found(&session, "connectivity.black-hole");
    assert_eq!(holes.len(), 2, "both families");
    assert!(holes.iter().all(|f| f.args["stage"] == "the TLS handshake" && f.evidence.len() == 2));
}

#[tokio::test]
async fn a_server_that_hangs_in_small_packets_too_is_no_black_hole() {
    let silent = "on = [\"ehlo\"]\nthen = \"silence\"";
    let session = connectivity("healthy-address", |file| rule(file, "mx1.example.org", silent)).await;
    assert!(found(&session, "connectivity.black-hole").is_empty());
    assert_eq!(found(&session, "connectivity.hangs").len(), 2);
    assert_eq!(status(&session), StepState::Done(StepStatus::Unknown));
}

#[tokio::test]
async fn a_hang_that_does_not_come_again_is_loss_by_chance_and_no_black_hole() {
    let once = "on = [\"ehlo\"]\nthen = \"silence\"\ntimes = 1";
    let session = connectivity("healthy-address", |file| rule(file, "mx1.example.org", once)).await;
    assert!(found(&session, "connectivity.black-hole").is_empty());
    assert_eq!(found(&session, "connectivity.comes-and-goes").len(), 1);
}

#[tokio::test]
async fn who_answered_before_is_not_said_to_be_silent() {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, "healthy-address").expect("a world");
    file.case = Case { timeout_secs: 1, ..file.case };
    rule(&mut file, "mx1.example.org", "on = [\"connect\"]\nthen = \"silence\"\nfrom_connection = 2");
    let steps = ["recipient", "connectivity"].map(StepId::new).to_vec();
    let consents = Consent::ALL.into_iter().collect();
    let session = walked(&guide, &file, file.case.clone(), consents, steps).await;
    assert_eq!(found(&session, "connectivity.comes-and-goes").len(), 1);
    assert!(found(&session, "connectivity.all-silent").is_empty());
}

#[tokio::test]
async fn who_turns_the_call_away_is_named() {
    let session = connectivity("rejected-on-the-way", |_| ()).await;
    let by = found(&session, "connectivity.rejected.on-way");
    assert!(by.len() == 2 && by.iter().all(|f| f.args["by"] == "198.51.100.1" && !f.evidence.is_empty()), "{by:?}");
    assert_eq!(found(&session, "connectivity.all-rejected").len(), 1);
    assert!(found(&session, "connectivity.all-unreachable").is_empty(), "a filter is no missing route");
}

#[tokio::test]
async fn a_router_without_a_route_is_named_and_forbids_nothing() {
    let session = connectivity("rejected-on-the-way", |file| {
        for route in &mut file.routes {
            route.does = heloise::practice::Fate::Unreachable;
        }
    })
    .await;
    assert_eq!(found(&session, "connectivity.rejected.no-route").len(), 2);
    assert_eq!(found(&session, "connectivity.all-unreachable").len(), 1);
}

#[tokio::test]
async fn a_call_that_is_taken_and_dropped_is_told_from_one_that_is_not_taken() {
    let session = connectivity("hangs-up", |_| ()).await;
    assert_eq!(found(&session, "connectivity.tcp.closed").len(), 2);
    assert_eq!(found(&session, "connectivity.all-cut").len(), 1);
    assert!(found(&session, "connectivity.all-open").is_empty());
}

#[tokio::test]
async fn a_line_that_is_cut_later_says_at_which_stage() {
    let close = "on = [\"ehlo\"]\nthen = \"close\"";
    let session = connectivity("healthy-address", |file| rule(file, "mx1.example.org", close)).await;
    let cut = found(&session, "connectivity.cut");
    assert!(cut.len() == 2 && cut.iter().all(|f| f.args["stage"] == "EHLO"), "{cut:?}");
}

#[tokio::test]
async fn the_first_in_line_that_is_dead_is_a_warning_though_mail_gets_through() {
    let session = connectivity("primary-dead", |_| ()).await;
    let dead = found(&session, "connectivity.primary-dead");
    assert_eq!(
        (dead[0].args["server"].as_str(), dead[0].args["backup"].as_str()),
        ("mx1.example.org", "mx2.example.org")
    );
    assert!(found(&session, "connectivity.some-failed").is_empty(), "that is the same again");
    assert_eq!(status(&session), StepState::Done(StepStatus::Warn));
}

#[tokio::test]
async fn a_reserve_that_is_dead_is_not_called_the_first() {
    let session = connectivity("primary-dead", |file| {
        let route = file.routes.first_mut().expect("a route");
        route.address = "192.0.2.26".parse().ok();
    })
    .await;
    assert!(found(&session, "connectivity.primary-dead").is_empty());
    assert_eq!(found(&session, "connectivity.some-failed").len(), 1);
}

#[tokio::test]
async fn a_greeting_that_turns_away_is_no_fault_of_the_way() {
    let session = connectivity("mx-one-busy", |_| ()).await;
    assert_eq!(found(&session, "connectivity.tcp.turned-away").len(), 1);
    assert_eq!(found(&session, "connectivity.all-open").len(), 1);
}

#[tokio::test]
async fn all_stages_that_were_reached_stand_in_the_matrix() {
    let session = connectivity("healthy-address", |_| ()).await;
    let said = Matrix::of(session.walk().transcript()).sentences();
    assert_eq!(said.len(), 2, "both addresses: {said:?}");
    for stage in ["resolve", "connect", "greeting", "EHLO", "STARTTLS", "TLS"] {
        assert!(said.iter().all(|line| line.contains(&format!("{stage} "))), "{stage}: {said:?}");
    }
}

#[tokio::test]
async fn the_last_that_answers_on_a_silent_way_is_named_with_consent_only() {
    let session = connectivity("port-25-blocked", |_| ()).await;
    let last = found(&session, "connectivity.trace.last-hop");
    assert_eq!((last[0].args["by"].as_str(), last[0].args["hops"].as_str()), ("198.51.100.254", "2"));
    let guide = guide();
    let file = WorldFile::by_id(&guide, "port-25-blocked").expect("a world");
    let connect = std::collections::BTreeSet::from([Consent::Connect]);
    let session = walked(&guide, &file, file.case.clone(), connect, vec![StepId::new("connectivity")]).await;
    assert!(found(&session, "connectivity.trace.last-hop").is_empty());
}
