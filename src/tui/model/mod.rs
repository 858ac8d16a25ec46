//! What a screen shows, computed from the walk and the guide: plain values, so that drawing can be tested without a walk.

mod checklist;
mod diagnosis;
mod dialogue;
mod evidence;
mod failures;
mod head;
mod map;
mod meaning;
mod page;
mod pairs;
mod rail;
mod read;
mod rows;
mod ruled;
mod step;
mod talks;
mod waits;
mod ways;

pub(super) use checklist::{Checklist, checklist};
pub(super) use diagnosis::{Found, Why, diagnosis};
pub(super) use dialogue::{Said, Way, dialogue, latest};
pub(super) use evidence::evidence;
pub(super) use failures::{Failure, failures};
pub(super) use head::{about, again, head};
pub(super) use map::{Map, MapWay, map, row_here};
pub(super) use meaning::{Meant, meaning, whole};
pub(super) use page::Page;
pub(super) use pairs::{Pair, pair};
pub(super) use rail::{Rail, RailItem, rail};
pub(super) use read::{Read, read};
pub(super) use rows::{Row, RowState, fold_rows, span};
pub(super) use ruled::{RuledOut, ruled_out};
pub(super) use step::{Note, StepView, picks, step};
pub(super) use ways::{Aim, Aside, ways};

#[cfg(test)]
pub(super) use {checklist::Checked, step::Next};

use std::borrow::Cow;

use super::theme::Mark;
use crate::guide::{Guide, Words, fill};
use crate::transcript::{Finding, StepId, StepStatus, clean_line};
use crate::walk::Walk;

/// The most that is shown of one text from outside.
const MOST: usize = 600;

/// Words in a register, places filled, cleaned.
fn say(guide: &Guide, words: &Words, admin: bool, finding: &Finding) -> String {
    let args = if admin { Cow::Borrowed(&finding.args) } else { guide.plainly(&finding.args) };
    clean_line(&fill(words.register(admin), &args), MOST)
}

/// What is said about a finding; its id and values where the guide has no words for it.
fn says(guide: &Guide, finding: &Finding, admin: bool) -> String {
    match guide.finding(&finding.id) {
        Some(entry) => say(guide, &entry.says, admin, finding),
        None => {
            let values: Vec<_> = finding.args.iter().map(|(n, v)| format!("{n} {v}")).collect();
            clean_line(&format!("{} {}", finding.id, values.join(", ")), MOST)
        }
    }
}

/// A few words about a finding, for a row.
fn short(guide: &Guide, finding: &Finding, admin: bool) -> String {
    match guide.finding(&finding.id).and_then(|e| e.short.as_deref()) {
        Some(short) => clean_line(&fill(short, &guide.plainly(&finding.args)), MOST),
        None => says(guide, finding, admin),
    }
}

/// Whether a sentence says all that another says, word for word, and goes on.
fn goes_on(longer: &str, says: &str) -> bool {
    let said = says.trim_end_matches('.');
    longer.len() > says.len() && longer.strip_prefix(said).is_some_and(|rest| rest.starts_with([';', ',', ':', '.']))
}

/// The mark of a step that has ended. One that was looked at and had nothing to judge was not left out.
fn ended(walk: &Walk, step: &StepId, status: StepStatus) -> Mark {
    match status {
        StepStatus::Skipped if !walk.runs_of(step).is_empty() => Mark::Remark,
        status => status.into(),
    }
}

/// The title of a step; its id where the guide does not have it.
fn title(guide: &Guide, id: &StepId) -> String {
    guide.step(id).map_or_else(|| id.to_string(), |s| s.title.clone())
}

#[cfg(test)]
mod tests {
    use super::goes_on;

    #[test]
    fn a_sentence_that_goes_on_says_the_other_too() {
        let said = "mx:465 with starttls: it does not speak SMTP.";
        assert!(goes_on("mx:465 with starttls: it does not speak SMTP; with implicit TLS it does.", said));
        assert!(!goes_on(said, said) && !goes_on("mx:4650 is open.", "mx:465"));
    }
}
