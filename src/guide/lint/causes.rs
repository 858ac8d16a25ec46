//! The causes and kinds: the contract's eleven, complete, and each with something to do.

use super::{CAUSES, Complaints, NO_FAULT};
use crate::guide::{Guide, Words};
use crate::transcript::StepId;

pub(super) fn lint(guide: &Guide, found: &mut Complaints) {
    for (id, kinds) in CAUSES {
        let Some(cause) = guide.cause(id) else {
            found.add(format!("cause {id}"), "is missing: the guide has eleven causes, and this is one");
            continue;
        };
        for kind in kinds.split_whitespace().filter(|k| cause.kinds.iter().all(|have| have.id != *k)) {
            found.add(format!("cause {id}"), format!("lacks the kind `{kind}`"));
        }
    }
    for id in NO_FAULT.into_iter().filter(|id| guide.cause(id).is_none()) {
        found.add(format!("cause {id}"), "is missing: it stands where nothing is wrong");
    }
    found.twice("cause ", guide.causes().iter().map(|c| c.id.as_str()));
    found.twice("kind ", guide.causes().iter().flat_map(|c| &c.kinds).map(|k| k.id.as_str()));
    for cause in guide.causes() {
        let about = format!("cause {}", cause.id);
        if !CAUSES.iter().any(|(id, _)| *id == cause.id) && !NO_FAULT.contains(&cause.id.as_str()) {
            found.add(&about, "is none of the guide's causes: a finer distinction is a kind");
        }
        useful(guide, &about, &cause.fix, Some(&cause.step), found);
        for kind in &cause.kinds {
            useful(guide, &format!("kind {}", kind.id), &kind.fix, kind.step.as_ref(), found);
            for id in kind.behind.iter().filter(|id| guide.kind(id).is_none()) {
                found.add(format!("kind {}", kind.id), format!("has `{id}` behind it, which is no kind"));
            }
            for id in kind.despite.iter().filter(|id| guide.finding(id).is_none()) {
                found.add(format!("kind {}", kind.id), format!("comes about despite `{id}`, which is no finding"));
            }
        }
    }
}

fn useful(guide: &Guide, about: &str, fix: &[Words], step: Option<&StepId>, found: &mut Complaints) {
    if fix.is_empty() {
        found.add(about, "has no fix: say at least one thing to do");
    }
    if let Some(step) = step.filter(|s| guide.step(s).is_none()) {
        found.add(about, format!("names the step `{step}`, which does not exist"));
    }
}
