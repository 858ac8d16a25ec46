//! Not to know is a verdict of its own (law 5): it names suspects, and makes neither a fault nor a pass.

use super::{Diagnosis, Story, e};
use crate::reading::Certainty;
use crate::transcript::{StepStatus, Verdict};

fn silent(names: &[&str]) -> Story {
    names.iter().fold(Story::new(), |story, name| story.found("dns.timeout", &[("name", name)]))
}

fn causes(found: &Diagnosis) -> Vec<(&str, Certainty, i32)> {
    found.causes.iter().map(|c| (c.cause.as_str(), c.certainty, c.score)).collect()
}

#[test]
fn what_could_not_tell_makes_a_suspect_and_no_fault_however_often_it_is_said() {
    let story = silent(&["a", "b", "c", "d", "e", "f"]).found("connectivity.name.unknown", &[]);
    let found = story.ended("dns", StepStatus::Unknown).diagnose();
    assert_eq!(found.verdict, Verdict::Inconclusive);
    assert_eq!(causes(&found), [("dns", Certainty::Possible, 14)]);
}

#[test]
fn its_sentences_are_kept_and_weigh_what_the_suspect_weighs() {
    let top = silent(&["a", "b"]).top();
    let said: Vec<_> = top.because.iter().map(|r| (r.says.plain.as_str(), r.db, r.evidence.clone())).collect();
    let (a, b) = ("The DNS did not answer about a.", "The DNS did not answer about b.");
    assert_eq!(said, [(a, 14, vec![e(2)]), (b, 0, vec![e(3)])]);
}

#[test]
fn it_makes_no_other_reason_likely() {
    let found = silent(&["a"]).found("dns.odd", &[]).found("dns.spf.none", &[]).diagnose();
    assert_eq!(found.verdict, Verdict::Inconclusive);
    assert!(found.causes.iter().all(|c| c.certainty == Certainty::Possible), "{:?}", causes(&found));
}

#[test]
fn it_speaks_against_nothing() {
    let found = silent(&["a"]).live(550, "user unknown").diagnose();
    assert_eq!(causes(&found)[0], ("address", Certainty::Confirmed, 30));
}

#[test]
fn a_fault_beside_it_is_a_fault_all_the_same() {
    let found = silent(&["a"]).found("load.host.high", &[("what", "memory")]).diagnose();
    assert_eq!((found.verdict, found.causes[0].step.as_str()), (Verdict::FaultFound, "load"));
    assert_eq!(found.causes[1].cause, "dns", "the suspect comes after it");
    assert_eq!(silent(&["a"]).live(554, "no thanks").diagnose().verdict, Verdict::FaultFound);
}
