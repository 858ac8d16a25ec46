//! The checklist: all steps, how each ended, and who signed it off.

use std::collections::BTreeSet;

use super::super::theme::Mark;
use super::rows::span;
use super::step::counting_runs;
use super::{ended, goes_on, says, short};
use crate::guide::{Guide, Step};
use crate::transcript::{Entry, Fact, Finding, Level, StepId, StepStatus, clean_line};
use crate::walk::{StepState, Walk};

/// All steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) struct Checklist {
    pub rows: Vec<Checked>,
    /// What was found at the step that is lit.
    pub detail: Vec<String>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Checked {
    pub mark: Mark,
    pub number: u8,
    pub step: StepId,
    /// What came out, in a line.
    pub result: String,
    /// How long its checks took.
    pub took: String,
    /// Initials, time, and whether there is a note.
    pub signed: String,
}

/// The checklist with the step at `cursor` lit. `clock` tells the time of day of a moment of the session.
pub(in crate::tui) fn checklist(
    walk: &Walk,
    guide: &Guide,
    cursor: usize,
    admin: bool,
    clock: impl Fn(u64) -> String,
) -> Checklist {
    let lines = walk.checklist(guide);
    let rows = lines.iter().map(|step| checked(walk, guide, step, admin, &clock)).collect();
    let detail = lines.get(cursor).map_or_else(Vec::new, |step| detail(walk, guide, step, admin));
    Checklist { rows, detail }
}

fn found<'a>(walk: &'a Walk, guide: &Guide, step: &StepId) -> Vec<(&'a Finding, Level)> {
    let runs = counting_runs(walk, step);
    let mut all: Vec<_> = walk
        .transcript()
        .entries()
        .iter()
        .filter_map(|e| if let Fact::Found { run, finding } = &e.fact { Some((run, finding)) } else { None })
        .filter(|(run, _)| runs.contains(run))
        .map(|(_, finding)| (finding, guide.finding(&finding.id).map_or(Level::Info, |e| e.level)))
        .collect();
    // As in a step: what is merely so comes after what is well.
    all.sort_by_key(|(_, level)| (*level == Level::Info, std::cmp::Reverse(*level)));
    all
}

fn checked(walk: &Walk, guide: &Guide, step: &Step, admin: bool, clock: impl Fn(u64) -> String) -> Checked {
    let state = walk.state_of(&step.id);
    let mark = match state {
        StepState::Waiting => Mark::Waiting,
        StepState::Running => Mark::Busy,
        StepState::Done(status) => ended(walk, &step.id, status),
    };
    let result = match state {
        StepState::Waiting => String::new(),
        StepState::Running => "at work".to_owned(),
        StepState::Done(status) => {
            let all = found(walk, guide, &step.id);
            match status {
                StepStatus::Skipped if all.is_empty() => "left out".to_owned(),
                _ => result(guide, &all, admin),
            }
        }
    };
    Checked {
        mark,
        number: step.number,
        step: step.id.clone(),
        result: clean_line(&result, 200),
        took: if matches!(state, StepState::Done(_)) { took(walk, &step.id) } else { String::new() },
        signed: signed(walk, &step.id, clock),
    }
}

/// So many parts make a result.
const PARTS: usize = 6;

/// A few words on what came out: the gravest first, what reads alike counted, and sentences only where nobody has shorter words.
fn result(guide: &Guide, all: &[(&Finding, Level)], admin: bool) -> String {
    let worst = all.first().map_or(Level::Ok, |(_, level)| *level);
    let brief = |f: &Finding| guide.finding(&f.id).is_some_and(|e| e.short.is_some());
    // One that is said of many is told without their names.
    let mut groups: Vec<(Level, String, Vec<&Finding>)> = Vec::new();
    for (finding, level) in all {
        let says = short(guide, finding, admin);
        match groups.iter_mut().find(|(l, s, _)| l == level && *s == says) {
            Some((.., of)) => of.push(finding),
            None => groups.push((*level, says, vec![finding])),
        }
    }
    let probes: BTreeSet<&str> = all.iter().filter_map(|(f, _)| f.probe.as_deref()).collect();
    let told = |of: &[&Finding], level: Level| {
        let telling = level == worst && level >= Level::Unknown;
        telling
            || of.iter().any(|f| brief(f))
                && (level != Level::Info || of.iter().all(|f| f.probe.is_some()) || worst == Level::Info)
    };
    let mut parts: Vec<String> = groups
        .iter()
        .filter(|(level, _, of)| told(of, *level))
        .map(|(_, says, of)| match of.as_slice() {
            [one] => match one.probe.as_deref().filter(|_| probes.len() > 1) {
                Some(probe) => format!("{} {says}", place(probe)),
                None => bare(one, says).to_owned(),
            },
            many => format!("{} × {says}{}", many.len(), times(many)),
        })
        .collect();
    if parts.is_empty() {
        parts.extend(groups.first().map(|(_, says, of)| bare(of[0], says).to_owned()));
    }
    parts.truncate(PARTS);
    parts.join(" · ")
}

