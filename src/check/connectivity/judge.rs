//! What all addresses together say: each family by itself, the first in line by itself, then the whole.

use std::collections::BTreeSet;

use super::chain::{Tried, Way};
use crate::check::Context;
use crate::check::tools::Host;
use crate::transcript::Finding;

/// A way that is missing is known at once; who looks for a router that is gone takes longer (three seconds on Linux).
const IN_VAIN_MS: u32 = 900;

/// What stands between a name and what it says of all: the words for it.
fn word(way: Way) -> &'static str {
    match way {
        Way::Open | Way::TurnedAway(_) => "open",
        Way::Refused => "refused",
        Way::Timeout => "timeout",
        Way::Unreachable | Way::NoRoute => "unreachable",
        Way::Denied => "denied",
        Way::Rejected => "rejected",
        Way::Cut => "cut",
        Way::CutLater => "cut-later",
        Way::Silent => "silent",
        Way::Hangs => "hangs",
        Way::Hole => "hole",
        Way::Untried => "untried",
    }
}

fn answers(tried: &Tried) -> bool {
    word(tried.way) == "open"
}

/// Judges them all. What opens is no sign that they can be reached where somebody else has answered in their place.
pub(super) fn all(cx: &Context, hosts: &[Host], tries: &[Tried], answered: bool) {
    let server = hosts.first().map_or("", |h| h.name.as_str());
    let port = hosts.first().map_or(25, |h| h.port);
    let tried = |at: usize| tries.iter().any(|t| t.host == at);
    let servers: Vec<&str> = (0..hosts.len()).filter(|at| tried(*at)).map(|at| hosts[at].name.as_str()).collect();
    let servers = servers.join(", ");
    let shown = |id: &str, chosen: &dyn Fn(&Tried) -> bool| {
        let finding = Finding::new(id).arg("server", server).arg("servers", &servers);
        let mut finding = finding.arg("port", port).arg("count", tries.len());
        finding.evidence = tries.iter().filter(|t| chosen(t)).map(|t| t.evidence).collect();
        finding
    };
    families(cx, hosts, tries, &shown);
    if !answered && tries.iter().any(|t| t.address.is_ipv6() && answers(t)) {
        cx.found(shown("connectivity.v6.ok", &|t| t.address.is_ipv6() && answers(t)));
    }
    // That the first in line is dead says more than that some addresses failed.
    let told = if first_in_line(cx, hosts, tries) { "connectivity.some-failed" } else { "" };
    if let Some(id) = whole(tries).filter(|id| *id != told && (!answered || *id != "connectivity.all-open")) {
        cx.found(shown(id, &|_| true));
    }
}

/// Makes a finding that those of the tries show which are chosen.
type Shown<'a> = dyn Fn(&str, &dyn Fn(&Tried) -> bool) -> Finding + 'a;

fn families(cx: &Context, hosts: &[Host], tries: &[Tried], shown: &Shown<'_>) {
    let open = |v6: bool| tries.iter().any(|t| t.address.is_ipv6() == v6 && answers(t));
    let any = |v6: bool| tries.iter().any(|t| t.address.is_ipv6() == v6 && t.way != Way::Untried);
    // Whoever takes the call and is silent may only be as slow as by the other family, which was waited for longer.
    let slowest = tries.iter().filter(|t| answers(t)).map(|t| t.ms).max().unwrap_or(0);
    let may_be_slow = tries.iter().any(|t| matches!(t.way, Way::Silent | Way::Hangs) && t.ms <= slowest);
    if any(true) && any(false) && !may_be_slow {
        // No way at all, and no time lost in looking for one, is how a machine without that family looks: nothing is broken, the other
        // carries the mail. Where one was tried in vain, it has an address and a way that leads nowhere.
        let none = |v6: bool| {
            tries.iter().all(|t| t.address.is_ipv6() != v6 || t.way == Way::Unreachable && t.ms < IN_VAIN_MS)
        };
        match (open(false), open(true)) {
            (true, false) if none(true) => cx.found(shown("connectivity.v6.absent", &|t| t.address.is_ipv6())),
            (true, false) => cx.found(shown("connectivity.v6.broken", &|_| true)),
            (false, true) if none(false) => cx.found(shown("connectivity.v4.absent", &|t| t.address.is_ipv4())),
            (false, true) => cx.found(shown("connectivity.v4.broken", &|_| true)),
            _ => {}
        }
    }
    for (at, host) in hosts.iter().enumerate() {
        stripped(cx, host, &tries.iter().filter(|t| t.host == at));
    }
    // The same server, welcoming by the one family and not by the other, speaks of the address we come from.
    for (at, host) in hosts.iter().enumerate() {
        let of = |v6: bool| tries.iter().find(move |t| t.host == at && t.address.is_ipv6() == v6 && answers(t));
        if let (Some(v4), Some(v6)) = (of(false), of(true))
            && let (Way::Open, Way::TurnedAway(code)) = (v4.way, v6.way)
        {
            let found = Finding::new("connectivity.v6.turned-away").arg("server", &host.name).arg("code", code);
            cx.found(found.shown_by(v4.evidence).shown_by(v6.evidence));
        }
    }
}

