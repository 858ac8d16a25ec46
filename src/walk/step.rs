//! What follows from each input.

use std::collections::BTreeMap;

use super::fold::RunState;
use super::status::Brought;
use super::{Effect, Input, Move, Place, StepState, Walk, branch, order, start};
use crate::diagnosis::diagnose;
use crate::guide::Guide;
use crate::transcript::{
    Case, Consent, Entry, EvidenceId, FOLLOW, Fact, Mode, RunId, StepId, StepStatus, clean_line, redact,
};

const INITIALS: usize = 40;
const NOTE: usize = 500;
// As much as the longest word of the front end with what stands behind it: thirty-two numbers, or the name of a step.
const LOOK: usize = 240;

/// One input being taken: what it appends goes into the walk, what it asks for is collected.
pub(super) struct Stepping<'a> {
    walk: &'a mut Walk,
    guide: &'a Guide,
    now: u64,
    effects: Vec<Effect>,
}

impl<'a> Stepping<'a> {
    pub(super) fn new(walk: &'a mut Walk, guide: &'a Guide, now: u64) -> Self {
        Self { walk, guide, now, effects: Vec::new() }
    }

    pub(super) fn take(mut self, input: Input) -> Vec<Effect> {
        match input {
            Input::Begin { version, unix_ms, mode } => self.append(Fact::Began { version, unix_ms, mode }),
            Input::Enter(case) => self.enter(case),
            Input::Start => self.start(),
            Input::Consent { what, granted } => self.consent(&what, granted),
            Input::Follow => self.follow(),
            Input::Open(step) => self.open(&step),
            Input::Back => self.back(),
            Input::Again(step) => self.again(&step),
            Input::Retry => self.retry(),
            Input::Cancel => self.cancel_here(),
            Input::Answer { run, fact } => self.answer(run, *fact),
            Input::Sign { step, by, note } => self.sign(step, &by, &note),
            Input::Skip(step) => self.skip(&step),
            Input::Look(at) => self.look(&at),
            Input::Type { form, fields } => self.typed(form, fields),
            Input::Conclude => self.conclude("user".to_owned(), "you chose to stop here".to_owned()),
        }
        self.effects
    }

    fn append(&mut self, fact: Fact) {
        self.walk.append(Entry { at: self.now, fact });
    }

    fn enter(&mut self, mut case: Box<Case>) {
        // People paste whole dialogues, and what is entered is recorded.
        case.error = case.error.as_deref().map(redact);
        let known = self.walk.transcript().entries().iter().any(|e| matches!(e.fact, Fact::Entered { .. }));
        if !known || *self.walk.case() != *case {
            self.append(Fact::Entered { case });
        }
    }

    fn start(&mut self) {
        if *self.walk.place() != Place::Start {
            return;
        }
        match start::first(self.walk, self.guide) {
            None => self.conclude("start/none".to_owned(), "the guide has no steps".to_owned()),
            Some(first) => {
                self.went(first);
                // A checklist waits for the admin to open its first line.
                if self.walk.mode() == Mode::Guided {
                    self.arrive();
                }
            }
        }
    }

    fn consent(&mut self, what: &[Consent], granted: bool) {
        let asked = self.walk.asks(self.guide);
        for what in what.iter().copied() {
            let known = if granted { self.walk.consents() } else { self.walk.declined() };
            if !known.contains(&what) {
                self.append(Fact::Consented { what, granted });
            }
        }
        if !asked.is_empty() {
            self.arrive();
        }
    }

    fn follow(&mut self) {
        let Some(here) = self.walk.here().cloned() else { return };
        if let Some(proposal) = self.walk.proposal().cloned() {
            self.follow_to(proposal);
        } else if self.walk.mode() == Mode::Checklist && self.walk.state_of(&here) == StepState::Waiting {
            if self.walk.open_consents(self.guide, &here).is_empty() {
                self.begin(&here);
            } else {
                self.follow_to(order::checklist(self.walk, self.guide, &here));
            }
        }
    }

    fn follow_to(&mut self, chosen: Move) {
        if chosen.to.is_none() {
            self.conclude(chosen.rule, chosen.because);
        } else {
            self.went(chosen);
            self.arrive();
        }
    }

