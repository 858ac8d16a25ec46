//! Words that mean more than one thing: no more is said of them than can be known.

use heloise::diagnosis::{Ranked, diagnose};
use heloise::practice::WorldFile;
use heloise::reading::Certainty;
use heloise::run::Session;
use heloise::transcript::{Case, Consent, StepId, Verdict};

use crate::worlds::{guide, walked};

/// Those steps of a world whose hosts of that name have some rules more.
async fn with(world: &str, host: &str, rules: &[&str], steps: &[&str]) -> (Session, Option<Ranked>) {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, world).expect("a world");
    let near = WorldFile::by_id(&guide, "healthy-submission").expect("a world");
    if !file.hosts.iter().any(|h| h.name == host) {
        file.hosts.extend(near.hosts.iter().filter(|h| h.name == host).cloned());
    }
    let mut met = false;
    for host in file.hosts.iter_mut().filter(|h| h.name == host) {
        met = true;
        for rule in rules.iter().rev() {
            host.rules.insert(0, toml::from_str(rule).expect("a rule"));
        }
    }
    assert!(met, "{host} is in {world}");
    let steps = steps.iter().map(|s| StepId::new(*s)).collect();
    let session = walked(&guide, &file, file.case.clone(), Consent::ALL.into_iter().collect(), steps).await;
    let top = diagnose(session.guide(), session.walk().transcript()).causes.into_iter().next();
    (session, top)
}

fn has(session: &Session, id: &str) -> bool {
    session.walk().transcript().findings().any(|(_, f)| f.id == id)
}

fn what(top: Option<&Ranked>) -> (Option<&str>, Option<&str>, Option<Certainty>) {
    (top.map(|t| t.cause.as_str()), top.and_then(|t| t.kind.as_deref()), top.map(|t| t.certainty))
}

#[tokio::test]
async fn a_login_that_is_refused_without_a_reason_is_likely_wrong_and_no_more() {
    let refuse = |text: &str| format!("on = [\"auth\"]\nreply = [\"{text}\"]");
    let silent = refuse("535 5.7.8 Error: authentication failed: (reason unavailable)");
    let (_, top) = with("healthy-submission", "mail.example.net", &[&silent], &["authentication"]).await;
    assert_eq!(what(top.as_ref()), (Some("authentication"), Some("bad-credentials"), Some(Certainty::Likely)));
    let told = refuse("535 5.7.8 Error: authentication failed: wrong password");
    let (_, top) = with("healthy-submission", "mail.example.net", &[&told], &["authentication"]).await;
    assert_eq!(what(top.as_ref()), (Some("authentication"), Some("bad-credentials"), Some(Certainty::Confirmed)));
}

#[tokio::test]
async fn to_send_as_the_login_is_no_advice_where_the_login_was_refused_as_a_sender() {
    let at = |stage: &str| {
        format!(
            "on = [\"{stage}\"]\nlogin = true\nreply = [\"553 5.7.1 <{{sender}}>: Sender address rejected: not owned by user {{user}}\"]"
        )
    };
    for world in ["healthy-submission", "sender-not-yours"] {
        for stage in ["mail", "rcpt"] {
            let (session, top) = with(world, "mail.example.net", &[&at(stage)], &["authentication"]).await;
            assert!(has(&session, "authentication.sender.own-refused"), "{world} {stage}");
            assert_eq!(what(top.as_ref()).1, Some("sender-not-allowed"), "{world} {stage}");
            let fix = top.map(|t| t.fix).unwrap_or_default();
            assert!(fix.iter().all(|f| !f.plain.contains("belongs to the login")), "{world} {stage} {fix:?}");
        }
    }
    // Another's words are no verdict on the sender.
    let listed = "on = [\"mail\"]\nlogin = true\nreply = [\"554 5.7.1 Service unavailable; Client host [198.51.100.7] blocked using zen.spamhaus.org\"]";
    let (session, _) = with("healthy-submission", "mail.example.net", &[listed], &["authentication"]).await;
    assert!(!has(&session, "authentication.sender.own-refused"));
}

#[tokio::test]
async fn a_name_at_opensmtpd_is_told_from_a_domain_it_does_not_serve() {
    for (world, found, kind) in [
        ("invalid-recipient", "recipient.rcpt.not-their-server", "relay-denied"),
        ("invalid-name", "recipient.rcpt.domain-served", "no-such-user"),
    ] {
        let host = if kind == "relay-denied" { "mail.example.net" } else { "mx1.example.org" };
        let (session, top) = with(world, host, &[], &["recipient"]).await;
        assert!(has(&session, found), "{world}");
        assert_eq!(what(top.as_ref()).1, Some(kind), "{world}");
    }
}

