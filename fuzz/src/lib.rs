//! What the targets share: one guide, and what must hold of everything that is read.

use std::sync::{Arc, LazyLock};

use heloise::guide::Guide;
use heloise::reading::{Item, Meaning, Reader, Reading};
use heloise::transcript::Reply;

/// The built-in guide.
pub static GUIDE: LazyLock<Arc<Guide>> = LazyLock::new(|| Arc::new(Guide::embedded()));

/// A reader by it.
pub static READER: LazyLock<Reader> = LazyLock::new(|| Reader::new(Arc::clone(&GUIDE)));

/// The most failures that one text may tell of, for each of its bytes: a failure takes a few letters at the least.
const EACH: usize = 4;

fn clean(what: &str, text: &str) {
    assert!(!text.chars().any(char::is_control), "a control character in {what}: {text:?}");
}

/// What must hold of a reply that was read.
pub fn reply(reply: &Reply) {
    clean("server", &reply.server);
    assert!(reply.text.len() <= 200, "{} lines", reply.text.len());
    reply.text.iter().for_each(|line| clean("text", line));
}

/// What must hold of a meaning.
pub fn meaning(meaning: &Meaning) {
    assert!(meaning.cause == "healthy" || GUIDE.cause(&meaning.cause).is_some(), "cause {}", meaning.cause);
    assert_eq!(meaning.phrase.is_some(), meaning.matched.is_some());
    meaning.matched.iter().for_each(|m| clean("matched", m));
    for (name, value) in &meaning.args {
        clean(name, value);
        assert!(value.chars().count() <= 300, "{name} is long: {value}");
    }
}

/// What must hold of a failure.
pub fn item(item: &Item) {
    item.recipient.iter().for_each(|r| clean("recipient", r));
    item.reporter.iter().for_each(|r| clean("reporter", r));
    reply(&item.reply);
    meaning(&item.meaning);
}

/// Reads a text, and checks what must hold of every reading.
pub fn read(text: &str) -> Reading {
    let reading = READER.text(text);
    assert!(reading.items.len() * EACH <= text.len(), "{} failures in {} bytes", reading.items.len(), text.len());
    reading.items.iter().for_each(item);
    assert_eq!(READER.text(text), reading, "the same text reads differently");
    reading
}