    fn open(&mut self, step: &StepId) {
        if self.guide.step(step).is_none() {
            return;
        }
        self.go_unless_here(step, "you chose it");
        self.arrive();
    }

    fn back(&mut self) {
        let trail = &self.walk.trail;
        let to = match self.walk.place() {
            Place::Start => None,
            Place::Step(_) => trail.iter().rev().nth(1),
            Place::Concluded => trail.last(),
        };
        if let Some(to) = to.cloned() {
            self.go(&to, "you went back");
            self.arrive();
        }
    }

    fn again(&mut self, step: &StepId) {
        if self.guide.step(step).is_none() || self.walk.state_of(step) == StepState::Running {
            return;
        }
        self.go_unless_here(step, "you asked to look again");
        let waits = self.walk.asks(self.guide);
        if waits.is_empty() {
            self.begin(step);
        }
    }

    fn retry(&mut self) {
        let Some(parked) = self.walk.parked().cloned() else { return };
        if self.walk.state_of(&parked.step) != StepState::Running {
            self.begin(&parked.step);
        }
    }

    fn skip(&mut self, step: &StepId) {
        let ended = matches!(self.walk.state_of(step), StepState::Done(_));
        if ended || self.guide.step(step).is_none() {
            return;
        }
        self.cancel_runs(&self.walk.live_runs(Some(step)));
        self.append(Fact::StepEnded { step: step.clone(), status: StepStatus::Skipped });
        self.propose();
    }

    fn look(&mut self, open: &str) {
        let open = clean_line(open, LOOK);
        if open != self.walk.looking() {
            self.append(Fact::Looked { open });
        }
    }

    fn typed(&mut self, form: String, mut fields: BTreeMap<String, String>) {
        // As with what is entered: people paste whole dialogues.
        for text in fields.values_mut() {
            *text = redact(text);
        }
        if (form.as_str(), &fields) != self.walk.typed() {
            self.append(Fact::Typed { form, fields });
        }
    }

    fn sign(&mut self, step: StepId, by: &str, note: &str) {
        if self.guide.step(&step).is_some() {
            self.append(Fact::Signed { step, by: clean_line(by, INITIALS), note: clean_line(note, NOTE) });
        }
    }

    /// Stops what runs here; where nothing runs here, what runs elsewhere.
    fn cancel_here(&mut self) {
        let mut runs = self.walk.live_runs(self.walk.here());
        if runs.is_empty() {
            runs = self.walk.live_runs(None);
        }
        self.cancel_and_end(&runs);
    }

    fn conclude(&mut self, rule: String, because: String) {
        if *self.walk.place() == Place::Concluded {
            return;
        }
        let from = self.walk.here().cloned();
        self.cancel_and_end(&self.walk.live_runs(None));
        self.append(Fact::Went { from, to: None, rule, because });
        let verdict = diagnose(self.guide, self.walk.transcript()).verdict;
        self.append(Fact::Concluded { verdict });
    }

    fn answer(&mut self, run: RunId, mut fact: Fact) {
        if fact.run() != Some(run) || !self.walk.is_live(run) {
            return;
        }
        match &mut fact {
            // Only the walk itself starts and cancels.
            Fact::Started { .. } | Fact::Cancelled { .. } => return,
            Fact::Found { finding, .. } => {
                let facts = self.walk.runs.get(&run).map_or(&[][..], |r| &r.facts);
                finding.evidence = finding
                    .evidence
                    .iter()
                    .filter_map(|local| facts.get(local.0 as usize).copied().map(EvidenceId))
                    .collect();
            }
            _ => {}
        }
        let ended = matches!(fact, Fact::Ended { .. });
        let followed = follows(&fact).and_then(|to| self.walk.case().following(to));
        self.append(fact);
        if let Some(case) = followed {
            self.append(Fact::Entered { case: Box::new(case) });
        }
        if ended && let Some(step) = self.walk.runs.get(&run).map(|r| r.step.clone()) {
            self.end(&step);
        }
    }

