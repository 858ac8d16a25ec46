//! What every format shows, gathered once from the transcript.

use std::collections::BTreeMap;

use super::when_utc;
use crate::diagnosis::{Diagnosis, Reason, diagnose, untold};
use crate::guide::{Guide, Who, Words, fill};
use crate::transcript::{
    Case, Consent, EvidenceId, Fact, Finding, Level, Reply, Role, RunId, StepId, StepStatus, Transcript, Verdict,
};

/// A finding with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingView {
    /// Its own entry.
    pub at: EvidenceId,
    /// What the check said.
    pub finding: Finding,
    /// How grave the guide takes it; unknown where the guide does not know it.
    pub level: Level,
    /// A few words for a row, where the guide has them.
    pub short: Option<String>,
    /// Its words, filled in.
    pub says: Words,
    /// What to do, filled in.
    pub fix: Vec<Words>,
    /// Who has to do it.
    pub who: Option<Who>,
}

/// A step as it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepView {
    /// Which.
    pub id: StepId,
    /// Its place in the guide.
    pub number: u8,
    /// Its name.
    pub title: String,
    /// How it ended; skipped where it was not walked.
    pub status: StepStatus,
    /// Whether the walk came to it.
    pub walked: bool,
    /// How long its checks took.
    pub elapsed_ms: u64,
    /// What the last run of each of its checks found.
    pub findings: Vec<FindingView>,
    /// Who signed it off, in checklist mode.
    pub signed: Option<SignView>,
}

/// A step's sign-off, or a note beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignView {
    /// Initials; empty where there is only a note.
    pub by: String,
    /// The last note.
    pub note: String,
    /// When, in milliseconds since 1970.
    pub unix_ms: i64,
}

impl SignView {
    /// As a line of a report: `signed jd, 2026-11-20 16:40:05 UTC: looked twice`.
    #[must_use]
    pub fn line(&self) -> String {
        let who = if self.by.is_empty() { "note".to_owned() } else { format!("signed {}", self.by) };
        let note = if self.note.is_empty() { String::new() } else { format!(": {}", self.note) };
        format!("{who}, {}{note}", when_utc(self.unix_ms))
    }
}

/// A way the walk went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayView {
    /// To which step.
    pub step: StepId,
    /// Why.
    pub because: String,
    /// By which rule.
    pub rule: String,
}

/// Everything a report shows.
#[derive(Clone, Debug)]
pub struct View {
    /// The version that walked.
    pub version: String,
    /// When it began, in milliseconds since 1970.
    pub began: i64,
    /// How long it took.
    pub elapsed_ms: u64,
    /// The case as it stood at the end.
    pub case: Case,
    /// What was allowed.
    pub consents: Vec<Consent>,
    /// The causes.
    pub diagnosis: Diagnosis,
    /// Where there is no cause: what could not be told.
    pub untold: Vec<Reason>,
    /// The steps in the order walked.
    pub path: Vec<WayView>,
    /// All steps of the guide, in its order.
    pub steps: Vec<StepView>,
}

impl View {
    /// Gathers it.
    #[must_use]
    pub fn of(guide: &Guide, transcript: &Transcript) -> Self {
        let diagnosis = diagnose(guide, transcript);
        let nothing = diagnosis.causes.is_empty() && diagnosis.verdict == Verdict::Inconclusive;
        let mut view = Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            began: 0,
            elapsed_ms: transcript.entries().last().map_or(0, |e| e.at),
            case: Case::new(),
            consents: Vec::new(),
            untold: if nothing { untold(guide, transcript) } else { Vec::new() },
            diagnosis,
            path: Vec::new(),
            steps: steps(guide, transcript),
        };
        for entry in transcript.entries() {
            match &entry.fact {
                Fact::Began { version, unix_ms, .. } => {
                    view.version.clone_from(version);
                    view.began = *unix_ms;
                }
                Fact::Entered { case } => view.case.clone_from(case),
                Fact::Consented { what, granted } => {
                    view.consents.retain(|c| c != what);
                    view.consents.extend(granted.then_some(*what));
                }
                Fact::Went { to: Some(step), because, rule, .. } => {
                    view.path.push(WayView { step: step.clone(), because: because.clone(), rule: rule.clone() });
                }
                _ => {}
            }
        }
        view
    }

    /// The name of a step.
    #[must_use]
    pub fn title<'a>(&'a self, step: &'a StepId) -> &'a str {
        self.steps.iter().find(|s| s.id == *step).map_or(step.as_str(), |s| s.title.as_str())
    }

    /// The steps that were walked, in the guide's order.
    pub fn walked(&self) -> impl Iterator<Item = &StepView> + '_ {
        self.steps.iter().filter(|s| s.walked || s.signed.is_some())
    }
}

