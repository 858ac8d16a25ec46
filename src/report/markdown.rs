//! The report for tickets and wikis.

use std::fmt::Write as _;

use super::escape::markdown_text as md;
use super::text::{certainty, quoted, status};
use super::view::{View, refusals};
use super::{distinct, when_utc};
use crate::diagnosis::Reason;
use crate::guide::{Guide, Words};
use crate::transcript::{EvidenceId, Level, Transcript, Verdict};

/// The report as Markdown; nothing from outside can begin markup of its own.
#[must_use]
pub fn markdown(guide: &Guide, transcript: &Transcript) -> String {
    let view = View::of(guide, transcript);
    let mut out = String::new();
    let top = view.diagnosis.causes.first();
    let title = top.map_or("We could not tell what is wrong.", |t| t.headline.plain.as_str());
    let word = top.map_or("could not tell", |t| certainty(view.diagnosis.verdict, t.certainty));
    let _ = write!(out, "# {}\n\n**{word}** · {} · heloise {}\n\n", md(title), when_utc(view.began), md(&view.version));
    case(&mut out, &view);
    if let Some(top) = top {
        if !top.fix.is_empty() {
            out.push_str("## What to do\n\n");
            numbered(&mut out, &top.fix);
        }
        if view.diagnosis.verdict != Verdict::NoFaultFound {
            let _ = write!(out, "Whose move: {}. Waiting: {}.\n\n", md(top.who.spoken()), md(&top.waiting));
        }
        reasons(&mut out, "What shows it", &distinct(&top.because, false));
        reasons(&mut out, "What speaks against it", &top.against);
    }
    let others: Vec<_> = view.diagnosis.causes.iter().skip(1).collect();
    if !others.is_empty() {
        out.push_str("## Other causes\n\n");
        for other in others {
            let word = certainty(Verdict::FaultFound, other.certainty);
            let _ = writeln!(out, "- {} ({word})", md(&other.headline.plain));
        }
        out.push('\n');
    }
    reasons(&mut out, "What could not be told", &view.untold);
    reasons(&mut out, "Seen on the side", &view.diagnosis.also);
    let refused = refusals(transcript);
    if !refused.is_empty() {
        out.push_str("## Refusals\n\n");
        for (id, reply) in refused {
            let _ = writeln!(out, "- {} ({id})", md(&quoted(reply)));
        }
        out.push('\n');
    }
    steps(&mut out, &view);
    out
}

fn case(out: &mut String, view: &View) {
    let rows = super::html::asked(&view.case);
    if rows.is_empty() {
        return;
    }
    out.push_str("| asked | |\n| --- | --- |\n");
    for (name, value) in rows {
        let _ = writeln!(out, "| {} | {} |", md(name), md(&value));
    }
    out.push('\n');
}

fn numbered(out: &mut String, all: &[Words]) {
    for (i, words) in all.iter().enumerate() {
        let _ = writeln!(out, "{}. {}", i + 1, md(&words.plain));
    }
    out.push('\n');
}

fn reasons(out: &mut String, title: &str, all: &[Reason]) {
    if all.is_empty() {
        return;
    }
    let _ = write!(out, "## {title}\n\n");
    for reason in all {
        let _ = writeln!(out, "- {}{}", md(&reason.says.plain), shown_by(&reason.evidence));
    }
    out.push('\n');
}

fn shown_by(all: &[EvidenceId]) -> String {
    let ids: Vec<_> = all.iter().map(ToString::to_string).collect();
    if ids.is_empty() { String::new() } else { format!(" ({})", ids.join(", ")) }
}

fn steps(out: &mut String, view: &View) {
    out.push_str("## Steps\n\n| | step | result | seen |\n| ---: | --- | --- | --- |\n");
    for step in &view.steps {
        let (_, word) = status(step.status);
        let seen: Vec<_> = step.findings.iter().filter(|f| f.level != Level::Info).map(|f| md(&f.says.plain)).collect();
        let signed = step.signed.iter().map(|signed| md(&signed.line()));
        let cell = seen.into_iter().chain(signed).collect::<Vec<_>>().join("<br>");
        let _ = writeln!(out, "| {} | {} | {word} | {cell} |", step.number, md(&step.title));
    }
}
