//! Header fields alone: what a receiving server noted about SPF, DKIM and DMARC (RFC 8601), and how long each server kept the message.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use regex::Regex;

use super::draft::Draft;
use super::find::Found;
use super::mime::{self, Head};

static RESULT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?-u:\b)(spf|dkim|dmarc)\s*=\s*(fail|softfail|permerror|temperror|hardfail)(?-u:\b)([^;]*)")
        .expect("a pattern")
});

/// The most fields of each name that are looked at.
const FIELDS: usize = 50;
/// A server that keeps a message longer than this was waiting for something, in seconds.
const SLOW: i64 = 15 * 60;

/// What a text of header fields tells.
pub(super) fn read(text: &str) -> Vec<Draft> {
    told(&mime::head(text).0)
}

/// The checks that failed, worst first: a failed DMARC is what gets mail refused. Where none did, the server that was slow.
pub(super) fn told(head: &Head<'_>) -> Vec<Draft> {
    let mut found: Vec<(u8, String, Option<String>)> = Vec::new();
    let notes = ["authentication-results", "arc-authentication-results", "authentication-results-original"];
    for field in notes.iter().flat_map(|n| head.all(n)).take(FIELDS) {
        let by = field.split([';', ' ', '\t', '\r', '\n']).next().filter(|b| b.contains('.') && !b.contains('='));
        for caps in RESULT.captures_iter(field).take(FIELDS) {
            let (check, result) = (caps[1].to_ascii_lowercase(), caps[2].to_ascii_lowercase());
            let rank = match check.as_str() {
                "dmarc" => 0,
                "spf" => 1,
                _ => 2,
            };
            let words = format!("{check} {result} {}", caps[3].split_whitespace().collect::<Vec<_>>().join(" "));
            if found.iter().all(|(r, ..)| *r != rank) {
                found.push((rank, words.trim().to_owned(), by.map(str::to_ascii_lowercase)));
            }
        }
    }
    if found.is_empty() {
        return slow(head).into_iter().collect();
    }
    found.sort_by_key(|(rank, ..)| *rank);
    found.into_iter().map(|(_, words, by)| Draft::of(Found { server: by, ..Found::words(&words) })).collect()
}

/// One entry of the trace (RFC 5321 §4.4): who took the message, and when.
struct Hop {
    by: Option<String>,
    at: Timestamp,
}

fn hop(field: &str) -> Option<Hop> {
    let (what, when) = field.rsplit_once(';')?;
    let when = when.split_whitespace().collect::<Vec<_>>().join(" ");
    let when = when.split(" (").next().unwrap_or(&when);
    let at = DateTimeParser::new().relaxed_weekday(true).parse_zoned(when).ok()?.timestamp();
    let mut words = what.split_whitespace().skip_while(|w| !w.eq_ignore_ascii_case("by"));
    let by = words
        .nth(1)
        .map(|h| h.trim_matches(['[', ']', '(', ')', ';', '.']).to_ascii_lowercase())
        .filter(|h| h.contains('.'));
    Some(Hop { by, at })
}

/// The server that kept the message longest, where that was long.
fn slow(head: &Head<'_>) -> Option<Draft> {
    // The last server wrote on top.
    let hops: Vec<Hop> = head.all("received").take(FIELDS).filter_map(hop).collect();
    let waits = hops.array_windows::<2>().map(|[next, kept]| (next.at.as_second() - kept.at.as_second(), kept, next));
    let (seconds, kept, next) = waits.filter(|(s, ..)| *s >= SLOW).max_by_key(|(s, ..)| *s)?;
    let (hours, minutes) = (seconds / 3600, seconds % 3600 / 60);
    let name = |hop: &Hop| hop.by.clone().unwrap_or_else(|| "a server without a name".to_owned());
    let words = format!(
        "delivery is delayed: {} kept the message for {hours} h {minutes} min, until {} took it",
        name(kept),
        name(next)
    );
    let found = Found { lines: vec![words], server: kept.by.clone(), ..Found::default() };
    Some(Draft { recipient: None, found, permanent: Some(false) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_check_comes_first_and_its_server_is_named() {
        let told = read(
            "Authentication-Results: mx.example.org;\n dkim=fail (bad) header.d=x;\n dmarc=fail header.from=example.net\nSubject: x\n",
        );
        let lines: Vec<&str> = told.iter().map(|d| d.found.lines[0].as_str()).collect();
        assert_eq!(lines, ["dmarc fail header.from=example.net", "dkim fail (bad) header.d=x"]);
        assert_eq!(told[0].found.server.as_deref(), Some("mx.example.org"));
    }

    #[test]
    fn the_server_that_was_slow_is_named() {
        let told = read(
            "Received: from b.example by c.example (x) with ESMTP id 3; Fri, 20 Nov 2026 14:20:00 +0100 (CET)\nReceived: from a.example\n by b.example with ESMTP; Fri, 20 Nov 2026 10:00:00 +0000\n\
             Received: by a.example; Fri, 20 Nov 2026 09:59:58 +0000\n",
        );
        assert_eq!(told.len(), 1);
        assert!(
            told[0].found.lines[0].contains("b.example kept the message for 3 h 20 min, until c.example"),
            "{told:?}"
        );
        assert_eq!((told[0].found.server.as_deref(), told[0].permanent), (Some("b.example"), Some(false)));
    }

    #[test]
    fn a_swift_way_tells_nothing() {
        assert!(read("Received: by b.example; Fri, 20 Nov 2026 10:00:01 +0000\nReceived: by a.example; Fri, 20 Nov 2026 10:00:00 +0000\n").is_empty());
    }
}
