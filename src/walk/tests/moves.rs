use super::*;
use crate::transcript::{Target, Verdict};

#[test]
fn the_first_start_rule_that_fits_says_where_it_begins() {
    let p = Player::started();
    assert_eq!(*p.walk.place(), at("recipient"));
    let went = &p.walk.path()[0];
    assert_eq!((went.from.as_ref(), went.rule.as_str()), (None, "start/address"));
    assert_eq!(went.because, "mail does not reach bob@example.org");
    let mut p = Player::new(Mode::Guided);
    let server = Some(Target { host: "mail.example.net".to_owned(), port: None });
    p.input(Input::Enter(Box::new(Case { server, ..Case::new() })));
    p.input(Input::Start);
    assert_eq!((p.here(), p.walk.path()[0].rule.as_str()), ("connectivity", "start/server"));
}

#[test]
fn a_rule_to_a_step_that_is_not_there_is_passed_over() {
    let mut p = Player::new(Mode::Guided);
    p.input(Input::Enter(Box::new(Case { error: Some("550 no".to_owned()), ..Case::new() })));
    p.input(Input::Start);
    assert_eq!(p.here(), "recipient");
}

#[test]
fn entering_the_same_case_again_adds_nothing() {
    let mut p = Player::new(Mode::Guided);
    let (before, case) = (p.len(), p.walk.case().clone());
    p.input(Input::Enter(Box::new(case)));
    assert_eq!(p.len(), before);
}

#[test]
fn checks_wait_for_consent_and_start_when_nothing_is_open() {
    let mut p = Player::new(Mode::Guided);
    assert!(p.input(Input::Start).is_empty());
    assert_eq!(p.walk.asks(&p.guide), [Consent::Connect, Consent::Rcpt]);
    assert_eq!(p.state("recipient"), StepState::Waiting);
    assert!(p.grant(&[Consent::Connect]).is_empty());
    let effects = p.input(Input::Consent { what: vec![Consent::Rcpt], granted: false });
    let step = StepId::new("recipient");
    assert_eq!(effects, [Effect::Run { run: RunId(0), step, check: "recipient".to_owned() }]);
    assert!(p.walk.consents().contains(&Consent::Connect) && !p.walk.consents().contains(&Consent::Rcpt));
    assert!(p.walk.asks(&p.guide).is_empty());
}

#[test]
fn what_was_declined_is_not_asked_again_and_can_still_be_allowed() {
    let mut p = Player::new(Mode::Guided);
    p.input(Input::Consent { what: vec![Consent::Connect, Consent::Rcpt], granted: false });
    assert_eq!(p.input(Input::Start).len(), 1);
    p.grant(&[Consent::Connect]);
    assert!(p.walk.consents().contains(&Consent::Connect) && !p.walk.declined().contains(&Consent::Connect));
}

#[test]
fn following_goes_to_the_proposal_and_starts_it() {
    let mut p = Player::started();
    assert!(p.input(Input::Follow).is_empty(), "nothing is proposed while it runs");
    p.end(0);
    assert_eq!(p.input(Input::Follow).len(), 2, "both checks of the step");
    assert_eq!((p.here(), p.walk.path().last().unwrap().rule.as_str()), ("connectivity", "recipient/rest"));
    assert_eq!(p.walk.proposal(), None);
}

#[test]
fn a_step_without_checks_ends_at_once_as_skipped() {
    let mut p = Player::started();
    assert!(p.input(Input::Open(StepId::new("escalate"))).is_empty());
    assert_eq!(p.state("escalate"), done(StepStatus::Skipped));
    assert_eq!(p.proposed().0, "connectivity");
}

#[test]
fn opening_another_step_lets_the_first_run_on() {
    let mut p = Player::started();
    p.input(Input::Open(StepId::new("dns")));
    assert_eq!((p.state("recipient"), p.here()), (StepState::Running, "dns"));
    assert_eq!(p.walk.path().last().unwrap().rule, "user");
    p.end(0);
    assert!(matches!(p.state("recipient"), StepState::Done(_)));
    assert_eq!(p.walk.proposal(), None, "the proposal is the present step's");
    p.input(Input::Back);
    assert_eq!((p.here(), p.proposed().0.as_str()), ("recipient", "connectivity"));
}

