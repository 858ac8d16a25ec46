//! Postfix: `postfix/smtp[12]: 4F1A22C0B5: to=<…>, …, status=bounced (…)` and the refusals of `smtpd` and `postscreen`.

use std::borrow::Cow;

use memchr::memmem;

use super::{Entry, Line, Raw, address_after, host, unsure, value_after};
use crate::reading::stage::of_command;
use crate::transcript::Stage;

/// The programs of Postfix that tell of mail.
pub(super) const DAEMONS: [&str; 25] = [
    "smtp",
    "smtpd",
    "lmtp",
    "local",
    "virtual",
    "pipe",
    "error",
    "discard",
    "retry",
    "bounce",
    "defer",
    "trace",
    "qmgr",
    "oqmgr",
    "cleanup",
    "pickup",
    "postscreen",
    "dnsblog",
    "tlsproxy",
    "tlsmgr",
    "scache",
    "verify",
    "anvil",
    "master",
    "sendmail",
];

/// What a message's own server says to others, and to nobody about its own mail.
const RECEIVING: [&str; 5] = ["smtpd", "postscreen", "dnsblog", "tlsproxy", "anvil"];

/// Beginnings of lines that tell of nothing wrong.
const QUIET: [&str; 22] = [
    "connect from",
    "disconnect from",
    "client=",
    "message-id=",
    "removed",
    "from=<",
    "uid=",
    "statistics:",
    "CONNECT from",
    "PASS ",
    "ALLOWLISTED",
    "WHITELISTED",
    "Anonymous TLS",
    "Trusted TLS",
    "Untrusted TLS connection est",
    "Verified TLS",
    "sender non-delivery",
    "sender delivery status",
    "postmaster non-delivery",
    "daemon started",
    "reload",
    "cache ",
];

/// What follows the reason of a refusal.
const TAILS: [&str; 3] = ["; from=<", "; to=<", "; proto="];

pub(super) fn read<'a>(entry: &Entry<'a>, daemon: &str) -> Line<'a> {
    let text = unlevelled(entry.text);
    let (queue, rest) = queued(text).unwrap_or(("", text));
    if let Some(line) = status(rest, entry) {
        return line;
    }
    if let Some(line) = refusal(rest) {
        return line;
    }
    if QUIET.iter().any(|q| rest.starts_with(q)) {
        return Line::Other;
    }
    let incoming = RECEIVING.contains(&daemon) || (daemon == "cleanup" && queue == "NOQUEUE");
    let mut line = unsure(cut(rest), incoming);
    if let Line::Failed(raw) = &mut line {
        if let Some(who) = rest.strip_prefix("host ") {
            raw.sure = rest.contains(" said: ") || rest.contains("refused to talk");
            raw.server = host(who);
        }
        if incoming {
            let login = rest.contains(": SASL ") && rest.contains(" authentication failed");
            raw.stage = if login { Some(Stage::Auth) } else { cut_off(rest) };
        }
    }
    line
}

/// A line without any program's name, if it tells of a delivery as Postfix does.
pub(super) fn bare<'a>(entry: &Entry<'a>) -> Option<Line<'a>> {
    let rest = queued(entry.text).map_or(entry.text, |(_, rest)| rest);
    address_after(rest, "to=")?;
    status(rest, entry)
}

/// `warning: `, `fatal: ` and what may follow them.
fn unlevelled(text: &str) -> &str {
    ["warning: ", "error: ", "fatal: ", "panic: ", "info: "].iter().find_map(|l| text.strip_prefix(l)).unwrap_or(text)
}

