//! Courier: `courieresmtp: id=…,from=<…>,addr=<…>: 550 …`, `…,status: deferred`, `courieresmtpd: error,relay=…: 550 …`.

use super::{Entry, Line, Raw, address_after};
use crate::reading::stage::of_command;
use crate::transcript::Stage;

pub(super) fn read<'a>(entry: &Entry<'a>) -> Option<Line<'a>> {
    let text = entry.text;
    if let Some(rest) = text.strip_prefix("error,relay=") {
        // `error,relay=…,msg="535 Authentication failed.",cmd: AUTH LOGIN` or `error,relay=…,from=<…>,to=<…>: 550 why`
        let (why, command) = match rest.split_once("msg=\"") {
            Some((_, said)) => {
                (said.split('"').next().unwrap_or_default(), rest.split_once("cmd: ").map_or("", |(_, c)| c))
            }
            None => (after_brackets(rest).unwrap_or(rest), ""),
        };
        let recipient = address_after(rest, "to=");
        let stage = of_command(command).or_else(|| recipient.is_some().then_some(Stage::Rcpt));
        return Some(Line::Failed(Raw {
            why: why.into(),
            recipient,
            stage,
            incoming: true,
            sure: true,
            ..Raw::default()
        }));
    }
    if !(text.starts_with("id=") && text.contains(",from=<")) {
        return None;
    }
    let recipient = address_after(text, "addr=");
    let behind = &text[text.find(",addr=<").map_or(0, |at| at + 7)..];
    let behind = behind.split_once('>').map_or(behind, |(_, b)| b);
    if behind.contains("success") {
        return Some(Line::Delivered);
    }
    let permanent = match behind {
        _ if behind.contains("status: failure") => Some(true),
        _ if behind.contains("status: deferred") => Some(false),
        _ => None,
    };
    match (behind.split_once(": "), permanent) {
        (Some(("", why)), None) => Some(Line::Failed(Raw { why: why.into(), recipient, sure: true, ..Raw::default() })),
        (Some((_, why)), Some(_)) => {
            Some(Line::Failed(Raw { why: why.into(), recipient, permanent, sure: true, ..Raw::default() }))
        }
        _ => Some(Line::Other),
    }
}

/// What a line is about, where several lines tell of one failure: its words first, its outcome at the end.
pub(super) fn about(text: &str) -> Option<&str> {
    let start = text.find("id=").filter(|_| text.contains(",from=<") && text.contains(",addr=<"))?;
    let rest = &text[start..];
    let end = rest.find(",addr=<")?;
    Some(&rest[..end + rest[end..].find('>')?])
}

fn after_brackets(text: &str) -> Option<&str> {
    text.rsplit_once(">: ").map(|(_, why)| why).or_else(|| text.split_once(": ").map(|(_, why)| why))
}
