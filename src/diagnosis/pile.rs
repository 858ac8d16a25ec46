//! What speaks for and against one cause, heaped up.

use std::collections::BTreeMap;

use super::Reason;
use super::args::Args;
use crate::guide::{Who, Words};
use crate::transcript::{EvidenceId, Level};

/// Decibans that each repetition adds, and how much they add at most.
const AGAIN: i32 = 2;
const AGAIN_MOST: i32 = 6;
/// The most that everything which could not tell adds together: less than makes a cause likely.
const UNTOLD_MOST: i32 = super::rank::LIKELY - 1;
/// Sentences kept of one thing said many times; evidence kept of each.
const SENTENCES: usize = 4;
const EVIDENCE: usize = 16;

/// What an item came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A finding of that id and level; how it weighs.
    Finding { id: String, level: Level, proof: bool, side: bool, stands: bool },
    /// Replies: the strongest reading of a live one, and of a pasted one.
    Replies { live: Option<i32>, pasted: Option<i32> },
    /// Findings that could not tell: together they name a suspect, and never make a fault (law 5).
    Untold,
}

/// One thing that weighs, perhaps seen several times.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) source: Source,
    /// The strongest single weight.
    db: i32,
    times: u32,
    reasons: Vec<(Words, Vec<EvidenceId>)>,
    pub(super) args: Args,
    /// The advice that fits the finding or the strongest of its replies, and whose move it is, where that is not what fits its kind.
    pub(super) advice: Option<String>,
    pub(super) who: Option<Who>,
    /// It speaks of the cause as a whole, and was added to one of its kinds.
    pub(super) lent: bool,
}

impl Item {
    pub(super) fn new(source: Source) -> Self {
        Self { source, db: 0, times: 0, reasons: Vec::new(), args: Args::new(), advice: None, who: None, lent: false }
    }

    /// Adds one sighting, and says whether it is the strongest by now. Its values and words are only made where they will be kept.
    pub(super) fn add<'v>(
        &mut self,
        db: i32,
        evidence: &[EvidenceId],
        args: impl Fn() -> &'v Args,
        says: impl FnOnce() -> Words,
    ) -> bool {
        let stronger = self.times == 0 || db.abs() > self.db.abs();
        self.times = self.times.saturating_add(1);
        if self.reasons.len() < SENTENCES || stronger {
            let says = says();
            let at = self.reasons.iter().position(|(said, _)| *said == says).unwrap_or_else(|| {
                let at = if stronger { 0 } else { self.reasons.len() };
                self.reasons.insert(at, (says, Vec::new()));
                at
            });
            merge(&mut self.reasons[at].1, evidence);
            self.reasons.truncate(SENTENCES);
        } else if let Some((_, shown)) = self.reasons.last_mut() {
            merge(shown, evidence);
        }
        if stronger {
            self.db = db;
            self.args.clone_from(args());
        }
        stronger
    }

    /// Its weight with its repetitions.
    pub(super) fn total(&self) -> i32 {
        if self.is_untold() {
            return self.db.min(UNTOLD_MOST);
        }
        let again = AGAIN.saturating_mul(i32::try_from(self.times.saturating_sub(1)).unwrap_or(i32::MAX));
        self.db.saturating_add(self.db.signum() * again.min(AGAIN_MOST))
    }

    pub(super) fn is_side(&self) -> bool {
        matches!(self.source, Source::Finding { side: true, .. }) && self.db > 0
    }

    /// Whether it is wrong in itself, though on the side.
    pub(super) fn stands(&self) -> bool {
        matches!(self.source, Source::Finding { stands: true, .. }) && self.is_side()
    }

    pub(super) fn is_untold(&self) -> bool {
        self.source == Source::Untold
    }

    pub(super) fn is_proof(&self) -> bool {
        matches!(self.source, Source::Finding { proof: true, .. })
    }

    pub(super) fn is_fail(&self) -> bool {
        matches!(self.source, Source::Finding { level: Level::Fail, .. }) && self.db > 0
    }

    pub(super) fn is_refusal(&self) -> bool {
        matches!(self.source, Source::Replies { .. }) && self.db > 0
    }

    /// The finding it came from.
    pub(super) fn finding_id(&self) -> Option<String> {
        if let Source::Finding { id, .. } = &self.source { Some(id.clone()) } else { None }
    }

    /// The strongest reading of a live reply, where it speaks of this very thing.
    pub(super) fn live_db(&self) -> Option<i32> {
        if let Source::Replies { live, .. } = self.source { live.filter(|_| !self.lent) } else { None }
    }

    /// The strongest reading of a pasted one.
    pub(super) fn pasted_db(&self) -> Option<i32> {
        if let Source::Replies { pasted, .. } = self.source { pasted.filter(|_| !self.lent) } else { None }
    }

    /// Its sentences; their weights sum up to its total.
    fn reasons(&self) -> impl Iterator<Item = Reason> {
        let each = if self.is_untold() { 0 } else { self.db.signum() * AGAIN };
        let others = i32::try_from(self.reasons.len()).unwrap_or(0).saturating_sub(1);
        let first = self.total().saturating_sub(each * others);
        self.reasons.iter().enumerate().map(move |(i, (says, evidence))| Reason {
            says: says.clone(),
            evidence: evidence.clone(),
            db: if i == 0 { first } else { each },
        })
    }
}

