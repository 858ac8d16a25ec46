//! What was typed into a form and not sent is there again after a resume; a password never is.

use heloise::run::{SavedSession, Setup, Store};
use heloise::transcript::{Fact, Mode};
use heloise::tui::{Event, Launch, Order};

use crate::seat::{Seat, real_guide, setup};

const CANARY: &str = "Kanarienvogel-7731";

fn fixture() -> Setup {
    setup(crate::fixture::guide())
}

/// At a step of a session that is kept.
fn at_blocklists(folder: &tempfile::TempDir) -> Seat {
    let store = Store { folder: folder.path().join("sessions") };
    let mut file = store.begin(1_795_190_405_000).expect("a file");
    file.append(&crate::fixture::session(Mode::Guided).entries).expect("it is written");
    drop(file);
    let saved = store.last().expect("it is there");
    Seat::new(Launch { resume: Some(saved), ..Launch::new(Setup { store: Some(store), ..fixture() }) })
}

/// The same session, taken up by another heloise after this one is gone.
fn resumed(seat: &Seat) -> Seat {
    let entries = seat.app.walk().transcript().entries().to_vec();
    Seat::new(Launch { resume: Some(SavedSession { id: "x".to_owned(), entries }), ..Launch::new(fixture()) })
}

fn kept(seat: &Seat) -> usize {
    seat.app.walk().transcript().entries().iter().filter(|e| matches!(e.fact, Fact::Typed { .. })).count()
}

#[tokio::test]
async fn what_was_typed_when_the_line_dropped_is_there_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut seat = at_blocklists(&folder);
    seat.press("i Tab");
    seat.type_in("relay.example.net");
    assert_eq!(kept(&seat), 0, "nothing is written for a key");
    seat.send(Event::Signal(1));
    assert!(matches!(seat.orders.as_slice(), [.., Order::Quit(Some(1))]));
    resumed(&seat).sees("relay.example.net");
}

#[tokio::test]
async fn what_was_typed_a_while_ago_outlives_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut seat = at_blocklists(&folder);
    seat.press("i");
    seat.type_in("192.0.2.77");
    seat.send(Event::Calm);
    assert_eq!(kept(&seat), 1);
    resumed(&seat).sees("192.0.2.77");
}

#[tokio::test]
async fn how_to_ask_is_kept_as_well() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut seat = at_blocklists(&folder);
    seat.press("O Tab");
    seat.type_in("helo.example.net");
    seat.send(Event::Signal(1));
    resumed(&seat).sees("helo.example.net");
}

#[tokio::test]
async fn what_was_sent_is_left_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut seat = at_blocklists(&folder);
    seat.press("O");
    seat.type_in("helo.example.net");
    seat.send(Event::Calm);
    assert_ne!(seat.app.walk().typed().0, "");
    seat.press("Enter");
    assert_eq!(seat.app.walk().typed().0, "");
}

/// A checklist that is kept, at its first step.
fn at_checklist(folder: &tempfile::TempDir) -> Seat {
    let store = Store { folder: folder.path().join("sessions") };
    let mut file = store.begin(1_795_190_405_000).expect("a file");
    file.append(&crate::fixture::session(Mode::Checklist).entries).expect("it is written");
    drop(file);
    let saved = store.last().expect("it is there");
    Seat::new(Launch { resume: Some(saved), ..Launch::new(Setup { store: Some(store), ..fixture() }) })
}

#[tokio::test]
async fn a_note_and_initials_that_were_being_typed_are_there_again() {
    for (key, typed) in [("n", "the relay was moved on Mon"), ("s", "jdoe")] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut seat = at_checklist(&folder);
        seat.press(&format!("Down {key}"));
        seat.type_in(typed);
        seat.send(Event::Signal(1));
        let mut again = resumed(&seat);
        let asks = if key == "n" { "Note about" } else { "Sign" };
        again.sees(asks);
        again.sees(typed);
        // Sent, or left, it does not come back.
        for leave in ["Enter", "Esc"] {
            let folder = tempfile::tempdir().expect("a folder");
            let mut seat = at_checklist(&folder);
            seat.press(key);
            seat.type_in(typed);
            seat.send(Event::Calm);
            assert_ne!(seat.app.walk().typed().0, "");
            seat.press(leave);
            seat.send(Event::Calm);
            assert_eq!(seat.app.walk().typed().0, "", "{key} {leave}");
        }
    }
}

#[tokio::test]
async fn no_password_is_kept_wherever_it_was_typed() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store { folder: folder.path().join("sessions") };
    let launch = Launch {
        mode: Mode::Checklist,
        start_at_once: true,
        consents: heloise::transcript::Consent::ALL.into_iter().collect(),
        ..Launch::new(Setup { store: Some(store.clone()), ..setup(real_guide()) })
    };
    let mut seat = Seat::new(launch);
    seat.settle().await;
    seat.press("Down Down Down Down Down Down Down i");
    seat.sees("Password");
    seat.type_in("smtp.example.net");
    seat.press("Tab Tab");
    // Where it belongs, and then by mistake in the field before.
    for field in ["Up", "Tab"] {
        seat.type_in(CANARY);
        seat.press(field);
    }
    seat.send(Event::Signal(1));
    let saved = store.last().expect("it is saved");
    let text = std::fs::read_to_string(store.folder.join(format!("{}.jsonl", saved.id))).expect("its text");
    assert!(text.contains("smtp.example.net"), "{text}");
    assert!(!text.contains("Kanarienvogel"), "{text}");
    let mut again = Seat::new(Launch { resume: Some(saved), ..Launch::new(setup(real_guide())) });
    again.sees("smtp.example.net");
}

/// Types a text into the field for the user name, where the first form of all asks for settings, and has the line drop; returns what stands in
/// the session's file.
fn kept_of_a_user_name(typed: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store { folder: folder.path().join("sessions") };
    let mut seat = Seat::new(Launch::new(Setup { store: Some(store.clone()), ..setup(real_guide()) }));
    seat.press("Down Down Enter");
    seat.type_in("smtp.example.net");
    seat.press("Tab Tab Tab");
    for c in typed.chars() {
        seat.type_in(&c.to_string());
        // However slowly it is typed.
        seat.send(Event::Calm);
    }
    seat.sees(typed);
    seat.send(Event::Signal(1));
    let saved = store.last().expect("it is saved");
    std::fs::read_to_string(store.folder.join(format!("{}.jsonl", saved.id))).expect("its text")
}

#[tokio::test]
async fn a_password_typed_for_a_user_name_and_not_sent_is_not_kept() {
    for word in [CANARY, "hunter", "P@ssw0rd-77"] {
        let text = kept_of_a_user_name(word);
        assert!(text.contains("smtp.example.net"), "{text}");
        for length in 3..=word.len() {
            assert!(!text.contains(&format!("\"{}\"", &word[..length])), "{length} of {word}: {text}");
        }
        assert!(!text.contains(word), "{word}: {text}");
    }
    assert!(kept_of_a_user_name("alice@example.net").contains("alice@example.net"));
}
