//! Exchange: the protocol logs of its connectors, and the message tracking log; both are CSV.

use std::borrow::Cow;

use super::sessions::{Command, Sessions};
use super::{Line, Raw, Told, host, stamp};
use crate::reading::stage::of_command;
use crate::transcript::Stage;

/// Reads a line of Exchange's logs; none where it is of another.
pub(super) fn parse<'a>(line: &'a str, sessions: &mut Sessions) -> Option<Told<'a>> {
    let heads = ["#Software: Microsoft Exchange", "#Log-type: ", "#Fields: date-time"];
    if heads.iter().any(|h| line.trim_start_matches('\u{feff}').starts_with(h)) {
        sessions.exchange = true;
        return Some(Told { at: None, line: Line::Other });
    }
    let (at, rest) = stamp::split(line);
    let fields = fields(at.and(rest.strip_prefix(','))?)?;
    let line = protocol(&fields, sessions).or_else(|| tracking(&fields))?;
    sessions.exchange = true;
    Some(Told { at, line })
}

/// The fields behind the time: `connector,session,number,local,remote,event,data,context`.
fn protocol<'a>(fields: &[Cow<'a, str>], sessions: &mut Sessions) -> Option<Line<'a>> {
    let [_, session, number, _, remote, event, data, context, ..] = fields else { return None };
    number.parse::<u64>().ok()?;
    let kind = event.as_bytes().first().filter(|_| event.len() == 1)?;
    match kind {
        b'+' | b'-' => {
            sessions.closes(session);
            Some(Line::Other)
        }
        b'*' => {
            let why = if data.is_empty() { context } else { data };
            let raw = Raw { why: why.clone(), server: host(remote).map(|h| h.into_owned().into()), ..Raw::default() };
            Some(Line::Failed(raw))
        }
        b'<' | b'>' => {
            let code = data.get(..3).and_then(|c| c.parse::<u16>().ok()).filter(|c| (200..600).contains(c));
            let Some(code) = code else {
                command(sessions, session, data);
                return Some(Line::Other);
            };
            let last = data.as_bytes().get(3) != Some(&b'-');
            let answered = if last { sessions.answered(session) } else { None };
            if code < 400 || !last {
                return Some(Line::Other);
            }
            let incoming = *kind == b'>';
            let (stage, recipient) = answered.map_or((Some(Stage::Greeting), None), |c| (c.stage, c.recipient));
            let server = if incoming { None } else { host(remote).map(|h| h.into_owned().into()) };
            let recipient = recipient.map(Cow::Owned);
            Some(Line::Failed(Raw {
                why: data.clone(),
                recipient,
                server,
                stage,
                incoming,
                sure: true,
                ..Raw::default()
            }))
        }
        _ => None,
    }
}

fn command(sessions: &mut Sessions, session: &str, data: &str) {
    let verb = data.split(' ').next().unwrap_or_default();
    let stage = if verb.eq_ignore_ascii_case("BDAT") { Some(Stage::Message) } else { of_command(data) };
    let to = data.split_once('<').and_then(|(_, a)| a.split('>').next());
    let recipient = to.filter(|_| stage == Some(Stage::Rcpt)).map(str::to_owned);
    sessions.asks(session, Command { stage, recipient });
    if stage == Some(Stage::Data) {
        // After the 354 comes the message, which no log shows, and its answer.
        sessions.asks(session, Command { stage: Some(Stage::Message), recipient: None });
    }
}

const SOURCES: [&str; 14] = [
    "SMTP",
    "STOREDRIVER",
    "ROUTING",
    "AGENT",
    "DNS",
    "DSN",
    "QUEUE",
    "RESOLVER",
    "GATEWAY",
    "MAILBOXRULE",
    "POISONMESSAGE",
    "BOOTSCANNER",
    "ADMIN",
    "TRANSPORT",
];

/// `…,source,event-id,…,message-id,…,recipient-address,recipient-status,…`.
fn tracking<'a>(fields: &[Cow<'a, str>]) -> Option<Line<'a>> {
    let at = fields.iter().position(|f| SOURCES.contains(&f.as_ref()))?;
    let permanent = match fields.get(at + 1)?.as_ref() {
        "FAIL" | "BADMAIL" => true,
        "DEFER" => false,
        "DELIVER" | "SEND" => return Some(Line::Delivered),
        event if event.bytes().all(|b| b.is_ascii_uppercase()) && event.len() >= 3 => return Some(Line::Other),
        _ => return None,
    };
    let to = (at + 2..fields.len()).find(|i| fields[*i].contains('@') && !fields[*i].starts_with('<'))?;
    // A deferral says why in the source's context, before the connector.
    let context = || fields.get(at.checked_sub(2)?).filter(|c| c.len() > 3).cloned();
    let status = fields.get(to + 1).filter(|s| !s.is_empty()).cloned().or_else(context).unwrap_or_default();
    let why: Cow<'a, str> = match status.find("LED=") {
        Some(led) => {
            status[led + 4..].split("};").next().unwrap_or_default().trim_end_matches(['}', ']']).to_owned().into()
        }
        None => status.trim_start_matches("[").to_owned().into(),
    };
    let recipient = fields[to].split(';').next().map(|r| Cow::Owned(r.to_owned()));
    let server = fields.get(3).and_then(|s| host(s)).map(|h| h.into_owned().into());
    Some(Line::Failed(Raw { why, recipient, server, permanent: Some(permanent), sure: true, ..Raw::default() }))
}

/// The fields of a CSV line (RFC 4180); none where there are too few to be one of these logs.
pub(super) fn fields(line: &str) -> Option<Vec<Cow<'_, str>>> {
    let (mut all, mut rest) = (Vec::new(), line);
    while all.len() < 64 {
        let (field, behind) = match rest.strip_prefix('"') {
            Some(inner) => quoted(inner),
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                (Cow::Borrowed(&rest[..end]), &rest[end..])
            }
        };
        all.push(field);
        match behind.strip_prefix(',') {
            Some(more) => rest = more,
            None => break,
        }
    }
    (all.len() >= 7).then_some(all)
}

fn quoted(inner: &str) -> (Cow<'_, str>, &str) {
    let mut from = 0;
    while let Some(at) = inner[from..].find('"').map(|i| i + from) {
        if inner[at + 1..].starts_with('"') {
            from = at + 2;
            continue;
        }
        let field = &inner[..at];
        let field = if field.contains("\"\"") { Cow::Owned(field.replace("\"\"", "\"")) } else { Cow::Borrowed(field) };
        return (field, &inner[at + 1..]);
    }
    (Cow::Borrowed(inner), "")
}
