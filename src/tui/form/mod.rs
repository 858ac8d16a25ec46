//! What is asked of a person, and what they typed. Nothing that was entered is lost by being wrong.

mod area;
mod brought;
mod field;
mod fill;
mod masked;
mod typed;

use std::collections::BTreeMap;

use crossterm::event::KeyEvent;

pub(super) use area::Area;
pub(super) use field::{Entry, Field, Slot};
pub(super) use fill::Wrong;
pub(super) use masked::Masked;

use crate::guide::{self, Step};
use crate::run::Extra;
use crate::transcript::{Case, Goal, Mode, StepId};

/// A form: the fields that one choice, or one step, asks for.
#[derive(Debug)]
pub(super) struct Form {
    /// What it is about, on top.
    pub title: String,
    /// Its fields, in order.
    pub fields: Vec<Field>,
    /// The field that is lit.
    pub at: usize,
    /// What is wrong, and where.
    pub wrong: Option<Wrong>,
    /// What it is for.
    pub purpose: Purpose,
    /// What has to be said about what was taken.
    pub note: Option<String>,
    /// Whether files of this machine can be named.
    pub files: bool,
    /// What stood in it when it was opened.
    opened: BTreeMap<String, String>,
}

/// What a form is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It begins a walk.
    Begin(Goal, Mode),
    /// It answers what a step asks; the step runs again afterwards.
    Answer(StepId),
    /// It says how to ask: all of it can stay empty.
    Extras,
}

impl Form {
    /// The form for what the user came with, filled from what is known.
    pub(super) fn begin(goal: Goal, mode: Mode, case: &Case) -> Self {
        use guide::Field as F;
        let of = |f| label(f, "");
        let (title, mut fields) = match goal {
            Goal::Error => ("An error, a bounce or a log line", vec![of(F::Error).required()]),
            Goal::Address => ("An address that mail does not reach", vec![of(F::To).required(), of(F::From)]),
            Goal::Settings => (
                "Mail settings that do not work",
                vec![of(F::Server).required(), port(), of(F::Security), of(F::User), of(F::Password), of(F::From)],
            ),
            Goal::Server => (
                "A mail server of mine that is refused",
                vec![of(F::Server).required(), of(F::From), of(F::To), of(F::Ip)],
            ),
        };
        if goal == Goal::Server {
            fields[0].hint = "The name that your server goes by, like mail.example.net.".to_owned();
            fields[1].hint = "An address that it sends mail from.".to_owned();
            fields[2].hint = "An address that refuses its mail, if there is one.".to_owned();
        }
        Self::new(title, fields, Purpose::Begin(goal, mode), case)
    }

    /// The form for the questions of a step.
    pub(super) fn answer(step: &Step, admin: bool, case: &Case) -> Self {
        let fields = step
            .questions
            .iter()
            .map(|q| {
                let mut field = label(q.field, q.ask.register(admin));
                if !q.example.is_empty() {
                    field.example.clone_from(&q.example);
                }
                if q.required { field.required() } else { field }
            })
            .collect();
        Self::new(&step.title, fields, Purpose::Answer(step.id.clone()), case)
    }

    /// The form for what no step asks. Where files are out of reach, or in a practice world, some of it means nothing.
    pub(super) fn extras(case: &Case, files: bool, practice: bool) -> Self {
        let fields = Extra::within(files, practice).map(|extra| {
            let (label, hint, example) = extra.asks();
            Field::new(Slot::Extra(extra), label, hint, example)
        });
        Self::new("How heloise asks", fields.collect(), Purpose::Extras, case)
    }

    fn new(title: &str, mut fields: Vec<Field>, purpose: Purpose, case: &Case) -> Self {
        let has_port = fields.iter().any(|f| f.slot == Slot::Port);
        for field in &mut fields {
            field.read(case, has_port);
        }
        let opened = typed::standing(&fields);
        Self { title: title.to_owned(), fields, opened, at: 0, wrong: None, purpose, note: None, files: true }
    }

