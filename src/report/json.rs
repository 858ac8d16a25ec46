//! The report as one JSON object, schema `heloise.report/1`.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::evidence::{self, Evidence};
use super::view::{FindingView, StepView, View};
use super::{escape::json_text, when};
use crate::diagnosis::{Ranked, Reason};
use crate::guide::{Guide, Words};
use crate::transcript::{Case, Consent, EvidenceId, Fact, Level, Reply, StepStatus, Transcript, Verdict, redact};

/// The report: its fields are public interface (contract, "`check --format json`").
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "named and explained in the contract")]
pub struct Report {
    pub schema: &'static str,
    pub version: String,
    pub started: String,
    pub elapsed_ms: u64,
    pub verdict: Verdict,
    pub case: Case,
    pub consents: Vec<Consent>,
    pub diagnosis: Vec<Cause>,
    pub also: Vec<Because>,
    pub path: Vec<Way>,
    pub steps: Vec<StepReport>,
    /// The DNS desk; left out where nobody looked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<RecordReport>,
    pub replies: Vec<ReplyReport>,
    pub evidence: Vec<Evidence>,
}

/// One of `records`: what the DNS says, and what to publish instead.
#[derive(Clone, Debug, Serialize)]
pub struct RecordReport {
    pub record: String,
    pub owner: String,
    pub says: String,
    pub severity: Level,
    pub notes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish: Option<String>,
    pub findings: Vec<String>,
}

/// One of `diagnosis`.
#[derive(Clone, Debug, Serialize)]
pub struct Cause {
    pub cause: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    pub certainty: &'static str,
    pub score: i32,
    pub headline: String,
    pub because: Vec<Because>,
    pub against: Vec<Because>,
    pub fix: Vec<String>,
    pub who: &'static str,
    pub waiting: String,
    pub step: String,
}

/// A reason, and what shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Because {
    pub says: String,
    pub evidence: Vec<String>,
}

/// One of `path`.
#[derive(Clone, Debug, Serialize)]
pub struct Way {
    pub step: String,
    pub because: String,
    pub rule: String,
}

/// One of `steps`.
#[derive(Clone, Debug, Serialize)]
pub struct StepReport {
    pub step: String,
    pub number: u8,
    pub title: String,
    pub status: StepStatus,
    pub elapsed_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed: Option<Signed>,
    pub findings: Vec<FindingReport>,
}

/// Who signed a step off.
#[derive(Clone, Debug, Serialize)]
pub struct Signed {
    pub by: String,
    pub note: String,
    /// RFC 3339.
    pub at: String,
}

/// One of a step's `findings`.
#[derive(Clone, Debug, Serialize)]
pub struct FindingReport {
    pub id: String,
    pub severity: Level,
    pub says: String,
    pub admin: String,
    pub evidence: Vec<String>,
    pub fix: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<&'static str>,
}

/// One of `replies`.
#[derive(Clone, Debug, Serialize)]
pub struct ReplyReport {
    pub id: String,
    pub server: String,
    pub address: Option<String>,
    pub stage: Option<&'static str>,
    pub code: Option<u16>,
    pub enhanced: Option<String>,
    pub text: Vec<String>,
    pub rtt_ms: u32,
    pub tls: bool,
    pub role: crate::transcript::Role,
}

fn record(row: &super::DeskRow) -> RecordReport {
    RecordReport {
        record: row.record.clone(),
        owner: row.owner.clone(),
        says: row.says.clone(),
        severity: row.level,
        notes: row.notes.iter().map(|n| n.plain.clone()).collect(),
        publish: row.publish.clone(),
        findings: row.findings.iter().map(ToString::to_string).collect(),
    }
}

