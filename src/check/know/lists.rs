//! Blocklists, and receivers with a record of their own.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A blocklist that is asked over the DNS (RFC 5782).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blocklist {
    /// Short id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The zone to ask.
    pub zone: String,
    /// What it lists: any of `ipv4`, `ipv6`, `domain`.
    pub lists: Vec<String>,
    /// The domain that it always lists; `test` where it keeps to RFC 5782 §5.
    #[serde(default)]
    pub test: Option<String>,
    /// The domain that it never lists; `invalid` where it keeps to RFC 5782 §5.
    #[serde(default)]
    pub never: Option<String>,
    /// Other names that refusals give it.
    #[serde(default)]
    pub known_as: Vec<String>,
    /// What its answers mean: `"127.0.0.4" = "XBL"`.
    #[serde(default)]
    pub answers: BTreeMap<String, String>,
    /// What each bit of the last octet means, where the list adds them up: `"8" = "phishing"`.
    #[serde(default)]
    pub bits: BTreeMap<String, String>,
    /// Answers that are no listing: a good name, or a mere remark.
    #[serde(default)]
    pub harmless: Vec<String>,
    /// Answers that only say that an address is not meant to send mail directly: no spam was seen.
    #[serde(default)]
    pub policy: Vec<String>,
    /// Answers to a question that was put wrong.
    #[serde(default)]
    pub errors: Vec<String>,
    /// Whether the list says itself that an answer which it does not explain is no listing.
    #[serde(default)]
    pub only_known: bool,
    /// Whether large receivers use it.
    #[serde(default)]
    pub matters: bool,
    /// Where to look up and ask for removal.
    pub removal: String,
    /// What removal takes: time, an account, money. A sentence.
    pub cost: String,
    /// How much may be asked, and through which resolvers. A sentence.
    pub rules: String,
    /// Where this knowledge comes from.
    pub source: String,
    /// The month in which it was true: `2026-11`.
    pub as_of: String,
}

impl Blocklist {
    /// What an answer means: from the table, or from the bits that make it up; none where the list does not say.
    #[must_use]
    pub fn means(&self, answer: &str) -> Option<String> {
        if let Some(known) = self.answers.get(answer) {
            return Some(known.clone());
        }
        let last: u8 = answer.rsplit('.').next()?.parse().ok()?;
        let set = |bit: &str| bit.parse::<u8>().is_ok_and(|bit| last & bit != 0);
        let meant: Vec<&str> = self.bits.iter().filter(|(bit, _)| set(bit)).map(|(_, means)| means.as_str()).collect();
        (!meant.is_empty()).then(|| meant.join(", "))
    }

    /// Whether an answer that is not explained must not count.
    #[must_use]
    pub fn explains_all(&self) -> bool {
        self.only_known || !self.bits.is_empty()
    }
}

/// Why a list is never asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NotAsked {
    /// It has closed; what answers there now may be anything.
    Closed,
    /// It answers its customers only.
    Key,
}

/// A list that is never asked, but that refusals name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unasked {
    /// Short id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its zones, and what lies below them.
    pub zones: Vec<String>,
    /// Other names that refusals give it.
    #[serde(default)]
    pub known_as: Vec<String>,
    /// Why it is not asked.
    pub why: NotAsked,
    /// Since when it is closed: `2024-06`.
    #[serde(default)]
    pub since: Option<String>,
    /// Where an address can be looked up by hand.
    #[serde(default)]
    pub removal: Option<String>,
    /// Where this knowledge comes from.
    pub source: String,
    /// The month in which it was true.
    pub as_of: String,
}

/// A receiver that keeps a record of senders of its own, which no public list shows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reputation {
    /// Short id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Ends of the names of its mail servers.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// What its refusals say, in small letters.
    #[serde(default)]
    pub words: Vec<String>,
    /// Where to ask, once the cause is mended.
    pub form: String,
    /// What it wants to see there.
    pub needs: String,
    /// Where this knowledge comes from.
    pub source: String,
    /// The month in which it was true.
    pub as_of: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_bits_is_taken_apart() {
        let bits = [("8", "phishing"), ("16", "malware"), ("64", "abuse")];
        let bits = bits.map(|(bit, means)| (bit.to_owned(), means.to_owned())).into();
        let list = Blocklist { bits, ..Blocklist::default() };
        assert_eq!(list.means("127.0.0.80").as_deref(), Some("malware, abuse"));
        assert_eq!(list.means("127.0.0.2"), None);
    }
}
