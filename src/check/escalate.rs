//! Step 13: what was ruled out, what remains, and a second look at what failed.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use futures_util::future::join_all;

use super::{BoxFuture, Check, Context};
use crate::transcript::{Consent, Fact, Finding, RunId, StepId, StepStatus};

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
        ]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(run(cx))
    }
}

/// How many failed connections are tried once more.
const RECHECKED: usize = 4;
/// Steps whose connections are those of the case; others try hosts and ports to compare with, too.
const RECHECKED_STEPS: [&str; 4] = ["recipient", "connectivity", "server-status", "load"];

async fn run(cx: &Context) {
    let ended = ended(cx);
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
    if cx.may(Consent::Connect) {
        recheck(cx).await;
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

/// Connections that failed before are tried once more: what healed by itself was passing.
async fn recheck(cx: &Context) {
    let mut failed: BTreeMap<SocketAddr, String> = BTreeMap::new();
    let mut about_the_case: BTreeSet<RunId> = BTreeSet::new();
    for entry in cx.seen.entries() {
        if let Fact::Started { run, step, .. } = &entry.fact
            && RECHECKED_STEPS.iter().any(|s| step == s)
        {
            about_the_case.insert(*run);
        }
        if let Fact::Connect { run, connect } = &entry.fact
            && about_the_case.contains(run)
        {
            if connect.outcome == crate::transcript::ConnectOutcome::Open {
                failed.remove(&connect.address);
            } else {
                failed.insert(connect.address, connect.server.clone());
            }
        }
    }
    let tries = failed.into_iter().take(RECHECKED).map(|(address, server)| async move {
        let label = format!("{server} {address}");
        cx.rec.probing(&label);
        let (id, evidence, ms) = match cx.net.connect(&cx.rec, &server, address, cx.case.source).await {
            Ok((_wire, evidence)) => ("escalate.recheck.healed", evidence, None),
            Err((fact, evidence)) => ("escalate.recheck.same", evidence, Some(fact.ms)),
        };
        let mut finding = Finding::new(id).arg("server", &server).arg("address", address).shown_by(evidence);
        finding.probe = Some(label);
        finding.ms = ms;
        cx.found(finding);
    });
    join_all(tries).await;
}
