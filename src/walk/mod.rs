//! The walk: where we are in the guide, and where the answers lead. Pure: time and answers come in, effects go out.
//!
//! [`Walk::step`] only decides which entries follow from an input; each is then folded in by the same private `apply` that
//! [`Walk::replay`] uses. So whatever the walk knows stands in its entries, and replaying them gives the same walk.

mod branch;
mod fold;
mod input;
mod matching;
mod order;
mod start;
mod status;
mod step;
#[cfg(test)]
mod tests;

pub use input::{Effect, Input};

use std::collections::{BTreeMap, BTreeSet};

use fold::{Run, RunState, Visit};

use crate::guide::{Guide, Step};
use crate::transcript::{Case, Consent, Entry, Mode, Reply, RunId, Stage, StepId, StepStatus, Transcript, Verdict};

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
    /// `step/branch`, `start/rule`, `checklist/next`, or `user`.
    pub rule: String,
    /// Why, values filled in.
    pub because: String,
}

/// A step that is to be looked at once more by itself: a server said "not yet", and how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// Which step.
    pub step: StepId,
    /// When, in milliseconds since the session began.
    pub due: u64,
}

/// The walk: a fold over the transcript, kept up to date.
#[derive(Clone, Debug, PartialEq)]
pub struct Walk {
    transcript: Transcript,
    case: Case,
    mode: Mode,
    place: Place,
    steps: BTreeMap<StepId, Visit>,
    runs: BTreeMap<RunId, Run>,
    proposal: Option<Move>,
    path: Vec<Move>,
    // The steps that `Back` goes through: going to the one before the last takes the last off.
    trail: Vec<StepId>,
    granted: BTreeSet<Consent>,
    declined: BTreeSet<Consent>,
    verdict: Option<Verdict>,
    parked: Option<Parked>,
    looking: String,
    // The form that was typed into and not sent, and what stands in it.
    typed: (String, BTreeMap<String, String>),
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            transcript: Transcript::new(),
            case: Case::new(),
            mode: Mode::default(),
            place: Place::Start,
            steps: BTreeMap::new(),
            runs: BTreeMap::new(),
            proposal: None,
            path: Vec::new(),
            trail: Vec::new(),
            granted: BTreeSet::new(),
            declined: BTreeSet::new(),
            verdict: None,
            parked: None,
            looking: String::new(),
            typed: Default::default(),
        }
    }
}

impl Walk {
    /// A walk that has not begun.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same walk from its entries alone.
    ///
    /// A check that was running when they were written still counts as running: [`Input::Cancel`] ends it.
    #[must_use]
    pub fn replay(entries: &[Entry]) -> Self {
        let mut walk = Self::new();
        for entry in entries {
            walk.append(entry.clone());
        }
        walk
    }

    /// Takes an input at `now` (milliseconds since the session began), appends what follows from it, says what should be done.
    ///
    /// An input that makes no sense where the walk stands does nothing. Time never runs backwards: an earlier `now` counts as
    /// that of the last entry.
    pub fn step(&mut self, guide: &Guide, now: u64, input: Input) -> Vec<Effect> {
        let now = self.transcript.entries().last().map_or(now, |e| e.at.max(now));
        step::Stepping::new(self, guide, now).take(input)
    }

    /// Everything that happened.
    #[must_use]
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// The case as it stands.
    #[must_use]
    pub fn case(&self) -> &Case {
        &self.case
    }

    /// Guided or checklist.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The step it stands at.
    #[must_use]
    pub fn here(&self) -> Option<&StepId> {
        if let Place::Step(step) = &self.place { Some(step) } else { None }
    }

    /// What a step is doing.
    #[must_use]
    pub fn state_of(&self, step: &StepId) -> StepState {
        let Some(visit) = self.steps.get(step) else { return StepState::Waiting };
        if visit.runs.iter().any(|run| self.is_live(*run)) {
            return StepState::Running;
        }
        visit.status.map_or(StepState::Waiting, StepState::Done)
    }

    /// The move the rules propose from here, once the step has ended.
    #[must_use]
    pub fn proposal(&self) -> Option<&Move> {
        self.proposal.as_ref()
    }

    /// The moves made so far, in order.
    #[must_use]
    pub fn path(&self) -> &[Move] {
        &self.path
    }

