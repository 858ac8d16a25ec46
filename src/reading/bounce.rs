//! Bounces in words: what mail servers and gateways write to people, in no fixed form.

use std::sync::LazyLock;

use regex::Regex;

use super::address::{self, LOCAL};
use super::draft::Draft;
use super::find::{self, Found};
use super::judged::Judged;
use super::mime::Head;
use super::signs::Signs;
use super::{dialogue, own, said};
use crate::guide::Guide;
use crate::transcript::{Reply, Stage};

/// What is known about a bounce beside its words.
#[derive(Clone, Debug, Default)]
pub(super) struct Hints<'t> {
    /// Recipients that a header names as failed.
    pub(super) failed: Vec<String>,
    /// Whom the bounce itself went to and came from: never the failed recipient, unless nothing else is there.
    pub(super) own: Vec<String>,
    /// The header fields of the message that is given back, where they are a part of their own.
    pub(super) returned: Option<&'t str>,
}

impl Hints<'_> {
    fn is_own(&self, address: &str) -> bool {
        self.own.iter().any(|o| o.eq_ignore_ascii_case(address))
    }
}

/// A failure, and whom it is about.
pub(super) type Failure = (Option<String>, Judged);

/// The failures that a bounce's words tell, one for each recipient that can be told apart.
pub(super) fn read(guide: &Guide, body: &str, hints: &Hints<'_>) -> Vec<Draft> {
    let signs = Signs::of(&Head::default(), body);
    let failures = failures(guide, body, hints);
    let permanent = |j: &Judged| match () {
        () if signs.waits() => Some(false),
        () if j.reply.code == 0 && signs.given_up() => Some(true),
        () => None,
    };
    let draft = |(recipient, judged): Failure| Draft { permanent: permanent(&judged), ..judged.draft(recipient) };
    failures.into_iter().map(draft).collect()
}

/// The same, judged.
pub(super) fn failures(guide: &Guide, body: &str, hints: &Hints<'_>) -> Vec<Failure> {
    let letter = !hints.own.iter().any(|a| address::is_system(a));
    let (words, rest) = own::split(own::forwarded(body).filter(|_| letter).unwrap_or(body));
    let mut blocks = blocks(words, hints);
    // Where a header names those that failed, the others are named for another reason: the sender, an alias.
    let named_failed = |(a, _): &(String, String)| hints.failed.iter().any(|f| f.eq_ignore_ascii_case(a));
    if blocks.iter().any(named_failed) {
        blocks.retain(named_failed);
    }
    let only = blocks.len() == 1;
    // A recipient without a word of its own shares those of the next one that has some.
    let mut told: Vec<(String, Option<Judged>)> = Vec::with_capacity(blocks.len());
    for (recipient, text) in blocks {
        let judged = best(guide, &text, Some(&recipient)).or_else(|| about(guide, words, &recipient));
        told.push((recipient, judged.filter(|j| j.worth() > (false, 0) || j.reply.code != 0)));
    }
    for at in (1..told.len()).rev() {
        if told[at - 1].1.is_none() {
            told[at - 1].1 = told[at].1.clone();
        }
    }
    let lacking =
        told.is_empty() || told.iter().any(|(_, j)| j.as_ref().is_none_or(|j| j.reply.code == 0 && !j.known()));
    let weak = || told.iter().any(|(_, j)| j.as_ref().is_some_and(|j| j.reply.code == 0));
    let overall = if lacking || weak() { best(guide, words, None) } else { None };
    let mut failures: Vec<Failure> = Vec::with_capacity(told.len());
    for (recipient, judged) in told {
        let judged = match (judged, &overall) {
            (Some(j), Some(all))
                if j.reply.code == 0
                    && (j.worth() < all.worth() || (j.worth() == all.worth() && all.reply.code != 0)) =>
            {
                all.clone()
            }
            (Some(j), _) => j,
            (None, Some(all)) => all.clone(),
            (None, None) => continue,
        };
        let judged = if only { whence(guide, judged, words) } else { judged };
        failures.push((Some(recipient), judged));
    }
    if failures.is_empty()
        && let Some(overall) = overall
    {
        let recipient =
            hints.failed.first().cloned().or_else(|| overall.recipient.clone()).or_else(|| named(words, rest, hints));
        failures.push((recipient, whence(guide, overall, words)));
    }
    failures
}