#[tokio::test]
async fn whoever_leaves_one_net_alone_and_takes_the_calls_to_another_answers_for_all() {
    let (session, top) = with("proxy-for-most", "gateway.example", &[], &["connectivity"]).await;
    assert!(has(&session, "firewall.proxy-for-all"));
    assert_eq!(what(top.as_ref()).0, Some("firewall"));
}

#[tokio::test]
async fn a_greeting_without_a_reason_has_a_likely_one() {
    let greeting = |text: &str| format!("on = [\"connect\"]\nreply = [\"{text}\"]\nthen = \"close\"");
    for (text, cause, kind) in [
        ("554 Come not here", "blocklist", Some("reputation")),
        ("554 No.", "blocklist", Some("reputation")),
        ("421 {name} Service unavailable", "overload", Some("server-overloaded")),
        ("421 4.7.1 Service unavailable - try again later", "overload", Some("server-overloaded")),
    ] {
        let (_, top) = with("restarting", "mx1.example.org", &[&greeting(text)], &["server-status"]).await;
        assert_eq!((what(top.as_ref()).0, what(top.as_ref()).1), (Some(cause), kind), "{text}");
        assert!(top.is_some_and(|t| t.certainty < Certainty::Confirmed), "{text}");
    }
}

#[tokio::test]
async fn a_server_that_takes_its_time_for_each_answer_is_named_where_time_was_up() {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, "healthy-address").expect("a world");
    let slow = "on = [\"mail\", \"rcpt\", \"rset\", \"noop\"]\nreply = [\"250 Ok\"]\ndelay_ms = 2000";
    for host in file.hosts.iter_mut().filter(|h| h.name == "mx1.example.org") {
        host.rules.insert(0, toml::from_str(slow).expect("a rule"));
    }
    let case = Case { deadline_secs: 12, ..file.case.clone() };
    let steps = ["recipient", "server-status", "connectivity"].map(StepId::new).to_vec();
    let session = walked(&guide, &file, case, Consent::ALL.into_iter().collect(), steps).await;
    assert!(has(&session, "connectivity.answers-slowly"));
    let found = diagnose(session.guide(), session.walk().transcript());
    assert_eq!(found.verdict, Verdict::Inconclusive);
    assert_eq!(what(found.causes.first()), (Some("network"), Some("timeout"), Some(Certainty::Possible)));
}

#[tokio::test]
async fn a_talk_that_is_cut_on_every_way_is_a_lost_connection_and_no_riddle() {
    let cut = "on = [\"ehlo\", \"helo\"]\ntls = true\nthen = \"close\"";
    let (session, top) = with("healthy-submission", "mail.example.net", &[cut], &["settings"]).await;
    assert!(has(&session, "settings.cut") && !has(&session, "settings.no-session"));
    assert_eq!(what(top.as_ref()).0, Some("network"));
}

#[tokio::test]
async fn a_no_at_the_door_of_one_server_is_its_own_where_another_takes_the_same_mail() {
    let (session, top) = with("mx-one-refuses", "mx1.example.org", &[], &["recipient", "server-status"]).await;
    assert!(has(&session, "server-status.one-refuses") && !has(&session, "server-status.greeting.refused"));
    assert_eq!(what(top.as_ref()), (Some("server-config"), None, Some(Certainty::Confirmed)));
    // Words that name a reason are about that, and no fault of the server.
    let why =
        "on = [\"connect\"]\nreply = [\"554 5.7.1 [198.51.100.7] blocked using zen.spamhaus.org\"]\nthen = \"close\"";
    let (session, _) = with("mx-one-refuses", "mx1.example.org", &[why], &["recipient"]).await;
    assert!(!has(&session, "recipient.rcpt.one-refuses"));
    // Where none is well it is what keeps mail back.
    let no = "on = [\"connect\"]\nreply = [\"554 {name}: no\"]\nthen = \"close\"";
    let (session, top) = with("mx-one-refuses", "mx2.example.org", &[no], &["recipient", "server-status"]).await;
    assert!(has(&session, "server-status.greeting.refused") && !has(&session, "server-status.one-refuses"));
    assert_eq!(what(top.as_ref()).0, Some("blocklist"));
}

#[tokio::test]
async fn a_line_that_is_cut_in_the_middle_is_not_called_cut_before_a_word() {
    let cut = "on = [\"ehlo\", \"helo\"]\nthen = \"close\"";
    let (session, _) = with(
        "hangs-up",
        "mx1.example.org",
        &[cut, "on = [\"connect\"]\nreply = [\"220 {name} ESMTP\"]"],
        &["connectivity"],
    )
    .await;
    assert!(has(&session, "connectivity.all-cut-later") && !has(&session, "connectivity.all-cut"));
}
