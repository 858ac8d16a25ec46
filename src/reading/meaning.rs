//! What one reply means.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::outside;
use crate::guide::{CodeEntry, Guide, Phrase, small};
use crate::transcript::{Enhanced, Reply, Stage, clean_line};

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

    /// How sure a weight makes by itself: 30 db leave no doubt, 15 make it likely.
    #[must_use]
    pub fn of(db: i32) -> Self {
        match db {
            30.. => Self::Confirmed,
            15..30 => Self::Likely,
            _ => Self::Possible,
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
    /// Values the text gave away: the phrase's named groups, and `server` `code` `enhanced` `codes` `text` `stage` `phrase` `wait`.
    pub args: BTreeMap<String, String>,
}

/// The longest text that phrases are looked for in, in bytes: far beyond any honest reply.
const LOOKED_AT: usize = 8 * 1024;
/// The longest value given to words, in characters.
const VALUE: usize = 160;

/// Reads one reply: the first phrase that matches, else the enhanced code, else the code at its stage, else its class.
///
/// A positive reply reads as cause `healthy` with 0 db.
#[must_use]
pub fn read_reply(guide: &Guide, reply: &Reply) -> Meaning {
    let joined = reply.joined();
    let text = normal(&joined);
    let mut args = said(reply, &text);
    if reply.is_positive() || (reply.code == 0 && reply.enhanced.is_some_and(|e| e.class == 2)) {
        return meaning("healthy", None, 0, args);
    }
    if let Some((phrase, found)) = phrase_of(guide, reply, &text, &mut args) {
        args.insert("phrase".to_owned(), found.clone());
        let mut read = match turned(phrase, reply.stage) {
            Some((cause, kind, db)) => meaning(cause, Some(kind), db, args),
            None => meaning(&phrase.cause, phrase.kind.as_deref(), phrase.db, args),
        };
        read.phrase = Some(phrase.id.clone());
        read.matched = Some(found);
        return read;
    }
    let of_enhanced = reply.enhanced.and_then(|e| by_enhanced(guide, e));
    if let Some((cause, kind, db)) = of_enhanced.filter(|(cause, _, db)| !elsewhere(reply.code, cause, *db)) {
        return meaning(cause, kind, db, args);
    }
    match by_code(guide, reply.code, reply.stage) {
        Some((cause, kind, db)) => meaning(cause, kind, db, args),
        None => meaning("unclear", None, 0, args),
    }
}

/// The entry of a reply code, else the one that stands for its class.
pub(super) fn code_entry(guide: &Guide, code: u16) -> Option<&CodeEntry> {
    guide.code(code).or_else(|| if code >= 400 { guide.code(code / 100 * 100) } else { None })
}

fn meaning(cause: &str, kind: Option<&str>, db: i32, mut args: BTreeMap<String, String>) -> Meaning {
    if let Some(wait) = args.get("text").and_then(|text| super::wait::asked(cause, kind, text)) {
        args.insert("wait".to_owned(), wait);
    }
    Meaning {
        cause: cause.to_owned(),
        kind: kind.map(str::to_owned),
        db,
        certainty: Certainty::of(db),
        phrase: None,
        matched: None,
        args,
    }
}

fn phrase_of<'g>(
    guide: &'g Guide,
    reply: &Reply,
    text: &str,
    args: &mut BTreeMap<String, String>,
) -> Option<(&'g Phrase, String)> {
    let small = small(text);
    for at in guide.phrases_near(&small) {
        let phrase = &guide.phrases()[at];
        if !phrase.admits(reply.code, reply.enhanced, reply.stage) || elsewhere(reply.code, &phrase.cause, phrase.db) {
            continue;
        }
        let regex = phrase.text.regex();
        let Some(whole) = outside::find(regex, &small) else { continue };
        if regex.captures_len() > 1 {
            // From where it was found: a search from the beginning is the dearer part.
            if let Some(groups) = regex.captures_at(&small, whole.start()) {
                for name in regex.capture_names().flatten() {
                    if let Some(value) = groups.name(name).map(|m| text[m.range()].trim()).filter(|v| !v.is_empty()) {
                        let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
                        args.entry(name.to_owned()).or_insert_with(|| clean_line(value, VALUE));
                    }
                }
            }
        }
        return Some((phrase, clean_line(text[whole.range()].trim(), VALUE)));
    }
    None
}

/// Whether a code speaks of something else than an address: a user who is unknown at a login (RFC 4954 §6) is nobody's recipient, and
/// where a command is refused as such (RFC 5321 §4.2.4), a weak word like "unknown" is about the command.
fn elsewhere(code: u16, cause: &str, db: i32) -> bool {
    cause == "address" && (matches!(code, 530 | 534 | 535 | 538) || (matches!(code, 500 | 502..=504 | 555) && db <= 12))
}

/// At MAIL no recipient has been named yet: what is unknown there is the sender's address or domain.
fn turned(phrase: &Phrase, stage: Option<Stage>) -> Option<(&'static str, &'static str, i32)> {
    let unknown = matches!(phrase.kind.as_deref(), Some("no-such-user" | "no-such-domain" | "null-mx"));
    (stage == Some(Stage::Mail) && unknown).then_some(("dns", "sender-domain-broken", phrase.db.min(15)))
}

fn by_enhanced(guide: &Guide, code: Enhanced) -> Option<(&str, Option<&str>, i32)> {
    let entry = guide.enhanced_code(code)?;
    Some((entry.cause.as_deref()?, entry.kind.as_deref(), entry.db))
}

fn by_code(guide: &Guide, code: u16, stage: Option<Stage>) -> Option<(&str, Option<&str>, i32)> {
    let entry = code_entry(guide, code)?;
    let at = stage.and_then(|s| entry.at.iter().find(|a| a.stage.contains(&s)));
    Some(match at {
        Some(at) => (&at.cause, at.kind.as_deref(), entry.db),
        None => (&entry.cause, entry.kind.as_deref(), entry.db),
    })
}

fn said(reply: &Reply, text: &str) -> BTreeMap<String, String> {
    let mut args = BTreeMap::new();
    let mut say = |name: &str, value: String| drop(args.insert(name.to_owned(), value));
    if !reply.server.is_empty() {
        say("server", clean_line(&reply.server, 300));
    }
    if reply.code != 0 {
        say("code", reply.code.to_string());
    }
    match (reply.code, reply.enhanced) {
        (0, None) => {}
        (0, Some(e)) => say("codes", e.to_string()),
        _ => say("codes", reply.codes()),
    }
    if let Some(enhanced) = reply.enhanced {
        say("enhanced", enhanced.to_string());
    }
    if !text.is_empty() {
        say("text", clean_line(text, 300));
    }
    if let Some(stage) = reply.stage {
        say("stage", stage.spoken().to_owned());
    }
    args
}

/// The text as phrases want it: one line, single spaces, straight quotes, of bounded length.
pub(super) fn normal(text: &str) -> Cow<'_, str> {
    let mut end = text.len().min(LOOKED_AT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = text[..end].trim();
    let plain = |pair: &[u8]| pair[0].is_ascii_graphic() && pair[0] != b'`' || pair[0] == b' ' && pair[1] != b' ';
    if text.as_bytes().windows(2).all(plain) && text.bytes().next_back().is_none_or(|b| b.is_ascii_graphic()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().map(|c| match c {
            '\u{2018}' | '\u{2019}' | '\u{b4}' | '`' => '\'',
            '\u{201c}' | '\u{201d}' => '"',
            c => c,
        }));
    }
    Cow::Owned(out)
}
