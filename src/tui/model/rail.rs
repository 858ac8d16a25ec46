//! The rail: all steps at a glance, the path so far first.

use super::super::theme::Mark;
use super::{RuledOut, ended};
use crate::guide::Guide;
use crate::transcript::StepId;
use crate::walk::{StepState, Walk};

/// One step on the rail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct RailItem {
    pub mark: Mark,
    pub number: u8,
    pub title: String,
    /// Where we are.
    pub here: bool,
}

/// The rail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) struct Rail {
    /// The path as it was walked, and where it leads next.
    pub path: Vec<RailItem>,
    /// The others, in the guide's order.
    pub rest: Vec<RailItem>,
}

/// The rail of a walk.
pub(in crate::tui) fn rail(walk: &Walk, guide: &Guide, ruled: &RuledOut) -> Rail {
    let here = walk.here();
    let mut order: Vec<&StepId> = Vec::new();
    let walked = walk.path().iter().filter_map(|m| m.to.as_ref());
    for step in walked.chain(here).chain(walk.proposal().and_then(|p| p.to.as_ref())) {
        if !order.contains(&step) {
            order.push(step);
        }
    }
    let item = |step: &crate::guide::Step| {
        let current = here == Some(&step.id);
        let mark = match walk.state_of(&step.id) {
            _ if current => Mark::Busy,
            StepState::Waiting if ruled.contains_key(&step.id) => Mark::Skipped,
            StepState::Waiting => Mark::Waiting,
            StepState::Running => Mark::Busy,
            StepState::Done(status) => ended(walk, &step.id, status),
        };
        RailItem { mark, number: step.number, title: step.title.clone(), here: current }
    };
    let path = order.iter().filter_map(|id| guide.step(id)).map(item).collect();
    let rest = guide.steps().iter().filter(|s| !order.contains(&&s.id)).map(item).collect();
    Rail { path, rest }
}
