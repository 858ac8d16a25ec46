//! The map: the whole guide as a picture. Each step is a row; the path that was walked runs on the left, and where each step can lead
//! stands on the right.

use super::super::theme::Mark;
use super::{MOST, RuledOut, ended};
use crate::guide::{Branch, Goto, Guide, Step};
use crate::transcript::{StepId, clean_line};
use crate::walk::{Move, Place, StepState, Walk};

/// The map of a walk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) struct Map {
    /// The steps in the guide's order, and what we found as the last.
    pub rows: Vec<MapRow>,
    /// The moves that were made, by rows, the oldest first; the first begins nowhere.
    pub walked: Vec<(Option<usize>, usize)>,
    /// Where the row that is lit can lead.
    pub ways: Vec<MapWay>,
    /// What there is to say about the row that is lit.
    pub says: String,
}

impl Map {
    /// The way that is lit: the one somebody moved to, else the one that was taken last, else the first.
    pub(in crate::tui) fn way_lit(&self, chosen: Option<usize>) -> usize {
        let taken = || self.ways.iter().rposition(|w| w.taken).unwrap_or(0);
        chosen.unwrap_or_else(taken).min(self.ways.len().saturating_sub(1))
    }
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct MapRow {
    pub mark: Mark,
    /// None for what we found.
    pub step: Option<(StepId, u8)>,
    pub title: String,
    /// Where we are.
    pub here: bool,
    /// The rows that the step can lead to.
    pub leads: Vec<Lead>,
}

/// Where a row can lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Lead {
    /// To that row.
    pub to: usize,
    /// Whether it was taken, or is proposed.
    pub taken: bool,
}

/// A way from the row that is lit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct MapWay {
    /// To that row.
    pub to: usize,
    /// If so.
    pub because: String,
    /// Whether it was taken, or is proposed.
    pub taken: bool,
}

/// The map with a row lit.
pub(in crate::tui) fn map(walk: &Walk, guide: &Guide, ruled: &RuledOut, cursor: usize, admin: bool) -> Map {
    let at = |step: Option<&StepId>| match step {
        None => Some(guide.steps().len()),
        Some(id) => guide.steps().iter().position(|s| s.id == *id),
    };
    let mut rows: Vec<MapRow> =
        guide.steps().iter().map(|step| row(walk, step, ruled, leads(walk, step, at))).collect();
    let concluded = *walk.place() == Place::Concluded;
    let mark = if concluded { Mark::Busy } else { Mark::Waiting };
    rows.push(MapRow { mark, step: None, title: "What we found".to_owned(), here: concluded, leads: Vec::new() });
    let mut walked = Vec::new();
    for m in walk.path() {
        let from = m.from.as_ref().and_then(|id| at(Some(id)));
        if let Some(to) = at(m.to.as_ref()).filter(|to| from != Some(*to)) {
            walked.push((from, to));
        }
    }
    let lit = guide.steps().get(cursor);
    let ways = lit.map_or_else(Vec::new, |step| ways(walk, step, admin, at));
    let says = match lit {
        Some(step) => about(walk, step, ruled, admin),
        None => "The diagnosis: the cause, the proof, and what to do.".to_owned(),
    };
    Map { rows, walked, ways, says: clean_line(&says, MOST) }
}

/// The row where we are.
pub(in crate::tui) fn row_here(walk: &Walk, guide: &Guide) -> usize {
    let here = walk.here();
    guide.steps().iter().position(|s| Some(&s.id) == here).unwrap_or(guide.steps().len())
}

fn row(walk: &Walk, step: &Step, ruled: &RuledOut, leads: Vec<Lead>) -> MapRow {
    let here = walk.here() == Some(&step.id);
    let mark = match walk.state_of(&step.id) {
        _ if here => Mark::Busy,
        StepState::Running => Mark::Busy,
        StepState::Done(status) => ended(walk, &step.id, status),
        StepState::Waiting if ruled.contains_key(&step.id) => Mark::Skipped,
        StepState::Waiting => Mark::Waiting,
    };
    MapRow { mark, step: Some((step.id.clone(), step.number)), title: step.title.clone(), here, leads }
}

