//! Dialogues and bare replies: a reply code at the start of a line.

use std::sync::LazyLock;

use regex::Regex;

use super::find::{CODED, Found, LINES};
use super::stage::of_command;
use crate::transcript::Stage;

static PROMPT: LazyLock<Regex> = LazyLock::new(|| {
    // swaks `<** `, `<~  `; curl `< `; sendmail `<<< `; libraries `S: `, `SERVER -> CLIENT: `; quoting `> `, `| `.
    Regex::new(
        r#"^\s*(?:[>|]\s?)*\s*(?:<(?:~|-)?(?:\*\*?|~|\s|<<)*\s+|<\*\*\s*|S:\s+|Out:\s+|(?:[\d-]+ [\d:.]+\s+)?SERVER -> CLIENT:\s*|(?:<=+|<-+)\s*|reply: b?['"]?|[•*·-]\s+|["'])?\s*"#,
    )
    .expect("a pattern")
});

static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)(?:^|[>~:'"]\s*)(EHLO |HELO |MAIL FROM:|RCPT TO:\s*<?(?P<to>[^>\s]*)|DATA\b|AUTH |STARTTLS|QUIT\b)"#,
    )
    .expect("a pattern")
});

/// Whether what follows may belong to the last reply.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    No,
    /// Its last line was said; a program may have wrapped it.
    Wrapped,
    /// Another line was promised (RFC 5321 §4.2.1).
    More,
}

/// The failures of a dialogue or of bare replies: lines that begin with a code, each with the command before it.
pub(super) fn replies(text: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let (mut stage, mut recipient) = (None, None);
    let mut open = Open::No;
    for raw in text.lines().take(5_000) {
        let line = PROMPT.replace(raw, "");
        if let Some(caps) = CODED.captures(line.trim_end()) {
            let code: u16 = caps["code"].parse().unwrap_or(0);
            let enhanced = caps.name("enhanced").and_then(|e| e.as_str().parse().ok());
            let words = caps["text"].trim().to_owned();
            let last = found.last_mut().filter(|f| open == Open::More && f.code == code && f.lines.len() < LINES);
            if let Some(last) = last {
                last.lines.push(words);
                last.enhanced = last.enhanced.or(enhanced);
            } else {
                let recipient = recipient.clone();
                found.push(Found { code, enhanced, lines: vec![words], stage, server: None, recipient });
            }
            open = if matches!(&caps["more"], "-" | ",") { Open::More } else { Open::Wrapped };
        } else if raw.trim().is_empty() {
            open = if open == Open::More { open } else { Open::No };
        } else if let Some(command) = COMMAND.captures(raw) {
            stage = of_command(&command[1]);
            let named = command.name("to").map(|m| m.as_str().to_owned());
            recipient = named.or(recipient).filter(|_| stage != Some(Stage::Mail));
            open = Open::No;
        } else if let Some(last) = found.last_mut().filter(|f| open != Open::No && f.lines.len() < LINES) {
            last.lines.push(line.trim().to_owned());
        }
    }
    found.retain(|f| f.code >= 400);
    found.iter_mut().for_each(Found::finish);
    found
}

/// Whether a text is a dialogue or bare replies, rather than prose with a reply in it.
pub(super) fn is_dialogue(text: &str) -> bool {
    let mut first = true;
    text.lines().take(5_000).any(|raw| {
        if raw.trim().is_empty() {
            return false;
        }
        let line = PROMPT.replace(raw, "");
        let prompt = &raw[..raw.len() - line.len()];
        let prompted = ["<", "->", "S:", "Out:", "reply:"].iter().any(|p| prompt.contains(p));
        let coded = CODED.is_match(line.trim_end()) && (first || prompted);
        first = false;
        coded
    })
}
