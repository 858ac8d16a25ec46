//! What a pasted text is, and what it says.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Meaning, read_reply};
use crate::guide::Guide;
use crate::transcript::Reply;

/// What sort of text it was (contract, `source`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A bare reply, or what a program printed around one.
    Reply,
    /// A bounce (RFC 3464 or a server's own form).
    Dsn,
    /// Log lines.
    Log,
    /// Message headers.
    Headers,
    /// Text without a reply.
    Text,
    /// No error at all: an auto-reply, a complaint, a success report.
    NotABounce,
}

/// One failure in a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// The recipient it is about.
    pub recipient: Option<String>,
    /// The reply: code 0 and no stage where the text does not tell.
    pub reply: Reply,
    /// The host that said it.
    pub reporter: Option<String>,
    /// Whether trying again is pointless; none where the text does not tell.
    pub permanent: Option<bool>,
    /// What it means.
    pub meaning: Meaning,
}

/// A text, read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// What sort of text it is.
    pub source: Source,
    /// The failures in it, in order.
    pub items: Vec<Item>,
}

/// Reads texts by a guide. Checks hold this, and so never see the guide itself.
#[derive(Clone)]
pub struct Reader(Arc<Guide>);

impl Reader {
    /// A reader by this guide.
    #[must_use]
    pub fn new(guide: Arc<Guide>) -> Self {
        Self(guide)
    }

    /// What a reply means.
    #[must_use]
    pub fn reply(&self, reply: &Reply) -> Meaning {
        read_reply(&self.0, reply)
    }

    /// What a pasted text says.
    #[must_use]
    pub fn text(&self, text: &str) -> Reading {
        let _ = text;
        unimplemented!()
    }
}
