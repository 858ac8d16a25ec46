//! Single steps in single worlds: what a step says it does, it does.

use std::collections::BTreeSet;
use std::sync::Arc;

use heloise::guide::Guide;
use heloise::practice::WorldFile;
use heloise::run::Session;
use heloise::transcript::{Case, Consent, Fact, Finding, Role, StepId, StepStatus, Target, Verdict};
use heloise::walk::StepState;

use crate::worlds::{guide, walked};

async fn steps(guide: &Arc<Guide>, file: &WorldFile, steps: &[&str]) -> Session {
    let steps = steps.iter().map(|id| StepId::new(*id)).collect();
    walked(guide, file, file.case.clone(), Consent::ALL.into_iter().collect(), steps).await
}

async fn in_world(id: &str, wanted: &[&str]) -> Session {
    let guide = guide();
    let file = WorldFile::by_id(&guide, id).expect("a world");
    steps(&guide, &file, wanted).await
}

fn found<'a>(session: &'a Session, id: &str) -> Vec<&'a Finding> {
    session.walk().transcript().findings().map(|(_, f)| f).filter(|f| f.id == id).collect()
}

fn second_looks(session: &Session) -> Vec<&str> {
    let ids = session.walk().transcript().findings().map(|(_, f)| f.id.as_str());
    ids.filter(|id| id.starts_with("escalate.recheck.")).collect()
}

#[tokio::test]
async fn where_one_server_hangs_up_the_next_is_asked_and_that_is_no_fault() {
    // Each step by itself: where the recipient was asked before, the server's status does not ask again.
    let session = in_world("mx-one-hangs-up", &["recipient"]).await;
    assert_eq!(found(&session, "recipient.rcpt.one-broke")[0].args["server"], "mx1.example.org");
    assert_eq!(found(&session, "recipient.rcpt.control-refused")[0].args["server"], "mx2.example.org");
    assert!(found(&session, "recipient.rcpt.broke").is_empty());
    let session = in_world("mx-one-hangs-up", &["server-status"]).await;
    assert_eq!(found(&session, "server-status.one-broke")[0].args["stage"], "RCPT");
    assert_eq!(session.walk().verdict(), Some(Verdict::NoFaultFound));
}

#[tokio::test]
async fn a_refusal_for_another_reason_is_no_fault_of_the_login() {
    let session = in_world("ip-listed", &["authentication"]).await;
    assert_eq!(found(&session, "authentication.envelope.refused-otherwise").len(), 1);
    let session = in_world("relay-denied", &["authentication"]).await;
    assert_eq!(found(&session, "authentication.envelope.refused").len(), 1);
}

#[tokio::test]
async fn the_recipients_postmaster_is_named_only_where_their_side_had_a_part() {
    let named = async |world: &str, before: &str| {
        let session = in_world(world, &[before, "provider"]).await;
        found(&session, "provider.contact.postmaster").len()
    };
    assert_eq!(named("bad-credentials", "authentication").await, 0, "it is between Alice and her provider");
    assert_eq!(named("no-such-user", "recipient").await, 1);
}

#[tokio::test]
async fn what_ones_own_network_does_is_put_to_whoever_runs_that() {
    let session = in_world("port-25-blocked", &["firewall", "provider"]).await;
    let named: Vec<_> = session.walk().transcript().findings().map(|(_, f)| f.id.as_str()).collect();
    let provider: Vec<_> = named.into_iter().filter(|id| id.starts_with("provider.")).collect();
    assert_eq!(provider, ["provider.contact.network", "provider.ticket"]);
}

#[tokio::test]
async fn escalate_asks_again_where_a_server_refused_and_says_that_it_healed() {
    let session = in_world("greylisted", &["recipient", "escalate"]).await;
    assert_eq!(second_looks(&session), ["escalate.recheck.accepted"]);
    assert_eq!(found(&session, "escalate.recheck.accepted")[0].args["before"], "451 4.7.1");
}

