//! What is wrong in itself, though no server has refused for it; and refusals that name no reason.

use super::*;
use crate::transcript::Verdict;

const CAUSES: &str = r#"
[[cause]]
id = "spam-filter"
title = "Filter"
says = "A filter refuses."
headline = "A filter refuses."
who = "you"
waiting = "does not help"
fix = ["Ask."]
step = "provider"
source = "test"
[[cause.kind]]
id = "policy"
headline = "A rule forbids it."
who = "their-provider"
behind = ["no-ptr"]
fix = ["Ask."]
source = "test"
"#;

const FINDINGS: &str = r#"
[[finding]]
id = "dns.ptr.mismatch"
level = "warn"
says = "Its name leads elsewhere."
fix = ["Mend it."]
source = "test"
weighs = [{ cause = "dns", kind = "no-ptr", db = 8, proof = true, side = true, stands = true }]
[[finding]]
id = "dns.spf.open"
level = "warn"
says = "Anybody may send."
fix = ["Mend it."]
source = "test"
weighs = [{ cause = "dns", kind = "spf-fail", db = 8, proof = true, side = true, stands = true }]
"#;

const CODES: &str = r#"
[[phrase]]
id = "test-policy"
by = "test"
text = "prohibited"
cause = "spam-filter"
kind = "policy"
db = 18
source = "test"
sample = "prohibited"
[[phrase]]
id = "test-rule"
by = "test"
text = "rule 7 forbids"
cause = "spam-filter"
kind = "policy"
db = 30
source = "test"
sample = "rule 7 forbids"
"#;

fn looked(story: Story) -> Diagnosis {
    let files = [
        ("guide/causes.toml", super::CAUSES.to_owned() + CAUSES),
        ("guide/findings/all.toml", super::FINDINGS.to_owned() + FINDINGS),
        ("codes/test.toml", super::CODES.to_owned() + CODES),
    ];
    let guide = Guide::from_files(files.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()).unwrap();
    let transcript: Transcript = story.entries.into_iter().collect();
    diagnose(&guide, &transcript)
}

fn kinds(found: &Diagnosis) -> Vec<&str> {
    found.causes.iter().filter_map(|c| c.kind.as_deref()).collect()
}

#[test]
fn what_is_wrong_in_itself_is_a_fault_though_a_server_took_the_mail() {
    let found = looked(Story::new().live(250, "ok").found("dns.ptr.mismatch", &[]));
    assert_eq!((kinds(&found), found.verdict), (vec!["no-ptr"], Verdict::FaultFound));
}

#[test]
fn what_only_might_explain_a_refusal_is_none_where_a_server_took_the_mail() {
    let found = looked(Story::new().found("dns.mx.ok", &[]).live(250, "ok").found("dns.ptr.none", &[]));
    assert_eq!((found.causes[0].cause.as_str(), found.verdict), ("healthy", Verdict::NoFaultFound));
}

#[test]
fn a_refusal_without_a_reason_gives_way_to_what_such_refusals_are_about() {
    let found = looked(Story::new().live(550, "prohibited").found("dns.ptr.mismatch", &[]));
    assert_eq!(kinds(&found), ["no-ptr", "policy"]);
}

#[test]
fn it_gives_way_to_nothing_else() {
    let found = looked(Story::new().live(550, "prohibited").found("dns.spf.open", &[]).found("dns.ptr.none", &[]));
    assert_eq!(kinds(&found), ["policy"]);
}

#[test]
fn a_refusal_that_names_its_reason_gives_way_to_nothing() {
    let found = looked(Story::new().live(550, "rule 7 forbids").found("dns.ptr.mismatch", &[]));
    assert_eq!(kinds(&found), ["policy"]);
    let found = looked(Story::new().live(550, "user unknown").found("dns.ptr.mismatch", &[]));
    assert_eq!(kinds(&found), ["no-such-user"]);
}
