//! One field of a form.

use crossterm::event::{Event as Term, KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;
use tui_input::backend::crossterm::to_input_request;

use super::{Area, Masked};
use crate::guide;
use crate::run::Extra;
use crate::transcript::{Security, clean_line};

/// The longest line that is taken, in characters.
const MOST: usize = 512;

/// Which value of the case a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Slot {
    /// One that the guide can ask for.
    Of(guide::Field),
    /// The port beside a server.
    Port,
    /// One that no step asks for.
    Extra(Extra),
}

/// What is typed into it.
#[derive(Debug)]
pub(in crate::tui) enum Entry {
    /// One line.
    Line(Input),
    /// Many lines.
    Area(Area),
    /// A password.
    Masked(Masked),
    /// One of a few.
    Choice(Security),
}

/// One field.
#[derive(Debug)]
pub(in crate::tui) struct Field {
    /// What it fills.
    pub slot: Slot,
    /// Its name: two or three words.
    pub label: String,
    /// What to type, shown while it is lit.
    pub hint: String,
    /// An example, shown while it is empty.
    pub example: String,
    /// Whether one cannot go on without it.
    pub required: bool,
    /// What is in it.
    pub entry: Entry,
    /// What was taken from the error text.
    pub taken: Option<String>,
}

impl Field {
    pub(in crate::tui) fn new(slot: Slot, label: &str, hint: &str, example: &str) -> Self {
        let entry = match slot {
            Slot::Of(guide::Field::Error) => Entry::Area(Area::default()),
            Slot::Of(guide::Field::Password) => Entry::Masked(Masked::new()),
            Slot::Of(guide::Field::Security) => Entry::Choice(Security::Auto),
            _ => Entry::Line(Input::default()),
        };
        let text = |t: &str| clean_line(t, MOST);
        Self { slot, label: text(label), hint: text(hint), example: text(example), required: false, entry, taken: None }
    }

    pub(in crate::tui) fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// Puts a value in, as from a case that is known already.
    pub(in crate::tui) fn set(&mut self, text: &str) {
        match &mut self.entry {
            Entry::Line(input) => *input = Input::new(clean_line(text, MOST)),
            Entry::Area(area) => *area = Area::of(text),
            Entry::Masked(_) => {}
            Entry::Choice(security) => *security = text.parse().unwrap_or_default(),
        }
    }

    /// The text in it, without the space around it. A password has none to show.
    pub(in crate::tui) fn text(&self) -> &str {
        match &self.entry {
            Entry::Line(input) => input.value().trim(),
            Entry::Area(area) => area.text().trim(),
            Entry::Masked(_) => "",
            Entry::Choice(security) => security.as_str(),
        }
    }

    /// Takes a key that is no command.
    pub(in crate::tui) fn key(&mut self, key: KeyEvent) {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL) && !key.modifiers.contains(KeyModifiers::ALT);
        match &mut self.entry {
            Entry::Line(input) => {
                if let Some(request) = to_input_request(&Term::Key(key)) {
                    input.handle(request);
                    if input.value().chars().count() > MOST {
                        input.handle(tui_input::InputRequest::DeletePrevChar);
                    }
                }
            }
            Entry::Area(area) => match key.code {
                KeyCode::Char('u') if ctrl => area.clear(),
                KeyCode::Char('y') if ctrl => area.restore(),
                KeyCode::Char(c) if !ctrl => area.add(c.encode_utf8(&mut [0; 4])),
                KeyCode::Tab => area.add(" "),
                KeyCode::Backspace => area.pop(),
                _ => {}
            },
            Entry::Masked(masked) => match key.code {
                KeyCode::Char('u') if ctrl => masked.clear(),
                KeyCode::Char(c) if !ctrl => masked.add(c.encode_utf8(&mut [0; 4])),
                KeyCode::Backspace => masked.pop(),
                _ => {}
            },
            Entry::Choice(_) => {}
        }
    }

    /// Takes a paste.
    pub(in crate::tui) fn paste(&mut self, text: &str) {
        match &mut self.entry {
            Entry::Line(input) => {
                for c in clean_line(text.trim(), MOST).chars() {
                    if input.value().chars().count() < MOST {
                        input.handle(tui_input::InputRequest::InsertChar(c));
                    }
                }
            }
            Entry::Area(area) => area.add(text),
            Entry::Masked(masked) => masked.add(text),
            Entry::Choice(_) => {}
        }
    }

    /// The next or the previous choice.
    pub(in crate::tui) fn turn(&mut self, on: bool) {
        const ALL: [Security; 4] = [Security::Auto, Security::Starttls, Security::Tls, Security::None];
        if let Entry::Choice(now) = &mut self.entry {
            let at = ALL.iter().position(|s| s == now).unwrap_or(0);
            *now = ALL[(at + if on { 1 } else { ALL.len() - 1 }) % ALL.len()];
        }
    }
}
