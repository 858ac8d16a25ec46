//! Which lines of a log are worth reading: one pass over many lines at once, so that the ordinary ones cost nothing.

use std::sync::LazyLock;

use aho_corasick::packed::{self, Searcher};
use aho_corasick::{AhoCorasick, MatchKind};

/// Words of which at least one is in every line that tells of a failure, or that holds or asks for a secret.
///
/// Some without their first letter, for both its cases; and such as ordinary lines seldom have.
const NEEDLES: [&str; 63] = [
    // Outcomes.
    "=bounced",
    "defer",
    "DEFER",
    "Defer",
    "=expired",
    "=undeliverable",
    "=SOFTBOUNCE",
    "** ",
    "== ",
    "stat=",
    "eject",
    "REJECT",
    "fail",
    "Fail",
    "FAIL",
    "retval=DENY",
    "ounc",
    "BADMAIL",
    // Words of failures.
    "rror",
    "ERROR",
    "warning: ",
    "fatal: ",
    "panic: ",
    "imeout",
    "imed out",
    "lost connection",
    "efused",
    "denied",
    "uota ",
    "nreachable",
    "o route",
    "oo many",
    "oo busy",
    "xceeded",
    "said: 4",
    "said: 5",
    "isted by",
    "LISTED",
    "DNSBL",
    "HANGUP",
    "PIPELINING",
    "improper command",
    "nexpected",
    "ismatch",
    "nknown user",
    "doesn't exist",
    "discard: ",
    "hold: ",
    "rblsmtpd",
    " delivery ",
    "lr=\"4",
    "lr=\"5",
    ",addr=<",
    // What the journal writes as octets cannot be looked into from outside.
    "MESSAGE\":[",
    "MESSAGE\" : [",
    // Exchange, whose every line is read from then on.
    "#Software: Mic",
    ",<,",
    ",>,",
    // Secrets (see `transcript::Redactor`).
    "AUTH ",
    "uth ",
    "334",
    "earer ",
    "ass",
];

/// Finds lines worth reading.
pub(super) struct Needles {
    fast: Option<Searcher>,
    /// Where the processor has nothing faster.
    slow: AhoCorasick,
}

/// The words, put together once.
pub(super) static WORTH: LazyLock<Needles> = LazyLock::new(|| Needles {
    fast: packed::Config::new().match_kind(packed::MatchKind::LeftmostFirst).builder().extend(NEEDLES).build(),
    slow: AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(NEEDLES).expect("a few words"),
});

impl Needles {
    /// Where in these lines the first word stands that is worth a look.
    pub(super) fn find(&self, lines: &[u8], from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            let (start, end) = match &self.fast {
                Some(fast) => fast.find_in(lines, (at..lines.len()).into()).map(|m| (m.start(), m.end()))?,
                None => self.slow.find(aho_corasick::Input::new(lines).range(at..)).map(|m| (m.start(), m.end()))?,
            };
            if !ordinary(&lines[start..], &lines[..start]) {
                return Some(start);
            }
            at = end;
        }
    }
}

/// Whether a word that was found stands there as it does in ordinary lines.
fn ordinary(found: &[u8], before: &[u8]) -> bool {
    let next = |n: usize| found.get(n).copied().unwrap_or(b'\n');
    match found {
        [b's', b't', b'a', b't', b'=', rest @ ..] => {
            [&b"Sent"[..], b"\"250", b"\"2", b"Delivered"].iter().any(|s| rest.starts_with(s))
        }
        // `334 VXNl…`, `334-`, and at the end of a line; the rest are numbers.
        [b'3', b'3', b'4', ..] => {
            !matches!(next(3), b' ' | b'-' | b'\r' | b'\n' | b'"' | b'\\')
                || before.last().is_some_and(u8::is_ascii_alphanumeric)
        }
        [b'u', b't', b'h', b' ', ..] => !before.last().is_some_and(|b| b.eq_ignore_ascii_case(&b'a')),
        // `pass=`, `passwd:`, `password`, `passphrase`.
        [b'a', b's', b's', ..] => {
            !before.last().is_some_and(|b| b.eq_ignore_ascii_case(&b'p'))
                || !matches!(next(3), b'=' | b':' | b'"' | b'\'' | b'w' | b'p')
        }
        [b'=', b'=', b' ', ..] | [b'*', b'*', b' ', ..] => before.last() != Some(&b' '),
        _ => false,
    }
}
