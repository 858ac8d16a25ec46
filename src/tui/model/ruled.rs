//! Which steps are ruled out, and by what: those that could only show causes which what was seen speaks against.

use std::collections::BTreeMap;

use super::{MOST, says};
use crate::diagnosis::diagnose;
use crate::guide::Guide;
use crate::reading::Certainty;
use crate::transcript::{Fact, StepId, Verdict, clean_line};
use crate::walk::{StepState, Walk};

/// Steps that are ruled out, each with the reason.
pub(in crate::tui) type RuledOut = BTreeMap<StepId, String>;

/// So many decibans against a step's causes rule it out: ten to one.
const ENOUGH: i32 = -10;

/// The steps that were not looked at and need not be; none while something runs.
pub(in crate::tui) fn ruled_out(walk: &Walk, guide: &Guide) -> RuledOut {
    let mut out = RuledOut::new();
    if !walk.running().is_empty() || walk.path().is_empty() {
        return out;
    }
    let open = |step: &StepId| walk.state_of(step) == StepState::Waiting && walk.here() != Some(step);
    let found = diagnose(guide, walk.transcript());
    let suspected = |step: &StepId| found.causes.iter().any(|c| c.step == *step);
    for step in guide.steps().iter().map(|s| &s.id).filter(|s| open(s) && !suspected(s)) {
        if let Some(why) = against(walk, guide, step) {
            out.insert(step.clone(), format!("ruled out: {why}"));
        }
    }
    let top = found.causes.first().filter(|c| c.certainty == Certainty::Confirmed);
    if let Some(top) = top.filter(|_| found.verdict == Verdict::FaultFound) {
        let proposed = walk.proposal().and_then(|p| p.to.as_ref());
        for step in guide.steps().iter().map(|s| &s.id).filter(|s| open(s) && !suspected(s) && Some(*s) != proposed) {
            let headline = clean_line(&top.headline.plain, MOST);
            out.entry(step.clone()).or_insert_with(|| format!("not needed, as the cause is confirmed: {headline}"));
        }
    }
    out
}

/// What speaks most against the causes that a step looks into, if together it is enough.
fn against(walk: &Walk, guide: &Guide, step: &StepId) -> Option<String> {
    let looks_into = |cause: &str, kind: Option<&String>| {
        let cause = guide.cause(cause);
        let of_kind = kind.and_then(|k| cause?.kinds.iter().find(|of| of.id == *k)?.step.as_ref());
        of_kind.or(cause.map(|c| &c.step)) == Some(step)
    };
    let (mut sum, mut most, mut words) = (0, 0, None);
    for entry in walk.transcript().entries() {
        let Fact::Found { finding, .. } = &entry.fact else { continue };
        let Some(known) = guide.finding(&finding.id) else { continue };
        let weight: i32 = known.weighs.iter().filter(|w| looks_into(&w.cause, w.kind.as_ref())).map(|w| w.db).sum();
        sum += weight;
        if weight < most {
            (most, words) = (weight, Some(finding));
        }
    }
    words.filter(|_| sum <= ENOUGH).map(|finding| says(guide, finding, false))
}
