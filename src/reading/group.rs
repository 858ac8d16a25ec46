//! Many failures put together by what they mean and by whose move it is: what stays of a log that is longer than anybody reads.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use super::explain::own;
use super::text::Item;
use crate::guide::{Guide, Who};
use crate::transcript::clean_line;

/// The most groups that are told apart; what comes later is put with its cause, without a kind.
const GROUPS: usize = 1_000;
/// The most domains, and the most reporters, that are counted for one group.
const NAMES: usize = 400;
/// The most of each that a group tells.
const TOLD: usize = 10;
/// The longest example, in characters.
const EXAMPLE: usize = 1_000;

/// Failures of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The cause (contract, "Ids").
    pub cause: String,
    /// The kind, where it is known.
    pub kind: Option<String>,
    /// Whose move it is. Where the log's own server refused, whoever sent is the other side: `their-provider`.
    pub who: Who,
    /// Whether the log's own server refused somebody else's mail.
    pub incoming: bool,
    /// How many there were.
    pub count: u64,
    /// When the first was, as the log writes it.
    pub first: Option<String>,
    /// When the last was, as the log writes it.
    pub last: Option<String>,
    /// The recipients' domains and how often each at least, most frequent first: ten at most.
    pub domains: Vec<(String, u64)>,
    /// The hosts that said it and how often each at least, most frequent first: ten at most.
    pub reporters: Vec<(String, u64)>,
    /// The first of them.
    pub example: Item,
    /// The line it stood in, or its codes and words where that was not given; cleaned, and cut to a length.
    pub example_line: String,
    /// The number of that line, from 1.
    pub example_number: Option<u64>,
}

/// Counts failures by cause, kind and whose move it is, in memory that does not grow with their number.
#[derive(Clone)]
pub struct Groups {
    guide: Arc<Guide>,
    by_key: HashMap<(String, Option<String>, bool), Counted>,
    all: u64,
}

#[derive(Clone)]
struct Counted {
    /// Which of the groups it was, in the order in which they came.
    order: usize,
    count: u64,
    first: Option<String>,
    last: Option<String>,
    domains: Names,
    reporters: Names,
    example: Item,
    example_line: String,
    example_number: Option<u64>,
}

/// Where a failure stood.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place<'a> {
    /// When it was, as the log writes it.
    pub at: Option<&'a str>,
    /// The line, without what is secret in it.
    pub line: Option<&'a str>,
    /// Its number, from 1.
    pub number: Option<u64>,
}

impl Groups {
    /// None yet. The guide says whose move each kind is.
    #[must_use]
    pub fn new(guide: Arc<Guide>) -> Self {
        Self { guide, by_key: HashMap::new(), all: 0 }
    }

    /// Counts one failure, and when it was as the log writes it.
    pub fn push(&mut self, item: &Item, at: Option<&str>) {
        self.push_from(item, Place { at, ..Place::default() });
    }

    /// Counts one failure, with the line it stood in.
    pub fn push_from(&mut self, item: &Item, place: Place<'_>) {
        self.all += 1;
        let mut key = (item.meaning.cause.clone(), item.meaning.kind.clone(), item.incoming);
        if self.by_key.len() >= GROUPS && !self.by_key.contains_key(&key) {
            key.1 = None;
        }
        let order = self.by_key.len();
        let group = self.by_key.entry(key).or_insert_with(|| Counted::beginning(order, item, place));
        group.count += 1;
        if let Some(at) = place.at {
            group.seen(at);
        }
        if let Some(domain) = item.recipient.as_deref().and_then(domain) {
            group.domains.count(&domain);
        }
        if let Some(reporter) = &item.reporter {
            group.reporters.count(reporter);
        }
    }

    /// How many failures were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.all
    }

    /// The groups, most frequent first; those of the same size in the order in which they came.
    #[must_use]
    pub fn groups(&self) -> Vec<Group> {
        let mut all: Vec<_> = self.by_key.iter().collect();
        all.sort_by_key(|(_, c)| (Reverse(c.count), c.order));
        all.into_iter()
            .map(|((cause, kind, incoming), c)| Group {
                cause: cause.clone(),
                kind: kind.clone(),
                who: c.example.turned(who(&self.guide, &c.example)),
                incoming: *incoming,
                count: c.count,
                first: c.first.clone(),
                last: c.last.clone(),
                domains: c.domains.most(),
                reporters: c.reporters.most(),
                example: c.example.clone(),
                example_line: c.example_line.clone(),
                example_number: c.example_number,
            })
            .collect()
    }
}

impl Counted {
    fn beginning(order: usize, item: &Item, place: Place<'_>) -> Self {
        let words = || match item.reply.code {
            0 => item.reply.joined(),
            _ => format!("{} {}", item.reply.codes(), item.reply.joined()),
        };
        let line = place.line.map_or_else(words, str::to_owned);
        Self {
            order,
            count: 0,
            first: None,
            last: None,
            domains: Names::default(),
            reporters: Names::default(),
            example: item.clone(),
            example_line: clean_line(&line, EXAMPLE),
            example_number: place.number,
        }
    }

    /// Logs are in order, so the last line is the latest; several logs in a row may not be, and where the year stands first the words tell.
    fn seen(&mut self, at: &str) {
        let told = |at: &str| {
            at.as_bytes().first_chunk::<5>().is_some_and(|y| y[..4].iter().all(u8::is_ascii_digit) && y[4] == b'-')
        };
        let earlier = |a: &str, b: &str| told(a) && told(b) && a < b;
        if self.first.as_deref().is_none_or(|first| earlier(at, first)) {
            self.first = Some(clean_line(at, 40));
        }
        match &mut self.last {
            Some(last) if earlier(at, last) => {}
            Some(last) if last.len() == at.len() && at.is_ascii() => {
                last.clear();
                last.push_str(at);
            }
            last => *last = Some(clean_line(at, 40)),
        }
    }
}

/// Whose move it is, as the guide says it to whoever sends.
pub(super) fn who(guide: &Guide, item: &Item) -> Who {
    let meaning = &item.meaning;
    let of_kind = || meaning.kind.as_deref().and_then(|k| guide.kind(k)).map(|(_, k)| k.who);
    let of_cause = || guide.cause(&meaning.cause).map(|c| c.who);
    own(guide, meaning, item.reply.enhanced).who.or_else(of_kind).or_else(of_cause).unwrap_or(Who::You)
}

fn domain(address: &str) -> Option<String> {
    let (_, domain) = address.rsplit_once('@')?;
    let domain = domain.trim_matches(['<', '>', '.', ' ']);
    (!domain.is_empty()).then(|| clean_line(&domain.to_ascii_lowercase(), 255))
}

/// How often each name was seen. When there are too many, those seen least are let go.
#[derive(Clone, Default)]
struct Names {
    counts: HashMap<String, u64>,
}

impl Names {
    fn count(&mut self, name: &str) {
        if let Some(count) = self.counts.get_mut(name) {
            *count += 1;
            return;
        }
        if self.counts.len() >= NAMES {
            // Each loses as much as the least of them has (Misra and Gries): what is frequent stays.
            self.counts.retain(|_, count| {
                *count -= 1;
                *count > 0
            });
        }
        if self.counts.len() < NAMES {
            self.counts.insert(name.to_owned(), 1);
        }
    }

    fn most(&self) -> Vec<(String, u64)> {
        let mut all: Vec<_> = self.counts.iter().map(|(name, count)| (name.clone(), *count)).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        all.truncate(TOLD);
        all
    }
}
