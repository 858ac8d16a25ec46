//! Step 5 at full depth: what a server says of itself, and what a "not now" rests on.

use std::collections::BTreeSet;

use heloise::practice::WorldFile;
use heloise::run::Session;
use heloise::transcript::{Case, Consent, Finding, StepId};

use crate::worlds::{guide, walked};

async fn status(world: &str, rules: &[&str]) -> Session {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, world).expect("a world");
    file.case = Case { timeout_secs: 5, ..file.case };
    for host in file.hosts.iter_mut().filter(|h| h.name == "mx1.example.org") {
        for rule in rules.iter().rev() {
            host.rules.insert(0, toml::from_str(rule).expect("a rule"));
        }
    }
    let consents = Consent::ALL.into_iter().collect();
    walked(&guide, &file, file.case.clone(), consents, vec![StepId::new("server-status")]).await
}

fn found<'a>(session: &'a Session, id: &str) -> Vec<&'a Finding> {
    session.walk().transcript().findings().map(|(_, f)| f).filter(|f| f.id == id).collect()
}

fn has(session: &Session, id: &str) -> bool {
    !found(session, id).is_empty()
}

#[tokio::test]
async fn a_second_call_that_is_welcome_says_that_it_passes() {
    let once = "on = [\"connect\"]\ntimes = 1\nreply = [\"421 4.7.0 {name} Error: too many connections from {ip}\"]\nthen = \"close\"";
    let session = status("healthy-address", &[once]).await;
    assert!(has(&session, "server-status.greeting.busy") && has(&session, "server-status.busy.limit"));
    assert!(has(&session, "server-status.busy.passing") && !has(&session, "server-status.busy.stays"));
    assert_eq!(found(&session, "server-status.busy.passing")[0].evidence.len(), 2, "the pair is the proof");
}

#[tokio::test]
async fn a_second_call_that_is_told_the_same_says_that_it_stays() {
    let session = status("restarting", &[]).await;
    assert!(has(&session, "server-status.busy.shutdown") && has(&session, "server-status.busy.stays"));
}

#[tokio::test]
async fn a_server_that_hangs_up_at_what_it_does_not_know_is_asked_no_more_than_mail_needs() {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, "healthy-address").expect("a world");
    let host = file.hosts.iter_mut().find(|h| h.name == "mx1.example.org").expect("the server");
    host.ehlo = vec!["8BITMIME".to_owned()];
    host.ehlo_tls = None;
    let unknown = "on = [\"noop\"]\nreply = [\"500 Expected MAIL FROM:<addr> or QUIT\"]\nthen = \"close\"";
    host.rules.insert(0, toml::from_str(unknown).expect("a rule"));
    let all = Consent::ALL.into_iter().collect();
    let session = walked(&guide, &file, file.case.clone(), all, vec![StepId::new("server-status")]).await;
    assert!(has(&session, "server-status.ehlo.ok"));
    assert!(!has(&session, "server-status.broke") && !has(&session, "server-status.noop"));
}

#[tokio::test]
async fn where_one_server_keeps_silent_and_another_is_well_that_is_a_note() {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, "mx-one-busy").expect("a world");
    file.case.timeout_secs = 1;
    let first = file.hosts.iter_mut().find(|h| h.name == "mx1.example.org").expect("the server");
    first.rules.insert(0, toml::from_str("on = [\"connect\"]\nthen = \"silence\"").expect("a rule"));
    let all = Consent::ALL.into_iter().collect();
    let session = walked(&guide, &file, file.case.clone(), all, vec![StepId::new("server-status")]).await;
    assert_eq!(found(&session, "server-status.one-silent")[0].args["server"], "mx1.example.org");
    assert!(!has(&session, "server-status.greeting.silent"));
}

#[tokio::test]
async fn nobody_is_called_again_where_another_server_is_well() {
    let session = status("mx-one-busy", &[]).await;
    assert!(has(&session, "server-status.busy.load") && has(&session, "server-status.busy.elsewhere-well"));
    assert!(!has(&session, "server-status.busy.stays"));
    assert_eq!(session.counts().0, 2, "one call each");
}

