//! What was seen on the way through a record.

use std::fmt;

use super::Fault;

/// What SPF says (RFC 7208 §2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "named as the RFC names them")]
pub enum Outcome {
    Pass,
    Fail,
    SoftFail,
    Neutral,
    None,
    TempError,
    PermError,
}

impl Outcome {
    /// The word of RFC 7208 §2.6.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::SoftFail => "softfail",
            Self::Neutral => "neutral",
            Self::None => "none",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How one term ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepEnd {
    /// The address is in it.
    Match,
    /// It is not.
    NoMatch,
    /// It leads to another record: what follows with a greater depth is that one's.
    Enters,
    /// The question behind it came back empty (a void lookup).
    Void,
    /// It ended the evaluation: the trace says why.
    Stop,
}

/// One term on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// How deep in the tree of includes, from 0; a redirect does not go deeper.
    pub depth: u8,
    /// The domain whose record it stands in.
    pub domain: String,
    /// The term, as written.
    pub term: String,
    /// How it ended.
    pub end: StepEnd,
    /// How many terms had asked the DNS by then, this one included.
    pub lookups: u32,
}

/// Why it ended without a verdict on the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The domain is none that the DNS can hold.
    NotADomain,
    /// There is no record.
    NoRecord,
    /// A question was not answered.
    Unanswered {
        /// The name asked for.
        name: String,
        /// What came instead of an answer.
        why: String,
    },
    /// There are several records.
    Several {
        /// Where.
        domain: String,
        /// How many.
        count: usize,
    },
    /// A record has faults.
    Faults {
        /// Whose record.
        domain: String,
        /// The record.
        record: String,
        /// The faults, in order; never empty.
        faults: Vec<Fault>,
    },
    /// More than ten terms ask the DNS.
    TooManyLookups {
        /// Where the eleventh stands.
        domain: String,
        /// The term.
        term: String,
    },
    /// More than two questions came back empty.
    TooManyVoids {
        /// Where the third stands.
        domain: String,
        /// The term.
        term: String,
    },
    /// An `mx` leads to more than ten hosts.
    TooManyHosts {
        /// Where it stands.
        domain: String,
        /// The term.
        term: String,
    },
    /// An include or a redirect leads to a domain without a record.
    LeadsNowhere {
        /// Where it stands.
        domain: String,
        /// The term.
        term: String,
        /// Where it leads.
        to: String,
    },
}

/// One evaluation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// What SPF says.
    pub outcome: Outcome,
    /// Every term that was looked at, in order.
    pub steps: Vec<Step>,
    /// Terms that asked the DNS.
    pub lookups: u32,
    /// Questions that came back empty.
    pub voids: u32,
    /// Why there is no verdict on the address, where there is none.
    pub why: Option<Why>,
    /// The domain's own words for a refusal (`exp`).
    pub explanation: Option<String>,
}

impl Trace {
    /// The term that leads back to a record whose evaluation is still going on: an include of itself, or of who includes it.
    #[must_use]
    pub fn circle(&self) -> Option<&Step> {
        let enters = |s: &&Step| s.end == StepEnd::Enters;
        self.steps.iter().enumerate().filter(|(_, s)| enters(s)).find_map(|(at, first)| {
            let below = self.steps[at + 1..].iter().take_while(|s| s.depth >= first.depth);
            below.filter(enters).find(|s| {
                let deeper = s.depth > first.depth || s.term.to_ascii_lowercase().starts_with("redirect=");
                deeper && s.domain == first.domain && s.term == first.term
            })
        })
    }

    /// The term that decided, at the top and not inside of an include; none where none matched.
    #[must_use]
    pub fn matched(&self) -> Option<&Step> {
        self.steps.iter().rev().find(|s| s.depth == 0 && s.end == StepEnd::Match)
    }

    /// The way to the match: the terms from the top down, as `include:a.example > ip4:192.0.2.0/24`.
    #[must_use]
    pub fn way(&self) -> String {
        let Some(last) = self.steps.iter().rposition(|s| s.depth == 0 && s.end == StepEnd::Match) else {
            return String::new();
        };
        let mut way = vec![self.steps[last].term.as_str()];
        // The steps of an include stand before the one that tells how it ended.
        for step in self.steps[..last].iter().rev() {
            let depth = usize::from(step.depth);
            let is_include = way.last().is_some_and(|term| {
                term.trim_start_matches(['+', '-', '~', '?']).to_ascii_lowercase().starts_with("include:")
            });
            if !is_include || depth < way.len() {
                break;
            }
            if depth == way.len() && step.end == StepEnd::Match {
                way.push(&step.term);
            }
        }
        way.join(" > ")
    }
}
