//! What is kept, and taken up again.

use heloise::plain::Launch;
use heloise::run::{SavedSession, Store};
use heloise::transcript::{Case, Entry, Fact, Mode, Verdict};

use super::{Left, seat, walk};

#[tokio::test]
async fn a_saved_session_is_taken_up_where_it_stood() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store { folder: folder.path().to_owned() };
    let first = seat("healthy-address").await;
    let mut launch = first.launch;
    launch.setup.store = Some(store.clone());
    let (left, _) = walk(launch, "yes\n\nquit\n").await;
    let id = left.saved.expect("it is saved");
    let second = seat("healthy-address").await;
    let mut launch = second.launch;
    launch.setup.store = Some(store.clone());
    launch.resume = Some(store.load(&id).expect("it is there"));
    launch.story = None;
    let (left, said) = walk(launch, &"\n".repeat(40)).await;
    assert!(said.starts_with("We stand at "), "{said}");
    assert_eq!(left.verdict, Some(Verdict::NoFaultFound), "{said}");
    assert_eq!(left.saved.as_deref(), Some(id.as_str()));
}

#[tokio::test]
async fn each_answer_is_kept_before_the_next_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store { folder: folder.path().to_owned() };
    let first = seat("healthy-submission").await;
    let mut launch = Launch { case: Case::new(), story: None, ..first.launch };
    launch.setup.store = Some(store.clone());
    // The line drops where the password is asked for.
    let (left, _) = walk(launch, "3\nmail.example.net\nalice@example.net\n").await;
    let entered = |e: &Entry| if let Fact::Entered { case } = &e.fact { Some(case.clone()) } else { None };
    let cases: Vec<_> = left.transcript.entries().iter().filter_map(entered).collect();
    assert!(cases.iter().any(|c| c.server.is_some() && c.user.is_none()), "{cases:?}");
    let second = seat("healthy-submission").await;
    let mut launch = Launch { case: Case::new(), story: None, ..second.launch };
    launch.resume = Some(store.load(&left.saved.expect("it is saved")).expect("it is there"));
    launch.setup.store = Some(store);
    let (_, said) = walk(launch, "3\n").await;
    assert!(said.starts_with("Nothing was asked of anybody yet. What you had typed is still there."), "{said}");
    assert!(said.contains("Now it is mail.example.net."), "{said}");
}

/// The session as a kill leaves it that comes when the last fact of that sort was written.
fn cut_behind(left: &Left, last: impl Fn(&Fact) -> bool) -> SavedSession {
    let entries = left.transcript.entries();
    let end = entries.iter().rposition(|e| last(&e.fact)).expect("there is one");
    SavedSession { id: "x".to_owned(), entries: entries[..=end].to_vec() }
}

fn signed(left: &Left) -> Vec<(String, String, String)> {
    let all = left.transcript.entries().iter();
    all.filter_map(|e| match &e.fact {
        Fact::Signed { step, by, note } => Some((step.to_string(), by.clone(), note.clone())),
        _ => None,
    })
    .collect()
}

#[tokio::test]
async fn initials_are_kept_until_the_note_is_there_too() {
    let first = seat("healthy-address").await;
    let (left, said) = walk(Launch { mode: Mode::Checklist, ..first.launch }, "yes\nrun\nsign\njd\n").await;
    assert!(signed(&left).is_empty(), "half a signature is none: {said}");
    let saved = cut_behind(&left, |fact| matches!(fact, Fact::Typed { .. }));
    let taken_up = async |typed: &str, saved: &SavedSession| {
        let again = seat("healthy-address").await;
        let resume = Some(SavedSession { id: saved.id.clone(), entries: saved.entries.clone() });
        walk(Launch { resume, story: None, mode: Mode::Checklist, ..again.launch }, typed).await
    };
    let (left, said) = taken_up("\nlooks well\nquit\n", &saved).await;
    assert!(said.contains("You were signing Recipient.\nYour initials. So far: jd."), "{said}");
    assert_eq!(signed(&left), [("recipient".to_owned(), "jd".to_owned(), "looks well".to_owned())]);
    // Signed, it is asked no more.
    let saved = cut_behind(&left, |_| true);
    let (_, said) = taken_up("quit\n", &saved).await;
    assert!(!said.contains("You were signing"), "{said}");
}

#[tokio::test]
async fn each_answer_on_how_to_ask_is_kept_by_itself() {
    let first = seat("healthy-address").await;
    let (left, said) = walk(first.launch, "yes\noptions\nhelo.example.net\n192.0.2.77\n").await;
    let is_asked = |case: &Case| case.helo.as_deref() == Some("helo.example.net");
    let second = |case: &Case| case.ip.is_some_and(|ip| ip.to_string() == "192.0.2.77");
    let has_helo = |fact: &Fact| matches!(fact, Fact::Entered { case } if is_asked(case) && !second(case));
    let saved = cut_behind(&left, has_helo);
    assert!(saved.entries.len() < left.transcript.entries().len(), "{said}");
    let again = seat("healthy-address").await;
    let (_, said) = walk(Launch { resume: Some(saved), story: None, ..again.launch }, "options\n").await;
    assert!(said.contains("Now it is helo.example.net, and - takes it away."), "{said}");
}

#[tokio::test]
async fn a_password_that_is_gone_is_not_said_to_be_there() {
    let first = seat("healthy-submission").await;
    let launch = Launch { case: Case::new(), story: None, secret: None, ..first.launch };
    let (left, _) = walk(launch, "3\nmail.example.net\nalice@example.net\nhunter2-is-long\n").await;
    let saved = cut_behind(&left, |fact| matches!(fact, Fact::Entered { case } if case.has_password));
    let again = seat("healthy-submission").await;
    let launch = Launch { resume: Some(saved), story: None, secret: None, ..again.launch };
    let (left, said) = walk(launch, "3\n\n\n").await;
    assert!(said.starts_with("A password is never kept"), "{said}");
    assert!(said.contains("Now it is alice@example.net.") && !said.contains("a password that was typed"), "{said}");
    let last = left.transcript.entries().iter().rev().find_map(|e| match &e.fact {
        Fact::Entered { case } => Some(case.has_password),
        _ => None,
    });
    assert_eq!(last, Some(false));
}

#[tokio::test]
async fn a_step_that_was_run_is_not_left_out_without_a_word() {
    let seat = seat("healthy-address").await;
    let launch = Launch { mode: Mode::Checklist, ..seat.launch };
    let (_, said) = walk(launch, "yes\nstep 13\nrun\nskip\nquit\n").await;
    assert!(said.contains("That step was run: what it found stays."), "{said}");
}
