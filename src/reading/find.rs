//! Finds a reply inside whatever stands around it.

use std::sync::LazyLock;

use regex::Regex;

use super::dialogue;
use super::line::coded;
use super::stage::{Told, by_words, told};
use crate::transcript::{Enhanced, Reply, Role, Stage, clean_line};

/// A reply found in a text, before anybody is known to have said it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) code: u16,
    pub(super) enhanced: Option<Enhanced>,
    pub(super) lines: Vec<String>,
    pub(super) stage: Option<Stage>,
    pub(super) server: Option<String>,
    /// The recipient named in the command before it.
    pub(super) recipient: Option<String>,
}

/// The longest line kept, in characters.
const LINE: usize = 600;
/// The most lines kept of one reply.
pub(super) const LINES: usize = 40;

impl Found {
    /// As the reply of a pasted text.
    pub(super) fn into_reply(self) -> Reply {
        Reply {
            server: self.server.map(|s| clean_line(&s, 255)).unwrap_or_default(),
            address: None,
            stage: self.stage,
            code: self.code,
            enhanced: self.enhanced,
            text: self.lines.iter().take(LINES).map(|l| clean_line(l.trim(), LINE)).collect(),
            rtt_ms: 0,
            tls: false,
            role: Role::Pasted,
        }
    }

    /// Words without any code.
    pub(super) fn words(text: &str) -> Self {
        let Told { text, stage, server } = told(text);
        let enhanced = mentioned(&text, 0);
        Self { code: 0, enhanced, lines: vec![text], stage, server, recipient: None }
    }
}

/// Reads a text as one reply: codes first, or words alone. For samples and for what is known to be a reply.
///
/// `550-5.1.1 one` and `550 5.1.1 two` on two lines are two lines of the same reply.
#[must_use]
pub fn parse_reply(text: &str) -> Reply {
    dialogue::replies(text)
        .into_iter()
        .next_back()
        .or_else(|| inside(text))
        .unwrap_or_else(|| Found::words(text))
        .into_reply()
}

static INSIDE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"(?:^|[\s"'(\[<>:;,=#{])(?P<code>[45]\d\d)(?P<sep>[- ]['"]?|[)\]]?:? |,\s*b?['"]|, ?Msg: ?['"]|[:=] ?['"]?|['"],? |['"],['"]|['"]\s*$|\),? |[,;] |[.!?]? |$)"#,
        r"\s*(?:#?(?P<enhanced>[45]\.\d{1,3}\.\d{1,3})(?:[\s,:;)'\x22-]|$))?"
    ))
    .expect("a pattern")
});

static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?:said|says|returned|responded|replied|reply|response|reason|errors?|error_code|message|smtp;|status|code|detail|failed|failure|was|talk to me|",
        r"server|rejected|exception|permanent|transient|refused|result|stat|<<<|>>>|because|command|info|data|\]|\w\)|<[^<>]*>|->|in|smtp|get|gets|got|getting|receive|received|gives?|gave|shows?|see)",
        r#"\s*(?:is|with|of|an?|the)?(?: error| code| message| smtp)*[\s:;='"(\[,#-]*$"#
    ))
    .expect("a pattern")
});

/// Where a reply may begin, and how much speaks for it.
struct Spot {
    score: i32,
    end: usize,
    code: u16,
    enhanced: Option<Enhanced>,
    /// The quotation mark that the reply stands in.
    quote: Option<char>,
}

