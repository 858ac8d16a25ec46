//! Entries, and the list they stand in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    BreakFact, Case, CommandFact, ConnectFact, Consent, DnsFact, Finding, HostFact, HttpFact, MessageFact, Mode, Reply,
    RunId, StepId, TlsFact, TraceFact,
};

/// How grave a finding is. The guide says it, never a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Ok,
    /// Worth knowing.
    Info,
    /// Could not tell.
    Unknown,
    /// A flaw that may matter.
    Warn,
    /// A fault.
    Fail,
}

impl Level {
    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Info => "info",
            Self::Unknown => "unknown",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// How a step ended (contract, `steps[].status`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepStatus {
    /// Nothing wrong.
    Pass,
    /// Flaws.
    Warn,
    /// A fault.
    Fail,
    /// Could not tell.
    Unknown,
    /// Not looked at, or nothing to look at.
    Skipped,
}

impl StepStatus {
    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }
}

/// The whole check in a word (contract, `verdict`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Something is wrong, and it was seen.
    FaultFound,
    /// Everything needed was tested; nothing is wrong.
    NoFaultFound,
    /// Something needed could not be tested.
    Inconclusive,
}

impl Verdict {
    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FaultFound => "fault-found",
            Self::NoFaultFound => "no-fault-found",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Fact {
    /// The session began.
    Began {
        /// The version of heloise.
        version: String,
        /// Milliseconds since 1970.
        unix_ms: i64,
        /// Guided or checklist.
        mode: Mode,
    },
    /// The case was entered or changed; this is the whole of it.
    Entered {
        /// The case.
        case: Box<Case>,
    },
    /// The user answered a request for consent.
    Consented {
        /// What for.
        what: Consent,
        /// Yes or no.
        granted: bool,
    },
    /// The walk went to a step.
    Went {
        /// Where it was.
        from: Option<StepId>,
        /// Where it went; `None` is the conclusion.
        to: Option<StepId>,
        /// The rule that sent it there: `step/rule`, or `user` where a person chose.
        rule: String,
        /// Why, in plain words, with the values filled in.
        because: String,
    },
    /// The step's rules chose where to go next, and why; the user has not followed yet.
    Proposed {
        /// From which step.
        from: StepId,
        /// To which step; `None` is the conclusion.
        to: Option<StepId>,
        /// The rule: `step/rule`.
        rule: String,
        /// Why, in plain words, with the values filled in.
        because: String,
    },
    /// A check was started.
    Started {
        /// Its run.
        run: RunId,
        /// For which step.
        step: StepId,
        /// Which check.
        check: String,
    },
    /// A probe of a check was started: a row on the screen.
    Probing {
        /// Its run.
        run: RunId,
        /// The row's label: a host, a list, a port.
        probe: String,
    },
    /// A question to the DNS was answered, or not.
    Dns {
        /// Its run.
        run: RunId,
        /// Question and answer.
        #[serde(flatten)]
        dns: DnsFact,
    },
    /// A TCP connection was tried.
    Connect {
        /// Its run.
        run: RunId,
        /// The attempt.
        #[serde(flatten)]
        connect: ConnectFact,
    },
    /// The route to a host was traced.
    Trace {
        /// Its run.
        run: RunId,
        /// The trace.
        #[serde(flatten)]
        trace: TraceFact,
    },
    /// A TLS handshake was tried.
    Tls {
        /// Its run.
        run: RunId,
        /// The handshake.
        #[serde(flatten)]
        tls: TlsFact,
    },
    /// A line was sent.
    Sent {
        /// Its run.
        run: RunId,
        /// The line.
        #[serde(flatten)]
        command: CommandFact,
    },
    /// A reply was received, or pasted.
    Received {
        /// Its run.
        run: RunId,
        /// The reply.
        #[serde(flatten)]
        reply: Reply,
    },
    /// A dialogue broke off.
    Broke {
        /// Its run.
        run: RunId,
        /// Where and how.
        #[serde(flatten)]
        broken: BreakFact,
    },
    /// Something was read off this machine.
    Host {
        /// Its run.
        run: RunId,
        /// What.
        #[serde(flatten)]
        host: HostFact,
    },
    /// A page was asked for over HTTPS.
    Http {
        /// Its run.
        run: RunId,
        /// The request and how it ended.
        #[serde(flatten)]
        http: HttpFact,
    },
    /// The user's message was looked at.
    Message {
        /// Its run.
        run: RunId,
        /// What was seen.
        #[serde(flatten)]
        message: MessageFact,
    },
    /// A check found something.
    Found {
        /// Its run.
        run: RunId,
        /// What.
        #[serde(flatten)]
        finding: Finding,
    },
    /// A check ended.
    Ended {
        /// Its run.
        run: RunId,
    },
    /// A check was cancelled; what comes from its run after this does not count.
    Cancelled {
        /// Its run.
        run: RunId,
    },
    /// All checks of a step have ended.
    StepEnded {
        /// Which.
        step: StepId,
        /// How.
        status: StepStatus,
    },
    /// An admin signed a step off, or noted something (checklist mode).
    Signed {
        /// Which step.
        step: StepId,
        /// Initials.
        by: String,
        /// A note, perhaps empty.
        note: String,
    },
    /// Somebody looks at something that lies over the place where the walk stands, so that who takes the session up finds it open.
    Looked {
        /// What: a word of the front end; empty where it is the place itself again.
        open: String,
    },
    /// Something was typed into a form and not sent, so that who takes the session up finds it there. Never a password.
    Typed {
        /// Which form: a word of the front end; empty where nothing is left to send.
        form: String,
        /// What stands in its fields, by their names.
        fields: BTreeMap<String, String>,
    },
    /// The walk is over.
    Concluded {
        /// The verdict.
        verdict: Verdict,
    },
}

impl Fact {
    /// The run this fact came from, if it came from a check.
    #[must_use]
    pub fn run(&self) -> Option<RunId> {
        match self {
            Self::Started { run, .. }
            | Self::Probing { run, .. }
            | Self::Dns { run, .. }
            | Self::Connect { run, .. }
            | Self::Trace { run, .. }
            | Self::Tls { run, .. }
            | Self::Sent { run, .. }
            | Self::Received { run, .. }
            | Self::Broke { run, .. }
            | Self::Host { run, .. }
            | Self::Http { run, .. }
            | Self::Message { run, .. }
            | Self::Found { run, .. }
            | Self::Ended { run }
            | Self::Cancelled { run } => Some(*run),
            _ => None,
        }
    }
}

/// A fact, and when it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Milliseconds since the session began.
    pub at: u64,
    /// What happened.
    #[serde(flatten)]
    pub fact: Fact,
}

