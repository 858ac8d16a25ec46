//! Heaps up what was seen by cause and kind, and weighs the piles.

use std::collections::{HashMap, HashSet};

use super::args::{Args, reply_args};
use super::gather::{Found, Seen};
use super::pile::{Item, Pile, Piles, Source, spread};
use super::rank::{EXPLAINS, LIKELY, Weighed};
use super::says;
use crate::guide::Guide;
use crate::reading::{Meaning, read_reply};
use crate::transcript::{EvidenceId, Level, Reply, Role};

const TEXT: usize = 120;

/// Causes that are none: nothing is wrong, or what was pasted tells of no failure.
const NO_FAULT: [&str; 2] = ["healthy", "not-a-bounce"];
/// The cause that says that a refusal could not be read.
pub(super) const UNCLEAR: &str = "unclear";
pub(super) const NOT_A_BOUNCE: &str = "not-a-bounce";

/// Everything that weighs.
pub(super) struct Heap<'a> {
    pub(super) piles: Piles,
    /// Refusals whose words say too little.
    pub(super) unread: Vec<(EvidenceId, &'a Reply)>,
    /// Findings that say that what was pasted is no failure at all.
    pub(super) no_bounce: Vec<&'a str>,
}

/// Heaps up the findings and the refusals.
pub(super) fn heap<'a>(guide: &Guide, seen: &Seen<'a>, case: &Args) -> Heap<'a> {
    let mut heap = Heap { piles: Piles::new(), unread: Vec::new(), no_bounce: Vec::new() };
    for found in &seen.findings {
        heap.finding(found, case);
    }
    let mut read: HashMap<(u16, String, String), Meaning> = HashMap::new();
    for (id, reply) in seen.refusals() {
        // The same words from ten servers are read once.
        let key = (reply.code, format!("{:?}{:?}", reply.enhanced, reply.stage), reply.joined());
        let meaning = read.entry(key).or_insert_with(|| read_reply(guide, reply));
        heap.reply(id, reply, meaning);
    }
    heap
}

impl<'a> Heap<'a> {
    /// Whether a server refused just now in words that say too little: a fault, whatever its cause.
    pub(super) fn refused_live(&self) -> bool {
        self.unread.iter().any(|(_, r)| r.role == Role::Case)
    }

    fn finding(&mut self, found: &Found<'a>, case: &Args) {
        let entry = found.entry;
        if entry.weighs.is_empty() {
            return;
        }
        let args = says::finding_args(&found.finding.args, case);
        for weigh in entry.weighs.iter().filter(|w| w.db != 0) {
            if weigh.cause == NOT_A_BOUNCE {
                self.no_bounce.push(&entry.id);
            }
            if NO_FAULT.contains(&weigh.cause.as_str()) {
                continue;
            }
            let source = match entry.level {
                // Not to know is neither a fault nor a pass.
                Level::Unknown if weigh.db < 0 => continue,
                Level::Unknown => Source::Untold,
                level => Source::Finding { id: entry.id.clone(), level, proof: weigh.proof, side: weigh.side },
            };
            self.pile(&weigh.cause, weigh.kind.as_ref())
                .item(source)
                .add(weigh.db, &args, found.evidence(), || says::filled(&entry.says, &args));
        }
    }

    fn reply(&mut self, id: EvidenceId, reply: &'a Reply, meaning: &Meaning) {
        if meaning.cause == UNCLEAR {
            self.unread.push((id, reply));
            return;
        }
        if NO_FAULT.contains(&meaning.cause.as_str()) || meaning.db <= 0 {
            return;
        }
        let mut args = meaning.args.clone();
        args.extend(reply_args(reply, meaning.matched.as_deref(), TEXT));
        let item = self.pile(&meaning.cause, meaning.kind.as_ref()).item(Source::Replies { live: None, pasted: None });
        item.add(meaning.db, &args, vec![id], || says::reply(reply));
        if let Source::Replies { live, pasted } = &mut item.source {
            let slot = if reply.role == Role::Pasted { pasted } else { live };
            *slot = (*slot).max(Some(meaning.db));
        }
    }

    fn pile(&mut self, cause: &str, kind: Option<&String>) -> &mut Pile {
        self.piles.entry((cause.to_owned(), kind.cloned())).or_default()
    }
}

/// Weighs the piles: the causes that are at least possible, most certain first, and the findings that were set aside.
///
/// A flaw on the side counts only where it may be what the user has trouble with: not where something else explains that, and not
/// where there is no trouble at all because a server took the mail.
pub(super) fn weigh(seen: &Seen<'_>, piles: Piles) -> (Vec<Weighed>, HashSet<String>) {
    let mut piles = spread(piles);
    let explained = piles.values().any(explains);
    let mut aside = HashSet::new();
    if explained || (!seen.has_trouble() && seen.accepted()) {
        for pile in piles.values_mut().filter(|p| p.score(false) <= 0 || !explained) {
            aside.extend(pile.items.iter().filter(|i| i.is_side()).filter_map(Item::finding_id));
            pile.items.retain(|i| !i.is_side());
        }
    }
    let mut faults: Vec<Weighed> = piles
        .into_iter()
        .map(|((cause, kind), pile)| Weighed::new(cause, kind, pile))
        .filter(|w| w.certainty.is_some())
        .collect();
    // A kind that is at least as sure says all that its cause would say, and more.
    let kinds: Vec<_> = faults.iter().filter(|w| w.kind.is_some()).map(|w| (w.cause.clone(), w.certainty)).collect();
    faults.retain(|w| w.kind.is_some() || !kinds.iter().any(|(of, sure)| *of == w.cause && *sure >= w.certainty));
    // A cause that only says that nothing is clear stands for itself, never beside a real one.
    if faults.iter().any(|w| w.cause != UNCLEAR) {
        faults.retain(|w| w.cause != UNCLEAR);
    }
    faults.sort_by_cached_key(Weighed::order);
    (faults, aside)
}

/// Whether a pile explains what the user has, without anything on the side.
fn explains(pile: &Pile) -> bool {
    let refused = pile.items.iter().any(Item::is_refusal);
    let fault = pile.items.iter().any(|i| i.is_fail() && !i.is_side());
    (refused || fault) && pile.told(false).saturating_add(if refused { EXPLAINS } else { 0 }) >= LIKELY
}