/// Host and stage out of all words, where a bounce is about one recipient and the words about that one lack them.
fn whence(guide: &Guide, mut judged: Judged, words: &str) -> Judged {
    if judged.reply.server.is_empty()
        && let Some(host) = said::by(words)
    {
        judged.hear(&host);
    }
    match judged.reply.stage.or_else(|| stage(words, &judged.reply)) {
        stage @ Some(_) if judged.reply.stage.is_none() => judged.again(guide, |reply| reply.stage = stage),
        _ => judged,
    }
}

/// The stage at which a dialogue in a bounce's words has this very reply, or what the words say themselves.
pub(super) fn stage(words: &str, reply: &Reply) -> Option<Stage> {
    if reply.code == 0 {
        return None;
    }
    let said = if words.contains("<<<") { dialogue::replies(words) } else { Vec::new() };
    let same = said
        .iter()
        .find(|f| f.code == reply.code && (f.enhanced == reply.enhanced || f.enhanced.is_none()))
        .and_then(|f| f.stage);
    // Sendmail sends DATA before it reads the answers to RCPT (RFC 2920).
    let early = same == Some(Stage::Data) && reply.enhanced.is_some_and(|e| e.subject == 1);
    if early { Some(Stage::Rcpt) } else { same.or_else(|| said::stage(words)) }
}

/// The recipient that a bounce is about, where nothing else of it could be read.
pub(super) fn recipient(body: &str, hints: &Hints<'_>) -> Option<String> {
    let (words, rest) = own::split(body);
    named(words, rest, hints)
}

