//! What keys do, and that nothing which was entered is lost.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use heloise::transcript::{AddressFamily, Fact};
use heloise::tui::{Event, Order};

use crate::seat::Seat;

#[tokio::test]
async fn the_first_screen_asks_what_you_have() {
    let mut seat = Seat::at_start();
    seat.sees("What do you have?");
    seat.sees("Nothing leaves this machine before you say yes.");
    seat.press("?");
    seat.sees("q           leave");
    seat.press("Esc q");
    assert!(matches!(seat.orders.as_slice(), [Order::Quit(None)]));
}

#[tokio::test]
async fn a_mistake_says_what_to_type_and_keeps_what_was_typed() {
    let mut seat = Seat::at_start();
    seat.press("Down Enter");
    seat.press("Enter");
    seat.sees("! This is needed. Type something like bob@example.org.");
    seat.type_in("bob.example.org");
    seat.press("Down");
    seat.type_in("alice@example.net");
    seat.press("Up Enter");
    let screen = seat.sees("! That has no @. Type the whole address, like bob@example.org.");
    assert!(screen.contains("bob.example.org") && screen.contains("alice@example.net"), "{screen}");
    seat.sees("▸ Their address");
    // Whoever leaves it that way is told at the end.
    seat.press("Down Enter");
    seat.sees("! That has no @.");
    seat.sees("▸ Their address");
    seat.press("Esc");
    seat.sees("What do you have?");
}

#[tokio::test]
async fn what_was_meant_is_offered_and_the_next_enter_takes_it() {
    let mut seat = Seat::at_start();
    seat.press("Down Enter");
    seat.type_in("mailto:bob@example.org.");
    seat.press("Enter");
    seat.sees("Is bob@example.org meant? Enter takes it, or change it.");
    seat.press("Enter Enter");
    seat.sees("Ask there whether bob@example.org gets mail");
}

#[tokio::test]
async fn letters_are_text_while_typing() {
    let mut seat = Seat::at_start();
    seat.press("Down Enter");
    seat.type_in("q?ant@example.org");
    seat.sees("q?ant@example.org");
    assert!(seat.orders.is_empty());
}

#[tokio::test]
async fn a_paste_of_many_lines_is_one_error() {
    let mut seat = Seat::at_start();
    seat.press("Enter");
    seat.send(Event::Paste("line one\r\nline two \x1b[31mred\r\n".to_owned()));
    let screen = seat.sees("line two");
    assert!(!screen.contains('\x1b'));
    seat.press("Enter");
    seat.settle().await;
    let entered = seat.app.walk().case().error.clone().expect("an error");
    assert!(entered.starts_with("line one\nline two") && !entered.contains('\x1b'), "{entered:?}");
}

#[tokio::test]
async fn a_paste_that_comes_key_by_key_is_one_error_too() {
    let mut seat = Seat::at_start();
    seat.press("Enter");
    let key = |code| Event::Key(KeyEvent::new(code, KeyModifiers::NONE));
    let mut asked = Vec::new();
    for c in "one\ntwo\n".chars() {
        let code = if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) };
        // The loop has not had its moment yet when the next key comes.
        asked.extend(seat.app.handle(heloise::run::Message::Front(key(code))));
    }
    let [Order::Settle(first)] = asked[..] else { panic!("one clock runs at a time: {asked:?}") };
    seat.sees("That Enter came with the paste.");
    // It runs out in the middle of the paste, and again once nothing more comes.
    seat.send(Event::Settled(first));
    assert_eq!(seat.app.walk().case().error, None, "no Enter of a paste goes on");
    seat.press("Enter");
    assert_eq!(seat.app.walk().case().error.as_deref(), Some("one\ntwo"));
}

#[tokio::test]
async fn an_enter_waits_for_its_own_moment_and_not_for_an_earlier_one() {
    let mut seat = Seat::at_start();
    seat.press("Enter");
    let mut press = |code| {
        let key = Event::Key(KeyEvent::new(code, KeyModifiers::NONE));
        seat.app.handle(heloise::run::Message::Front(key))
    };
    press(KeyCode::Char('a'));
    press(KeyCode::Enter);
    // The key that opened the form was the first.
    seat.app.handle(heloise::run::Message::Front(Event::Settled(2)));
    assert_eq!(seat.app.walk().case().error, None);
    seat.app.handle(heloise::run::Message::Front(Event::Settled(3)));
    assert_eq!(seat.app.walk().case().error.as_deref(), Some("a"));
}

#[tokio::test]
async fn what_was_typed_is_there_again_after_an_esc() {
    let mut seat = Seat::at_start();
    seat.press("Enter");
    seat.send(Event::Paste("550 no\nsuch user\n".to_owned()));
    seat.press("Esc");
    seat.sees("What you typed is kept");
    seat.press("Enter");
    seat.sees("such user");
}

#[tokio::test]
async fn a_paste_on_the_first_screen_is_taken_for_an_error() {
    let mut seat = Seat::at_start();
    seat.send(Event::Paste("it came back\n".to_owned()));
    seat.sees("it came back");
    seat.press("Enter");
    assert_eq!(seat.app.walk().case().error.as_deref(), Some("it came back"));
}

