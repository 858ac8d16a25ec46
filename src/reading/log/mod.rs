//! Lines of mail logs, each kind of log in a file of its own: what a line says before its words are read.

mod accounting;
mod courier;
mod delivered;
mod dovecot;
mod entry;
mod exchange;
mod exim;
mod haraka;
mod opensmtpd;
mod postfix;
mod qmail;
mod sendmail;
mod sessions;
mod stalwart;
mod stamp;

use std::borrow::Cow;

use super::draft::{Draft, worth};
use super::find::{self, Found};
use crate::guide::Guide;
use crate::transcript::{Enhanced, Stage};
use entry::Entry;

pub(super) use delivered::delivered;
pub(super) use entry::unwrapped;
pub(super) use sessions::Sessions;
pub(super) use stamp::shown;

/// What one log line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// A failure, or what may be one.
    Failed(Raw<'a>),
    /// A delivery that went well.
    Delivered,
    /// Nothing about a delivery.
    Other,
}

/// A failure as its line has it: its words are not read yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Raw<'a> {
    /// What was said.
    pub(super) why: Cow<'a, str>,
    /// Whom it was about.
    pub(super) recipient: Option<Cow<'a, str>>,
    /// Who said it.
    pub(super) server: Option<Cow<'a, str>>,
    /// The enhanced code that the log gives beside the words.
    pub(super) dsn: Option<Enhanced>,
    /// Where in the dialogue, if the line tells it beside the words.
    pub(super) stage: Option<Stage>,
    /// Whether trying again is pointless, as the log has it.
    pub(super) permanent: Option<bool>,
    /// Whether the log's own server refused somebody.
    pub(super) incoming: bool,
    /// Whether it is a failure whatever its words; else only where they are known to tell of one.
    pub(super) sure: bool,
}

/// A line of a mail log, and when and where it was written.
pub(super) struct Told<'a> {
    /// When, as it is written.
    pub(super) at: Option<&'a str>,
    /// What it says.
    pub(super) line: Line<'a>,
}

/// Whether a line is of a mail log.
pub(super) fn is_log(line: &str) -> bool {
    let inner = unwrapped(line);
    parse(inner.as_deref().unwrap_or(line), &mut Sessions::default()).is_some()
}

/// Reads one line as far as its form goes; none where it is of no mail log.
pub(super) fn parse<'a>(line: &'a str, sessions: &mut Sessions) -> Option<Told<'a>> {
    if let Some(told) = exchange::parse(line, sessions) {
        return Some(told);
    }
    if let Some(told) = accounting::parse(line) {
        return Some(told);
    }
    let entry = Entry::of(line);
    let mut line = by_program(&entry)?;
    // qmail names the recipient when a delivery begins; Courier, Haraka and Stalwart tell of one failure in several lines.
    let loose = !entry.program.contains('/');
    match &mut line {
        Line::Failed(raw) => {
            if raw.incoming && raw.server.is_none() {
                raw.server = entry.host.map(Cow::Borrowed);
            }
            if loose && raw.recipient.is_none() {
                raw.recipient = sessions.follow(entry.text).map(Cow::Owned);
            }
            if loose && sessions.again(entry.text) {
                line = Line::Other;
            }
        }
        Line::Other if loose => drop(sessions.follow(entry.text)),
        Line::Delivered | Line::Other => {}
    }
    Some(Told { at: entry.at, line })
}

fn by_program<'a>(entry: &Entry<'a>) -> Option<Line<'a>> {
    let (before, name) = entry.program.rsplit_once('/').unwrap_or(("", entry.program));
    match name {
        _ if !before.is_empty() && postfix::DAEMONS.contains(&name) => Some(postfix::read(entry, name)),
        _ if name.starts_with("exim") => exim::read(entry).or(Some(Line::Other)),
        "sendmail" | "sm-mta" | "mta" | "sm-client" => Some(sendmail::read(entry)),
        _ if name.starts_with("sm-msp") => Some(sendmail::read(entry)),
        "smtpd" => opensmtpd::read(entry),
        "dovecot" => Some(dovecot::read(entry)),
        "haraka" => haraka::read(entry).or(Some(Line::Other)),
        "stalwart" | "stalwart-mail" => stalwart::read(entry).or(Some(Line::Other)),
        "saslauthd" => Some(unsure(entry.text, true)),
        _ if name.starts_with("qmail") => qmail::read(entry).or(Some(Line::Other)),
        _ if name.starts_with("courier") => courier::read(entry).or(Some(Line::Other)),
        _ => by_shape(entry),
    }
}

