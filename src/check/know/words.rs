//! Words that a file of facts looks for.

use std::ops::Deref;

use regex::Regex;
use serde::Deserialize;

/// A regular expression as it stands in a file. One that does not compile ends the reading of that file, with its place.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Words(Regex);

impl TryFrom<String> for Words {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let one_line = |why: regex::Error| why.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        Regex::new(&text).map(Self).map_err(one_line)
    }
}

impl Deref for Words {
    type Target = Regex;

    fn deref(&self) -> &Regex {
        &self.0
    }
}
