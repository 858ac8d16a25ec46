//! Logs of any length: octets in, failures out, in memory that does not grow.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use memchr::{memchr, memchr_iter, memrchr};

use super::draft::cleaned;
use super::log::{self, Line, Raw, Sessions};
use super::needles::WORTH;
use super::text::Item;
use super::{Reader, address};
use crate::guide::Guide;
use crate::transcript::{Redactor, clean_line};

/// The most texts whose meaning is kept to be used again.
const KEPT: usize = 400;
/// The longest text whose meaning is kept, in octets.
const KEPT_LONGEST: usize = 1_000;
/// How many failures are read word by word before the meaning of the same words is used again.
const EXACT: u64 = 16;

/// A failure, and where in the log it stands.
#[derive(Clone, Copy, Debug)]
pub struct Logged<'a> {
    /// The failure.
    pub item: &'a Item,
    /// When it was, as the log writes it.
    pub at: Option<&'a str>,
    /// The line, without what is secret in it.
    pub line: &'a str,
    /// The line's number, from 1.
    pub number: u64,
}

/// Reads a mail log piece by piece. Lines are cut at [`Reader::LONGEST`].
pub struct LogReader {
    guide: Arc<Guide>,
    sessions: Sessions,
    redactor: Redactor,
    /// The beginning of a line whose end has not come yet.
    begun: Vec<u8>,
    number: u64,
    known: u64,
    delivered: u64,
    failures: u64,
    /// Whether lines without any telling word are read, too.
    every: bool,
    /// Meanings by their words, if they may be used again.
    meanings: Option<HashMap<String, Option<Item>>>,
    key: String,
}

impl LogReader {
    /// Reads lines that have a telling word in them, each as it is.
    #[must_use]
    pub fn new(reader: &Reader) -> Self {
        Self {
            guide: reader.guide().clone(),
            sessions: Sessions::default(),
            redactor: Redactor::default(),
            begun: Vec::new(),
            number: 0,
            known: 0,
            delivered: 0,
            failures: 0,
            every: false,
            meanings: None,
            key: String::new(),
        }
    }

    /// Reads every line, for short logs.
    #[must_use]
    pub fn every_line(reader: &Reader) -> Self {
        Self { every: true, ..Self::new(reader) }
    }

    /// For counting: a failure in the words of an earlier one, but for names and numbers, is told in the words of that one, with its
    /// own recipient and server. The first failures are told as they are.
    #[must_use]
    pub fn for_groups(self) -> Self {
        Self { meanings: Some(HashMap::new()), ..self }
    }

    /// Reads the next piece.
    ///
    /// # Errors
    /// Those of `take`.
    pub fn push<E>(&mut self, piece: &[u8], take: &mut impl FnMut(Logged<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut piece = piece;
        if !self.begun.is_empty() {
            let Some(end) = memchr(b'\n', piece) else {
                self.begin(piece);
                return Ok(());
            };
            self.begin(&piece[..end]);
            piece = &piece[end + 1..];
            self.end(take)?;
        }
        let whole = memrchr(b'\n', piece).map_or(0, |at| at + 1);
        self.lines(&piece[..whole], take)?;
        self.begin(&piece[whole..]);
        Ok(())
    }

    /// Reads what is left: a last line without an end.
    ///
    /// # Errors
    /// Those of `take`.
    pub fn end<E>(&mut self, take: &mut impl FnMut(Logged<'_>) -> Result<(), E>) -> Result<(), E> {
        if self.begun.is_empty() {
            return Ok(());
        }
        let mut line = std::mem::take(&mut self.begun);
        line.push(b'\n');
        let done = self.lines(&line, take);
        line.clear();
        self.begun = line;
        done
    }

    /// How many lines were seen.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.number
    }

    /// How many of the lines that were looked into are of a mail log.
    #[must_use]
    pub fn known(&self) -> u64 {
        self.known
    }

    /// How many of the lines that were looked into tell of a delivery.
    #[must_use]
    pub fn delivered(&self) -> u64 {
        self.delivered
    }

    /// How many failures were told.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures
    }

    /// Keeps the beginning of a line. That a line has begun is kept even of one that is longer.
    fn begin(&mut self, piece: &[u8]) {
        let room = Reader::LONGEST.saturating_sub(self.begun.len());
        self.begun.extend_from_slice(&piece[..piece.len().min(room)]);
    }

