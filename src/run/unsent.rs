//! A line beside a step of a checklist that was typed and not sent, as sessions keep it: either front end takes up what the other one left.

use std::collections::BTreeMap;

use crate::transcript::StepId;
use crate::walk::Walk;

/// The name of the one field.
const LINE: &str = "line";

/// What the line is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// Initials under that step.
    Sign(StepId),
    /// A note beside it.
    Note(StepId),
}

impl Unsent {
    /// The line that a session keeps, and what it is for.
    #[must_use]
    pub fn of(walk: &Walk) -> Option<(Self, String)> {
        let (word, fields) = walk.typed();
        Some((Self::of_word(word)?, fields.get(LINE)?.clone()))
    }

    /// What that word stands for, if it is one of these.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        let (what, step) = word.split_once(' ')?;
        match what {
            "sign" => Some(Self::Sign(StepId::new(step))),
            "note" => Some(Self::Note(StepId::new(step))),
            _ => None,
        }
    }

    /// Itself as a word.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::Sign(step) => format!("sign {step}"),
            Self::Note(step) => format!("note {step}"),
        }
    }

    /// A line as it is kept.
    #[must_use]
    pub fn fields(line: &str) -> BTreeMap<String, String> {
        BTreeMap::from([(LINE.to_owned(), line.to_owned())])
    }

    /// The step.
    #[must_use]
    pub fn step(&self) -> &StepId {
        let (Self::Sign(step) | Self::Note(step)) = self;
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_leads_back_to_what_it_stands_for() {
        for what in [Unsent::Sign(StepId::new("dns")), Unsent::Note(StepId::new("server-status"))] {
            assert_eq!(Unsent::of_word(&what.word()), Some(what));
        }
        for other in ["", "sign", "extras", "answer dns", "begin error guided"] {
            assert_eq!(Unsent::of_word(other), None, "{other}");
        }
    }
}
