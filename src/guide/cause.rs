//! The causes and their kinds: `assets/guide/causes.toml`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Words;
use crate::transcript::StepId;

/// Whose move it is (contract, `who`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// The person at the keys.
    You,
    /// The person the mail is for.
    Recipient,
    /// Whoever runs the sending server, or sells it.
    YourProvider,
    /// Whoever runs the receiving server.
    TheirProvider,
    /// Whoever runs the network between.
    Network,
}

impl Who {
    /// The same, where it may be about the server of the user's own login: whoever runs that one is the user's provider.
    #[must_use]
    pub fn at(self, own_server: bool) -> Self {
        if own_server && self == Self::TheirProvider { Self::YourProvider } else { self }
    }

    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::You => "you",
            Self::Recipient => "recipient",
            Self::YourProvider => "your-provider",
            Self::TheirProvider => "their-provider",
            Self::Network => "network",
        }
    }

    /// In a sentence.
    #[must_use]
    pub fn spoken(self) -> &'static str {
        match self {
            Self::You => "you",
            Self::Recipient => "the recipient",
            Self::YourProvider => "your mail or network provider",
            Self::TheirProvider => "the recipient's mail provider",
            Self::Network => "whoever runs the network",
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One of the guide's causes.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// The id of the contract.
    pub id: String,
    /// Two or three words.
    pub title: String,
    /// What it means.
    pub says: Words,
    /// One sentence for the top of the diagnosis when no kind is known. Places allowed.
    pub headline: Words,
    /// Who has to act, when no kind says otherwise.
    pub who: Who,
    /// Whether waiting helps, in a few words: `does not help`, `a few hours often help`.
    pub waiting: String,
    /// What to do when no kind says more.
    pub fix: Vec<Words>,
    /// The step that looks into it.
    pub step: StepId,
    /// Where this knowledge comes from.
    pub source: String,
    /// Its kinds.
    #[serde(default, rename = "kind")]
    pub kinds: Vec<Kind>,
}

/// A finer kind of a cause.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// The id of the contract.
    pub id: String,
    /// One sentence a non-expert understands. Places allowed.
    pub headline: Words,
    /// What sort of thing it is, where what is said of the cause does not fit it.
    #[serde(default)]
    pub says: Option<Words>,
    /// Who has to act.
    pub who: Who,
    /// Whether waiting helps; that of the cause if left out.
    #[serde(default)]
    pub waiting: Option<String>,
    /// What to do, first thing first.
    pub fix: Vec<Words>,
    /// The step that looks into it; that of the cause if left out.
    #[serde(default)]
    pub step: Option<StepId>,
    /// Of a kind that says only that a rule forbids it: the kinds that such a rule is most often about.
    #[serde(default)]
    pub behind: Vec<String>,
    /// Findings that weigh against the cause as a whole and belong to this kind: they are not shown as speaking against it.
    #[serde(default)]
    pub despite: Vec<String>,
    /// Nothing is broken, and it passes by itself: it is shown as a note rather than as a fault.
    #[serde(default)]
    pub passes: bool,
    /// Where this knowledge comes from.
    pub source: String,
}
