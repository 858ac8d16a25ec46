//! What of the transcript counts: the latest runs, and what was pasted; never control probes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::slice;

use crate::guide::{FindingEntry, Guide};
use crate::transcript::{
    Case, EvidenceId, Fact, Finding, Goal, Level, Reply, Role, RunId, Stage, StepId, StepStatus, Transcript,
};

/// A finding that counts.
pub(super) struct Found<'a> {
    pub(super) id: EvidenceId,
    pub(super) finding: &'a Finding,
    pub(super) entry: &'a FindingEntry,
}

impl Found<'_> {
    /// The facts that show it; itself where it names none.
    pub(super) fn evidence(&self) -> &[EvidenceId] {
        if self.finding.evidence.is_empty() { slice::from_ref(&self.id) } else { &self.finding.evidence }
    }
}

/// What counts.
pub(super) struct Seen<'a> {
    pub(super) case: Option<&'a Case>,
    /// Findings that the guide knows, in order.
    pub(super) findings: Vec<Found<'a>>,
    /// Replies about the case and pasted ones, in order.
    pub(super) replies: Vec<(EvidenceId, &'a Reply)>,
    /// Whether a step ended without being able to tell.
    pub(super) step_untold: bool,
    /// The steps that were broken off before they found a fault, and not looked at again; in order.
    pub(super) broken_off: Vec<&'a StepId>,
    /// The step that ended last.
    pub(super) last_step: Option<&'a StepId>,
}

struct Run<'a> {
    step: &'a StepId,
    check: &'a str,
    counts: bool,
}

impl<'a> Seen<'a> {
    pub(super) fn gather(guide: &'a Guide, transcript: &'a Transcript) -> Self {
        let counting = counting_runs(transcript);
        let counts = |run: RunId| counting.get(&run).copied().unwrap_or(true);
        let mut seen = Self {
            case: None,
            findings: Vec::new(),
            replies: Vec::new(),
            step_untold: false,
            broken_off: Vec::new(),
            last_step: None,
        };
        let mut statuses: HashMap<&StepId, StepStatus> = HashMap::new();
        let mut step_of: HashMap<RunId, &StepId> = HashMap::new();
        let mut cut_off: HashSet<&StepId> = HashSet::new();
        for (id, entry) in transcript.numbered() {
            match &entry.fact {
                Fact::Entered { case } => seen.case = Some(case),
                Fact::Found { run, finding } if counts(*run) => {
                    if let Some(entry) = guide.finding(&finding.id) {
                        seen.findings.push(Found { id, finding, entry });
                    }
                }
                Fact::Received { run, reply } if counts(*run) && reply.role != Role::Control => {
                    seen.replies.push((id, reply));
                }
                Fact::Started { run, step, .. } => {
                    step_of.insert(*run, step);
                    cut_off.remove(step);
                }
                Fact::Cancelled { run } => cut_off.extend(step_of.get(run)),
                Fact::StepEnded { step, status } => {
                    statuses.insert(step, *status);
                    seen.broken_off.retain(|s| *s != step);
                    if cut_off.contains(step) && *status != StepStatus::Fail {
                        seen.broken_off.push(step);
                    }
                    seen.last_step = Some(step);
                }
                _ => {}
            }
        }
        // Where a finding says why a step could not tell, that finding is what matters.
        let says_why = |step: &StepId| {
            let own = |f: &Found<'_>| f.entry.level == Level::Unknown && room(&f.entry.id) == step.as_str();
            seen.findings.iter().any(own)
        };
        seen.step_untold = !seen.broken_off.is_empty()
            || statuses.into_iter().any(|(step, s)| s == StepStatus::Unknown && !says_why(step));
        seen
    }

    /// Replies that refuse, about the case or pasted.
    pub(super) fn refusals(&self) -> impl Iterator<Item = (EvidenceId, &'a Reply)> {
        self.replies.iter().copied().filter(|(_, r)| refuses(r) && !self.goes_elsewhere(r) && !self.goes_on(r))
    }

    /// Whether a server that does not know EHLO took the recipient after HELO: that was no obstacle (RFC 5321 §3.2).
    fn goes_on(&self, reply: &Reply) -> bool {
        let takes = |r: &Reply| r.stage == Some(Stage::Rcpt) && r.is_positive() && r.server == reply.server;
        let hello = reply.stage == Some(Stage::Ehlo) && reply.role == Role::Case;
        hello && self.replies.iter().any(|(_, r)| r.role == Role::Case && takes(r))
    }

