//! Several recipients: each is looked at, and the walk goes on with the one in trouble.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join_all;

use super::{at_domain, is_own_server};
use crate::check::Context;
use crate::check::tools::split;
use crate::transcript::{Case, FOLLOW, Finding};

/// So many recipients are looked at; that is more than a mail by hand has, and no server takes offence.
const MOST: usize = 10;
/// A server takes the recipient.
const TAKEN: [&str; 3] = ["recipient.rcpt.accepted", "recipient.rcpt.control-refused", "recipient.rcpt.catch-all"];
/// What is worth a line for the one that is followed only.
const PLAIN: [&str; 4] =
    ["recipient.syntax.ok", "recipient.domain.ok", "recipient.domain.fallback", "recipient.rcpt.utf8-offered"];
/// Nobody could say anything about the recipient.
const UNTOLD: [&str; 11] = [
    "recipient.rcpt.unreachable",
    "recipient.rcpt.no-answer",
    "recipient.rcpt.broke",
    "recipient.rcpt.no-consent",
    "recipient.domain.unknown",
    "recipient.domain.untold",
    "recipient.domain.cut",
    "dns.resolver-fails",
    "dns.resolver-refuses",
    "dns.resolver-silent",
    "dns.resolver-closed",
];

/// Each recipient once, in the order they were given.
pub(super) fn apart(to: &[String]) -> Vec<&str> {
    let mut once = BTreeSet::new();
    to.iter().map(String::as_str).filter(|to| once.insert(to.to_lowercase())).collect()
}

/// Recipients of one domain, and what was found of them.
struct Group<'a> {
    domain: Option<String>,
    to: Vec<&'a str>,
    found: Vec<Finding>,
}

/// Looks at them all, those of a domain in one session, the domains side by side.
pub(super) async fn run(cx: &Context, given: &[&str]) {
    let (asked, over) = given.split_at(given.len().min(MOST));
    let mut groups = grouped(asked);
    let looking = groups.iter().map(|group| look(cx, group));
    // One server is asked about one domain after the other.
    let found = if is_own_server(&cx.case) { in_turn(looking).await } else { join_all(looking).await };
    for (group, found) in groups.iter_mut().zip(found) {
        group.found = found;
    }
    say(cx, asked, groups);
    if !over.is_empty() {
        let unasked = Finding::new("recipient.others.unasked");
        cx.found(unasked.arg("addresses", over.join(", ")).arg("count", over.len()).arg("most", MOST));
    }
}

async fn in_turn<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut done = Vec::new();
    for one in all {
        done.push(one.await);
    }
    done
}

/// What is no address stands by itself.
fn grouped<'a>(asked: &[&'a str]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for to in asked {
        let domain = split(to).ok().map(|parts| parts.domain.to_lowercase());
        match groups.iter_mut().find(|g| domain.is_some() && g.domain == domain) {
            Some(group) => group.to.push(to),
            None => groups.push(Group { domain, to: vec![to], found: Vec::new() }),
        }
    }
    groups
}

async fn look(cx: &Context, group: &Group<'_>) -> Vec<Finding> {
    let (rec, held) = cx.rec.holding();
    let case = Case { to: group.to.iter().map(|to| (*to).to_owned()).collect(), ..(*cx.case).clone() };
    at_domain(&Context { rec, case: Arc::new(case), ..cx.clone() }).await;
    held.take()
}

impl Group<'_> {
    fn takes(&self, to: &str) -> bool {
        self.found.iter().any(|f| is_taken(f) && is_of(f, to))
    }

    /// Has the row of the server show what it says of that one, and not of the first.
    fn show_by(&mut self, to: &str) {
        let Some(shown) = self.found.iter().position(|f| is_taken(f) && f.probe.is_some() && !is_of(f, to)) else {
            return;
        };
        let said = |f: &Finding| f.id.starts_with("recipient.rcpt.") && f.probe.is_none() && is_of(f, to);
        if let Some(at) = self.found.iter().position(said) {
            let (probe, ms) = (self.found[shown].probe.take(), self.found[shown].ms.take());
            (self.found[at].probe, self.found[at].ms) = (probe, ms);
        }
    }

    fn is_untold(&self) -> bool {
        self.found.iter().any(|f| UNTOLD.contains(&f.id.as_str()))
    }
}

fn is_taken(finding: &Finding) -> bool {
    TAKEN.contains(&finding.id.as_str())
}

fn is_of(finding: &Finding, to: &str) -> bool {
    finding.args.get("address").is_some_and(|address| address == to)
}

/// The one in trouble, where there is one: with a fault before one that nobody could say anything about.
fn in_question<'a>(asked: &[&'a str], groups: &[Group<'_>]) -> Option<&'a str> {
    let group = |to: &str| groups.iter().find(|g| g.to.contains(&to));
    let mut trouble = asked.iter().copied().filter(|to| group(to).is_some_and(|g| !g.takes(to)));
    let first = trouble.clone().next();
    trouble.find(|to| group(to).is_some_and(|g| !g.is_untold())).or(first)
}

/// All that was found of the one in question, what is amiss with the others, and who of them is taken.
fn say(cx: &Context, asked: &[&str], mut groups: Vec<Group<'_>>) {
    let trouble = in_question(asked, &groups);
    let Some(followed) = trouble.or(asked.first().copied()) else { return };
    // What a step says of the one that is followed comes first.
    groups.sort_by_key(|g| !g.to.contains(&followed));
    if cx.case.recipient() != Some(followed) {
        let found = Finding::new("recipient.in-question").arg("address", followed).arg("count", asked.len());
        cx.found(found.arg(FOLLOW, followed));
    }
    for mut group in groups {
        let own = group.to.contains(&followed);
        if own {
            group.show_by(followed);
        }
        let mut taken = Vec::new();
        for finding in group.found {
            let others = !own || finding.args.get("address").is_some_and(|a| a != followed);
            if is_taken(&finding) && others {
                taken.push(finding);
            } else if !(PLAIN.contains(&finding.id.as_str()) && others) {
                cx.found(finding);
            }
        }
        if let Some(found) = all_taken(taken) {
            cx.found(found);
        }
    }
}

/// One finding for all that a domain's servers take.
fn all_taken(taken: Vec<Finding>) -> Option<Finding> {
    let addresses: Vec<&str> = taken.iter().filter_map(|f| Some(f.args.get("address")?.as_str())).collect();
    let first = taken.first()?;
    let found = Finding::new("recipient.others.taken").arg("addresses", addresses.join(", "));
    let mut found = found.arg("count", taken.len()).arg("server", first.args.get("server").map_or("", String::as_str));
    found.probe = taken.iter().find_map(|f| f.probe.clone());
    found.ms = taken.iter().find_map(|f| f.ms);
    found.evidence = taken.into_iter().flat_map(|f| f.evidence).collect();
    Some(found)
}