/// The likeliest failure inside running text, if there is one.
pub(super) fn inside(text: &str) -> Option<Found> {
    let (text, starts) = paragraphs(text);
    let mut best: Option<Spot> = None;
    let mut from = 0;
    for _ in 0..60 {
        let Some(caps) = INSIDE.captures_at(&text, from) else { break };
        let code = caps.name("code").expect("a group that always matches");
        from = code.end();
        let enhanced = caps.name("enhanced").and_then(|e| e.as_str().parse::<Enhanced>().ok());
        let before = &text[before_from(&text, code.start())..code.start()];
        if counts(code.as_str(), before, &text[from..]) {
            continue;
        }
        let sep = &caps["sep"];
        let tuple = sep.contains(['b', '\'', '"']) || (before.ends_with('(') && sep.starts_with(','));
        let begins = starts.binary_search(&code.start()).is_ok() || before.ends_with(": ");
        let score = [(3, enhanced.is_some()), (3, BEFORE.is_match(before)), (2, begins), (3, tuple)]
            .iter()
            .map(|(s, yes)| s * i32::from(*yes))
            .sum();
        // Of exceptions inside exceptions, the innermost speaks for the server.
        let deeper =
            score > 2 && (before.contains("ested exception") || before.contains("aused by") || before.contains("--->"));
        if score >= 2
            && best
                .as_ref()
                .is_none_or(|b| score > b.score || (score == b.score && deeper && code.as_str() != b.code.to_string()))
        {
            let quote = before.chars().next_back().into_iter().chain(sep.chars()).find(|c| matches!(c, '\'' | '"'));
            let end = caps.get(0).map_or(from, |m| m.end());
            best = Some(Spot { score, end, code: code.as_str().parse().unwrap_or(0), enhanced, quote });
        }
    }
    let Spot { end, code, enhanced, quote, .. } = best?;
    let around = text[end..].split("\n\n").next().unwrap_or_default();
    let Told { stage, server, .. } = told_of(&text[..end], around);
    let rest = own(around, quote).to_owned();
    let mut found = Found { code, enhanced, lines: vec![rest], stage, server, recipient: None };
    found.finish();
    Some(found)
}

/// Whether a number is a port or counts something, rather than a reply code.
fn counts(number: &str, before: &str, behind: &str) -> bool {
    const THINGS: [&str; 16] = [
        "bytes",
        "octets",
        "ms",
        "seconds",
        "sec",
        "minutes",
        "mails",
        "messages",
        "emails",
        "recipients",
        "times",
        "lines",
        "kb",
        "mb",
        "users",
        "milliseconds",
    ];
    let word =
        behind.strip_prefix(' ').and_then(|b| b.split(|c: char| !c.is_ascii_alphabetic()).next()).unwrap_or_default();
    let port = before.trim_end_matches([' ', ':', '=', '\'', '"']);
    matches!(number, "465" | "587")
        || port.len() >= 4
            && port.is_char_boundary(port.len() - 4)
            && port[port.len() - 4..].eq_ignore_ascii_case("port")
        || THINGS.iter().any(|t| word.eq_ignore_ascii_case(t))
}

static BEHIND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\s*(?:\{ ?(?:code|errno|command)(?-u:\b)|(?-u:\b)at [\w.$<>]+ \(|(?-u:\b)(?:msmtp|curl|sendmail): |; nested exception|Giving up on )").expect("a pattern")
});

/// A reply's words without what a program prints behind them: the closing quote, a stack, more of its own messages.
fn own(text: &str, quote: Option<char>) -> &str {
    let mut text = text;
    if let Some(quote) = quote {
        let closed = text.match_indices(quote).find(|(at, _)| {
            let behind = text[at + 1..].trim_start();
            behind.is_empty() || behind.starts_with([',', ')', '}', '.', ']', '('])
        });
        text = closed.map_or(text, |(at, _)| &text[..at]);
    }
    BEHIND.find(text).map_or(text, |m| &text[..m.start()])
}

fn told_of(before: &str, rest: &str) -> Told {
    let mut behind = told(rest);
    let ahead = told(&before[before_from(before, before.len())..]);
    behind.stage = match (behind.stage, ahead.stage) {
        // Nodemailer names DATA as the command of the message, too.
        (Some(Stage::Data), Some(Stage::Message)) => ahead.stage,
        (own, before) => own.or(before),
    };
    behind.server = ahead.server.or(behind.server);
    behind
}

fn before_from(text: &str, end: usize) -> usize {
    let mut at = end.saturating_sub(160);
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// What is known to be one reply, codes first, on one line or joined to one; else the reply inside it; else its words.
pub(super) fn whole(text: &str) -> Found {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match coded(&text) {
        Some(said) => {
            let (code, enhanced) = (said.code, said.enhanced);
            let mut found = Found { code, enhanced, lines: vec![said.text.trim().to_owned()], ..Found::default() };
            found.finish();
            found
        }
        None => inside(&text).unwrap_or_else(|| Found::words(&text)),
    }
}

/// A line without the enhanced code that stood in the line before, too: libraries take off the reply code only.
fn unrepeated<'l>(line: &'l str, before: &str) -> &'l str {
    match super::line::enhanced(line) {
        Some((code, rest)) if before[before_from(before, before.len())..].contains(&code.to_string()) => {
            rest.trim_start()
        }
        _ => line,
    }
}

