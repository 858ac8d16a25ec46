//! Every format, over one transcript that a hostile server took part in.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::guide::Guide;
use crate::transcript::{
    BreakFact, BreakKind, Case, ConnectFact, ConnectOutcome, Consent, Entry, EvidenceId, Fact, Finding, Mode, Reply,
    Role, RunId, Stage, StepId, StepStatus, Transcript, Verdict,
};

/// What a server may say to whoever shows it: escapes, markup, label ends.
const HOSTILE: &str = "no \u{1b}[2J<script>alert(1)</script> [x](javascript:0) | a=1 \"} \\";

fn guide() -> Guide {
    Guide::embedded()
}

fn reply(role: Role, code: u16, text: &str) -> Reply {
    Reply {
        server: "mx1.example.org".to_owned(),
        address: Some("192.0.2.25:25".parse().unwrap()),
        stage: Some(Stage::Rcpt),
        code,
        enhanced: Some("5.1.1".parse().unwrap()),
        text: vec![text.to_owned()],
        rtt_ms: 31,
        tls: true,
        role,
    }
}

fn transcript() -> Transcript {
    let run = RunId(0);
    let step = StepId::new("recipient");
    let case = Case {
        from: Some("alice@example.net".to_owned()),
        to: vec!["bob@example.org".to_owned()],
        error: Some("AUTH PLAIN AGFsaWNlAGh1bnRlcjI=".to_owned()),
        ..Case::new()
    };
    let connect = ConnectFact {
        server: "mx1.example.org".to_owned(),
        address: "192.0.2.25:25".parse().unwrap(),
        local: Some("198.51.100.7:40000".parse().unwrap()),
        outcome: ConnectOutcome::Open,
        reason: None,
        icmp: None,
        ms: 30,
    };
    let broken = BreakFact {
        server: "mx2.example.org".to_owned(),
        address: "192.0.2.26:25".parse().unwrap(),
        stage: Stage::Greeting,
        kind: BreakKind::Timeout,
        detail: None,
        ms: 10_000,
        role: Role::Case,
    };
    let went = |to: Option<&StepId>| Fact::Went {
        from: None,
        to: to.cloned(),
        rule: "start/address".to_owned(),
        because: "mail does not reach this address".to_owned(),
    };
    let refused = Finding::new("recipient.rcpt.refused").arg("text", HOSTILE).arg("server", "mx1.example.org");
    let facts = vec![
        Fact::Began { version: "0.1.0".to_owned(), unix_ms: 1_795_538_405_123, mode: Mode::Guided },
        Fact::Entered { case: Box::new(case) },
        Fact::Consented { what: Consent::Connect, granted: true },
        Fact::Consented { what: Consent::Rcpt, granted: false },
        went(Some(&step)),
        Fact::Started { run, step: step.clone(), check: "recipient".to_owned() },
        Fact::Connect { run, connect },
        Fact::Received { run, reply: reply(Role::Case, 550, HOSTILE) },
        Fact::Received { run, reply: reply(Role::Control, 551, "another") },
        Fact::Broke { run, broken },
        Fact::Found { run, finding: refused.shown_by(EvidenceId(7)) },
        Fact::Found { run, finding: Finding::new("nobody.worded.this").arg("x", HOSTILE) },
        Fact::Ended { run },
        Fact::StepEnded { step, status: StepStatus::Fail },
        went(None),
        Fact::Concluded { verdict: Verdict::FaultFound },
    ];
    facts.into_iter().enumerate().map(|(i, fact)| Entry { at: i as u64 * 10, fact }).collect()
}

