//! The rooms of the house keep to their doors: who may import whom, as data, held against every source file.

mod paths;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each room with the rooms it may import, in the order of the map.
const ROOMS: [(&str, &str); 13] = [
    ("transcript", ""),
    ("guide", "transcript"),
    ("reading", "transcript guide"),
    ("diagnosis", "transcript guide reading"),
    ("walk", "transcript guide reading diagnosis"),
    ("net", "transcript"),
    ("check", "transcript net reading"),
    ("practice", "transcript guide net"),
    ("run", "transcript guide reading diagnosis walk net check"),
    ("report", "transcript guide reading diagnosis walk"),
    ("cli", "transcript guide reading diagnosis walk net check practice run report"),
    ("plain", "transcript guide reading diagnosis walk net check practice run report"),
    ("tui", "transcript guide reading diagnosis walk net check practice run report"),
];

/// The rooms that only think: time and answers come in as values, what should be done goes out as values (law 4).
const THINKING: [&str; 5] = ["transcript", "guide", "reading", "diagnosis", "walk"];

/// What no thinking room may name: the clock, files, the network, the environment, the screen.
const DOING: [&str; 13] = [
    "std::fs",
    "std::env",
    "std::process",
    "std::thread",
    "tokio",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "println",
    "eprintln",
];

const LONGEST: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A source file: its path under the package, its room (none for lib.rs and main.rs), its text.
struct Source {
    name: String,
    room: Option<String>,
    text: String,
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(dir).expect("a folder of the package").map(|e| e.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    files(&root().join("src"), &mut found);
    found
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(root()).expect("inside the package").to_string_lossy().replace('\\', "/");
            let room = name.strip_prefix("src/").and_then(|n| n.split_once('/')).map(|(room, _)| room.to_owned());
            Source { text: fs::read_to_string(&path).expect("a text"), name, room }
        })
        .collect()
}

fn allowed(room: &str) -> BTreeSet<&'static str> {
    ROOMS.iter().find(|(name, _)| *name == room).map_or("", |(_, may)| may).split_whitespace().collect()
}

fn is_room(name: &str) -> bool {
    ROOMS.iter().any(|(room, _)| *room == name)
}

#[test]
fn no_room_imports_what_the_map_forbids() {
    let sources = sources();
    let mut breaches = Vec::new();
    let mut imports = 0;
    for source in &sources {
        let Some(room) = &source.room else { continue };
        let may = allowed(room);
        for (line, import) in paths::imports(&source.name, &source.text) {
            imports += 1;
            let inside = import == *room || may.contains(import.as_str());
            if !inside {
                let what = if is_room(&import) { "it may not" } else { "that is no room" };
                breaches.push(format!("{}:{line}: {room} reaches for `{import}`, and {what}", source.name));
            }
        }
    }
    assert!(sources.len() > 50, "only {} files were scanned", sources.len());
    assert!(imports > 100, "only {imports} imports were found");
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn nobody_but_main_imports_a_front_end() {
    for front in ["cli", "plain", "tui"] {
        for (room, _) in ROOMS {
            assert!(!allowed(room).contains(front), "{room} may import {front}");
        }
    }
}

#[test]
fn no_two_rooms_import_each_other() {
    for (room, _) in ROOMS {
        for other in allowed(room) {
            assert!(is_room(other), "{other} is no room");
            assert!(!allowed(other).contains(room), "{room} and {other} import each other");
        }
    }
}

#[test]
fn the_rooms_are_those_of_the_table() {
    let rooms: BTreeSet<String> = sources().into_iter().filter_map(|s| s.room).collect();
    assert_eq!(rooms, ROOMS.iter().map(|(room, _)| (*room).to_owned()).collect());
    let outside: Vec<String> = sources().into_iter().filter(|s| s.room.is_none()).map(|s| s.name).collect();
    assert_eq!(outside, ["src/lib.rs", "src/main.rs"]);
}

#[test]
fn the_map_says_what_the_table_says() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).expect("lib.rs");
    let map = fenced(lib.lines().map(|l| l.trim_start_matches("//!").trim_start_matches(' ')));
    assert_eq!(map.len(), ROOMS.len(), "{map:#?}");
    let mut above: Vec<&str> = Vec::new();
    for (line, (room, _)) in map.iter().zip(ROOMS) {
        let (what, imports) = line.split_once("imports: ").unwrap_or_else(|| panic!("no imports in: {line}"));
        assert!(what.starts_with(&format!("{room}/ ")), "expected {room}/ in: {line}");
        let said: BTreeSet<&str> = match imports {
            "-" => BTreeSet::new(),
            "all of the above" => above.iter().copied().collect(),
            _ => match imports.strip_prefix("all but ") {
                Some(but) => {
                    let but: Vec<&str> = but.split(' ').chain([room]).collect();
                    ROOMS.iter().map(|(r, _)| *r).filter(|r| !but.contains(r)).collect()
                }
                None => imports.split(' ').collect(),
            },
        };
        assert_eq!(said, allowed(room), "what the map lets {room} import");
        above.push(room);
    }
}

#[test]
fn the_readme_shows_the_same_map() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).expect("lib.rs");
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    let section = readme.split("\n## The map\n").nth(1).expect("a section “The map” in README.md");
    let map = fenced(lib.lines().map(|l| l.strip_prefix("//! ").unwrap_or("")));
    assert_eq!(fenced(section.lines()), map, "README.md and lib.rs show different maps");
}

#[test]
fn lib_rs_only_names_the_rooms() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).expect("lib.rs");
    let code: Vec<&str> = lib.lines().filter(|l| !l.trim().is_empty() && !l.starts_with("//!")).collect();
    let mut rooms: Vec<String> = ROOMS.iter().map(|(room, _)| format!("pub mod {room};")).collect();
    rooms.sort();
    assert_eq!(code, rooms);
}

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    let mut all = Vec::new();
    for dir in ["src", "tests", "benches", "fuzz"] {
        let dir = root().join(dir);
        if dir.is_dir() {
            files(&dir, &mut all);
        }
    }
    all.retain(|path| !path.components().any(|c| c.as_os_str() == "target"));
    assert!(all.len() > 50, "only {} files were measured", all.len());
    for path in all {
        let lines = fs::read_to_string(&path).expect("a text").lines().count();
        assert!(lines <= LONGEST, "{} has {lines} lines: split it below {LONGEST}", path.display());
    }
}

#[test]
fn thinking_is_pure() {
    let mut looked: BTreeMap<String, usize> = BTreeMap::new();
    let mut breaches = Vec::new();
    for source in sources() {
        let Some(room) = source.room.filter(|r| THINKING.contains(&r.as_str())) else { continue };
        *looked.entry(room).or_default() += 1;
        for (line, name) in paths::named(&source.text, &DOING) {
            breaches.push(format!("{}:{line}: names `{name}`, which acts on the world", source.name));
        }
    }
    assert_eq!(looked.len(), THINKING.len(), "only {looked:?} were scanned");
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

/// The lines of the first fenced block.
fn fenced<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    lines
        .skip_while(|l| !l.starts_with("```"))
        .skip(1)
        .take_while(|l| !l.starts_with("```"))
        .map(str::to_owned)
        .collect()
}
