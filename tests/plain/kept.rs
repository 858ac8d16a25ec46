//! What is kept, and taken up again.

use heloise::plain::Launch;
use heloise::run::Store;
use heloise::transcript::{Case, Entry, Fact, Verdict};

use super::{seat, walk};

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