/// The refusals that speak about the case, once each, pasted ones first.
#[must_use]
pub(super) fn refusals(transcript: &Transcript) -> Vec<(EvidenceId, &Reply)> {
    let mut all: Vec<(EvidenceId, &Reply)> = Vec::new();
    for (id, reply) in transcript.replies() {
        let said = |r: &Reply| r.server == reply.server && r.codes() == reply.codes() && r.text == reply.text;
        if reply.role != Role::Control && reply.code >= 400 && !all.iter().any(|(_, r)| said(r)) {
            all.push((id, reply));
        }
    }
    all.sort_by_key(|(id, r)| (r.role != Role::Pasted, *id));
    all
}

#[derive(Default)]
struct Seen {
    checks: BTreeMap<String, RunId>,
    began: Option<u64>,
    ended: Option<(u64, StepStatus)>,
    walked: bool,
    signed: Option<SignView>,
}

fn steps(guide: &Guide, transcript: &Transcript) -> Vec<StepView> {
    let mut seen: BTreeMap<StepId, Seen> = BTreeMap::new();
    let mut of_run: BTreeMap<RunId, StepId> = BTreeMap::new();
    let mut began = 0;
    for entry in transcript.entries() {
        match &entry.fact {
            Fact::Began { unix_ms, .. } => began = *unix_ms,
            Fact::Went { to: Some(step), .. } => seen.entry(step.clone()).or_default().walked = true,
            Fact::Started { run, step, check } => {
                of_run.insert(*run, step.clone());
                let step = seen.entry(step.clone()).or_default();
                step.checks.insert(check.clone(), *run);
                // A step that is run again is timed again.
                if step.began.is_none() || step.ended.is_some() {
                    step.began = Some(entry.at);
                    step.ended = None;
                }
            }
            Fact::StepEnded { step, status } => {
                seen.entry(step.clone()).or_default().ended = Some((entry.at, *status));
            }
            Fact::Signed { step, by, note } => {
                let signed = seen.entry(step.clone()).or_default().signed.get_or_insert_default();
                // A note leaves the initials, and initials the note.
                for (kept, new) in [(&mut signed.by, by), (&mut signed.note, note)] {
                    if !new.is_empty() {
                        kept.clone_from(new);
                    }
                }
                signed.unix_ms = began.saturating_add(i64::try_from(entry.at).unwrap_or_default());
            }
            _ => {}
        }
    }
    let counts = |run: RunId| {
        let step = of_run.get(&run)?;
        seen.get(step).filter(|s| s.checks.values().any(|r| *r == run)).map(|_| step)
    };
    let mut found: BTreeMap<&StepId, Vec<FindingView>> = BTreeMap::new();
    for (at, entry) in transcript.numbered() {
        if let Fact::Found { run, finding } = &entry.fact
            && let Some(step) = counts(*run)
        {
            found.entry(step).or_default().push(worded(guide, at, finding));
        }
    }
    let view = |step: &crate::guide::Step| {
        let none = Seen::default();
        let at = seen.get(&step.id).unwrap_or(&none);
        let unended = if at.began.is_some() { StepStatus::Unknown } else { StepStatus::Skipped };
        StepView {
            id: step.id.clone(),
            number: step.number,
            title: step.title.clone(),
            status: at.ended.map_or(unended, |(_, status)| status),
            walked: at.walked || at.began.is_some(),
            elapsed_ms: at.began.zip(at.ended).map_or(0, |(from, (to, _))| to.saturating_sub(from)),
            findings: found.get(&step.id).cloned().unwrap_or_default(),
            signed: at.signed.clone(),
        }
    };
    guide.steps().iter().map(view).collect()
}

fn worded(guide: &Guide, at: EvidenceId, finding: &Finding) -> FindingView {
    let filled = |words: &Words| guide.filled(words, &finding.args);
    let Some(entry) = guide.finding(&finding.id) else {
        let says = Words { plain: finding.id.clone(), admin: finding.id.clone() };
        let finding = finding.clone();
        return FindingView { at, finding, level: Level::Unknown, short: None, says, fix: Vec::new(), who: None };
    };
    FindingView {
        at,
        finding: finding.clone(),
        level: entry.level,
        short: entry.short.as_ref().map(|s| fill(s, &guide.plainly(&finding.args))),
        says: filled(&entry.says),
        fix: entry.fix.iter().map(filled).collect(),
        who: entry.who,
    }
}
