//! A session does what its walk asks, is saved as it happens, and can be taken up again after any end.

#[path = "support/nowhere.rs"]
mod nowhere;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use heloise::check::Knowledge;
use heloise::guide::Guide;
use heloise::net::Trust;
use heloise::run::{Message, Plan, Session, Setup, Store, walk_alone};
use heloise::transcript::{Case, Consent, Entry, Fact, Mode, Secret, StepId};
use heloise::walk::{Input, Place, Walk};
use nowhere::Nowhere;
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A guide whose checks do not exist: each step ends at once.
fn guide() -> Arc<Guide> {
    let step = |id: &str, number: u8, consent: &str| {
        let text = format!(
            "id = \"{id}\"\nnumber = {number}\ntitle = \"{id}\"\nwhy = \"why\"\nsource = \"test\"\nchecks = [\"none-{id}\"]\n\
             consent = [{consent}]\n\
             [[branch]]\nid = \"on\"\nto = \"next\"\nbecause = \"nothing was found\"\n"
        );
        (format!("guide/steps/{number:02}-{id}.toml"), text)
    };
    let start = "[[rule]]\nid = \"else\"\nto = \"recipient\"\nbecause = \"it is the first\"\n";
    let files = BTreeMap::from([
        step("recipient", 1, ""),
        step("connectivity", 4, ""),
        step("authentication", 8, "\"auth\""),
        step("dns", 9, ""),
        ("guide/start.toml".to_owned(), start.to_owned()),
    ]);
    Arc::new(Guide::from_files(files).unwrap())
}

fn setup(store: Option<Store>) -> Setup {
    Setup {
        guide: guide(),
        know: Arc::new(Knowledge::default()),
        world: Arc::new(Nowhere),
        trust: Trust::with_ca(None).unwrap(),
        store,
    }
}

fn store_in(folder: &TempDir) -> Store {
    Store { folder: folder.path().join("state/sessions") }
}

fn case() -> Case {
    Case { to: vec!["bob@example.org".to_owned()], ..Case::new() }
}

fn begin() -> Input {
    Input::Begin { version: "0".to_owned(), unix_ms: 1_795_190_405_000, mode: Mode::Guided }
}

/// A session at its first step, which has not ended yet.
fn at_the_first_step(store: &Store) -> (Session, UnboundedReceiver<Message<()>>) {
    let (send, receive) = unbounded_channel();
    let mut session = Session::new(setup(Some(store.clone())), send);
    for input in [begin(), Input::Enter(Box::new(case())), Input::Start] {
        session.input(input);
    }
    (session, receive)
}

async fn take_answers(session: &mut Session, receive: &mut UnboundedReceiver<Message<()>>) {
    while !session.walk().running().is_empty() {
        let message = tokio::time::timeout(Duration::from_secs(20), receive.recv()).await.expect("an answer in time");
        if let Some(Message::Answer(run, fact)) = message {
            session.answer(run, fact);
        }
    }
}

fn started(entries: &[Entry]) -> Vec<&str> {
    entries
        .iter()
        .filter_map(|e| if let Fact::Started { step, .. } = &e.fact { Some(step.as_str()) } else { None })
        .collect()
}

#[tokio::test]
async fn a_check_that_does_not_exist_ends_and_the_walk_goes_on() {
    let session = walk_alone(setup(None), case(), None, BTreeSet::new(), Plan::Guided, |_| ()).await;
    assert_eq!(*session.walk().place(), Place::Concluded);
    assert_eq!(started(session.walk().transcript().entries()), ["recipient", "connectivity", "authentication", "dns"]);
    assert_eq!(session.bugs(), 0);
}

#[tokio::test]
async fn a_plan_of_steps_is_walked_in_its_order_and_no_further() {
    let plan = Plan::Steps(["dns", "nowhere", "recipient"].map(StepId::from).to_vec());
    let session = walk_alone(setup(None), case(), None, BTreeSet::new(), plan, |_| ()).await;
    assert_eq!(started(session.walk().transcript().entries()), ["dns", "recipient"]);
    assert_eq!(*session.walk().place(), Place::Concluded);
}

#[tokio::test]
async fn who_walks_alone_is_asked_nothing() {
    let granted = BTreeSet::from([Consent::Connect]);
    let session = walk_alone(setup(None), case(), None, granted.clone(), Plan::Guided, |_| ()).await;
    assert_eq!(*session.walk().consents(), granted);
    assert_eq!(session.walk().declined().len(), Consent::ALL.len() - 1);
}

