//! Heaps up what was seen by cause and kind, and weighs the piles.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use super::args::{Args, reply_args};
use super::gather::{Found, Seen};
use super::pile::{Item, Pile, Piles, Source, spread};
use super::rank::{EXPLAINS, LIKELY, NO_DOUBT, Weighed};
use super::says;
use crate::guide::{Guide, Weigh};
use crate::reading::{Certainty, Meaning, own, read_reply};
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
        heap.finding(guide, found, case);
    }
    let mut read = HashMap::new();
    for (id, reply) in seen.refusals() {
        // The same words from ten servers are read once.
        let key = (reply.code, reply.enhanced, reply.stage, &reply.text);
        let meaning = read.entry(key).or_insert_with(|| read_reply(guide, reply));
        heap.reply(guide, id, reply, meaning);
    }
    heap
}

impl<'a> Heap<'a> {
    /// Whether a server refused just now in words that say too little: a fault, whatever its cause.
    pub(super) fn refused_live(&self) -> bool {
        self.unread.iter().any(|(_, r)| r.role == Role::Case)
    }

    fn finding(&mut self, guide: &Guide, found: &Found<'a>, case: &Args) {
        let entry = found.entry;
        if entry.weighs.is_empty() {
            return;
        }
        let args = OnceCell::new();
        let args = || args.get_or_init(|| says::finding_args(&found.finding.args, case));
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
                level => {
                    let Weigh { proof, side, stands, .. } = *weigh;
                    Source::Finding { id: entry.id.clone(), level, proof, side, stands }
                }
            };
            let item = self.pile(&weigh.cause, weigh.kind.as_ref()).item(source);
            if item.add(weigh.db, found.evidence(), args, || says::filled(guide, &entry.says, args())) {
                item.advice.clone_from(&entry.advice);
            }
        }
    }

    fn reply(&mut self, guide: &Guide, id: EvidenceId, reply: &'a Reply, meaning: &Meaning) {
        if meaning.cause == UNCLEAR {
            self.unread.push((id, reply));
            return;
        }
        if NO_FAULT.contains(&meaning.cause.as_str()) || meaning.db <= 0 {
            return;
        }
        let args = OnceCell::new();
        let args = || {
            args.get_or_init(|| {
                let mut args = meaning.args.clone();
                args.extend(reply_args(reply, meaning.matched.as_deref(), TEXT));
                args
            })
        };
        let item = self.pile(&meaning.cause, meaning.kind.as_ref()).item(Source::Replies { live: None, pasted: None });
        if item.add(meaning.db, &[id], args, || says::reply(reply)) {
            let own = own(guide, meaning, reply.enhanced);
            (item.advice, item.who) = (own.advice.map(|a| a.id.clone()), own.who);
        }
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
/// A flaw on the side counts only where it may be what the user has trouble with: not where something else explains that; and where
/// there is no trouble at all because a server took the mail, only if it is wrong in itself. A refusal that says no more than that a
/// rule forbids it explains nothing: what such rules are about, and is wrong in itself, comes before it.
pub(super) fn weigh(guide: &Guide, seen: &Seen<'_>, piles: Piles) -> (Vec<Weighed>, HashSet<String>) {
    let mut piles = spread(piles);
    let behind: Vec<&str> = piles.iter().filter(|(_, p)| is_vague(p)).flat_map(|(of, _)| behind(guide, of)).collect();
    let explained = piles.iter().any(|(of, pile)| explains(pile) && !(is_vague(pile) && behind_any(guide, of)));
    let quiet = !seen.has_trouble() && seen.tested();
    let may_be_behind = |of: &Key| of.1.as_deref().is_some_and(|kind| behind.contains(&kind));
    let mut aside = HashSet::new();
    if explained || quiet || !behind.is_empty() {
        for (of, pile) in piles.iter_mut().filter(|(_, p)| p.score(false) <= 0 || quiet) {
            let stands = |i: &Item| !explained && i.stands() && (quiet || may_be_behind(of));
            let goes = |i: &Item| i.is_side() && !stands(i);
            aside.extend(pile.items.iter().filter(|i| goes(i)).filter_map(Item::finding_id));
            pile.items.retain(|i| !goes(i));
        }
    }
    let weighed = |(of, pile): (Key, Pile)| {
        let (vague, proven) = (is_vague(&pile) && behind_any(guide, &of), pile.items.iter().any(Item::stands));
        let lifted = !explained && proven && may_be_behind(&of);
        let weighed = Weighed::new(of.0, of.1, pile);
        let certainty = weighed.certainty.map(|sure| if lifted { sure.max(Certainty::Likely) } else { sure });
        Weighed { certainty, vague, ..weighed }
    };
    let mut faults: Vec<Weighed> = piles.into_iter().map(weighed).collect();
    // What a server says in so many words stays possible, though what we see speaks against it: it may see something else.
    if faults.iter().all(|w| w.certainty.is_none() || w.cause == UNCLEAR || w.is_suspect_only()) {
        for said in faults.iter_mut().filter(|w| w.pile.is_said()) {
            said.certainty = said.certainty.or(Some(Certainty::Possible));
        }
    }
    faults.retain(|w| w.certainty.is_some());
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

/// A cause and its kind.
type Key = (String, Option<String>);

/// What a refusal of that kind is most often about, where it says no more than that a rule forbids it.
fn behind<'g>(guide: &'g Guide, (cause, kind): &Key) -> impl Iterator<Item = &'g str> {
    let kinds = guide.cause(cause).map_or(&[][..], |c| &c.kinds);
    kinds.iter().filter(|k| Some(&k.id) == kind.as_ref()).flat_map(|k| k.behind.iter().map(String::as_str))
}

fn behind_any(guide: &Guide, of: &Key) -> bool {
    behind(guide, of).next().is_some()
}

/// Whether a pile is of refusals only, none of them in words that leave no doubt.
fn is_vague(pile: &Pile) -> bool {
    let clear = |i: &Item| i.live_db().max(i.pasted_db()) >= Some(NO_DOUBT);
    let mut for_it = pile.items.iter().filter(|i| i.total() > 0).peekable();
    for_it.peek().is_some() && for_it.all(|i| i.is_refusal() && !clear(i))
}

/// Whether a pile explains what the user has, without anything on the side.
fn explains(pile: &Pile) -> bool {
    let refused = pile.items.iter().any(Item::is_refusal);
    let fault = pile.items.iter().any(|i| i.is_fail() && !i.is_side());
    (refused || fault) && pile.told(false).saturating_add(if refused { EXPLAINS } else { 0 }) >= LIKELY
}
