//! Dovecot's delivery, submission and logins: `dovecot: lmtp(bob@example.org)<…>: …`.

use std::borrow::Cow;

use super::{Entry, Line, Raw};
use crate::transcript::Stage;

pub(super) fn read<'a>(entry: &Entry<'a>) -> Line<'a> {
    let text = entry.text;
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(text.len());
    let (part, rest) = text.split_at(end);
    let user =
        rest.strip_prefix('(').and_then(|r| r.split([')', ',']).next()).filter(|u| u.contains('@')).map(Cow::Borrowed);
    let words = rest.split_once(": ").map_or(rest, |(_, words)| words);
    match part {
        "lmtp" | "lda" | "deliver" => delivery(entry, words, user),
        "auth" | "auth-worker" => {
            login(words, words.to_ascii_lowercase().contains("mismatch") || words.contains("nknown user"))
        }
        "submission-login" => login(words, words.contains("auth failed") || words.contains("(no auth attempts")),
        "submission" => Line::Failed(Raw { why: words.into(), incoming: true, ..Raw::default() }),
        _ => Line::Other,
    }
}

fn delivery<'a>(entry: &Entry<'a>, words: &'a str, user: Option<Cow<'a, str>>) -> Line<'a> {
    let lower = words.to_ascii_lowercase();
    if lower.contains("stored mail into") || lower.contains("saved mail to") || lower.contains("forwarded to") {
        return Line::Delivered;
    }
    if words.starts_with("Connect from") || words.starts_with("Disconnect from") {
        return Line::Other;
    }
    // `msgid=<…>: save failed to INBOX: Quota exceeded`
    let failed = ["save failed", "failed to store", "rejected:", "rejecting:", "doesn't exist", "quota exceeded"]
        .iter()
        .any(|w| lower.contains(w));
    let recipient =
        user.or_else(|| crate::reading::address::all(words).find(|_| words.contains("exist")).map(Cow::Borrowed));
    let why = words
        .split_once(">: ")
        .filter(|_| words.starts_with("msgid=") || words.starts_with("sieve: msgid="))
        .map_or(words, |(_, w)| w);
    let server = entry.host.map(Cow::Borrowed);
    Line::Failed(Raw { why: why.into(), recipient, server, sure: failed, ..Raw::default() })
}

/// A login that failed; what was tried is in no log, or goes out of it.
fn login(words: &str, failed: bool) -> Line<'_> {
    if !failed {
        return Line::Other;
    }
    let why: Cow<'_, str> = if words.contains("(no auth attempts") {
        words.into()
    } else {
        format!("authentication failed: {words}").into()
    };
    Line::Failed(Raw { sure: why.starts_with('a'), why, stage: Some(Stage::Auth), incoming: true, ..Raw::default() })
}
