//! Patience: who has taken the call may be slow, or the line lossy. Such an answer is waited for longer than a phase, within what the
//! whole session has to spare (RFC 5321 §4.5.3.2 gives a server minutes).

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::Net;

/// How long an answer is waited for where it was waited for at length before, in vain.
const IN_VAIN: Duration = Duration::from_secs(5);

/// What is left to wait with.
#[derive(Default)]
pub(super) struct Waits(Mutex<State>);

#[derive(Default)]
struct State {
    /// At most so much longer than a phase at a time.
    at_once: Duration,
    /// At most so much longer in all from now on.
    left: Duration,
    in_vain: HashSet<IpAddr>,
    /// Those that were seen to be slow.
    slow: HashSet<IpAddr>,
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

    /// Takes what can be waited longer for that machine, if anything can.
    pub(super) fn wait_longer(&self, ip: IpAddr) -> Option<Duration> {
        self.inner.waits.with(|w| {
            let more = w.at_once.min(w.left);
            if self.hurries || more.is_zero() || w.in_vain.contains(&ip) {
                return None;
            }
            w.left -= more;
            Some(more)
        })
    }

    /// Whether that machine was not known to be slow yet; now it is.
    pub(super) fn first_slow(&self, ip: IpAddr) -> bool {
        self.inner.waits.with(|w| w.slow.insert(ip))
    }

    /// Gives back what was not needed of it; or none came, and that machine is not waited for again.
    pub(super) fn waited(&self, ip: IpAddr, unused: Duration, came: bool) {
        self.inner.waits.with(|w| {
            w.left += unused;
            if !came {
                w.in_vain.insert(ip);
            }
        });
    }
}
