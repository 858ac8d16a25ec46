//! A letter to whoever has to act: what they said, when, to whom, what was tested, and one question.

use std::fmt::Write as _;

use super::text::quoted;
use super::view::{View, refusals};
use super::{when_utc, wrap};
use crate::guide::{Guide, Who};
use crate::transcript::{
    ConnectFact, ConnectOutcome, Entry, EvidenceId, Fact, Level, Reply, Role, StepStatus, Transcript, clean,
    clean_line, without_number,
};

/// As wide as a letter.
const WIDTH: usize = 76;

/// A plain-text ticket for the one whose move it is, dated `unix_ms` (milliseconds since 1970). No secret is in it.
#[must_use]
pub fn ticket(guide: &Guide, transcript: &Transcript, unix_ms: i64) -> String {
    let view = View::of(guide, transcript);
    // It is written after what it tells of, whatever a clock says.
    let last = transcript.entries().last().map_or(0, |e| i64::try_from(e.at).unwrap_or_default());
    let unix_ms = unix_ms.max(view.began.saturating_add(last));
    let top = view.diagnosis.causes.first();
    let who = top.map_or(Who::TheirProvider, |t| t.who);
    let refused = refusals(transcript);
    let first = refused.first().copied();
    let mut out = String::new();
    let _ = writeln!(out, "To: {}", addressee(who, &view, first.map(|(_, r)| r)));
    let _ = writeln!(out, "Date: {}", when_utc(unix_ms));
    let _ = write!(out, "Subject: {}\n\n", subject(&view, first.map(|(_, r)| r)));
    out.push_str("Hello,\n\n");
    paragraph(&mut out, &opening(&view, first.map(|(_, r)| r)));
    for (id, reply) in refused.iter().take(4) {
        said(&mut out, &view, transcript, *id, reply);
    }
    facts(&mut out, &view, transcript);
    tests(&mut out, &view);
    if let Some(top) = top.filter(|t| matches!(t.who, Who::You | Who::YourProvider) && !t.fix.is_empty()) {
        out.push_str("What would help\n\n");
        for (i, fix) in top.fix.iter().enumerate() {
            out.push_str(&super::columns(&format!("  {}", i + 1), 5, &fix.admin, WIDTH));
        }
        out.push('\n');
    }
    out.push_str("What we ask\n\n");
    paragraph(&mut out, &question(who, top.map(|t| t.cause.as_str()), first.map(|(_, r)| r)));
    let _ = writeln!(out, "The session these lines are from was recorded by heloise {}.", view.version);
    clean(&out)
}

fn addressee(who: Who, view: &View, reply: Option<&Reply>) -> String {
    let domain = view.case.recipient_domain().map(|d| format!("postmaster@{}", clean_line(d, 255)));
    match who {
        Who::TheirProvider => domain.map_or_else(
            || format!("the postmaster of {}", reply.map_or("the receiving server", |r| r.server.as_str())),
            |d| format!("{d}, the mail administrators of the receiving side"),
        ),
        Who::Recipient => view.case.recipient().map_or_else(|| "the recipient".to_owned(), |r| clean_line(r, 255)),
        Who::YourProvider => "the support of our mail or hosting provider".to_owned(),
        Who::Network => "whoever runs the network between us and the mail server".to_owned(),
        Who::You => "the mail administrator".to_owned(),
    }
}

fn subject(view: &View, reply: Option<&Reply>) -> String {
    let domain = view.case.recipient_domain().map(|d| format!(" to {}", clean_line(d, 80))).unwrap_or_default();
    match reply {
        Some(r) if r.code > 0 && !r.server.is_empty() => {
            format!("Mail{domain} {} by {} with {}", fate(r), clean_line(&r.server, 80), r.codes())
        }
        Some(r) if r.code > 0 => format!("Mail{domain} {} with {}", fate(r), r.codes()),
        _ => format!("Mail{domain} does not go through"),
    }
}

/// What a reply makes of the mail: a code that begins with 4 is no refusal.
fn fate(reply: &Reply) -> &'static str {
    if (400..500).contains(&reply.code) { "put off" } else { "refused" }
}

fn opening(view: &View, reply: Option<&Reply>) -> String {
    let from = view.case.from.as_deref().or(view.case.sender_domain());
    let from = from.map_or_else(String::new, |f| format!(" from {}", clean_line(f, 255)));
    let to = view.case.recipient().map_or_else(String::new, |t| format!(" to {}", clean_line(t, 255)));
    let end = match reply {
        Some(reply) => format!("was {}. This is what was answered, word for word:", fate(reply)),
        None => "does not arrive.".to_owned(),
    };
    format!("Mail{from}{to} {end}")
}

fn said(out: &mut String, view: &View, transcript: &Transcript, id: EvidenceId, reply: &Reply) {
    for line in wrap(&quoted(reply), WIDTH - 4) {
        let _ = writeln!(out, "    {line}");
    }
    let mut about = Vec::new();
    if reply.role == Role::Pasted {
        about.push("as it was reported to us".to_owned());
    } else if let Some(entry) = transcript.entries().get(id.0 as usize) {
        about.push(format!("seen {}", at(view, entry)));
    }
    about.extend(reply.address.map(|a| format!("server {a}")));
    let _ = writeln!(out, "    ({})\n", about.join(", "));
}