    /// The form where files of this machine are out of reach: no word of them is left.
    pub(super) fn without_files(mut self) -> Self {
        use guide::Field as F;
        self.files = false;
        self.fields.retain(|f| f.slot != Slot::Of(F::Message) && f.slot != Slot::Extra(Extra::Ca));
        for field in &mut self.fields {
            match field.slot {
                Slot::Of(F::Error) => "Paste it here.".clone_into(&mut field.hint),
                Slot::Of(F::Server) if field.hint.contains("a file") => {
                    "The outgoing mail server.".clone_into(&mut field.hint);
                }
                _ => {}
            }
        }
        self
    }

    /// The field that is lit.
    pub(super) fn field(&self) -> Option<&Field> {
        self.fields.get(self.at)
    }

    /// Whether it is one of a few.
    pub(super) fn at_choice(&self) -> bool {
        self.field().is_some_and(|f| matches!(f.entry, Entry::Choice(_)))
    }

    /// Whether it takes many lines.
    pub(super) fn at_area(&self) -> bool {
        self.field().is_some_and(|f| matches!(f.entry, Entry::Area(_)))
    }

    /// Lights a field.
    pub(super) fn go(&mut self, field: usize) {
        self.at = field.min(self.fields.len().saturating_sub(1));
    }

    /// Lights the next field; false where this is the last.
    pub(super) fn next(&mut self) -> bool {
        let more = self.at + 1 < self.fields.len();
        self.at += usize::from(more);
        more
    }

    /// Lights the field before.
    pub(super) fn previous(&mut self) {
        self.at = self.at.saturating_sub(1);
    }

    /// Whether anything was typed that would be lost with it.
    pub(super) fn is_filled(&self) -> bool {
        self.fields.iter().any(|f| !f.text().is_empty())
    }

    /// The form as it is kept when it is left: with everything but a password.
    pub(super) fn kept(mut self) -> Self {
        for field in &mut self.fields {
            if let Entry::Masked(masked) = &mut field.entry {
                masked.clear();
            }
        }
        Self { wrong: None, ..self }
    }

    /// Takes a key that is no command.
    pub(super) fn key(&mut self, key: KeyEvent) {
        self.wrong = None;
        if let Some(field) = self.fields.get_mut(self.at) {
            field.key(key);
        }
    }

    /// Takes a paste.
    pub(super) fn paste(&mut self, text: &str) {
        self.wrong = None;
        if let Some(field) = self.fields.get_mut(self.at) {
            field.paste(text);
        }
    }

    /// The next or the previous choice.
    pub(super) fn turn(&mut self, on: bool) {
        if let Some(field) = self.fields.get_mut(self.at) {
            field.turn(on);
        }
    }
}

fn port() -> Field {
    Field::new(Slot::Port, "Port", "465, 587 or 25. Leave it empty to have them tried.", "")
}

/// A field under the name people know it by; the hint is the guide's question, where there is one.
fn label(field: guide::Field, ask: &str) -> Field {
    use guide::Field as F;
    let (label, hint, example) = match field {
        F::From => ("Your address", "The address you send from.", "alice@example.net"),
        F::To => ("Their address", "The address that mail does not reach.", "bob@example.org"),
        F::Server => {
            ("Server", "The outgoing mail server, or a file with it: main.cf, msmtprc, .env.", "smtp.example.net")
        }
        F::Security => ("Security", "Automatic is right unless you were told otherwise.", ""),
        F::User => ("User name", "What you log in with, often your whole address.", "alice@example.net"),
        F::Password => ("Password", "It stays in memory, goes to that server only, and is in no report.", ""),
        F::Message => ("Message file", "The message that is refused, saved as a file.", "message.eml"),
        F::Error => ("The error", "Paste it here, or type the name of a file that holds it.", ""),
        F::Helo => ("HELO name", "The name your server greets with.", "mail.example.net"),
        F::Ip => ("Sending address", "The IP address your mail goes out from, if you know it.", "192.0.2.25"),
        F::SendingDomain => {
            ("Sending domain", "The domain you send from, if it is not that of your address.", "example.net")
        }
        F::Selector => ("DKIM selector", "The name in s= of a DKIM-Signature.", "mail"),
    };
    Field::new(Slot::Of(field), label, if ask.is_empty() { hint } else { ask }, example)
}
