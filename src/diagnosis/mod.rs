//! From the transcript to ranked causes, with because and against.

use crate::guide::{Guide, Who, Words};
use crate::reading::Certainty;
use crate::transcript::{EvidenceId, StepId, Transcript, Verdict};

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

/// Weighs everything in the transcript.
#[must_use]
pub fn diagnose(guide: &Guide, transcript: &Transcript) -> Diagnosis {
    let _ = (guide, transcript);
    Diagnosis { verdict: Verdict::Inconclusive, causes: Vec::new(), also: Vec::new() }
}