/// The report of a transcript.
#[must_use]
pub fn report(guide: &Guide, transcript: &Transcript) -> Report {
    let view = View::of(guide, transcript);
    let mut case = view.case.clone();
    case.error = case.error.as_deref().map(redact);
    let mut report = Report {
        schema: "heloise.report/1",
        started: when(view.began),
        elapsed_ms: view.elapsed_ms,
        verdict: view.diagnosis.verdict,
        case,
        consents: view.consents.clone(),
        diagnosis: view.diagnosis.causes.iter().map(cause).collect(),
        also: view.diagnosis.also.iter().map(because).collect(),
        path: view.path.iter().map(way).collect(),
        steps: view.steps.iter().map(step).collect(),
        records: super::desk(guide, transcript).iter().map(record).collect(),
        replies: transcript.replies().map(|(id, r)| reply(id, r)).collect(),
        evidence: Vec::new(),
        version: view.version,
    };
    let wanted = report.points_at();
    let is_wanted = |id: EvidenceId, fact: &Fact| evidence::is_outside(fact) || wanted.contains(&id.to_string());
    report.evidence = transcript
        .numbered()
        .filter(|(id, entry)| is_wanted(*id, &entry.fact))
        .map(|(id, entry)| evidence::evidence(id, entry))
        .collect();
    report
}

/// [`report`] as a value.
#[must_use]
pub fn json(guide: &Guide, transcript: &Transcript) -> Value {
    serde_json::to_value(report(guide, transcript)).unwrap_or_default()
}

impl Report {
    /// As indented text with a line end, every control character escaped.
    #[must_use]
    pub fn pretty(&self) -> String {
        json_text(&serde_json::to_string_pretty(self).unwrap_or_default()) + "\n"
    }

    /// As the last line of `jsonl`, without its line end.
    #[must_use]
    pub fn line(&self) -> String {
        #[derive(Serialize)]
        struct Line<'a> {
            event: &'a str,
            #[serde(flatten)]
            report: &'a Report,
        }
        json_text(&serde_json::to_string(&Line { event: "report", report: self }).unwrap_or_default())
    }

    fn points_at(&self) -> BTreeSet<String> {
        let causes = self.diagnosis.iter().flat_map(|c| c.because.iter().chain(&c.against)).chain(&self.also);
        let findings = self.steps.iter().flat_map(|s| &s.findings);
        causes.flat_map(|b| &b.evidence).chain(findings.flat_map(|f| &f.evidence)).cloned().collect()
    }
}

fn cause(ranked: &Ranked) -> Cause {
    Cause {
        cause: ranked.cause.clone(),
        kind: ranked.kind.clone(),
        certainty: ranked.certainty.as_str(),
        score: ranked.score,
        headline: ranked.headline.plain.clone(),
        because: ranked.because.iter().map(because).collect(),
        against: ranked.against.iter().map(because).collect(),
        fix: plain(&ranked.fix),
        who: ranked.who.as_str(),
        waiting: ranked.waiting.clone(),
        step: ranked.step.to_string(),
    }
}

fn because(reason: &Reason) -> Because {
    Because { says: reason.says.plain.clone(), evidence: ids(&reason.evidence) }
}

fn way(way: &super::view::WayView) -> Way {
    Way { step: way.step.to_string(), because: way.because.clone(), rule: way.rule.clone() }
}

fn step(step: &StepView) -> StepReport {
    StepReport {
        step: step.id.to_string(),
        number: step.number,
        title: step.title.clone(),
        status: step.status,
        elapsed_ms: step.elapsed_ms,
        signed: step.signed.clone().map(|s| Signed { by: s.by, note: s.note, at: when(s.unix_ms) }),
        findings: step.findings.iter().map(finding).collect(),
    }
}

fn finding(view: &FindingView) -> FindingReport {
    FindingReport {
        id: view.finding.id.clone(),
        severity: view.level,
        says: view.says.plain.clone(),
        admin: view.says.admin.clone(),
        evidence: ids(&view.finding.evidence),
        fix: plain(&view.fix),
        who: view.who.map(crate::guide::Who::as_str),
    }
}

fn reply(id: EvidenceId, reply: &Reply) -> ReplyReport {
    ReplyReport {
        id: id.to_string(),
        server: reply.server.clone(),
        address: reply.address.map(|a| a.to_string()),
        stage: reply.stage.map(crate::transcript::Stage::as_str),
        code: Some(reply.code).filter(|c| *c > 0),
        enhanced: reply.enhanced.map(|e| e.to_string()),
        text: reply.text.clone(),
        rtt_ms: reply.rtt_ms,
        tls: reply.tls,
        role: reply.role,
    }
}

fn plain(all: &[Words]) -> Vec<String> {
    all.iter().map(|w| w.plain.clone()).collect()
}

fn ids(all: &[EvidenceId]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}
