//! One line of a dialogue: who speaks, a reply's code, a command.

use crate::transcript::Enhanced;

/// Whose line it is, as far as the marks in front of it tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker {
    Server,
    Client,
    Nobody,
}

/// Marks in front of the server's lines: swaks, sendmail, libraries, Postfix, Python.
const SERVER: [&str; 12] =
    ["<<<", "<**", "<~*", "<~", "<-", "<=", "< ", "S: ", "Out: ", "SERVER -> CLIENT:", "S:\t", "<<"];

/// Marks in front of the client's lines.
const CLIENT: [&str; 11] = [">>>", "->", "~>", "=>", "> ", "C: ", "In: ", "CLIENT -> SERVER:", "C:\t", ">>", "SMTP>> "];

/// Takes the marks off a line: quotation, a program's arrows, the date in front of them, list bullets.
pub(super) fn spoken(raw: &str) -> (Speaker, &str) {
    let mut line = raw.trim();
    if line.as_bytes().first().is_some_and(u8::is_ascii_digit)
        && line.as_bytes().get(3).is_some_and(|b| matches!(b, b' ' | b'-'))
    {
        return (Speaker::Nobody, line);
    }
    line = dated(line);
    if let Some(said) = line.strip_prefix("reply: ") {
        return (Speaker::Server, printed(said));
    }
    if let Some(said) = line.strip_prefix("send: ") {
        return (Speaker::Client, printed(said));
    }
    if let Some(rest) = SERVER.iter().find_map(|m| line.strip_prefix(m)) {
        return (Speaker::Server, rest.trim_start_matches(['<', '*', '-', '~', ' ', '\t']));
    }
    if let Some(rest) = CLIENT.iter().find_map(|m| line.strip_prefix(m)) {
        let inner = rest.trim_start_matches(['>', ' ', '\t']);
        // Quotation in front of a reply is no client.
        let speaker = if coded(inner).is_some() { Speaker::Nobody } else { Speaker::Client };
        return (speaker, inner);
    }
    let line = line.strip_prefix("- ").unwrap_or(line);
    (Speaker::Nobody, line.trim_start_matches(['"', '\'', '|', '>', '\u{2022}', '*', '\u{b7}', ' ']))
}

/// A line without the date and the time that PHPMailer and others put in front.
fn dated(line: &str) -> &str {
    let at = |rest: &str, sign: u8| {
        let end = rest.bytes().position(|b| !(b.is_ascii_digit() || b == sign || b == b'.'))?;
        (end >= 8 && rest[..end].bytes().filter(|b| *b == sign).count() == 2).then_some(end)
    };
    let Some(date) = at(line, b'-') else { return line };
    let rest = line[date..].trim_start_matches([' ', 'T']);
    let time = at(rest, b':').unwrap_or(0);
    rest[time..].trim_start_matches(['Z', ' ', '\t'])
}

/// What stands in a string that Python printed.
fn printed(said: &str) -> &str {
    let said = said.strip_prefix('b').unwrap_or(said);
    let Some(quote) = said.chars().next().filter(|c| matches!(c, '\'' | '"')) else { return said };
    let said = said[1..].strip_suffix(quote).unwrap_or(&said[1..]);
    said.trim_end_matches("\\n").trim_end_matches("\\r")
}

/// A line that begins with a reply code.
pub(super) struct Coded<'t> {
    pub(super) code: u16,
    /// Whether another line of the same reply is promised.
    pub(super) more: bool,
    pub(super) enhanced: Option<Enhanced>,
    pub(super) text: &'t str,
}

/// Reads `550-5.1.1 text`.
pub(super) fn coded(line: &str) -> Option<Coded<'_>> {
    let (&[class @ b'2'..=b'5', b @ b'0'..=b'9', c @ b'0'..=b'9'], rest) = line.as_bytes().split_first_chunk::<3>()?
    else {
        return None;
    };
    let code = u16::from(class - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0');
    let more = match rest.first() {
        None => false,
        Some(b'-' | b',') => true,
        Some(b' ' | b':' | b'\t' | b'=') => false,
        _ => return None,
    };
    let text = line.get(4..).unwrap_or_default().trim_start_matches([' ', '\t']);
    match enhanced(text) {
        Some((enhanced, text)) => Some(Coded { code, more, enhanced: Some(enhanced), text }),
        None => Some(Coded { code, more, enhanced: None, text }),
    }
}

