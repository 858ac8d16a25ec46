//! The walk: where we are in the guide, and where the answers lead. Pure: time and answers come in, effects go out.

mod input;

pub use input::{Effect, Input};

use std::collections::BTreeSet;

use crate::guide::Guide;
use crate::transcript::{Case, Consent, Entry, Mode, RunId, StepId, StepStatus, Transcript};

/// What a step is doing on the rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Not yet.
    Waiting,
    /// Its checks are running.
    Running,
    /// It ended so.
    Done(StepStatus),
}

/// Where the walk stands.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Place {
    /// Nothing has begun: the start screen.
    #[default]
    Start,
    /// At a step.
    Step(StepId),
    /// At the diagnosis.
    Concluded,
}

/// A move, made or proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// From where.
    pub from: Option<StepId>,
    /// Where to; none is the conclusion.
    pub to: Option<StepId>,
    /// `step/branch`, `start/rule`, or `user`.
    pub rule: String,
    /// Why, values filled in.
    pub because: String,
}

/// The walk: a fold over the transcript, kept up to date.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Walk {
    transcript: Transcript,
    // The helper for this room adds what it folds.
}

impl Walk {
    /// A walk that has not begun.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same walk from its entries alone.
    #[must_use]
    pub fn replay(entries: &[Entry]) -> Self {
        let _ = entries;
        unimplemented!()
    }

    /// Takes an input at `now` (milliseconds since the session began), appends what follows from it, says what should be done.
    pub fn step(&mut self, guide: &Guide, now: u64, input: Input) -> Vec<Effect> {
        let _ = (guide, now, input);
        unimplemented!()
    }

    /// Everything that happened.
    #[must_use]
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// The case as it stands.
    #[must_use]
    pub fn case(&self) -> &Case {
        unimplemented!()
    }

    /// Guided or checklist.
    #[must_use]
    pub fn mode(&self) -> Mode {
        unimplemented!()
    }

    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> &Place {
        unimplemented!()
    }

    /// What a step is doing.
    #[must_use]
    pub fn state_of(&self, step: &StepId) -> StepState {
        let _ = step;
        unimplemented!()
    }

    /// The move the rules propose from here, once the step has ended.
    #[must_use]
    pub fn proposal(&self) -> Option<&Move> {
        unimplemented!()
    }

    /// The moves made so far, in order.
    #[must_use]
    pub fn path(&self) -> &[Move] {
        unimplemented!()
    }

    /// What has been allowed.
    #[must_use]
    pub fn consents(&self) -> &BTreeSet<Consent> {
        unimplemented!()
    }

    /// What this step needs that was neither allowed nor declined: the checks wait for it.
    #[must_use]
    pub fn asks(&self, guide: &Guide) -> Vec<Consent> {
        let _ = guide;
        unimplemented!()
    }

    /// The runs of a step that have not ended.
    #[must_use]
    pub fn running(&self) -> Vec<RunId> {
        unimplemented!()
    }

    /// The runs a step has had, oldest first; the last of each check is the one that counts.
    #[must_use]
    pub fn runs_of(&self, step: &StepId) -> Vec<RunId> {
        let _ = step;
        unimplemented!()
    }
}