#[tokio::test]
async fn a_password_is_nowhere_on_the_screen_nor_in_what_is_kept() {
    let mut seat = Seat::at_start();
    seat.press("Down Down Enter");
    seat.type_in("smtp.example.net");
    seat.press("Enter Enter Enter");
    seat.type_in("alice");
    seat.press("Enter");
    let mut frames = String::new();
    for c in "correct-horse".chars() {
        seat.key(KeyCode::Char(c));
        frames += &seat.screen();
    }
    assert!(frames.contains("*************"));
    seat.press("Enter Enter");
    frames += &seat.screen();
    seat.press("Enter");
    for keys in ["f", "t", "Esc", "e", "Esc", "a", "m", "Esc", "d"] {
        seat.press(keys);
        seat.settle().await;
        frames += &seat.screen();
    }
    assert!(!frames.contains("horse") && !frames.contains("correct"), "{frames}");
    let kept: String =
        seat.app.walk().transcript().entries().iter().map(|e| serde_json::to_string(e).expect("json")).collect();
    assert!(seat.app.walk().case().has_password);
    assert!(!kept.contains("horse"), "{kept}");
}

#[tokio::test]
async fn what_a_step_asks_can_be_filled_in_and_runs_it_again() {
    let mut seat = Seat::at_start();
    seat.press("Enter");
    seat.type_in("too big");
    seat.press("Enter");
    seat.settle().await;
    seat.press("Right");
    seat.sees("Where to?");
    let at = seat.screen().lines().filter(|l| !l.trim().is_empty()).position(|l| l.contains("Content"));
    let from = seat.screen().lines().filter(|l| !l.trim().is_empty()).position(|l| l.contains("▸"));
    for _ in from.expect("a cursor")..at.expect("the step") {
        seat.press("Down");
    }
    seat.press("Enter");
    seat.settle().await;
    seat.sees("i  Where is the message?");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("m.eml");
    std::fs::write(&file, "Subject: x\r\n\r\n").expect("a file");
    seat.press("i");
    seat.type_in(file.to_str().expect("a path"));
    seat.press("Enter");
    seat.settle().await;
    assert_eq!(seat.app.walk().case().message.as_ref(), Some(&file));
    let runs = seat.app.walk().runs_of(&"content".into());
    assert_eq!(runs.len(), 2);
}

#[tokio::test]
async fn how_heloise_asks_is_said_before_and_in_between() {
    let mut seat = Seat::at_start();
    seat.press("O");
    seat.sees("How heloise asks");
    seat.type_in("two words");
    seat.press("Enter");
    seat.sees("Type one name without spaces");
    for _ in 0.." words".len() {
        seat.press("Backspace");
    }
    seat.press("Enter");
    seat.sees("it holds for what you begin now");
    seat.press("Enter");
    seat.type_in("too big");
    seat.press("Enter");
    seat.settle().await;
    assert_eq!(seat.app.walk().case().helo.as_deref(), Some("two"));
    let step = seat.app.walk().here().expect("a step").clone();
    seat.press("O Tab Tab Tab");
    seat.type_in("6");
    seat.press("Enter");
    seat.settle().await;
    assert_eq!(seat.app.walk().case().family, AddressFamily::V6);
    assert_eq!(seat.app.walk().case().helo.as_deref(), Some("two"));
    assert_eq!(seat.app.walk().runs_of(&step).len(), 2);
}

#[tokio::test]
async fn a_checklist_is_run_signed_and_noted() {
    let mut seat = Seat::at_start();
    seat.press("Down Down Down Enter");
    seat.type_in("mail.example.net");
    seat.press("Enter Enter Enter Enter Enter");
    seat.sees("checklist · 0 of 6");
    seat.press("R");
    for _ in 0..8 {
        seat.settle().await;
        if seat.screen().contains("Log in to") {
            seat.press("n");
        }
    }
    seat.sees("checklist · 6 of 6");
    seat.press("s");
    seat.sees("Sign recipient as:");
    seat.type_in("jd");
    seat.press("Enter Down n");
    seat.type_in("looked twice");
    seat.press("Enter");
    seat.sees("note by jd: looked twice");
    let signed: Vec<_> = seat
        .app
        .walk()
        .transcript()
        .entries()
        .iter()
        .filter_map(|e| {
            if let Fact::Signed { step, by, note } = &e.fact {
                Some((step.as_str(), by.as_str(), note.as_str()))
            } else {
                None
            }
        })
        .collect();
    assert_eq!(signed, [("recipient", "jd", ""), ("content", "jd", "looked twice")]);
    seat.press("o");
    seat.sees("what we found");
    seat.press("Esc");
    seat.sees("result");
}

#[tokio::test]
async fn a_screen_too_small_says_so() {
    let mut seat = Seat::at_start();
    seat.send(Event::Resize(59, 24));
    seat.sees("Needs 60 columns, 20 rows.");
    seat.send(Event::Resize(60, 20));
    seat.sees("What do you have?");
}

#[tokio::test]
async fn a_signal_leaves_with_its_number() {
    let mut seat = Seat::at_start();
    seat.send(Event::Signal(15));
    assert!(matches!(seat.orders.as_slice(), [Order::Quit(Some(15))]));
}