    /// Whether a server only said "not now" before it heard of any recipient, or "no" at the door, while another of them took the recipient:
    /// that is where mail goes then (RFC 5321 §5.1; Postfix, `smtp_skip_5xx_greeting`).
    fn goes_elsewhere(&self, reply: &Reply) -> bool {
        let not_now = reply.stage.is_some_and(|s| s < Stage::Mail) && (400..500).contains(&reply.code);
        let early = not_now || reply.stage == Some(Stage::Greeting);
        let takes = |r: &Reply| r.stage == Some(Stage::Rcpt) && r.is_positive() && r.server != reply.server;
        early && reply.role == Role::Case && self.replies.iter().any(|(_, r)| r.role == Role::Case && takes(r))
    }

    /// Whether a finding of that level was made.
    pub(super) fn any(&self, level: Level) -> bool {
        self.findings.iter().any(|f| f.entry.level == level)
    }

    /// Whether the user has something that wants explaining, or a fault showed: else a flaw on the side is just that.
    pub(super) fn has_trouble(&self) -> bool {
        let told = |case: &Case| case.error.is_some() || case.goal == Goal::Server;
        self.refusals().next().is_some() || self.any(Level::Fail) || self.case.is_some_and(told)
    }

    /// Whether a server took the recipient or the message, live.
    pub(super) fn accepted(&self) -> bool {
        let late = |stage| matches!(stage, Some(Stage::Rcpt | Stage::Data | Stage::Message));
        self.replies.iter().any(|(_, r)| r.role == Role::Case && r.is_positive() && late(r.stage))
    }

    /// Whether anything was tested with an answer.
    pub(super) fn tested(&self) -> bool {
        self.any(Level::Ok) || self.accepted()
    }

    /// What could not be told, and matters. The last step only sums up what the others could not tell.
    pub(super) fn untold(&self) -> impl Iterator<Item = &Found<'a>> {
        let sums_up = |f: &Found<'_>| room(&f.entry.id) == "escalate";
        self.findings.iter().filter(move |f| f.entry.level == Level::Unknown && !sums_up(f) && !self.is_minor(f))
    }

    /// A minor unknown matters neither where its step could tell enough without it, nor where a server took the mail and nothing is
    /// left to explain.
    fn is_minor(&self, unknown: &Found<'_>) -> bool {
        let step = room(&unknown.entry.id);
        let enough = || self.findings.iter().any(|f| f.entry.level == Level::Ok && room(&f.entry.id) == step);
        unknown.entry.minor && (enough() || (self.accepted() && !self.has_trouble()))
    }
}

/// The step that a finding's id belongs to.
fn room(id: &str) -> &str {
    id.split('.').next().unwrap_or_default()
}

/// Whether a reply refuses. QUIT has nothing to refuse; a pasted text without a code was pasted because it refuses.
fn refuses(reply: &Reply) -> bool {
    let by_code = if reply.code == 0 { reply.role == Role::Pasted } else { reply.code >= 400 };
    by_code && reply.stage != Some(Stage::Quit)
}

/// Of each check of each step, the last run that ended or brought something counts; else its last.
fn counting_runs(transcript: &Transcript) -> HashMap<RunId, bool> {
    let mut runs: BTreeMap<RunId, Run<'_>> = BTreeMap::new();
    for entry in transcript.entries() {
        match &entry.fact {
            Fact::Started { run, step, check } => {
                runs.insert(*run, Run { step, check, counts: false });
            }
            Fact::Received { run, .. } | Fact::Found { run, .. } | Fact::Ended { run } => {
                if let Some(run) = runs.get_mut(run) {
                    run.counts = true;
                }
            }
            _ => {}
        }
    }
    let mut last: HashMap<(&StepId, &str), RunId> = HashMap::new();
    for (id, run) in &runs {
        let slot = last.entry((run.step, run.check)).or_insert(*id);
        if run.counts {
            *slot = *id;
        }
    }
    runs.iter().map(|(id, run)| (*id, last.get(&(run.step, run.check)) == Some(id))).collect()
}
