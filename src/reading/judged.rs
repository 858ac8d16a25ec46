//! A reply with its meaning: read once, compared and handed on without reading it again.

use super::draft::{Draft, cleaned};
use super::find::Found;
use super::{Item, Meaning, read_reply};
use crate::guide::Guide;
use crate::transcript::{Reply, clean_line};

/// A reply, and what it means.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) reply: Reply,
    pub(super) meaning: Meaning,
    /// The recipient that the reply itself names.
    pub(super) recipient: Option<String>,
}

impl Judged {
    pub(super) fn of(guide: &Guide, mut found: Found) -> Self {
        let recipient = found.recipient.take();
        let reply = found.into_reply();
        Self { meaning: read_reply(guide, &reply), reply, recipient }
    }

    /// Whether its words are known.
    pub(super) fn known(&self) -> bool {
        self.meaning.phrase.is_some()
    }

    /// Whether they speak for a cause.
    pub(super) fn clear(&self) -> bool {
        self.known() && self.meaning.cause != "unclear"
    }

    /// Notes who said it, where that is all that changes.
    pub(super) fn hear(&mut self, host: &str) {
        let host = clean_line(host, 255);
        self.meaning.args.insert("server".to_owned(), host.clone());
        self.reply.server = host;
    }

    /// How much it says: whether its words are known, then their weight.
    pub(super) fn worth(&self) -> (bool, i32) {
        (self.known(), self.meaning.db)
    }

    /// The same with other facts, read again.
    pub(super) fn again(self, guide: &Guide, change: impl FnOnce(&mut Reply)) -> Self {
        let mut reply = self.reply;
        change(&mut reply);
        Self { meaning: read_reply(guide, &reply), reply, recipient: self.recipient }
    }

    /// As an item; `permanent` is what the text says beside the codes.
    pub(super) fn item(self, recipient: Option<String>, permanent: Option<bool>) -> Item {
        let Self { reply, meaning, .. } = self;
        let by_code = match (reply.code, reply.enhanced.map(|e| e.class)) {
            (500.., _) | (0, Some(5)) => Some(true),
            (400..500, _) | (0, Some(4)) => Some(false),
            _ => None,
        };
        let recipient = recipient.and_then(|r| cleaned(&r));
        let reporter = Some(reply.server.clone()).filter(|s| !s.is_empty());
        Item { recipient, reporter, permanent: permanent.or(by_code), incoming: false, reply, meaning }
    }

    /// As something found, for those who read it themselves.
    pub(super) fn draft(self, recipient: Option<String>) -> Draft {
        let reply = self.reply;
        let found = Found {
            code: reply.code,
            enhanced: reply.enhanced,
            lines: reply.text,
            stage: reply.stage,
            server: Some(reply.server).filter(|s| !s.is_empty()),
            recipient: self.recipient,
        };
        Draft { recipient, found, permanent: None }
    }
}
