//! The ways that the shipped branches lead, proved on the data alone: what each step brings is made up, the branches are real.

use std::collections::BTreeMap;

use super::files::embedded_files;
use super::{Field, Goto, Guide, Step, When, code_fits};
use crate::transcript::StepId;

/// What a step brings: replies as (code, stage, cause, kind), findings, status, and the diagnosis from then on.
#[derive(Clone, Default)]
struct Brought {
    replies: Vec<(u16, &'static str, &'static str, &'static str)>,
    findings: Vec<&'static str>,
    status: &'static str,
    top: Option<(&'static str, &'static str, &'static str)>,
}

fn found(findings: &[&'static str]) -> Brought {
    Brought { findings: findings.to_vec(), status: "pass", ..Brought::default() }
}

fn said(code: u16, stage: &'static str, cause: &'static str, kind: &'static str) -> Brought {
    Brought { replies: vec![(code, stage, cause, kind)], status: "fail", ..Brought::default() }
}

impl Brought {
    fn status(mut self, status: &'static str) -> Self {
        self.status = status;
        self
    }

    /// The cause ranked first from here on: cause, kind, certainty.
    fn top(mut self, cause: &'static str, kind: &'static str, certainty: &'static str) -> Self {
        self.top = Some((cause, kind, certainty));
        self
    }
}

type Scene = BTreeMap<&'static str, Brought>;

fn guide() -> Guide {
    let mut files = embedded_files();
    files.retain(|name, _| name.starts_with("guide/steps/") || name == "guide/causes.toml");
    Guide::from_files(files).expect("the steps and causes load")
}

/// The steps walked from this one to the conclusion. A step that the scene does not name passes and says nothing.
fn path(guide: &Guide, start: &str, scene: &Scene, given: &[Field]) -> Vec<String> {
    let mut path = vec![start.to_owned()];
    let mut top = None;
    // Who begins with an error has one.
    let error = (start == "error-message").then_some(Field::Error);
    let given: Vec<Field> = given.iter().copied().chain(error).collect();
    loop {
        let step = guide.step(&StepId::new(path[path.len() - 1].as_str())).expect("a step");
        let brought = scene.get(step.id.as_str()).cloned().unwrap_or_else(|| found(&[]));
        top = brought.top.or(top);
        match next(guide, step, &path, &|when| holds(when, &brought, top, &given)) {
            Some(to) => path.push(to),
            None => return path,
        }
    }
}

fn next(guide: &Guide, step: &Step, path: &[String], holds: &dyn Fn(&When) -> bool) -> Option<String> {
    let visited = |id: &StepId| path.iter().any(|p| *id == p.as_str());
    for branch in &step.branches {
        if matches!(&branch.to, Goto::Step(to) if visited(to)) || !holds(&branch.when) {
            continue;
        }
        return match &branch.to {
            Goto::Conclude => None,
            Goto::Step(to) => Some(to.to_string()),
            Goto::Next => guide.steps().iter().map(|s| &s.id).find(|id| !visited(id)).map(ToString::to_string),
        };
    }
    panic!("step {} is a dead end", step.id)
}

fn holds(when: &When, brought: &Brought, top: Option<(&str, &str, &str)>, given: &[Field]) -> bool {
    let any = |list: &[String], is: &dyn Fn(&str) -> bool| list.is_empty() || list.iter().any(|w| is(w));
    let rank = |word: &str| ["possible", "likely", "confirmed"].iter().position(|c| *c == word);
    let stage = |s: &str| when.stage.is_empty() || when.stage.iter().any(|w| w.as_str() == s);
    any(&when.status.iter().map(|s| s.as_str().to_owned()).collect::<Vec<_>>(), &|s| s == brought.status)
        && when.given.iter().all(|f| given.contains(f))
        && !when.lacking.iter().any(|f| given.contains(f))
        && when.text.is_none()
        && when.allowed.is_empty()
        && any(&when.finding, &|f| brought.findings.contains(&f))
        && (!when.asks_reply()
            || brought.replies.iter().any(|(code, at, cause, kind)| {
                any(&when.code, &|c| code_fits(c, *code))
                    && stage(at)
                    && any(&when.cause, &|c| c == *cause)
                    && any(&when.kind, &|k| k == *kind)
            }))
        && when.diagnosis.as_deref().is_none_or(|d| top.is_some_and(|(_, _, c)| rank(c) >= rank(d)))
        && (when.suspect.is_empty()
            || top.is_some_and(|(cause, kind, _)| when.suspect.iter().any(|s| s == cause || s == kind)))
}

/// Walks and compares, in one line.
#[track_caller]
fn leads(start: &str, scene: impl IntoIterator<Item = (&'static str, Brought)>, expected: &str) {
    let scene: Scene = scene.into_iter().collect();
    assert_eq!(path(&guide(), start, &scene, &[Field::From, Field::To, Field::SendingDomain]).join(" "), expected);
}

/// A pasted reply that reads so, with a likely diagnosis.
fn pasted(
    code: u16,
    stage: &'static str,
    cause: &'static str,
    kind: &'static str,
    certainty: &'static str,
) -> (&'static str, Brought) {
    ("error-message", said(code, stage, cause, kind).top(cause, kind, certainty))
}

#[test]
fn a_healthy_address_is_walked_in_five_steps() {
    let scene = [
        ("recipient", found(&["recipient.rcpt.control-refused"])),
        ("connectivity", found(&["connectivity.all-open"])),
        ("server-status", found(&["server-status.greeting.ok"])),
        ("dns", found(&["dns.mx.ok"])),
        ("blocklists", found(&["blocklists.ip.clean"])),
    ];
    leads("recipient", scene, "recipient connectivity server-status dns blocklists");
}

#[test]
fn healthy_settings_are_walked_in_two_steps() {
    let scene =
        [("settings", found(&["settings.as-entered.works"])), ("authentication", found(&["authentication.login.ok"]))];
    leads("settings", scene, "settings authentication");
}

#[test]
fn a_healthy_server_of_ones_own_is_walked_in_five_steps() {
    let scene = [
        ("connectivity", found(&["connectivity.all-open"])),
        ("recipient", found(&["recipient.rcpt.control-refused"])),
    ];
    leads("connectivity", scene, "connectivity server-status recipient dns blocklists");
}

#[test]
fn code_501_goes_by_what_could_not_be_read() {
    let helo = pasted(501, "ehlo", "server-config", "helo-rejected", "likely");
    let dns = found(&["dns.helo.unresolved"]).status("fail");
    leads("error-message", [helo, ("dns", dns)], "error-message dns");
    let address = pasted(501, "rcpt", "server-config", "syntax", "likely");
    let recipient = found(&["recipient.syntax.bad"]).status("fail");
    leads("error-message", [address, ("recipient", recipient)], "error-message recipient");
}

#[test]
fn code_550_at_rcpt_asks_about_the_address() {
    let error = pasted(550, "rcpt", "address", "no-such-user", "likely");
    let refused = said(550, "rcpt", "address", "no-such-user").top("address", "no-such-user", "confirmed");
    leads("error-message", [error, ("recipient", refused)], "error-message recipient");
}

#[test]
fn code_550_after_the_message_goes_to_the_records() {
    let error = pasted(550, "message", "dns", "dmarc-reject", "likely");
    let dns = found(&["dns.spf.fail"]).status("fail").top("dns", "dmarc-reject", "confirmed");
    leads("error-message", [error, ("dns", dns)], "error-message dns");
}

#[test]
fn code_554_goes_to_the_lists_and_to_those_who_remove() {
    let error = pasted(554, "rcpt", "blocklist", "ip-listed", "likely");
    let listed = found(&["blocklists.ip.listed"]).status("fail").top("blocklist", "ip-listed", "confirmed");
    leads("error-message", [error, ("blocklists", listed)], "error-message blocklists provider");
}

#[test]
fn code_554_for_relaying_goes_to_settings_and_login() {
    let error = pasted(554, "rcpt", "server-config", "relay-denied", "likely");
    let works = found(&["settings.as-entered.works"]);
    let login = found(&["authentication.login.ok"]);
    leads(
        "error-message",
        [error, ("settings", works), ("authentication", login)],
        "error-message settings authentication",
    );
}

#[test]
fn code_421_goes_to_the_load() {
    let door = pasted(421, "greeting", "overload", "connection-limit", "likely");
    let now = said(421, "greeting", "overload", "connection-limit");
    leads("error-message", [door, ("server-status", now)], "error-message server-status load");
    leads("error-message", [pasted(421, "mail", "overload", "rate-limit", "likely")], "error-message load");
    let overloaded = pasted(421, "greeting", "overload", "server-overloaded", "likely");
    let still = said(421, "greeting", "overload", "server-overloaded");
    let load = found(&["load.refusals"]).status("fail");
    let scene = [overloaded, ("server-status", still), ("load", load)];
    leads("error-message", scene, "error-message server-status load provider");
}

#[test]
fn code_451_goes_to_the_server_and_then_the_address() {
    let error = pasted(451, "rcpt", "unclear", "", "possible");
    let still = said(451, "rcpt", "unclear", "");
    leads(
        "error-message",
        [error, ("recipient", still.clone())],
        "error-message server-status recipient load provider escalate",
    );
    let sick = pasted(451, "rcpt", "overload", "server-overloaded", "likely");
    let sick_still = said(451, "rcpt", "overload", "server-overloaded");
    leads("error-message", [sick, ("recipient", sick_still)], "error-message server-status recipient provider");
    let greylisted = pasted(451, "rcpt", "spam-filter", "greylisting", "likely");
    let again = said(451, "rcpt", "spam-filter", "greylisting");
    leads("error-message", [greylisted, ("recipient", again)], "error-message recipient");
}

#[test]
fn code_503_goes_to_the_settings() {
    let error = pasted(503, "mail", "server-config", "command-sequence", "likely");
    let wrong = found(&["settings.as-entered.fails", "settings.wrong-security"]).status("fail");
    leads("error-message", [error, ("settings", wrong)], "error-message settings");
}

#[test]
fn code_502_goes_to_the_server_and_the_firewall() {
    let error = pasted(502, "ehlo", "server-config", "command-not-implemented", "likely");
    let masked = found(&["firewall.keywords-masked"]).status("fail").top("firewall", "banner-masked", "confirmed");
    leads("error-message", [error, ("firewall", masked)], "error-message server-status firewall provider");
}

#[test]
fn a_blocked_port_is_proved_on_the_way_from_the_address() {
    let scene = [
        ("recipient", found(&["recipient.rcpt.unreachable"]).status("unknown")),
        ("connectivity", found(&["connectivity.tcp.filtered", "connectivity.all-failed"]).status("fail")),
        ("firewall", found(&["firewall.port25.blocked"]).status("fail").top("firewall", "port-blocked", "confirmed")),
    ];
    leads("recipient", scene, "recipient connectivity firewall provider");
}

#[test]
fn a_refused_login_ends_at_the_login() {
    let scene = [
        ("settings", found(&["settings.as-entered.works"])),
        ("authentication", said(535, "auth", "authentication", "bad-credentials")),
    ];
    leads("settings", scene, "settings authentication");
}

#[test]
fn a_server_without_a_login_is_asked_to_relay() {
    let scene = [
        ("settings", found(&["settings.as-entered.works"])),
        ("authentication", found(&["authentication.none-given"])),
        (
            "recipient",
            said(554, "rcpt", "server-config", "relay-denied").top("server-config", "relay-denied", "confirmed"),
        ),
    ];
    leads("settings", scene, "settings authentication recipient");
}

#[test]
fn a_filter_is_looked_at_from_three_sides() {
    let error = pasted(550, "message", "spam-filter", "spam-content", "likely");
    leads("error-message", [error], "error-message content blocklists dns provider");
    let early = pasted(550, "rcpt", "spam-filter", "policy", "likely");
    leads("error-message", [early], "error-message blocklists dns provider");
}

/// Everything that a user may give.
const GIVEN: [Field; 7] =
    [Field::From, Field::To, Field::Server, Field::User, Field::Message, Field::Ip, Field::SendingDomain];

/// Every step finds its part in order.
const ALL_WELL: [(&str, &str); 10] = [
    ("recipient", "recipient.rcpt.accepted"),
    ("content", "content.ok"),
    ("settings", "settings.as-entered.works"),
    ("connectivity", "connectivity.all-open"),
    ("server-status", "server-status.greeting.ok"),
    ("firewall", "firewall.none-seen"),
    ("authentication", "authentication.login.ok"),
    ("dns", "dns.mx.ok"),
    ("blocklists", "blocklists.ip.clean"),
    ("load", "load.steady"),
];

/// Every step has nothing to look at.
const NOTHING: [(&str, &str); 10] = [
    ("recipient", "recipient.none-given"),
    ("content", "content.none-given"),
    ("settings", "settings.none-given"),
    ("connectivity", "connectivity.no-target"),
    ("server-status", "server-status.no-target"),
    ("firewall", "firewall.no-target"),
    ("authentication", "authentication.none-given"),
    ("dns", "dns.no-domain"),
    ("blocklists", "blocklists.no-address"),
    ("load", "load.no-target"),
];

/// Every stage, code class and kind that a pasted reply can have: each leads to a diagnosis soon, whether the user has more to
/// give or nothing at all.
#[test]
fn any_pasted_reply_leads_to_a_diagnosis_within_seven_steps() {
    let guide = guide();
    let kinds: Vec<(String, String)> = guide
        .causes()
        .iter()
        .filter(|c| !["healthy", "not-a-bounce"].contains(&c.id.as_str()))
        .flat_map(|c| c.kinds.iter().map(|k| k.id.clone()).chain([String::new()]).map(|k| (c.id.clone(), k)))
        .collect();
    let mut ways = std::collections::BTreeSet::new();
    for (cause, kind) in &kinds {
        let (cause, kind): (&'static str, &'static str) = (cause.clone().leak(), kind.clone().leak());
        for code in [0, 421, 450, 451, 452, 454, 500, 501, 502, 503, 504, 530, 535, 550, 552, 553, 554] {
            for stage in ["", "greeting", "ehlo", "auth", "mail", "rcpt", "data", "message"] {
                for certainty in ["possible", "likely"] {
                    for (given, status, fields) in [(&ALL_WELL[..], "pass", &GIVEN[..]), (&NOTHING[..], "skipped", &[])]
                    {
                        let others = given.iter().map(|(step, id)| (*step, found(&[id]).status(status)));
                        let scene: Scene = others.chain([pasted(code, stage, cause, kind, certainty)]).collect();
                        let way = path(&guide, "error-message", &scene, fields).join(" ");
                        let steps = way.split(' ').count();
                        assert!(steps <= 7, "{code} at {stage}, {cause} {kind}, {certainty}, {status}: {way}");
                        ways.insert(way);
                    }
                }
            }
        }
    }
    assert!(ways.len() > 30, "the branches should lead different ways: {ways:#?}");
}
