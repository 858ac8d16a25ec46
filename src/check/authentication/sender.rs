//! Whom a login may send as: MAIL FROM the sender entered against MAIL FROM the login itself. No message, and RSET between.

use super::said;
use crate::check::Context;
use crate::check::tools::{Host, split};
use crate::net::{Broken, Dialogue, Heard};
use crate::reading::Certainty;
use crate::transcript::{BreakKind, Finding, Role, Stage};

/// How far an envelope came.
enum Envelope {
    /// Sender and recipient were taken.
    Accepted(Heard),
    /// One was not, with that reply.
    Refused(Heard),
}

/// Tries the sender entered; where it is refused, the login's own address in its place. The pair is the proof.
///
/// What was found so far stands, whatever comes of this: a break is no news.
pub(super) async fn try_both(cx: &Context, host: &Host, dialogue: &mut Dialogue, user: &str) {
    if let Some(from) = cx.case.from.clone() {
        let _ = pair(cx, host, dialogue, (&from, user)).await;
    }
}

async fn pair(cx: &Context, host: &Host, dialogue: &mut Dialogue, (from, user): (&str, &str)) -> Result<(), Broken> {
    let own = split(user).is_ok().then_some(user);
    // Many servers say what they think of the sender only at RCPT. With nobody to write to, the login's own address is harmless.
    let Some(to) = cx.case.recipient().or(own) else {
        let label = format!("from {from}");
        cx.rec.probing(&label);
        let mail = dialogue.mail(from, "").await;
        row(cx, host, &label, from, mail.as_ref());
        let mail = mail?;
        if !mail.is_positive() {
            cx.found(refused(cx, host, &mail, (from, user), from));
            return Ok(());
        }
        cx.found(said("authentication.sender.ok", host, &mail).arg("user", user).arg("address", from));
        dialogue.control(Stage::Mail, "RSET").await?;
        return Ok(());
    };
    let heard = match shown(cx, host, dialogue, (from, to), Role::Case).await? {
        Envelope::Accepted(heard) => {
            cx.found(said("authentication.sender.ok", host, &heard).arg("user", user).arg("address", from));
            return others(cx, host, dialogue, (from, user), to).await;
        }
        Envelope::Refused(heard) => heard,
    };
    let lasts = (500..600).contains(&heard.reply.code);
    let Some(own) = own.filter(|own| lasts && !own.eq_ignore_ascii_case(from)) else {
        cx.found(refused(cx, host, &heard, (from, user), to));
        return Ok(());
    };
    let told = |id: &str, other: &Heard| {
        let finding = said(id, host, &heard).arg("user", own).arg("address", from).arg("recipient", to);
        finding.arg("other_codes", other.reply.codes()).shown_by(other.evidence)
    };
    cx.found(match shown(cx, host, dialogue, (own, to), Role::Control).await? {
        Envelope::Accepted(other) => told("authentication.sender.not-yours", &other),
        // Not even its own address: it is the account.
        Envelope::Refused(other) if is_about_sender(cx, &heard) && is_about_sender(cx, &other) => {
            told("authentication.sender.own-refused", &other).arg("address", own)
        }
        // The sender makes no difference: it is the recipient, or the account.
        Envelope::Refused(other) if other.reply.stage == heard.reply.stage => {
            told("authentication.sender.none-accepted", &other)
        }
        // One step further than before: with its own address it passed MAIL.
        Envelope::Refused(other) if other.reply.stage == Some(Stage::Rcpt) => {
            told("authentication.sender.not-yours", &other)
        }
        Envelope::Refused(_) => refused(cx, host, &heard, (from, user), to),
    });
    Ok(())
}

/// No more recipients than these are named after a login.
const MOST: usize = 10;

