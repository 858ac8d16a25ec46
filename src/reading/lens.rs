//! Which parts of a text decided how a failure in it is read: so that a person sees the code, the enhanced code and the phrase where they stand.
//!
//! A reply is known by its words in their order. Part stands between them is passed over: line breaks, quoting, codes that are said again
//! on each line, tags, the soft breaks of quoted-printable (RFC 2045 section 6.7).

use std::collections::HashMap;
use std::ops::Range;

use super::Item;

/// Part a marked part of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The reply code.
    Code,
    /// The enhanced status code.
    Enhanced,
    /// The words that were recognised.
    Phrase,
}

/// A marked part: never across the end of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Where, in bytes of the text.
    pub at: Range<usize>,
    /// Part it is.
    pub part: Part,
}

/// A text with the parts marked that decided how one failure in it is read.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Lens {
    /// The marked parts in the order of their places; no two overlap.
    pub marks: Vec<Mark>,
    /// Where the reply stands, from its first word to its last; none where it could not be found again, as in an encoded part.
    pub reply: Option<Range<usize>>,
}

impl Lens {
    /// Where to look first.
    #[must_use]
    pub fn start(&self) -> Option<usize> {
        let marked = self.marks.first().map(|m| m.at.start);
        marked.into_iter().chain(self.reply.as_ref().map(|r| r.start)).min()
    }
}

/// The most words of a reply that are looked for.
const WORDS: usize = 240;
/// So many words may stand between two of a reply: a code that is said again takes four.
const GAP: usize = 8;
/// So many places where a reply may begin are tried.
const PLACES: usize = 4_000;
/// How far before the words of a reply its code may stand, in bytes.
const BEFORE: usize = 80;
/// How far from a reply its status may stand in a report (RFC 3464), in bytes.
const AROUND: usize = 2_000;

/// Marks what decided the reading of `item` in the text it was read from.
#[must_use]
pub fn lens(text: &str, item: &Item) -> Lens {
    let words = words(text);
    let reply: Vec<Word> = self::words(&item.reply.joined()).into_iter().take(WORDS).collect();
    let found = Search { text, words: &words, item }.best(&reply);
    let place = found.as_ref().map(|f| f[0]..f[f.len() - 1] + 1);
    let bytes = place.clone().map(|p| words[p.start].from..words[p.end - 1].to);
    let mut marks = codes(text, item, bytes.as_ref());
    if let (Some(place), Some(matched)) = (place, &item.meaning.matched) {
        let from = place.start.saturating_sub(GAP);
        let near = &words[from..(place.end + GAP).min(words.len())];
        marks.extend(phrase(text, near, matched).into_iter().map(|at| Mark { at, part: Part::Phrase }));
    }
    Lens { marks: apart(marks), reply: bytes }
}

/// A word of letters and digits, known again by its hash in lower case.
#[derive(Clone, Copy, Debug)]
struct Word {
    from: usize,
    to: usize,
    hash: u64,
}

fn words(text: &str) -> Vec<Word> {
    const SEED: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let mut words = Vec::new();
    let mut open: Option<Word> = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c.is_alphanumeric() {
            let word = open.get_or_insert(Word { from: at, to: at, hash: SEED });
            for lower in c.to_lowercase() {
                word.hash = (word.hash ^ u64::from(u32::from(lower))).wrapping_mul(PRIME);
            }
            word.to = at + c.len_utf8();
            continue;
        }
        // A soft break in the middle of a word.
        let soft = ["=\r\n", "=\n"].into_iter().find(|s| c == '=' && text[at..].starts_with(s));
        if let (Some(soft), true) = (soft, open.is_some())
            && text[at + soft.len()..].starts_with(char::is_alphanumeric)
        {
            // Its octets are characters of their own.
            chars.nth(soft.len() - 2);
            continue;
        }
        words.extend(open.take());
    }
    words.extend(open);
    words
}

/// Looks for the words of a reply.
struct Search<'a> {
    text: &'a str,
    words: &'a [Word],
    item: &'a Item,
}

