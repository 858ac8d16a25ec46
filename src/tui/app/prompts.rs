//! Lines that are typed in place of the keys: initials, notes, and what is looked for.

use super::App;
use crate::transcript::Fact;
use crate::tui::view::{Prompt, PromptFor, Screen};
use crate::walk::Input;

impl App {
    /// Asks for initials under the step.
    pub(super) fn sign(&mut self) {
        if let Some(step) = self.step_here().map(|s| s.id.clone()) {
            let initials = self.view.initials.clone();
            self.prompt(initials, PromptFor::Sign(step));
        }
    }

    /// Asks for a note beside the step.
    pub(super) fn note(&mut self) {
        if let Some(step) = self.step_here().map(|s| s.id.clone()) {
            self.prompt(String::new(), PromptFor::Note(step));
        }
    }

    /// Asks for a line, in place of the keys.
    pub(super) fn prompt(&mut self, filled: String, goal: PromptFor) {
        // A form that was left is kept first: from now on the line is.
        self.keep_typed_now();
        self.view.open(Screen::Prompt(Prompt::new(goal, filled)));
    }

    /// Keeps what was typed into a prompt.
    pub(super) fn keep(&mut self) {
        let Screen::Prompt(prompt) = &self.view.screen else { return };
        let (text, goal) = (prompt.line.value().trim().to_owned(), prompt.goal.clone());
        self.view.leave();
        match goal {
            PromptFor::Sign(_) if text.is_empty() => {
                self.view.note = Some("Not signed: type your initials, like jd.".to_owned());
            }
            PromptFor::Sign(step) => {
                self.view.initials.clone_from(&text);
                self.feed(Input::Sign { step, by: text, note: String::new() });
            }
            PromptFor::Note(_) if text.is_empty() => {}
            PromptFor::Note(step) => {
                let by = self.view.initials.clone();
                self.feed(Input::Sign { step, by, note: text });
            }
            PromptFor::Find => {
                if let Screen::Transcript(lens) = &mut self.view.screen {
                    lens.find = text.to_lowercase();
                }
                self.find_next();
            }
        }
        // Only now it is no longer what was typed and not sent.
        self.typed = true;
        self.keep_typed_now();
    }

    /// Who signed last signs on, unless other initials are set.
    pub(super) fn recall_initials(&mut self) {
        let last = self.session.walk().transcript().entries().iter().rev().find_map(|e| match &e.fact {
            Fact::Signed { by, .. } if !by.is_empty() => Some(by.clone()),
            _ => None,
        });
        if let Some(last) = last.filter(|_| self.view.initials.is_empty()) {
            self.view.initials = last;
        }
    }

    /// Goes to the next line with what is looked for.
    pub(super) fn find_next(&mut self) {
        let lines = &self.shown.lines;
        let Screen::Transcript(lens) = &mut self.view.screen else { return };
        if lens.find.is_empty() {
            return;
        }
        let n = lines.len();
        let hit = |i: &usize| {
            lines[*i].text.to_lowercase().contains(&lens.find) || lines[*i].host.to_lowercase().contains(&lens.find)
        };
        match (1..=n).map(|step| (lens.cursor + step) % n.max(1)).find(hit) {
            Some(at) => (lens.cursor, lens.scroll) = (at, 0),
            None => self.view.note = Some(format!("\"{}\" is nowhere in the transcript.", lens.find)),
        }
    }
}
