use super::*;
use crate::transcript::EvidenceId;

#[test]
fn a_step_ends_when_all_its_checks_have() {
    let mut p = Player::started();
    p.input(Input::Open(StepId::new("connectivity")));
    p.end(1);
    assert_eq!(p.state("connectivity"), StepState::Running);
    p.end(2);
    assert_eq!(p.state("connectivity"), done(StepStatus::Unknown), "nothing was found: that tells nothing");
}

#[test]
fn the_worst_level_says_how_a_step_ended() {
    let ends = |ids: &[&str]| {
        let mut p = Player::started();
        for id in ids {
            p.found(0, id);
        }
        p.end(0);
        p.state("recipient")
    };
    assert_eq!(ends(&["recipient.ok"]), done(StepStatus::Pass));
    assert_eq!(ends(&["recipient.ok", "recipient.timeout"]), done(StepStatus::Unknown));
    assert_eq!(ends(&["recipient.typo", "recipient.timeout", "recipient.ok"]), done(StepStatus::Warn));
    assert_eq!(ends(&["connectivity.closed", "recipient.typo"]), done(StepStatus::Fail));
    assert_eq!(ends(&["recipient.none-given"]), done(StepStatus::Skipped));
    assert_eq!(ends(&["recipient.one-of-many"]), done(StepStatus::Unknown));
    assert_eq!(ends(&["recipient.one-of-many", "recipient.ok"]), done(StepStatus::Pass));
}

#[test]
fn remarks_beside_a_reply_are_a_pass() {
    let mut p = Player::started();
    p.reply(0, 250, "ok");
    p.found(0, "recipient.none-given");
    p.end(0);
    assert_eq!(p.state("recipient"), done(StepStatus::Pass));
}

#[test]
fn evidence_is_rewritten_to_places_in_the_transcript() {
    let mut p = Player::started();
    p.answer(0, |run| Fact::Probing { run, probe: "mx1".to_owned() });
    let reply_at = p.len();
    p.reply(0, 550, "no");
    let finding = Finding::new("recipient.ok").shown_by(EvidenceId(1)).shown_by(EvidenceId(77));
    p.answer(0, |run| Fact::Found { run, finding });
    let (_, finding) = p.walk.transcript().findings().next().unwrap();
    assert_eq!(finding.evidence, [EvidenceId(reply_at as u32)], "and what names nothing is left out");
}

#[test]
fn evidence_of_checks_side_by_side_is_kept_apart() {
    let mut p = Player::started();
    p.input(Input::Open(StepId::new("connectivity")));
    p.reply(1, 220, "one");
    let second = p.len() as u32;
    p.reply(2, 220, "two");
    p.answer(2, |run| Fact::Found { run, finding: Finding::new("recipient.ok").shown_by(EvidenceId(0)) });
    assert_eq!(p.walk.transcript().findings().next().unwrap().1.evidence, [EvidenceId(second)]);
}

#[test]
fn answers_of_no_live_run_are_dropped() {
    let mut p = Player::started();
    p.end(0);
    let before = p.len();
    p.reply(0, 550, "too late");
    p.reply(9, 550, "nobody");
    p.answer(0, |_| Fact::Ended { run: RunId(0) });
    assert_eq!(p.len(), before);
}

#[test]
fn a_check_speaks_only_for_its_own_run_and_says_only_what_checks_may() {
    let mut p = Player::started();
    let before = p.len();
    p.answer(0, |_| Fact::Ended { run: RunId(1) });
    p.answer(0, |run| Fact::Cancelled { run });
    p.answer(0, |run| Fact::Started { run, step: StepId::new("dns"), check: "dns".to_owned() });
    p.answer(0, |_| Fact::Concluded { verdict: crate::transcript::Verdict::NoFaultFound });
    assert_eq!((p.len(), p.state("recipient")), (before, StepState::Running));
}

#[test]
fn cancelling_keeps_what_came_in_and_proposes() {
    let mut p = Player::started();
    p.found(0, "recipient.typo");
    assert_eq!(p.input(Input::Cancel), [Effect::Cancel(RunId(0))]);
    assert_eq!(p.state("recipient"), done(StepStatus::Warn));
    assert_eq!(p.proposed().1, "recipient/typo");
    p.reply(0, 250, "ok");
    assert!(p.walk.transcript().replies().next().is_none(), "what comes after is dropped");
}

#[test]
fn a_step_that_was_broken_off_while_all_seemed_fine_could_not_tell() {
    let mut p = Player::started();
    p.found(0, "recipient.ok");
    p.input(Input::Cancel);
    assert_eq!(p.state("recipient"), done(StepStatus::Unknown));
    let because = p.walk.proposal().map(|way| way.because.clone()).unwrap_or_default();
    assert!(because.contains("was stopped"), "it claims nothing: {because}");
}

#[test]
fn cancelling_where_nothing_runs_stops_what_runs_elsewhere() {
    let mut p = Player::started();
    p.input(Input::Open(StepId::new("escalate")));
    assert_eq!(p.input(Input::Cancel), [Effect::Cancel(RunId(0))]);
    assert!(p.walk.running().is_empty());
}

#[test]
fn a_second_look_counts_instead_of_the_first() {
    let mut p = Player::started();
    p.found(0, "recipient.typo");
    p.end(0);
    assert_eq!(p.input(Input::Again(StepId::new("recipient"))).len(), 1);
    assert_eq!(p.state("recipient"), StepState::Running);
    assert_eq!(p.walk.proposal(), None);
    p.found(1, "recipient.ok");
    p.end(1);
    assert_eq!(p.state("recipient"), done(StepStatus::Pass));
    assert_eq!(p.proposed().1, "recipient/rest");
    assert_eq!(p.walk.runs_of(&StepId::new("recipient")), [RunId(0), RunId(1)]);
}

#[test]
fn a_second_look_that_brought_nothing_changes_nothing() {
    let mut p = Player::started();
    p.found(0, "recipient.ok");
    p.end(0);
    p.input(Input::Again(StepId::new("recipient")));
    p.input(Input::Cancel);
    assert_eq!(p.state("recipient"), done(StepStatus::Pass));
}

#[test]
fn a_step_that_runs_is_not_started_twice() {
    let mut p = Player::started();
    assert!(p.input(Input::Again(StepId::new("recipient"))).is_empty());
}
