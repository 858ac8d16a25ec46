//! Putting a reply together from its lines: tolerant in form, hard in size.

use crate::net::wire::{Fault, excerpt};
use crate::transcript::{BreakKind, Enhanced, Stage, clean_line};

/// The most lines of one reply.
pub(super) const LINES_MAX: usize = 200;
/// The most octets of one reply.
pub(super) const OCTETS_MAX: usize = 256 * 1024;
/// The most characters of a line's text that are kept.
const TEXT_MAX: usize = 1000;

/// A reply's parts: its code, its enhanced status code, its text line by line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyParts {
    /// The three-digit code (RFC 5321 §4.2). Where the lines disagree, the last one's: it is the one that ends the reply.
    pub code: u16,
    /// The enhanced status code (RFC 2034 §4); where several differ, the first whose class is the code's.
    pub enhanced: Option<Enhanced>,
    /// Each line's text without codes: UTF-8, else read as Latin-1; cleaned and cut.
    pub text: Vec<String>,
}

/// Reads the first whole reply in these octets as it would be read off a wire at that stage; `None` where its end is missing,
/// it is not SMTP, or it is longer than is taken from a server.
#[must_use]
pub fn parse_reply(octets: &[u8], stage: Stage) -> Option<ReplyParts> {
    let mut assembly = Assembly::new(stage);
    for line in octets.split_inclusive(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\n")?;
        if assembly.push(line.strip_suffix(b"\r").unwrap_or(line), &str::to_owned).ok()? {
            return assembly.finish();
        }
    }
    None
}

/// A reply on its way in.
pub(super) struct Assembly {
    code: Option<u16>,
    text: Vec<String>,
    enhanced: Vec<Enhanced>,
    stage: Stage,
    lines: usize,
    octets: usize,
}

impl Assembly {
    /// Nothing of it yet.
    pub(super) fn new(stage: Stage) -> Self {
        Self { code: None, text: Vec::new(), enhanced: Vec::new(), stage, lines: 0, octets: 0 }
    }

    /// Whether a line of it has come.
    pub(super) fn begun(&self) -> bool {
        self.code.is_some()
    }

    /// Takes the next line, without its end; `scrub` takes secrets out of its text. Returns whether the reply is complete.
    ///
    /// Empty lines before the first are passed over. A line without a code is a fault at the start, and text inside a reply.
    pub(super) fn push(&mut self, line: &[u8], scrub: &dyn Fn(&str) -> String) -> Result<bool, Fault> {
        self.lines += 1;
        self.octets += line.len() + 2;
        if self.lines > LINES_MAX || self.octets > OCTETS_MAX {
            return Err(Fault::with(BreakKind::TooLong, scrub(&excerpt(line))));
        }
        let Some((code, last, rest)) = split(line) else {
            if self.begun() {
                self.text.push(clean_line(&scrub(&decode(line)), TEXT_MAX));
            } else if !line.iter().all(u8::is_ascii_whitespace) {
                return Err(Fault::with(BreakKind::NotSmtp, scrub(&excerpt(line))));
            }
            return Ok(false);
        };
        self.code = Some(code);
        let text = scrub(&decode(rest));
        let (enhanced, text) = self.take_enhanced(code, &text);
        self.enhanced.extend(enhanced);
        self.text.push(clean_line(text, TEXT_MAX));
        Ok(last)
    }

    /// The reply, if a line of it has come.
    pub(super) fn finish(self) -> Option<ReplyParts> {
        let code = self.code?;
        let class = code / 100;
        let fitting = self.enhanced.iter().find(|e| u16::from(e.class) == class);
        Some(ReplyParts { code, enhanced: fitting.or(self.enhanced.first()).copied(), text: self.text })
    }

    /// The enhanced code at the head of a line's text, and what is left. A greeting has none (RFC 2034 §4), but
    /// may begin with a version.
    fn take_enhanced<'t>(&self, code: u16, text: &'t str) -> (Option<Enhanced>, &'t str) {
        if self.stage == Stage::Greeting && code < 400 {
            return (None, text);
        }
        let start = text.trim_start();
        let (token, rest) = start.split_once([' ', '\t']).unwrap_or((start, ""));
        let bare = token.trim_start_matches('#').trim_end_matches([':', ';', ',']);
        // qmail and its kin put it behind, in brackets; there it belongs to the words.
        let behind = || text.trim_end().strip_suffix(')')?.rsplit_once("(#")?.1.parse().ok();
        bare.parse().map_or_else(|_| (behind(), text), |enhanced| (Some(enhanced), rest.trim_start()))
    }
}

/// Whether these octets can be the beginning of a reply.
pub(super) fn may_begin_reply(octets: &[u8]) -> bool {
    let start = octets.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(octets.len());
    let octets = &octets[start..];
    octets.iter().take(3).all(u8::is_ascii_digit)
        && octets.first().is_none_or(|b| (b'1'..=b'9').contains(b))
        && octets.get(3).is_none_or(|b| is_separator(*b))
}

/// Code, whether it is the last line, and text.
fn split(line: &[u8]) -> Option<(u16, bool, &[u8])> {
    let digits = line.get(..3)?;
    if !(b'1'..=b'9').contains(&digits[0]) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let code = digits.iter().fold(0, |n, d| n * 10 + u16::from(d - b'0'));
    match line.get(3) {
        None => Some((code, true, &[])),
        Some(b'-') => Some((code, false, &line[4..])),
        // A middlebox that masks a greeting may begin right behind the code.
        Some(b'*') => Some((code, true, &line[3..])),
        Some(b) if is_separator(*b) => Some((code, true, &line[4..])),
        Some(_) => None,
    }
}

fn is_separator(octet: u8) -> bool {
    matches!(octet, b'-' | b'*') || octet.is_ascii_whitespace()
}

fn decode(octets: &[u8]) -> String {
    std::str::from_utf8(octets).map_or_else(|_| octets.iter().map(|b| char::from(*b)).collect(), str::to_owned)
}

#[cfg(test)]
mod tests;
