//! A checklist of somebody's own: which steps, in which order, and what to mind at each.

use serde::{Deserialize, Serialize};

use super::StepId;

/// A team's own checklist.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Runbook {
    /// What it is called.
    pub title: String,
    /// Its steps, in its order; each once.
    pub steps: Vec<RunbookStep>,
}

/// A line of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunbookStep {
    /// The step.
    pub id: StepId,
    /// What to mind there, in the team's own words; perhaps empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mind: String,
}
