//! OpenSMTPD: `… mta delivery evpid=… to=<…> relay="…" result="PermFail" stat="550 …"`, `… smtp failed-command command="…" result="550 …"`.

use super::{Entry, Line, Raw, address_after, host, unsure};
use crate::reading::stage::of_command;
use crate::transcript::Stage;

pub(super) fn read<'a>(entry: &Entry<'a>) -> Option<Line<'a>> {
    let text = entry.text;
    if let Some((head, stat)) = text.split_once(" stat=") {
        let result = quoted_after(head, "result=").or_else(|| older(head))?;
        let permanent = match result.to_ascii_lowercase().as_str() {
            "ok" => return Some(Line::Delivered),
            "permfail" => true,
            "tempfail" | "loop" => false,
            _ => return None,
        };
        let why = unquoted(stat);
        // `Error ("550 5.1.1 …")`
        let why = why.strip_prefix("Error (").map_or(why, |w| w.trim_end_matches(')').trim_matches('"'));
        let server = quoted_after(head, "relay=")
            .and_then(relay)
            .or_else(|| entry.host.filter(|_| head.contains("mda ")).map(Into::into));
        let recipient = address_after(head, "to=").or_else(|| address_after(head, "rcpt="));
        return Some(Line::Failed(Raw {
            why: why.into(),
            recipient,
            server,
            permanent: Some(permanent),
            sure: true,
            ..Raw::default()
        }));
    }
    if text.contains("failed-command") || text.contains("Failed command") {
        let why = quoted_after(text, "result=").or_else(|| text.rsplit_once("=> ").map(|(_, w)| w))?;
        let command = quoted_after(text, "command=")
            .or_else(|| text.split_once('"').and_then(|(_, c)| c.split('"').next()))
            .unwrap_or("");
        let stage = match of_command(command) {
            Some(Stage::Data) if command.is_empty() => None,
            stage => stage,
        };
        let to = command
            .split_once('<')
            .and_then(|(_, a)| a.split('>').next())
            .filter(|a| stage == Some(Stage::Rcpt) && a.contains('@'));
        return Some(Line::Failed(Raw {
            why: why.into(),
            recipient: to.map(Into::into),
            stage,
            incoming: true,
            sure: true,
            ..Raw::default()
        }));
    }
    if text.contains(" smtp authentication ") || text.contains("event=authentication") {
        let failed = quoted_after(text, "result=").is_some_and(|r| r.contains("fail"));
        let raw = Raw {
            why: "535 Authentication failed".into(),
            stage: Some(Stage::Auth),
            incoming: true,
            sure: true,
            ..Raw::default()
        };
        return Some(if failed { Line::Failed(raw) } else { Line::Other });
    }
    let session =
        text.split_once(' ').is_some_and(|(id, _)| id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit()));
    if !session && entry.program.is_empty() {
        return None;
    }
    match quoted_after(text, "reason=").filter(|_| text.contains(" mta ")) {
        Some(why) if text.contains("error") => Some(unsure(why, false)),
        _ if session || text.starts_with("info: ") || text.starts_with("smtp-") => Some(Line::Other),
        _ if text.starts_with("warn: ") => Some(unsure(text, false)),
        _ => None,
    }
}

/// Before 6.0: `relay: TempFail for 1a2b: session=…`.
fn older(head: &str) -> Option<&str> {
    let (_, rest) = head.split_once("relay: ").or_else(|| head.split_once("delivery: "))?;
    rest.split(' ').next()
}

/// `192.0.2.25 (mx.example.org)` or either alone.
fn relay(value: &str) -> Option<std::borrow::Cow<'_, str>> {
    match value.split_once('(') {
        Some((_, name)) => host(name.trim_end_matches(')')).or_else(|| host(value)),
        // A name alone is the domain whose servers were looked for.
        None => value.parse::<std::net::IpAddr>().is_ok().then(|| value.into()),
    }
}

fn quoted_after<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = text.split_once(name)?;
    Some(match value.strip_prefix('"') {
        Some(inner) => inner.split("\" ").next().unwrap_or(inner).trim_end_matches('"'),
        None => value.split([' ', ',']).next().unwrap_or_default(),
    })
}

fn unquoted(value: &str) -> &str {
    value.strip_prefix('"').map_or(value, |v| v.strip_suffix('"').unwrap_or(v))
}