#[test]
fn json_has_what_the_contract_says() {
    let json = json(&guide(), &transcript());
    assert_eq!(json["schema"], "heloise.report/1");
    assert_eq!(json["started"], "2026-11-24T16:40:05.123Z");
    assert_eq!(json["elapsed_ms"], 150);
    assert_eq!(json["verdict"], "fault-found");
    assert_eq!(json["case"]["to"][0], "bob@example.org");
    assert_eq!(json["consents"], serde_json::json!(["connect"]));
    let top = &json["diagnosis"][0];
    assert_eq!((&top["cause"], &top["kind"]), (&"address".into(), &"no-such-user".into()));
    for field in ["certainty", "score", "headline", "because", "against", "fix", "who", "step"] {
        assert!(!top[field].is_null(), "{field}");
    }
    assert_eq!(json["path"].as_array().unwrap().len(), 1);
    assert_eq!(json["path"][0]["step"], "recipient");
    let steps = json["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 13);
    assert_eq!((&steps[0]["status"], &steps[0]["number"]), (&"fail".into(), &1.into()));
    assert_eq!(steps[1]["status"], "skipped");
    let finding = &steps[0]["findings"][0];
    assert_eq!((&finding["id"], &finding["severity"]), (&"recipient.rcpt.refused".into(), &"fail".into()));
    assert_eq!(finding["evidence"], serde_json::json!(["e7"]));
    let said = &json["replies"][0];
    assert_eq!(
        (&said["id"], &said["address"], &said["stage"], &said["code"], &said["enhanced"]),
        (&"e7".into(), &"192.0.2.25:25".into(), &"rcpt".into(), &550.into(), &"5.1.1".into())
    );
}

#[test]
fn every_piece_of_evidence_that_is_named_is_there_and_of_a_known_sort() {
    let json = json(&guide(), &transcript());
    let kinds = ["dns", "tcp", "tls", "reply", "transcript", "message", "host", "http"];
    let all = json["evidence"].as_array().unwrap();
    assert!(all.iter().all(|e| kinds.contains(&e["kind"].as_str().unwrap())));
    let ids: BTreeSet<_> = all.iter().map(|e| e["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), all.len());
    let mut named = Vec::new();
    collect(&json["diagnosis"], &mut named);
    collect(&json["steps"], &mut named);
    assert!(!named.is_empty());
    assert!(named.iter().all(|id| ids.contains(id.as_str())), "{named:?} {ids:?}");
    let broke = all.iter().find(|e| e["event"] == "broke").unwrap();
    assert_eq!(broke["how"], "timeout");
}

/// The strings in all fields called `evidence`.
fn collect(value: &Value, ids: &mut Vec<String>) {
    match value {
        Value::Array(all) => all.iter().for_each(|v| collect(v, ids)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value) {
                    ("evidence", Value::Array(all)) => {
                        ids.extend(all.iter().filter_map(|v| v.as_str().map(str::to_owned)));
                    }
                    _ => collect(value, ids),
                }
            }
        }
        _ => {}
    }
}

#[test]
fn only_the_last_run_of_a_check_counts() {
    let mut transcript = transcript();
    let (run, step) = (RunId(1), StepId::new("recipient"));
    for fact in [
        Fact::Started { run, step: step.clone(), check: "recipient".to_owned() },
        Fact::Found { run, finding: Finding::new("recipient.syntax.ok") },
        Fact::Ended { run },
        Fact::StepEnded { step, status: StepStatus::Pass },
    ] {
        transcript.push(Entry { at: 1000, fact });
    }
    let json = json(&guide(), &transcript);
    let findings = json["steps"][0]["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!((&findings[0]["id"], &json["steps"][0]["status"]), (&"recipient.syntax.ok".into(), &"pass".into()));
}

#[test]
fn every_event_is_a_line_and_the_report_is_the_last() {
    let transcript = transcript();
    let guide = guide();
    for (id, entry) in transcript.numbered() {
        let line = event(id, entry);
        assert!(!line.contains('\n'));
        let event: Value = serde_json::from_str(&line).unwrap();
        assert!(event["event"].is_string() && event["id"] == id.to_string());
        if event["event"] == "found" && event["finding"] == "recipient.rcpt.refused" {
            assert_eq!(event["evidence"], serde_json::json!(["e7"]));
        }
    }
    let line = report(&guide, &transcript).line();
    let last: Value = serde_json::from_str(&line).unwrap();
    assert!(!line.contains('\n'));
    assert_eq!((&last["event"], &last["schema"]), (&"report".into(), &"heloise.report/1".into()));
}

#[test]
fn no_format_shows_a_control_character_or_a_secret() {
    let (guide, transcript) = (guide(), transcript());
    let whole = report(&guide, &transcript);
    for text in [
        text(&guide, &transcript, false),
        markdown(&guide, &transcript),
        html(&guide, &transcript),
        nagios(&guide, &transcript).0,
        prometheus(&guide, &transcript),
        ticket(&guide, &transcript, 1_795_538_405_123),
        whole.pretty(),
        whole.line(),
    ] {
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text}");
        assert!(!text.contains("AGFsaWNl"), "{text}");
        assert!(!text.contains("{server}") && !text.contains("{text}"), "{text}");
    }
}

#[test]
fn text_says_first_what_is_wrong_and_fits_a_screen() {
    let text = text(&guide(), &transcript(), false);
    let first = text.lines().next().unwrap();
    assert!(first.contains("bob@example.org") || first.contains("address"), "{first}");
    for part in ["Whose move", "Waiting", "Against", "What was looked at", "550 5.1.1"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.lines().all(|l| unicode_width::UnicodeWidthStr::width(l) <= 80), "{text}");
}

#[test]
fn text_is_in_the_words_of_who_reads_it() {
    let (plain, admin) = (text(&guide(), &transcript(), false), text(&guide(), &transcript(), true));
    let view = View::of(&guide(), &transcript());
    let words = &view.diagnosis.causes[0].headline;
    assert_ne!(words.plain, words.admin);
    let joined = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    // How sure that is stands in the first line's corner.
    let begins = |text: &str, words: &str| joined(text).starts_with(&joined(words)[..30]);
    assert!(begins(&plain, &words.plain) && !begins(&plain, &words.admin), "{plain}\n{words:?}");
    assert!(begins(&admin, &words.admin) && !begins(&admin, &words.plain), "{admin}\n{words:?}");
}

#[test]
fn of_many_things_that_could_not_be_told_alike_a_few_are_said_and_the_rest_is_counted() {
    let (run, step) = (RunId(0), StepId::new("blocklists"));
    let went = |to: &StepId| Fact::Went {
        from: None,
        to: Some(to.clone()),
        rule: "test".to_owned(),
        because: "a test".to_owned(),
    };
    let mut facts = vec![went(&step), Fact::Started { run, step: step.clone(), check: "blocklists".to_owned() }];
    facts.extend((0..20).map(|n| {
        let finding =
            Finding::new("blocklists.unknown").arg("list", format!("list {n}")).arg("why", "no answer in time");
        Fact::Found { run, finding }
    }));
    facts.extend([Fact::Ended { run }, Fact::StepEnded { step, status: StepStatus::Unknown }]);
    let transcript = facts.into_iter().map(|fact| Entry { at: 0, fact }).collect::<Transcript>();
    let text = text(&guide(), &transcript, false);
    for part in text.split("What was looked at") {
        assert_eq!(part.matches("could not be asked").count(), 4, "{text}");
        assert!(part.contains("And 16 more of the same."), "{text}");
    }
}

#[test]
fn a_page_has_no_script_and_fetches_nothing() {
    let page = html(&guide(), &transcript());
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
    assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("href="), "{page}");
    assert!(page.contains("&lt;script&gt;"));
}

