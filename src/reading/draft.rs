//! A failure on its way to becoming an item.

use super::find::Found;
use super::{Item, read_reply};
use crate::guide::Guide;
use crate::transcript::clean_line;

/// A failure as it was found: not read yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) recipient: Option<String>,
    pub(super) found: Found,
    /// What the text says about trying again, beside the codes.
    pub(super) permanent: Option<bool>,
}

impl Draft {
    /// A failure of nobody in particular.
    pub(super) fn of(found: Found) -> Self {
        Self { recipient: found.recipient.clone(), found, permanent: None }
    }

    /// Reads it.
    pub(super) fn item(self, guide: &Guide) -> Item {
        let reply = self.found.into_reply();
        let by_code = match (reply.code, reply.enhanced.map(|e| e.class)) {
            (500.., _) | (0, Some(5)) => Some(true),
            (400..500, _) | (0, Some(4)) => Some(false),
            _ => None,
        };
        let meaning = read_reply(guide, &reply);
        let recipient = self.recipient.as_deref().and_then(cleaned);
        let reporter = Some(reply.server.clone()).filter(|s| !s.is_empty());
        Item { recipient, reporter, permanent: self.permanent.or(by_code), reply, meaning, incoming: false }
    }
}

/// A recipient as it may be shown.
pub(super) fn cleaned(recipient: &str) -> Option<String> {
    Some(clean_line(recipient.trim_matches(['<', '>', ' ']), 254)).filter(|r| !r.is_empty())
}

/// How much a reading of this text would say: whether words were recognised, then the weight.
pub(super) fn worth(guide: &Guide, found: &Found) -> (bool, i32) {
    let meaning = read_reply(guide, &found.clone().into_reply());
    (meaning.phrase.is_some(), meaning.db)
}
