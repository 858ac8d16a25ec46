//! Reply codes, enhanced status codes and the phrases of servers and providers: `assets/codes/*.toml`.

use serde::{Deserialize, Serialize};

use super::{Who, Wording, Words};
use crate::transcript::Stage;

/// A reply code: `[[code]]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CodeEntry {
    /// The three digits; 400 and 500 stand for their whole class as fallbacks.
    pub code: u16,
    /// One of the guide's seven headline codes.
    #[serde(default)]
    pub headline: bool,
    /// What it means.
    pub says: Words,
    /// What it means at one stage, where that differs.
    #[serde(default)]
    pub at: Vec<CodeAtStage>,
    /// The cause it speaks for when nothing finer is known.
    pub cause: String,
    /// The kind, where the code alone tells.
    #[serde(default)]
    pub kind: Option<String>,
    /// Decibans for that cause.
    pub db: i32,
    /// Where this knowledge comes from.
    pub source: String,
}

/// A reply code's meaning at one stage.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CodeAtStage {
    /// The stages it is about.
    pub stage: Vec<Stage>,
    /// What it means there.
    pub says: Words,
    /// The cause there.
    pub cause: String,
    /// The kind there.
    #[serde(default)]
    pub kind: Option<String>,
}

/// An enhanced status code: `[[enhanced]]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EnhancedEntry {
    /// Class (`x` for any), subject, detail: `x.1.1`.
    pub code: String,
    /// The registry's name for it.
    pub name: String,
    /// What it means.
    pub says: Words,
    /// The cause it speaks for; none where it says too little.
    #[serde(default)]
    pub cause: Option<String>,
    /// The kind.
    #[serde(default)]
    pub kind: Option<String>,
    /// Decibans for that cause.
    #[serde(default)]
    pub db: i32,
    /// The advice to give, where that of the cause or the kind does not fit.
    #[serde(default)]
    pub advice: Option<String>,
    /// Where this knowledge comes from.
    pub source: String,
}

/// A phrase of a server or provider: `[[phrase]]`. Order decides: first match wins within a file; files in name order.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Phrase {
    /// Unique over all files.
    pub id: String,
    /// Who says it: `Postfix`, `Gmail`, `any`.
    pub by: String,
    /// What the reply's text (lines joined by spaces) matches; case does not matter. Named groups become places: `(?<ip>…)`.
    pub text: Wording,
    /// Only with one of these codes or classes: `550`, `4xx`.
    #[serde(default)]
    pub code: Vec<String>,
    /// Only with one of these enhanced codes, `x` for any number.
    #[serde(default)]
    pub enhanced: Vec<String>,
    /// Only at these stages (or where the stage is unknown).
    #[serde(default)]
    pub stage: Vec<Stage>,
    /// The cause it speaks for.
    pub cause: String,
    /// The kind.
    #[serde(default)]
    pub kind: Option<String>,
    /// Decibans: 30 where the text leaves no doubt, 15 likely, 8 possible.
    pub db: i32,
    /// What it means, where the kind's words say too little.
    #[serde(default)]
    pub says: Option<Words>,
    /// Whose move it is, where the advice, the cause or the kind names another.
    #[serde(default)]
    pub who: Option<Who>,
    /// The advice to give, where that of the cause or the kind does not fit.
    #[serde(default)]
    pub advice: Option<String>,
    /// Where this knowledge comes from.
    pub source: String,
    /// A reply it matches, in our own words or with reserved names.
    pub sample: String,
}

/// What to do about refusals of one sort, whoever words them: `[[advice]]`. It stands where the advice of the cause or the kind does not fit.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SharedAdvice {
    /// Unique over all files; phrases, enhanced codes and findings name it.
    pub id: String,
    /// What is the matter, where the headline of the kind does not fit.
    #[serde(default)]
    pub headline: Option<Words>,
    /// Whose move it is, where that is not whose the kind says.
    #[serde(default)]
    pub who: Option<Who>,
    /// Whether waiting helps, where the kind says otherwise.
    #[serde(default)]
    pub waiting: Option<String>,
    /// What to do, first thing first.
    pub fix: Vec<Words>,
    /// Where this knowledge comes from.
    pub source: String,
}