/// The other recipients of the case, behind the first that was taken: in one envelope, as a mail to all of them goes.
async fn others(
    cx: &Context,
    host: &Host,
    dialogue: &mut Dialogue,
    (from, user): (&str, &str),
    first: &str,
) -> Result<(), Broken> {
    let more: Vec<&String> = cx.case.to.iter().filter(|to| *to != first).take(MOST - 1).collect();
    if more.is_empty() {
        return Ok(());
    }
    dialogue.control(Stage::Mail, &format!("MAIL FROM:<{from}>")).await?;
    dialogue.rcpt(first, Role::Control).await?;
    for to in more {
        let heard = dialogue.rcpt(to, Role::Case).await?;
        if !heard.is_positive() {
            cx.found(refused(cx, host, &heard, (from, user), to));
            break;
        }
    }
    dialogue.control(Stage::Rcpt, "RSET").await?;
    Ok(())
}

/// Whether a refusal for good is about the sender by its own words.
fn is_about_sender(cx: &Context, heard: &Heard) -> bool {
    let says = || cx.reader.reply(&heard.reply).kind.as_deref() == Some("sender-not-allowed");
    (500..600).contains(&heard.reply.code) && says()
}

/// Whether it comes at MAIL, for good, and its words name no other reason.
fn is_at_mail(cx: &Context, heard: &Heard) -> bool {
    let lasts = (500..600).contains(&heard.reply.code) && heard.reply.stage == Some(Stage::Mail);
    lasts && cx.reader.reply(&heard.reply).certainty < Certainty::Likely
}

/// What a refusal means that there is nothing to hold against.
fn refused(cx: &Context, host: &Host, heard: &Heard, (from, user): (&str, &str), to: &str) -> Finding {
    let own = from.eq_ignore_ascii_case(user) && (is_about_sender(cx, heard) || is_at_mail(cx, heard));
    let id = match (heard.reply.code, heard.reply.stage) {
        _ if own => "authentication.sender.own-refused",
        (500..600, Some(Stage::Mail)) => "authentication.sender.refused",
        (500..600, _) => "authentication.recipient.refused",
        _ => "authentication.sender.later",
    };
    said(id, host, heard).arg("user", user).arg("address", from).arg("recipient", to)
}

/// An envelope, as a row.
async fn shown(
    cx: &Context,
    host: &Host,
    dialogue: &mut Dialogue,
    (from, to): (&str, &str),
    role: Role,
) -> Result<Envelope, Broken> {
    let label = format!("from {from}");
    cx.rec.probing(&label);
    let came = envelope(dialogue, from, to, role).await;
    let heard = came.as_ref().map(|envelope| match envelope {
        Envelope::Accepted(heard) | Envelope::Refused(heard) => heard,
    });
    row(cx, host, &label, from, heard);
    came
}

fn row(cx: &Context, host: &Host, label: &str, from: &str, came: Result<&Heard, &Broken>) {
    let found = match came {
        Ok(heard) => {
            let id = if heard.is_positive() { "authentication.as.taken" } else { "authentication.as.refused" };
            said(id, host, heard).ends(label, heard.reply.rtt_ms)
        }
        Err((fact, evidence)) => {
            let cut = matches!(fact.kind, BreakKind::Closed | BreakKind::Reset);
            let id = if cut { "authentication.as.cut" } else { "authentication.as.unanswered" };
            let found = Finding::new(id).arg("server", &host.name).arg("port", host.port);
            found.arg("kind", fact.kind.as_str()).shown_by(*evidence).ends(label, fact.ms)
        }
    };
    cx.found(found.arg("address", from));
}

/// MAIL and RCPT, and RSET after them.
async fn envelope(dialogue: &mut Dialogue, from: &str, to: &str, role: Role) -> Result<Envelope, Broken> {
    let mail = if role == Role::Case {
        dialogue.mail(from, "").await?
    } else {
        dialogue.control(Stage::Mail, &format!("MAIL FROM:<{from}>")).await?
    };
    if !mail.is_positive() {
        return Ok(Envelope::Refused(mail));
    }
    let rcpt = dialogue.rcpt(to, role).await?;
    dialogue.control(Stage::Rcpt, "RSET").await?;
    Ok(if rcpt.is_positive() { Envelope::Accepted(rcpt) } else { Envelope::Refused(rcpt) })
}