/// An enhanced code at the start of a text, and what is behind it.
pub(super) fn enhanced(text: &str) -> Option<(Enhanced, &str)> {
    let open = text.trim_start_matches(['#', '[', '(', '<']);
    let end =
        open.bytes().take(10).position(|b| !(b.is_ascii_digit() || b == b'.')).unwrap_or_else(|| open.len().min(10));
    let code = open[..end].parse().ok()?;
    let rest = if open.len() < text.len() { open[end..].trim_start_matches([']', ')', '>']) } else { &open[end..] };
    let rest = match rest.as_bytes().first() {
        None => rest,
        Some(b' ' | b'\t' | b',' | b':' | b';' | b'-') => &rest[1..],
        _ => return None,
    };
    Some((code, rest))
}

/// The command of a line, and the address that RCPT names.
pub(super) fn command(line: &str) -> Option<(&str, Option<&str>)> {
    const VERBS: [&str; 9] = ["EHLO ", "HELO ", "LHLO ", "MAIL FROM:", "RCPT TO:", "DATA", "AUTH ", "STARTTLS", "QUIT"];
    let line = line.trim_end();
    let first = *line.as_bytes().first()?;
    if !matches!(first.to_ascii_uppercase(), b'E' | b'H' | b'L' | b'M' | b'R' | b'D' | b'A' | b'S' | b'Q' | b'.') {
        return None;
    }
    let verb = VERBS.iter().find(|v| line.get(..v.len()).is_some_and(|l| l.eq_ignore_ascii_case(v)))?;
    // DATA, STARTTLS and QUIT stand alone: as the start of a sentence they are words.
    if !verb.ends_with([' ', ':']) && line.len() > verb.len() {
        return None;
    }
    let to = (*verb == "RCPT TO:").then(|| {
        let to = line[verb.len()..].trim_start().trim_start_matches('<');
        &to[..to.find(['>', ' ', '\t']).unwrap_or(to.len())]
    });
    Some((&line[..verb.len()], to.filter(|t| t.contains('@'))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marks_of_programs_tell_who_speaks() {
        let told = |line| spoken(line);
        assert_eq!(told("<** 550 no"), (Speaker::Server, "550 no"));
        assert_eq!(told("<~* 550 no"), (Speaker::Server, "550 no"));
        assert_eq!(told(" ~> QUIT"), (Speaker::Client, "QUIT"));
        assert_eq!(told("> > 550 no"), (Speaker::Nobody, "550 no"));
        assert_eq!(told("2026-01-02 10:00:00 SERVER -> CLIENT: 550 no"), (Speaker::Server, "550 no"));
        assert_eq!(told(r"reply: b'550 no\r\n'"), (Speaker::Server, "550 no"));
        assert_eq!(told("550-no"), (Speaker::Nobody, "550-no"));
    }

    #[test]
    fn a_code_needs_something_behind_it_that_ends_it() {
        assert!(coded("5500 x").is_none() && coded("550x").is_none() && coded("650 x").is_none());
        let line = coded("550-5.1.1 one").expect("a line");
        assert_eq!((line.code, line.more, line.text), (550, true, "one"));
        assert_eq!(coded("550 #5.1.1 one").and_then(|c| c.enhanced).map(|e| e.to_string()).as_deref(), Some("5.1.1"));
        assert_eq!(coded("550 5.1.1.1 one").and_then(|c| c.enhanced), None);
        assert_eq!(coded("550").map(|c| c.text), Some(""));
    }

    #[test]
    fn sentences_are_no_commands() {
        assert!(command("Data not accepted").is_none() && command("data").is_some());
        assert_eq!(command("rcpt to: <bob@example.org> NOTIFY=NEVER"), Some(("rcpt to:", Some("bob@example.org"))));
    }
}
