//! The step's branches: tried in order, first match wins.

use std::cell::OnceCell;

use super::matching::{self, Args, BADNESS};
use super::status::Brought;
use super::{Move, StepState, Walk, order, start};
use crate::diagnosis::{Ranked, diagnose};
use crate::guide::{Branch, Field, Goto, Guide, When, enhanced_fits};
use crate::reading::{Certainty, Meaning, read_reply};
use crate::transcript::{Level, Mode, Reply, StepId, StepStatus};

const WAYS: usize = 3;

/// Where the rules lead from the present step, once it has ended.
///
/// What its runs brought is looked up, unless it is given.
pub(super) fn propose(walk: &Walk, guide: &Guide, brought: Option<Brought>) -> Option<Move> {
    let here = walk.here()?;
    let StepState::Done(status) = walk.state_of(here) else { return None };
    if walk.mode() == Mode::Checklist {
        return Some(order::checklist(walk, guide, here));
    }
    let brought = brought.unwrap_or_else(|| walk.brought(guide, here));
    let seen = Seen::new(walk, guide, here, status, &brought);
    let branches = guide.step(here).map_or(&[][..], |s| &s.branches);
    let taken = branches.iter().find_map(|b| Some((b, seen.take(b)?)));
    // The way on that always holds speaks of what was seen, and here that is not all there is to see.
    let stopped = brought.broken_off && status == StepStatus::Unknown;
    let taken = taken.map(|(branch, way)| match stopped && branch.when.is_empty() && way.to.is_some() {
        true => Move { because: BROKEN_OFF.to_owned(), ..way },
        false => way,
    });
    Some(taken.unwrap_or_else(|| {
        let to = order::next(walk, guide);
        let because = if to.is_some() { "nothing seen here points elsewhere" } else { NOTHING_LEFT };
        Move { from: Some(here.clone()), to, rule: format!("{here}/otherwise"), because: because.to_owned() }
    }))
}

/// Where else it makes sense to go: what the other branches that match lead to, then what is next in order.
pub(super) fn other_ways(walk: &Walk, guide: &Guide) -> Vec<StepId> {
    let mut ways: Vec<StepId> = Vec::new();
    let Some(here) = walk.here() else { return ways };
    let StepState::Done(status) = walk.state_of(here) else { return ways };
    let proposed = walk.proposal().and_then(|p| p.to.as_ref());
    let mut add = |way: &StepId| {
        if ways.len() < WAYS && Some(way) != proposed && way != here && !ways.contains(way) {
            ways.push(way.clone());
        }
    };
    let brought = walk.brought(guide, here);
    let seen = Seen::new(walk, guide, here, status, &brought);
    let branches = guide.step(here).map_or(&[][..], |s| &s.branches);
    for way in branches.iter().filter_map(|b| seen.take(b)?.to) {
        add(&way);
    }
    for step in guide.steps().iter().filter(|s| !order::passed(walk, &s.id)) {
        add(&step.id);
    }
    ways
}

const BROKEN_OFF: &str = "this step was stopped before it could tell, and the others may";
const NOTHING_LEFT: &str = "every step that could tell more was looked at";

/// What a step brought, as its branches look at it. What is costly to know is only looked up when a branch asks for it.
struct Seen<'a> {
    walk: &'a Walk,
    guide: &'a Guide,
    here: &'a StepId,
    status: StepStatus,
    /// Where they stand, the gravest last.
    findings: Vec<(u32, Level)>,
    replies: Vec<(&'a Reply, OnceCell<Meaning>)>,
    top: OnceCell<Option<Ranked>>,
}

impl<'a> Seen<'a> {
    fn new(walk: &'a Walk, guide: &'a Guide, here: &'a StepId, status: StepStatus, brought: &'a Brought) -> Self {
        let mut findings = brought.findings.clone();
        findings.sort_by_key(|(_, level)| *level);
        // What was said many times over is looked at once.
        let mut by_badness: [Vec<&Reply>; BADNESS] = Default::default();
        for reply in walk.replies_in(brought) {
            let alike = &mut by_badness[matching::badness(reply)];
            if alike.last().is_none_or(|last| !same(reply, last)) {
                alike.push(reply);
            }
        }
        let replies = by_badness.into_iter().flatten().map(|r| (r, OnceCell::new())).collect();
        Self { walk, guide, here, status, findings, replies, top: OnceCell::new() }
    }