/// Lines joined, blank lines kept as breaks; a blank line inside a reply (the next line repeats its code) is none. With where lines began.
fn paragraphs(text: &str) -> (String, Vec<usize>) {
    let mut out = String::with_capacity(text.len());
    let mut starts = Vec::new();
    let mut gap = false;
    for line in text.lines() {
        let line = line.trim().trim_start_matches("> ").trim();
        if line.is_empty() {
            gap = !out.is_empty();
            continue;
        }
        if !out.is_empty() {
            out.push_str(if gap && coded(line).is_none() { "\n\n" } else { " " });
        }
        gap = false;
        starts.push(out.len());
        out.push_str(unrepeated(line, &out));
    }
    (out, starts)
}

impl Found {
    /// Takes the codes that are repeated in the middle out of the words, and looks for an enhanced code among them.
    pub(super) fn finish(&mut self) {
        let code = self.code.to_string();
        let mut lines = Vec::new();
        for line in &self.lines {
            for part in repeated(line, &code, self.enhanced) {
                let part = part.trim();
                // Libraries that take the reply code off each line leave the enhanced code there.
                let part = self.enhanced.filter(|_| !lines.is_empty()).map_or(part, |e| without(part, e));
                if !part.is_empty() && lines.len() < LINES {
                    lines.push(part.to_owned());
                }
            }
        }
        if self.enhanced.is_none() {
            self.enhanced = mentioned(&lines.join(" "), self.code);
        }
        let joined = if lines.len() > 1 { lines.join(" ") } else { String::new() };
        let apart =
            |words: &str| joined.contains(words) && !lines.iter().any(|l| l.contains(words) && l.contains("command"));
        if apart("n reply to") {
            lines = vec![joined.clone()];
        } else if lines.len() > 1 && self.stage.is_none() {
            self.stage = by_words(&joined);
        }
        let last = lines.last().map(|l| told(l));
        if let (Some(last), Some(Told { text, stage, server })) = (lines.last_mut(), last) {
            *last = text;
            self.stage = self.stage.or(stage);
            self.server = self.server.take().or(server);
        }
        self.lines = lines;
    }
}

/// A line without the enhanced code at its start.
fn without(line: &str, code: Enhanced) -> &str {
    match super::line::enhanced(line) {
        Some((own, rest)) if own == code => rest.trim_start(),
        _ => line,
    }
}

/// Cuts `one 550-5.1.1 two 550 5.1.1 three` at the codes.
fn repeated<'t>(line: &'t str, code: &str, enhanced: Option<Enhanced>) -> Vec<&'t str> {
    let enhanced = enhanced.map(|e| e.to_string());
    let mut parts = Vec::new();
    let mut start = 0;
    let mut from = 0;
    while let Some(at) = line[from..].find(code).map(|i| i + from) {
        let behind = &line[at + code.len()..];
        let fresh = at == 0 || line[..at].ends_with([' ', '\t']);
        let skip = match (behind.strip_prefix(['-', ' ', ',']), &enhanced) {
            (Some(rest), Some(e)) => rest.trim_start().strip_prefix(e.as_str()).map(|r| behind.len() - r.len()),
            (Some(_), None) if behind.starts_with('-') => Some(1),
            _ => None,
        };
        if let Some(skip) = skip.filter(|_| fresh) {
            parts.push(&line[start..at]);
            start = at + code.len() + skip;
        }
        from = (at + code.len()).max(start);
    }
    parts.push(&line[start..]);
    parts
}

static MENTIONED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^\d.\w])#?(?P<e>[45]\.[0-7]\.\d{1,3})(?:[^\d.\w]|\.?$|\.\s)").expect("a pattern")
});

/// An enhanced code named among words, as qmail's `(#5.1.1)`; of the same class as the code.
pub(super) fn mentioned(text: &str, code: u16) -> Option<Enhanced> {
    if !text.contains("4.") && !text.contains("5.") {
        return None;
    }
    MENTIONED
        .captures_iter(text)
        .filter_map(|c| c["e"].parse::<Enhanced>().ok())
        .find(|e| code == 0 || u16::from(e.class) == code / 100)
}