/// What a bounce's words say about one recipient beside its codes: from its address to the end of the paragraph.
pub(super) fn paragraph(words: &str, address: &str) -> Option<String> {
    let at = find_fold(words, address)?;
    let text = &words[at..];
    let text = &text[..text.floor_char_boundary(2_048)];
    let end = text.find("\n\n").or_else(|| text.find("\n\r\n")).unwrap_or(text.len());
    Some(text[..end].split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Where `wanted` stands in a text, whatever the case.
fn find_fold(text: &str, wanted: &str) -> Option<usize> {
    text.find(wanted).or_else(|| {
        let first = wanted.as_bytes().first()?;
        let fits = |at: &usize| {
            text.as_bytes().get(*at..at + wanted.len()).is_some_and(|t| t.eq_ignore_ascii_case(wanted.as_bytes()))
        };
        let starts = text.bytes().enumerate().filter(|(_, b)| b.eq_ignore_ascii_case(first)).map(|(at, _)| at);
        starts.take(10_000).find(fits).filter(|at| text.is_char_boundary(*at))
    })
}

/// The reply in a piece of a bounce, or its words, whichever says more.
fn best(guide: &Guide, text: &str, about: Option<&str>) -> Option<Judged> {
    if text.trim().is_empty() {
        return None;
    }
    let bare = prompts(text);
    let text = bare.as_deref().unwrap_or(text);
    let spoken =
        if may_be_dialogue(text) && dialogue::is_dialogue(text) { dialogue::replies(text) } else { Vec::new() };
    let mut coded = refusal(guide, spoken, about).or_else(|| find::inside(text).map(|f| Judged::of(guide, f)));
    if let Some(coded) = &mut coded
        && coded.reply.server.is_empty()
        && let Some(host) = said::by(text)
    {
        coded.hear(&host);
    }
    if coded.as_ref().is_some_and(Judged::clear) {
        return coded;
    }
    let mut words = Found::words(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    words.server = words.server.or_else(|| said::by(text));
    let words = Judged::of(guide, words);
    match coded {
        Some(coded) if !words.clear() || (coded.known() && words.meaning.db < 12) => Some(coded),
        Some(coded) => Some(words.again(guide, |reply| {
            reply.code = coded.reply.code;
            reply.enhanced = coded.reply.enhanced.or(reply.enhanced);
            reply.stage = coded.reply.stage.or(reply.stage);
            if !coded.reply.server.is_empty() {
                reply.server = coded.reply.server;
            }
        })),
        None => Some(words).filter(|w| w.known() || w.reply.enhanced.is_some()),
    }
}

/// A transcript without what a server writes in front of its arrows: the time, `Received`.
fn prompts(text: &str) -> Option<String> {
    if !text.contains("<-- ") && !text.contains("Received <<<") {
        return None;
    }
    let arrow = |line: &str| ["<-- ", "--> ", "<<< ", ">>> "].iter().filter_map(|a| line.find(a)).min();
    Some(text.lines().map(|l| arrow(l).map_or(l, |at| &l[at..])).collect::<Vec<_>>().join("\n"))
}

/// Whether it is worth looking for a dialogue: its prompts, or a code at the very beginning.
fn may_be_dialogue(text: &str) -> bool {
    let begins =
        text.trim_start().trim_start_matches(['>', '|', ' ', '"', '\'', '*', '-']).starts_with(['2', '3', '4', '5']);
    let pairs = || {
        text.as_bytes()
            .array_windows::<2>()
            .any(|w| matches!(w, [b'<', b'<' | b' ' | b'*' | b'~' | b'-' | b'='] | b"->" | b"S:"))
    };
    begins || pairs() || text.contains("Out:") || text.contains("reply:")
}

/// The refusal of a dialogue that is about a recipient; else the one that the others follow from: the first that is not about the order
/// of commands.
fn refusal(guide: &Guide, said: Vec<Found>, about: Option<&str>) -> Option<Judged> {
    let names = |f: &Found| {
        about.is_some_and(|a| {
            f.recipient.as_deref().is_some_and(|r| r.eq_ignore_ascii_case(a))
                || f.lines.iter().any(|l| find_fold(l, a).is_some())
        })
    };
    if said.len() > 1
        && let Some(found) = said.iter().find(|f| names(f))
    {
        let judged = Judged::of(guide, found.clone());
        if judged.known() {
            return Some(judged);
        }
    }
    let mut first = None;
    for found in said.into_iter().take(50) {
        let judged = Judged::of(guide, found);
        if judged.meaning.kind.as_deref() != Some("command-sequence") {
            return Some(judged);
        }
        first = first.or(Some(judged));
    }
    first
}

/// A line with a reply that names the recipient, wherever it stands: sendmail's transcript says `550 5.1.2 bob@… Host unknown`.
fn about(guide: &Guide, words: &str, recipient: &str) -> Option<Judged> {
    let line = words.lines().take(2_000).find(|line| {
        let reply = line.trim_start_matches(['<', ' ', '\t']);
        let coded = reply
            .as_bytes()
            .first_chunk::<4>()
            .is_some_and(|c| matches!(c, [b'4' | b'5', a, b, b' ' | b'-'] if a.is_ascii_digit() && b.is_ascii_digit()));
        coded && find_fold(line, recipient).is_some()
    })?;
    Some(Judged::of(guide, find::whole(line.trim_start_matches(['<', ' ', '\t']))))
}

static STARTS: LazyLock<Regex> = LazyLock::new(|| {
    let address = format!(r"(?P<a>{LOCAL}@[A-Za-z0-9_.-]+)");
    Regex::new(&format!(r#"^[ \t]{{0,12}}(?:[*•-][ \t]*)?["'<(]*?{address}[>"')]*(?P<rest>.*)$"#)).expect("a pattern")
});

/// The most recipients told apart in words.
const BLOCKS: usize = 1_000;

/// Pieces that begin with an address at the start of a line, as most servers write them.
fn blocks(words: &str, hints: &Hints<'_>) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    // Lines without a word since the last block began; a transcript of all that was said is of no recipient alone.
    let mut blank = 3;
    let mut before = "";
    for line in words.lines().take(20_000) {
        let bare = line.trim();
        if bare.is_empty() {
            blank += 1;
        } else if bare.starts_with("-----")
            && blocks.last().is_some_and(|(_, t)| !t.trim().is_empty())
            && find_fold(bare, "transcript").is_some()
        {
            blank = 3;
        }
        let start = if bare.contains('@') { STARTS.captures(line) } else { None };
        let sender = before.ends_with("sent by") || before.ends_with("sent from");
        before = if bare.is_empty() { before } else { bare };
        let start = start.filter(|c| !sender && !hints.is_own(&c["a"]) && !c["rest"].trim_start().starts_with('@'));
        if let Some(caps) = start {
            let rest = caps["rest"].trim();
            // A name that looks like an address stands before the address itself: `bob@work <bob@example.org>: why`.
            let named = rest.strip_prefix('<').and_then(|r| r.split_once(">:")).filter(|(a, _)| address::is_one(a));
            let (address, rest) = named.unwrap_or((&caps["a"], rest));
            let address = address.trim_end_matches('.').to_owned();
            let rest = rest.trim_start_matches(':').trim();
            let full = blocks.len() >= BLOCKS;
            // Sendmail repeats the address in front of its own summary; it belongs to the same recipient.
            match blocks.last_mut().filter(|(last, _)| last.eq_ignore_ascii_case(&address)) {
                Some((_, text)) => {
                    text.push('\n');
                    text.push_str(rest);
                }
                None if full => break,
                None => blocks.push((address, rest.to_owned())),
            }
            blank = 0;
        } else if let Some((_, text)) = blocks.last_mut().filter(|_| blank < 3) {
            text.push('\n');
            text.push_str(line);
        }
    }
    blocks
}

static LABELLED: LazyLock<Regex> = LazyLock::new(|| {
    let before = concat!(
        r"(?i)(?:recipient(?:'s)?(?: e?-?mail)?(?: address)?(?:\(s\)|s|\(es\))?|addressed to|undeliverable(?: to| address)?|deliver(?:ed|y|ing)?(?: (?:your|the|this|a))?(?: message| e?-?mail)? (?:to|for)|",
        r"rcpt to|(?:message|mail|sent|send) to|(?:unknown|invalid|no such) (?:user|address|recipient)|user unknown|allowed size|mailbox|address(?:ee)?|user|account|",
        r"empf(?:ä|ae)nger|destinataire|destinat[aá]rio|ontvanger|mottagare|generated by|expanded from|an die adresse|宛先|^\s*to)"
    );
    let address = format!(r"(?P<a>{LOCAL}@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)");
    Regex::new(&format!(r#"(?m){before}[\s:=<>'"(\[*,-]{{1,12}}(?:mailto:)?{address}"#)).expect("a pattern")
});

/// The address that a bounce's words name as the one that failed; else one that they name at all; else whom the message was to.
fn named(words: &str, rest: &str, hints: &Hints<'_>) -> Option<String> {
    if let Some(failed) = hints.failed.first() {
        return Some(failed.clone());
    }
    let good = |a: &str| !hints.is_own(a) && !address::is_system(a);
    let labelled =
        LABELLED.captures_iter(words).take(20).filter_map(|c| c.name("a")).map(|a| a.as_str()).find(|a| good(a));
    labelled
        .or_else(|| address::all(words).take(50).find(|a| good(a) && !sends(words, a)))
        .map(str::to_owned)
        .or_else(|| hints.returned.and_then(sent_to))
        .or_else(|| sent_to(rest))
        .or_else(|| address::all(words).take(50).find(|a| !hints.is_own(a) && !sends(words, a)).map(str::to_owned))
}

/// Whether an address of these words is named as the one that mail came from.
fn sends(words: &str, address: &str) -> bool {
    let at = (address.as_ptr() as usize).saturating_sub(words.as_ptr() as usize);
    let before = words.get(..at).unwrap_or_default().trim_end_matches(['<', '"', '\'', '(', '[', ':', '=', ' ']);
    let last = before.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    ["from", "sender", "von", "expediteur", "remitente"].iter().any(|w| w.eq_ignore_ascii_case(last))
}

/// The only recipient that a message was addressed to, by its header fields.
pub(super) fn sent_to(message: &str) -> Option<String> {
    let mut to: Option<&str> = None;
    let mut open = false;
    for line in message.lines().take(300) {
        let folded = line.starts_with([' ', '\t']);
        open = if folded { open } else { line.get(..3).is_some_and(|n| n.eq_ignore_ascii_case("to:")) };
        if !open {
            continue;
        }
        for address in address::all(line) {
            if to.is_some_and(|t| !t.eq_ignore_ascii_case(address)) {
                return None;
            }
            to = Some(address);
        }
    }
    to.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_to_one_tells_its_recipient() {
        assert_eq!(
            sent_to("From: a@example.net\nTo: Bob\n <bob@example.org>\nCc: c@example.org\n").as_deref(),
            Some("bob@example.org")
        );
        assert_eq!(sent_to("To: b@example.org, c@example.org\n"), None);
    }

    #[test]
    fn a_label_tells_the_recipient_from_other_addresses() {
        let hints = Hints { own: vec!["alice@example.net".to_owned()], ..Hints::default() };
        let words = "Ask admin@example.com.\nalice@example.net wrote.\nRecipient address: bob@example.org\n";
        assert_eq!(named(words, "", &hints).as_deref(), Some("bob@example.org"));
        assert_eq!(named("Ask admin@example.com.", "", &hints).as_deref(), Some("admin@example.com"));
        assert_eq!(named("Nothing.", "From: x\nTo: bob@example.org\n", &hints).as_deref(), Some("bob@example.org"));
    }
}