#[test]
fn opening_a_step_that_was_run_does_not_run_it_again() {
    let mut p = Player::started();
    p.end(0);
    p.input(Input::Open(StepId::new("dns")));
    assert!(p.input(Input::Open(StepId::new("recipient"))).is_empty());
}

#[test]
fn back_goes_the_way_it_came() {
    let mut p = Player::started();
    for step in ["dns", "escalate", "connectivity"] {
        p.input(Input::Open(StepId::new(step)));
    }
    let mut seen = Vec::new();
    for _ in 0..5 {
        p.input(Input::Back);
        seen.push(p.here().to_owned());
    }
    assert_eq!(seen, ["escalate", "dns", "recipient", "recipient", "recipient"]);
}

#[test]
fn a_step_left_out_is_run_when_it_is_opened_after_all() {
    let mut p = Player::started();
    p.input(Input::Skip(StepId::new("dns")));
    assert_eq!(p.state("dns"), done(StepStatus::Skipped));
    assert_eq!(p.input(Input::Open(StepId::new("dns"))).len(), 1);
}

#[test]
fn leaving_out_the_present_step_stops_it_and_proposes() {
    let mut p = Player::started();
    assert_eq!(p.input(Input::Skip(StepId::new("recipient"))), [Effect::Cancel(RunId(0))]);
    assert_eq!(p.state("recipient"), done(StepStatus::Skipped));
    assert_eq!(p.proposed().0, "connectivity");
}

#[test]
fn a_step_that_was_looked_at_cannot_be_left_out() {
    let mut p = Player::started();
    p.found(0, "recipient.ok");
    p.end(0);
    p.input(Input::Skip(StepId::new("recipient")));
    assert_eq!(p.state("recipient"), done(StepStatus::Pass));
}

#[test]
fn concluding_stops_everything_and_says_the_verdict() {
    let mut p = Player::started();
    p.found(0, "recipient.ok");
    assert_eq!(p.input(Input::Conclude), [Effect::Cancel(RunId(0))]);
    assert_eq!(*p.walk.place(), Place::Concluded);
    assert_eq!(p.walk.verdict(), Some(Verdict::Inconclusive), "the step was broken off");
    let before = p.len();
    p.input(Input::Conclude);
    p.input(Input::Follow);
    assert_eq!(p.len(), before);
}

#[test]
fn following_a_proposal_to_conclude_concludes() {
    let mut p = Player::started();
    p.reply(0, 551, "5.1.6 moved");
    p.found(0, "connectivity.closed");
    p.end(0);
    p.input(Input::Follow);
    assert_eq!((p.walk.place(), p.walk.verdict()), (&Place::Concluded, Some(Verdict::FaultFound)));
    let last = p.walk.path().last().unwrap();
    assert_eq!((last.to.as_ref(), last.rule.as_str()), (None, "recipient/enhanced"));
}

#[test]
fn after_the_conclusion_a_step_can_be_looked_at_again() {
    let mut p = Player::started();
    p.input(Input::Conclude);
    assert_eq!(p.input(Input::Again(StepId::new("recipient"))).len(), 1);
    assert_eq!((p.here(), p.walk.verdict()), ("recipient", None));
    p.found(1, "recipient.ok");
    p.end(1);
    p.input(Input::Conclude);
    assert_eq!(p.walk.verdict(), Some(Verdict::NoFaultFound));
    p.input(Input::Back);
    assert_eq!(p.here(), "recipient");
}

#[test]
fn time_never_runs_backwards() {
    let mut p = Player::started();
    p.walk.step(&p.guide, 3, Input::Conclude);
    assert!(p.walk.transcript().entries().is_sorted_by_key(|e| e.at));
}

#[test]
fn steps_that_the_guide_does_not_have_are_not_gone_to() {
    let mut p = Player::started();
    let before = p.len();
    let nowhere = StepId::new("nowhere");
    for input in [Input::Open(nowhere.clone()), Input::Again(nowhere.clone()), Input::Skip(nowhere)] {
        p.input(input);
    }
    assert_eq!(p.len(), before);
}
