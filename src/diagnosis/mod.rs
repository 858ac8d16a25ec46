//! From the transcript to ranked causes, with because and against.
//!
//! Each finding, and each reply that refuses, weighs in decibans (10 is ten to one) towards or against causes and their kinds; the
//! weights are the guide's. What they weigh on is heaped into piles, one a kind, and the piles are ranked.

mod args;
mod gather;
mod heap;
mod pile;
mod quiet;
mod rank;
mod says;
#[cfg(test)]
mod tests;

pub(crate) use args::{Args, case_args, reply_args};

use gather::Seen;
use rank::Weighed;

use crate::guide::{Guide, READS_TEXT, Who, Words};
use crate::reading::Certainty;
use crate::transcript::{EvidenceId, Fact, RunId, StepId, Transcript, Verdict};

/// Something that speaks for or against a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// One sentence, values filled in.
    pub says: Words,
    /// What shows it.
    pub evidence: Vec<EvidenceId>,
    /// Decibans.
    pub db: i32,
}

/// A cause with its rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// The cause's id.
    pub cause: String,
    /// The kind's id.
    pub kind: Option<String>,
    /// How sure.
    pub certainty: Certainty,
    /// The sum of its weights, in decibans.
    pub score: i32,
    /// One sentence, values filled in.
    pub headline: Words,
    /// What sort of thing it is, where the headline leaves that open.
    pub says: Option<Words>,
    /// What speaks for it, heaviest first.
    pub because: Vec<Reason>,
    /// What speaks against it.
    pub against: Vec<Reason>,
    /// What to do, first thing first, values filled in.
    pub fix: Vec<Words>,
    /// Whose move it is.
    pub who: Who,
    /// Whether waiting helps.
    pub waiting: String,
    /// The step that looks into it.
    pub step: StepId,
}

/// The diagnosis so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// Fault found, none found, or could not tell.
    pub verdict: Verdict,
    /// The causes, most certain first; a single `healthy` one where nothing is wrong.
    pub causes: Vec<Ranked>,
    /// Flaws seen on the side that do not explain what the user has: finding ids' words, with evidence.
    pub also: Vec<Reason>,
}

/// Weighs everything in the transcript. Its time grows with the transcript's length, and with nothing else.
#[must_use]
pub fn diagnose(guide: &Guide, transcript: &Transcript) -> Diagnosis {
    let seen = Seen::gather(guide, transcript);
    let case = seen.case.map(case_args).unwrap_or_default();
    let mut heap = heap::heap(guide, &seen, &case);
    let (faults, aside) = heap::weigh(guide, &seen, std::mem::take(&mut heap.piles));
    let mut causes: Vec<Ranked> = faults.iter().map(|w| w.ranked(guide, &case)).collect();
    let verdict = if faults.iter().all(Weighed::is_suspect_only) {
        let (verdict, only) = quiet::conclude(guide, &seen, &case, &heap);
        causes.splice(0..0, only);
        verdict
    } else if faults.first().is_some_and(|top| top.is_fault() || heap.refused_live()) {
        Verdict::FaultFound
    } else {
        Verdict::Inconclusive
    };
    let also = quiet::also(guide, &seen, &case, &causes, &faults, &aside);
    Diagnosis { verdict, causes, also }
}

/// The step that showed a cause live: to look there once more tells whether it still holds. None where it was only read in a text.
#[must_use]
pub fn shown_in(transcript: &Transcript, cause: &Ranked) -> Option<StepId> {
    if matches!(cause.cause.as_str(), "healthy" | "not-a-bounce") {
        return None;
    }
    let entries = transcript.entries();
    let started = |of: RunId| {
        entries.iter().find_map(|e| match &e.fact {
            Fact::Started { run, step, check } if *run == of => Some((step, check)),
            _ => None,
        })
    };
    let evidence = cause.because.iter().flat_map(|reason| &reason.evidence);
    let runs = evidence.filter_map(|id| entries.get(id.0 as usize)?.fact.run());
    runs.filter_map(started).find(|(_, check)| *check != READS_TEXT).map(|(step, _)| step.clone())
}

/// So many of one sort that could not be told are said one by one: nobody reads through fifty lists that did not answer.
pub const ALIKE: usize = 4;

/// What was needed and could not be told: steps that were broken off, then the findings that say so, in their words; of many of a sort a few.
#[must_use]
pub fn untold(guide: &Guide, transcript: &Transcript) -> Vec<Reason> {
    let seen = Seen::gather(guide, transcript);
    let case = seen.case.map(case_args).unwrap_or_default();
    let mut untold: Vec<Reason> = seen.broken_off.iter().map(|step| quiet::broken_off(guide, step)).collect();
    let mut sorts: Vec<&str> = Vec::new();
    for found in seen.untold() {
        if !sorts.contains(&found.entry.id.as_str()) {
            sorts.push(&found.entry.id);
        }
    }
    for sort in sorts {
        let mut all = quiet::sentences(guide, seen.untold().filter(|f| f.entry.id == sort), &case);
        let more = all.split_off(all.len().min(ALIKE));
        untold.extend(all);
        if !more.is_empty() {
            let says = says::both(&format!("And {} more of the same.", more.len()));
            untold.push(Reason { says, evidence: more.into_iter().flat_map(|r| r.evidence).collect(), db: 0 });
        }
    }
    untold
}
