//! Patience: who has taken the call may be slow, or the line lossy. Such an answer is waited for longer than a phase, within what the
//! whole session has to spare (RFC 5321 §4.5.3.2 gives a server minutes).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Net;

/// How long an answer is waited for where it was waited for at length before, in vain.
const IN_VAIN: Duration = Duration::from_secs(5);

/// How much later than before a greeting is waited for: a server that holds it back does so for the same time, or nearly.
const LATER: Duration = Duration::from_secs(5);

/// What is kept of the time to say what did not come, and to conclude.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(6);

/// What is left to wait with.
#[derive(Default)]
pub(super) struct Waits(Mutex<State>);

#[derive(Default)]
struct State {
    /// At most so much longer than a phase at a time.
    at_once: Duration,
    /// At most so much longer in all from now on. Who waits beside somebody else costs nothing more.
    left: Duration,
    /// Since when somebody waits at the cost of that, and until when each of them does.
    since: Option<Instant>,
    until: BTreeMap<u64, Instant>,
    numbered: u64,
    in_vain: HashSet<IpAddr>,
    /// Those that were seen to be slow.
    slow: HashSet<IpAddr>,
    /// Hosts that greeted late, and how long it took.
    late: HashMap<String, Duration>,
}

impl State {
    /// What is left by now.
    fn left(&self, now: Instant) -> Duration {
        self.left.saturating_sub(self.since.map_or(Duration::ZERO, |since| now - since))
    }

    /// Whoever waits beside another waits for as long as that one does, where there is no more to spare.
    fn grant(&mut self, now: Instant) -> Option<(u64, Duration)> {
        let most = self.at_once.min(self.left(now));
        let beside = self.until.values().max().map(|until| until.saturating_duration_since(now));
        let more = beside.map_or(most, |beside| beside.max(most / 2).min(most));
        if more.is_zero() {
            return None;
        }
        self.numbered += 1;
        self.until.insert(self.numbered, now + more);
        self.since.get_or_insert(now);
        Some((self.numbered, more))
    }

    fn release(&mut self, number: u64, now: Instant) {
        self.until.remove(&number);
        if self.until.is_empty() {
            self.left = self.left(now);
            self.since = None;
        }
    }
}

/// That somebody waits for longer than a phase; it ends with this, whatever it ends by.
pub(super) struct Longer<'a> {
    waits: &'a Waits,
    ip: IpAddr,
    /// None where it costs nothing: that host is known to take so long.
    number: Option<u64>,
    /// How much longer.
    pub(super) time: Duration,
}

impl Longer<'_> {
    /// Nothing came: that machine is not waited for again.
    pub(super) fn in_vain(&self) {
        self.waits.with(|w| w.in_vain.insert(self.ip));
    }
}

impl Drop for Longer<'_> {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.waits.with(|w| w.release(number, Instant::now()));
        }
    }
}

impl Waits {
    fn with<T>(&self, what: impl FnOnce(&mut State) -> T) -> T {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Net {
    /// This net, and all that share it, wait longer than a phase for an answer: so much at once, and so much in all.
    #[must_use]
    pub fn patient(self, at_once: Duration, in_all: Duration) -> Self {
        self.inner.waits.with(|w| (w.at_once, w.left) = (at_once, in_all));
        self
    }

    /// How long an answer of that machine is waited for before anything is said about it.
    pub(super) fn phase_for(&self, ip: IpAddr) -> Duration {
        let phase = self.limits().phase;
        if self.inner.waits.with(|w| w.in_vain.contains(&ip)) { phase.min(IN_VAIN) } else { phase }
    }

    /// What can be waited longer for that machine of that host, if anything can. What its host was seen to need for a greeting comes on top of
    /// what the session has to spare.
    pub(super) fn wait_longer(&self, host: &str, ip: IpAddr, greeting: bool) -> Option<Longer<'_>> {
        let waits = &self.inner.waits;
        let phase = self.limits().phase;
        // Nobody is waited for beyond the time when whoever asked goes away.
        let until_then = self.ends.map(|ends| ends.saturating_duration_since(Instant::now() + LAST_WORDS));
        if until_then.is_some_and(|left| left.is_zero()) {
            return None;
        }
        let granted = waits.with(|w| {
            if self.hurries || w.in_vain.contains(&ip) {
                return None;
            }
            // One that kept silent took what there is to spare; where it comes from is not known yet, and all of them have to be looked at.
            if !w.in_vain.is_empty() && w.until.is_empty() && !w.late.contains_key(host) {
                return None;
            }
            match w.late.get(host).filter(|_| greeting).map(|late| (*late + LATER).saturating_sub(phase)) {
                Some(time) if !time.is_zero() => Some((None, time)),
                _ => w.grant(Instant::now()).map(|(number, time)| (Some(number), time)),
            }
        });
        granted.map(|(number, time)| Longer { waits, ip, number, time: until_then.map_or(time, |left| time.min(left)) })
    }

    /// Whether somebody was waited for in vain already: whatever else keeps silent may do so for the same reason.
    pub(crate) fn waited_in_vain(&self) -> bool {
        self.inner.waits.with(|w| !w.in_vain.is_empty())
    }

    /// Notes that a host greeted late.
    pub(super) fn greeted_late(&self, host: &str, after: Duration) {
        self.inner.waits.with(|w| {
            let known = w.late.entry(host.to_owned()).or_default();
            *known = after.max(*known);
        });
    }

    /// Whether that machine was not known to be slow yet; now it is.
    pub(super) fn first_slow(&self, ip: IpAddr) -> bool {
        self.inner.waits.with(|w| w.slow.insert(ip))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    fn state() -> State {
        State { at_once: secs(20), left: secs(30), ..State::default() }
    }

    #[test]
    fn who_waits_beside_another_costs_nothing_more() {
        let (mut state, now) = (state(), Instant::now());
        let (first, longer) = state.grant(now).expect("some");
        assert_eq!(longer, secs(20));
        let (second, longer) = state.grant(now + secs(7)).expect("some");
        assert_eq!(longer, secs(13), "both end together");
        state.release(first, now + secs(20));
        state.release(second, now + secs(20));
        assert_eq!(state.left(now + secs(90)), secs(10));
    }

    #[test]
    fn what_was_not_needed_is_left() {
        let (mut state, now) = (state(), Instant::now());
        let (number, _) = state.grant(now).expect("some");
        state.release(number, now + secs(2));
        assert_eq!(state.left(now + secs(60)), secs(28));
        let (_, longer) = state.grant(now + secs(60)).expect("some");
        assert_eq!(longer, secs(20));
    }

    #[test]
    fn nobody_waits_for_longer_than_is_left() {
        let (mut state, now) = (State { left: secs(3), ..state() }, Instant::now());
        let (number, longer) = state.grant(now).expect("some");
        assert_eq!(longer, secs(3));
        assert_eq!(state.grant(now + secs(3)), None);
        state.release(number, now + secs(3));
        assert_eq!(state.grant(now + secs(4)), None);
    }
}