/// What the one family is offered and the other is not was taken out on the way: it is one host. The id is that of step 7.
fn stripped<'t>(cx: &Context, host: &Host, of: &(impl Iterator<Item = &'t Tried> + Clone)) {
    let by = |offers: bool| of.clone().find(move |t| t.offers == Some(offers));
    let Some((with, without)) = by(true).zip(by(false)) else { return };
    let name = |t: &Tried| if t.address.is_ipv6() { "IPv6" } else { "IPv4" };
    if with.address.is_ipv6() != without.address.is_ipv6() {
        let found = Finding::new("firewall.starttls-one-family").arg("server", &host.name).arg("port", host.port);
        let found = found.arg("with", name(with)).arg("without", name(without));
        cx.found(found.shown_by(with.evidence).shown_by(without.evidence));
    }
}

/// The hosts that every sender tries first, none of which takes a call while others do: mail comes late, by the others. Returns whether
/// it is so.
fn first_in_line(cx: &Context, hosts: &[Host], tries: &[Tried]) -> bool {
    let Some(best) = hosts.iter().filter_map(|h| h.preference).min() else { return false };
    let first = |at: usize| hosts[at].preference == Some(best);
    let works = |at: usize| tries.iter().any(|t| t.host == at && answers(t));
    // What could not be tried, or has no way from here, says nothing of the host.
    let told = |t: &&Tried| first(t.host) && !matches!(t.way, Way::Untried | Way::Denied);
    let dead = (0..hosts.len()).filter(|at| first(*at)).all(|at| !works(at)) && tries.iter().any(|t| told(&t));
    let Some(backup) = (0..hosts.len()).find(|at| !first(*at) && works(*at)).filter(|_| dead) else {
        return false;
    };
    let names: Vec<&str> = hosts.iter().filter(|h| h.preference == Some(best)).map(|h| h.name.as_str()).collect();
    let mut found = Finding::new("connectivity.primary-dead").arg("server", names.join(", "));
    found.evidence = tries.iter().filter(|t| first(t.host) || t.host == backup).map(|t| t.evidence).collect();
    cx.found(found.arg("backup", &hosts[backup].name));
    true
}

/// What could not be tried says nothing. An address without a route from here (often IPv6) hides nothing: the others decide what "all" means.
fn whole(tries: &[Tried]) -> Option<&'static str> {
    let ways: BTreeSet<&str> = tries.iter().map(|t| word(t.way)).filter(|w| *w != "untried").collect();
    let told: Vec<&str> = ways.iter().copied().filter(|w| *w != "unreachable").collect();
    // Somebody on the way says so of one, while another of its family has its say: they do not all do the same.
    let has_say = |v6: bool| tries.iter().any(|t| t.address.is_ipv6() == v6 && told.contains(&word(t.way)));
    let one_lost = tries.iter().any(|t| t.way == Way::NoRoute && has_say(t.address.is_ipv6()));
    Some(match told[..] {
        ["open"] => "connectivity.all-open",
        _ if told.contains(&"open") => "connectivity.some-failed",
        [_] if one_lost => "connectivity.all-failed",
        ["refused"] => "connectivity.all-refused",
        ["timeout"] => "connectivity.all-filtered",
        ["rejected"] => "connectivity.all-rejected",
        ["cut"] => "connectivity.all-cut",
        ["cut-later"] => "connectivity.all-cut-later",
        ["silent"] => "connectivity.all-silent",
        // Each address has said it, with its proof, or where it falls silent.
        ["hole"] => return None,
        _ if told.contains(&"hangs") && told.iter().all(|w| matches!(*w, "hangs" | "silent" | "hole")) => return None,
        [] if ways.is_empty() => "connectivity.could-not-tell",
        [] => "connectivity.all-unreachable",
        _ => "connectivity.all-failed",
    })
}
