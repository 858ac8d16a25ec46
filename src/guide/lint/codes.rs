//! Reply codes and enhanced status codes.

use std::collections::HashSet;

use super::{Complaints, HEADLINE_CODES};
use crate::guide::fits::is_enhanced;
use crate::guide::{EnhancedEntry, Guide, enhanced_fits};
use crate::transcript::Stage;

pub(super) fn lint(guide: &Guide, found: &mut Complaints) {
    for code in HEADLINE_CODES {
        match guide.codes().iter().find(|c| c.code == code) {
            None => found.add(format!("code {code}"), "is missing: it is one of the guide's seven"),
            Some(entry) if !entry.headline => {
                found.add(format!("code {code}"), "is one of the guide's seven: headline = true");
            }
            Some(entry) if entry.at.is_empty() => {
                found.add(format!("code {code}"), "does not say what it means at different stages: add [[code.at]]");
            }
            Some(_) => {}
        }
    }
    for class in [400, 500].into_iter().filter(|class| guide.codes().iter().all(|c| c.code != *class)) {
        found.add(format!("code {class}"), "is missing: it stands for its whole class where no finer entry does");
    }
    let codes: Vec<String> = guide.codes().iter().map(|c| c.code.to_string()).collect();
    found.twice("code ", codes.iter().map(String::as_str));
    for entry in guide.codes() {
        let about = format!("code {}", entry.code);
        if !(200..=599).contains(&entry.code) {
            found.add(&about, "is no reply code: 200 to 599");
        }
        found.cause(guide, &about, &entry.cause, entry.kind.as_deref());
        for at in &entry.at {
            found.cause(guide, &about, &at.cause, at.kind.as_deref());
            if at.stage.is_empty() {
                found.add(&about, "has an [[code.at]] without a stage");
            }
        }
        let stages: Vec<Stage> = entry.at.iter().flat_map(|a| a.stage.iter().copied()).collect();
        for (_, stage) in stages.iter().enumerate().filter(|(i, stage)| stages[..*i].contains(stage)) {
            found.add(&about, format!("says twice what it means at the stage {stage}: only the first counts"));
        }
    }
    found.twice("enhanced code ", guide.enhanced().iter().map(|e| e.code.as_str()));
    for entry in guide.enhanced() {
        let about = format!("enhanced code {}", entry.code);
        if !is_enhanced(&entry.code) {
            found.add(&about, "is written otherwise than 5.1.1 or x.1.1");
        }
        match (&entry.cause, &entry.kind) {
            (Some(cause), kind) => found.cause(guide, &about, cause, kind.as_deref()),
            (None, Some(kind)) => found.add(&about, format!("has the kind `{kind}` and no cause")),
            (None, None) => {}
        }
        found.advice(guide, &about, entry.advice.as_ref());
    }
    advice(guide, found);
    for (i, entry) in guide.enhanced().iter().enumerate() {
        if let Some(earlier) = shadow(&guide.enhanced()[..i], &entry.code) {
            let what = format!("is never reached: `{earlier}` stands before it and says what it says");
            found.add(format!("enhanced code {}", entry.code), what);
        }
    }
}

fn advice(guide: &Guide, found: &mut Complaints) {
    found.twice("advice ", guide.shared_advice().iter().map(|a| a.id.as_str()));
    let by_phrases = guide.phrases().iter().filter_map(|p| p.advice.as_deref());
    let by_findings = guide.findings().filter_map(|f| f.advice.as_deref());
    let given: HashSet<&str> =
        by_findings.chain(by_phrases).chain(guide.enhanced().iter().filter_map(|e| e.advice.as_deref())).collect();
    for advice in guide.shared_advice() {
        let about = format!("advice {}", advice.id);
        if advice.fix.is_empty() {
            found.add(&about, "says nothing to do: give it a fix");
        }
        if !given.contains(advice.id.as_str()) {
            found.add(&about, "is given by no phrase, no enhanced code and no finding");
        }
    }
}

/// The earlier entries that between them fit all that an enhanced code fits (`x` for any number): the last one needed.
fn shadow<'g>(earlier: &'g [EnhancedEntry], written: &str) -> Option<&'g str> {
    let (class, rest) = written.split_once('.')?;
    // 999 is a number that nobody writes: only an `x` fits it.
    let rest = rest.replace('x', "999");
    let classes: &[&str] = if class == "x" { &["2", "4", "5"] } else { &[class] };
    let mut last = None;
    for class in classes {
        let code = format!("{class}.{rest}").parse().ok()?;
        last = Some(earlier.iter().find(|e| enhanced_fits(&e.code, code))?.code.as_str());
    }
    last
}