#[tokio::test]
async fn the_watcher_sees_every_entry_once() {
    let mut seen = 0;
    let watch = |session: &Session| {
        let now = session.walk().transcript().entries().len();
        assert!(now > seen);
        seen = now;
    };
    let session = walk_alone(setup(None), case(), None, BTreeSet::new(), Plan::Guided, watch).await;
    assert_eq!(seen, session.walk().transcript().entries().len());
}

#[tokio::test]
async fn what_happened_is_in_the_file_at_once() {
    let folder = TempDir::new().unwrap();
    let store = store_in(&folder);
    let (session, _receive) = at_the_first_step(&store);
    let saved = store.load(session.id().expect("it is saved")).unwrap();
    assert_eq!(saved.entries, session.walk().transcript().entries());
    assert!(saved.entries.len() >= 4);
}

#[tokio::test]
async fn a_wizard_opened_and_closed_leaves_nothing_behind() {
    let folder = TempDir::new().unwrap();
    let store = store_in(&folder);
    let (send, _receive) = unbounded_channel::<Message<()>>();
    Session::new(setup(Some(store.clone())), send).input(begin());
    assert!(!store.folder.exists());
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_on_the_machine_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let store = store_in(&folder);
    let (session, _receive) = at_the_first_step(&store);
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(store.folder.clone()), 0o700);
    assert_eq!(mode(store.folder.join(format!("{}.jsonl", session.id().unwrap()))), 0o600);
}

#[tokio::test]
async fn no_secret_reaches_the_file() {
    let folder = TempDir::new().unwrap();
    let store = store_in(&folder);
    let secret = Some(Secret::new("hunter2-in-the-clear".to_owned()));
    let case = Case { has_password: true, user: Some("bob".to_owned()), ..case() };
    let consents = Consent::ALL.into_iter().collect();
    let session = walk_alone(setup(Some(store.clone())), case, secret, consents, Plan::Guided, |_| ()).await;
    let text = fs::read_to_string(store.folder.join(format!("{}.jsonl", session.id().unwrap()))).unwrap();
    assert!(text.contains("\"bob\"") && !text.contains("hunter2"));
}

#[tokio::test]
async fn a_line_cut_off_by_a_kill_is_left_out_and_then_mended() {
    let folder = TempDir::new().unwrap();
    let store = store_in(&folder);
    let (session, _receive) = at_the_first_step(&store);
    let (id, entries) = (session.id().unwrap().to_owned(), session.walk().transcript().entries().to_vec());
    drop(session);
    let path = store.folder.join(format!("{id}.jsonl"));
    fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"at\":99,\"fact\":\"en").unwrap();
    assert_eq!(store.load(&id).unwrap().entries, entries);
    let next = Entry { at: 100, fact: Fact::Began { version: "0".to_owned(), unix_ms: 0, mode: Mode::Guided } };
    store.reopen(&id).unwrap().append(std::slice::from_ref(&next)).unwrap();
    assert_eq!(store.load(&id).unwrap().entries, [entries, vec![next]].concat());
}

#[tokio::test]
async fn a_line_that_cannot_be_read_is_named() {
    let folder = TempDir::new().unwrap();
    let store = store_in(&folder);
    let (session, _receive) = at_the_first_step(&store);
    let id = session.id().unwrap().to_owned();
    drop(session);
    let path = store.folder.join(format!("{id}.jsonl"));
    let text = fs::read_to_string(&path).unwrap().replacen("\"entered\"", "\"unheard-of\"", 1);
    fs::write(&path, text).unwrap();
    assert!(store.load(&id).unwrap_err().contains("line 2"));
    assert!(store.list().is_empty());
}

#[tokio::test]
async fn an_id_does_not_lead_out_of_the_folder() {
    let folder = TempDir::new().unwrap();
    let store = store_in(&folder);
    let (_session, _receive) = at_the_first_step(&store);
    fs::write(folder.path().join("20260101-000000.jsonl"), "").unwrap();
    for id in ["../../20260101-000000", "", "/etc/passwd", "..", "20260101-000000"] {
        assert!(store.load(id).unwrap_err().starts_with("no session"), "{id:?}");
        assert!(store.reopen(id).is_err(), "{id:?}");
    }
}

