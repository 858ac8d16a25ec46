//! What was typed and not sent: the session keeps it at a calm pace, and brings it back.

use std::collections::BTreeMap;

use super::{App, Order};
use crate::transcript::StepId;
use crate::tui::form::{Form, Purpose};
use crate::tui::view::{Prompt, PromptFor, Screen};
use crate::walk::{Input, Place};

/// A longer text is kept only when the wizard is told to leave: writing it again and again would hold the keys up.
const CALM: usize = 64 * 1024;

impl App {
    /// Something came that may have changed a form, or a line beside a step: it is kept after a while, once for all that comes until then.
    pub(super) fn may_have_typed(&mut self) {
        let line = self.line_left().is_some() || is_line(self.session.walk().typed().0);
        if (line || matches!(self.view.screen, Screen::Form(_))) && self.session.is_kept() {
            self.typed = true;
            if !std::mem::replace(&mut self.keeping, true) {
                self.orders.push(Order::KeepTyped);
            }
        }
    }

    /// The while is over.
    pub(super) fn keep_typed(&mut self) {
        self.keeping = false;
        if self.form_left().is_none_or(|form| form.weight() <= CALM) {
            self.keep_typed_now();
        }
    }

    /// Has the session keep what stands in a form that was not sent.
    pub(super) fn keep_typed_now(&mut self) {
        if !std::mem::take(&mut self.typed) || !self.session.is_kept() {
            return;
        }
        if let Some((form, line)) = self.line_left() {
            let fields = BTreeMap::from([(LINE.to_owned(), line)]);
            return self.feed(Input::Type { form, fields });
        }
        let Some(form) = self.form_left() else {
            if is_line(self.session.walk().typed().0) {
                self.nothing_typed();
            }
            return;
        };
        let (fields, purpose) = (form.typed(), form.purpose.clone());
        if fields.is_empty() {
            return self.nothing_typed();
        }
        // What was typed first of all is kept in a session that begins with it.
        if let Purpose::Begin(_, mode) = purpose {
            self.record_beginning(mode);
        }
        self.feed(Input::Type { form: purpose.word(), fields });
    }

    /// What was typed was sent, or taken back.
    pub(super) fn nothing_typed(&mut self) {
        self.typed = false;
        if !self.session.walk().typed().0.is_empty() {
            self.feed(Input::Type { form: String::new(), fields: Default::default() });
        }
    }

    /// Brings back what a session kept; where nothing was begun but that, its form is open again, and so is a line beside a step.
    pub(super) fn retype(&mut self) {
        let walk = self.session.walk();
        let how = (self.view.admin, !self.session.world().is_this_machine());
        let form = Form::retyped(walk.typed(), &self.guide, how, walk.case());
        let Some(form) = form.map(|f| if self.confined { f.without_files() } else { f }) else { return };
        if *walk.place() == Place::Start {
            self.view.open(Screen::Form(Box::new(form)));
        } else {
            self.kept = Some(Box::new(form));
        }
    }

    /// Brings back a line beside a step, above whatever lies open.
    pub(super) fn retype_line(&mut self) {
        let (word, fields) = self.session.walk().typed();
        let Some((goal, line)) = goal_of(word).zip(fields.get(LINE).cloned()) else { return };
        if goal.step().is_some_and(|step| self.guide.step(step).is_some()) {
            self.view.open(Screen::Prompt(Prompt::new(goal, line)));
        }
    }

    /// The line that was not sent: the word for what it is for, and what stands in it.
    fn line_left(&self) -> Option<(String, String)> {
        let open = std::iter::once(&self.view.screen).chain(self.view.behind.iter().rev());
        let prompt = open.filter_map(|s| if let Screen::Prompt(prompt) = s { Some(prompt) } else { None }).next()?;
        let word = match &prompt.goal {
            PromptFor::Sign(step) => format!("{SIGN}{step}"),
            PromptFor::Note(step) => format!("{NOTE}{step}"),
            PromptFor::Find => return None,
        };
        let line = prompt.line.value();
        (!line.is_empty() && *line != self.view.initials).then(|| (word, line.to_owned()))
    }

    /// The form that was not sent: the one that is seen, one below a help page, or one that was left.
    fn form_left(&self) -> Option<&Form> {
        let open = std::iter::once(&self.view.screen).chain(self.view.behind.iter().rev());
        let open = open.filter_map(|s| if let Screen::Form(form) = s { Some(&**form) } else { None }).next();
        open.or(self.kept.as_deref())
    }
}

/// What a line beside a step is for, as a session keeps it: with the step's name behind it.
const SIGN: &str = "sign ";
const NOTE: &str = "note ";
/// The name of its one field.
const LINE: &str = "line";

fn is_line(word: &str) -> bool {
    goal_of(word).is_some()
}

fn goal_of(word: &str) -> Option<PromptFor> {
    let sign = word.strip_prefix(SIGN).map(|step| PromptFor::Sign(StepId::new(step)));
    sign.or_else(|| word.strip_prefix(NOTE).map(|step| PromptFor::Note(StepId::new(step))))
}
