//! How sure a pile makes us, and the words that go with it.

use super::args::{self, Args, OWN_SERVER};
use super::pile::{Item, Pile};
use super::{Ranked, Reason, says};
use crate::guide::{Cause, FindingEntry, Guide, Kind, Who, Words};
use crate::reading::Certainty;
use crate::transcript::{Level, StepId};

/// More than this is a possible cause, this much a likely one, and this much with proof a confirmed one.
pub(super) const POSSIBLE: i32 = 3;
pub(super) const LIKELY: i32 = 15;
const CONFIRMED: i32 = 20;
/// A reading so strong that the words leave no doubt.
pub(super) const NO_DOUBT: i32 = 30;
/// What the reply that the user has adds to its cause in the order of causes; it makes none more certain.
pub(super) const EXPLAINS: i32 = 10;

/// A pile that was weighed.
pub(super) struct Weighed {
    pub(super) cause: String,
    pub(super) kind: Option<String>,
    pub(super) pile: Pile,
    pub(super) score: i32,
    pub(super) certainty: Option<Certainty>,
    /// It says only that a rule forbids it.
    pub(super) vague: bool,
}

impl Weighed {
    pub(super) fn new(cause: String, kind: Option<String>, pile: Pile) -> Self {
        let score = pile.score(true);
        let certainty = certainty(&pile, score);
        Self { cause, kind, pile, score, certainty, vague: false }
    }

    /// Most certain first; among equals the heavier, where what explains the user's reply weighs more.
    pub(super) fn order(&self) -> impl Ord + use<> {
        let explains = if self.pile.items.iter().any(Item::is_refusal) { EXPLAINS } else { 0 };
        std::cmp::Reverse((self.certainty, !self.vague, self.score.saturating_add(explains), self.kind.is_some()))
    }

    /// Whether it is enough to say that a fault was found.
    pub(super) fn is_fault(&self) -> bool {
        self.certainty >= Some(Certainty::Likely)
            || self.pile.items.iter().any(|i| i.is_fail() || i.is_refusal() || i.stands())
    }

    /// Whether nothing but what could not tell speaks for it.
    pub(super) fn is_suspect_only(&self) -> bool {
        self.pile.items.iter().filter(|i| i.total() > 0).all(Item::is_untold)
    }

    pub(super) fn ranked(&self, guide: &Guide, case: &Args) -> Ranked {
        let mut items: Vec<_> = self.pile.items.iter().filter(|i| i.total() > 0).collect();
        items.sort_by_key(|i| std::cmp::Reverse(i.total()));
        let own = items.first().filter(|_| self.cause == "dns").and_then(|i| own_zone(guide, i, case));
        let leads = |i: &&Item| leading(guide, i).filter(|e| e.level >= Level::Warn);
        let leader = own.or_else(|| items.iter().find_map(|i| Some((*i, leads(i)?))));
        // What to try first may lie in what speaks against it: the same password by another way to log in.
        let remark = |i: &Item| Some(fix_of(guide, leading(guide, i).filter(|e| e.level < Level::Warn)?, i, case));
        let remarks: Vec<Words> = self.pile.items.iter().filter_map(remark).flatten().collect();
        let told = teller(&items, leader);
        let advice = told.and_then(|i| i.advice.as_ref()).and_then(|id| guide.advice(id));
        let who = told.and_then(|i| i.who).or(advice.and_then(|a| a.who));
        let mut args = Args::new();
        for item in items {
            args::add(&mut args, &item.args);
        }
        args::add(&mut args, case);
        let kind = self.kind.as_deref().and_then(|kind| guide.kind(kind));
        let (because, against) = self.pile.reasons(kind.map_or(&[], |(_, kind)| &kind.despite));
        let certainty = self.certainty.unwrap_or(Certainty::Possible);
        let bare = Bare { certainty, score: self.score, because, against };
        let mut ranked = dress(guide, &self.cause, self.kind.as_deref(), &args, bare);
        ranked.who = who.unwrap_or(ranked.who);
        if let Some(advice) = advice {
            if let Some(headline) = &advice.headline {
                ranked.headline = says::filled(guide, headline, &args);
                ranked.says = None;
            }
            ranked.waiting = advice.waiting.clone().unwrap_or(ranked.waiting);
            ranked.fix = advice.fix.iter().map(|f| says::filled(guide, f, &args)).collect();
        }
        if let Some((item, entry)) = leader {
            ranked.fix = fix_of(guide, entry, item, case);
            ranked.who = entry.who.filter(|_| entry.leads).unwrap_or(ranked.who);
        }
        ranked.fix.splice(0..0, remarks);
        // A remark may say what the kind says, too.
        let mut said = std::collections::HashSet::new();
        ranked.fix.retain(|fix| said.insert(fix.plain.clone()));
        let at_own_server = case.get(OWN_SERVER).is_some_and(|own| args.get("server") == Some(own));
        ranked.who = if own.is_some() { Who::You } else { ranked.who.at(at_own_server) };
        ranked
    }
}

