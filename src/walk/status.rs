//! How a step ended, from what its latest runs brought.

use std::collections::BTreeMap;

use super::Walk;
use super::fold::{Run, RunState};
use crate::guide::Guide;
use crate::transcript::{Fact, Finding, Level, Reply, Role, StepId, StepStatus};

/// What the runs of a step that count brought: where it stands in the transcript, in order within each run.
#[derive(Default)]
pub(super) struct Brought {
    /// Findings, each with its level; `info` where the guide does not know it.
    pub(super) findings: Vec<(u32, Level)>,
    /// Replies, control probes among them.
    pub(super) replies: Vec<u32>,
    /// Whether one of the runs did not come to its end.
    pub(super) broken_off: bool,
}

impl Walk {
    /// The run of each check of a step that counts: its last that ended or brought something, else its last.
    pub(super) fn counting(&self, step: &StepId) -> Vec<&Run> {
        let mut by_check: BTreeMap<&str, &Run> = BTreeMap::new();
        let runs = self.steps.get(step).map_or(&[][..], |v| &v.runs);
        for run in runs.iter().filter_map(|id| self.runs.get(id)) {
            let counts = run.state == RunState::Ended || run.is_telling();
            if counts || !by_check.contains_key(run.check.as_str()) {
                by_check.insert(&run.check, run);
            }
        }
        by_check.into_values().collect()
    }

    /// What the runs of a step that count brought.
    pub(super) fn brought(&self, guide: &Guide, step: &StepId) -> Brought {
        let entries = self.transcript.entries();
        let finding = |at: &u32| match entries.get(*at as usize).map(|e| &e.fact) {
            Some(Fact::Found { finding, .. }) => Some((*at, finding.id.as_str())),
            _ => None,
        };
        let mut brought = Brought::default();
        // Many of a kind stand in a row: each list that knows nothing of an address says so.
        let mut last: Option<(&str, Level)> = None;
        for run in self.counting(step) {
            brought.broken_off |= run.state != RunState::Ended;
            brought.replies.extend(&run.replied);
            for (at, id) in run.found.iter().filter_map(finding) {
                let known = last.filter(|(of, _)| *of == id).map(|(_, level)| level);
                let level = known.unwrap_or_else(|| guide.finding(id).map_or(Level::Info, |entry| entry.level));
                brought.findings.push((at, level));
                last = Some((id, level));
            }
        }
        brought
    }

    /// The replies among them that speak about the case or were pasted.
    pub(super) fn replies_in<'a>(&'a self, brought: &'a Brought) -> impl Iterator<Item = &'a Reply> {
        let entries = self.transcript.entries();
        let reply = move |at: &u32| match entries.get(*at as usize).map(|e| &e.fact) {
            Some(Fact::Received { reply, .. }) => Some(reply),
            _ => None,
        };
        brought.replies.iter().filter_map(reply).filter(|reply| reply.role != Role::Control)
    }

    pub(super) fn finding_at(&self, at: u32) -> Option<&Finding> {
        match self.transcript.entries().get(at as usize).map(|e| &e.fact) {
            Some(Fact::Found { finding, .. }) => Some(finding),
            _ => None,
        }
    }

    /// How a step ended: fail before warn before unknown before pass.
    ///
    /// A step that was broken off, or that found nothing at all, could not tell; one that had only remarks and no reply had
    /// nothing to look at.
    pub(super) fn judge(&self, guide: &Guide, brought: &Brought) -> StepStatus {
        let any = |level| brought.findings.iter().any(|(_, l)| *l == level);
        let minor = |at: u32| {
            let entry = self.finding_at(at).and_then(|f| guide.finding(&f.id));
            any(Level::Ok) && entry.is_some_and(|entry| entry.minor)
        };
        let untold = || brought.findings.iter().any(|(at, l)| *l == Level::Unknown && !minor(*at));
        if any(Level::Fail) {
            StepStatus::Fail
        } else if any(Level::Warn) {
            StepStatus::Warn
        } else if brought.broken_off || brought.findings.is_empty() || untold() {
            StepStatus::Unknown
        } else if any(Level::Ok) || self.replies_in(brought).next().is_some() {
            StepStatus::Pass
        } else {
            StepStatus::Skipped
        }
    }
}
