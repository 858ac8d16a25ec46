//! What a pasted text is, and what it says.

use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::{Arc, LazyLock};

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::bounce::{self, Hints};
use super::draft::{Draft, cleaned};
use super::find::Found;
use super::log;
use super::message::{self, Read};
use super::stream::{LogReader, Logged};
use super::{Groups, Meaning, dialogue, headers, paste, program, read_reply, stage};
use crate::guide::{Guide, Who};
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

impl Item {
    /// Whose move it is, of what the guide says to whoever sends: where the log's own server refused, that is the other side.
    #[must_use]
    pub fn turned(&self, who: Who) -> Who {
        match who {
            Who::You | Who::YourProvider if self.incoming => Who::TheirProvider,
            Who::Recipient | Who::TheirProvider if self.incoming => Who::You,
            who => who,
        }
    }
}

/// A text, read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// What sort of text it is.
    pub source: Source,
    /// The failures in it, in order.
    pub items: Vec<Item>,
    /// What a text without a failure tells of all the same: whom a complaint is about, who was reached. Empty where there are failures.
    pub noted: Vec<Item>,
}

/// The most that is noted of a text without a failure.
pub(super) const NOTED: usize = 100;

impl Reading {
    fn of(source: Source, items: Vec<Item>) -> Self {
        Self { source, items, noted: Vec::new() }
    }

    /// No failure, and what is told all the same.
    fn none(noted: Vec<Item>) -> Self {
        Self { source: Source::NotABounce, items: Vec::new(), noted }
    }
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
        let unquoted = paste::unquoted(text);
        let text = unquoted.as_deref().unwrap_or(text);
        let messages = mailbox(text);
        if messages.is_empty() {
            return self.pasted(text);
        }
        let mut all = Reading::none(Vec::new());
        for message in messages {
            let one = self.message(message);
            if one.source == Source::NotABounce {
                all.noted.extend(one.noted);
            } else {
                all.source = one.source;
                all.items.extend(one.items);
            }
        }
        if all.source != Source::NotABounce {
            all.noted.clear();
        }
        all
    }

    /// Whether a line is of a mail log, so that a long log can be read with a [`LogReader`](super::LogReader).
    #[must_use]
    pub fn is_log_line(line: &str) -> bool {
        log::is_log(cut(line, Self::LONGEST))
    }

    /// Whether a text begins with the header fields of a message.
    #[must_use]
    pub fn is_message(text: &str) -> bool {
        message::is_message(text)
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
            Read::Bounce(items) => Reading::of(Source::Dsn, items),
            Read::Headers(items) => Reading::of(Source::Headers, items),
            Read::NotABounce(noted) => Reading::none(noted),
        }
    }

    fn pasted(&self, text: &str) -> Reading {
        let text = paste::plain(text);
        let text = paste::unbroken(&text).map_or(text, Cow::Owned);
        if let Some(said) = dialogue::bare(&text).filter(|said| !said.is_empty()) {
            return self.replies(&text, said);
        }
        // PHPMailer's lines have dates as Exim's have.
        let printed =
            ["SERVER -> CLIENT:", "CLIENT -> SERVER:", "SMTP ERROR:", "Connection: "].iter().any(|p| text.contains(p));
        if !printed && let Some(reading) = self.log(&text) {
            return reading;
        }
        if dialogue::is_dialogue(&text) && !is_bounce(&text) {
            let said = dialogue::replies(&text);
            if !said.is_empty() {
                return self.replies(&text, said);
            }
        }
        let told = program::recipients(&text);
        if !told.is_empty() {
            return self.reading(Source::Reply, told);
        }
        let text = match paste::unescaped(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(other) if dialogue::is_dialogue(&other) && !is_bounce(&other) => {
                let said = dialogue::replies(&other);
                if !said.is_empty() {
                    return self.replies(&other, said);
                }
                Cow::Owned(other)
            }
            other => other.into_owned().into(),
        };
        if text.to_ascii_lowercase().contains("authentication-results:") {
            let told = headers::read(text.trim_start());
            if !told.is_empty() {
                return self.reading(Source::Headers, told);
            }
        }
        let report = message::fields(&self.0, &text);
        if !report.is_empty() {
            return Reading::of(Source::Dsn, report);
        }
        if is_bounce(&text) {
            let spoken = bounce::read(&self.0, &text, &Hints::default());
            if !spoken.is_empty() {
                return self.reading(Source::Dsn, spoken);
            }
            let mut reading = self.words(&text);
            let named = bounce::recipient(&text, &Hints::default()).as_deref().and_then(cleaned);
            reading.items.iter_mut().for_each(|i| i.recipient.clone_from(&named));
            return reading;
        }
        self.printed(&program::unstacked(&text))
    }

    /// Dialogues and bare replies.
    fn replies(&self, text: &str, mut said: Vec<Found>) -> Reading {
        if let [one] = said.as_mut_slice()
            && one.stage.is_none()
            && text.len() > one.lines.iter().map(String::len).sum::<usize>() + 40
        {
            one.stage = stage::by_words(text);
        }
        said.iter_mut().for_each(|f| f.stage = f.stage.or_else(|| program::of_login(f)));
        let drafts =
            said.into_iter().map(|found| Draft { recipient: program::own_recipient(&found), found, permanent: None });
        self.reading(Source::Reply, drafts.collect())
    }

    /// What a program printed, or somebody wrote, about one failure.
    fn printed(&self, text: &str) -> Reading {
        let mut spoken = match program::apart(text) {
            Some(found) => vec![Draft::of(found)],
            None => bounce::read(&self.0, text, &Hints::default()),
        };
        if spoken.is_empty() {
            return self.words(text);
        }
        if let [one] = spoken.as_mut_slice() {
            program::complete(text, one);
        }
        // Before RCPT the address that is named is the sender's.
        spoken.iter_mut().filter(|d| d.found.stage.is_some_and(|s| s < Stage::Rcpt)).for_each(|d| d.recipient = None);
        let coded = spoken.iter().any(|d| d.found.code != 0);
        let mut reading = self.reading(if coded { Source::Reply } else { Source::Text }, spoken);
        for item in reading.items.iter_mut().filter(|i| i.reply.code == 0 && i.reply.stage.is_none()) {
            let Meaning { cause, kind, .. } = &item.meaning;
            item.reply.stage = program::stage_of(cause, kind.as_deref(), text);
        }
        // A mailbox that is full or unknown is the recipient's, whoever else is named.
        for item in reading.items.iter_mut().filter(|i| i.recipient.is_none() && i.meaning.cause == "address") {
            let named = bounce::recipient(text, &Hints::default()).filter(|_| item.reply.stage != Some(Stage::Mail));
            item.recipient = named.as_deref().and_then(cleaned);
        }
        reading
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
        if items.is_empty() && log.delivered() > 0 {
            let told = text.lines().filter_map(log::delivered).take(NOTED);
            return Some(Reading::none(told.map(|d| d.item(&self.0)).collect()));
        }
        Some(Reading::of(Source::Log, items))
    }

    /// No reply, no known words: an error that nobody knows, or no error at all.
    fn words(&self, text: &str) -> Reading {
        if !ERROR.is_match(text) {
            return Reading::none(Vec::new());
        }
        let words = text.split_whitespace().take(80).collect::<Vec<_>>().join(" ");
        self.reading(Source::Text, vec![Draft::of(Found::words(&words))])
    }

    fn reading(&self, source: Source, drafts: Vec<Draft>) -> Reading {
        Reading::of(source, drafts.into_iter().map(|d| d.item(&self.0)).collect())
    }
}

