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
            Self::Extras => "extras".to_owned(),
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        match word.split(' ').collect::<Vec<_>>()[..] {
            ["begin", goal, how] => {
                let mode = if how == "checklist" { Mode::Checklist } else { Mode::Guided };
                GOALS.iter().find(|(_, word)| *word == goal).map(|(goal, _)| Self::Begin(*goal, mode))
            }
            ["answer", step] => Some(Self::Answer(StepId::new(step))),
            ["extras"] => Some(Self::Extras),
            _ => None,
        }
    }
}

impl Form {
    /// What stands in it that a session may keep, by the names of its fields; nothing where that is what stood there when it was
    /// opened. A password is left out, and taken out of the other fields as well; so is what may be one that was typed into the wrong field.
    pub(in crate::tui) fn typed(&self) -> BTreeMap<String, String> {
        let masked = self.fields.iter().find_map(|f| if let Entry::Masked(m) = &f.entry { Some(m) } else { None });
        let typed = standing(&self.fields);
        if typed == self.opened {
            return BTreeMap::new();
        }
        // An address that is kept anyhow, or was known before, tells of a user name that is its beginning.
        let known = |name: &&str| match typed.get(*name) {
            Some(text) if is_address(text) => Some(text.clone()),
            _ => self.opened.get(*name).filter(|text| is_address(text)).cloned(),
        };
        let known: Vec<String> = ["from", "to"].iter().filter_map(known).collect();
        let begins = |name: &str, text: &str| name == "user" && known.iter().any(|address| address.starts_with(text));
        // The address of a server can hold a password.
        let plain = typed
            .into_iter()
            .filter(|(_, text)| !(text.contains("://") && text.contains('@')) || is_long(text))
            .filter(|(name, text)| {
                masked.is_none() || self.opened.get(name) == Some(text) || fits(name, text) || begins(name, text)
            });
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
        (admin, practice): (bool, bool),
        case: &Case,
    ) -> Option<Self> {
        let mut form = match Purpose::of_word(word)? {
            Purpose::Begin(goal, mode) => Self::begin(goal, mode, case),
            Purpose::Answer(step) => Self::answer(guide.step(&step)?, admin, case),
            Purpose::Extras => Self::extras(case, true, practice),
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

/// Whether a text is what belongs into that field: beside a field for a password, anything else may be one that went astray.
fn fits(name: &str, text: &str) -> bool {
    match name {
        "server" => is_host(text) || text.parse::<std::net::IpAddr>().is_ok() || text == "localhost",
        "port" => text.chars().all(|c| c.is_ascii_digit()),
        "user" | "from" | "to" => text.is_empty() || is_address(text),
        _ => true,
    }
}

fn is_host(host: &str) -> bool {
    let mut labels = host.rsplit('.');
    let top = labels.next().is_some_and(|t| t.len() > 1 && t.chars().all(char::is_alphabetic));
    top && labels.next().is_some() && !host.contains(|c: char| c.is_whitespace() || c == '@')
}

fn is_address(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, host)| !local.is_empty() && is_host(host))
}

/// Whether it is a text, which is looked through for passwords where it is kept.
fn is_long(text: &str) -> bool {
    text.contains(['\n', ' '])
}

fn name(slot: Slot) -> String {
    match slot {
        Slot::Port => "port".to_owned(),
        Slot::Extra(extra) => extra.asks().0.to_owned(),
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
        let again = Form::retyped((&form.purpose.word(), &typed), &guide, (false, true), &Case::new()).unwrap();
        assert_eq!((again.fields[0].text(), &again.purpose), ("smtp.example.net", &form.purpose));
        // A password that went astray, before it stands in its own field.
        for (at, astray) in [(0, "hunter2"), (3, "lowercase"), (3, "P@ssw0rd.1"), (0, "correct horse")] {
            let mut form = Form::begin(Goal::Settings, Mode::Guided, &Case::new());
            form.fields[at].set(astray);
            assert!(!format!("{:?}", form.typed()).contains(astray), "{astray}");
        }
        let mut user = Form::begin(Goal::Settings, Mode::Guided, &Case::new());
        user.fields[3].set("alice@example.net");
        assert!(format!("{:?}", user.typed()).contains("alice@example.net"));
        // A name that the address gives away is no secret; any other word may be one.
        user.fields[5].set("carol@example.net");
        for (name, is_kept) in [("carol", true), ("carol@exam", true), ("caroline", false)] {
            user.fields[3].set(name);
            assert_eq!(user.typed().get("user").is_some_and(|kept| kept == name), is_kept, "{name}");
        }
        form.fields[0].set("smtps://alice:hunter2@smtp.example.net");
        assert!(!format!("{:?}", form.typed()).contains("hunter2"));
    }
}
