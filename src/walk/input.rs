//! What comes into a walk, and what it asks for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::transcript::{Case, Consent, Fact, Mode, RunId, StepId};

/// Something that happened to the walk. Plain, comparable, serialisable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    /// The session begins.
    Begin {
        /// The version of heloise.
        version: String,
        /// Milliseconds since 1970.
        unix_ms: i64,
        /// Guided or checklist.
        mode: Mode,
    },
    /// The case was entered or changed. It starts nothing.
    Enter(Box<Case>),
    /// Off we go: to the first step that the start rules choose, and its checks. A checklist begins at its first line, and runs nothing yet.
    Start,
    /// The user answered for these consents; once nothing is open any more, the step's checks run.
    Consent {
        /// What for.
        what: Vec<Consent>,
        /// Yes or no.
        granted: bool,
    },
    /// Follow the proposal; nothing while the step runs. A checklist first runs the line it is at, then goes down line by line.
    Follow,
    /// Go to this step instead, and run it if it was not run yet. What runs where we were runs on.
    Open(StepId),
    /// Go back to where we came from; from the conclusion, to the last step.
    Back,
    /// Go to this step and run its checks again; they wait for consents that are still open.
    Again(StepId),
    /// The time of the parked step has come: its checks run once more, wherever the walk stands.
    Retry,
    /// Stop what is running at the present step, or, where nothing is, elsewhere; what came in stays.
    Cancel,
    /// A fact from a check that is running. `Fact::Ended` ends it.
    Answer {
        /// Its run.
        run: RunId,
        /// What.
        fact: Box<Fact>,
    },
    /// An admin signs a step off.
    Sign {
        /// Which.
        step: StepId,
        /// Initials.
        by: String,
        /// A note, perhaps empty.
        note: String,
    },
    /// Leave a step unlooked at; it is not proposed then, and opening it takes that back.
    Skip(StepId),
    /// The user looks at something over the place where the walk stands, by a word of the front end; empty: at the place itself again.
    Look(String),
    /// This was typed into a form, and not sent yet; a form without a name: nothing is left to send.
    Type {
        /// Which form, by a word of the front end.
        form: String,
        /// What stands in its fields, by their names. Never a password.
        fields: BTreeMap<String, String>,
    },
    /// Stop here and draw the conclusion.
    Conclude,
}

/// Something to be done by `run`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Start a check.
    Run {
        /// Under this id.
        run: RunId,
        /// For this step.
        step: StepId,
        /// This check.
        check: String,
    },
    /// Stop a run.
    Cancel(RunId),
}
