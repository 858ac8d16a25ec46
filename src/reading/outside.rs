//! Phrases are looked for outside of addresses: `<timeout@example.org>` says nothing about time.

use regex::{Match, Regex};

/// The first match that does not begin inside a mail address. A pattern that asks for an address itself finds it.
pub(super) fn find<'t>(regex: &Regex, text: &'t str) -> Option<Match<'t>> {
    let mut from = 0;
    loop {
        let found = regex.find_at(text, from)?;
        match address_around(text, found.start()) {
            Some(end) if !wants_addresses(regex.as_str()) => from = end,
            _ => return Some(found),
        }
    }
}

/// Where an address ends that a place of the text is inside of.
fn address_around(text: &str, at: usize) -> Option<usize> {
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'+' | b'=' | b'@');
    let bytes = text.as_bytes();
    let begin = at - bytes[..at].iter().rev().take_while(|b| part(b)).count();
    let end = at + bytes[at..].iter().take_while(|b| part(b)).count();
    let sign = bytes[begin..end].iter().position(|b| *b == b'@')?;
    // Something on both sides, and the place is in it, not behind it.
    (sign > 0 && begin + sign + 1 < end && at < end).then_some(end)
}

/// Whether a pattern may begin with anything, an address too.
fn wants_addresses(pattern: &str) -> bool {
    pattern.contains('@')
        || ["^", r"\S", r"(?:\S", "(?:^", "[^", "(?:[^"].iter().any(|begin| pattern.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, text: &str) -> Option<usize> {
        find(&Regex::new(pattern).expect("a pattern"), text).map(|m| m.start())
    }

    #[test]
    fn a_word_in_an_address_is_passed_over() {
        assert_eq!(found("spam", "<spam@example.org>: user unknown"), None);
        assert_eq!(found("spam", "bob@spam.example: no"), None);
        assert_eq!(found("dkim.*no", "<dkim@example.org>: no such user"), None);
        assert_eq!(found("spam", "<spam@example.org>: this is spam"), Some(28));
    }

    #[test]
    fn a_word_outside_is_found() {
        assert_eq!(found("spam", "spam, <bob@example.org>"), Some(0));
        assert_eq!(found("spam", "blocked by spam.example.org"), Some(11));
        assert_eq!(found("unknown", "<bob@example.org>unknown"), Some(17));
        assert_eq!(found("spam", "spam @ home"), Some(0));
    }

    #[test]
    fn a_pattern_that_asks_for_an_address_finds_it() {
        assert_eq!(found(r"\S+@\S+ unknown", "bob@example.org unknown"), Some(0));
        assert_eq!(found(r"^\S+ unknown", "bob@example.org unknown"), Some(0));
    }
}
