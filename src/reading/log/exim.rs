//! Exim's mainlog and rejectlog: `2026-11-20 10:00:00 1tDabc-000000001Ab-2CdE ** bob@example.org R=… T=… H=…: …`.

use std::borrow::Cow;

use super::{Entry, Line, Raw, host, stamp};
use crate::reading::address;
use crate::reading::stage::of_command;
use crate::transcript::Stage;

/// Beginnings of lines that Exim alone writes, and that tell of nothing wrong.
const QUIET: [&str; 9] = [
    "<=",
    "Completed",
    "Start queue run",
    "End queue run",
    "exim ",
    "Message is frozen",
    "SMTP connection from",
    "no IP address found",
    "SMTP command",
];

/// Words that Exim's lines about connections begin with.
const BEGINNINGS: [&str; 17] = [
    "H=",
    "U=",
    "SMTP ",
    "SSL ",
    "TLS ",
    "rejected ",
    "no host ",
    "unexpected ",
    "remote host ",
    "Connection from ",
    "refused connection",
    "too many ",
    "temporarily ",
    "unqualified ",
    "failed ",
    "no immediate delivery",
    "Remote host ",
];

pub(super) fn read<'a>(entry: &Entry<'a>) -> Option<Line<'a>> {
    // Through syslog Exim writes its own time as well.
    let text = if entry.program.is_empty() { entry.text } else { stamp::split(entry.text).1 };
    let named = entry.program.starts_with("exim");
    let dated =
        named || entry.at.is_some_and(|at| at.as_bytes().get(4) == Some(&b'-') && at.as_bytes().get(10) == Some(&b' '));
    let text = process(text);
    let (id, rest) = message(text).map_or((false, text), |rest| (true, rest));
    if !(id && (named || dated || rest.starts_with("** ") || rest.starts_with("== "))) && !dated {
        return None;
    }
    match rest.get(..3).unwrap_or(rest) {
        "** " => return Some(delivery(&rest[3..], true)),
        "== " => return Some(delivery(&rest[3..], false)),
        "=> " | "-> " | ">> " | "*> " => return Some(Line::Delivered),
        _ => {}
    }
    if id && (QUIET.iter().any(|q| rest.starts_with(q))) {
        return Some(Line::Other);
    }
    let known = id
        || named
        || BEGINNINGS.iter().any(|b| rest.starts_with(b))
        || rest.contains(" authenticator failed")
        || rest.starts_with("Start queue");
    known.then(|| said(rest))
}

/// `[1234] `, where `log_selector` has pid.
fn process(text: &str) -> &str {
    let pid = text.strip_prefix('[').and_then(|t| t.split_once("] "));
    pid.filter(|(number, _)| number.bytes().all(|b| b.is_ascii_digit())).map_or(text, |(_, rest)| rest)
}

/// What follows a message's id: `1tDabc-000001-AB`, or `1tDabc-000000001Ab-2CdE` since 4.97.
fn message(text: &str) -> Option<&str> {
    let (id, rest) = text.split_once(' ')?;
    let mut parts = id.split('-');
    let (one, two, three) = (parts.next()?, parts.next()?, parts.next()?);
    let sizes = matches!((one.len(), two.len(), three.len()), (6, 6, 2) | (6, 11, 4));
    (sizes && parts.next().is_none() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')).then_some(rest)
}

/// `bob@example.org <orig@example.org> R=dnslookup T=remote_smtp H=mx [192.0.2.25]: SMTP error … 550 no`.
fn delivery(rest: &str, permanent: bool) -> Line<'_> {
    let (head, why) = reason(rest);
    let first = rest.split([' ', ',']).next().unwrap_or_default();
    let first = first.trim_end_matches(':');
    // A child of an alias is told with the address that people know behind it.
    let recipient = if first.contains('@') && !first.starts_with('|') {
        Some(Cow::Borrowed(first))
    } else {
        address::all(head).next().map(Cow::Borrowed)
    };
    let server = head.split_once(" H=").and_then(|(_, h)| host(h));
    Line::Failed(Raw { why: why.into(), recipient, server, permanent: Some(permanent), sure: true, ..Raw::default() })
}

