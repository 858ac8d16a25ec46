//! Whether this machine's clock is right: certificates are judged by it, and servers sometimes tell their own time.

use crate::check::Context;
use crate::transcript::{EvidenceId, Finding};

/// Nothing that this program meets is older than itself, in seconds since 1970: a clock before that is wrong (2026-11-01).
const RELEASED: i64 = 1_793_491_200;
/// A difference that matters to certificates.
const OFF: i64 = 24 * 60 * 60;

/// What can be said about the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    /// The server's time agrees.
    Agrees,
    /// It is wrong: so many seconds ahead (or, below zero, behind), as far as that is known.
    Wrong(Option<i64>),
    /// Nothing tells.
    Untold,
}

/// Holds the clock against what a greeting says of the time.
pub(super) fn judge(now: i64, greeting: &str) -> Clock {
    match time_in(greeting) {
        // A server whose own clock stands still proves nothing about ours.
        Some(theirs) if theirs >= RELEASED && (now - theirs).abs() > OFF => Clock::Wrong(Some(now - theirs)),
        Some(theirs) if (now - theirs).abs() <= OFF => Clock::Agrees,
        _ if now < RELEASED => Clock::Wrong(None),
        _ => Clock::Untold,
    }
}

/// What is found about the clock where a certificate is out of its time.
pub(super) fn tell(cx: &Context, server: &str, clock: Clock, shown_by: Option<EvidenceId>) {
    let now = cx.net.world().unix_seconds();
    let (id, days) = match clock {
        Clock::Agrees => ("settings.clock.agrees", 0),
        Clock::Wrong(Some(off)) => ("settings.clock.wrong", (off.abs() + OFF / 2) / OFF),
        Clock::Wrong(None) => ("settings.clock.too-early", 0),
        Clock::Untold => ("settings.clock.untold", 0),
    };
    let mut finding =
        Finding::new(id).arg("server", server).arg("now", super::certificate::date(now)).arg("days", days);
    finding.evidence.extend(shown_by);
    cx.found(finding);
}

/// The time that stands in a greeting, as Sendmail and Exim put it there (RFC 5322 §3.3).
fn time_in(greeting: &str) -> Option<i64> {
    let words: Vec<&str> = greeting.split([' ', ';']).filter(|w| !w.is_empty()).collect();
    let days = ["Mon,", "Tue,", "Wed,", "Thu,", "Fri,", "Sat,", "Sun,"];
    let at = words.iter().position(|word| days.contains(word))?;
    let date = words.get(at..at + 6)?.join(" ");
    jiff::fmt::rfc2822::parse(&date).ok().map(|zoned| zoned.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_795_608_000;

    #[test]
    fn the_time_in_a_greeting_is_found() {
        for greeting in [
            "mx.example.org ESMTP Exim 4.98 Wed, 25 Nov 2026 12:00:00 +0000",
            "mx.example.org ESMTP Sendmail 8.18.1/8.18.1; Wed, 25 Nov 2026 13:00:00 +0100",
            "mx.example.org ready at Wed, 25 Nov 2026 12:00:00 GMT (UTC)",
        ] {
            assert_eq!(time_in(greeting), Some(NOON), "{greeting}");
        }
        for greeting in ["", "mx.example.org ESMTP Postfix", "Wed, 25 Nov", "Wed, 99 Nov 2026 12:00:00 +0000"] {
            assert_eq!(time_in(greeting), None, "{greeting}");
        }
    }

    #[test]
    fn a_clock_is_wrong_only_where_something_shows_it() {
        let greeting = "mx.example.org ESMTP Exim 4.98 Wed, 25 Nov 2026 12:00:00 +0000";
        assert_eq!(judge(NOON + 60, greeting), Clock::Agrees);
        assert_eq!(judge(NOON + 400 * OFF, greeting), Clock::Wrong(Some(400 * OFF)));
        assert_eq!(judge(NOON, "mx.example.org ESMTP Postfix"), Clock::Untold);
        assert_eq!(judge(0, "mx.example.org ESMTP Postfix"), Clock::Wrong(None));
        let stopped = "mx.example.org ESMTP Exim 4.98 Thu, 01 Jan 1970 12:00:00 +0000";
        assert_eq!(judge(NOON, stopped), Clock::Untold, "it is theirs that stands still");
    }
}
