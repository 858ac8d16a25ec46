//! What servers answer and what people paste is read rightly.

mod bounces;
mod bounces_hostile;
mod bounces_made;
mod bounces_many;
mod data;
mod explained;
mod grouped;
mod harmless;
mod lies;
mod logs;
mod pasted;
mod seeds_early;
mod seeds_late;

use std::sync::{Arc, LazyLock};

use heloise::guide::Guide;
use heloise::reading::{Item, Meaning, Reader, Reading, parse_reply, read_reply};
use heloise::transcript::{Reply, Stage};

pub(crate) static GUIDE: LazyLock<Arc<Guide>> =
    LazyLock::new(|| Arc::new(Guide::embedded().expect("the built-in guide")));

pub(crate) fn at(text: &str, stage: Option<Stage>) -> Meaning {
    read_reply(&GUIDE, &Reply { stage, ..parse_reply(text) })
}

fn kind_of(text: &str) -> String {
    let meaning = at(text, None);
    meaning.kind.unwrap_or(meaning.cause)
}

/// Checks replies against the kind (or, without one, the cause) that they have to read as.
pub(crate) fn all(wanted: &str, replies: &[&str]) {
    let wrong: Vec<String> = replies
        .iter()
        .map(|r| (r, kind_of(r)))
        .filter(|(_, k)| k != wanted)
        .map(|(r, k)| format!("{k}: {r}"))
        .collect();
    assert!(wrong.is_empty(), "not {wanted}:\n{}", wrong.join("\n"));
}

pub(crate) fn read(text: &str) -> Reading {
    Reader::new(GUIDE.clone()).text(text)
}

/// The one failure of a text.
pub(crate) fn only(text: &str) -> Item {
    let reading = read(text);
    assert_eq!(reading.items.len(), 1, "{reading:?}");
    reading.items.into_iter().next().expect("one")
}

pub(crate) fn kind(item: &Item) -> &str {
    item.meaning.kind.as_deref().unwrap_or(&item.meaning.cause)
}
