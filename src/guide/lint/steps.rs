//! The steps: all thirteen, with checks, each reached from a start rule.

use std::collections::{BTreeSet, VecDeque};

use super::{Complaints, STEPS};
use crate::guide::{Goto, Guide};
use crate::transcript::StepId;

const TITLE: usize = 15;

pub(super) fn lint(guide: &Guide, checks: &[&str], found: &mut Complaints) {
    present(guide, found);
    checked(guide, checks, found);
    start(guide, found);
    reached(guide, found);
}

fn present(guide: &Guide, found: &mut Complaints) {
    for (i, id) in STEPS.iter().enumerate() {
        let number = i + 1;
        match guide.step(&StepId::new(*id)) {
            None => found.add(format!("step {id}"), format!("is missing: the guide has it as step {number}")),
            Some(step) if usize::from(step.number) != number => {
                found
                    .add(format!("step {id}"), format!("has number {}, and the guide has it as {number}", step.number));
            }
            Some(_) => {}
        }
    }
    found.twice("step ", guide.steps().iter().map(|s| s.id.as_str()));
    for step in guide.steps() {
        if !STEPS.contains(&step.id.as_str()) {
            found.add(format!("step {}", step.id), "is none of the guide's thirteen");
        }
        let length = step.title.chars().count();
        if length == 0 || length > TITLE {
            found.add(
                format!("step {}", step.id),
                format!("has a title of {length} characters: 1 to {TITLE} fit the rail"),
            );
        }
    }
}

fn checked(guide: &Guide, checks: &[&str], found: &mut Complaints) {
    for step in guide.steps() {
        if step.checks.is_empty() {
            found.add(format!("step {}", step.id), "has no check: name at least one");
        }
        for check in step.checks.iter().filter(|c| !checks.contains(&c.as_str())) {
            found.add(format!("step {}", step.id), format!("names the check `{check}`, which does not exist"));
        }
    }
    for check in checks {
        if !guide.steps().iter().any(|s| s.checks.iter().any(|c| c == check)) {
            found.add(format!("check {check}"), "is used by no step");
        }
    }
}

fn start(guide: &Guide, found: &mut Complaints) {
    found.twice("start rule ", guide.start().iter().map(|r| r.id.as_str()));
    for rule in guide.start() {
        if guide.step(&rule.to).is_none() {
            found.add(format!("start rule {}", rule.id), format!("leads to `{}`, which is no step", rule.to));
        }
    }
    let open = |r: &crate::guide::StartRule| r.given.is_empty() && r.lacking.is_empty() && r.goal.is_none();
    if !guide.start().last().is_some_and(open) {
        found.add("guide/start.toml", "has to end with a rule without conditions, for a case that nothing else fits");
    }
}

/// Every step has to be reached by a branch that names it: `next` alone would reach anything, and so proves nothing.
fn reached(guide: &Guide, found: &mut Complaints) {
    let mut queue: VecDeque<&StepId> = guide.start().iter().map(|r| &r.to).collect();
    let mut seen: BTreeSet<&StepId> = queue.iter().copied().collect();
    while let Some(id) = queue.pop_front() {
        for branch in guide.step(id).map_or(&[][..], |s| &s.branches) {
            if let Goto::Step(to) = &branch.to
                && seen.insert(to)
            {
                queue.push_back(to);
            }
        }
    }
    for step in guide.steps().iter().filter(|s| !seen.contains(&s.id)) {
        found.add(format!("step {}", step.id), "is reached by no start rule and no branch that names it");
    }
}
