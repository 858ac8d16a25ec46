//! Step 1 on the address itself: what is odd about it is said with the character, and with what was probably meant.

use std::sync::Arc;

use heloise::check::Knowledge;
use heloise::net::Trust;
use heloise::practice::{Practice, WorldFile};
use heloise::run::{Plan, Session, Setup, Store, walk_alone};
use heloise::transcript::{Case, Consent, Finding, StepId};

use crate::worlds::guide;

async fn written(to: &str, store: Option<Store>) -> Session {
    let guide = guide();
    let file = WorldFile::by_id(&guide, "healthy-address").expect("a world");
    let practice = Practice::start(&file).await.expect("the world comes up");
    let know = Arc::new(Knowledge::load(|name| guide.file(name)).expect("the knowledge"));
    let own = Arc::clone(&know.own_domains);
    let trust = Trust::only(practice.ca_pem()).expect("the world's CA");
    let wants_own = store.is_some();
    let setup = Setup { guide, know, world: practice.world(), trust, store };
    let case = Case { to: vec![to.to_owned()], timeout_secs: 1, ..file.case.clone() };
    if wants_own {
        // They are read beside what is going on; here they have to be there first.
        let warm = Session::new(
            Setup {
                guide: Arc::clone(&setup.guide),
                know: Arc::clone(&setup.know),
                world: practice.world(),
                trust: setup.trust.clone(),
                store: setup.store.clone(),
            },
            tokio::sync::mpsc::unbounded_channel::<heloise::run::Message<()>>().0,
        );
        warm.warm();
        own.wait();
    }
    let consents = Consent::ALL.into_iter().collect();
    walk_alone(setup, case, None, consents, Plan::Steps(vec![StepId::new("recipient")]), |_| ()).await
}

fn ids(session: &Session) -> Vec<&str> {
    session.walk().transcript().findings().map(|(_, f)| f.id.as_str()).collect()
}

fn the<'a>(session: &'a Session, id: &str) -> &'a Finding {
    let found = session.walk().transcript().findings().map(|(_, f)| f).find(|f| f.id == id);
    found.unwrap_or_else(|| panic!("no {id} in {:?}", ids(session)))
}

#[tokio::test]
async fn what_stands_around_an_address_is_told_and_nobody_is_asked() {
    for (typed, column) in [
        ("mailto:bob@example.org", "1"),
        ("bob @example.org", "4"),
        ("bob@example.org.", "16"),
        ("bob@example。org", "12"),
    ] {
        let session = written(typed, None).await;
        let found = the(&session, "recipient.syntax.suggested");
        assert_eq!(
            (found.args["suggestion"].as_str(), found.args["column"].as_str()),
            ("bob@example.org", column),
            "{typed}"
        );
        assert!(!found.args["fault"].is_empty(), "{typed}");
        assert_eq!(session.counts().0, 0);
    }
}

#[tokio::test]
async fn a_well_known_domain_without_its_dot_is_suggested() {
    assert_eq!(
        the(&written("bob@gmailcom", None).await, "recipient.syntax.suggested").args["suggestion"],
        "bob@gmail.com"
    );
}

#[tokio::test]
async fn an_ending_that_nobody_has_is_told() {
    let session = written("bob@acme-tools.con", None).await;
    assert_eq!(the(&session, "recipient.typo-ending").args["suggestion"], "bob@acme-tools.com");
    the(&session, "recipient.domain.unregistered");
}

#[tokio::test]
async fn a_domain_in_another_script_is_shown_in_both_forms_and_an_imitation_is_told() {
    assert_eq!(the(&written("bob@bücher.example", None).await, "recipient.idn").args["ascii"], "xn--bcher-kva.example");
    assert_eq!(
        the(&written("bob@xn--bcher-kva.example", None).await, "recipient.idn").args["domain"],
        "bücher.example"
    );
    let imitation = written("bob@p\u{430}ypal.com", None).await;
    assert_eq!(the(&imitation, "recipient.idn-imitates").args["suggestion"], "paypal.com");
    the(&written("bob@b\u{43b}\u{fc}cher.example", None).await, "recipient.idn-mixed");
}

#[tokio::test]
async fn letters_before_the_at_need_the_extension_and_it_is_seen_whether_it_is_offered() {
    let session = written("bøb@example.org", None).await;
    the(&session, "recipient.utf8-needed");
    the(&session, "recipient.rcpt.utf8-offered");
}

#[tokio::test]
async fn tasks_and_borrowed_addresses_are_notes_and_no_fault() {
    let session = written("info@example.org", None).await;
    assert_eq!(the(&session, "recipient.role").args["name"], "info");
    the(&written("bob@mailinator.com", None).await, "recipient.disposable");
    assert!(!ids(&written("bob@example.org", None).await).contains(&"recipient.role"));
}

#[tokio::test]
async fn a_slip_is_held_against_where_the_user_wrote_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store { folder: folder.path().join("sessions") };
    written("bob@example.org", Some(store.clone())).await;
    let session = written("bob@exmaple.org", Some(store)).await;
    assert_eq!(the(&session, "recipient.typo").args["suggestion"], "bob@example.org");
}
