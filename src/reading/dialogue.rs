//! Dialogues and bare replies: a reply code at the start of a line.

use std::collections::VecDeque;

use super::find::{Found, LINES};
use super::line::{Coded, Speaker, coded, command, spoken};
use super::log;
use super::stage::of_command;
use crate::transcript::Stage;

/// The most lines of a dialogue that are read.
const MOST: usize = 5_000;

/// Whether what follows may belong to the last reply.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    No,
    /// Its last line was said; a program may have wrapped it.
    Wrapped,
    /// Another line was promised (RFC 5321 §4.2.1).
    More,
}

/// Bare replies and nothing else: each line begins with a code, or goes on with the line before.
pub(super) fn bare(text: &str) -> Option<Vec<Found>> {
    let first = text.lines().map(str::trim).find(|l| !l.is_empty())?;
    if coded(first).is_none_or(|c| c.code < 400) {
        return None;
    }
    let mut after_blank = false;
    for line in text.lines().take(MOST).map(str::trim) {
        let replies = line.is_empty() || coded(line).is_some();
        if !replies && (after_blank || command(line).is_some() || log::is_log(line)) {
            return None;
        }
        after_blank = line.is_empty();
    }
    Some(replies(text))
}

/// The failures of a dialogue or of bare replies: lines that begin with a code, each with the command that it answers.
pub(super) fn replies(text: &str) -> Vec<Found> {
    let mut talk = Talk::default();
    for raw in text.lines().take(MOST) {
        talk.hear(raw);
    }
    talk.failures()
}

#[derive(Default)]
struct Talk {
    found: Vec<Found>,
    /// Commands that were sent and not answered yet: with pipelining (RFC 2920) there are several.
    sent: VecDeque<(Stage, Option<String>)>,
    stage: Option<Stage>,
    recipient: Option<String>,
    server: Option<String>,
    open: Option<Open>,
}

impl Talk {
    fn hear(&mut self, raw: &str) {
        let (speaker, line) = spoken(raw);
        let open = self.open.unwrap_or(Open::No);
        if speaker != Speaker::Client
            && let Some(coded) = coded(line)
        {
            self.reply(&coded, open);
        } else if line.is_empty() {
            self.open = Some(if open == Open::More { open } else { Open::No });
        } else if speaker != Speaker::Server
            && let Some((verb, to)) = command(line)
        {
            if let Some(stage) = of_command(verb) {
                self.sent.push_back((stage, to.map(str::to_owned)));
            }
            self.open = Some(Open::No);
        } else if speaker == Speaker::Client {
            self.open = Some(Open::No);
        } else if speaker == Speaker::Nobody && self.server.is_none() && self.found.is_empty() {
            self.server = connected(line);
        } else if let Some(last) = self.found.last_mut().filter(|f| open != Open::No && f.lines.len() < LINES) {
            last.lines.push(line.trim().to_owned());
        }
    }

    fn reply(&mut self, coded: &Coded<'_>, open: Open) {
        let words = coded.text.trim().to_owned();
        let last =
            self.found.last_mut().filter(|f| open == Open::More && f.code == coded.code && f.lines.len() < LINES);
        if let Some(last) = last {
            last.lines.push(words);
            last.enhanced = last.enhanced.or(coded.enhanced);
        } else {
            if coded.code == 220 && self.stage.is_none() && self.server.is_none() {
                self.server = host(&words);
            }
            if let Some((stage, to)) = self.sent.pop_front() {
                self.recipient = to.or(self.recipient.take()).filter(|_| !matches!(stage, Stage::Mail | Stage::Ehlo));
                self.stage = Some(stage);
            }
            if self.server.is_none() && self.stage == Some(Stage::Ehlo) && coded.code == 250 {
                self.server = host(&words);
            }
            self.found.push(Found {
                code: coded.code,
                enhanced: coded.enhanced,
                lines: vec![words],
                stage: self.stage,
                server: None,
                recipient: self.recipient.clone(),
            });
            if coded.code == 334 {
                self.sent.push_front((Stage::Auth, None));
            } else if coded.code == 354 {
                self.sent.push_front((Stage::Message, None));
            }
        }
        self.open = Some(if coded.more { Open::More } else { Open::Wrapped });
    }

    fn failures(self) -> Vec<Found> {
        let Self { mut found, server, .. } = self;
        found.retain(|f| f.code >= 400);
        let mut refused = None;
        // What follows from a refusal says nothing new: 503 because MAIL was refused, 554 because no recipient is left.
        found.retain(|f| {
            let follows = match f.code {
                503 => true,
                554 => {
                    f.stage == Some(Stage::Data) && f.lines.iter().any(|l| l.to_ascii_lowercase().contains("recipient"))
                }
                _ => false,
            };
            let echo = follows && refused.is_some() && f.stage > refused && f.stage <= Some(Stage::Data);
            if f.stage.is_some_and(|s| s >= Stage::Mail) {
                refused = refused.or(f.stage);
            }
            !echo
        });
        for f in &mut found {
            f.server = server.clone();
            f.finish();
        }
        found
    }
}

/// `Connected to mx.example.org.`, as telnet, curl and swaks print it.
fn connected(line: &str) -> Option<String> {
    let at = ["Connected to ", "Connecting to ", "connect to host \"", "CN = ", "CN="].into_iter().find_map(|p| {
        let at = line.find(p)?;
        Some(at + p.len())
    })?;
    host(&line[at..])
}

/// A host's name at the start of a text.
fn host(text: &str) -> Option<String> {
    let end = text
        .bytes()
        .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_')))
        .unwrap_or(text.len());
    let name = text[..end].trim_end_matches('.');
    let named = name.contains('.') && name.bytes().any(|b| b.is_ascii_alphabetic()) && name.len() <= 255;
    named.then(|| name.to_ascii_lowercase())
}

/// Whether a text is a dialogue or bare replies, rather than prose with a reply in it.
pub(super) fn is_dialogue(text: &str) -> bool {
    let (mut first, mut commanded) = (true, false);
    for raw in text.lines().take(MOST) {
        let (speaker, line) = spoken(raw);
        if line.is_empty() {
            continue;
        }
        if coded(line).is_some() && speaker != Speaker::Client && (first || commanded || speaker == Speaker::Server) {
            return true;
        }
        first = false;
        commanded |= speaker != Speaker::Server && command(line).is_some();
    }
    false
}
