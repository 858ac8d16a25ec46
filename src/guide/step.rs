//! One step of the guide: a screen, its questions, its checks and its branches.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::{Pattern, Words};
use crate::transcript::{Consent, Stage, StepId, StepStatus};

/// One step: a file `assets/guide/steps/NN-name.toml`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The id of the contract.
    pub id: StepId,
    /// 1 to 13, the guide's order.
    pub number: u8,
    /// Short enough for the rail: at most 15 characters.
    pub title: String,
    /// What is looked at here, and why.
    pub why: Words,
    /// Where this knowledge comes from.
    pub source: String,
    /// What has to be allowed before the checks run in full.
    #[serde(default)]
    pub consent: Vec<Consent>,
    /// What more may be allowed, by whoever wants it: its checks neither wait for it nor ask.
    #[serde(default)]
    pub offers: Vec<Consent>,
    /// What is asked of the user before the checks run.
    #[serde(default, rename = "question")]
    pub questions: Vec<Question>,
    /// The ids of its checks, started side by side.
    #[serde(default)]
    pub checks: Vec<String>,
    /// Tried in order; the first that matches says where the walk goes. The last has no condition.
    #[serde(rename = "branch")]
    pub branches: Vec<Branch>,
}

/// The check that reads what was pasted, and asks nobody.
pub(crate) const READS_TEXT: &str = "error-message";

impl Step {
    /// Whether it reads what was pasted.
    #[must_use]
    pub fn reads_text(&self) -> bool {
        self.checks.iter().any(|check| check == READS_TEXT)
    }
}

/// A question of a step: one field of the case.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The field it fills.
    pub field: Field,
    /// What is asked.
    pub ask: Words,
    /// An example, shown where nothing is typed yet.
    #[serde(default)]
    pub example: String,
    /// Whether the checks say nothing useful without it.
    #[serde(default)]
    pub required: bool,
}

/// The fields of a case that a question can fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "named as in the contract's CASE options")]
pub enum Field {
    From,
    To,
    Server,
    Security,
    User,
    Password,
    Message,
    Error,
    Helo,
    Ip,
    SendingDomain,
    Selector,
}

/// A branch: where to go next, and because of what.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// Unique within the step; shown as `step/id`.
    pub id: String,
    /// All conditions given must hold; none given always holds.
    #[serde(default)]
    pub when: When,
    /// Where to. A step that was visited already is passed over, and the next branch tried.
    pub to: Goto,
    /// Why, as the end of a sentence that starts "because"; filled from what matched.
    ///
    /// Places: those of the finding's arguments, and for replies `{server}` `{code}` `{enhanced}` `{codes}` `{text}` `{stage}` `{phrase}`.
    pub because: Words,
}

/// The conditions of a branch. They are met by one reply of the step (code, enhanced, text, stage, kind, cause together on the same reply),
/// by a finding of the step, by its status, by what the case holds, and by the diagnosis so far; where several sorts are given, all must be met.
///
/// Only replies that speak about the case, or were pasted, count; never control probes.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// Any of these findings; `dns.mx.*` stands for all that begin so.
    pub finding: Vec<String>,
    /// Any of these reply codes: `550`, or a class: `5xx`, `4xx`.
    pub code: Vec<String>,
    /// Any of these enhanced status codes: `5.7.1`, with `x` for any number: `x.7.x`.
    pub enhanced: Vec<String>,
    /// The reply's text, joined by spaces, matches this regular expression (case does not matter).
    pub text: Option<Pattern>,
    /// Any of these stages.
    pub stage: Vec<Stage>,
    /// The reply reads as any of these kinds (contract, "Ids").
    pub kind: Vec<String>,
    /// The reply reads as any of these causes.
    pub cause: Vec<String>,
    /// The step ended in any of these ways.
    pub status: Vec<StepStatus>,
    /// All of these fields of the case are filled.
    pub given: Vec<Field>,
    /// None of these is.
    pub lacking: Vec<Field>,
    /// All of this was allowed.
    pub allowed: Vec<Consent>,
    /// The diagnosis so far has a cause of at least this certainty: `possible`, `likely`, `confirmed`. `healthy` is no cause here.
    pub diagnosis: Option<String>,
    /// The cause that the diagnosis so far ranks first is one of these, or its kind is. Together with `diagnosis` both are asked of it.
    ///
    /// This is how a step remembers what an earlier one heard: the login step behind a relay refusal goes another way than behind nothing.
    pub suspect: Vec<String>,
}

impl When {
    /// Whether nothing is asked: it always holds.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.asks_reply()
            && self.finding.is_empty()
            && self.status.is_empty()
            && self.given.is_empty()
            && self.lacking.is_empty()
            && self.allowed.is_empty()
            && self.diagnosis.is_none()
            && self.suspect.is_empty()
    }

    /// Whether anything is asked of a reply.
    #[must_use]
    pub fn asks_reply(&self) -> bool {
        !(self.code.is_empty()
            && self.enhanced.is_empty()
            && self.text.is_none()
            && self.stage.is_empty()
            && self.kind.is_empty()
            && self.cause.is_empty())
    }
}

/// Where a branch leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goto {
    /// To that step.
    Step(StepId),
    /// To the first step of the guide's order that was neither visited nor ruled out; after the last, to the conclusion.
    Next,
    /// To the diagnosis: the walk is over.
    Conclude,
}

impl fmt::Display for Goto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(id) => f.pad(id.as_str()),
            Self::Next => f.pad("next"),
            Self::Conclude => f.pad("conclude"),
        }
    }
}

impl<'de> Deserialize<'de> for Goto {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(match String::deserialize(d)?.as_str() {
            "next" => Self::Next,
            "conclude" => Self::Conclude,
            id => Self::Step(StepId::new(id)),
        })
    }
}

impl Serialize for Goto {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// Where a walk begins: `assets/guide/start.toml`, first match wins.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StartRule {
    /// Unique; shown as `start/id`.
    pub id: String,
    /// All of these fields of the case are filled.
    #[serde(default)]
    pub given: Vec<Field>,
    /// None of these is filled.
    #[serde(default)]
    pub lacking: Vec<Field>,
    /// What the user came with, if that matters.
    #[serde(default)]
    pub goal: Option<crate::transcript::Goal>,
    /// The first step.
    pub to: StepId,
    /// Why.
    pub because: Words,
}