/// The fields, and the words behind them. `defer (-53): retry time not reached` keeps what stands behind the number.
fn reason(rest: &str) -> (&str, &str) {
    if let Some((head, why)) = rest.split_once(" defer (") {
        let why = why.split_once(')').map_or(why, |(_, w)| w).trim_start_matches([':', ' ']);
        // H=… may stand behind the number, before the words.
        let why = without_fields(why);
        return if why.is_empty() { (head, head) } else { (&rest[..rest.len() - why.len()], why) };
    }
    match rest.split_once(": ") {
        Some((head, why)) => (head, why),
        None => (rest, rest),
    }
}

/// `H=mx.example.org [192.0.2.25]: words`, or without the colon, without the field.
fn without_fields(why: &str) -> &str {
    if !why.starts_with("H=") && !why.starts_with("DT=") {
        return why;
    }
    let words = why.split_once("]: ").or_else(|| why.split_once("] ")).or_else(|| why.split_once(": "));
    words.map_or(why, |(_, w)| w)
}

/// What is in lines about servers that Exim talks to, rather than about its own clients.
const OUTGOING: [&str; 7] = [
    "SMTP error from remote mail server",
    "SMTP timeout after",
    "] Connection ",
    "]: Connection ",
    "] No route to host",
    "] Network is unreachable",
    "TLS session failure",
];

/// What Exim says to a client, or of one: `H=(x) [192.0.2.7] F=<…> rejected RCPT <…>: …`.
fn said(rest: &str) -> Line<'_> {
    let outgoing = OUTGOING.iter().any(|o| rest.contains(o)) && !rest.contains("rejected ");
    let mut raw = Raw { incoming: !outgoing, ..Raw::default() };
    if rest.starts_with("SMTP ") && !outgoing {
        raw.why = rest.split(" H=").next().unwrap_or(rest).into();
    } else if let Some((_, after)) = rest.split_once("rejected ") {
        // `rejected RCPT <bob@example.org>: why`, `rejected after DATA: why`, `rejected EHLO or HELO x: why`, `rejected connection in "connect" ACL: why`
        let after = after.strip_prefix("after ").unwrap_or(after);
        let verb = after.split([' ', ':']).next().unwrap_or_default();
        raw.stage = match verb {
            "DATA" if rest.contains("rejected after DATA") => Some(Stage::Message),
            "connection" => Some(Stage::Greeting),
            verb => of_command(verb),
        };
        let address =
            after.strip_prefix(verb).map_or("", str::trim_start).strip_prefix('<').and_then(|a| a.split('>').next());
        raw.recipient = address.filter(|a| verb == "RCPT" && a.contains('@')).map(Cow::Borrowed);
        raw.sure = raw.stage.is_some() || verb == "by";
        let why = after.split_once(">: ").or_else(|| after.split_once(": ")).map_or(after, |(_, why)| why);
        raw.why = why.into();
        raw.permanent = Some(!rest.contains("temporarily rejected"));
    } else if let Some((_, why)) = rest.split_once(" authenticator failed for ") {
        raw.stage = Some(Stage::Auth);
        raw.sure = true;
        // `(x) [192.0.2.7]:1234: 535 Incorrect authentication data (set_id=alice)`
        raw.why = why.split_once(": 5").map_or_else(|| Cow::Borrowed(rest), |(_, w)| Cow::Owned(format!("5{w}")));
    } else {
        if outgoing {
            raw.server = rest.strip_prefix("H=").and_then(host);
        }
        raw.why = if outgoing { without_fields(rest).into() } else { rest.into() };
    }
    Line::Failed(raw)
}