static ERROR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)error|fail|reject|denied|undeliver|unable|could ?n.t|cannot|can.t|could not|bounce|refus|delay|invalid|exception|warning|problem|wrong|not (?:sent|delivered|work|accept)|(?-u:\b)[45]\d\d(?-u:\b)|fehler|erreur|(?-u:\b)hata(?-u:\b)").expect("a pattern")
});

static BOUNCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?:could not|couldn.t|was ?n.t|not) be(?:en)? delivered|wasn.t delivered|undeliver|delivery (?:has failed|failed|failure|status|incomplete|to the following)|mail system at host|mail delivery|returned to (?:the )?sender|(?:un)?able to deliver|permanent fatal errors|qmail-send|address not found|message not delivered|permanent fatal error|this is a permanent error|rejected your message|did not reach|",
        r"(?:was|were|is|are) not (?:be )?delivered to|cannot be delivered|has bounced|had delivery problems|following addresses? failed|failed addresses follow|bounce action notice|",
        r"(?:\A|\n\s*\n)[ \t]*<?[^\s<>@,;:]+@[a-z0-9.-]+>?:?[ \t]*\r?\n|(?:\A|\n\s*\n)[ \t]*<[^\s<>@]+@[a-z0-9.-]+>:? |nicht an \S+ (?:zugestellt|.bermittelt)|n.est pas parvenu|nie zosta.a dostarczona|no pudo ser entregad|n.o foi entregue|",
        r"remote server (?:at [^\n]{1,120} )?returned '|generating server: |nicht (?:zugestellt|.bermittelt) werden|nachrichtenzustellung an folgende|(?:n'a|n.ont) pas pu .tre (?:remis|distribu|livr)|(?:no se (?:ha podido|pudo|puede)|error al) (?:entreg|env)|n.o (?:p.de|foi poss.vel) (?:ser )?entreg|",
        r"non .{1,40}(?:recapitat|consegnat)|niet (?:worden )?(?:bezorgd|afgeleverd)|kunde inte levereras|kunne ikke leveres|配信(?:不能|でき|され)|未能送达|无法(?:送达|投递)|邮件被退回|не (?:удалось доставить|доставлено|может быть доставлено)"
    ))
    .expect("a pattern")
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
    for at in memchr::memmem::find_iter(text.as_bytes(), b"\nFrom ") {
        let before = &text.as_bytes()[..at];
        let start = at + 1;
        let after_blank = before.ends_with(b"\n") || before.ends_with(b"\r\n\r");
        if after_blank && message::is_message(&text[start..]) && starts.len() < 1_000 {
            starts.push(start);
        }
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().copied().zip(ends).map(|(from, to)| &text[from..to]).collect()
}

fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
