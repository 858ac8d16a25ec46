//! What a check found: an id and arguments, never words (law 3).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::EvidenceId;

/// The argument that asks for a step to be looked at once more after so many seconds: a server said "not yet".
pub const RETRY_SECS: &str = "retry_secs";

/// The argument that asks for one of the case's recipients to be followed from here on: the one in trouble, of several.
pub const FOLLOW: &str = "follow";

/// One finding. Its words, level, weight and fix are looked up in the guide by `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable id, as in `dns.mx.null`.
    pub id: String,
    /// Values for the `{name}` places in the guide's words.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
    /// The facts that show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceId>,
    /// The label of the probe (a row on the screen) that this ends, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<String>,
    /// How long that probe took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u32>,
}

impl Finding {
    /// A finding without arguments or evidence yet.
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self { id: id.to_owned(), args: BTreeMap::new(), evidence: Vec::new(), probe: None, ms: None }
    }

    /// Adds a value for `{name}`.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "callers hand over numbers, addresses and texts alike")]
    pub fn arg(mut self, name: &str, value: impl ToString) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }

    /// Adds a fact that shows it.
    #[must_use]
    pub fn shown_by(mut self, evidence: EvidenceId) -> Self {
        self.evidence.push(evidence);
        self
    }

    /// Says that it ends the probe of that label, which took so many milliseconds.
    #[must_use]
    pub fn ends(mut self, probe: &str, ms: u32) -> Self {
        self.probe = Some(probe.to_owned());
        self.ms = Some(ms);
        self
    }
}
