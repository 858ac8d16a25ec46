//! Haraka: `[NOTICE] [uuid] [plugin] words`.

use super::{Entry, Line, Raw, unsure};
use crate::reading::address;
use crate::reading::stage::of_command;
use crate::transcript::Stage;

const LEVELS: [&str; 10] = ["DATA", "PROTOCOL", "DEBUG", "INFO", "NOTICE", "WARN", "ERROR", "CRIT", "ALERT", "EMERG"];

pub(super) fn read<'a>(entry: &Entry<'a>) -> Option<Line<'a>> {
    let (level, rest) = bracketed(entry.text)?;
    let (session, rest) = bracketed(rest)?;
    if !LEVELS.contains(&level) || !(session == "-" || session.contains('-')) {
        return None;
    }
    let (plugin, text) = bracketed(rest).unwrap_or(("", rest));
    if let Some((_, value)) = text.split_once("retval=").filter(|(_, v)| v.starts_with("DENY")) {
        let why = value
            .split_once("msg=\"")
            .and_then(|(_, m)| m.split('"').next())
            .filter(|m| !m.is_empty())
            .unwrap_or("refused");
        let stage = text.split_once("hook=").and_then(|(_, h)| stage_of(h.split(' ').next().unwrap_or_default()));
        let to = address::all(text).next().filter(|_| stage == Some(Stage::Rcpt));
        let permanent = Some(!value.starts_with("DENYSOFT"));
        return Some(Line::Failed(Raw {
            why: why.into(),
            recipient: to.map(Into::into),
            stage,
            permanent,
            incoming: true,
            sure: true,
            ..Raw::default()
        }));
    }
    if let Some((_, reply)) = text.split_once("S: ").filter(|_| level == "PROTOCOL") {
        // What Haraka says as a server is told with a blank after the arrow's side; its plugins' own denials tell more.
        let failed = reply.starts_with(['4', '5']);
        let outgoing = plugin == "outbound";
        return Some(if failed { Line::Failed(Raw { incoming: !outgoing, ..coded(reply) }) } else { Line::Other });
    }
    if text.starts_with("delivered ") {
        return Some(Line::Delivered);
    }
    if let Some((_, last)) = text.split_once("lr=\"").filter(|_| text.starts_with("disconnect ")) {
        let reply = last.split('"').next().unwrap_or_default();
        return Some(if reply.starts_with(['4', '5']) {
            Line::Failed(Raw { incoming: true, ..coded(reply) })
        } else {
            Line::Other
        });
    }
    if !plugin.starts_with("outbound") && !matches!(level, "WARN" | "ERROR" | "CRIT" | "NOTICE") {
        return Some(Line::Other);
    }
    let lower = text.to_ascii_lowercase();
    let permanent = match () {
        () if ["temp fail", "deferred", "deferring"].iter().any(|w| lower.starts_with(w)) => Some(false),
        () if ["bounc", "recipient "].iter().any(|w| lower.starts_with(w)) && plugin == "outbound" => Some(true),
        () => None,
    };
    let mut line = unsure(text, plugin != "outbound");
    if let Line::Failed(raw) = &mut line {
        raw.permanent = permanent;
        raw.sure = permanent.is_some();
        raw.recipient = address::all(text).next().map(Into::into);
    }
    Some(line)
}

/// The connection that a line is about.
pub(super) fn session(text: &str) -> Option<&str> {
    let start = LEVELS.iter().find_map(|l| text.find(&format!("[{l}] [")).map(|at| at + l.len() + 4))?;
    let id = text[start..].split(']').next()?;
    id.get(..36).filter(|id| id.bytes().filter(|b| *b == b'-').count() == 4)
}

fn coded(reply: &str) -> Raw<'_> {
    Raw { why: reply.into(), sure: true, ..Raw::default() }
}

fn bracketed(text: &str) -> Option<(&str, &str)> {
    let (inner, rest) = text.strip_prefix('[')?.split_once(']')?;
    (inner.len() <= 64).then(|| (inner, rest.trim_start()))
}

/// The stage of one of Haraka's hooks.
fn stage_of(hook: &str) -> Option<Stage> {
    match hook {
        "connect" | "connect_init" | "lookup_rdns" => Some(Stage::Greeting),
        "data" => Some(Stage::Data),
        "data_post" | "queue" => Some(Stage::Message),
        hook => of_command(hook),
    }
}