/// Logs that no program's name stands in.
fn by_shape<'a>(entry: &Entry<'a>) -> Option<Line<'a>> {
    exim::read(entry)
        .or_else(|| qmail::read(entry))
        .or_else(|| courier::read(entry))
        .or_else(|| haraka::read(entry))
        .or_else(|| stalwart::read(entry))
        .or_else(|| opensmtpd::read(entry))
        .or_else(|| postfix::bare(entry))
        .or_else(|| sendmail::bare(entry))
}

/// A line that is a failure only if its words are known to tell of one.
fn unsure(text: &str, incoming: bool) -> Line<'_> {
    Line::Failed(Raw { why: text.into(), recipient: address_after(text, "to="), incoming, ..Raw::default() })
}

impl Raw<'_> {
    /// Reads the words; none where they tell of no failure.
    pub(super) fn draft(self, guide: &Guide) -> Option<Draft> {
        let mut found: Found = find::whole(&self.why);
        if !self.sure && found.code == 0 && !worth(guide, &found).0 {
            return None;
        }
        found.enhanced = self.dsn.or(found.enhanced);
        found.stage = self.stage.or(found.stage);
        let named = self.server.map(|s| s.to_ascii_lowercase());
        found.server = if self.incoming { named } else { found.server.or(named) };
        let recipient = self.recipient.map(Cow::into_owned).or_else(|| refused(&found));
        Some(Draft { recipient, found, permanent: self.permanent })
    }
}

/// The recipient that a refusal of RCPT begins with: `<bob@example.org>: Recipient address rejected`.
fn refused(found: &Found) -> Option<String> {
    let (address, rest) = found.lines.first()?.strip_prefix('<')?.split_once('>')?;
    let about = rest.contains("ecipient") || rest.contains("unknown") || rest.contains("elay");
    (address.contains('@') && found.stage.is_none_or(|s| s == Stage::Rcpt) && about).then(|| address.to_owned())
}

/// The value of `name=value` or `name=<value>`, up to a comma, a blank or the bracket.
fn value_after<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut from = 0;
    loop {
        let at = from + memchr::memmem::find(&text.as_bytes()[from..], name.as_bytes())?;
        let rest = &text[at + name.len()..];
        from = at + name.len();
        // `to=` is not the end of `orig_to=`.
        if at > 0 && text.as_bytes()[at - 1].is_ascii_alphanumeric() || text[..at].ends_with('_') {
            continue;
        }
        return Some(match rest.strip_prefix('<') {
            Some(inner) => inner.split('>').next().unwrap_or_default(),
            None => rest.split([',', ' ', ';']).next().unwrap_or_default(),
        });
    }
}

/// As [`value_after`], if it is a mail address.
fn address_after<'a>(text: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let value = value_after(text, name)?.trim_matches(['<', '>', '"']);
    value.contains('@').then_some(Cow::Borrowed(value))
}

/// A host's name in front of its address: `mx.example.org[192.0.2.1]:25`; an address alone stands for itself.
fn host(text: &str) -> Option<Cow<'_, str>> {
    let name = text.split(['[', ' ', ':', '(', ',']).next().unwrap_or_default().trim_end_matches('.');
    let name = match name.is_empty() || name == "unknown" {
        true => text.split_once('[')?.1.split(']').next()?,
        false => name,
    };
    let sound = name.contains(['.', ':']) && !name.contains('/') && name.len() <= 255;
    sound.then_some(Cow::Borrowed(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_that_of_its_own_name() {
        assert_eq!(value_after("orig_to=<a@example.org>, to=<b@example.org>, x", "to="), Some("b@example.org"));
        assert_eq!(value_after("to=b@example.org, x", "to="), Some("b@example.org"));
        assert_eq!(value_after("photo=x", "to="), None);
    }

    #[test]
    fn a_host_is_named_or_numbered() {
        assert_eq!(host("mx.example.org[192.0.2.1]:25").as_deref(), Some("mx.example.org"));
        assert_eq!(host("[192.0.2.1]:25").as_deref(), Some("192.0.2.1"));
        assert_eq!(host("mx.example.org. [192.0.2.1]").as_deref(), Some("mx.example.org"));
        assert_eq!(host("none"), None);
        assert_eq!(host("private/dovecot-lmtp"), None);
    }
}
