//! What a pasted text is, and what it says.

use std::convert::Infallible;
use std::sync::{Arc, LazyLock};

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::bounce::{self, Hints};
use super::draft::Draft;
use super::find::Found;
use super::log::{self, Sessions};
use super::message::{self, Read};
use super::stream::{LogReader, Logged};
use super::{Groups, Meaning, dialogue, headers, program, read_reply};
use crate::guide::Guide;
use crate::transcript::{Reply, Stage};

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
    /// Whether the server whose log it stands in refused somebody else's mail: then whose move it is turns around.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub incoming: bool,
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
    /// The most of one text that is read, in bytes.
    pub const MOST: usize = 1 << 20;
    /// The longest line of a log that is read, in bytes.
    pub const LONGEST: usize = 16 << 10;

    /// A reader by this guide.
    #[must_use]
    pub fn new(guide: Arc<Guide>) -> Self {
        Self(guide)
    }

    /// Counts failures by what they mean.
    #[must_use]
    pub fn groups(&self) -> Groups {
        Groups::new(self.0.clone())
    }

    /// What a reply means.
    #[must_use]
    pub fn reply(&self, reply: &Reply) -> Meaning {
        read_reply(&self.0, reply)
    }

    /// What a pasted text says: replies, what programs print around them, bounces, log lines, headers. Of a text longer than
    /// [`Self::MOST`], its beginning.
    #[must_use]
    pub fn text(&self, text: &str) -> Reading {
        let text = cut(text, Self::MOST);
        let unquoted = unquoted(text);
        let text = unquoted.as_deref().unwrap_or(text);
        let messages = mailbox(text);
        if messages.is_empty() {
            return self.pasted(text);
        }
        let mut all = Reading { source: Source::NotABounce, items: Vec::new() };
        for message in messages {
            let one = self.message(message);
            if one.source != Source::NotABounce {
                all.source = one.source;
                all.items.extend(one.items);
            }
        }
        all
    }

    /// Whether a line is of a mail log, so that a long log can be read with a [`LogReader`](super::LogReader).
    #[must_use]
    pub fn is_log_line(line: &str) -> bool {
        let line = cut(line, Self::LONGEST);
        let inner = log::unwrapped(line);
        log::parse(inner.as_deref().unwrap_or(line), &mut Sessions::default()).is_some()
    }

    /// The failure that one line of a mail log tells of by itself; none for lines about anything else.
    #[must_use]
    pub fn log_line(&self, line: &str) -> Option<Item> {
        let mut item = None;
        let mut log = LogReader::every_line(self);
        let Ok(()) = log.line(line.trim_end().as_bytes(), &mut |told: Logged<'_>| {
            item = Some(told.item.clone());
            Ok::<(), Infallible>(())
        });
        item
    }

    /// The guide it reads by.
    pub(super) fn guide(&self) -> &Arc<Guide> {
        &self.0
    }

    fn message(&self, text: &str) -> Reading {
        match message::read(&self.0, text) {
            Read::Bounce(drafts) => self.reading(Source::Dsn, drafts),
            Read::Headers(drafts) => self.reading(Source::Headers, drafts),
            Read::NotABounce => Reading { source: Source::NotABounce, items: Vec::new() },
        }
    }

    fn pasted(&self, text: &str) -> Reading {
        if let Some(reading) = self.log(text) {
            return reading;
        }
        let told = program::recipients(text);
        if !told.is_empty() {
            return self.reading(Source::Reply, told);
        }
        if dialogue::is_dialogue(text) && !is_bounce(text) {
            let said = dialogue::replies(text);
            if !said.is_empty() {
                return self.reading(Source::Reply, said.into_iter().map(Draft::of).collect());
            }
        }
        if text.to_ascii_lowercase().contains("authentication-results:") {
            let told = headers::read(text.trim_start());
            if !told.is_empty() {
                return self.reading(Source::Headers, told);
            }
        }
        let mut spoken = bounce::read(&self.0, text, &Hints::default());
        if !spoken.is_empty() {
            if !is_bounce(text) {
                // Before RCPT the address that is named is the sender's.
                spoken
                    .iter_mut()
                    .filter(|d| d.found.stage.is_some_and(|s| s < Stage::Rcpt))
                    .for_each(|d| d.recipient = None);
            }
            let coded = spoken.iter().any(|d| d.found.code != 0);
            let source = match (is_bounce(text), coded) {
                (true, _) => Source::Dsn,
                (false, true) => Source::Reply,
                (false, false) => Source::Text,
            };
            return self.reading(source, spoken);
        }
        self.words(text)
    }

    fn log(&self, text: &str) -> Option<Reading> {
        let mut log = LogReader::every_line(self);
        let mut items = Vec::new();
        for line in text.lines() {
            let Ok(()) = log.line(line.as_bytes(), &mut |told: Logged<'_>| {
                items.push(told.item.clone());
                Ok::<(), Infallible>(())
            });
        }
        if log.known() == 0 {
            return None;
        }
        let source = if items.is_empty() && log.delivered() > 0 { Source::NotABounce } else { Source::Log };
        Some(Reading { source, items })
    }

    /// No reply, no known words: an error that nobody knows, or no error at all.
    fn words(&self, text: &str) -> Reading {
        if !ERROR.is_match(text) {
            return Reading { source: Source::NotABounce, items: Vec::new() };
        }
        let words = text.split_whitespace().take(80).collect::<Vec<_>>().join(" ");
        self.reading(Source::Text, vec![Draft::of(Found::words(&words))])
    }

    fn reading(&self, source: Source, drafts: Vec<Draft>) -> Reading {
        Reading { source, items: drafts.into_iter().map(|d| d.item(&self.0)).collect() }
    }
}