/// The ordered, append-only list of what happened. An entry's index is its evidence id.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Transcript(Vec<Entry>);

impl Transcript {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends; nothing is ever changed or taken out.
    pub fn push(&mut self, entry: Entry) {
        self.0.push(entry);
    }

    /// All entries, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// The replies so far, with their evidence ids.
    pub fn replies(&self) -> impl DoubleEndedIterator<Item = (super::EvidenceId, &Reply)> + '_ {
        self.numbered().filter_map(
            |(id, e)| {
                if let Fact::Received { reply, .. } = &e.fact { Some((id, reply)) } else { None }
            },
        )
    }

    /// The findings so far, with the evidence id of each itself.
    pub fn findings(&self) -> impl DoubleEndedIterator<Item = (super::EvidenceId, &Finding)> + '_ {
        self.numbered().filter_map(
            |(id, e)| {
                if let Fact::Found { finding, .. } = &e.fact { Some((id, finding)) } else { None }
            },
        )
    }

    /// All entries with their evidence ids.
    pub fn numbered(&self) -> impl DoubleEndedIterator<Item = (super::EvidenceId, &Entry)> + '_ {
        self.0.iter().enumerate().map(|(i, e)| (super::EvidenceId(i as u32), e))
    }
}

impl FromIterator<Entry> for Transcript {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}
