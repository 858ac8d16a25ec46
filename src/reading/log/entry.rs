//! A log line without what syslog, a container or a journal puts before it: when, on which host, by which program.

use std::borrow::Cow;

use serde_json::Value;

use super::stamp;

/// What stands before the words of a program, and the words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    /// When, as it is written.
    pub(super) at: Option<&'a str>,
    /// The host that wrote it.
    pub(super) host: Option<&'a str>,
    /// The program, without its process number: `postfix/smtpd`, `sm-mta`; empty where none is named.
    pub(super) program: &'a str,
    /// What the program says.
    pub(super) text: &'a str,
}

/// More words than these before a program's name are its own.
const WORDS_BEFORE: usize = 3;

impl<'a> Entry<'a> {
    /// Takes a line apart. Nothing is lost: what is no prefix is text.
    pub(super) fn of(line: &'a str) -> Self {
        let line = line.trim_start_matches(['\u{feff}', '\0']).trim_end();
        let line = composed(line);
        if let Some(entry) = structured(line) {
            return entry;
        }
        let line = priority(line).unwrap_or(line);
        let (at, rest) = stamp::split(line);
        let (host, program, text) = named(rest);
        let text = text.strip_prefix("[ID ").and_then(|t| t.split_once("] ")).map_or(text, |(_, t)| t);
        Self { at, host, program, text }
    }
}

/// `<22>`: RFC 3164 §4.1.1.
fn priority(line: &str) -> Option<&str> {
    let (number, rest) = line.strip_prefix('<')?.split_once('>')?;
    (number.len() <= 3 && number.bytes().all(|b| b.is_ascii_digit())).then_some(rest)
}

/// RFC 5424 §6: `<22>1 2026-11-20T10:00:00Z host postfix/smtp 123 - - words`.
fn structured(line: &str) -> Option<Entry<'_>> {
    let rest = priority(line)?.strip_prefix("1 ")?;
    let mut parts = rest.splitn(6, ' ');
    let (at, host, program) = (parts.next()?, parts.next()?, parts.next()?);
    let (_process, _id, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let text = match rest.strip_prefix('-') {
        Some(text) => text,
        None => rest.rfind("] ").map_or(rest, |end| &rest[end + 1..]),
    };
    let given = |field: &'static str, value| Some(value).filter(|v| *v != field);
    Some(Entry {
        at: given("-", at),
        host: given("-", host),
        program: given("-", program).unwrap_or(""),
        text: text.trim_start_matches(['\u{feff}', ' ']),
    })
}

/// `mail  | words`, as docker compose prints.
fn composed(line: &str) -> &str {
    let Some((name, rest)) = line.split_once('|').filter(|(name, _)| name.len() <= 64) else { return line };
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let name = name.trim_end();
    if !name.is_empty() && name.bytes().all(plain) { rest.trim_start() } else { line }
}

/// Host, program and words of what follows the time.
fn named(text: &str) -> (Option<&str>, &str, &str) {
    let (mut host, mut rest) = (None, text.trim_start());
    for _ in 0..=WORDS_BEFORE {
        let Some((word, behind)) = rest.split_once(' ') else { break };
        if let Some(program) = program(word) {
            return (host, program, behind.trim_start());
        }
        if !is_name(word) {
            break;
        }
        host = host.or(Some(word));
        rest = behind.trim_start();
    }
    (None, "", text.trim_start())
}

