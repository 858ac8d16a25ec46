//! How a step ended, from what its latest runs brought.

use std::collections::BTreeMap;

use super::Walk;
use super::fold::{Run, RunState};
use crate::guide::Guide;
use crate::transcript::{Fact, Finding, Level, Reply, Role, StepId, StepStatus};

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

    /// Facts of the runs that count, in order within each run: those that `which` names.
    fn counting_facts(&self, step: &StepId, which: fn(&Run) -> &[u32]) -> impl Iterator<Item = &Fact> {
        let entries = self.transcript.entries();
        self.counting(step).into_iter().flat_map(which).filter_map(|i| entries.get(*i as usize)).map(|e| &e.fact)
    }

    /// The findings of the runs that count, each with its level; `info` where the guide does not know it.
    pub(super) fn findings_of<'a>(&'a self, guide: &Guide, step: &StepId) -> Vec<(&'a Finding, Level)> {
        let found = |fact: &'a Fact| if let Fact::Found { finding, .. } = fact { Some(finding) } else { None };
        let level = |id: &str| guide.finding(id).map_or(Level::Info, |entry| entry.level);
        let mut all: Vec<(&Finding, Level)> = Vec::new();
        for finding in self.counting_facts(step, |run| &run.found).filter_map(found) {
            // Many of a kind stand in a row: each list that knows nothing of an address says so.
            let same = all.last().filter(|(last, _)| last.id == finding.id).map(|(_, level)| *level);
            all.push((finding, same.unwrap_or_else(|| level(&finding.id))));
        }
        all
    }

    /// The replies of the runs that count, those that speak about the case or were pasted.
    pub(super) fn replies_of(&self, step: &StepId) -> Vec<&Reply> {
        self.counting_facts(step, |run| &run.replied)
            .filter_map(|fact| if let Fact::Received { reply, .. } = fact { Some(reply) } else { None })
            .filter(|reply| reply.role != Role::Control)
            .collect()
    }

    /// How a step ended: fail before warn before unknown before pass.
    ///
    /// A step that was broken off, or that found nothing at all, could not tell; one that had only remarks and no reply had
    /// nothing to look at.
    pub(super) fn judge(&self, guide: &Guide, step: &StepId) -> StepStatus {
        let findings = self.findings_of(guide, step);
        let any = |level| findings.iter().any(|(_, l)| *l == level);
        let minor = |id: &str| any(Level::Ok) && guide.finding(id).is_some_and(|entry| entry.minor);
        let untold = findings.iter().any(|(f, l)| *l == Level::Unknown && !minor(&f.id));
        let broken_off = self.counting(step).iter().any(|r| r.state != RunState::Ended);
        if any(Level::Fail) {
            StepStatus::Fail
        } else if any(Level::Warn) {
            StepStatus::Warn
        } else if untold || broken_off || findings.is_empty() {
            StepStatus::Unknown
        } else if any(Level::Ok) || !self.replies_of(step).is_empty() {
            StepStatus::Pass
        } else {
            StepStatus::Skipped
        }
    }
}
