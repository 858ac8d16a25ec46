//! Every entry of the reply codes and the enhanced codes is reached, and the registry of enhanced codes is whole.

use heloise::reading::{explain, parse_reply, read_reply};
use heloise::transcript::{Reply, Stage};

use crate::GUIDE;

/// The registry: each subject with its highest detail. X.1 to X.7 have no gaps; there is no X.8.
const REGISTRY: [(u16, u16); 8] = [(0, 0), (1, 10), (2, 4), (3, 6), (4, 7), (5, 6), (6, 10), (7, 38)];

#[test]
fn the_registry_of_enhanced_codes_is_whole() {
    let mut missing = Vec::new();
    let mut count = 0;
    for (subject, last) in REGISTRY {
        for detail in 0..=last {
            count += 1;
            let written = format!("x.{subject}.{detail}");
            match GUIDE.enhanced().iter().find(|e| e.code == written) {
                None => missing.push(written),
                Some(e) if [&e.name, &e.says.plain, &e.says.admin, &e.source].iter().any(|s| s.trim().is_empty()) => {
                    missing.push(format!("{written} says too little"));
                }
                Some(_) => {}
            }
        }
    }
    assert_eq!((count, missing), (89, Vec::<String>::new()));
}

#[test]
fn every_enhanced_code_explains_itself() {
    for entry in GUIDE.enhanced() {
        for class in ["4", "5"] {
            let code = entry.code.replacen('x', class, 1);
            let told = explain(&GUIDE, &code).into_iter().next().expect("an answer");
            assert!(told.known && told.title == entry.name, "{code}: {}", told.title);
        }
    }
}

#[test]
fn every_enhanced_code_with_a_cause_decides_where_no_phrase_does() {
    for entry in GUIDE.enhanced() {
        for (code, class) in [(450, "4"), (550, "5")] {
            let text = format!("{code} {} qqq", entry.code.replacen('x', class, 1));
            let read = read_reply(&GUIDE, &parse_reply(&text));
            if let Some(cause) = &entry.cause {
                assert_eq!((&read.cause, &read.kind, read.db), (cause, &entry.kind, entry.db), "{text}");
            }
        }
    }
}

#[test]
fn every_failing_reply_code_decides_where_nothing_finer_does_and_at_each_of_its_stages() {
    let read = |code: u16, stage: Option<Stage>| {
        let reply = Reply { stage, ..parse_reply(&format!("{code} qqq")) };
        read_reply(&GUIDE, &reply)
    };
    let mut stages = 0;
    for entry in GUIDE.codes().iter().filter(|c| c.code >= 400) {
        let alone = read(entry.code, None);
        assert_eq!((&alone.cause, &alone.kind), (&entry.cause, &entry.kind), "{}", entry.code);
        for at in &entry.at {
            for stage in &at.stage {
                let there = read(entry.code, Some(*stage));
                assert_eq!((&there.cause, &there.kind), (&at.cause, &at.kind), "{} at {stage}", entry.code);
                stages += 1;
            }
        }
    }
    assert!(stages > 60, "{stages}");
}

#[test]
fn every_reply_code_explains_itself() {
    for entry in GUIDE.codes() {
        let told = explain(&GUIDE, &entry.code.to_string()).into_iter().next().expect("an answer");
        assert!(told.known && told.says.plain == entry.says.plain, "{}: {:?}", entry.code, told.says);
    }
}
