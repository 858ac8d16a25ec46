//! Sendmail: `sm-mta[12]: 5AKA0…: to=<…>, …, relay=mx. [192.0.2.25], dsn=5.1.1, stat=User unknown`, and its rulesets.

use std::borrow::Cow;

use super::{Entry, Line, Raw, address_after, host, unsure, value_after};
use crate::reading::stage::of_command;
use crate::transcript::Stage;

pub(super) fn read<'a>(entry: &Entry<'a>) -> Line<'a> {
    let text = queued(entry.text);
    status(text).or_else(|| refusal(text)).or_else(|| unknown(text)).unwrap_or_else(|| {
        const QUIET: [&str; 6] = ["from=", "clone", "alias", "STARTTLS=", "AUTH=", "starting daemon"];
        if QUIET.iter().any(|q| text.starts_with(q)) && !text.contains("fail") {
            return Line::Other;
        }
        let incoming =
            text.contains(" input channel from") || text.contains("did not issue") || text.starts_with("AUTH failure");
        let mut line = unsure(text, incoming);
        if let Line::Failed(raw) = &mut line
            && text.starts_with("AUTH failure")
        {
            raw.stage = Some(Stage::Auth);
        }
        line
    })
}

/// `<bob@example.org>... User unknown`: said to a client at RCPT.
fn unknown(text: &str) -> Option<Line<'_>> {
    let (address, why) = text.strip_prefix('<')?.split_once(">... ")?;
    let recipient = Some(Cow::Borrowed(address)).filter(|a| a.contains('@'));
    let (stage, permanent) = (Some(Stage::Rcpt), Some(true).filter(|_| why.contains("unknown")));
    Some(Line::Failed(Raw { why: why.into(), recipient, stage, permanent, incoming: true, ..Raw::default() }))
}

/// A line without any program's name, if it has Sendmail's own fields.
pub(super) fn bare<'a>(entry: &Entry<'a>) -> Option<Line<'a>> {
    let text = queued(entry.text);
    match text.contains("mailer=") || text.contains("ruleset=check_") {
        true => status(text).or_else(|| refusal(text)),
        false => None,
    }
}

/// `5AKA0abc012345: `.
fn queued(text: &str) -> &str {
    let id = text.split_once(": ").filter(|(id, _)| id.len() >= 8 && id.bytes().all(|b| b.is_ascii_alphanumeric()));
    id.filter(|(id, _)| id.bytes().any(|b| b.is_ascii_digit())).map_or(text, |(_, rest)| rest)
}

fn status(text: &str) -> Option<Line<'_>> {
    let (head, stat) = text.split_once(" stat=")?;
    if stat.starts_with("Sent") || stat.starts_with("Success") || stat.starts_with("queued") {
        return Some(Line::Delivered);
    }
    let dsn = value_after(head, "dsn=").and_then(|d| d.parse::<crate::transcript::Enhanced>().ok());
    let later = stat.starts_with("Deferred") || dsn.is_some_and(|d| d.class == 4);
    // `relay=mx.example.org. [192.0.2.25]`; of mail from users it is the name of whoever handed it in.
    let relay = head.split_once("relay=").and_then(|(_, r)| host(r));
    // `stat=Deferred: 450 4.7.1 …` and `stat=Deferred (…)` carry the reply behind the word.
    let why = stat.strip_prefix("Deferred: ").unwrap_or(stat);
    Some(Line::Failed(Raw {
        why: why.into(),
        recipient: recipient(head),
        server: relay,
        dsn,
        permanent: Some(!later),
        sure: true,
        ..Raw::default()
    }))
}

/// `to=<a@example.org>,<b@example.org>` names several: the first stands for them. A pipe or a file is somebody's, whom `ctladdr` names;
/// beside a name without a domain `ctladdr` is the sender.
fn recipient(head: &str) -> Option<Cow<'_, str>> {
    let owned =
        || value_after(head, "to=").is_some_and(|t| t.trim_start_matches(['"', '\\']).starts_with(['|', '/', ':']));
    address_after(head, "to=").or_else(|| owned().then(|| address_after(head, "ctladdr="))?)
}

/// `ruleset=check_rcpt, arg1=<…>, relay=client [192.0.2.7], reject=550 5.7.1 …`.
fn refusal(text: &str) -> Option<Line<'_>> {
    let reply = text.split_once(" reject=").map(|(_, reply)| reply).or_else(|| {
        let milter = text.strip_prefix("Milter: ").or_else(|| text.strip_prefix("milter="))?;
        milter.split_once("reject=").or_else(|| milter.split_once("tempfail=")).map(|(_, reply)| reply)
    })?;
    let ruleset = value_after(text, "ruleset=").unwrap_or_default();
    let stage = match ruleset {
        "check_rcpt" | "check_compat" => Some(Stage::Rcpt),
        "check_mail" => Some(Stage::Mail),
        "check_relay" | "check_rcpt_relay" => Some(Stage::Greeting),
        "check_data" | "check_eom" | "check_header" => Some(Stage::Message),
        "check_vrfy" | "check_expn" => None,
        _ if text.contains("Milter: to=") || text.contains(" to=") => Some(Stage::Rcpt),
        _ if text.contains("Milter: from=") => Some(Stage::Mail),
        _ if text.contains("Milter: data") => Some(Stage::Message),
        name => of_command(name),
    };
    let to = address_after(text, "arg1=").filter(|_| stage == Some(Stage::Rcpt)).or_else(|| address_after(text, "to="));
    Some(Line::Failed(Raw { why: reply.into(), recipient: to, stage, incoming: true, sure: true, ..Raw::default() }))
}
