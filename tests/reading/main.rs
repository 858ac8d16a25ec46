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
mod logs_forms;
mod logs_stream;
mod noted;
mod pasted;
mod pasted_dialogs;
mod pasted_jvm_net;
mod pasted_node;
mod pasted_php;
mod pasted_python;
mod pasted_tools;
mod pasted_ways;
mod registry;
mod seeds_early;
mod seeds_late;
mod seeds_variants;
mod wordings;

use std::sync::{Arc, LazyLock};

use heloise::guide::Guide;
use heloise::reading::{Item, Meaning, Reader, Reading, parse_reply, read_reply};
use heloise::transcript::{Reply, Stage};

pub(crate) static GUIDE: LazyLock<Arc<Guide>> = LazyLock::new(|| Arc::new(Guide::embedded()));

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

/// Checks the failures of a text: code, enhanced code, kind or cause, stage, recipient and reporter of each, `-` for what is not told.
pub(crate) fn told(text: &str, wanted: &[&str]) {
    assert_eq!(failures(text), wanted, "{text}");
}

/// Checks texts that tell of one failure each.
pub(crate) fn each(cases: &[(&str, &str)]) {
    let told = cases.iter().map(|(text, wanted)| (failures(text).join(" + "), *wanted, *text));
    let wrong: Vec<String> =
        told.filter(|(told, wanted, _)| told != wanted).map(|(t, w, text)| format!("{t}\n{w}\n  {text}")).collect();
    assert!(wrong.is_empty(), "told, wanted:\n{}", wrong.join("\n"));
}

fn failures(text: &str) -> Vec<String> {
    let or = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let items = read(text).items;
    items
        .iter()
        .map(|i| {
            let code = or(Some(i.reply.code.to_string()).filter(|c| c != "0"));
            let enhanced = or(i.reply.enhanced.map(|e| e.to_string()));
            let stage = or(i.reply.stage.map(|s| s.to_string()));
            let (to, by) = (or(i.recipient.clone()), or(i.reporter.clone()));
            format!("{code} {enhanced} {} {stage} {to} {by}", kind(i))
        })
        .collect()
}
