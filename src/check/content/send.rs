//! The message, really handed over, once, where that was allowed: what a server says after DATA shows in no other way.

use std::time::Instant;

use lettre::message::Mailbox;

use crate::check::Context;
use crate::check::authentication::{NoLogin, log_in};
use crate::check::tools::{Host, Stopped, Talk, hosts, split, talk};
use crate::net::{Broken, Dialogue, Heard};
use crate::transcript::{Finding, Role, Stage};

/// Hands the message over to the server entered, after a login where one was given, or to the first MX that lets us in; or a short one
/// of our own, where none was given. What was taken once in this session is not sent again.
pub(super) async fn send(cx: &Context, message: Option<Vec<u8>>) {
    let (Some(from), false) = (cx.case.from.as_deref(), cx.case.to.is_empty()) else {
        cx.found(Finding::new("content.send.nobody"));
        return;
    };
    if let Some((_, before)) = cx.seen.findings().find(|(_, f)| f.id == "content.send.accepted") {
        // To whom it went then, whoever is entered now.
        let to = before.args.get("recipient").cloned().unwrap_or_default();
        cx.found(Finding::new("content.send.before").arg("recipient", to));
        return;
    }
    let own = message.is_none();
    let Some(octets) = message.or_else(|| plain(from, &cx.case.to)) else {
        cx.found(Finding::new("content.send.nobody"));
        return;
    };
    let label = "sending it";
    cx.rec.probing(label);
    let begun = Instant::now();
    let found = match session(cx).await {
        Err(found) => found,
        Ok((host, talk)) => {
            let Talk { mut dialogue, opening } = talk;
            let ehlo = opening.last().evidence;
            let found = match log_in(cx, &host, &mut dialogue, ehlo).await {
                Err(NoLogin { why, evidence }) => {
                    Finding::new("content.send.no-login").arg("server", &host.name).arg("why", why).shown_by(evidence)
                }
                Ok(()) => match hand_over(&mut dialogue, (from, &cx.case.to), &octets).await {
                    Ok(heard) => judged(&host, &heard),
                    Err(broken) => broke(&host, &broken),
                },
            };
            dialogue.quit().await;
            found
        }
    };
    let what = if own { "a short test message" } else { "your message" };
    let ms = u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX);
    cx.found(found.arg("what", what).arg("recipient", cx.case.to.join(", ")).ends(label, ms));
}

/// A session with the first server that lets us in, in the order in which a mail server would try them (RFC 5321 §5.1).
async fn session(cx: &Context) -> Result<(Host, Talk), Finding> {
    let none = |host: &Host, why| Finding::new("content.send.not-reached").arg("server", &host.name).arg("why", why);
    let mut last = Finding::new("content.send.no-server");
    for host in hosts(cx).await.unwrap_or_default() {
        last = none(&host, "its name has no address that we know");
        for ip in &host.addresses {
            match talk(cx, &host, *ip, Role::Case).await {
                Ok(talk) => return Ok((host, talk)),
                Err(Stopped::Refused(dialogue, heard)) => {
                    dialogue.quit().await;
                    last = judged(&host, &heard);
                    if heard.reply.code >= 500 {
                        return Err(last);
                    }
                }
                Err(Stopped::NoStarttls(dialogue, heard)) => {
                    dialogue.quit().await;
                    return Err(none(&host, "STARTTLS is not offered").shown_by(heard.evidence));
                }
                Err(Stopped::Broke(broken)) => last = broke(&host, &broken),
            }
        }
    }
    Err(last)
}

/// MAIL, RCPT for each recipient, DATA, the message; the reply that settles it.
async fn hand_over(dialogue: &mut Dialogue, (from, to): (&str, &[String]), octets: &[u8]) -> Result<Heard, Broken> {
    let mail = dialogue.mail(from, &parameters(dialogue, (from, to), octets)).await?;
    if !mail.is_positive() {
        return Ok(mail);
    }
    let (mut taken, mut refusal) = (false, mail);
    for to in to {
        let rcpt = dialogue.rcpt(to, Role::Case).await?;
        if rcpt.is_positive() {
            taken = true;
        } else {
            refusal = rcpt;
        }
    }
    if !taken {
        return Ok(refusal);
    }
    let (data, end) = dialogue.message(octets).await?;
    Ok(end.unwrap_or(data))
}

/// What MAIL says of the message, of what the server wants to hear: SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531).
fn parameters(dialogue: &Dialogue, (from, to): (&str, &[String]), octets: &[u8]) -> String {
    let offers = |keyword| dialogue.capabilities().has(keyword);
    let mut said = Vec::new();
    if offers("SIZE") {
        said.push(format!("SIZE={}", octets.len()));
    }
    if !octets.is_ascii() && offers("8BITMIME") {
        said.push("BODY=8BITMIME".to_owned());
    }
    if !(from.is_ascii() && to.iter().all(|to| to.is_ascii())) && offers("SMTPUTF8") {
        said.push("SMTPUTF8".to_owned());
    }
    said.join(" ")
}

/// A short message in plain words (RFC 5322 §3.6); none where one of the addresses cannot stand in one.
fn plain(from: &str, to: &[String]) -> Option<Vec<u8>> {
    let domain = split(from).ok()?.domain.to_owned();
    let mailbox = |address: &str| Some(Mailbox::new(None, address.parse().ok()?));
    let id = format!("<{:016x}.test@{domain}>", fastrand::u64(..));
    let mut builder = lettre::Message::builder().from(mailbox(from)?).subject("Test message").message_id(Some(id));
    for to in to {
        builder = builder.to(mailbox(to)?);
    }
    let body = format!(
        "This message was sent by hand, with heloise, to see whether mail from\n{from} arrives. Nothing needs to be done about it.\n"
    );
    Some(builder.body(body).ok()?.formatted())
}

fn judged(host: &Host, heard: &Heard) -> Finding {
    let id = match (heard.reply.code, heard.reply.stage) {
        (200..300, Some(Stage::Message)) => "content.send.accepted",
        (400..500, _) => "content.send.later",
        _ => "content.send.refused",
    };
    Finding::new(id)
        .arg("server", &host.name)
        .arg("codes", heard.reply.codes())
        .arg("text", heard.reply.joined())
        .arg("stage", heard.reply.stage.map_or("", Stage::spoken))
        .shown_by(heard.evidence)
}

fn broke(host: &Host, (fact, evidence): &Broken) -> Finding {
    let id = match fact.stage {
        Stage::Connect => "content.send.not-reached",
        Stage::Message if fact.is_timeout() => "content.send.no-answer",
        _ => "content.send.broke",
    };
    Finding::new(id)
        .arg("seconds", fact.ms / 1000)
        .arg("server", &host.name)
        .arg("stage", fact.stage.spoken())
        .arg("why", fact.kind.as_str())
        .shown_by(*evidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_of_our_own_has_the_fields_that_every_message_needs() {
        let octets = plain("alice@example.org", &["bob@example.net".to_owned()]).expect("a message");
        let text = String::from_utf8(octets).expect("text");
        for field in ["From: alice@example.org", "To: bob@example.net", "Date: ", "Message-ID: <", "Subject: "] {
            assert!(text.lines().any(|line| line.starts_with(field)), "{field}: {text}");
        }
        assert!(text.contains(".test@example.org>"), "{text}");
        assert!(plain("no address", &["bob@example.net".to_owned()]).is_none());
    }
}
