//! Where else one could go from a step.

use super::super::theme::Mark;
use super::{RuledOut, ended, title};
use crate::guide::Guide;
use crate::transcript::StepId;
use crate::walk::{Place, StepState, Walk};

/// Where a way leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Aim {
    /// Where the branch leads.
    Follow,
    /// To that step.
    Open(StepId),
    /// Run this step once more.
    Again(StepId),
    /// To the diagnosis.
    Conclude,
}

/// One way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Aside {
    pub mark: Mark,
    /// Where.
    pub title: String,
    /// Why one would.
    pub why: String,
    pub aim: Aim,
}

/// All ways from where the walk is: the proposal, the step's other branches, this step again, every other step, the conclusion.
pub(in crate::tui) fn ways(walk: &Walk, guide: &Guide, ruled: &RuledOut) -> Vec<Aside> {
    let mut all: Vec<Aside> = Vec::new();
    let here = if let Place::Step(id) = walk.place() { guide.step(id) } else { None };
    let proposed = walk.proposal();
    if let Some(to) = proposed.and_then(|p| p.to.as_ref()) {
        let because = proposed.map_or_else(String::new, |p| format!("because {}", p.because));
        all.push(Aside { mark: Mark::Waiting, title: title(guide, to), why: because, aim: Aim::Follow });
    }
    let mark = |id: &StepId| match walk.state_of(id) {
        StepState::Waiting if ruled.contains_key(id) => Mark::Skipped,
        StepState::Waiting => Mark::Waiting,
        StepState::Running => Mark::Busy,
        StepState::Done(status) => ended(walk, id, status),
    };
    let is_new = |all: &[Aside], id: &StepId| {
        !all.iter().any(|a| a.aim == Aim::Open(id.clone()))
            && proposed.and_then(|p| p.to.as_ref()) != Some(id)
            && here.is_none_or(|h| h.id != *id)
    };
    if let Some(here) = here {
        for id in walk.other_ways(guide) {
            if is_new(&all, &id) {
                let why = ruled.get(&id).map_or("makes sense from here too", String::as_str).to_owned();
                all.push(Aside { mark: mark(&id), title: title(guide, &id), why, aim: Aim::Open(id) });
            }
        }
        all.push(Aside {
            mark: mark(&here.id),
            title: format!("{} again", here.title),
            why: "run this step once more".to_owned(),
            aim: Aim::Again(here.id.clone()),
        });
    }
    all.push(Aside {
        mark: Mark::Waiting,
        title: "Stop and report".to_owned(),
        why: "see what was found so far".to_owned(),
        aim: Aim::Conclude,
    });
    for step in guide.steps() {
        if is_new(&all, &step.id) {
            let known = if walk.state_of(&step.id) == StepState::Waiting { "" } else { "look at it again" };
            let why = ruled.get(&step.id).map_or(known, String::as_str);
            all.push(Aside {
                mark: mark(&step.id),
                title: step.title.clone(),
                why: why.to_owned(),
                aim: Aim::Open(step.id.clone()),
            });
        }
    }
    all
}