#[test]
fn markdown_lets_nothing_from_outside_be_markup() {
    let text = markdown(&guide(), &transcript());
    let bare = text.replace("\\<", "").replace("\\[", "");
    assert!(!bare.contains("<script") && !bare.contains("[x") && text.contains("\\[x\\]("), "{text}");
    let rows = text.lines().filter(|l| l.starts_with('|'));
    assert!(rows.clone().count() > 13);
    let bars = |l: &str| l.replace("\\|", "").matches('|').count();
    assert!(rows.filter(|l| l.starts_with("| 1 ")).all(|l| bars(l) == 5), "{text}");
}

#[test]
fn a_monitor_gets_one_bar_and_its_light() {
    let (text, light) = nagios(&guide(), &transcript());
    assert_eq!(light, Light::Critical);
    let first = text.lines().next().unwrap();
    assert!(first.starts_with("SMTP CRITICAL - "), "{first}");
    assert_eq!(text.matches('|').count(), 1, "{text}");
    assert!(first.contains("|time=0.150s;;;0 passed=0 noted=0 failed=1"), "{first}");
}

#[test]
fn metrics_are_well_formed_and_unlike_each_other() {
    let text = prometheus(&guide(), &transcript());
    let sample = regex::Regex::new(r#"^[a-z_]+(\{([a-z_]+="([^"\\]|\\.)*",?)*\})? -?[0-9]+(\.[0-9]+)?$"#).unwrap();
    let mut seen = BTreeSet::new();
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        assert!(sample.is_match(line), "{line}");
        assert!(seen.insert(line.rsplit_once(' ').unwrap().0.to_owned()), "{line}");
    }
    assert!(text.contains("heloise_verdict{verdict=\"fault-found\"} 1"));
    assert!(text.contains("stage=\"rcpt\"} 550"));
}

