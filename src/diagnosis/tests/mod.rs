//! What each rule of the diagnosis promises.

mod certainty;
mod heap;
mod stands;
mod untold;
mod verdict;
mod words;

use std::collections::BTreeMap;

use super::{Diagnosis, Ranked, diagnose};
use crate::guide::Guide;
use crate::transcript::{
    Case, Entry, EvidenceId, Fact, Finding, Reply, Role, RunId, Stage, StepId, StepStatus, Transcript,
};

/// A guide small enough to be read at one look.
const CAUSES: &str = include_str!("causes.toml");
const FINDINGS: &str = include_str!("findings.toml");
const CODES: &str = include_str!("phrases.toml");

fn guide() -> Guide {
    let files = [("guide/causes.toml", CAUSES), ("guide/findings/all.toml", FINDINGS), ("codes/test.toml", CODES)];
    Guide::from_files(files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()).unwrap()
}

/// A transcript being written: findings and replies go to the run that was started last.
#[derive(Default)]
struct Story {
    entries: Vec<Entry>,
    runs: u32,
}

impl Story {
    fn new() -> Self {
        let case = Case { to: vec!["bob@example.org".to_owned()], ..Case::new() };
        Self::default().fact(Fact::Entered { case: Box::new(case) }).run("recipient")
    }

    fn fact(mut self, fact: Fact) -> Self {
        self.entries.push(Entry { at: 0, fact });
        self
    }

    /// Starts a run of the check of that step.
    fn run(mut self, step: &str) -> Self {
        self.runs += 1;
        let run = RunId(self.runs);
        self.fact(Fact::Started { run, step: StepId::new(step), check: step.to_owned() })
    }

    fn ended(self, step: &str, status: StepStatus) -> Self {
        let run = RunId(self.runs);
        let cut_off = matches!(self.entries.last(), Some(Entry { fact: Fact::Cancelled { .. }, .. }));
        let story = if cut_off { self } else { self.fact(Fact::Ended { run }) };
        story.fact(Fact::StepEnded { step: StepId::new(step), status })
    }

    fn found(self, id: &str, args: &[(&str, &str)]) -> Self {
        let run = RunId(self.runs);
        let args: BTreeMap<_, _> = args.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        self.fact(Fact::Found { run, finding: Finding { args, ..Finding::new(id) } })
    }

    /// A finding that rests on one entry, counted from 0.
    fn found_by(self, id: &str, entry: u32) -> Self {
        let run = RunId(self.runs);
        self.fact(Fact::Found { run, finding: Finding::new(id).shown_by(EvidenceId(entry)) })
    }

    fn cancelled(self) -> Self {
        let run = RunId(self.runs);
        self.fact(Fact::Cancelled { run })
    }

    fn says(self, role: Role, code: u16, text: &str) -> Self {
        self.server_says("mx1.example.org", role, code, text)
    }

    fn server_says(self, server: &str, role: Role, code: u16, text: &str) -> Self {
        let run = RunId(self.runs);
        let reply = Reply {
            server: server.to_owned(),
            address: None,
            stage: Some(Stage::Rcpt),
            code,
            enhanced: None,
            text: vec![text.to_owned()],
            rtt_ms: 0,
            tls: false,
            role,
        };
        self.fact(Fact::Received { run, reply })
    }

    /// The last reply came at the greeting.
    fn at_the_greeting(mut self) -> Self {
        if let Some(Entry { fact: Fact::Received { reply, .. }, .. }) = self.entries.last_mut() {
            reply.stage = Some(Stage::Greeting);
        }
        self
    }

    fn live(self, code: u16, text: &str) -> Self {
        self.says(Role::Case, code, text)
    }

    fn pasted(self, code: u16, text: &str) -> Self {
        self.says(Role::Pasted, code, text)
    }

    fn diagnose(self) -> Diagnosis {
        let transcript: Transcript = self.entries.into_iter().collect();
        diagnose(&guide(), &transcript)
    }

    fn top(self) -> Ranked {
        self.diagnose().causes.into_iter().next().expect("a cause")
    }
}

/// The evidence of the nth entry.
fn e(n: u32) -> EvidenceId {
    EvidenceId(n)
}
