//! Messages: bounces of every make, and what only looks like one.

use std::sync::LazyLock;

use mail_parser::{Message, MessageParser, MimeHeaders, PartType};
use regex::Regex;

use super::bounce::{self, Hints};
use super::draft::{Draft, worth};
use super::status::{self, Recipient};
use super::{address, find, headers};
use crate::guide::Guide;

/// What a message turned out to be.
pub(super) enum Read {
    /// A bounce, and its failures.
    Bounce(Vec<Draft>),
    /// Headers alone, and the failures they tell of.
    Headers(Vec<Draft>),
    /// An auto-reply, a complaint, a report of success, or any other message.
    NotABounce,
}

/// The most headers named `Content-Type` that are read: each may nest a message in a message.
const NESTED: usize = 100;

static HEADER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[A-Za-z][A-Za-z0-9-]+:(?:\s|$|[^/\s])").expect("a pattern"));

/// Whether a text begins with a message's header fields.
pub(super) fn is_message(text: &str) -> bool {
    let known = [
        "received:",
        "from:",
        "to:",
        "subject:",
        "date:",
        "return-path:",
        "message-id:",
        "mime-version:",
        "content-type:",
        "delivered-to:",
        "x-original-to:",
        "authentication-results:",
        "received-spf:",
        "dkim-signature:",
        "reply-to:",
        "arc-seal:",
        "x-received:",
        "envelope-to:",
    ];
    let mut fields = 0;
    for line in text.trim_start().lines().take(200) {
        let lower = line.to_ascii_lowercase();
        if known.iter().any(|k| lower.starts_with(k)) {
            fields += 1;
        } else if !(line.starts_with([' ', '\t']) || line.starts_with("From ") || HEADER.is_match(line)) {
            break;
        }
    }
    fields >= 2
}

/// Reads a message.
pub(super) fn read(guide: &Guide, text: &str) -> Read {
    let text = unnested(text.trim_start());
    let text = match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("From ") && !first.starts_with("From:") => rest,
        _ => text,
    };
    let Some(message) = MessageParser::default().parse(text.as_bytes()) else { return Read::NotABounce };
    let mut parts = Parts::of(&message);
    if parts.words.trim().is_empty() && parts.status.is_empty() {
        // Broken boundaries: what stands below the header fields, as it is.
        parts.words =
            text.split_once("\n\n").or_else(|| text.split_once("\r\n\r\n")).map_or("", |(_, body)| body).to_owned();
    }
    if parts.status.is_empty() && parts.words.to_ascii_lowercase().contains("final-recipient:") {
        parts.status.push(parts.words.clone());
    }
    let hints = hints(&message);
    let about: Vec<Recipient> = parts.status.iter().flat_map(|s| status::recipients(s)).collect();
    if parts.no_bounce {
        return Read::NotABounce;
    }
    let failed: Vec<&Recipient> = about.iter().filter(|r| !r.succeeded()).collect();
    if !about.is_empty() && failed.is_empty() {
        return Read::NotABounce;
    }
    let spoken = bounce::read(guide, &parts.words, &hints);
    if !failed.is_empty() {
        return Read::Bounce(failed.into_iter().map(|r| reported(guide, r, &spoken, &hints)).collect());
    }
    if parts.words.trim().is_empty() {
        let told = headers::read(text);
        return if told.is_empty() { Read::NotABounce } else { Read::Headers(told) };
    }
    if is_answer(&message) || !(is_from_system(&message) || spoken.iter().any(|d| d.found.code != 0)) {
        return Read::NotABounce;
    }
    match spoken.is_empty() {
        true => Read::Bounce(vec![Draft {
            recipient: bounce::recipient(&parts.words, &hints),
            found: find::Found::words(&first_words(&parts.words)),
            permanent: None,
        }]),
        false => Read::Bounce(spoken),
    }
}

/// One recipient of a report; where its own fields say little, what the words of the bounce say about it.
fn reported(guide: &Guide, recipient: &Recipient, spoken: &[Draft], hints: &Hints) -> Draft {
    let mut found = recipient.diagnostic.as_deref().map(find::whole).unwrap_or_default();
    let status = recipient.status.as_deref().and_then(|s| s.parse().ok());
    found.enhanced = found.enhanced.or(status);
    found.server = found.server.or_else(|| recipient.remote.clone().filter(|r| r.contains('.')));
    let same = |d: &&Draft| {
        d.recipient.as_ref().zip(recipient.address.as_ref()).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
    };
    let words = spoken.iter().find(same).or_else(|| spoken.first().filter(|_| spoken.len() == 1));
    if let Some(words) = words
        && !worth(guide, &found).0
        && worth(guide, &words.found).0
    {
        let better = words.found.clone();
        found = find::Found {
            code: if found.code == 0 { better.code } else { found.code },
            enhanced: better.enhanced.or(found.enhanced),
            stage: better.stage.or(found.stage),
            server: found.server.or(better.server),
            lines: better.lines,
            recipient: None,
        };
    } else if let Some(words) = words {
        found.stage = found.stage.or(words.found.stage.filter(|_| words.found.code == found.code));
    }
    let address = recipient.address.clone().or_else(|| hints.failed.first().cloned());
    let permanent = match recipient.action.as_str() {
        "delayed" => Some(false),
        "failed" if found.code == 0 => Some(true),
        _ => None,
    };
    Draft { recipient: address.or_else(|| words.and_then(|w| w.recipient.clone())), found, permanent }
}