/// The moves that were made from a step, and the one that is proposed.
fn moves<'a>(walk: &'a Walk, step: &'a Step) -> impl Iterator<Item = &'a Move> {
    walk.path().iter().chain(walk.proposal()).filter(|m| m.from.as_ref() == Some(&step.id))
}

/// The row that a branch leads to; none where that depends on what was looked at before.
fn target(branch: &Branch, at: impl Fn(Option<&StepId>) -> Option<usize>) -> Option<usize> {
    match &branch.to {
        Goto::Step(id) => at(Some(id)),
        Goto::Conclude => at(None),
        Goto::Next => None,
    }
}

/// Where a step can lead, each row once.
fn leads(walk: &Walk, step: &Step, at: impl Fn(Option<&StepId>) -> Option<usize> + Copy) -> Vec<Lead> {
    let taken: Vec<_> = moves(walk, step).filter_map(|m| at(m.to.as_ref())).collect();
    let mut all: Vec<Lead> = Vec::new();
    for to in step.branches.iter().filter_map(|b| target(b, at)).chain(taken.iter().copied()) {
        if !all.iter().any(|l| l.to == to) {
            all.push(Lead { to, taken: taken.contains(&to) });
        }
    }
    all
}

/// The ways that a step's branches lead, one a target: the reason of the branch that was taken, else of the first.
fn ways(walk: &Walk, step: &Step, admin: bool, at: impl Fn(Option<&StepId>) -> Option<usize> + Copy) -> Vec<MapWay> {
    let mut all: Vec<MapWay> = Vec::new();
    for branch in &step.branches {
        let Some(to) = target(branch, at) else { continue };
        if !all.iter().any(|w| w.to == to) {
            all.push(MapWay { to, because: bare(branch.because.register(admin)), taken: false });
        }
    }
    for m in moves(walk, step) {
        let Some(to) = at(m.to.as_ref()) else { continue };
        let taken = MapWay { to, because: m.because.clone(), taken: true };
        match all.iter_mut().find(|w| w.to == to) {
            Some(way) => *way = taken,
            None => all.push(taken),
        }
    }
    all.sort_by_key(|w| w.to);
    all
}

fn about(walk: &Walk, step: &Step, ruled: &RuledOut, admin: bool) -> String {
    let came = walk.path().iter().rev().find(|m| m.to.as_ref() == Some(&step.id));
    if let Some(came) = came {
        return format!("{}: looked at, because {}.", step.title, came.because);
    }
    if let Some(why) = ruled.get(&step.id) {
        return format!("{}: {why}", step.title);
    }
    if let Some(next) = walk.proposal().filter(|p| p.to.as_ref() == Some(&step.id)) {
        return format!("{}: comes next, because {}.", step.title, next.because);
    }
    format!("{}: not looked at yet. {}", step.title, step.why.register(admin))
}

/// A reason whose places nothing fills yet.
fn bare(because: &str) -> String {
    let mut text = String::with_capacity(because.len());
    let mut rest = because;
    while let Some((before, (place, after))) = rest.split_once('{').and_then(|(b, r)| Some((b, r.split_once('}')?))) {
        text.push_str(before);
        text.push_str(match place {
            "server" | "host" => "the server",
            "domain" => "the domain",
            "to" | "recipient" | "address" => "the address",
            "ip" => "your address",
            "codes" | "code" => "a code",
            _ => "…",
        });
        rest = after;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_without_values_is_still_a_sentence() {
        assert_eq!(bare("{server} says: not now"), "the server says: not now");
        assert_eq!(bare("{server} answered {codes} at {stage}"), "the server answered a code at …");
        assert_eq!(bare("nothing {is open"), "nothing {is open");
    }
}
