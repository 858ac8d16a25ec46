//! What is said where no cause stands out, and what is said besides.

use std::collections::HashSet;

use super::args::{Args, reply_args};
use super::gather::{Found, Seen};
use super::heap::{Heap, NOT_A_BOUNCE, UNCLEAR};
use super::pile::Source;
use super::rank::{Bare, Weighed, dress};
use super::{Ranked, Reason, says};
use crate::guide::{Guide, Weigh, Who, Words};
use crate::reading::Certainty;
use crate::transcript::{EvidenceId, Level, Reply, Role, StepId, Verdict};

const HEALTHY: &str = "healthy";
const SENTENCES: usize = 6;
const TEXT: usize = 120;

/// The verdict where no cause is even possible, and the one line that says so.
pub(super) fn conclude(guide: &Guide, seen: &Seen<'_>, case: &Args, heap: &Heap<'_>) -> (Verdict, Option<Ranked>) {
    if !heap.unread.is_empty() {
        let verdict = if heap.refused_live() { Verdict::FaultFound } else { Verdict::Inconclusive };
        return (verdict, Some(unclear(guide, case, heap.unread.clone())));
    }
    if let Some(fault) = seen.findings.iter().rev().find(|f| f.entry.level == Level::Fail) {
        return (Verdict::FaultFound, Some(unweighed(guide, fault, case)));
    }
    let told = seen.tested() && !seen.step_untold && seen.untold().next().is_none();
    let verdict = if told { Verdict::NoFaultFound } else { Verdict::Inconclusive };
    let only = if !heap.no_bounce.is_empty() {
        let because =
            sentences(guide, seen.findings.iter().filter(|f| heap.no_bounce.contains(&f.entry.id.as_str())), case);
        let bare = Bare { certainty: Certainty::Likely, score: 0, because, against: Vec::new() };
        Some(dress(guide, NOT_A_BOUNCE, None, case, bare))
    } else if told {
        Some(healthy(guide, seen, case))
    } else {
        slowed(guide, seen, case)
    };
    (verdict, only)
}

/// Flaws that are no reason of any cause named: what was set aside, and every other flaw.
pub(super) fn also(
    guide: &Guide,
    seen: &Seen<'_>,
    case: &Args,
    causes: &[Ranked],
    faults: &[Weighed],
    aside: &HashSet<String>,
) -> Vec<Reason> {
    let used: HashSet<&str> = faults
        .iter()
        .flat_map(|w| &w.pile.items)
        .filter(|i| i.total() > 0)
        .filter_map(|i| if let Source::Finding { id, .. } = &i.source { Some(id.as_str()) } else { None })
        .collect();
    let flaw = |f: &&Found<'_>| {
        let id = f.entry.id.as_str();
        (aside.contains(id) || matches!(f.entry.level, Level::Warn | Level::Fail)) && !used.contains(id)
    };
    // What only says again what a cause rests on (a refusal told once as a reply and once as a finding) is no news. What is well
    // rests on no flaw, though the same probe may show both.
    let told = |a: &Reason| {
        let shown = |b: &Reason| a.evidence.iter().any(|e| b.evidence.contains(e));
        let says = |c: &Ranked, b: &Reason| b.says == a.says || (c.cause != HEALTHY && shown(b));
        causes.iter().any(|c| c.because.iter().any(|b| says(c, b)))
    };
    let mut also = sentences(guide, seen.findings.iter().filter(flaw), case);
    also.retain(|a| !told(a));
    also
}

/// The findings' words, each sentence once, with the evidence of all who say it.
pub(super) fn sentences<'f, 'a: 'f>(
    guide: &Guide,
    findings: impl Iterator<Item = &'f Found<'a>>,
    case: &Args,
) -> Vec<Reason> {
    let mut said: Vec<Reason> = Vec::new();
    for found in findings {
        let says = says::filled(guide, &found.entry.says, &says::finding_args(&found.finding.args, case));
        let db = found.entry.weighs.iter().map(|w| w.db).max_by_key(|db| db.abs()).unwrap_or(0);
        if let Some(same) = said.iter_mut().find(|r| r.says == says) {
            same.evidence.extend(found.evidence());
        } else {
            said.push(Reason { says, evidence: found.evidence().to_vec(), db });
        }
    }
    said
}