#[tokio::test]
async fn escalate_says_that_a_refusal_stands() {
    let session = in_world("no-such-user", &["recipient", "escalate"]).await;
    assert_eq!(second_looks(&session), ["escalate.recheck.refused"]);
    let again = |r: &heloise::transcript::Reply| r.role == Role::Control && r.code == 550;
    assert!(session.walk().transcript().replies().any(|(_, r)| again(r)), "the second answer is no news of the case");
}

#[tokio::test]
async fn escalate_tries_failed_connections_and_names_again() {
    let session = in_world("port-refused", &["connectivity", "escalate"]).await;
    let looks = second_looks(&session);
    assert!(!looks.is_empty() && looks.iter().all(|id| *id == "escalate.recheck.same"), "{looks:?}");
    let session = in_world("dns-servfail", &["recipient", "escalate"]).await;
    let looks = second_looks(&session);
    assert!(looks.contains(&"escalate.recheck.unanswered"), "{looks:?}");
}

#[tokio::test]
async fn escalate_leaves_alone_what_did_not_fail() {
    let session = in_world("healthy-address", &["recipient", "connectivity", "server-status", "escalate"]).await;
    assert_eq!(second_looks(&session), [""; 0]);
    let own = session.walk().runs_of(&StepId::new("escalate"));
    let connects = |f: &Fact| matches!(f, Fact::Connect { run, .. } if own.contains(run));
    assert!(!session.walk().transcript().entries().iter().any(|e| connects(&e.fact)));
}

#[tokio::test]
async fn a_refusing_server_that_a_text_named_is_not_on_the_sender_s_side() {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, "ip-listed").expect("a world");
    file.case.server = Some(Target { host: "mx1.example.org".to_owned(), port: None });
    let session = steps(&guide, &file, &["recipient", "provider"]).await;
    assert_eq!(found(&session, "provider.contact.host")[0].args["server"], "example.net");
    file.case.server = Some(Target { host: "mail.example.net".to_owned(), port: None });
    let session = steps(&guide, &file, &["recipient", "provider"]).await;
    assert_eq!(found(&session, "provider.contact.host")[0].args["server"], "mail.example.net");
}

#[tokio::test]
async fn the_firewall_step_looks_at_the_certificate_itself() {
    let session = in_world("tls-intercepted", &["firewall"]).await;
    let seen = found(&session, "firewall.interceptor");
    assert_eq!(seen.len(), 1, "a product is named once");
    assert!(!seen[0].evidence.is_empty(), "with the certificate as its proof");
    assert!(found(&session, "firewall.none-seen").is_empty());
}

#[tokio::test]
async fn every_combination_of_port_and_security_has_its_answer() {
    const WORLD: &str = r#"
order = 1
title = "A server on all ports"
story = "Used by tests only."

[case]
goal = "settings"
timeout_secs = 1

[expect]
verdict = "no-fault-found"

[[zone]]
name = "example.com"
records = "mail A 203.0.113.7"

[[host]]
name = "mail.example.com"
addresses = ["203.0.113.7"]
ports = { 25 = "starttls", 465 = "tls", 587 = "starttls", 2525 = "none" }
"#;
    let mut file: WorldFile = toml::from_str(WORLD).expect("a world");
    let server = Target { host: "mail.example.com".to_owned(), port: Some(587) };
    file.case = Case { server: Some(server), deadline_secs: 30, ..file.case };
    let session = steps(&guide(), &file, &["settings"]).await;
    let rows = |id: &str| -> BTreeSet<String> {
        found(&session, id).iter().map(|f| format!("{} {}", f.args["port"], f.args["security"])).collect()
    };
    let mut works = rows("settings.combination.works");
    let bare = rows("settings.combination.works-bare");
    assert!(bare.iter().all(|row| row.ends_with("none")) && works.iter().all(|row| !row.ends_with("none")));
    works.extend(bare);
    let fails = rows("settings.combination.fails");
    let expected = ["25 none", "25 starttls", "2525 none", "465 tls", "587 none", "587 starttls"];
    assert_eq!(works.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    assert_eq!(works.len() + fails.len(), 12, "{fails:?}");
    assert!(works.is_disjoint(&fails));
    assert!(found(&session, "settings.combination.fails").iter().all(|f| !f.evidence.is_empty()), "each has its proof");
    assert!(session.counts().0 <= 8, "{} connections: what is settled is not asked for", session.counts().0);
}

#[tokio::test]
async fn a_bad_address_is_told_with_what_is_wrong_and_where() {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, "healthy-address").expect("a world");
    file.case.to = vec!["bob@exa(mple.org".to_owned()];
    let session = steps(&guide, &file, &["recipient"]).await;
    let bad = found(&session, "recipient.syntax.bad");
    assert_eq!(
        (bad[0].args["column"].as_str(), bad[0].args["fault"].as_str()),
        ("8", "there is a character in it that may not stand there")
    );
    assert_eq!(session.counts().0, 0, "nobody is asked about what is no address");
}

