//! A step that a server put off: it waits, and is looked at once more by itself.

use super::*;
use crate::transcript::RETRY_SECS;

fn put_off(player: &mut Player, run: u32) {
    let finding = Finding::new("recipient.ok").arg(RETRY_SECS, 300);
    player.answer(run, |run| Fact::Found { run, finding });
    player.end(run);
}

#[test]
fn it_waits_while_other_steps_go_on_and_runs_once_more_wherever_the_walk_stands() {
    let mut player = Player::started();
    put_off(&mut player, 0);
    let parked = player.walk.parked().cloned().expect("it is parked");
    assert_eq!(parked.step, StepId::new("recipient"));
    assert!(parked.due > 300_000);
    player.input(Input::Follow);
    let here = player.walk.here().cloned();
    assert_ne!(here, Some(parked.step.clone()));
    let effects = player.input(Input::Retry);
    assert!(matches!(effects.as_slice(), [Effect::Run { step, .. }] if *step == parked.step), "{effects:?}");
    assert_eq!(player.walk.here().cloned(), here, "the walk stays where it is");
    assert_eq!(player.walk.parked(), None);
    assert_eq!(player.input(Input::Retry), []);
}

#[test]
fn a_second_put_off_does_not_park_it_again() {
    let mut player = Player::started();
    put_off(&mut player, 0);
    player.input(Input::Retry);
    put_off(&mut player, 1);
    assert_eq!(player.walk.parked(), None);
    assert_eq!(player.input(Input::Retry), []);
}

#[test]
fn looking_again_by_hand_takes_its_place() {
    let mut player = Player::started();
    put_off(&mut player, 0);
    player.input(Input::Again(StepId::new("recipient")));
    assert_eq!(player.walk.parked(), None);
}

#[test]
fn nothing_is_parked_where_naming_a_recipient_was_not_allowed() {
    let mut player = Player::new(Mode::Guided);
    player.input(Input::Start);
    player.input(Input::Consent { what: Consent::ALL.to_vec(), granted: false });
    put_off(&mut player, 0);
    assert_eq!(player.walk.parked(), None);
    assert_eq!(player.input(Input::Retry), []);
}

#[test]
fn after_the_conclusion_a_second_look_draws_it_anew() {
    let mut player = Player::started();
    put_off(&mut player, 0);
    player.input(Input::Conclude);
    player.input(Input::Retry);
    player.end(1);
    assert_eq!(*player.walk.place(), Place::Concluded);
    let drawn = player.walk.transcript().entries().iter().filter(|e| matches!(e.fact, Fact::Concluded { .. })).count();
    assert_eq!(drawn, 2);
    assert_eq!(Walk::replay(player.walk.transcript().entries()), player.walk);
}