/// `postfix/smtpd[123]:`, `qmail:`, `dovecot:`; an address, a time or a word of a sentence is none.
fn program(word: &str) -> Option<&str> {
    let word = word.strip_suffix(':')?;
    let name = match word.split_once('[') {
        Some((name, number)) => {
            let number = number.strip_suffix(']')?;
            number.bytes().all(|b| b.is_ascii_digit()).then_some(name)?
        }
        None => word,
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/');
    let sound = !name.is_empty() && name.len() <= 48 && name.bytes().all(plain);
    // Hexadecimal names of messages in the queue end in a colon, too.
    let queue = name.len() >= 5 && name.bytes().all(|b| b.is_ascii_hexdigit()) && word.len() == name.len();
    (sound && !queue && name.bytes().any(|b| b.is_ascii_lowercase()) && !LEVELS.contains(&name)).then_some(name)
}

/// Words with a colon that begin what a program says.
const LEVELS: [&str; 12] =
    ["warning", "error", "fatal", "panic", "info", "reject", "notice", "debug", "delivery", "status", "host", "to"];

/// A host or a facility (`mail.info`).
fn is_name(word: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
    word.len() <= 255 && word.bytes().all(plain) && !word.ends_with(':')
}

/// A line of a container's or a journal's log in the words of the program that wrote it; none where it is none.
pub(in crate::reading) fn unwrapped(line: &str) -> Option<String> {
    let json = line.trim_start_matches(['\u{feff}', '\0', ' ', '\x1e']);
    if json.starts_with('{') {
        return object(serde_json::from_str::<Value>(json.trim_end()).ok()?.as_object()?);
    }
    // Kubernetes: `2026-11-20T10:00:00.000000000Z stdout F words`.
    let (at, rest) = line.split_once(' ')?;
    let rest = rest.strip_prefix("stdout ").or_else(|| rest.strip_prefix("stderr "))?;
    let text = rest.strip_prefix("F ").or_else(|| rest.strip_prefix("P "))?;
    Some(dated(at, text))
}

type Object = serde_json::Map<String, Value>;

fn object(all: &Object) -> Option<String> {
    let word = |names: &[&str]| names.iter().find_map(|n| all.get(*n).and_then(words));
    let text = word(&["MESSAGE", "log", "message", "msg"])?;
    let text = text.trim_end();
    if let Some(program) = word(&["SYSLOG_IDENTIFIER", "_COMM"]) {
        let at = word(&["__REALTIME_TIMESTAMP", "_SOURCE_REALTIME_TIMESTAMP"]).and_then(|t| stamp::of_micros(&t));
        let host = word(&["_HOSTNAME"]).unwrap_or(Cow::Borrowed("-"));
        let mut line = at.map_or_else(String::new, |at| format!("{at} "));
        line.push_str(&format!("{host} {program}: {text}"));
        return Some(line);
    }
    let at = word(&["time", "timestamp", "@timestamp", "ts"]);
    Some(at.map_or_else(|| text.to_owned(), |at| dated(&at, text)))
}

/// The line with the time it was caught, where it brings none itself.
fn dated(at: &str, text: &str) -> String {
    let line = composed(text);
    match stamp::split(priority(line).unwrap_or(line)) {
        (None, _) if !text.trim().is_empty() && stamp::split(at).0.is_some() => format!("{at} {text}"),
        _ => text.to_owned(),
    }
}

/// A text, or the octets of one as the journal writes what is no plain text.
fn words(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Array(all) => {
            let octets: Vec<u8> = all.iter().filter_map(|v| u8::try_from(v.as_u64()?).ok()).collect();
            Some(Cow::Owned(String::from_utf8_lossy(&octets).into_owned()))
        }
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> (Option<&str>, Option<&str>, &str, &str) {
        let Entry { at, host, program, text } = Entry::of(line);
        (at, host, program, text)
    }

    #[test]
    fn what_syslog_puts_before_a_line_is_taken_apart() {
        let text = "4F1A22C0B5: removed";
        for (before, at, host) in [
            ("Nov 20 10:00:00 mx1 ", Some("Nov 20 10:00:00"), Some("mx1")),
            ("<22>Nov  2 10:00:00 mx1 ", Some("Nov  2 10:00:00"), Some("mx1")),
            ("Nov 20 10:00:00 ", Some("Nov 20 10:00:00"), None),
            ("Nov 20 10:00:00 mx1 mail.info ", Some("Nov 20 10:00:00"), Some("mx1")),
            (
                "2026-11-20T10:00:00.123456+01:00 mx1.example.net ",
                Some("2026-11-20T10:00:00.123456+01:00"),
                Some("mx1.example.net"),
            ),
            ("2026-11-20 10:00:00 mx1 ", Some("2026-11-20 10:00:00"), Some("mx1")),
            ("mail-1  | Nov 20 10:00:00 mx1 ", Some("Nov 20 10:00:00"), Some("mx1")),
            ("", None, None),
        ] {
            let line = format!("{before}postfix/qmgr[12]: {text}");
            assert_eq!(of(&line), (at, host, "postfix/qmgr", text), "{line}");
        }
    }

    #[test]
    fn rfc_5424_is_taken_apart() {
        assert_eq!(
            of("<22>1 2026-11-20T10:00:00Z mx1 postfix/smtp 12 - [a b=\"c\"] words here"),
            (Some("2026-11-20T10:00:00Z"), Some("mx1"), "postfix/smtp", "words here")
        );
        assert_eq!(of("<22>1 - - sm-mta - - - words").2, "sm-mta");
    }

    #[test]
    fn a_line_of_a_journal_or_a_container_is_what_the_program_wrote() {
        let octets: Vec<String> = "words \u{e9}".bytes().map(|b| b.to_string()).collect();
        let journal = format!(
            r#"{{"__REALTIME_TIMESTAMP":"1795161600000000","_HOSTNAME":"mx1","SYSLOG_IDENTIFIER":"postfix/smtp","_PID":"7","MESSAGE":[{}]}}"#,
            octets.join(",")
        );
        let line = unwrapped(&journal).expect("a line");
        assert_eq!(of(&line), (Some("2026-11-20T08:00:00Z"), Some("mx1"), "postfix/smtp", "words \u{e9}"));
        let docker = r#"{"log":"Nov 20 10:00:00 mx1 postfix/smtp[1]: words\n","stream":"stdout","time":"2026-11-20T10:00:00.5Z"}"#;
        assert_eq!(unwrapped(docker).as_deref(), Some("Nov 20 10:00:00 mx1 postfix/smtp[1]: words"));
        let bare = r#"{"log":"postfix/smtp[1]: words\n","stream":"stdout","time":"2026-11-20T10:00:00.5Z"}"#;
        assert_eq!(
            of(&unwrapped(bare).expect("a line")),
            (Some("2026-11-20T10:00:00.5Z"), None, "postfix/smtp", "words")
        );
        let pod = unwrapped("2026-11-20T10:00:00.5Z stdout F postfix/smtp[1]: words").expect("a line");
        assert_eq!(of(&pod), (Some("2026-11-20T10:00:00.5Z"), None, "postfix/smtp", "words"));
        assert_eq!(unwrapped("Nov 20 10:00:00 mx1 postfix/smtp[1]: words"), None);
    }

    #[test]
    fn words_that_end_in_a_colon_are_no_program() {
        for line in [
            "4F1A22C0B5: to=<bob@example.org>",
            "warning: something",
            "2026-11-20 10:00:00 1tDabc-0001-AB ** bob@example.org: no",
        ] {
            assert_eq!(of(line).2, "", "{line}");
        }
    }
}
