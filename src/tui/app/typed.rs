//! What was typed and not sent: the session keeps it at a calm pace, and brings it back.

use super::{App, Order};
use crate::run::Unsent;
use crate::transcript::Fact;
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
        if self.line_left().is_some() || self.form_left().is_none_or(|form| form.weight() <= CALM) {
            self.keep_typed_now();
        }
    }

    /// Has the session keep what stands in a form that was not sent.
    pub(super) fn keep_typed_now(&mut self) {
        if !std::mem::take(&mut self.typed) || !self.session.is_kept() {
            return;
        }
        if let Some((what, line)) = self.line_left() {
            let (form, fields) = (what.word(), Unsent::fields(line));
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
        // A form that had been left when a line beside a step was begun was kept before it.
        let kept = walk.transcript().entries().iter().rev().find_map(|e| match &e.fact {
            Fact::Typed { form, fields } if !is_line(form) => Some((form.as_str(), fields)),
            _ => None,
        });
        let form = kept.and_then(|kept| Form::retyped(kept, &self.guide, how, walk.case()));
        let Some(form) = form.map(|f| if self.confined { f.without_files() } else { f }) else { return };
        if *walk.place() == Place::Start {
            self.view.open(Screen::Form(Box::new(form)));
        } else {
            self.kept = Some(Box::new(form));
        }
    }

    /// Brings back a line beside a step, above whatever lies open.
    pub(super) fn retype_line(&mut self) {
        let Some((what, line)) = Unsent::of(self.session.walk()) else { return };
        if self.guide.step(what.step()).is_none() {
            return;
        }
        let at = self.session.walk().checklist(&self.guide).iter().position(|step| step.id == *what.step());
        if let (Screen::Checklist { cursor }, Some(at)) = (&mut self.view.screen, at) {
            *cursor = at;
        }
        let goal = match what {
            Unsent::Sign(step) => PromptFor::Sign(step),
            Unsent::Note(step) => PromptFor::Note(step),
        };
        self.view.open(Screen::Prompt(Prompt::new(goal, line)));
    }

    /// The line that was not sent: what it is for, and what stands in it.
    fn line_left(&self) -> Option<(Unsent, &str)> {
        let open = std::iter::once(&self.view.screen).chain(self.view.behind.iter().rev());
        let prompt = open.filter_map(|s| if let Screen::Prompt(prompt) = s { Some(prompt) } else { None }).next()?;
        let what = match &prompt.goal {
            PromptFor::Sign(step) => Unsent::Sign(step.clone()),
            PromptFor::Note(step) => Unsent::Note(step.clone()),
            PromptFor::Find => return None,
        };
        let line = prompt.line.value();
        (!line.is_empty() && *line != self.view.initials).then_some((what, line))
    }

    /// The form that was not sent: the one that is seen, one below a help page, or one that was left.
    fn form_left(&self) -> Option<&Form> {
        let open = std::iter::once(&self.view.screen).chain(self.view.behind.iter().rev());
        let open = open.filter_map(|s| if let Screen::Form(form) = s { Some(&**form) } else { None }).next();
        open.or(self.kept.as_deref())
    }
}

fn is_line(word: &str) -> bool {
    Unsent::of_word(word).is_some()
}
