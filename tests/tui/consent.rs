//! Nothing leaves this machine before somebody said yes; and what they said is what is done.

use heloise::transcript::{Case, Consent, Fact, Mode, Secret};
use heloise::tui::Launch;
use heloise::walk::{Place, StepState};

use crate::seat::{Seat, setup, small_guide};

fn started(seat: &Seat) -> usize {
    seat.app.walk().transcript().entries().iter().filter(|e| matches!(e.fact, Fact::Started { .. })).count()
}

fn at_consent() -> Seat {
    let mut seat = Seat::at_start();
    seat.press("Down Enter");
    seat.type_in("bob@example.org");
    seat.press("Enter Enter");
    seat
}

#[tokio::test]
async fn nothing_starts_before_yes() {
    let mut seat = at_consent();
    let screen = seat.sees("May heloise do this?");
    for words in ["the mail servers of example.org", "bob@example.org", "No message is sent", "made-up neighbour"] {
        assert!(screen.contains(words), "no \"{words}\" in\n{screen}");
    }
    assert_eq!((started(&seat), seat.app.walk().place()), (0, &Place::Start));
    seat.press("Enter");
    assert_eq!(started(&seat), 1);
}

#[tokio::test]
async fn no_leaves_everything_as_it_was() {
    let mut seat = at_consent();
    seat.press("n");
    seat.sees("Nothing was asked of anybody.");
    seat.sees("bob@example.org");
    assert!(seat.app.walk().transcript().entries().is_empty());
}

#[tokio::test]
async fn a_line_can_be_unticked() {
    let mut seat = at_consent();
    seat.press("Down Space Enter");
    let walk = seat.app.walk();
    assert!(walk.consents().contains(&Consent::Connect) && !walk.consents().contains(&Consent::Rcpt));
    assert!(walk.declined().contains(&Consent::Rcpt));
    assert!(!walk.consents().contains(&Consent::Auth) && !walk.consents().contains(&Consent::Send));
}

#[tokio::test]
async fn what_was_asked_once_is_not_asked_again() {
    let mut seat = at_consent();
    seat.press("Enter");
    seat.settle().await;
    seat.press("Enter");
    seat.settle().await;
    seat.press("Enter");
    seat.settle().await;
    seat.sees_not("May heloise do this?");
    seat.sees("Connectivity");
}

#[tokio::test]
async fn a_pasted_error_is_read_at_home_and_going_further_asks_first() {
    let mut seat = Seat::at_start();
    seat.press("Enter");
    seat.type_in("mailbox gone");
    seat.press("Enter");
    seat.settle().await;
    seat.sees_not("May heloise do this?");
    assert_eq!(started(&seat), 1, "the error is read");
    seat.press("Enter");
    seat.sees("May heloise do this?");
    assert_eq!(started(&seat), 1);
    seat.press("n");
    assert_eq!((started(&seat), seat.app.walk().place()), (1, &Place::Concluded));
}

/// Settings with a login, walked until the login is asked for.
async fn at_login() -> Seat {
    let case =
        Case { to: vec!["bob@example.org".to_owned()], user: Some("alice@example.net".to_owned()), ..Case::new() };
    let secret = Some(Secret::new("correct horse".to_owned()));
    let mut seat = Seat::new(Launch { case, secret, start_at_once: true, ..Launch::new(setup(small_guide())) });
    seat.press("Enter f");
    seat.settle().await;
    seat
}

#[tokio::test]
async fn logging_in_is_asked_for_apart_when_it_is_due() {
    let mut seat = at_login().await;
    let screen = seat.sees("Log in to the server as alice@example.net, once");
    assert!(!screen.contains("Connect to"), "{screen}");
    assert_eq!(seat.app.walk().state_of(&"authentication".into()), StepState::Waiting);
    seat.press("n");
    seat.settle().await;
    assert!(seat.app.walk().declined().contains(&Consent::Auth));
    assert_ne!(seat.app.walk().state_of(&"authentication".into()), StepState::Waiting, "the step does without");
}

#[tokio::test]
async fn who_runs_all_is_asked_once_and_may_leave_the_room() {
    let case =
        Case { to: vec!["bob@example.org".to_owned()], user: Some("alice@example.net".to_owned()), ..Case::new() };
    let secret = Some(Secret::new("correct horse".to_owned()));
    let launch =
        Launch { case, secret, mode: Mode::Checklist, start_at_once: true, ..Launch::new(setup(small_guide())) };
    let mut seat = Seat::new(launch);
    seat.press("Enter R");
    seat.sees("Log in to the server as alice@example.net, once");
    assert_eq!(started(&seat), 0, "nothing runs before all is answered");
    seat.press("n");
    for _ in 0..8 {
        seat.settle().await;
        seat.sees_not("May heloise do this?");
    }
    seat.sees("Every step has been run.");
}

#[tokio::test]
async fn who_has_no_password_is_not_asked_about_a_login() {
    let mut seat = at_consent();
    seat.press("Enter f");
    seat.settle().await;
    seat.sees_not("Log in to");
    assert_eq!(*seat.app.walk().place(), Place::Concluded);
    assert!(!seat.app.walk().consents().contains(&Consent::Auth));
}

#[tokio::test]
async fn what_the_command_line_allowed_is_not_asked() {
    let case = Case { to: vec!["bob@example.org".to_owned()], ..Case::new() };
    let consents = [Consent::Connect, Consent::Rcpt, Consent::Blocklists, Consent::Http].into();
    let mut seat = Seat::new(Launch { case, consents, start_at_once: true, ..Launch::new(setup(small_guide())) });
    seat.sees_not("May heloise do this?");
    assert_eq!(started(&seat), 1);
}

#[tokio::test]
async fn what_was_declined_can_be_allowed_later() {
    let mut seat = at_consent();
    seat.press("Down Space Enter");
    seat.settle().await;
    seat.sees("y allow");
    seat.press("y");
    seat.sees("bob@example.org gets mail");
    seat.press("Enter");
    seat.settle().await;
    assert!(seat.app.walk().consents().contains(&Consent::Rcpt) && seat.app.walk().declined().is_empty());
    assert_eq!(seat.app.walk().runs_of(&"recipient".into()).len(), 2);
    seat.sees_not("y allow");
}