/// Everything that weighs on one cause, or one kind of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Pile {
    pub(super) items: Vec<Item>,
}

impl Pile {
    /// Whether a server says it just now, in words that make it likely by themselves.
    pub(super) fn is_said(&self) -> bool {
        self.items.iter().any(|i| i.is_refusal() && i.live_db() >= Some(super::rank::LIKELY))
    }

    /// The item of a source, made where there is none. Replies are one item, for they say the same thing; so is what could not tell.
    pub(super) fn item(&mut self, source: Source) -> &mut Item {
        let same = |item: &Item| match (&item.source, &source) {
            (Source::Finding { id: a, .. }, Source::Finding { id: b, .. }) => a == b,
            (Source::Replies { .. }, Source::Replies { .. }) | (Source::Untold, Source::Untold) => true,
            _ => false,
        };
        let at = self.items.iter().position(same).unwrap_or(self.items.len());
        if at == self.items.len() {
            self.items.push(Item::new(source));
        }
        &mut self.items[at]
    }

    /// The sum, with or without what is on the side.
    pub(super) fn score(&self, with_side: bool) -> i32 {
        sum(self.items.iter().filter(|i| with_side || !i.is_side()))
    }

    /// The same without what could not tell: only this makes a cause likely.
    pub(super) fn told(&self, with_side: bool) -> i32 {
        sum(self.items.iter().filter(|i| (with_side || !i.is_side()) && !i.is_untold()))
    }

    /// What speaks of this very thing, not of its cause as a whole, and was seen live.
    pub(super) fn own_live(&self) -> i32 {
        let live = |item: &Item| match item.source {
            Source::Finding { .. } => item.total(),
            Source::Replies { live, .. } => live.unwrap_or(0),
            Source::Untold => 0,
        };
        self.items.iter().filter(|i| !i.lent).map(live).fold(0, i32::saturating_add)
    }

    /// What speaks for it and what against, heaviest first.
    pub(super) fn reasons(&self, despite: &[String]) -> (Vec<Reason>, Vec<Reason>) {
        let belongs = |i: &Item| i.finding_id().is_some_and(|id| despite.contains(&id));
        let of = |speaks: &dyn Fn(&Item) -> bool| -> Vec<Reason> {
            self.items.iter().filter(|i| speaks(i)).flat_map(Item::reasons).collect()
        };
        let (mut for_it, mut against) = (of(&|i| i.total() > 0), of(&|i| i.total() < 0 && !belongs(i)));
        for_it.sort_by_key(|r| std::cmp::Reverse(r.db));
        against.sort_by_key(|r| r.db);
        (for_it, against)
    }
}

/// The piles by cause and kind.
pub(super) type Piles = BTreeMap<(String, Option<String>), Pile>;

/// Adds what speaks of a cause as a whole to those of its kinds that have something of their own.
pub(super) fn spread(piles: Piles) -> Piles {
    let (whole, mut kinds): (Piles, Piles) = piles.into_iter().partition(|((_, kind), _)| kind.is_none());
    kinds.retain(|_, pile| pile.score(true) > 0 || pile.is_said());
    for ((cause, _), pile) in &whole {
        for (_, kind) in kinds.iter_mut().filter(|((of, _), _)| of == cause) {
            let untold = kind.items.iter().any(Item::is_untold);
            let lent = pile.items.iter().filter(|i| !(untold && i.is_untold()));
            kind.items.extend(lent.cloned().map(|item| Item { lent: true, ..item }));
        }
    }
    kinds.extend(whole);
    kinds
}

fn sum<'i>(items: impl Iterator<Item = &'i Item>) -> i32 {
    items.fold(0, |sum, i| sum.saturating_add(i.total()))
}

fn merge(into: &mut Vec<EvidenceId>, from: &[EvidenceId]) {
    for id in from {
        if into.len() < EVIDENCE && !into.contains(id) {
            into.push(*id);
        }
    }
}
