//! The branches: no dead end, and conditions that can be met.

use super::Complaints;
use crate::guide::fits::{is_code, is_enhanced};
use crate::guide::{Branch, Goto, Guide, Step, When};

pub(super) fn lint(guide: &Guide, emitted: &[&str], found: &mut Complaints) {
    for step in guide.steps() {
        found.twice(&format!("branch {}/", step.id), step.branches.iter().map(|b| b.id.as_str()));
        open_end(step, found);
        classes(step, found);
        for branch in &step.branches {
            let about = format!("branch {}/{}", step.id, branch.id);
            target(guide, step, branch, &about, found);
            conditions(guide, emitted, &branch.when, &about, found);
        }
    }
}

/// The last branch leads on whatever happened, and none before it cuts the rest off.
fn open_end(step: &Step, found: &mut Complaints) {
    let about = format!("step {}", step.id);
    let Some((last, before)) = step.branches.split_last() else {
        return found.add(about, "is a dead end: it has no branch");
    };
    if !last.when.is_empty() || matches!(last.to, Goto::Step(_)) {
        found.add(about, "is a dead end: its last branch needs no condition and the target `next` or `conclude`");
    }
    for branch in before {
        if branch.when.is_empty() && !matches!(branch.to, Goto::Step(_)) {
            let about = format!("branch {}/{}", step.id, branch.id);
            found.add(about, "always holds, so the branches behind it are never tried");
        }
    }
}

/// A step that listens to replies has an answer to any refusal.
fn classes(step: &Step, found: &mut Complaints) {
    if !step.branches.iter().any(|b| b.when.asks_reply()) {
        return;
    }
    for class in ["4xx", "5xx"] {
        let whole =
            |when: &When| when.code.iter().any(|c| c == class) && When { code: vec![], ..when.clone() }.is_empty();
        if !step.branches.iter().any(|b| whole(&b.when)) {
            found.add(
                format!("step {}", step.id),
                format!("has no branch for just any {class}, as one without a known text"),
            );
        }
    }
}

fn target(guide: &Guide, step: &Step, branch: &Branch, about: &str, found: &mut Complaints) {
    if let Goto::Step(to) = &branch.to {
        if guide.step(to).is_none() {
            found.add(about, format!("leads to `{to}`, which is no step"));
        } else if *to == step.id {
            found.add(about, "leads to its own step, where the walk is already");
        }
    }
}

fn conditions(guide: &Guide, emitted: &[&str], when: &When, about: &str, found: &mut Complaints) {
    for pattern in &when.finding {
        let some = match pattern.strip_suffix('*') {
            Some(prefix) => emitted.iter().any(|id| id.starts_with(prefix)),
            None => emitted.contains(&pattern.as_str()),
        };
        if !some {
            found.add(about, format!("waits for the finding `{pattern}`, which no check emits"));
        }
    }
    for code in when.code.iter().filter(|c| !is_code(c)) {
        found.add(about, format!("asks for the code `{code}`: write three digits, or a class such as 5xx"));
    }
    for code in when.enhanced.iter().filter(|c| !is_enhanced(c)) {
        found.add(about, format!("asks for the enhanced code `{code}`: write it as 5.7.1 or x.7.x"));
    }
    for field in when.given.iter().filter(|f| when.lacking.contains(f)) {
        found.add(about, format!("wants the field {field:?} both given and lacking"));
    }
    for kind in when.kind.iter().filter(|k| guide.kind(k).is_none()) {
        found.add(about, format!("asks for the kind `{kind}`, which causes.toml does not have"));
    }
    for cause in &when.cause {
        found.cause(guide, about, cause, None);
    }
    for suspect in when.suspect.iter().filter(|s| guide.cause(s).is_none() && guide.kind(s).is_none()) {
        found.add(about, format!("suspects `{suspect}`, which is neither a cause nor a kind"));
    }
    if let Some(word) = when.diagnosis.as_ref().filter(|w| !["possible", "likely", "confirmed"].contains(&w.as_str())) {
        found.add(about, format!("asks for the certainty `{word}`: write possible, likely or confirmed"));
    }
}
