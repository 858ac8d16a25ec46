//! Sessions in practice worlds, recorded without what differs from machine to machine.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use heloise::check::Knowledge;
use heloise::net::Trust;
use heloise::practice::{Practice, WorldFile};
use heloise::run::Setup;
use heloise::transcript::{Entry, Fact, Mode};
use heloise::tui::Launch;

use crate::seat::{Seat, real_guide};

/// A session's name, its world, its mode, and the keys; after each of them all answers are waited for.
const SESSIONS: [(&str, &str, Mode, &str); 3] = [
    ("ip-listed", "ip-listed", Mode::Guided, "Enter Enter Enter"),
    ("no-such-user", "no-such-user", Mode::Guided, "Enter Enter"),
    (
        "checklist",
        "mx-one-busy",
        Mode::Checklist,
        "Enter Enter r Down r Down Down r Down r Down Down Down Down r Up Up Up Up",
    ),
];

pub(crate) async fn all(folder: &Path) {
    for (name, world, mode, keys) in SESSIONS {
        let guide = real_guide();
        let world = WorldFile::by_id(&guide, world).expect("the world");
        let up = Practice::start(&world).await.expect("it is up");
        let know = Arc::new(Knowledge::load(|name| guide.file(name)).expect("the facts"));
        let trust = Trust::only(up.ca_pem()).expect("its authority");
        let setup = Setup { guide, know, world: up.world(), trust, store: None };
        let mut seat = Seat::new(Launch { case: world.case, mode, story: Some(world.story), ..Launch::new(setup) });
        for key in keys.split(' ') {
            seat.screen();
            seat.press(key);
            seat.settle().await;
        }
        let lines: String = (0..).zip(seat.app.walk().transcript().entries()).map(|(n, e)| line(n, e)).collect();
        fs::write(folder.join(format!("{name}.jsonl")), lines).expect("it is written");
    }
}

fn line(nth: u64, entry: &Entry) -> String {
    let mut entry = Entry { at: nth * 37, fact: entry.fact.clone() };
    match &mut entry.fact {
        Fact::Began { unix_ms, version, .. } => {
            *unix_ms = 1_795_190_405_000;
            "0.1.0".clone_into(version);
        }
        Fact::Connect { connect, .. } => connect.local = None,
        _ => {}
    }
    serde_json::to_string(&entry).expect("JSON") + "\n"
}
