//! The failures that one text tells of, as lines to choose from.

use std::sync::Arc;

use super::super::theme::Mark;
use super::MOST;
use crate::guide::Guide;
use crate::reading::{Item, choices};
use crate::transcript::clean_line;

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Failure {
    pub mark: Mark,
    /// How many failures it stands for.
    pub count: usize,
    /// About whom.
    pub about: String,
    /// The codes.
    pub codes: String,
    /// What it means, and whose move it is.
    pub says: String,
    /// The first of them in the text: it is followed.
    pub first: usize,
}

/// The failures of a text.
pub(in crate::tui) fn failures(guide: &Arc<Guide>, items: &[Item], admin: bool) -> Vec<Failure> {
    let line = |choice: crate::reading::Choice| Failure {
        mark: items.get(choice.first).map_or(Mark::Fault, mark),
        count: choice.count,
        about: choice.about,
        codes: choice.codes,
        says: clean_line(&format!("{} Whose move: {}.", choice.says.register(admin), choice.who.spoken()), MOST),
        first: choice.first,
    };
    choices(guide, items).into_iter().map(line).collect()
}

fn mark(item: &Item) -> Mark {
    match (item.meaning.cause.as_str(), item.permanent) {
        ("unclear", _) => Mark::Unknown,
        (_, Some(false)) => Mark::Note,
        _ => Mark::Fault,
    }
}
