//! Stalwart: `INFO SMTP RCPT TO rejected (delivery.rcpt-to-rejected) queueId = 1, to = "bob@example.org", code = 550, details = "words"`.

use std::borrow::Cow;

use super::{Entry, Line, Raw};
use crate::reading::address;
use crate::transcript::Stage;

const LEVELS: [&str; 5] = ["TRACE ", "DEBUG ", "INFO ", "WARN ", "ERROR "];

/// What an event of a delivery is: where in the dialogue, and whether it is the end.
fn event(name: &str) -> Option<(Option<Stage>, Option<bool>)> {
    Some(match name {
        "greeting-failed" => (Some(Stage::Greeting), None),
        "ehlo-rejected" => (Some(Stage::Ehlo), None),
        "auth-failed" => (Some(Stage::Auth), None),
        "mail-from-rejected" => (Some(Stage::Mail), None),
        "rcpt-to-rejected" | "rcpt-to-failed" => (Some(Stage::Rcpt), None),
        "message-rejected" => (Some(Stage::Message), None),
        "start-tls-error" | "start-tls-unavailable" | "start-tls-disabled" => (Some(Stage::Starttls), None),
        "dsn-temp-fail" => (None, Some(false)),
        "dsn-perm-fail" | "failed" => (None, Some(true)),
        "connect-error" | "mx-lookup-failed" | "ip-lookup-failed" | "null-mx" | "tlsa-error" | "mta-sts-error" => {
            (None, None)
        }
        _ => return None,
    })
}

pub(super) fn read<'a>(entry: &Entry<'a>) -> Option<Line<'a>> {
    let text = LEVELS.iter().find_map(|level| entry.text.strip_prefix(level))?;
    let (named, fields) = text.split_once(") ")?;
    let (_, id) = named.rsplit_once(" (")?;
    let (area, name) = id.split_once('.').filter(|_| id.len() <= 64 && !id.contains(' '))?;
    if area != "delivery" {
        return Some(Line::Other);
    }
    if name == "delivered" {
        return Some(Line::Delivered);
    }
    let Some((stage, permanent)) = event(name) else { return Some(Line::Other) };
    let details = quoted(fields, "details = \"").unwrap_or_default();
    let reason = quoted(fields, "reason = \"").filter(|r| !r.is_empty());
    let words = match reason {
        Some(reason) if details.is_empty() => Cow::Borrowed(reason),
        Some(reason) => Cow::Owned(format!("{details}: {reason}")),
        None if details.is_empty() => Cow::Borrowed(named),
        None => Cow::Borrowed(details),
    };
    let code = fields.split_once(", code = ").and_then(|(_, c)| c.get(..3)).filter(|c| c.parse::<u16>().is_ok());
    let why = code.map_or_else(|| words.clone(), |code| Cow::Owned(format!("{code} {words}")));
    // The list of all whom the message is for stands first, in brackets; then the one whom the event is about.
    let to = quoted(fields, " to = \"").or_else(|| quoted(fields, " to = [\"").filter(|_| !fields.contains("\", \"")));
    Some(Line::Failed(Raw {
        why,
        recipient: to.and_then(|t| address::all(t).next()).map(Cow::Borrowed),
        server: quoted(fields, "hostname = \"").and_then(super::host),
        stage,
        permanent,
        sure: true,
        ..Raw::default()
    }))
}

/// What stands in quotes behind a name.
fn quoted<'a>(fields: &'a str, name: &str) -> Option<&'a str> {
    fields.split_once(name)?.1.split('"').next()
}

/// Whom a failure is about, and whether the line is the notice of one that an earlier line told of.
pub(super) fn about(text: &str) -> Option<(&str, bool)> {
    let (_, rest) = text.split_once("(delivery.")?;
    Some((quoted(rest, " to = \"")?, rest.starts_with("dsn-")))
}
