use super::*;

fn checklist() -> Player {
    let mut p = Player::new(Mode::Checklist);
    p.grant(&Consent::ALL);
    p.input(Input::Start);
    p
}

#[test]
fn it_begins_at_the_first_line_and_runs_nothing() {
    let p = checklist();
    assert_eq!((p.here(), p.effects.len()), ("recipient", 0));
    assert_eq!(p.state("recipient"), StepState::Waiting);
}

#[test]
fn opening_a_line_runs_it() {
    let mut p = checklist();
    assert_eq!(p.input(Input::Open(StepId::new("recipient"))).len(), 1);
    assert_eq!(p.walk.path().len(), 1, "it was there already");
    assert_eq!(p.input(Input::Open(StepId::new("dns"))).len(), 1);
}

#[test]
fn following_runs_every_line_in_order_and_concludes() {
    let mut p = checklist();
    let mut run = 0;
    for _ in 0..20 {
        for effect in p.input(Input::Follow) {
            assert!(matches!(effect, Effect::Run { .. }));
            p.reply(run, 554, "blocked using zen.example");
            p.end(run);
            run += 1;
        }
    }
    let lines: Vec<String> = p.walk.path().iter().filter_map(|m| m.to.as_ref()).map(ToString::to_string).collect();
    assert_eq!(lines, ["recipient", "connectivity", "dns", "blocklists", "escalate"], "no branch is taken");
    assert_eq!((p.walk.place(), run), (&Place::Concluded, 5));
}

#[test]
fn following_from_the_middle_comes_back_for_what_was_missed() {
    let mut p = checklist();
    p.input(Input::Open(StepId::new("blocklists")));
    p.end(0);
    p.input(Input::Follow);
    assert_eq!((p.here(), p.proposed().0.as_str()), ("escalate", "recipient"));
}

#[test]
fn a_line_that_waits_for_consent_is_passed_by_following() {
    let mut p = Player::new(Mode::Checklist);
    p.input(Input::Start);
    p.input(Input::Follow);
    assert_eq!((p.here(), p.effects.len()), ("connectivity", 0));
    assert_eq!(p.grant(&[Consent::Connect]).len(), 2);
}

#[test]
fn a_line_is_signed_off_with_a_note_and_a_time() {
    let mut p = checklist();
    let step = StepId::new("recipient");
    assert_eq!(p.walk.signed(&step), None);
    for note in ["", "looked\u{1b}[2J at twice"] {
        p.input(Input::Sign { step: step.clone(), by: "jd".to_owned(), note: note.to_owned() });
    }
    assert_eq!(p.walk.signed(&step), Some(("jd", "looked\u{fffd}[2J at twice", p.now)));
}

#[test]
fn signing_keeps_the_note_and_noting_keeps_the_initials() {
    let mut p = checklist();
    let step = StepId::new("recipient");
    for (by, note) in [("", "seen twice"), ("jd", ""), ("", "seen three times")] {
        p.input(Input::Sign { step: step.clone(), by: by.to_owned(), note: note.to_owned() });
    }
    assert_eq!(p.walk.signed(&step), Some(("jd", "seen three times", p.now)));
    p.input(Input::Sign { step: step.clone(), by: "ab".to_owned(), note: String::new() });
    assert_eq!(p.walk.signed(&step), Some(("ab", "seen three times", p.now)));
}

#[test]
fn consent_given_ahead_starts_no_line() {
    let mut p = checklist();
    p.input(Input::Consent { what: vec![Consent::Send], granted: false });
    assert_eq!((p.state("recipient"), p.effects.len()), (StepState::Waiting, 0));
}
