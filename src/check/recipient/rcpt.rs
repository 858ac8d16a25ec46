//! RCPT at the server, without sending: the real address, then a random one in the same session as the control.

use std::time::Instant;

use crate::check::Context;
use crate::check::tools::{Host, Stopped, Talk, talk};
use crate::net::{Broken, Dialogue, Heard};
use crate::reading::Certainty;
use crate::transcript::{BreakKind, Finding, Role, Stage};

/// Asks the hosts in order until one lets us come as far as RCPT, or refuses for good.
pub(super) async fn ask(cx: &Context, hosts: &[Host], address: &str, domain: &str) {
    for host in hosts {
        let label = format!("{}:{}", host.name, host.port);
        cx.rec.probing(&label);
        let started = Instant::now();
        match ask_host(cx, host, address, domain).await {
            Some(finding) => {
                let over = finding.id != "recipient.rcpt.unreachable";
                cx.found(finding.arg("server", &host.name).arg("address", address).ends(&label, ms(started)));
                if over {
                    return;
                }
            }
            None => return,
        }
    }
}

async fn ask_host(cx: &Context, host: &Host, address: &str, domain: &str) -> Option<Finding> {
    let mut unreachable = Finding::new("recipient.rcpt.unreachable").arg("why", host.unknown.unwrap_or("no address"));
    for ip in &host.addresses {
        match talk(cx, host, *ip, Role::Case).await {
            Ok(talk) => return Some(envelope(cx, talk, address, domain).await),
            Err(Stopped::Refused(dialogue, heard)) => {
                dialogue.quit().await;
                return Some(earlier(&heard));
            }
            Err(Stopped::NoStarttls(dialogue, heard)) => {
                dialogue.quit().await;
                let found = Finding::new("recipient.rcpt.unreachable").arg("why", "STARTTLS is not offered");
                return Some(found.shown_by(heard.evidence));
            }
            Err(Stopped::Broke((broken, evidence))) if broken.stage <= Stage::Greeting => {
                let why = if broken.stage == Stage::Connect {
                    broken.detail.unwrap_or_default()
                } else {
                    broken.kind.as_str().to_owned()
                };
                unreachable = Finding::new("recipient.rcpt.unreachable")
                    .arg("why", why)
                    .arg("kind", broken.kind.as_str())
                    .arg("stage", broken.stage.spoken())
                    .shown_by(evidence);
            }
            Err(Stopped::Broke(broken)) => return Some(broke(&broken)),
        }
    }
    Some(unreachable)
}

async fn envelope(cx: &Context, talk: Talk, address: &str, domain: &str) -> Finding {
    let Talk { mut dialogue, .. } = talk;
    let from = cx.case.from.as_deref().unwrap_or("");
    let parameters = if address.is_ascii() && from.is_ascii() { "" } else { "SMTPUTF8" };
    let finding = match dialogue.mail(from, parameters).await {
        Err(broken) => return broke(&broken),
        Ok(heard) if !heard.reply.is_positive() => earlier(&heard),
        Ok(_) => {
            let real = match dialogue.rcpt(address, Role::Case).await {
                Err(broken) => return broke(&broken),
                Ok(heard) => heard,
            };
            let control = format!("heloise-{:08x}@{domain}", fastrand::u32(..));
            let login = wants_login(cx, &dialogue, &real);
            match dialogue.rcpt(&control, Role::Control).await {
                Err(_) => return judged(&real, None, login),
                Ok(heard) => judged(&real, Some(&heard), login),
            }
        }
    };
    // Nothing is sent: the envelope is thrown away before QUIT.
    if dialogue.control(Stage::Rcpt, "RSET").await.is_ok() {
        dialogue.quit().await;
    }
    finding
}

/// What the pair of answers says: the real address, and a random one in the same session.
fn judged(real: &Heard, control: Option<&Heard>, wants_login: bool) -> Finding {
    let positive = |h: &Heard| h.reply.is_positive();
    let id = match (&real.reply.code, control) {
        (200..400, Some(c)) if positive(c) => "recipient.rcpt.catch-all",
        (200..400, Some(c)) if (500..600).contains(&c.reply.code) => "recipient.rcpt.control-refused",
        (200..400, _) => "recipient.rcpt.accepted",
        (400..500, _) => "recipient.rcpt.deferred",
        // The same words for an address that cannot exist: the refusal is not about this recipient, or every address is unknown.
        (_, Some(c))
            if c.reply.code == real.reply.code && c.reply.enhanced == real.reply.enhanced && !names_user(real) =>
        {
            if wants_login {
                "recipient.rcpt.login-first"
            } else {
                "recipient.rcpt.all-refused"
            }
        }
        _ => "recipient.rcpt.refused",
    };
    let mut finding =
        Finding::new(id).arg("codes", real.reply.codes()).arg("text", real.reply.joined()).shown_by(real.evidence);
    if let Some(control) = control {
        finding = finding.arg("control", control.reply.codes()).shown_by(control.evidence);
    }
    finding
}

/// Whether a login that was not made may be what is missing: the server that was entered offers one, and its words name nothing else.
fn wants_login(cx: &Context, dialogue: &Dialogue, refusal: &Heard) -> bool {
    cx.case.server.is_some()
        && cx.case.user.is_none()
        && dialogue.capabilities().has("AUTH")
        && cx.reader.reply(&refusal.reply).certainty < Certainty::Confirmed
}

/// Whether the enhanced status code speaks of the mailbox itself (RFC 3463 §3.2, §3.3).
fn names_user(heard: &Heard) -> bool {
    heard.reply.enhanced.is_some_and(|e| matches!((e.subject, e.detail), (1, 1 | 2 | 6 | 10) | (2, _)))
}

fn earlier(heard: &Heard) -> Finding {
    Finding::new("recipient.rcpt.refused-earlier")
        .arg("codes", heard.reply.codes())
        .arg("text", heard.reply.joined())
        .arg("stage", heard.reply.stage.map_or("", Stage::spoken))
        .shown_by(heard.evidence)
}

fn broke((broken, evidence): &Broken) -> Finding {
    let id = match broken.kind {
        BreakKind::Tls => "recipient.rcpt.unreachable",
        // A mail server may take five minutes to answer (RFC 5321 §4.5.3.2); we did not wait as long.
        BreakKind::Timeout => "recipient.rcpt.no-answer",
        _ => "recipient.rcpt.broke",
    };
    Finding::new(id)
        .arg("stage", broken.stage.spoken())
        .arg("kind", broken.kind.as_str())
        .arg("why", broken.kind.as_str())
        .shown_by(*evidence)
}

fn ms(since: Instant) -> u32 {
    u32::try_from(since.elapsed().as_millis()).unwrap_or(u32::MAX)
}