fn facts(out: &mut String, view: &View, transcript: &Transcript) {
    let mut rows: Vec<(&str, String)> = Vec::new();
    rows.extend(view.case.ip.map(|ip| ("Sending address", ip.to_string())));
    let local = connects(transcript).find_map(|(_, c)| c.local);
    rows.extend(local.map(|l| ("Tested from", l.ip().to_string())));
    rows.extend(view.case.helo.as_ref().map(|h| ("HELO name", clean_line(h, 255))));
    let mut told: Vec<&ConnectFact> = Vec::new();
    for (entry, connect) in connects(transcript) {
        // The same door that ended alike is told once, by its first time.
        let alike = |c: &&ConnectFact| {
            c.server == connect.server && c.address == connect.address && c.outcome == connect.outcome
        };
        if told.iter().any(alike) {
            continue;
        }
        if told.len() == 6 {
            break;
        }
        told.push(connect);
        let how = match connect.outcome {
            ConnectOutcome::Open => "connected".to_owned(),
            other => {
                let reason = without_number(connect.reason.as_deref().unwrap_or_default());
                if reason.is_empty() || reason.contains(other.as_str()) {
                    other.as_str().to_owned()
                } else {
                    format!("{}: {reason}", other.as_str())
                }
            }
        };
        // One that has no name but its address is named once.
        let server = Some(clean_line(&connect.server, 255)).filter(|name| *name != connect.address.ip().to_string());
        let server = server.map_or_else(String::new, |name| format!("{name} "));
        let (ip, port) = (connect.address.ip(), connect.address.port());
        rows.push(("Connection", format!("{server}[{ip}] port {port}: {how}, {}", at(view, entry))));
    }
    if rows.is_empty() {
        return;
    }
    for (name, value) in rows {
        out.push_str(&super::columns(name, 18, &value, WIDTH));
    }
    out.push('\n');
}

fn tests(out: &mut String, view: &View) {
    let looked: Vec<_> = view.walked().filter(|s| s.status != StepStatus::Skipped).collect();
    if looked.is_empty() {
        return;
    }
    out.push_str("What we have tested\n\n");
    for step in looked {
        let (_, word) = super::text::status(step.status);
        let grave = step.findings.iter().filter(|f| f.level >= Level::Unknown);
        let says: Vec<_> = grave.map(|f| f.says.admin.as_str()).collect();
        let says = once(&says);
        let says = if says.is_empty() { word.to_owned() } else { format!("{word}. {}", says.join(" ")) };
        out.push_str(&super::columns(&format!("  {}", step.title), 18, &says, WIDTH));
    }
    out.push('\n');
}

/// Each sentence once, though several findings word it alike.
fn once<'a>(all: &[&'a str]) -> Vec<&'a str> {
    let mut kept: Vec<&str> = Vec::new();
    // Nor is one said that another goes on from.
    let goes_on = |says: &str| {
        let said = says.trim_end_matches('.');
        all.iter().any(|other| other.len() > says.len() && other.starts_with(&format!("{said};")))
    };
    for says in all.iter().copied() {
        if !kept.contains(&says) && !goes_on(says) {
            kept.push(says);
        }
    }
    kept
}

/// The one question to answer.
fn question(who: Who, cause: Option<&str>, reply: Option<&Reply>) -> String {
    let log = match reply.map(fate) {
        Some("refused") => "the lines of your log for this refusal",
        Some(_) => "the lines of your log for this answer",
        None => "what your log says about these attempts",
    };
    match (who, cause) {
        // Where nothing is at fault, there is nothing to change.
        (Who::You, Some("healthy")) => "What does your log say about these attempts, and about the mail?".to_owned(),
        (Who::TheirProvider, Some("blocklist" | "spam-filter")) => {
            format!("Which rule or list refuses our mail, and what has to change on our side? Please look at {log}.")
        }
        (Who::TheirProvider, Some("address")) => {
            "Does this mailbox exist and take mail, and if not, which address should we use?".to_owned()
        }
        (Who::TheirProvider, _) if reply.is_none() => {
            "Does your log show these attempts, and can you see there why the mail does not arrive?".to_owned()
        }
        (Who::TheirProvider, _) => {
            format!("Why does your server answer so, and when will that change? Please look at {log}.")
        }
        (Who::Recipient, _) => {
            "Could you ask whoever runs your mail about this, or give us another address to reach you?".to_owned()
        }
        (Who::YourProvider, Some("blocklist")) => {
            "Do you know of the listing of this address, and will you have it removed or give us another?".to_owned()
        }
        (Who::YourProvider, Some("firewall" | "network")) => {
            "Do you block or alter these connections, and can you open them for us?".to_owned()
        }
        (Who::YourProvider, _) => "Can you correct this on your side, or tell us what to change on ours?".to_owned(),
        (Who::Network, _) => "Where on the way do these connections end, and can that be opened?".to_owned(),
        (Who::You, _) => "Can you make the change that is described above, and tell us when it is done?".to_owned(),
    }
}

fn paragraph(out: &mut String, text: &str) {
    for line in wrap(text, WIDTH) {
        out.push_str(&line);
        out.push('\n');
    }
    out.push('\n');
}

fn connects(transcript: &Transcript) -> impl Iterator<Item = (&Entry, &ConnectFact)> + '_ {
    let of = |e: &'_ Entry| matches!(e.fact, Fact::Connect { .. });
    transcript.entries().iter().filter(move |e| of(e)).filter_map(|e| match &e.fact {
        Fact::Connect { connect, .. } => Some((e, connect)),
        _ => None,
    })
}

fn at(view: &View, entry: &Entry) -> String {
    when_utc(view.began.saturating_add(i64::try_from(entry.at).unwrap_or_default()))
}