    /// Whether the walk has been at a step.
    #[must_use]
    pub fn visited(&self, step: &StepId) -> bool {
        self.path.iter().any(|m| m.to.as_ref() == Some(step))
    }

    /// What has been allowed.
    #[must_use]
    pub fn consents(&self) -> &BTreeSet<Consent> {
        &self.granted
    }

    /// What has been declined.
    #[must_use]
    pub fn declined(&self) -> &BTreeSet<Consent> {
        &self.declined
    }

    /// What the present step needs that was neither allowed nor declined: its checks wait for it.
    #[must_use]
    pub fn asks(&self, guide: &Guide) -> Vec<Consent> {
        match self.here() {
            Some(step) if self.state_of(step) == StepState::Waiting => self.open_consents(guide, step),
            _ => Vec::new(),
        }
    }

    /// What a step could do more with, for whoever wishes it: neither allowed yet, nor without an object.
    #[must_use]
    pub fn offers(&self, guide: &Guide, step: &StepId) -> Vec<Consent> {
        let vrfy =
            |r: &Reply| r.stage == Some(Stage::Ehlo) && r.text.iter().any(|l| l.trim().eq_ignore_ascii_case("VRFY"));
        let has_object = |c: &Consent| match c {
            Consent::Send => self.case().from.is_some() && !self.case().to.is_empty(),
            Consent::Vrfy => self.replies_in(&self.brought(guide, step)).any(vrfy),
            _ => true,
        };
        let open = |c: &Consent| !self.granted.contains(c) && has_object(c);
        guide.step(step).map_or(&[][..], |s| &s.offers).iter().copied().filter(open).collect()
    }

    /// The step that waits to be looked at once more by itself, where naming a recipient was allowed. Other steps go on meanwhile.
    #[must_use]
    pub fn parked(&self) -> Option<&Parked> {
        self.parked.as_ref().filter(|_| self.granted.contains(&Consent::Rcpt))
    }

    /// The runs that have not ended, oldest first, at whichever step.
    #[must_use]
    pub fn running(&self) -> Vec<RunId> {
        self.runs.iter().filter(|(_, r)| r.state == RunState::Live).map(|(id, _)| *id).collect()
    }

    /// The runs a step has had, oldest first; the last of each check is the one that counts.
    #[must_use]
    pub fn runs_of(&self, step: &StepId) -> Vec<RunId> {
        self.steps.get(step).map(|v| v.runs.clone()).unwrap_or_default()
    }

    /// Who signed a step off or noted something last, the note, and when (milliseconds since the session began). Initials and note
    /// are empty where none were given yet.
    #[must_use]
    pub fn signed(&self, step: &StepId) -> Option<(&str, &str, u64)> {
        let signed = self.steps.get(step)?.signed.as_ref()?;
        Some((&signed.by, &signed.note, signed.at))
    }

    /// The lines of the checklist: the guide's steps, or those that a checklist of one's own chose, in its order.
    #[must_use]
    pub fn checklist<'a>(&self, guide: &'a Guide) -> Vec<&'a Step> {
        order::lines(self, guide)
    }

    /// The verdict, once the walk has been concluded; going on from there takes it back.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        self.verdict
    }

    /// What the user looks at over the place where the walk stands, by a word of the front end; empty where it is the place itself.
    #[must_use]
    pub fn looking(&self) -> &str {
        &self.looking
    }

    /// The form that was typed into and not sent, by a word of the front end, and what stands in its fields; empty where there is none.
    #[must_use]
    pub fn typed(&self) -> (&str, &BTreeMap<String, String>) {
        (&self.typed.0, &self.typed.1)
    }

    /// Up to three other steps that make sense from here: where the other branches that matched lead, then the next in order.
    #[must_use]
    pub fn other_ways(&self, guide: &Guide) -> Vec<StepId> {
        branch::other_ways(self, guide)
    }

    fn is_live(&self, run: RunId) -> bool {
        self.runs.get(&run).is_some_and(|r| r.state == RunState::Live)
    }

    fn open_consents(&self, guide: &Guide, step: &StepId) -> Vec<Consent> {
        let needs = guide.step(step).map_or(&[][..], |s| &s.consent);
        needs.iter().copied().filter(|c| !self.granted.contains(c) && !self.declined.contains(c)).collect()
    }
}