    /// The move a branch makes, if it matches and leads somewhere new.
    fn take(&self, branch: &Branch) -> Option<Move> {
        let to = match &branch.to {
            Goto::Step(to) if self.guide.step(to).is_none() || order::passed(self.walk, to) => return None,
            Goto::Step(to) => Some(to.clone()),
            Goto::Next => order::next(self.walk, self.guide),
            Goto::Conclude => None,
        };
        let args = self.meets(&branch.when)?;
        let because = if to.is_none() && branch.to == Goto::Next {
            NOTHING_LEFT.to_owned()
        } else {
            matching::because(&branch.because, &args)
        };
        Some(Move { from: Some(self.here.clone()), to, rule: format!("{}/{}", self.here, branch.id), because })
    }

    /// Whether all conditions are met, and if so the values of what met them.
    fn meets(&self, when: &When) -> Option<Args> {
        if !when.status.is_empty() && !when.status.contains(&self.status) {
            return None;
        }
        let case = self.walk.case();
        let filled = |field: &Field| start::filled(case, *field);
        if !when.given.iter().all(filled) || when.lacking.iter().any(filled) {
            return None;
        }
        if !when.allowed.iter().all(|what| self.walk.consents().contains(what)) {
            return None;
        }
        let mut args = matching::case_args(case);
        if when.asks_reply() {
            args.extend(self.replies.iter().rev().find_map(|(reply, meaning)| self.reply_meets(when, reply, meaning))?);
        }
        if !when.finding.is_empty() {
            let asked = |id: &str| when.finding.iter().any(|p| matching::is_finding(p, id));
            let mut told = self.findings.iter().rev().filter_map(|(at, _)| self.walk.finding_at(*at));
            let finding = told.find(|f| asked(&f.id))?;
            args.extend(finding.args.iter().map(|(name, value)| (name.clone(), matching::short(value))));
        }
        if when.diagnosis.is_some() || !when.suspect.is_empty() {
            let top = self.top().filter(|top| is_suspected(when, top))?;
            args.insert("headline".to_owned(), top.headline.plain.clone());
        }
        Some(args)
    }

    /// Whether one reply meets everything that is asked of a reply.
    fn reply_meets(&self, when: &When, reply: &Reply, meaning: &OnceCell<Meaning>) -> Option<Args> {
        let none_or = |list: &[String], holds: &dyn Fn(&str) -> bool| list.is_empty() || list.iter().any(|p| holds(p));
        if reply.is_positive() && when.code.is_empty() {
            return None;
        }
        let plain = none_or(&when.code, &|p| matching::is_code(p, reply))
            && none_or(&when.enhanced, &|p| reply.enhanced.is_some_and(|e| enhanced_fits(p, e)))
            && (when.stage.is_empty() || reply.stage.is_some_and(|s| when.stage.contains(&s)));
        if !plain {
            return None;
        }
        let text = reply.joined();
        let mut phrase = None;
        if let Some(pattern) = &when.text {
            phrase = Some(pattern.0.find(&text)?.as_str());
        }
        if when.kind.is_empty() && when.cause.is_empty() {
            return Some(matching::reply_args(reply, phrase));
        }
        let meaning = meaning.get_or_init(|| read_reply(self.guide, reply));
        let read = none_or(&when.kind, &|p| meaning.kind.as_deref() == Some(p))
            && none_or(&when.cause, &|p| meaning.cause == p);
        let own = matching::reply_args(reply, phrase.or(meaning.matched.as_deref()));
        read.then(|| {
            let mut args: Args = meaning.args.iter().map(|(n, v)| (n.clone(), matching::short(v))).collect();
            args.extend(own);
            args
        })
    }

    /// The cause that the diagnosis so far ranks first; none where nothing is wrong.
    fn top(&self) -> Option<&Ranked> {
        let first = || {
            let causes = diagnose(self.guide, self.walk.transcript()).causes;
            causes.into_iter().find(|c| !matches!(c.cause.as_str(), "healthy" | "not-a-bounce"))
        };
        self.top.get_or_init(first).as_ref()
    }
}

/// Whether branches can see no difference between two replies.
fn same(a: &Reply, b: &Reply) -> bool {
    (a.code, a.enhanced, a.stage, a.address, &a.server, &a.text)
        == (b.code, b.enhanced, b.stage, b.address, &b.server, &b.text)
}

/// Whether the first cause is certain enough, and one of those that a branch asks for. A certainty that is no word of ours is never reached.
fn is_suspected(when: &When, top: &Ranked) -> bool {
    let words = [Certainty::Possible, Certainty::Likely, Certainty::Confirmed];
    let enough = |word: &String| words.into_iter().any(|c| c.as_str() == word && top.certainty >= c);
    let asked = |id: &String| *id == top.cause || Some(id) == top.kind.as_ref();
    when.diagnosis.as_ref().is_none_or(enough) && (when.suspect.is_empty() || when.suspect.iter().any(asked))
}