impl Search<'_> {
    /// The places of the words of a reply where they fit best; of equal ones near the recipient, then the first.
    fn best(&self, reply: &[Word]) -> Option<Vec<usize>> {
        let mut counts: HashMap<u64, usize> = reply.iter().take(16).map(|w| (w.hash, 0)).collect();
        for word in self.words {
            if let Some(count) = counts.get_mut(&word.hash) {
                *count += 1;
            }
        }
        // The rarest of its first words is where it is recognised.
        let rare = |(_, w): &(usize, &Word)| counts.get(&w.hash).copied().filter(|n| *n > 0).unwrap_or(usize::MAX);
        let (nth, anchor) = reply.iter().enumerate().take(16).min_by_key(rare)?;
        let about = self.recipients();
        let places = self.words.iter().enumerate().filter(|(_, w)| w.hash == anchor.hash).map(|(at, _)| at);
        let mut best: Option<(usize, Vec<usize>)> = None;
        for at in places.take(PLACES) {
            let Some(found) = aligned(reply, self.words, nth, at) else { continue };
            let score = self.score(&found, &about);
            if found.len() * 2 > reply.len() && best.as_ref().is_none_or(|(most, _)| score > *most) {
                best = Some((score, found));
            }
        }
        best.map(|(_, found)| found)
    }

    fn score(&self, found: &[usize], about: &[usize]) -> usize {
        let (from, to) = (self.words[found[0]].from, self.words[found[found.len() - 1]].to);
        let last = about.partition_point(|at| *at < to);
        let far = last.checked_sub(1).map_or(usize::MAX, |i| from.saturating_sub(about[i]));
        let near = 64_usize.saturating_sub(far / 16);
        let code = self.item.reply.code != 0 && {
            let before = &self.text[floor(self.text, from.saturating_sub(24))..from];
            before.contains(&self.item.reply.code.to_string())
        };
        found.len() * 128 + near + if code { 32 } else { 0 }
    }

    /// Where the recipient is named.
    fn recipients(&self) -> Vec<usize> {
        let Some(recipient) = &self.item.recipient else { return Vec::new() };
        let named = words(recipient);
        let Some(first) = named.first() else { return Vec::new() };
        let all = self.words.windows(named.len()).filter(|w| w[0].hash == first.hash);
        all.filter(|w| w.iter().zip(&named).all(|(a, b)| a.hash == b.hash)).map(|w| w[0].from).collect()
    }
}

/// Where the words of a reply stand if its `nth` stands at `at`: in their order, with little between them, some left out.
fn aligned(reply: &[Word], text: &[Word], nth: usize, at: usize) -> Option<Vec<usize>> {
    if reply.get(nth)?.hash != text.get(at)?.hash {
        return None;
    }
    let mut found = vec![at];
    let (mut missed, mut next) = (0, at + 1);
    for word in &reply[nth + 1..] {
        let window = text.iter().enumerate().skip(next).take(GAP);
        match window.into_iter().find(|(_, w)| w.hash == word.hash) {
            Some((i, _)) => {
                found.push(i);
                next = i + 1;
            }
            None => missed += 1,
        }
        if missed > 3 + found.len() / 2 {
            break;
        }
    }
    let mut before = at;
    for word in reply[..nth].iter().rev() {
        let from = before.saturating_sub(GAP);
        if let Some(i) = (from..before).rev().find(|i| text[*i].hash == word.hash) {
            found.push(i);
            before = i;
        }
    }
    found.sort_unstable();
    Some(found)
}

/// Where the words that were recognised stand: as they are written, else word by word.
fn phrase(text: &str, near: &[Word], matched: &str) -> Vec<Range<usize>> {
    let Some((first, last)) = near.first().zip(near.last()) else { return Vec::new() };
    let matched = matched.trim_end_matches('…');
    let region = text[first.from..last.to].to_ascii_lowercase();
    if let Some(at) = region.find(&matched.to_ascii_lowercase()).map(|at| first.from + at) {
        return lines(text, at..at + matched.len()).collect();
    }
    let wanted = words(matched);
    // Its first word may be only the end of one in the text.
    let whole = (0..near.len()).rev().filter_map(|at| aligned(&wanted, near, 0, at)).max_by_key(Vec::len);
    let cut = (0..near.len()).rev().filter_map(|at| aligned(wanted.get(1..)?, near, 0, at)).max_by_key(Vec::len);
    let best = [cut, whole].into_iter().flatten().max_by_key(Vec::len).filter(|f| f.len() * 2 >= wanted.len());
    best.map_or_else(Vec::new, |found| runs(text, near, &found).collect())
}

