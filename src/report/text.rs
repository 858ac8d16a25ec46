//! The report for people, on paper or in a terminal.

use std::collections::BTreeMap;

use unicode_width::UnicodeWidthStr;

use super::desk::{DeskRow, desk};
use super::view::{View, refusals};
use super::wrap::numbered;
use super::{columns, distinct, wrap};
use crate::diagnosis::{ALIKE, Ranked};
use crate::guide::Guide;
use crate::reading::Certainty;
use crate::transcript::{Level, Reply, StepStatus, Transcript, Verdict, clean, clean_line};

/// As wide as a screen of the smallest sort.
const WIDTH: usize = 80;

/// Where text hangs behind its label.
const INDENT: usize = 15;

/// The longest of a server's words in one place, in characters.
const MOST: usize = 400;

/// A short report: the cause, what to do, whose move it is, the proof, and what was looked at; in the words for administrators, or in plain ones.
#[must_use]
pub fn text(guide: &Guide, transcript: &Transcript, admin: bool) -> String {
    let view = View::of(guide, transcript);
    let mut out = String::new();
    match view.diagnosis.causes.first() {
        Some(top) => headline(&mut out, &view, top, admin),
        None => nothing(&mut out, &view, admin),
    }
    if let Some(top) = view.diagnosis.causes.first() {
        proof(&mut out, top, view.diagnosis.verdict == Verdict::NoFaultFound, admin);
    }
    others(&mut out, &view, admin);
    walked(&mut out, &view, admin);
    records(&mut out, &desk(guide, transcript));
    said(&mut out, transcript);
    clean(out.trim_end()) + "\n"
}

/// How sure, in a word for the corner.
pub(super) fn certainty(verdict: Verdict, certainty: Certainty) -> &'static str {
    match (verdict, certainty) {
        (Verdict::NoFaultFound, _) => "no fault found",
        (_, Certainty::Confirmed) => "confirmed",
        (_, Certainty::Likely) => "likely",
        (_, Certainty::Possible) => "possible",
    }
}

/// A step's mark and word.
pub(super) fn status(status: StepStatus) -> (&'static str, &'static str) {
    match status {
        StepStatus::Pass => ("✓", "fine"),
        StepStatus::Warn => ("!", "a note"),
        StepStatus::Fail => ("✗", "a fault"),
        StepStatus::Unknown => ("?", "could not tell"),
        StepStatus::Skipped => ("–", "not looked at"),
    }
}

/// Who said what, and where, in one line.
pub(super) fn quoted(reply: &Reply) -> String {
    let mut line = String::new();
    if !reply.server.is_empty() {
        line.push_str(&clean_line(&reply.server, 255));
        if let Some(stage) = reply.stage {
            line.push_str(", at ");
            line.push_str(stage.spoken());
        }
        line.push_str(": ");
    }
    if reply.code > 0 {
        line.push_str(&reply.codes());
        line.push(' ');
    }
    line.push_str(&clean_line(&reply.joined(), MOST));
    line.trim_end().to_owned()
}

fn headline(out: &mut String, view: &View, top: &Ranked, admin: bool) {
    let word = certainty(view.diagnosis.verdict, top.certainty);
    let lines = wrap(top.headline.register(admin), WIDTH - 2 - word.width());
    for (i, line) in lines.iter().enumerate() {
        if i == 0 {
            let gap = WIDTH.saturating_sub(line.width() + word.width());
            out.push_str(&format!("{line}{:gap$}{word}\n", ""));
        } else {
            out.push_str(&format!("{line}\n"));
        }
    }
    out.push('\n');
    if !top.fix.is_empty() {
        let lead = match (view.diagnosis.verdict, top.fix.len()) {
            (Verdict::NoFaultFound, _) => "If you like",
            (_, 1) => "Do this",
            _ => "Do this, in order",
        };
        out.push_str(&format!("{lead}\n"));
        out.push_str(&numbered(top.fix.iter().map(|fix| fix.register(admin)), WIDTH));
        out.push('\n');
    }
    if view.diagnosis.verdict != Verdict::NoFaultFound {
        out.push_str(&columns("Whose move", INDENT, top.who.spoken(), WIDTH));
        if !top.waiting.is_empty() {
            out.push_str(&columns("Waiting", INDENT, &top.waiting, WIDTH));
        }
        out.push('\n');
    }
}