/// Which item's advice, and whose move by it, is the cause's: what the guide says leads, else a refusal's words before what checks make of
/// them, else the heaviest, or what is proof of the very thing.
fn teller<'i>(items: &[&'i Item], leader: Option<(&'i Item, &FindingEntry)>) -> Option<&'i Item> {
    let speaks = |i: &&Item| !i.lent && (i.advice.is_some() || i.who.is_some());
    let speaking = || items.iter().copied().filter(speaks);
    let heaviest = || speaking().find(|i| i.total() == items[0].total());
    let leads = leader.filter(|(item, entry)| entry.leads && item.advice.is_some()).map(|(item, _)| item);
    let proof = leader.map(|(item, _)| item).filter(speaks);
    leads.or_else(|| speaking().find(|i| i.is_refusal())).or_else(heaviest).or(proof)
}

/// The finding whose fix says more than what fits every case of the kind: one that the guide says leads, or a proof that names the very
/// thing that is wrong (`{term}`) or what to put in its place (`{instead}`).
fn leading<'g>(guide: &'g Guide, item: &Item) -> Option<&'g FindingEntry> {
    let exact = |fix: &Words| ["{instead}", "{term}"].iter().any(|place| fix.plain.contains(place));
    let entry = guide.finding(&item.finding_id()?)?;
    (!item.lent && (entry.leads || item.is_proof() && entry.fix.iter().any(exact))).then_some(entry)
}

/// What is mostly somebody else's to mend, as far as it was seen of the sender's own domain: there, it is the sender who can have it mended.
fn own_zone<'i, 'g>(guide: &'g Guide, item: &'i Item, case: &Args) -> Option<(&'i Item, &'g FindingEntry)> {
    let entry = guide.finding(&item.finding_id()?)?;
    let sender = case.get("sender")?;
    let within = |zone: &String| sender == zone || sender.strip_suffix(zone.as_str()).is_some_and(|s| s.ends_with('.'));
    let is_own = ["zone", "domain", "name"].iter().find_map(|key| item.args.get(*key)).is_some_and(within);
    (entry.who == Some(Who::TheirProvider) && is_own).then_some((item, entry))
}

fn fix_of(guide: &Guide, entry: &FindingEntry, item: &Item, case: &Args) -> Vec<Words> {
    let mut args = item.args.clone();
    args::add(&mut args, case);
    entry.fix.iter().map(|f| says::filled(guide, f, &args)).collect()
}

/// A cause before it has words.
pub(super) struct Bare {
    pub(super) certainty: Certainty,
    pub(super) score: i32,
    pub(super) because: Vec<Reason>,
    pub(super) against: Vec<Reason>,
}

/// Gives a cause the guide's words: of its kind, else its own, else what was seen.
pub(super) fn dress(guide: &Guide, cause: &str, kind: Option<&str>, args: &Args, bare: Bare) -> Ranked {
    let known: Option<&Cause> = guide.cause(cause);
    let finer: Option<&Kind> = known.zip(kind).and_then(|(c, k)| c.kinds.iter().find(|of| of.id == k));
    let headline = finer.map(|k| &k.headline).or(known.map(|c| &c.headline));
    let fix = finer.map(|k| &k.fix).filter(|f| !f.is_empty()).or(known.map(|c| &c.fix)).map_or(&[][..], |f| f);
    let waiting = finer.and_then(|k| k.waiting.clone()).or(known.map(|c| c.waiting.clone()));
    let step = finer.and_then(|k| k.step.clone()).or(known.map(|c| c.step.clone()));
    let seen = || bare.because.first().map_or_else(|| says::both(kind.unwrap_or(cause)), |r| r.says.clone());
    Ranked {
        cause: cause.to_owned(),
        kind: kind.map(str::to_owned),
        certainty: bare.certainty,
        score: bare.score,
        headline: headline.map_or_else(seen, |h| says::filled(guide, h, args)),
        says: guide.sort_of_thing(cause, kind).cloned(),
        fix: fix.iter().map(|f| says::filled(guide, f, args)).collect(),
        who: finer.map(|k| k.who).or(known.map(|c| c.who)).unwrap_or(Who::You),
        waiting: waiting.unwrap_or_default(),
        step: step.unwrap_or_else(|| StepId::new("escalate")),
        because: bare.because,
        against: bare.against,
    }
}

/// How sure it is; none where it is not even possible.
///
/// Confirmed takes a live check that shows the cause itself: a finding that is proof, or a server that says so in words that leave
/// no doubt. What the user pasted is never enough by itself. Proof of a cause as a whole is proof of a kind only where what was seen
/// live makes that kind likely by itself. What could not tell makes a cause possible at most.
fn certainty(pile: &Pile, score: i32) -> Option<Certainty> {
    let told = pile.told(true);
    let proof_against = pile.items.iter().any(|i| i.is_proof() && i.total() < 0);
    let likely_kind = pile.own_live() >= LIKELY;
    let proof = pile.items.iter().any(|i| i.is_proof() && i.total() > 0 && (!i.lent || likely_kind));
    let live = pile.items.iter().filter_map(Item::live_db).max();
    let said = live.is_some_and(|db| db >= NO_DOUBT)
        || (live.is_some() && pile.items.iter().any(|i| i.pasted_db() >= Some(NO_DOUBT)));
    if told >= CONFIRMED && (proof || said) && !proof_against {
        Some(Certainty::Confirmed)
    } else if told >= LIKELY {
        Some(Certainty::Likely)
    } else if score > POSSIBLE {
        Some(Certainty::Possible)
    } else {
        None
    }
}