/// A step that had no time to end.
pub(super) fn broken_off(guide: &Guide, step: &StepId) -> Reason {
    let title = guide.step(step).map_or(step.as_str(), |s| s.title.as_str());
    let says = Words {
        plain: format!("The step “{title}” was broken off before it was done; with more time it may tell."),
        admin: format!("{step} was cancelled before it ended: by hand, or by the deadline (--deadline SECONDS)."),
    };
    Reason { says, evidence: Vec::new(), db: 0 }
}

fn healthy(guide: &Guide, seen: &Seen<'_>, case: &Args) -> Ranked {
    // What rules out most comes first.
    let rules_out = |f: &Found<'_>| f.entry.weighs.iter().map(|w| w.db).min().unwrap_or(0).min(0);
    let mut fine: Vec<_> = seen.findings.iter().filter(|f| f.entry.level == Level::Ok).collect();
    fine.sort_by_key(|f| rules_out(f));
    let mut because = sentences(guide, fine.into_iter(), case);
    because.truncate(SENTENCES);
    // What speaks against every fault speaks for health.
    because.iter_mut().for_each(|reason| reason.db = reason.db.abs());
    let certainty = if seen.accepted() { Certainty::Confirmed } else { Certainty::Likely };
    let mut healthy = dress(guide, HEALTHY, None, case, Bare { certainty, score: 0, because, against: Vec::new() });
    if guide.cause(HEALTHY).is_none() {
        healthy.headline = says::both("Nothing wrong was found.");
        healthy.fix = vec![says::both("Send the mail again; if it fails, bring the new error here.")];
        healthy.step = seen.last_step.cloned().unwrap_or_else(|| StepId::new("escalate"));
    }
    healthy
}

fn unclear(guide: &Guide, case: &Args, mut unread: Vec<(EvidenceId, &Reply)>) -> Ranked {
    unread.sort_by_key(|(_, r)| r.role == Role::Pasted);
    let mut args = unread.first().map(|(_, r)| reply_args(r, None, TEXT)).unwrap_or_default();
    super::args::add(&mut args, case);
    let mut because: Vec<Reason> = Vec::new();
    for (id, reply) in unread {
        let says = says::reply(reply);
        if let Some(same) = because.iter_mut().find(|r| r.says == says) {
            same.evidence.push(id);
        } else if because.len() < SENTENCES {
            because.push(Reason { says, evidence: vec![id], db: 0 });
        }
    }
    dress(guide, UNCLEAR, None, &args, Bare { certainty: Certainty::Possible, score: 0, because, against: Vec::new() })
}

/// Where time was up in the middle: what took it, as far as that was seen.
fn slowed(guide: &Guide, seen: &Seen<'_>, case: &Args) -> Option<Ranked> {
    let takes_time = |w: &&Weigh| w.db > 0 && w.side && matches!(w.cause.as_str(), "network" | "overload");
    let heaviest = |f: &Found<'_>| f.entry.weighs.iter().filter(takes_time).max_by_key(|w| w.db).cloned();
    let flaws = seen.findings.iter().filter(|f| f.entry.level == Level::Warn && !seen.broken_off.is_empty());
    let (flaw, weigh) = flaws.filter_map(|f| Some((f, heaviest(f)?))).max_by_key(|(_, w)| w.db)?;
    let ranked = unweighed(guide, flaw, case);
    let step = guide.kind(weigh.kind.as_deref().unwrap_or_default()).and_then(|(_, k)| k.step.clone());
    Some(Ranked {
        step: step.or_else(|| guide.cause(&weigh.cause).map(|c| c.step.clone())).unwrap_or(ranked.step),
        says: guide.sort_of_thing(&weigh.cause, weigh.kind.as_deref()).cloned(),
        score: weigh.db,
        cause: weigh.cause,
        kind: weigh.kind,
        ..ranked
    })
}

/// A fault that the guide gives no weight: it is named by its own words.
fn unweighed(guide: &Guide, fault: &Found<'_>, case: &Args) -> Ranked {
    let args = says::finding_args(&fault.finding.args, case);
    let headline = says::filled(guide, &fault.entry.says, &args);
    let step = fault.entry.id.split('.').next().unwrap_or_default();
    Ranked {
        cause: UNCLEAR.to_owned(),
        kind: None,
        certainty: Certainty::Possible,
        score: 0,
        headline: headline.clone(),
        says: None,
        because: vec![Reason { says: headline, evidence: fault.evidence().to_vec(), db: 0 }],
        against: Vec::new(),
        fix: fault.entry.fix.iter().map(|f| says::filled(guide, f, &args)).collect(),
        who: fault.entry.who.unwrap_or(Who::You),
        waiting: String::new(),
        step: StepId::new(step),
    }
}