#[tokio::test]
async fn sessions_of_the_same_second_do_not_share_a_file() {
    let folder = TempDir::new().unwrap();
    let store = store_in(&folder);
    let (one, two) = (at_the_first_step(&store).0, at_the_first_step(&store).0);
    assert_ne!(one.id(), two.id());
    let newest: Vec<_> = store.list().into_iter().map(|s| s.id).collect();
    assert_eq!(newest, [two.id().unwrap(), one.id().unwrap()]);
}

#[tokio::test]
async fn the_list_says_what_a_session_was_about_and_where_it_stood() {
    let folder = TempDir::new().unwrap();
    let store = store_in(&folder);
    let (mut session, _receive) = at_the_first_step(&store);
    let listed = store.list().remove(0);
    assert_eq!((listed.about(), listed.unix_ms), (Some("bob@example.org"), 1_795_190_405_000));
    assert_eq!((listed.step, listed.verdict), (Some(StepId::from("recipient")), None));
    session.input(Input::Conclude);
    let listed = store.list().remove(0);
    assert_eq!((listed.step, listed.verdict), (None, session.walk().verdict()));
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_stops_nothing() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("state"), "a file in the way").unwrap();
    let store = store_in(&folder);
    let session = walk_alone(setup(Some(store)), case(), None, BTreeSet::new(), Plan::Guided, |_| ()).await;
    assert_eq!(*session.walk().place(), Place::Concluded);
    assert!(session.save_trouble().unwrap().starts_with("cannot make"), "{:?}", session.save_trouble());
}

#[tokio::test]
async fn a_session_killed_in_a_step_looks_at_that_step_again() {
    let folder = TempDir::new().unwrap();
    let store = store_in(&folder);
    let (killed, _receive) = at_the_first_step(&store);
    let id = killed.id().unwrap().to_owned();
    drop(killed);

    let saved = store.load(&id).unwrap();
    let (send, mut receive) = unbounded_channel();
    let mut session = Session::resume(setup(Some(store.clone())), &saved, send);
    assert_eq!((session.id(), session.save_trouble()), (Some(id.as_str()), None));
    assert_eq!(*session.walk().place(), Place::Step(StepId::from("recipient")));
    assert_eq!(session.walk().running().len(), 1);
    take_answers(&mut session, &mut receive).await;
    session.input(Input::Follow);
    take_answers(&mut session, &mut receive).await;

    let entries = session.walk().transcript().entries();
    assert_eq!(started(entries), ["recipient", "recipient", "connectivity"]);
    assert!(entries.is_sorted_by_key(|e| e.at), "time goes on after the last entry");
    assert_eq!(store.load(&id).unwrap().entries, entries);
    assert_eq!(Walk::replay(entries), *session.walk());
}

#[tokio::test]
async fn a_login_is_not_repeated_by_itself() {
    let folder = TempDir::new().unwrap();
    let store = store_in(&folder);
    let (mut killed, _receive) = at_the_first_step(&store);
    killed.input(Input::Open("authentication".into()));
    killed.input(Input::Consent { what: vec![Consent::Auth], granted: true });
    assert_eq!(started(killed.walk().transcript().entries()), ["recipient", "authentication"]);
    let id = killed.id().unwrap().to_owned();
    drop(killed);

    let (send, _second) = unbounded_channel::<Message<()>>();
    let session = Session::resume(setup(Some(store.clone())), &store.load(&id).unwrap(), send);
    assert_eq!(started(session.walk().transcript().entries()), ["recipient", "authentication", "recipient"]);
}

#[tokio::test]
async fn a_session_that_is_open_is_not_written_by_two() {
    let folder = TempDir::new().unwrap();
    let store = store_in(&folder);
    let (open, _receive) = at_the_first_step(&store);
    let saved = store.load(open.id().unwrap()).unwrap();
    let (send, _second) = unbounded_channel::<Message<()>>();
    let second = Session::resume(setup(Some(store.clone())), &saved, send);
    assert!(second.save_trouble().unwrap().contains("open in another heloise"));
    assert_eq!(store.load(&saved.id).unwrap(), saved);
}

#[tokio::test]
async fn what_is_skipped_or_signed_is_saved_too() {
    let folder = TempDir::new().unwrap();
    let store = store_in(&folder);
    let (mut session, _receive) = at_the_first_step(&store);
    session.input(Input::Sign { step: "recipient".into(), by: "jd".to_owned(), note: "n/a".to_owned() });
    session.input(Input::Skip("dns".into()));
    let saved = store.load(session.id().unwrap()).unwrap();
    assert_eq!(Walk::replay(&saved.entries), *session.walk());
}