    /// Whole lines, the last with its end.
    fn lines<E>(&mut self, lines: &[u8], take: &mut impl FnMut(Logged<'_>) -> Result<(), E>) -> Result<(), E> {
        let (mut at, mut counted) = (0, 0);
        while at < lines.len() {
            let all = self.every || self.sessions.exchange || self.redactor.is_answering();
            let start = if all {
                at
            } else {
                let Some(found) = WORTH.find(lines, at) else { break };
                memrchr(b'\n', &lines[at..found]).map_or(at, |before| at + before + 1)
            };
            let end = memchr(b'\n', &lines[start..]).map_or(lines.len(), |length| start + length);
            // A word behind the cut is not seen in a line that comes in pieces.
            if !all && end - start > Reader::LONGEST && !worth_cut(&lines[start..start + Reader::LONGEST]) {
                at = end + 1;
                continue;
            }
            self.number += memchr_iter(b'\n', &lines[counted..start]).count() as u64;
            self.line(&lines[start..end], take)?;
            at = end + 1;
            counted = at.min(lines.len());
        }
        self.number += memchr_iter(b'\n', &lines[counted..]).count() as u64;
        Ok(())
    }

    /// One line, which is looked into.
    pub(super) fn line<E>(
        &mut self,
        octets: &[u8],
        take: &mut impl FnMut(Logged<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.number += 1;
        let octets = &octets[..octets.len().min(Reader::LONGEST)];
        let text = String::from_utf8_lossy(octets);
        let text = text.trim_end();
        let inner = log::unwrapped(text);
        let text = self.redactor.line(inner.as_deref().unwrap_or(text));
        let Some(told) = log::parse(&text, &mut self.sessions) else { return Ok(()) };
        self.known += 1;
        let raw = match told.line {
            Line::Failed(raw) => raw,
            Line::Delivered => {
                self.delivered += 1;
                return Ok(());
            }
            Line::Other => return Ok(()),
        };
        let at = told.at.map(log::shown);
        let number = self.number;
        let mut tell = |item: &Item| take(Logged { item, at: at.as_deref(), line: &text, number });
        let Some(meanings) = self.meanings.as_mut().filter(|_| raw.why.len() <= KEPT_LONGEST) else {
            let Some(item) = item(&self.guide, raw) else { return Ok(()) };
            self.failures += 1;
            return tell(&item);
        };
        same(&mut self.key, &raw);
        if let Some(kept) = meanings.get_mut(self.key.as_str()).filter(|_| self.failures >= EXACT) {
            let Some(kept) = kept else { return Ok(()) };
            kept.recipient = raw.recipient.as_deref().and_then(cleaned);
            let server = raw.server.map(|s| clean_line(&s.to_ascii_lowercase(), 255));
            kept.reporter = server.or_else(|| kept.reporter.take());
            self.failures += 1;
            return tell(kept);
        }
        if meanings.len() >= KEPT {
            meanings.clear();
        }
        let item = item(&self.guide, raw);
        self.failures += u64::from(item.is_some());
        let done = item.as_ref().map_or(Ok(()), tell);
        meanings.insert(self.key.clone(), item);
        done
    }
}

/// Whether the kept beginning of a long line has a telling word.
fn worth_cut(beginning: &[u8]) -> bool {
    let mut line = beginning.to_vec();
    line.push(b'\n');
    WORTH.find(&line, 0).is_some()
}

fn item(guide: &Guide, raw: Raw<'_>) -> Option<Item> {
    let incoming = raw.incoming;
    let mut item = raw.draft(guide)?.item(guide);
    item.incoming = incoming;
    Some(item)
}

/// The words of a failure without what differs from one to the next: addresses, hosts, numbers of messages.
fn same(key: &mut String, raw: &Raw<'_>) {
    key.clear();
    let domain = raw.server.as_deref().map_or("", provider);
    let facts = (raw.dsn, raw.stage, raw.permanent, raw.incoming, raw.sure);
    let _ = write!(key, "{facts:?} {domain} ");
    let mut rest = raw.why.as_ref();
    while !rest.is_empty() {
        let end = rest.find(|c: char| !is_inner(c)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        let host = behind.starts_with('[') && word.contains('.');
        key.push_str(if host || varies(word) { "#" } else { word });
        let mark = behind.chars().next().map_or(0, char::len_utf8);
        key.push_str(&behind[..mark]);
        rest = &behind[mark..];
    }
}

fn is_inner(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '@' | '.' | '-' | '_' | '+' | ':' | '/' | '~' | '?' | '&' | '%')
}

/// Whether a word is an address of a mailbox or a host, or a number that was made for one message.
fn varies(word: &str) -> bool {
    let count = |test: fn(&u8) -> bool| word.bytes().filter(&test).count();
    if word.contains('@') {
        return address::all(word).next().is_some();
    }
    let digits = count(u8::is_ascii_digit);
    let (dots, colons) = (count(|b| *b == b'.'), count(|b| *b == b':'));
    let numeric = word.bytes().all(|b| b.is_ascii_hexdigit() || matches!(b, b'.' | b':'));
    (numeric && (dots == 3 || colons >= 3)) || (digits >= 5 && word.len() >= 14 && count(u8::is_ascii_alphabetic) >= 4)
}

/// The last two names of a host.
fn provider(host: &str) -> &str {
    let mut dots = host.rmatch_indices('.');
    dots.next();
    dots.next().map_or(host, |(at, _)| &host[at + 1..])
}