    /// What a step does when the walk comes to it: it waits for consent, runs, or, where it ended already, proposes.
    fn arrive(&mut self) {
        let Some(here) = self.walk.here().cloned() else { return };
        match self.walk.state_of(&here) {
            StepState::Running => {}
            StepState::Done(_) => self.propose(),
            StepState::Waiting if self.walk.open_consents(self.guide, &here).is_empty() => self.begin(&here),
            StepState::Waiting => {}
        }
    }

    /// Starts a step's checks; one without checks ends at once.
    fn begin(&mut self, step: &StepId) {
        let checks = self.guide.step(step).map(|s| s.checks.clone()).unwrap_or_default();
        let mut started = false;
        for check in checks {
            let last = self.walk.runs.last_key_value().map(|(id, _)| id.0);
            let Some(id) = last.map_or(Some(0), |n| n.checked_add(1)) else { break };
            let run = RunId(id);
            self.append(Fact::Started { run, step: step.clone(), check: check.clone() });
            self.effects.push(Effect::Run { run, step: step.clone(), check });
            started = true;
        }
        if !started {
            self.append(Fact::StepEnded { step: step.clone(), status: StepStatus::Skipped });
            self.propose();
        }
    }

    /// Ends a step once none of its runs is live.
    fn end(&mut self, step: &StepId) {
        if self.walk.state_of(step) == StepState::Running {
            return;
        }
        let brought = self.walk.brought(self.guide, step);
        let status = self.walk.judge(self.guide, &brought);
        self.append(Fact::StepEnded { step: step.clone(), status });
        if self.walk.here() == Some(step) {
            self.propose_by(Some(brought));
        }
        // A parked step may be looked at again after the conclusion, and then that is drawn anew.
        if *self.walk.place() == Place::Concluded && self.walk.verdict().is_some() && self.walk.running().is_empty() {
            let verdict = diagnose(self.guide, self.walk.transcript()).verdict;
            self.append(Fact::Concluded { verdict });
        }
    }

    /// Proposes where to go from here, unless that is proposed already.
    fn propose(&mut self) {
        self.propose_by(None);
    }

    /// The same, where what the step's runs brought is known already.
    fn propose_by(&mut self, brought: Option<Brought>) {
        let Some(proposal) = branch::propose(self.walk, self.guide, brought) else { return };
        if self.walk.proposal() != Some(&proposal)
            && let Some(from) = proposal.from
        {
            let Move { to, rule, because, .. } = Move { from: None, ..proposal };
            self.append(Fact::Proposed { from, to, rule, because });
        }
    }

    fn cancel_and_end(&mut self, runs: &[RunId]) {
        self.cancel_runs(runs);
        let mut steps: Vec<StepId> =
            runs.iter().filter_map(|r| self.walk.runs.get(r)).map(|r| r.step.clone()).collect();
        steps.dedup();
        for step in steps {
            self.end(&step);
        }
    }

    fn cancel_runs(&mut self, runs: &[RunId]) {
        for run in runs {
            self.append(Fact::Cancelled { run: *run });
            self.effects.push(Effect::Cancel(*run));
        }
    }

    fn go_unless_here(&mut self, step: &StepId, because: &str) {
        let left_out =
            self.walk.state_of(step) == StepState::Done(StepStatus::Skipped) && self.walk.runs_of(step).is_empty();
        if self.walk.here() != Some(step) || left_out {
            self.go(step, because);
        }
    }

    fn go(&mut self, to: &StepId, because: &str) {
        let (from, to) = (self.walk.here().cloned(), Some(to.clone()));
        self.went(Move { from, to, rule: "user".to_owned(), because: because.to_owned() });
    }

    fn went(&mut self, Move { from, to, rule, because }: Move) {
        self.append(Fact::Went { from, to, rule, because });
    }
}

/// Which of several recipients a finding asks to follow.
fn follows(fact: &Fact) -> Option<&str> {
    let Fact::Found { finding, .. } = fact else { return None };
    finding.args.get(FOLLOW).map(String::as_str)
}

impl Walk {
    /// The live runs of a step, or all of them.
    fn live_runs(&self, step: Option<&StepId>) -> Vec<RunId> {
        let live = self.runs.iter().filter(|(_, r)| r.state == RunState::Live);
        live.filter(|(_, r)| step.is_none_or(|s| r.step == *s)).map(|(id, _)| *id).collect()
    }
}
