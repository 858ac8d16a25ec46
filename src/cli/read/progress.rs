//! How far a long file is read: one line on standard error, where that is a terminal, and gone at the end.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// How long between two lines.
const EVERY: Duration = Duration::from_millis(500);

/// How far a file is read.
pub(super) struct Progress {
    on: bool,
    shown: bool,
    last: Instant,
}

/// What has been read so far.
pub(super) struct Done {
    /// Octets.
    pub(super) octets: u64,
    /// Of these, if that is known.
    pub(super) total: Option<u64>,
    /// How many lines or messages,
    pub(super) count: u64,
    /// and which of the two.
    pub(super) of: &'static str,
    /// Failures in them.
    pub(super) failures: u64,
}

impl Progress {
    pub(super) fn new() -> Self {
        let on = stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|t| t != "dumb");
        Self { on, shown: false, last: Instant::now() }
    }

    /// Shows it, if it is time.
    pub(super) fn tick(&mut self, done: impl FnOnce() -> Done) {
        if !self.on || self.last.elapsed() < EVERY {
            return;
        }
        self.last = Instant::now();
        self.shown = true;
        let _ = write!(stderr(), "\r\x1b[K{}", line(&done()));
        let _ = stderr().flush();
    }

    /// Takes it away.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            let _ = write!(stderr(), "\r\x1b[K");
            let _ = stderr().flush();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

fn line(done: &Done) -> String {
    let read = match done.total.filter(|total| *total > 0) {
        Some(total) => {
            let percent = done.octets.saturating_mul(100) / total;
            format!("{} of {} ({percent} %)", size(done.octets), size(total))
        }
        None => size(done.octets),
    };
    format!("{read}, {} {}, {} failures", grouped(done.count), done.of, grouped(done.failures))
}

/// `1.5 GB`, `12 MB`.
fn size(octets: u64) -> String {
    match octets {
        0..1_000_000 => format!("{} kB", octets / 1_000),
        1_000_000..1_000_000_000 => format!("{} MB", octets / 1_000_000),
        _ => format!("{}.{} GB", octets / 1_000_000_000, octets / 100_000_000 % 10),
    }
}

/// `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_fits_a_terminal() {
        let total = Some(99_900_000_000);
        let done = Done { octets: 45_600_000_000, total, count: 123_456_789, of: "lines", failures: 12_345_678 };
        assert_eq!(line(&done), "45.6 GB of 99.9 GB (45 %), 123,456,789 lines, 12,345,678 failures");
        assert!(line(&Done { total: None, ..done }).len() < 79);
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
