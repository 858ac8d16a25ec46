//! Regular expressions that are compiled when they are first asked: a guide has hundreds, and a walk needs a handful.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Deserializer, Serialize};

/// A regular expression that knows its own text; case does not matter.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Pattern(pub LazyRegex);

/// The expression itself. One that does not compile matches nothing; [`LazyRegex::fault`] says why, and loading a user's own file asks.
#[derive(Clone)]
pub struct LazyRegex {
    text: String,
    regex: OnceLock<Regex>,
    /// How it is compiled.
    build: Build,
}

/// Compiles an expression.
type Build = fn(&str) -> Result<Regex, regex::Error>;

impl LazyRegex {
    pub(super) fn of(text: String, build: Build) -> Self {
        Self { text, regex: OnceLock::new(), build }
    }

    /// The expression as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What is wrong with it, in one line, if anything is.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let why = (self.build)(&self.text).err()?.to_string();
        Some(why.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

impl Deref for LazyRegex {
    type Target = Regex;

    fn deref(&self) -> &Regex {
        self.regex.get_or_init(|| (self.build)(&self.text).unwrap_or_else(|_| never()))
    }
}

/// The room for the states of one expression, in octets. With less the long ones throw away what they learn from one text before they
/// meet it in the next, and are many times slower; it is taken only as it is needed.
pub(super) const STATES: usize = 8 << 20;

pub(super) fn build(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&bounded(text)).case_insensitive(true).dfa_size_limit(STATES).build()
}

/// The expression with the ends of words as ASCII has them, but beside letters of other scripts: a text with a letter of another script,
/// or a single `…`, would be searched a hundred times more slowly for those of Unicode.
fn bounded(text: &str) -> Cow<'_, str> {
    if !text.contains(r"\b") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 32);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.next_if(|_| c == '\\')) {
            (_, None) => out.push(c),
            // `\b{start}` is another thing.
            (_, Some('b')) if chars.peek() != Some(&'{') => {
                let foreign = |c: Option<char>| c.is_some_and(|c| !c.is_ascii());
                let unicode = foreign(out.chars().next_back()) || foreign(chars.peek().copied());
                out.push_str(if unicode { r"\b" } else { r"(?-u:\b)" });
            }
            (_, Some(escaped)) => out.extend([c, escaped]),
        }
    }
    Cow::Owned(out)
}

fn never() -> Regex {
    Regex::new(r"[^\s\S]").expect("a class without members is an expression")
}

impl fmt::Debug for LazyRegex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl<'de> Deserialize<'de> for LazyRegex {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(Self::of(String::deserialize(d)?, build))
    }
}

impl Serialize for LazyRegex {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_expression_matches_nothing_and_says_why() {
        let pattern: Pattern = serde_json::from_str("\"(unclosed\"").expect("text");
        assert!(!pattern.0.is_match("(unclosed"));
        assert!(pattern.0.fault().is_some_and(|why| why.contains("unclosed group") && !why.contains('\n')));
    }

    #[test]
    fn the_ends_of_words_are_found_among_other_scripts() {
        let pattern: Pattern = serde_json::from_str(r#""\\bspam\\b|c:\\\\bin""#).expect("text");
        assert!(pattern.0.is_match("Spam…") && pattern.0.is_match("«spam»") && !pattern.0.is_match("spammer…"));
        assert!(pattern.0.is_match(r"c:\bin"));
        assert_eq!(bounded(r"\bécart|\bgap\b"), r"\bécart|(?-u:\b)gap(?-u:\b)");
        assert_eq!(bounded(r"\b{start}a\b\\b"), r"\b{start}a(?-u:\b)\\b");
    }

    #[test]
    fn case_does_not_matter() {
        let pattern: Pattern = serde_json::from_str("\"user unknown\"").expect("text");
        assert!(pattern.0.is_match("User Unknown"));
        assert_eq!(pattern.0.fault(), None);
    }
}
