//! The fold: how each entry changes what the walk knows.

use super::{Move, Parked, Place, Walk};
use crate::transcript::{Entry, Fact, RETRY_SECS, RunId, StepId, StepStatus};

/// What is known of a step.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Visit {
    /// Its runs, oldest first.
    pub(super) runs: Vec<RunId>,
    /// How it ended last.
    pub(super) status: Option<StepStatus>,
    /// Who signed it off last.
    pub(super) signed: Option<Signature>,
}

/// A step signed off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signature {
    pub(super) by: String,
    pub(super) note: String,
    pub(super) at: u64,
}

/// Whether a run still brings answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RunState {
    Live,
    Ended,
    Cancelled,
}

/// What is known of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) step: StepId,
    pub(super) check: String,
    pub(super) state: RunState,
    /// Where its facts stand in the transcript, in the order in which it recorded them.
    pub(super) facts: Vec<u32>,
    /// Which of them are findings, and which are replies: what the end of a step is judged by.
    pub(super) found: Vec<u32>,
    pub(super) replied: Vec<u32>,
}

impl Run {
    fn new(step: StepId, check: String) -> Self {
        Self { step, check, state: RunState::Live, facts: Vec::new(), found: Vec::new(), replied: Vec::new() }
    }

    /// Whether it brought a reply or a finding.
    pub(super) fn is_telling(&self) -> bool {
        !self.found.is_empty() || !self.replied.is_empty()
    }
}

impl Walk {
    /// Appends an entry and folds it in. Everything that changes a walk goes through here.
    pub(super) fn append(&mut self, entry: Entry) {
        self.apply(&entry);
        self.transcript.push(entry);
    }

    fn apply(&mut self, entry: &Entry) {
        match &entry.fact {
            Fact::Began { mode, .. } => self.mode = *mode,
            Fact::Entered { case } => self.case.clone_from(case),
            Fact::Consented { what, granted } => {
                let (into, from) = if *granted {
                    (&mut self.granted, &mut self.declined)
                } else {
                    (&mut self.declined, &mut self.granted)
                };
                into.insert(*what);
                from.remove(what);
            }
            Fact::Went { from, to, rule, because } => {
                self.go(to.as_ref());
                self.path.push(a_move(from.as_ref(), to.as_ref(), rule, because));
            }
            Fact::Proposed { from, to, rule, because } => {
                if self.here() == Some(from) {
                    self.proposal = Some(a_move(Some(from), to.as_ref(), rule, because));
                }
            }
            Fact::Started { run, step, check } => self.start(*run, step, check),
            Fact::Ended { run } => self.close(*run, RunState::Ended),
            Fact::Cancelled { run } => self.close(*run, RunState::Cancelled),
            Fact::StepEnded { step, status } => self.visit(step).status = Some(*status),
            Fact::Signed { step, by, note } => self.sign(step, by, note, entry.at),
            Fact::Looked { open } => self.looking.clone_from(open),
            Fact::Typed { form, fields } => self.typed = (form.clone(), fields.clone()),
            Fact::Concluded { verdict } => {
                self.place = Place::Concluded;
                self.proposal = None;
                self.verdict = Some(*verdict);
            }
            Fact::Probing { run, .. }
            | Fact::Dns { run, .. }
            | Fact::Connect { run, .. }
            | Fact::Tls { run, .. }
            | Fact::Sent { run, .. }
            | Fact::Received { run, .. }
            | Fact::Broke { run, .. }
            | Fact::Host { run, .. }
            | Fact::Http { run, .. }
            | Fact::Trace { run, .. }
            | Fact::Message { run, .. }
            | Fact::Found { run, .. } => {
                self.record(*run, &entry.fact);
                self.park(*run, entry);
            }
        }
    }

    fn go(&mut self, to: Option<&StepId>) {
        self.proposal = None;
        self.verdict = None;
        let Some(to) = to else {
            self.place = Place::Concluded;
            return;
        };
        self.place = Place::Step(to.clone());
        let visit = self.visit(to);
        // Going to a step that was left unlooked at takes that back.
        if visit.runs.is_empty() {
            visit.status = None;
        }
        match self.trail.as_slice() {
            [.., last] if last == to => {}
            [.., before, _] if before == to => drop(self.trail.pop()),
            _ => self.trail.push(to.clone()),
        }
    }

    fn start(&mut self, run: RunId, step: &StepId, check: &str) {
        if self.here() == Some(step) {
            self.proposal = None;
        }
        self.parked.take_if(|parked| parked.step == *step);
        let visit = self.visit(step);
        visit.runs.push(run);
        visit.status = None;
        self.runs.insert(run, Run::new(step.clone(), check.to_owned()));
    }

    /// A signature without a note leaves the note that was made, and a note without initials the initials.
    fn sign(&mut self, step: &StepId, by: &str, note: &str, at: u64) {
        let visit = self.visit(step);
        let known = visit.signed.take();
        let or_known =
            |new: &str, old: Option<&String>| old.filter(|_| new.is_empty()).map_or(new, |old| old).to_owned();
        visit.signed = Some(Signature {
            by: or_known(by, known.as_ref().map(|s| &s.by)),
            note: or_known(note, known.as_ref().map(|s| &s.note)),
            at,
        });
    }

    fn close(&mut self, run: RunId, how: RunState) {
        if let Some(run) = self.runs.get_mut(&run) {
            run.state = how;
        }
    }

    fn record(&mut self, run: RunId, fact: &Fact) {
        let index = u32::try_from(self.transcript.entries().len()).unwrap_or(u32::MAX);
        if let Some(run) = self.runs.get_mut(&run) {
            run.facts.push(index);
            match fact {
                Fact::Found { .. } => run.found.push(index),
                Fact::Received { .. } => run.replied.push(index),
                _ => {}
            }
        }
    }

    /// A step is parked by its first run that asks for it, and by no later one: it is looked at again once.
    fn park(&mut self, run: RunId, entry: &Entry) {
        let Fact::Found { finding, .. } = &entry.fact else { return };
        let Some(secs) = finding.args.get(RETRY_SECS).and_then(|s| s.parse::<u64>().ok()) else { return };
        let Some(step) = self.runs.get(&run).map(|r| r.step.clone()) else { return };
        if self.visit(&step).runs.first() == Some(&run) {
            let due = entry.at.saturating_add(secs.saturating_mul(1000));
            self.parked = Some(Parked { step, due });
        }
    }

    fn visit(&mut self, step: &StepId) -> &mut Visit {
        self.steps.entry(step.clone()).or_default()
    }
}

fn a_move(from: Option<&StepId>, to: Option<&StepId>, rule: &str, because: &str) -> Move {
    Move { from: from.cloned(), to: to.cloned(), rule: rule.to_owned(), because: because.to_owned() }
}
