//! Bounces in words: what mail servers and gateways write to people, in no fixed form.

use std::sync::LazyLock;

use regex::Regex;

use super::draft::{Draft, worth};
use super::find::{self, Found};
use super::read_reply;
use super::{address, dialogue};
use crate::guide::Guide;

/// What is known about a bounce beside its words.
#[derive(Clone, Debug, Default)]
pub(super) struct Hints {
    /// Recipients that a header names as failed.
    pub(super) failed: Vec<String>,
    /// Whom the bounce itself went to and came from: never the failed recipient, unless nothing else is there.
    pub(super) own: Vec<String>,
}

static CUT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?im)^[ \t]*(?:[-*_=#>]{2,}[^\n\w]*(?:this is a copy of|below this line|(?:the )?(?:original|returned|undelivered|unsent|rejected|bounced|your) (?:message|mail)|",
        r"message (?:header|text|body)s?|copy of|forwarded message|enclosed|header|start of|included is|original mail)|",
        r"(?:the )?original (?:message|mail|header)s?\b.{0,30}(?:follows?|headers?|below|:|-+)|",
        r"(?:here is|below is|attached is|the following is) (?:a copy|your|the (?:first|original))|message headers?:|original-?message|",
        r"(?:oorspronkelijke|ursprüngliche|en-têtes|encabezados|urspr.ngliche)\b.{0,40}:|",
        r"(?:received|return-path|delivered-to|dkim-signature|message-id|x-[a-z-]+): ?[\[<(a-z])"
    ))
    .expect("a pattern")
});

/// The part of a bounce before the message it gives back.
fn own_words(body: &str) -> &str {
    match CUT.find(body).filter(|m| body[..m.start()].trim().len() >= 20) {
        Some(cut) => &body[..cut.start()],
        None => body,
    }
}

/// The failures that a bounce's words tell, one for each recipient that can be told apart.
pub(super) fn read(guide: &Guide, body: &str, hints: &Hints) -> Vec<Draft> {
    let words = own_words(body);
    let overall = best(guide, words);
    let mut drafts: Vec<Draft> = Vec::new();
    for (recipient, text) in blocks(words, hints) {
        let Some(found) = best(guide, &text) else { continue };
        if worth(guide, &found) > (false, 0) || found.code != 0 {
            drafts.push(Draft { recipient: Some(recipient), found, permanent: None });
        }
    }
    let Some(overall) = overall else { return drafts };
    for draft in drafts.iter_mut().filter(|d| d.found.code == 0) {
        let (own, whole) = (worth(guide, &draft.found), worth(guide, &overall));
        if own < whole || (own == whole && overall.code != 0) {
            draft.found = overall.clone();
        }
    }
    if drafts.is_empty() {
        let recipient = overall.recipient.clone().or_else(|| named(words, hints));
        drafts.push(Draft { recipient, found: overall, permanent: None });
    }
    drafts
}

/// The recipient that a bounce is about, where nothing else of it could be read.
pub(super) fn recipient(body: &str, hints: &Hints) -> Option<String> {
    named(own_words(body), hints)
}

/// The reply in a piece of a bounce, or its words, whichever says more.
fn best(guide: &Guide, text: &str) -> Option<Found> {
    if text.trim().is_empty() {
        return None;
    }
    let coded = if dialogue::is_dialogue(text) { refusal(guide, dialogue::replies(text)) } else { None }
        .or_else(|| find::inside(text));
    let words = Found::words(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    match coded {
        Some(coded) if worth(guide, &coded).0 || !worth(guide, &words).0 => Some(coded),
        Some(coded) => Some(Found {
            code: coded.code,
            enhanced: coded.enhanced.or(words.enhanced),
            stage: coded.stage.or(words.stage),
            ..words
        }),
        None => Some(words).filter(|w| worth(guide, w).0 || w.enhanced.is_some()),
    }
}

/// The refusal of a dialogue that the others follow from: the first that is not about the order of commands.
fn refusal(guide: &Guide, mut said: Vec<Found>) -> Option<Found> {
    let follows = |f: &Found| read_reply(guide, &f.clone().into_reply()).kind.as_deref() == Some("command-sequence");
    let first = said.iter().position(|f| !follows(f)).unwrap_or(0);
    (!said.is_empty()).then(|| said.swap_remove(first))
}

static STARTS: LazyLock<Regex> = LazyLock::new(|| {
    let address = r#"(?P<a>(?:"[^"\n]+"|[^\s<>@"'`,;:()\[\]{}=|\\]+)@[A-Za-z0-9_.-]+)"#;
    Regex::new(&format!(r#"^[ \t]{{0,12}}(?:[*•-][ \t]*)?["'<(]*{address}[>"')]*(?P<rest>.*)$"#)).expect("a pattern")
});

/// Pieces that begin with an address at the start of a line, as most servers write them.
fn blocks(words: &str, hints: &Hints) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut blank = 0;
    for line in words.lines().take(20_000) {
        if line.trim().is_empty() {
            blank += 1;
        }
        let start =
            STARTS.captures(line).filter(|c| !is_own(&c["a"], hints) && !c["rest"].trim_start().starts_with('@'));
        if let Some(caps) = start {
            let (address, rest) =
                (caps["a"].trim_end_matches('.').to_owned(), caps["rest"].trim().trim_start_matches(':').trim());
            // Sendmail repeats the address in front of its own summary; it belongs to the same recipient.
            match blocks.last_mut().filter(|(last, _)| last.eq_ignore_ascii_case(&address)) {
                Some((_, text)) => text.push_str(&format!("\n{rest}")),
                None => blocks.push((address, rest.to_owned())),
            }
            blank = 0;
        } else if let Some((_, text)) = blocks.last_mut().filter(|_| blank < 3) {
            text.push('\n');
            text.push_str(line);
        }
        if blocks.len() > 1_000 {
            break;
        }
    }
    blocks
}

/// The addresses that a bounce's words name, wherever they stand.
fn named(words: &str, hints: &Hints) -> Option<String> {
    let good = |a: &&str| !is_own(a, hints) && !address::is_system(a);
    let failed = hints.failed.first().map(String::as_str);
    failed
        .or_else(|| address::all(words).find(good))
        .or_else(|| address::all(words).find(|a| hints.own.iter().all(|o| !o.eq_ignore_ascii_case(a))))
        .map(str::to_owned)
}

fn is_own(address: &str, hints: &Hints) -> bool {
    hints.own.iter().any(|o| o.eq_ignore_ascii_case(address))
}
