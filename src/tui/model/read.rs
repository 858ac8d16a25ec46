//! A text that was read: where it says what, and what that means.

use std::sync::Arc;

use super::super::theme::Mark;
use super::meaning::of_reply;
use super::{MOST, Meant, Page};
use crate::guide::Guide;
use crate::reading::{Item, advice};
use crate::transcript::{Case, Taken, clean_line};

/// What a reading screen shows beside where the step leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) struct Read {
    /// The text.
    pub page: Arc<Page>,
    /// Which of several failures this is: the third of seven.
    pub of: Option<(usize, usize)>,
    pub mark: Option<Mark>,
    /// What it means.
    pub says: String,
    /// Whose move it is, and whether waiting helps.
    pub whose: String,
    /// What to do first.
    pub first: String,
    /// How sure, and by what.
    pub sure: String,
    /// The codes and the phrase, each with what it means.
    pub parts: Vec<Meant>,
    /// What was taken from the text into the case.
    pub taken: Vec<String>,
}

/// The reading of one failure.
pub(in crate::tui) fn read(guide: &Guide, item: &Item, case: &Case, page: Arc<Page>, admin: bool) -> Read {
    let advice = advice(guide, item);
    let text = |t: &str| clean_line(t, MOST);
    let who = format!("Whose move: {}.", advice.who.spoken());
    let waiting = if advice.waiting.is_empty() { String::new() } else { format!("Waiting {}.", advice.waiting) };
    let says = text(advice.says.register(admin));
    let mut parts = of_reply(guide, &item.reply, admin);
    // What the phrase means was said already.
    for part in &mut parts {
        if let Some(own) = part.says.strip_suffix(&says) {
            part.says = own.trim_end_matches([' ', ':']).to_owned();
        }
    }
    parts.retain(|part| !part.says.is_empty());
    Read {
        page,
        of: None,
        mark: Some(if item.meaning.cause == "unclear" { Mark::Unknown } else { Mark::Fault }),
        says,
        whose: text(format!("{who} {waiting}").trim()),
        first: advice.fix.first().map_or_else(String::new, |f| text(f.register(admin))),
        sure: advice.sure,
        parts,
        taken: Taken::ALL.into_iter().filter_map(|t| case.told(t)).map(|t| text(&t)).collect(),
    }
}
