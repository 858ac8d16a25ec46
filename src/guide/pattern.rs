//! Regular expressions of the guide.

use std::ops::Deref;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Deserializer, Serialize};

/// A regular expression that knows its own text. Case does not matter.
#[derive(Clone, Debug)]
pub struct Pattern(pub Expression);

/// A regular expression that is made when it is first used: the guide has hundreds, and a run needs a few.
///
/// It stands for the [`Regex`] wherever one is asked for. Text that is no expression matches nothing; [`Expression::check`] says why.
#[derive(Clone, Debug)]
pub struct Expression {
    text: String,
    made: OnceLock<Regex>,
}

impl Pattern {
    /// The pattern of that text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Expression { text: text.into(), made: OnceLock::new() })
    }
}

impl Expression {
    /// Its own text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Makes it now.
    ///
    /// # Errors
    /// What is wrong with the text, if it is no regular expression.
    pub fn check(&self) -> Result<(), regex::Error> {
        if self.made.get().is_none() {
            let made = RegexBuilder::new(&self.text).case_insensitive(true).build()?;
            drop(self.made.set(made));
        }
        Ok(())
    }
}

impl Deref for Expression {
    type Target = Regex;

    fn deref(&self) -> &Regex {
        self.made.get_or_init(|| {
            let made = RegexBuilder::new(&self.text).case_insensitive(true).build();
            made.unwrap_or_else(|_| Regex::new(NOTHING).expect("an expression"))
        })
    }
}

/// Matches no text.
const NOTHING: &str = r"[^\s\S]";

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d).map(Self::new)
    }
}

impl Serialize for Pattern {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_matter() {
        assert!(Pattern::new("relay").0.is_match("RELAY denied"));
    }

    #[test]
    fn what_is_no_expression_says_so_and_matches_nothing() {
        let pattern = Pattern::new("relay(");
        assert!(pattern.0.check().is_err());
        assert!(!pattern.0.is_match("relay(") && !pattern.0.is_match(""));
    }
}
