//! The words, level and weight of every finding: `assets/guide/findings/*.toml`.

use serde::{Deserialize, Serialize};

use super::{Who, Words};
use crate::transcript::Level;

/// What the guide says about one finding.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FindingEntry {
    /// The stable id.
    pub id: String,
    /// How grave it is.
    pub level: Level,
    /// A few words for a probe's row: `not listed`, `refused`. Places allowed.
    #[serde(default)]
    pub short: Option<String>,
    /// What was seen and what it means, one or two sentences. Places allowed.
    pub says: Words,
    /// What to do, first thing first. Every `warn` and `fail` has at least one.
    #[serde(default)]
    pub fix: Vec<Words>,
    /// Who has to do it.
    #[serde(default)]
    pub who: Option<Who>,
    /// The advice that the cause is given where nothing weighs more for it, in place of that of its kind.
    #[serde(default)]
    pub advice: Option<String>,
    /// Whether its fix says more than that of the kind it speaks for: then the diagnosis gives this one, where it is a fault; and gives it
    /// first, where it is a mere remark.
    #[serde(default)]
    pub leads: bool,
    /// Where this knowledge comes from.
    pub source: String,
    /// Of level `unknown` only: one probe of many, whose silence leaves nothing open as long as the step has an `ok` finding.
    #[serde(default)]
    pub minor: bool,
    /// A row that only says what came back: its mark is that of the finding which judges the answer.
    #[serde(default)]
    pub judged: bool,
    /// What it speaks for or against.
    #[serde(default)]
    pub weighs: Vec<Weigh>,
}

/// A weight towards (or, below zero, against) a cause.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Weigh {
    /// The cause.
    pub cause: String,
    /// The kind; none weighs on all of the cause.
    #[serde(default)]
    pub kind: Option<String>,
    /// Decibans: 10 is ten to one.
    pub db: i32,
    /// Whether a live check showed the cause directly: only such can make it `confirmed`.
    #[serde(default)]
    pub proof: bool,
    /// A flaw on the side: it counts fully only where no reply or fault explains what the user saw.
    #[serde(default)]
    pub side: bool,
    /// Of something on the side only: it is wrong in itself, as published or as listed, even where a server took the mail from here.
    #[serde(default)]
    pub stands: bool,
}