#[tokio::test]
async fn every_capability_is_explained() {
    let session = in_world("healthy-address", &["server-status"]).await;
    let offered = found(&session, "server-status.capability");
    assert!(offered.len() >= 4);
    assert!(offered.iter().all(|f| !f.args["means"].is_empty()), "{offered:?}");
}

#[tokio::test]
async fn a_server_that_takes_the_call_and_keeps_silent_could_not_be_told() {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, "healthy-address").expect("a world");
    file.case.timeout_secs = 1;
    let silent = r#"on = ["connect"]
then = "silence""#;
    for host in file.hosts.iter_mut().filter(|h| h.name == "mx1.example.org") {
        host.rules.insert(0, toml::from_str(silent).expect("a rule"));
    }
    let session = steps(&guide, &file, &["recipient", "connectivity", "server-status"]).await;
    assert_eq!(found(&session, "server-status.greeting.silent").len(), 1);
    let status = |id: &str| session.walk().state_of(&StepId::new(id));
    assert_eq!(status("server-status"), StepState::Done(StepStatus::Unknown));
    assert_eq!(status("recipient"), StepState::Done(StepStatus::Unknown));
    assert_eq!(session.walk().verdict(), Some(Verdict::Inconclusive));
}

#[tokio::test]
async fn settings_that_meet_silence_could_not_be_told() {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, "healthy-submission").expect("a world");
    file.case.timeout_secs = 1;
    for host in file.hosts.iter_mut().filter(|h| h.name == "mail.example.net") {
        let rule = "on = [\"connect\"]\nthen = \"silence\"";
        host.rules.insert(0, toml::from_str(rule).expect("a rule"));
    }
    let session = steps(&guide, &file, &["settings"]).await;
    assert_eq!(found(&session, "settings.silent").len(), 1);
    assert!(found(&session, "settings.as-entered.fails").is_empty());
    assert_eq!(session.walk().verdict(), Some(Verdict::Inconclusive));
}

#[tokio::test]
async fn nobody_is_told_to_call_less_often_by_a_server_that_goes_down() {
    let session = in_world("restarting", &["load"]).await;
    assert_eq!(found(&session, "load.still-down")[0].args["refused"], "6");
    assert_eq!(found(&session, "load.greeting-times")[0].args["chart"], "××××××");
    for pace in ["load.refusals", "load.greeting.refused"] {
        assert!(found(&session, pace).is_empty(), "{pace}");
    }
}

#[tokio::test]
async fn the_greetings_over_time_are_drawn_in_one_row() {
    let session = in_world("too-many-connections", &["load"]).await;
    let row = found(&session, "load.greeting-times");
    assert_eq!(row[0].args["chart"].chars().count(), 6);
    assert!(row[0].args["chart"].contains('×') && row[0].probe.is_some(), "{row:?}");
}

#[tokio::test]
async fn a_server_that_counts_calls_is_not_called_more_than_it_takes() {
    let session = in_world("too-many-connections", &["recipient", "load"]).await;
    assert_eq!(found(&session, "load.greeting-times")[0].args["chart"], "××");
}

#[tokio::test]
async fn nothing_is_said_of_a_server_in_whose_place_a_proxy_answers() {
    let session = in_world("proxy-that-talks", &["recipient"]).await;
    assert_eq!(found(&session, "firewall.proxy-for-all").len(), 1);
    assert!(found(&session, "recipient.rcpt.not-served").is_empty());
}
