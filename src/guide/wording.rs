//! The expressions of phrases: made for texts whose ASCII letters are small, so that thousands can be tried quickly.
//!
//! An expression that minds no case is many times larger than one that does: each letter has two or three forms, and nothing of it can be
//! searched for as it stands. The same goes for digits and letters of all the world's scripts, where a phrase only means `0` to `9`.

use std::borrow::Cow;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::LazyRegex;
use super::pattern::{STATES, build};

/// What a phrase looks for, in a text as [`small`] gives it; case does not matter. It is compiled when it is first asked.
///
/// `\d`, `\w` and `\s` are those of ASCII, but in an expression that has letters of another script in it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(from = "String", into = "String")]
pub struct Wording(LazyRegex);

impl Wording {
    /// The expression as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// What is wrong with it, in one line, if anything is.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        self.0.fault()
    }

    /// The expression for a text that is [`small`] already. One that does not compile matches nothing.
    #[must_use]
    pub fn regex(&self) -> &Regex {
        &self.0
    }

    /// Whether it is in a text, as it came.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.regex().is_match(&small(text))
    }
}

impl From<String> for Wording {
    fn from(text: String) -> Self {
        Self(LazyRegex::of(text, compiled))
    }
}

impl From<Wording> for String {
    fn from(wording: Wording) -> Self {
        wording.as_str().to_owned()
    }
}

/// The text with its ASCII letters small; every place stays where it is.
#[must_use]
pub fn small(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

fn compiled(text: &str) -> Result<Regex, regex::Error> {
    // Flags change the meaning of what stands behind them, and other scripts have large letters, too.
    let flags = text.split("(?").skip(1).any(|rest| !rest.starts_with([':', '<', 'P']));
    if flags || !text.is_ascii() {
        return build(text);
    }
    regex::RegexBuilder::new(&plainer(text)).dfa_size_limit(STATES).build()
}

/// The same expression in small letters and for ASCII.
fn plainer(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut chars = text.chars().peekable();
    let mut inside = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                // `\b{start}` is another thing.
                Some('b') if !inside && chars.peek() != Some(&'{') => out.push_str(r"(?-u:\b)"),
                Some('d') => out.push_str(if inside { "0-9" } else { "[0-9]" }),
                Some('w') => out.push_str(if inside { "0-9a-z_" } else { "[0-9a-z_]" }),
                Some('s') => out.push_str(if inside { r" \t\r\n" } else { r"[ \t\r\n]" }),
                Some('S') if !inside => out.push_str(r"[^ \t\r\n]"),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            '[' if !inside => {
                inside = true;
                out.push('[');
                out.extend(chars.next_if_eq(&'^'));
                // First in a class, it is a member.
                if chars.next_if_eq(&']').is_some() {
                    out.push_str(r"\]");
                }
            }
            ']' if inside => {
                inside = false;
                out.push(']');
            }
            _ => out.push(c.to_ascii_lowercase()),
        }
    }
    // Of a group's name, `P` alone is written large.
    out.replace("(?p<", "(?P<")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wording(text: &str) -> Wording {
        text.to_owned().into()
    }

    #[test]
    fn case_does_not_matter() {
        for text in ["User unknown", "(?i)USER UNKNOWN", "user UNKNOWN|é"] {
            assert!(wording(text).is_match("uSER uNKNOWN"), "{text}");
        }
        assert!(wording("ÉCHEC").is_match("échec"));
    }

    #[test]
    fn it_means_what_was_written() {
        assert_eq!(plainer(r"Ab\b[]\w-]\d{2}\."), r"ab(?-u:\b)[\]0-9a-z_-][0-9]{2}\.");
        assert_eq!(plainer(r"\S+[^\s>]\W\b{start}(?<ip>x)"), r"[^ \t\r\n]+[^ \t\r\n>]\W\b{start}(?<ip>x)");
        assert!(wording(r"\bspam\b").is_match("Spam…") && !wording(r"\bspam\b").is_match("spammer…"));
        assert!(wording(r"^\S+ full$").is_match("Büro full") && !wording(r"^\S+ full$").is_match("a b full"));
        assert!(wording(r"[A-Z]{3}\d").is_match("abc1"));
    }

    #[test]
    fn a_bad_one_matches_nothing_and_says_why() {
        let bad = wording("(unclosed");
        assert!(!bad.is_match("(unclosed"));
        assert!(bad.fault().is_some_and(|why| why.contains("unclosed group") && !why.contains('\n')));
    }
}