static ERROR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)error|fail|reject|denied|undeliver|unable|could ?n.t|cannot|can.t|could not|bounce|refus|delay|invalid|exception|warning|problem|wrong|not (?:sent|delivered|work|accept)|\b[45]\d\d\b|fehler|erreur|\bhata\b").expect("a pattern")
});

static BOUNCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:could not|couldn.t|was ?n.t|not) be(?:en)? delivered|wasn.t delivered|undeliver|delivery (?:has failed|failed|failure|status|incomplete|to the following)|mail system at host|mail delivery|returned to (?:the )?sender|(?:un)?able to deliver|permanent fatal errors|qmail-send|address not found|message not delivered|permanent fatal error|this is a permanent error|rejected your message|did not reach").expect("a pattern")
});

fn is_bounce(text: &str) -> bool {
    BOUNCE.is_match(text)
}

/// The messages of a text: one, several in mbox form, or none where it is no message.
fn mailbox(text: &str) -> Vec<&str> {
    if !message::is_message(text) {
        return Vec::new();
    }
    let mut starts = vec![0];
    for (at, _) in text.match_indices("\n\nFrom ").chain(text.match_indices("\r\n\r\nFrom ")) {
        let start = at + text[at..].find("From ").unwrap_or(0);
        if message::is_message(&text[start..]) && starts.len() < 1_000 {
            starts.push(start);
        }
    }
    starts.sort_unstable();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().copied().zip(ends).map(|(from, to)| &text[from..to]).collect()
}

/// A text quoted in an answer, without its `> `.
fn unquoted(text: &str) -> Option<String> {
    let filled = || text.lines().filter(|l| !l.trim().is_empty()).take(50);
    let quoted = filled().filter(|l| l.starts_with('>')).count();
    // A transcript has `>` too, before the client's lines only.
    if quoted == 0 || quoted * 3 < filled().count() * 2 {
        return None;
    }
    Some(
        text.lines()
            .map(|l| l.trim_start_matches('>').strip_prefix(' ').unwrap_or(l.trim_start_matches('>')))
            .collect::<Vec<_>>()
            .join("\n"),
    )
}

pub(super) fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
