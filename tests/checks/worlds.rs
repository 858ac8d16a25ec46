//! All 13 steps in each practice world.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use heloise::check::Knowledge;
use heloise::guide::Guide;
use heloise::net::Trust;
use heloise::practice::{Practice, WorldFile};
use heloise::run::{Plan, Session, Setup, walk_alone};
use heloise::transcript::{AddressFamily, Case, Consent, Secret, StepId};

use crate::promises::breaches;

/// Walks those steps of a world.
pub(crate) async fn walked(
    guide: &Arc<Guide>,
    file: &WorldFile,
    case: Case,
    consents: BTreeSet<Consent>,
    steps: Vec<StepId>,
) -> Session {
    let practice = Practice::start(file).await.expect("the world comes up");
    let setup = Setup {
        guide: Arc::clone(guide),
        know: Arc::new(Knowledge::load(|name| guide.file(name)).expect("the knowledge")),
        world: practice.world(),
        trust: Trust::only(practice.ca_pem()).expect("the world's CA"),
        store: None,
    };
    let secret = file.password.clone().filter(|_| case.has_password).map(Secret::new);
    walk_alone(setup, case, secret, consents, Plan::Steps(steps), |_| ()).await
}

/// Walks these, a few at a time; what breaks a promise is named.
async fn all_keep_their_word(walks: Vec<(WorldFile, Case, BTreeSet<Consent>)>, guide: &Arc<Guide>) {
    let walks = walks.into_iter().map(async |(file, case, consents)| {
        let began = Instant::now();
        let deadline = Duration::from_secs(u64::from(case.deadline_secs));
        let steps = guide.steps().iter().map(|s| s.id.clone()).collect();
        let session = walked(guide, &file, case, consents, steps).await;
        let mut found = breaches(&session);
        if began.elapsed() > deadline {
            found.push("it ran into its deadline".to_owned());
        }
        eprintln!("{} {:.1} s", file.id, began.elapsed().as_secs_f32());
        found.into_iter().map(|f| format!("{}: {f}", file.id)).collect::<Vec<_>>()
    });
    let found: Vec<String> = stream::iter(walks).buffer_unordered(8).concat().await;
    let once: BTreeSet<String> = found.into_iter().collect();
    assert!(once.is_empty(), "{}", once.into_iter().collect::<Vec<_>>().join("\n"));
}

pub(crate) fn guide() -> Arc<Guide> {
    Arc::new(Guide::embedded())
}

fn all() -> BTreeSet<Consent> {
    Consent::ALL.into_iter().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_check_keeps_its_word_in_every_world() {
    let guide = guide();
    let worlds = WorldFile::all(&guide).expect("the worlds");
    assert!(worlds.len() >= 18);
    let walks = worlds.into_iter().map(|w| (w.clone(), w.case, all()));
    all_keep_their_word(walks.collect(), &guide).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_check_keeps_its_word_whatever_is_missing() {
    let guide = guide();
    let world = |id| WorldFile::by_id(&guide, id).expect("a world");
    let mut walks = Vec::new();
    for id in ["healthy-address", "healthy-submission", "bad-credentials"] {
        let (file, case) = (world(id), world(id).case);
        walks.push((file.clone(), case.clone(), BTreeSet::new()));
        walks.push((file.clone(), case.clone(), BTreeSet::from([Consent::Connect])));
        walks.push((file.clone(), Case { family: AddressFamily::V6, ..case.clone() }, all()));
        walks.push((file.clone(), Case { from: None, ip: None, ..case.clone() }, all()));
        walks.push((file.clone(), Case { to: Vec::new(), ..case.clone() }, all()));
        walks.push((file.clone(), Case { server: None, from: None, to: Vec::new(), ..case.clone() }, all()));
        walks.push((file.clone(), Case { has_password: false, ..case.clone() }, all()));
        walks.push((file.clone(), Case { user: None, has_password: false, ..case }, all()));
    }
    all_keep_their_word(walks, &guide).await;
}
