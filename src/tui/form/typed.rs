//! What was typed into a form and not sent: told as words that a session can keep, and put back.

use std::collections::BTreeMap;

use super::{Entry, Field, Form, Purpose, Slot};
use crate::guide::Guide;
use crate::transcript::{Case, Goal, Mode, StepId};

const GOALS: [(Goal, &str); 4] =
    [(Goal::Error, "error"), (Goal::Address, "address"), (Goal::Settings, "settings"), (Goal::Server, "server")];

impl Purpose {
    /// Itself as a word.
    pub(in crate::tui) fn word(&self) -> String {
        match self {
            Self::Begin(goal, mode) => {
                let goal = GOALS.iter().find(|(of, _)| of == goal).map_or("", |(_, word)| word);
                let how = if *mode == Mode::Checklist { "checklist" } else { "guided" };
                format!("begin {goal} {how}")
            }
            Self::Answer(step) => format!("answer {step}"),
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        match word.split(' ').collect::<Vec<_>>()[..] {
            ["begin", goal, how] => {
                let mode = if how == "checklist" { Mode::Checklist } else { Mode::Guided };
                GOALS.iter().find(|(_, word)| *word == goal).map(|(goal, _)| Self::Begin(*goal, mode))
            }
            ["answer", step] => Some(Self::Answer(StepId::new(step))),
            _ => None,
        }
    }
}

impl Form {
    /// What stands in it that a session may keep, by the names of its fields; nothing where that is what stood there when it was
    /// opened. A password is left out, and taken out of the other fields as well.
    pub(in crate::tui) fn typed(&self) -> BTreeMap<String, String> {
        let masked = self.fields.iter().find_map(|f| if let Entry::Masked(m) = &f.entry { Some(m) } else { None });
        let typed = standing(&self.fields);
        if typed == self.opened {
            return BTreeMap::new();
        }
        // The address of a server can hold a password.
        let plain =
            typed.into_iter().filter(|(_, text)| !(text.contains("://") && text.contains('@')) || is_long(text));
        plain.map(|(name, text)| (name, masked.map_or_else(|| text.clone(), |m| m.scrub(&text)))).collect()
    }

    /// How many octets that would be, at most.
    pub(in crate::tui) fn weight(&self) -> usize {
        self.fields.iter().map(|f| f.text().len()).sum()
    }

    /// The form of that word with what was typed into it; none where there is no such form any more.
    pub(in crate::tui) fn retyped(
        (word, typed): (&str, &BTreeMap<String, String>),
        guide: &Guide,
        admin: bool,
        case: &Case,
    ) -> Option<Self> {
        let mut form = match Purpose::of_word(word)? {
            Purpose::Begin(goal, mode) => Self::begin(goal, mode, case),
            Purpose::Answer(step) => Self::answer(guide.step(&step)?, admin, case),
        };
        for field in &mut form.fields {
            if let Some(text) = typed.get(&name(field.slot)) {
                field.set(text);
            }
        }
        Some(form)
    }
}

/// What stands in fields, by their names.
pub(super) fn standing(fields: &[Field]) -> BTreeMap<String, String> {
    let shown = fields.iter().filter(|f| !matches!(f.entry, Entry::Masked(_)));
    shown.map(|f| (name(f.slot), f.text().to_owned())).collect()
}

/// Whether it is a text, which is looked through for passwords where it is kept.
fn is_long(text: &str) -> bool {
    text.contains(['\n', ' '])
}

fn name(slot: Slot) -> String {
    match slot {
        Slot::Port => "port".to_owned(),
        Slot::Of(field) => {
            serde_json::to_value(field).ok().and_then(|v| Some(v.as_str()?.to_owned())).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_comes_back_and_no_password_with_it() {
        let guide = Guide::embedded();
        let mut form = Form::begin(Goal::Settings, Mode::Guided, &Case::new());
        assert!(form.typed().is_empty(), "nothing was typed");
        form.fields[0].set("smtp.example.net");
        form.fields[3].set("Sup3r-Secret-77");
        form.at = 4;
        form.paste("Sup3r-Secret-77");
        let typed = form.typed();
        assert!(!format!("{typed:?}").contains("Sup3r-Secret-77"), "{typed:?}");
        let again = Form::retyped((&form.purpose.word(), &typed), &guide, false, &Case::new()).unwrap();
        assert_eq!((again.fields[0].text(), &again.purpose), ("smtp.example.net", &form.purpose));
        form.fields[0].set("smtps://alice:hunter2@smtp.example.net");
        assert!(!format!("{:?}", form.typed()).contains("hunter2"));
    }
}