fn nothing(out: &mut String, view: &View, admin: bool) {
    out.push_str("We could not tell what is wrong.\n\n");
    for (i, reason) in view.untold.iter().enumerate() {
        let label = if i == 0 { "Could not tell" } else { "" };
        out.push_str(&columns(label, INDENT, reason.says.register(admin), WIDTH));
    }
    if !view.untold.is_empty() {
        out.push('\n');
    }
}

fn proof(out: &mut String, top: &Ranked, fine: bool, admin: bool) {
    let because = match (fine, top.certainty) {
        (true, _) => "Seen",
        (false, Certainty::Confirmed) => "Proof",
        (false, _) => "Points to it",
    };
    for (label, reasons) in [(because, &top.because), ("Against", &top.against)] {
        let mut lead = label;
        for reason in distinct(reasons, admin).iter().take(4) {
            out.push_str(&columns(lead, INDENT, reason.says.register(admin), WIDTH));
            lead = "";
        }
        if reasons.is_empty() && label == "Against" && !fine {
            out.push_str(&columns(label, INDENT, "nothing", WIDTH));
        }
    }
    out.push('\n');
}

fn others(out: &mut String, view: &View, admin: bool) {
    let before = out.len();
    let rivals: Vec<_> = view.diagnosis.causes.iter().skip(1).take(3).collect();
    // What is confirmed is no other explanation, but another fault.
    for (label, sure) in [("Besides", true), ("Or else", false)] {
        let mut lead = label;
        for other in rivals.iter().filter(|r| (r.certainty == Certainty::Confirmed) == sure) {
            let word = certainty(Verdict::FaultFound, other.certainty);
            out.push_str(&columns(lead, INDENT, &format!("{} ({word})", other.headline.register(admin)), WIDTH));
            lead = "";
        }
    }
    let mut lead = "Also";
    for also in view.diagnosis.also.iter().take(5) {
        out.push_str(&columns(lead, INDENT, also.says.register(admin), WIDTH));
        lead = "";
    }
    if out.len() > before {
        out.push('\n');
    }
}

fn walked(out: &mut String, view: &View, admin: bool) {
    if view.walked().next().is_none() {
        return;
    }
    out.push_str("What was looked at\n");
    for step in view.walked() {
        let (mark, mut word) = status(step.status);
        if step.status == StepStatus::Skipped {
            word = "nothing to test";
        }
        out.push_str(format!("  {mark} {:>2}  {:<17}{word}", step.number, step.title).trim_end());
        out.push('\n');
        let mut said: Vec<&str> = Vec::new();
        let (mut alike, mut more) = (BTreeMap::<&str, usize>::new(), 0);
        for finding in step.findings.iter().filter(|f| f.level >= Level::Unknown) {
            let says = finding.says.register(admin);
            if said.contains(&says) {
                continue;
            }
            said.push(says);
            // Of many things that could not be told in one way, a few say how it is.
            if finding.level == Level::Unknown {
                let so_far = alike.entry(&finding.finding.id).or_default();
                *so_far += 1;
                if *so_far > ALIKE {
                    more += 1;
                    continue;
                }
            }
            out.push_str(&columns("", 8, says, WIDTH));
        }
        if more > 0 {
            out.push_str(&columns("", 8, &format!("And {more} more of the same."), WIDTH));
        }
        if let Some(signed) = &step.signed {
            out.push_str(&columns("", 8, &signed.line(), WIDTH));
        }
    }
    let left: Vec<_> =
        view.steps.iter().filter(|s| !s.walked && s.signed.is_none()).map(|s| s.title.as_str()).collect();
    if !left.is_empty() {
        out.push_str(&columns("  – not looked at:", 19, &left.join(", "), WIDTH));
    }
    out.push('\n');
}

/// What to publish, whole, ready to be copied: no line of it is broken.
fn records(out: &mut String, rows: &[DeskRow]) {
    let publish: Vec<&str> = rows.iter().filter_map(|r| r.publish.as_deref()).collect();
    if !publish.is_empty() {
        out.push_str("To publish, in place of what stands there now, if anything\n");
        for line in publish.iter().flat_map(|p| p.lines()) {
            out.push_str(&format!("  {line}\n"));
        }
        out.push('\n');
    }
}

fn said(out: &mut String, transcript: &Transcript) {
    let refused = refusals(transcript);
    if refused.is_empty() {
        return;
    }
    out.push_str("What was answered\n");
    for (_, reply) in refused.iter().take(5) {
        out.push_str(&columns("", 2, &quoted(reply), WIDTH));
    }
    out.push('\n');
}