/// A queue id, short or long (`enable_long_queue_ids`), and what follows.
fn queued(text: &str) -> Option<(&str, &str)> {
    let (id, rest) = text.split_once(": ")?;
    let short = id.len() >= 5 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
    let vowel = |b: u8| matches!(b.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u');
    let long = id.len() >= 10 && id.bytes().all(|b| b.is_ascii_alphanumeric() && !vowel(b));
    (short || long || id == "NOQUEUE").then_some((id, rest))
}

fn status<'a>(rest: &'a str, entry: &Entry<'a>) -> Option<Line<'a>> {
    let at =
        memmem::rfind(&rest.as_bytes()[..rest.len().min(2_000)], b" status=").filter(|at| !rest[..*at].contains(" ("));
    let at = at.or_else(|| memmem::find(rest.as_bytes(), b" status="))?;
    let (head, tail) = rest.split_at(at);
    let tail = &tail[" status=".len()..];
    let end = tail.find([' ', ',']).unwrap_or(tail.len());
    let (status, why) = tail.split_at(end);
    if matches!(status, "sent" | "deliverable") {
        return Some(Line::Delivered);
    }
    let permanent = match status {
        "bounced" | "expired" => Some(true),
        _ if status.starts_with("undeliverable") => Some(true),
        "deferred" | "SOFTBOUNCE" => Some(false),
        _ => None,
    };
    let why = why.trim_start_matches([',', ' ']);
    let inner = why.strip_prefix('(').map(|w| w.trim_end().strip_suffix(')').unwrap_or(w));
    let why = match inner {
        Some(inner) if !inner.is_empty() && status != "expired" => Cow::Borrowed(inner),
        _ => Cow::Owned(format!("status={status} {why}")),
    };
    let relay = value_after(head, "relay=").filter(|r| *r != "none");
    Some(Line::Failed(Raw {
        why,
        recipient: address_after(head, "to="),
        // What a server of ours does by itself (local, a pipe) is said by its own host.
        server: relay.and_then(|r| host(r).or_else(|| entry.host.map(Cow::Borrowed))),
        dsn: value_after(head, "dsn=").and_then(|d| d.parse().ok()),
        stage: None,
        permanent,
        incoming: false,
        sure: true,
    }))
}

/// What `smtpd`, `postscreen` and `cleanup` do with what they do not want.
const ACTIONS: [&str; 9] = [
    "reject: ",
    "reject_warning: ",
    "milter-reject: ",
    "proxy-reject: ",
    "discard: ",
    "milter-discard: ",
    "hold: ",
    "milter-hold: ",
    "quarantine: ",
];

/// `reject: RCPT from client.example.net[192.0.2.7]: 554 5.7.1 …; from=<…> to=<…> proto=ESMTP helo=<…>`.
fn refusal(rest: &str) -> Option<Line<'_>> {
    let said = ACTIONS.iter().find_map(|a| rest.strip_prefix(a))?;
    let recipient = address_after(rest, "to=");
    // `header Subject: … from client[192.0.2.7]; from=<…> … helo=<…>: 5.7.1 why`
    if said.starts_with("header ")
        || said.starts_with("body ")
        || said.starts_with("mime-header ")
        || said.starts_with("nested-header ")
    {
        let why = said.rsplit_once(">: ").map_or("message content rejected", |(_, why)| why);
        let stage = Some(Stage::Message);
        return Some(Line::Failed(Raw {
            why: why.into(),
            recipient,
            stage,
            incoming: true,
            sure: true,
            ..Raw::default()
        }));
    }
    let (verb, behind) = said.split_at(said.find([' ', ':']).unwrap_or(said.len()));
    let why = match behind.strip_prefix(" from ") {
        Some(client) => {
            client.split_once("]: ").or_else(|| client.split_once(": ")).map_or(client, |(address, why)| {
                // postscreen names the port too: `[192.0.2.7]:1234: `.
                let port = why.split_once(": ").filter(|_| address.is_empty());
                port.map_or(why, |(_, why)| why)
            })
        }
        None => behind.trim_start_matches([':', ' ']),
    };
    let why = match why.split_once(": ") {
        Some((port, why)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => why,
        _ => why,
    };
    let stage = of_command(verb);
    Some(Line::Failed(Raw { why: cut(why).into(), recipient, stage, incoming: true, sure: true, ..Raw::default() }))
}

/// The words without the envelope that Postfix puts behind them.
fn cut(text: &str) -> &str {
    let end = TAILS.iter().filter_map(|t| text.find(t)).min().unwrap_or(text.len());
    &text[..end]
}

/// The stage of `lost connection after DATA (1234 bytes) from …`.
fn cut_off(rest: &str) -> Option<Stage> {
    let (what, after) = rest.split_once(" after ")?;
    let known = ["lost connection", "timeout", "too many errors", "improper command pipelining", "COMMAND PIPELINING"];
    known
        .iter()
        .any(|k| what.starts_with(k))
        .then(|| of_command(after.split([' ', ':']).next().unwrap_or_default()))
        .flatten()
}
