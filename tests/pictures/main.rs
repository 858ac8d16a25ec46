//! Promise: the pictures of the README show the screens as they are. They are drawn by the real drawing code, from sessions that were recorded
//! in practice worlds. After a change of screens or words:
//!
//! ```text
//! HELOISE_PICTURES=draw cargo test --test pictures           draws them anew
//! cargo test --test pictures -- --ignored record             records the sessions anew, once checks tell other facts
//! ```

mod record;
mod svg;

#[path = "../support/nowhere.rs"]
mod nowhere;
#[expect(dead_code, reason = "shared with the tests of the screens, which sit at it in more ways")]
#[path = "../tui/seat.rs"]
mod seat;

use std::fs;
use std::path::PathBuf;

use heloise::run::SavedSession;
use heloise::transcript::Entry;
use heloise::tui::Launch;
use seat::{Seat, real_guide, setup};

/// A picture: its name, the recorded session behind it (none: the first screen), and the keys that lead there.
const PICTURES: [(&str, &str, &str); 6] = [
    ("start", "", ""),
    ("step", "ip-listed", ""),
    ("map", "ip-listed", "m"),
    ("diagnosis", "ip-listed", "o"),
    ("transcript", "no-such-user", "t"),
    ("checklist", "checklist", ""),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/pictures")
}

fn session(name: &str) -> SavedSession {
    let text = fs::read_to_string(folder().join(format!("{name}.jsonl"))).expect("a recorded session");
    let entries: Vec<Entry> = text.lines().map(|l| serde_json::from_str(l).expect("an entry")).collect();
    SavedSession { id: name.to_owned(), entries }
}

fn picture(recorded: &str, keys: &str) -> String {
    let resume = (!recorded.is_empty()).then(|| session(recorded));
    let mut seat = Seat::new(Launch { resume, ..Launch::new(setup(real_guide())) });
    seat.screen();
    if !keys.is_empty() {
        seat.press(keys);
    }
    svg::draw(&seat.cells())
}

#[tokio::test]
async fn the_pictures_show_the_screens_as_they_are() {
    let draw = std::env::var_os("HELOISE_PICTURES").is_some_and(|v| v == "draw");
    for (name, recorded, keys) in PICTURES {
        let (path, now) = (folder().join(format!("{name}.svg")), picture(recorded, keys));
        if draw {
            fs::write(&path, now).expect("it is written");
        } else {
            let known = fs::read_to_string(&path).unwrap_or_default();
            assert!(
                known == now,
                "{name}.svg is stale: HELOISE_PICTURES=draw cargo test --test pictures draws it anew"
            );
        }
    }
}

#[test]
fn the_readme_shows_every_picture_and_no_other() {
    let readme = fs::read_to_string(folder().join("../../README.md")).expect("the README");
    for (name, ..) in PICTURES {
        assert!(readme.contains(&format!("docs/pictures/{name}.svg")), "{name}");
    }
    let shown = readme.matches("docs/pictures/").count();
    assert_eq!(shown, PICTURES.len());
}

#[tokio::test]
#[ignore = "records anew what the pictures are drawn from"]
async fn record() {
    record::all(&folder()).await;
}
