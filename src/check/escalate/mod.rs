//! Step 13: what was ruled out, what remains, and a second look at what failed.

mod again;

use std::collections::BTreeMap;

use super::{BoxFuture, Check, Context};
use crate::transcript::{Consent, Fact, Finding, StepId, StepStatus};

/// The check of step 13.
pub(super) struct Escalate;

impl Check for Escalate {
    fn id(&self) -> &'static str {
        "escalate"
    }

    fn emits(&self) -> &'static [&'static str] {
        &[
            "escalate.ruled-out",
            "escalate.remaining",
            "escalate.could-not-tell",
            "escalate.nothing-left",
            "escalate.recheck.same",
            "escalate.recheck.healed",
            "escalate.recheck.refused",
            "escalate.recheck.accepted",
            "escalate.recheck.unanswered",
            "escalate.recheck.answered",
        ]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(run(cx))
    }
}

async fn run(cx: &Context) {
    let mut ended = ended(cx);
    let with = |wanted: &[StepStatus]| {
        ended.iter().filter(|(_, s)| wanted.contains(s)).map(|(id, _)| id.to_string()).collect::<Vec<_>>().join(", ")
    };
    let say = |id: &str, steps: String| {
        if !steps.is_empty() {
            cx.found(Finding::new(id).arg("steps", steps));
        }
    };
    say("escalate.ruled-out", with(&[StepStatus::Pass]));
    say("escalate.remaining", with(&[StepStatus::Fail, StepStatus::Warn]));
    say("escalate.could-not-tell", with(&[StepStatus::Unknown]));
    let none = |status: &StepStatus| matches!(status, StepStatus::Pass | StepStatus::Skipped);
    if ended.values().all(none) && ended.values().any(|s| *s == StepStatus::Pass) {
        cx.found(Finding::new("escalate.nothing-left"));
    }
    // Only what failed is looked at once more: what healed by itself was passing.
    ended.retain(|_, status| matches!(status, StepStatus::Fail | StepStatus::Warn | StepStatus::Unknown));
    let failed = again::Failed::of(&cx.seen, &ended.into_keys().collect());
    again::names(cx, &failed).await;
    if cx.may(Consent::Connect) {
        again::connections(cx, &failed).await;
        again::dialogues(cx, &failed).await;
    }
}

/// How each step ended, the last time it was run.
fn ended(cx: &Context) -> BTreeMap<StepId, StepStatus> {
    let ends = cx.seen.entries().iter().filter_map(|entry| match &entry.fact {
        Fact::StepEnded { step, status } => Some((step.clone(), *status)),
        _ => None,
    });
    ends.collect()
}