#[test]
fn a_ticket_quotes_the_reply_with_time_and_address_and_asks_one_question() {
    let text = ticket(&guide(), &transcript(), 1_795_538_405_123);
    for part in [
        "Date: 2026-11-24 16:40:05 UTC",
        "mx1.example.org, at RCPT: 550 5.1.1 no",
        "seen 2026-11-24 16:40:05 UTC",
        "192.0.2.25:25",
        "Tested from",
        "198.51.100.7",
        "What we have tested",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let asked = text.split("What we ask").nth(1).unwrap();
    assert_eq!(asked.matches('?').count(), 1, "{asked}");
    assert!(!text.contains("another"), "a control probe is nobody else's business: {text}");
}

#[test]
fn a_ticket_says_nothing_twice_and_calls_a_later_no_refusal() {
    let mut entries: Vec<Entry> = transcript().entries().to_vec();
    for entry in &mut entries {
        match &mut entry.fact {
            Fact::Received { reply, .. } if reply.role == Role::Case => reply.code = 451,
            Fact::Connect { connect, .. } => {
                connect.outcome = ConnectOutcome::Refused;
                connect.reason = Some("Connection refused (os error 111)".to_owned());
            }
            _ => {}
        }
    }
    for at in [10, 6] {
        let again = entries[at].clone();
        entries.insert(at + 1, again);
    }
    let text = ticket(&guide(), &entries.into_iter().collect(), 0);
    assert!(text.contains("put off by mx1.example.org with 451") && text.contains("was put off."), "{text}");
    assert!(!text.contains("refused by") && !text.contains("this refusal"), "{text}");
    assert_eq!(text.matches("\nConnection ").count(), 1, "{text}");
    assert!(text.contains("[192.0.2.25] port 25: refused, 2026") && !text.contains("os error"), "{text}");
    assert_eq!(text.matches("mx1.example.org: RCPT").count(), 1, "{text}");
}

#[test]
fn an_empty_transcript_has_a_report_too() {
    let (guide, empty) = (guide(), Transcript::new());
    assert_eq!(json(&guide, &empty)["steps"].as_array().map(Vec::len), Some(13));
    for said in [text(&guide, &empty, false), markdown(&guide, &empty), html(&guide, &empty), ticket(&guide, &empty, 0)]
    {
        assert!(!said.is_empty());
    }
}

#[test]
fn who_signed_a_step_when_and_with_which_note_stands_in_every_report() {
    let mut entries: Vec<Entry> = transcript().entries().to_vec();
    let at = entries.last().map_or(0, |e| e.at);
    for (by, note) in [("", "looked twice"), ("jd", "")] {
        let fact = Fact::Signed { step: StepId::new("recipient"), by: by.to_owned(), note: note.to_owned() };
        entries.push(Entry { at: at + 1_000, fact });
    }
    let transcript: Transcript = entries.into_iter().collect();
    for text in [text(&guide(), &transcript, false), markdown(&guide(), &transcript), html(&guide(), &transcript)] {
        let line = text.lines().find(|l| l.contains("signed jd, 2026-")).unwrap_or_else(|| panic!("{text}"));
        assert!(line.contains(" UTC: looked twice"), "a note is kept when initials come: {line}");
    }
    let json = serde_json::to_value(report(&guide(), &transcript)).expect("JSON");
    let signed = json["steps"].as_array().expect("steps").iter().find_map(|s| s.get("signed")).expect("signed");
    assert_eq!((signed["by"].as_str(), signed["note"].as_str()), (Some("jd"), Some("looked twice")));
    assert!(signed["at"].as_str().is_some_and(|at| at.starts_with("2026-")), "{signed}");
}
