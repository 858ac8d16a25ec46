//! The report for monitors: one line and a light for Nagios and its kin, metrics for Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::View;
use crate::guide::Guide;
use crate::reading::Certainty;
use crate::transcript::{Fact, Level, Role, StepStatus, Transcript, Verdict, clean_line};

/// A monitor's light; its number is the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Light {
    /// No fault.
    Ok = 0,
    /// A fault that is only possible, or a flaw beside no fault.
    Warning = 1,
    /// A fault.
    Critical = 2,
    /// Could not tell.
    Unknown = 3,
}

impl Light {
    /// The word of the plugin guidelines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }

    fn of(view: &View) -> Self {
        let top = view.diagnosis.causes.first();
        match view.diagnosis.verdict {
            Verdict::FaultFound if top.is_some_and(|t| t.certainty == Certainty::Possible) => Self::Warning,
            Verdict::FaultFound => Self::Critical,
            Verdict::Inconclusive => Self::Unknown,
            Verdict::NoFaultFound if view.steps.iter().any(|s| s.status == StepStatus::Warn) => Self::Warning,
            Verdict::NoFaultFound => Self::Ok,
        }
    }
}

/// One line (`SMTP OK - …|time=…`), the faults below it, and the light.
#[must_use]
pub fn nagios(guide: &Guide, transcript: &Transcript) -> (String, Light) {
    let view = View::of(guide, transcript);
    let light = Light::of(&view);
    let flaw = || view.steps.iter().flat_map(|s| &s.findings).find(|f| f.level == Level::Warn);
    let says = match (view.diagnosis.causes.first(), light) {
        (_, Light::Warning) if view.diagnosis.verdict == Verdict::NoFaultFound => {
            flaw().map_or("a flaw was found", |f| f.says.plain.as_str())
        }
        (Some(top), _) => top.headline.plain.as_str(),
        (None, Light::Ok) => "no fault found",
        (None, _) => "could not tell",
    };
    let mut out = format!("SMTP {} - {}", light.as_str(), piped(says));
    let _ = write!(out, "|time={:.3}s;;;0", view.elapsed_ms as f64 / 1000.0);
    let count = |status| view.steps.iter().filter(|s| s.status == status).count();
    let _ = writeln!(
        out,
        " passed={} noted={} failed={} unknown={}",
        count(StepStatus::Pass),
        count(StepStatus::Warn),
        count(StepStatus::Fail),
        count(StepStatus::Unknown)
    );
    for step in view.walked() {
        for finding in step.findings.iter().filter(|f| f.level >= Level::Unknown) {
            let _ = writeln!(out, "{}: {}", step.title, piped(&finding.says.plain));
        }
    }
    (out, light)
}

/// Metrics in the text exposition format.
#[must_use]
pub fn prometheus(guide: &Guide, transcript: &Transcript) -> String {
    let view = View::of(guide, transcript);
    let mut out = String::new();
    family(&mut out, "heloise_verdict", "The verdict of the last check: 1 for the one that holds.");
    for verdict in [Verdict::NoFaultFound, Verdict::FaultFound, Verdict::Inconclusive] {
        let holds = u8::from(verdict == view.diagnosis.verdict);
        let _ = writeln!(out, "heloise_verdict{{verdict=\"{}\"}} {holds}", verdict.as_str());
    }
    family(&mut out, "heloise_check_timestamp_seconds", "When the check began, seconds since 1970.");
    let _ = writeln!(out, "heloise_check_timestamp_seconds {:.3}", view.began as f64 / 1000.0);
    family(&mut out, "heloise_check_duration_seconds", "How long the check took.");
    let _ = writeln!(out, "heloise_check_duration_seconds {:.3}", view.elapsed_ms as f64 / 1000.0);
    family(&mut out, "heloise_cause_score", "The weight of each cause, in decibans.");
    let mut scores = BTreeMap::new();
    for cause in &view.diagnosis.causes {
        let labels = (cause.cause.as_str(), cause.kind.as_deref().unwrap_or_default());
        scores.entry(labels).or_insert((cause.certainty.as_str(), cause.score));
    }
    for ((cause, kind), (certainty, score)) in scores {
        let (cause, kind) = (label(cause), label(kind));
        let _ = writeln!(out, "heloise_cause_score{{cause={cause},kind={kind},certainty=\"{certainty}\"}} {score}");
    }
    family(&mut out, "heloise_step_status", "How each step that was walked ended: 1 for the status that holds.");
    for step in view.walked() {
        for status in [StepStatus::Pass, StepStatus::Warn, StepStatus::Fail, StepStatus::Unknown, StepStatus::Skipped] {
            let (id, holds) = (label(step.id.as_str()), u8::from(status == step.status));
            let _ = writeln!(out, "heloise_step_status{{step={id},status=\"{}\"}} {holds}", status.as_str());
        }
    }
    rtts(&mut out, transcript);
    out
}

/// The longest wait for a reply, by server, address and stage.
fn rtts(out: &mut String, transcript: &Transcript) {
    let mut longest: BTreeMap<[String; 3], (u32, u16)> = BTreeMap::new();
    for entry in transcript.entries() {
        if let Fact::Received { reply, .. } = &entry.fact
            && let (Some(address), Some(stage), Role::Case) = (reply.address, reply.stage, reply.role)
        {
            let at = [reply.server.clone(), address.to_string(), stage.as_str().to_owned()];
            let most = longest.entry(at).or_default();
            *most = (most.0.max(reply.rtt_ms), reply.code);
        }
    }
    family(out, "heloise_reply_seconds", "The longest wait for a reply at a stage of the dialogue.");
    for ([server, address, stage], (ms, _)) in &longest {
        let labels = format!("server={},address={},stage={}", label(server), label(address), label(stage));
        let _ = writeln!(out, "heloise_reply_seconds{{{labels}}} {:.3}", f64::from(*ms) / 1000.0);
    }
    family(out, "heloise_reply_code", "The last reply code at a stage of the dialogue.");
    for ([server, address, stage], (_, code)) in &longest {
        let labels = format!("server={},address={},stage={}", label(server), label(address), label(stage));
        let _ = writeln!(out, "heloise_reply_code{{{labels}}} {code}");
    }
}

fn family(out: &mut String, name: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge");
}

fn label(text: &str) -> String {
    format!("\"{}\"", clean_line(text, 255).replace('\\', "\\\\").replace('"', "\\\""))
}

/// A line for a plugin's output: what stands behind a bar would be taken for numbers.
fn piped(text: &str) -> String {
    clean_line(text, 300).replace('|', "/")
}