/// A label without the port that every row of a step has.
fn place(probe: &str) -> &str {
    probe.strip_suffix(":25").unwrap_or(probe)
}

/// A sentence without the server's name in front and the full stop behind.
fn bare<'a>(finding: &Finding, says: &'a str) -> &'a str {
    let rest = finding.args.get("server").and_then(|server| says.strip_prefix(server)).unwrap_or(says);
    let rest = match rest.split_once(": ") {
        Some((port, rest)) if port.strip_prefix(':').unwrap_or(port).bytes().all(|b| b.is_ascii_digit()) => rest,
        _ => says,
    };
    rest.strip_suffix('.').unwrap_or(rest)
}

/// How long several took, from the fastest to the slowest.
fn times(of: &[&Finding]) -> String {
    let times = || of.iter().filter_map(|f| f.ms);
    match (times().min(), times().max()) {
        (Some(least), Some(most)) if least < most => format!(", {least}–{most} ms"),
        (Some(least), Some(_)) => format!(", {least} ms"),
        _ => String::new(),
    }
}

/// How long the checks of a step took, from the first that began to the last that ended.
fn took(walk: &Walk, step: &StepId) -> String {
    let runs = counting_runs(walk, step);
    let of_ours = |e: &&Entry| e.fact.run().is_some_and(|run| runs.contains(&run));
    let entries = walk.transcript().entries();
    let (first, last) = (entries.iter().find(of_ours), entries.iter().rfind(of_ours));
    first.zip(last).map_or_else(String::new, |(first, last)| span(last.at.saturating_sub(first.at)))
}

fn signed(walk: &Walk, id: &StepId, clock: impl Fn(u64) -> String) -> String {
    walk.signed(id).map_or_else(String::new, |(by, note, at)| {
        let note = if note.is_empty() { "" } else { " note" };
        clean_line(format!("{} {}{note}", clean_line(by, 8), clock(at)).trim(), 24)
    })
}

/// So many of a kind that are fine are told one by one.
const ALIKE: usize = 3;

/// A sentence behind what it is about, unless it says that itself.
fn labelled(probe: &str, says: &str) -> String {
    let host = probe.split([' ', ':']).next().unwrap_or(probe);
    let said = |word: &str| says.split([' ', ':', ',', '.']).any(|w| w.eq_ignore_ascii_case(word));
    let known = says.starts_with(host) || probe.split(' ').all(said);
    if known { says.to_owned() } else { format!("{probe}: {says}") }
}

fn detail(walk: &Walk, guide: &Guide, step: &Step, admin: bool) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let own = walk.case().checklist.iter().flat_map(|c| &c.steps).find(|s| s.id == step.id);
    lines.extend(own.filter(|s| !s.mind.is_empty()).map(|s| format!("mind: {}", s.mind)));
    for entry in walk.transcript().entries() {
        if let Fact::Signed { step: id, by, note } = &entry.fact
            && *id == step.id
            && !note.is_empty()
        {
            let by = if by.is_empty() { String::new() } else { format!(" by {by}") };
            lines.push(clean_line(&format!("note{by}: {note}"), 300));
        }
    }
    let noted = lines.len();
    let all = found(walk, guide, &step.id);
    let alike = |f: &Finding| all.iter().filter(|(g, _)| g.id == f.id && g.probe.is_some()).count();
    let mut folded: Vec<&str> = Vec::new();
    for (finding, level) in &all {
        // Of many that are fine in the same way one speaks for all.
        let many = *level <= Level::Info && finding.probe.is_some() && alike(finding) > ALIKE;
        if many && folded.contains(&finding.id.as_str()) {
            continue;
        }
        let line = match &finding.probe {
            Some(_) if many => {
                folded.push(&finding.id);
                format!("{} × {}", alike(finding), short(guide, finding, admin))
            }
            Some(probe) => labelled(probe, &says(guide, finding, admin)),
            None => says(guide, finding, admin),
        };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let found = lines.split_off(noted);
    lines.extend(found.iter().filter(|l| !found.iter().any(|other| goes_on(other, l))).cloned());
    if lines.len() == noted {
        lines.push(step.why.register(admin).to_owned());
    }
    lines
}
