//! What holds right now: what keys depend on.

use super::App;
use crate::diagnosis::shown_in;
use crate::transcript::{Consent, Fact, StepId};
use crate::tui::form::Purpose;
use crate::tui::keys::{Kind, Now};
use crate::tui::view::{PromptFor, Screen, StepSeen};
use crate::walk::Place;

impl App {
    /// What holds right now.
    pub(super) fn now(&self) -> Now {
        let walk = self.session.walk();
        let kind = self.view.screen.kind();
        let form = if let Screen::Form(form) = &self.view.screen { Some(form) } else { None };
        let at_step = kind == Kind::Step;
        let step = self.step_here();
        let declined = step.is_some_and(|s| self.declined_by(s).next().is_some());
        let offers = step.map_or_else(Vec::new, |s| walk.offers(&self.guide, &s.id));
        Now {
            kind,
            typing: matches!(kind, Kind::Prompt | Kind::Practise) || form.is_some_and(|f| !f.at_choice()),
            running: !walk.running().is_empty(),
            way_on: at_step && (!self.is_alive() || walk.proposal().is_some()),
            questions: self.step_here().is_some_and(|s| !s.questions.is_empty()),
            lacking: self.shown.step.as_ref().is_some_and(|s| !s.asks.is_empty()),
            offers: self.shown.step.as_ref().is_some_and(|s| s.offers),
            declined,
            more: !declined && !offers.is_empty(),
            sends: offers.contains(&Consent::Send),
            findings: !self.evidence_lit().is_empty(),
            admin: self.view.admin,
            resumable: self.last.is_some(),
            choice: form.is_some_and(|f| f.at_choice()),
            copyable: true,
            foldable: at_step && self.folds(),
            several: at_step && self.tells_of_several(),
            extras: form.is_some_and(|f| f.purpose == Purpose::Extras),
            fields: form.is_some_and(|f| f.fields.len() > 1),
            checkable: kind == Kind::Diagnosis && self.step_that_showed_it().is_some(),
            called: walk.transcript().entries().iter().any(|e| matches!(e.fact, Fact::Connect { .. })),
            records: walk.transcript().findings().any(|(_, f)| f.args.contains_key("desk")),
            cut: kind == Kind::Transcript && self.meaning_left().0 > 0,
            finding: match &self.view.screen {
                Screen::Prompt(prompt) => prompt.goal == PromptFor::Find,
                Screen::Transcript(lens) => !lens.find.is_empty(),
                _ => false,
            },
            kept: self.session.is_kept(),
            fresh: *walk.place() == Place::Start,
            behind: !self.view.behind.is_empty() || kind == Kind::Story && !self.only_practice,
            walked: walk.path().iter().filter(|m| m.to.is_some()).count() > 1,
            confined: self.confined,
        }
    }

    /// The step that showed the first cause of the diagnosis.
    pub(super) fn step_that_showed_it(&self) -> Option<StepId> {
        let top = self.diagnosis.as_ref().and_then(|(_, d)| d.causes.first())?;
        shown_in(self.session.walk().transcript(), top)
    }

    /// Whether rows are folded away, or were unfolded.
    fn folds(&self) -> bool {
        let unfolded = matches!(self.view.seen(), Screen::Step(StepSeen { unfolded: true, .. }));
        unfolded || self.shown.step.as_ref().is_some_and(|s| s.folded)
    }
}
