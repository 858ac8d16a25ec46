//! Regular expressions that are compiled when they are first asked: a start has no time for them.

use std::ops::Deref;
use std::sync::OnceLock;

use regex::Regex;
use serde::Deserialize;

/// An expression. One that does not compile matches nothing; [`Late::fault`] says why, and a user's own file is asked when it is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "String")]
pub struct Late {
    text: String,
    regex: OnceLock<Regex>,
}

impl Late {
    /// What is wrong with it, in one line, if anything is.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let why = Regex::new(&self.text).err()?.to_string();
        Some(why.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

impl From<String> for Late {
    fn from(text: String) -> Self {
        Self { text, regex: OnceLock::new() }
    }
}

impl Deref for Late {
    type Target = Regex;

    fn deref(&self) -> &Regex {
        self.regex.get_or_init(|| Regex::new(&self.text).unwrap_or_else(|_| never()))
    }
}

fn never() -> Regex {
    Regex::new(r"[^\s\S]").expect("a class without members is an expression")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_expression_matches_nothing_and_says_why() {
        let bad = Late::from("(".to_owned());
        assert!(!bad.is_match("(") && bad.fault().is_some_and(|why| why.contains("unclosed group")));
        let good = Late::from("^220 ".to_owned());
        assert!(good.is_match("220 mx") && good.fault().is_none());
    }
}