#[derive(Default)]
struct Parts {
    status: Vec<String>,
    words: String,
    /// A complaint (RFC 5965) or a read receipt (RFC 8098).
    no_bounce: bool,
}

impl Parts {
    fn of(message: &Message<'_>) -> Self {
        let mut parts = Self::default();
        let mut html = String::new();
        for part in &message.parts {
            let (kind, sub) =
                part.content_type().map_or(("text", "plain"), |c| (c.ctype(), c.subtype().unwrap_or_default()));
            let (kind, sub) = (kind.to_ascii_lowercase(), sub.to_ascii_lowercase());
            match (kind.as_str(), sub.as_str()) {
                ("message", "delivery-status" | "global-delivery-status") => {
                    parts.status.push(String::from_utf8_lossy(part.contents()).into_owned());
                }
                ("message", "feedback-report" | "disposition-notification" | "global-disposition-notification") => {
                    parts.no_bounce = true;
                }
                ("text", "rfc822-headers") | ("message", _) => {}
                _ => match &part.body {
                    PartType::Text(text) => {
                        parts.words.push_str(&JAPANESE.replace_all(text, " "));
                        parts.words.push_str("\n\n");
                    }
                    PartType::Html(text) => html.push_str(&unmarked(text)),
                    _ => {}
                },
            }
        }
        if parts.words.trim().is_empty() {
            parts.words = html;
        }
        parts
    }
}

fn hints(message: &Message<'_>) -> Hints {
    let header = |name: &str| {
        message.header_raw(name).map(|raw| address::all(raw).map(str::to_owned).collect::<Vec<_>>()).unwrap_or_default()
    };
    let mut own = header("To");
    own.extend(header("From"));
    let failed = header("X-Failed-Recipients");
    own.retain(|o| failed.iter().all(|f| !f.eq_ignore_ascii_case(o)));
    Hints { failed, own }
}

static SYSTEM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)mailer.?daemon|postmaster|post_master|mail ?(?:delivery|system|administrator)|mdaemon|mail deliver|ndr admin|delivery (?:sub)?system|interscan|no-?reply").expect("a pattern")
});

static SUBJECT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)undeliver|returned? (?:mail|message|to sender)|fail|delivery (?:status|problem|delay|incomplete|has)|bounce|could not be delivered|not delivered|non.?remis|unzustellbar|niet bezorgd|onbestelbaar|no se (?:pudo|puede)|error|rejected|warning: (?:message|could)|delayed").expect("a pattern")
});

static ANSWER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)out of (?:the )?office|auto(?:matic|matische|mated)?[ -]?(?:reply|response|respuesta|antwort|svar)|abwesen|vacation|absence|away from|on leave|r.ponse automatique|respuesta autom|automatisch").expect("a pattern")
});

fn is_from_system(message: &Message<'_>) -> bool {
    let empty_path = message.header_raw("Return-Path").is_some_and(|p| p.trim() == "<>");
    empty_path
        || message.header_raw("X-Failed-Recipients").is_some()
        || message.header_raw("From").is_some_and(|f| SYSTEM.is_match(f))
        || message.subject().is_some_and(|s| SUBJECT.is_match(s))
}

fn is_answer(message: &Message<'_>) -> bool {
    let subject = message.subject().unwrap_or_default();
    let marked =
        ["X-Autoreply", "X-Autorespond", "X-Auto-Response-From"].iter().any(|h| message.header_raw(*h).is_some());
    let system = message.header_raw("From").is_some_and(|f| SYSTEM.is_match(f));
    marked || (ANSWER.is_match(subject) && !system)
}

fn first_words(words: &str) -> String {
    words.split_whitespace().take(60).collect::<Vec<_>>().join(" ")
}

/// Japanese in ISO-2022-JP (RFC 1468), which is not decoded: the words in Latin letters beside it are what is read.
static JAPANESE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\x1b\$[@B][^\x1b]*(?:\x1b\([BJ])?").expect("a pattern"));

static TAG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?is)<(?:style|script)\b.*?</(?:style|script)>|<br ?/?>|</?(?:p|div|tr|td|li|h\d|table)\b[^>]*>|<[^>]*>",
    )
    .expect("a pattern")
});

fn unmarked(html: &str) -> String {
    let text = TAG.replace_all(html, |caps: &regex::Captures<'_>| {
        let tag = caps[0].to_ascii_lowercase();
        if tag.starts_with("<br")
            || tag.trim_start_matches("</").trim_start_matches('<').starts_with(['p', 'd', 't', 'l', 'h'])
        {
            "\n"
        } else {
            ""
        }
    });
    text.replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

/// The text up to where it nests deeper than any honest message.
fn unnested(text: &str) -> &str {
    let lower = text.to_ascii_lowercase();
    match lower.match_indices("content-type").nth(NESTED) {
        Some((at, _)) => &text[..at],
        None => text,
    }
}