#[tokio::test]
async fn what_a_busy_server_says_is_told_apart_by_its_words() {
    for (words, id) in [
        ("421 Too many concurrent SMTP connections; please try again later", "server-status.busy.limit"),
        ("421 4.7.28 unusual rate of mail from your address", "server-status.busy.rate"),
        ("421 4.3.2 {name} system not accepting network messages", "server-status.busy.shutdown"),
        ("421 {name}: Too much load; please try again later", "server-status.busy.load"),
    ] {
        let busy = format!("on = [\"connect\"]\nreply = [\"{words}\"]\nthen = \"close\"");
        let session = status("healthy-address", &[&busy]).await;
        let of =
            |f: &&Finding| ["limit", "rate", "shutdown", "load"].iter().any(|w| f.id.ends_with(&format!("busy.{w}")));
        let said: Vec<&str> =
            session.walk().transcript().findings().map(|(_, f)| f).filter(of).map(|f| f.id.as_str()).collect();
        assert_eq!(said, [id], "{words}");
    }
}

#[tokio::test]
async fn a_greeting_that_is_held_back_is_no_flaw() {
    let session = status("greeting-held-back", &[]).await;
    let held = found(&session, "server-status.greeting.held-back");
    assert!(held[0].args["ms"].parse::<u32>().expect("a number") >= 3_200 && held[0].args.contains_key("next"));
    assert!(!has(&session, "server-status.greeting.slow"));
}

#[tokio::test]
async fn the_command_that_came_out_of_order_is_named_with_the_one_before_it() {
    let session = status("out-of-order", &[]).await;
    let order = found(&session, "server-status.out-of-order");
    assert_eq!((order[0].args["command"].as_str(), order[0].args["before"].as_str()), ("MAIL FROM", "EHLO"));
}

#[tokio::test]
async fn a_server_that_breaks_pipelining_is_found_out() {
    assert!(has(&status("healthy-address", &[]).await, "server-status.pipelining.ok"));
    let broken = "on = [\"noop\"]\nreply = [\"503 5.5.0 Error: one command at a time\"]";
    let session = status("healthy-address", &[broken]).await;
    assert!(has(&session, "server-status.pipelining.broken") && !has(&session, "server-status.pipelining.ok"));
    let falls_silent = "on = [\"noop\"]\nthen = \"close\"";
    assert!(has(&status("healthy-address", &[falls_silent]).await, "server-status.pipelining.broken"));
}

#[tokio::test]
async fn what_tls_changes_in_the_offer_is_shown() {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, "healthy-address").expect("a world");
    for host in file.hosts.iter_mut().filter(|h| h.name == "mx1.example.org") {
        host.ehlo = vec!["PIPELINING".to_owned(), "VRFY".to_owned()];
        host.ehlo_tls = Some(vec!["PIPELINING".to_owned(), "AUTH PLAIN".to_owned()]);
    }
    let consents: BTreeSet<Consent> = Consent::ALL.into_iter().collect();
    let steps = || vec![StepId::new("server-status")];
    let session = walked(&guide, &file, file.case.clone(), consents.clone(), steps()).await;
    let differ = found(&session, "server-status.caps.differ");
    assert_eq!((differ[0].args["added"].as_str(), differ[0].args["gone"].as_str()), ("AUTH", "VRFY"));
    for host in &mut file.hosts {
        host.ehlo = vec!["PIPELINING".to_owned()];
    }
    let session = walked(&guide, &file, file.case.clone(), consents, steps()).await;
    assert_eq!(found(&session, "server-status.caps.more")[0].args["added"], "AUTH");
    assert!(!has(&session, "server-status.caps.differ"), "nothing is gone, so nothing is said of it");
}

#[tokio::test]
async fn a_starttls_that_is_offered_and_refused_is_a_flaw() {
    let refused = "on = [\"starttls\"]\nreply = [\"454 4.7.0 TLS not available due to local problem\"]";
    assert!(has(&status("healthy-address", &[refused]).await, "server-status.starttls.refused"));
}

#[tokio::test]
async fn the_program_is_told_by_its_own_words() {
    let session = status("healthy-address", &[]).await;
    assert_eq!(found(&session, "server-status.software")[0].args["software"], "Postfix");
    let masked = "on = [\"connect\"]\nreply = [\"220 {name} ESMTP\"]";
    assert!(
        !has(&status("healthy-address", &[masked]).await, "server-status.software"),
        "nothing is guessed from nothing"
    );
}