/// The bytes of words that stand together on one line.
fn runs<'a>(text: &'a str, words: &'a [Word], found: &'a [usize]) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut all: Vec<Range<usize>> = Vec::new();
    let mut last: Option<usize> = None;
    for &i in found {
        let word = words[i];
        let joins = last.is_some_and(|l| l + 1 == i && !text[words[l].to..word.from].contains('\n'));
        match all.last_mut().filter(|_| joins) {
            Some(run) => run.end = word.to,
            None => all.push(word.from..word.to),
        }
        last = Some(i);
    }
    all.into_iter().flat_map(|run| lines(text, run))
}

/// A range cut at the ends of lines.
fn lines(text: &str, range: Range<usize>) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut from = range.start;
    text[range].split_inclusive('\n').filter_map(move |line| {
        let start = from;
        from += line.len();
        let line = line.trim_end_matches(['\n', '\r', '=']);
        (!line.is_empty()).then(|| start..start + line.len())
    })
}

/// The reply code and the enhanced code, before a reply and on each of its lines.
fn codes(text: &str, item: &Item, reply: Option<&Range<usize>>) -> Vec<Mark> {
    let mut marks = Vec::new();
    let code = Some(item.reply.code).filter(|c| *c != 0).map(|c| c.to_string());
    let enhanced = item.reply.enhanced.map(|e| e.to_string());
    let in_reply = |at: &Range<usize>| {
        // Without any word in the reply the codes are all there is.
        let near = reply.is_none_or(|r| at.end <= r.end && at.start + BEFORE >= r.start);
        near && !broken_off(text, at, reply)
    };
    for (code, part) in [(code, Part::Code), (enhanced, Part::Enhanced)] {
        let Some(code) = code else { continue };
        let all = || written(text, &code);
        let mut found: Vec<_> = all().filter(in_reply).collect();
        if let Some(reply) = reply {
            // Of those before the words the nearest counts, the others belong to something else.
            let before = found.iter().filter(|f| f.start < reply.start).count();
            found.drain(..before.saturating_sub(1));
            if found.is_empty() {
                let far = |f: &Range<usize>| f.start.abs_diff(reply.start);
                found.extend(all().filter(|f| far(f) < AROUND).min_by_key(far));
            }
        } else {
            found.truncate(1);
        }
        marks.extend(found.into_iter().map(|at| Mark { at, part }));
    }
    marks
}

/// Whether a paragraph ends between a code and its reply.
fn broken_off(text: &str, code: &Range<usize>, reply: Option<&Range<usize>>) -> bool {
    reply.is_some_and(|r| {
        code.end < r.start && {
            let between = &text[code.end..r.start];
            between.contains("\n\n") || between.contains("\r\n\r\n")
        }
    })
}

/// Where a code is written by itself: not as a part of a longer number.
fn written<'a>(text: &'a str, code: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    let alone = |c: Option<char>, next: Option<char>| match c {
        None => true,
        Some('.') => next.is_none_or(|n| !n.is_ascii_digit()),
        Some(c) => !c.is_alphanumeric(),
    };
    text.match_indices(code).map(|(at, code)| at..at + code.len()).filter(move |r| {
        let (mut before, mut behind) = (text[..r.start].chars().rev(), text[r.end..].chars());
        alone(before.next(), before.next()) && alone(behind.next(), behind.next())
    })
}

/// In order and without overlaps: a code inside a phrase stays a code.
fn apart(marks: Vec<Mark>) -> Vec<Mark> {
    let (phrases, codes): (Vec<_>, Vec<_>) = marks.into_iter().partition(|m| m.part == Part::Phrase);
    let mut all: Vec<Mark> = Vec::new();
    for mark in codes {
        if all.iter().all(|m| m.at.end <= mark.at.start || mark.at.end <= m.at.start) {
            all.push(mark);
        }
    }
    all.sort_by_key(|m| m.at.start);
    let codes = all.clone();
    for Mark { mut at, part } in phrases {
        let inside: Vec<_> = codes.iter().filter(|c| c.at.start < at.end && at.start < c.at.end).collect();
        for code in inside {
            if at.start < code.at.start {
                all.push(Mark { at: at.start..code.at.start, part });
            }
            at.start = code.at.end.min(at.end);
        }
        if at.start < at.end {
            all.push(Mark { at, part });
        }
    }
    all.sort_by_key(|m| m.at.start);
    all
}

/// The nearest place at or before `at` where a character begins.
fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests;
