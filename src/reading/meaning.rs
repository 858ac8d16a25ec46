//! What one reply means.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::guide::Guide;
use crate::transcript::Reply;

/// How sure we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// It may be so.
    Possible,
    /// It is probably so.
    Likely,
    /// It was shown.
    Confirmed,
}

impl Certainty {
    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Confirmed => "confirmed",
        }
    }
}

/// What a reply means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Meaning {
    /// The cause it speaks for (contract, "Ids"); `unclear` where it says too little.
    pub cause: String,
    /// The kind, where it is known.
    pub kind: Option<String>,
    /// Decibans for that cause.
    pub db: i32,
    /// How sure the reading is by itself: 30 db and more is confirmed by the text, 15 likely.
    pub certainty: Certainty,
    /// The id of the phrase that decided, if one did.
    pub phrase: Option<String>,
    /// The part of the text that decided, cleaned.
    pub matched: Option<String>,
    /// Values the text gave away: the phrase's named groups, and `server` `code` `enhanced` `codes` `text` `stage` `phrase`.
    pub args: BTreeMap<String, String>,
}

/// Reads one reply: the first phrase that matches, else the enhanced code, else the code at its stage, else its class.
///
/// A positive reply reads as cause `healthy` with 0 db.
#[must_use]
pub fn read_reply(guide: &Guide, reply: &Reply) -> Meaning {
    let _ = (guide, reply);
    unimplemented!()
}
