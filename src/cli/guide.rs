//! `heloise guide`: the steps, and every branch between them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::house::House;
use super::out::Out;
use super::{Exit, GuideArgs, GuideFormat, Trouble};
use crate::check::{self, CHECKS, Knowledge};
use crate::guide::{Cause, Goto, Guide, StartRule, Step, When, fill, lint};
use crate::report::{columns, json_text};
use crate::run;

/// As wide as the text is.
const WIDTH: usize = 80;

/// `heloise guide`.
pub(super) fn guide(args: &GuideArgs, house: &House) -> Result<Exit, Trouble> {
    if let Some(folder) = &args.lint {
        return lint_folder(folder);
    }
    let text = match args.format {
        GuideFormat::Text => text(&house.guide),
        GuideFormat::Mermaid => mermaid(&house.guide),
        GuideFormat::Json => json(&house.guide),
    };
    let mut out = Out::open(None)?;
    out.write(&text)?;
    out.finish()?;
    Ok(Exit::DONE)
}

fn lint_folder(folder: &Path) -> Result<Exit, Trouble> {
    let guide = run::load_guide(Some(folder)).map_err(Trouble::data)?;
    let checks: Vec<_> = CHECKS.iter().map(|c| c.id()).collect();
    let emitted: Vec<_> = check::emitted().collect();
    let complaints = lint(&guide, &checks, &emitted);
    let facts = Knowledge::load(|name| guide.file(name)).err();
    let mut out = Out::open(None)?;
    if let Some(complaint) = &facts {
        out.line(complaint)?;
    }
    for complaint in &complaints {
        out.line(&format!("{}: {}", complaint.about, complaint.what))?;
    }
    let sound = complaints.is_empty() && facts.is_none();
    if sound {
        out.line("The guide hangs together.")?;
    }
    out.finish()?;
    Ok(if sound { Exit::DONE } else { Exit::FAULT })
}

fn text(guide: &Guide) -> String {
    let mut out = String::from("Where a walk begins\n\n");
    for rule in guide.start() {
        let line = format!("{}, because {}", title(guide, &rule.to), unfilled(&rule.because.plain));
        out.push_str(&columns("  ▸", 4, &line, WIDTH));
    }
    for step in guide.steps() {
        let _ = write!(out, "\n{:>2} {}  ({})\n\n", step.number, step.title, step.id);
        out.push_str(&columns("", 3, &step.why.plain, WIDTH));
        if !step.consent.is_empty() {
            let all: Vec<_> = step.consent.iter().map(|c| c.as_str()).collect();
            out.push_str(&columns("", 3, &format!("Asks first for: {}.", all.join(", ")), WIDTH));
        }
        if !step.offers.is_empty() {
            let all: Vec<_> = step.offers.iter().map(|c| c.as_str()).collect();
            out.push_str(&columns("", 3, &format!("Can do more, if you wish: {}.", all.join(", ")), WIDTH));
        }
        out.push('\n');
        for branch in &step.branches {
            let to = match &branch.to {
                Goto::Step(id) => title(guide, id),
                Goto::Next => "the next step not looked at".to_owned(),
                Goto::Conclude => "the diagnosis".to_owned(),
            };
            let when = condition(&branch.when);
            let when = if when.is_empty() { String::new() } else { format!(" [{when}]") };
            let line = format!("{to}, because {}{when}", unfilled(&branch.because.plain));
            out.push_str(&columns("  ▸", 4, &line, WIDTH));
        }
    }
    out
}

/// A flow chart in which every branch is an edge.
fn mermaid(guide: &Guide) -> String {
    let mut out = String::from("flowchart TD\n");
    out.push_str("  start([start])\n");
    for step in guide.steps() {
        let _ = writeln!(out, "  {}[\"{} {}\"]", node(step.id.as_str()), step.number, quoted(&step.title));
    }
    out.push_str("  next{{\"the next step not looked at\"}}\n  conclude([diagnosis])\n");
    for rule in guide.start() {
        let _ = writeln!(out, "  start -->|\"{}\"| {}", quoted(&rule.id), node(rule.to.as_str()));
    }
    for step in guide.steps() {
        for branch in &step.branches {
            let to = match &branch.to {
                Goto::Step(id) => node(id.as_str()),
                Goto::Next => "next".to_owned(),
                Goto::Conclude => "conclude".to_owned(),
            };
            let _ = writeln!(out, "  {} -->|\"{}\"| {to}", node(step.id.as_str()), quoted(&branch.id));
        }
    }
    out
}

fn json(guide: &Guide) -> String {
    #[derive(Serialize)]
    struct Whole<'a> {
        schema: &'a str,
        start: &'a [StartRule],
        steps: &'a [Step],
        causes: &'a [Cause],
        findings: Vec<&'a crate::guide::FindingEntry>,
    }
    let mut findings: Vec<_> = guide.findings().collect();
    findings.sort_by(|a, b| a.id.cmp(&b.id));
    let (start, steps, causes) = (guide.start(), guide.steps(), guide.causes());
    let whole = Whole { schema: "heloise.guide/1", start, steps, causes, findings };
    json_text(&serde_json::to_string_pretty(&whole).unwrap_or_default()) + "\n"
}

/// What a branch asks, in the words of its file.
fn condition(when: &When) -> String {
    let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(when) else { return String::new() };
    let word = |v: &serde_json::Value| match v {
        serde_json::Value::String(s) => s.clone(),
        other => other.to_string(),
    };
    let asked = fields.iter().filter_map(|(name, value)| match value {
        serde_json::Value::Array(all) if all.is_empty() => None,
        serde_json::Value::Array(all) => {
            Some(format!("{name} {}", all.iter().map(word).collect::<Vec<_>>().join(" or ")))
        }
        serde_json::Value::Null => None,
        other => Some(format!("{name} {}", word(other))),
    });
    asked.collect::<Vec<_>>().join("; ")
}

fn title(guide: &Guide, id: &crate::transcript::StepId) -> String {
    guide.step(id).map_or_else(|| id.to_string(), |s| format!("{} {}", s.number, s.title))
}

/// Words whose places stay unfilled, each named as what will stand there.
fn unfilled(words: &str) -> String {
    let names: BTreeSet<&str> =
        words.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect();
    fill(words, &names.iter().map(|n| ((*n).to_owned(), format!("<{n}>"))).collect())
}

fn node(id: &str) -> String {
    // `end` and the like are words of Mermaid's own.
    format!("s_{}", id.replace('-', "_"))
}

fn quoted(text: &str) -> String {
    text.replace('"', "#quot;")
}
