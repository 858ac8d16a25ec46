//! How often the screen is drawn: a key at once, what comes by itself as often as a slow line can carry it.

use std::time::{Duration, Instant};

/// Answers that come faster than this share a frame.
const FRAME: Duration = Duration::from_millis(33);
/// What comes by itself may write so many octets a second.
const RATE: u32 = 1_600;
/// So much may be written at once before what comes by itself has to wait.
const BURST: f64 = 400.0;
/// What comes by itself shows after this long, whatever it costs.
const LATEST: Duration = Duration::from_secs(1);
/// Nothing that comes holds a frame back for longer.
const LATE: Duration = Duration::from_millis(100);
/// Keys that follow each other faster are those of one that is held down.
const HELD: Duration = Duration::from_millis(45);
/// While a key is held down, frames are so far apart; where the line is slow, further.
const APART: [Duration; 2] = [Duration::from_millis(80), Duration::from_millis(250)];
/// A line that makes us wait so long for a frame to be taken is slow.
const SLOW: Duration = Duration::from_millis(20);

/// Why the screen is out of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stale {
    /// Something came by itself: an answer, or time going on.
    Answers,
    /// Somebody did something.
    Keys,
}

/// When the screen was drawn, and what that cost.
#[derive(Debug)]
pub(super) struct Pace {
    drawn: Instant,
    /// Since when it is out of date.
    since: Option<Instant>,
    stale: Option<Stale>,
    /// Octets that may be written now; below zero, more were than the line should carry.
    left: f64,
    rate: f64,
    slow: bool,
    key: Option<Instant>,
    /// How many keys came so fast that one must be held down.
    held: u32,
}

impl Pace {
    /// For a line that carries so many octets a second, where that is known.
    pub(super) fn new(now: Instant, line: Option<u32>) -> Self {
        let rate = line.map_or(RATE, |line| (line / 4 * 3).clamp(60, RATE));
        Self {
            drawn: now,
            since: None,
            stale: None,
            left: 0.0,
            rate: rate.into(),
            slow: rate < RATE,
            key: None,
            held: 0,
        }
    }

    /// A key was pressed.
    pub(super) fn pressed(&mut self, now: Instant) {
        let fast = self.key.replace(now).is_some_and(|before| now.saturating_duration_since(before) < HELD);
        self.held = if fast { self.held + 1 } else { 0 };
        self.changed(Stale::Keys, now);
    }

    /// Something changed.
    pub(super) fn changed(&mut self, why: Stale, now: Instant) {
        self.since = self.since.or(Some(now));
        self.stale = self.stale.max(Some(why));
    }

    /// How long the screen may stay as it is; none where nothing changed.
    pub(super) fn waits(&self, now: Instant) -> Option<Duration> {
        let due = match self.stale? {
            Stale::Keys if self.held < 2 => now,
            Stale::Keys => self.drawn + APART[usize::from(self.slow)],
            Stale::Answers => {
                let left = self.left_at(now);
                let until = if left < 0.0 { now + Duration::from_secs_f64(-left / self.rate) } else { now };
                until.max(self.drawn + FRAME).min(self.since.unwrap_or(now) + LATEST)
            }
        };
        Some(due.saturating_duration_since(now))
    }

    /// Whether the screen is out of date for so long that it is drawn though more waits to be taken.
    pub(super) fn is_late(&self, now: Instant) -> bool {
        self.since.is_some_and(|since| now.saturating_duration_since(since) > LATE)
    }

    /// It was drawn: that took until now since `began`, and wrote so many octets.
    pub(super) fn drew(&mut self, began: Instant, now: Instant, octets: usize) {
        #[expect(clippy::cast_precision_loss, reason = "a frame has some thousand octets")]
        let octets = octets as f64;
        self.left = self.left_at(now) - octets;
        self.slow |= now.saturating_duration_since(began) > SLOW;
        (self.drawn, self.since, self.stale) = (now, None, None);
    }

    fn left_at(&self, now: Instant) -> f64 {
        (self.left + now.saturating_duration_since(self.drawn).as_secs_f64() * self.rate).min(BURST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    /// Keys that come every so many milliseconds, each frame of so many octets: the frames, and the last one.
    fn held(line: Option<u32>, every: u64, keys: u32, octets: usize) -> (u32, Duration) {
        let start = Instant::now();
        let mut pace = Pace::new(start, line);
        let (mut frames, mut now) = (0, start);
        let mut draw = |pace: &mut Pace, now: Instant| {
            pace.drew(now, now, octets);
            frames += 1;
        };
        for _ in 0..keys {
            pace.pressed(now);
            let next = now + MS(every);
            if let Some(wait) = pace.waits(now).filter(|wait| now + *wait < next) {
                draw(&mut pace, now + wait);
            }
            now = next;
        }
        let wait = pace.waits(now).unwrap_or_default();
        if pace.stale.is_some() {
            draw(&mut pace, now + wait);
        }
        (frames, wait)
    }

    #[test]
    fn a_key_shows_at_once_and_so_do_those_of_somebody_who_types() {
        assert_eq!(held(None, 60, 20, 900).0, 20);
        assert_eq!(held(Some(960), 60, 20, 900).0, 20);
    }

    #[test]
    fn a_key_that_is_held_down_does_not_pile_frames_up() {
        let (frames, wait) = held(None, 30, 100, 300);
        assert!((30..45).contains(&frames), "{frames} frames in 3 seconds");
        assert!(wait <= MS(80), "and the last one shows soon: {wait:?}");
        let (frames, wait) = held(Some(960), 30, 100, 300);
        assert!((10..16).contains(&frames), "{frames} frames in 3 seconds at 9,600 baud");
        assert!(wait <= MS(250));
    }

    #[test]
    fn what_comes_by_itself_writes_no_more_than_a_line_can_carry() {
        for octets in [100, 700, 2_500] {
            let start = Instant::now();
            let mut pace = Pace::new(start, None);
            let mut written = 0;
            for ms in 0..10_000 {
                let now = start + MS(ms);
                pace.changed(Stale::Answers, now);
                if pace.waits(now) == Some(Duration::ZERO) {
                    pace.drew(now, now, octets);
                    written += octets;
                }
            }
            // A single frame shows after a second at the latest, however large.
            assert!(written <= 17_000.max(octets * 11), "{octets}: {written} in ten seconds");
            assert!(written >= 10_000, "{octets}: {written}");
        }
    }

    #[test]
    fn answers_never_hold_a_key_back() {
        let now = Instant::now();
        let mut pace = Pace::new(now, None);
        pace.drew(now, now, 50_000);
        pace.changed(Stale::Answers, now);
        assert!(pace.waits(now).is_some_and(|wait| wait > MS(900)));
        pace.pressed(now + MS(100));
        assert_eq!(pace.waits(now + MS(100)), Some(Duration::ZERO));
    }
}
