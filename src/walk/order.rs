//! The guide's order: what comes next when nothing points elsewhere.

use super::{Move, StepState, Walk};
use crate::guide::{Guide, Step};
use crate::transcript::{StepId, StepStatus};

/// The first step of the guide's order that was neither visited nor left out.
pub(super) fn next(walk: &Walk, guide: &Guide) -> Option<StepId> {
    guide.steps().iter().map(|s| &s.id).find(|id| !passed(walk, id)).cloned()
}

/// Whether a step is not to be proposed again: it was visited, or the user left it out.
pub(super) fn passed(walk: &Walk, step: &StepId) -> bool {
    walk.visited(step) || walk.state_of(step) == StepState::Done(StepStatus::Skipped)
}

/// The lines of the checklist: the guide's steps, or those of a checklist of one's own.
pub(super) fn lines<'a>(walk: &Walk, guide: &'a Guide) -> Vec<&'a Step> {
    match &walk.case().checklist {
        Some(own) => own.steps.iter().filter_map(|s| guide.step(&s.id)).collect(),
        None => guide.steps().iter().collect(),
    }
}

/// Down the checklist: the step below this one; below the last, the first that was not looked at; then the conclusion.
pub(super) fn checklist(walk: &Walk, guide: &Guide, here: &StepId) -> Move {
    let lines = lines(walk, guide);
    let below = lines.iter().skip_while(|s| s.id != *here).nth(1);
    let missed = || lines.iter().find(|s| s.id != *here && walk.state_of(&s.id) == StepState::Waiting);
    let to = below.or_else(missed).map(|s| s.id.clone());
    let because = match (below, &to) {
        (Some(_), _) => "it comes next on the checklist",
        (None, Some(_)) => "it was not looked at yet",
        (None, None) => "the checklist is done",
    };
    Move { from: Some(here.clone()), to, rule: "checklist/next".to_owned(), because: because.to_owned() }
}
