//! Step 2: the message itself: header fields, line lengths, bare line ends, undeclared 8-bit, size, attachments.

mod lint;
mod send;
mod signs;

use std::io::Read;
use std::path::Path;

use lint::{Flaw, Look, look};

use super::tools::{Stopped, hosts, talk};
use super::{BoxFuture, Check, Context};
use crate::transcript::{Consent, EvidenceId, Fact, Finding, MessageFact, Role, clean_line};

/// The check of step 2.
pub(super) struct Content;

impl Check for Content {
    fn id(&self) -> &'static str {
        "content"
    }

    fn emits(&self) -> &'static [&'static str] {
        &[
            "content.none-given",
            "content.unreadable",
            "content.ok",
            "content.field-missing",
            "content.field-duplicate",
            "content.address-unclosed",
            "content.line-too-long",
            "content.bare-newline",
            "content.undeclared-8bit",
            "content.header-8bit",
            "content.attachment-blocked",
            "content.too-big",
            "content.size-fits",
            "content.no-size-limit",
            "content.no-size-known",
            "content.send.nobody",
            "content.send.before",
            "content.send.no-server",
            "content.send.not-reached",
            "content.send.no-login",
            "content.send.accepted",
            "content.send.later",
            "content.send.refused",
            "content.send.broke",
            "content.send.no-answer",
        ]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(run(cx))
    }
}

/// No server takes more, and no more is read: 256 MiB.
const MOST_OCTETS: u64 = 256 << 20;

async fn run(cx: &Context) {
    let Some(path) = cx.case.message.clone() else {
        cx.found(Finding::new("content.none-given"));
        if cx.may(Consent::Send) {
            send::send(cx, None).await;
        }
        return;
    };
    let name = path.display().to_string();
    // A message of many megabytes takes a while: not on the thread that answers come in on.
    let read = tokio::task::spawn_blocking(move || read(&path).map(|octets| (look(&octets), octets)));
    let (seen, octets) = match read.await.unwrap_or_else(|_| Err("our reader failed at it".to_owned())) {
        Ok(seen) => seen,
        Err(why) => {
            cx.found(Finding::new("content.unreadable").arg("name", clean_line(&name, 200)).arg("why", why));
            return;
        }
    };
    let evidence = cx.rec.message(MessageFact {
        octets: seen.octets,
        lines: seen.lines,
        attachments: seen.attachments.clone(),
        fields: seen.fields.clone(),
    });
    let flaws = &seen.flaws;
    for flaw in flaws {
        cx.found(worded(flaw).shown_by(evidence));
    }
    if flaws.is_empty() {
        cx.found(Finding::new("content.ok").arg("octets", seen.wire_octets).shown_by(evidence));
    }
    if cx.may(Consent::Send) {
        // It is the message that the server is asked about: SIZE is said with MAIL, and a server that minds says so.
        send::send(cx, Some(octets)).await;
    }
    size(cx, &seen, evidence).await;
}

/// A file whole, or why not. A device or a pipe is not read: it may have no end.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, String> {
    let reason = |e: std::io::Error| clean_line(&e.to_string(), 200);
    if !std::fs::metadata(path).map_err(reason)?.is_file() {
        return Err("it is no file".to_owned());
    }
    let file = std::fs::File::open(path).map_err(reason)?;
    let mut octets = Vec::new();
    file.take(MOST_OCTETS + 1).read_to_end(&mut octets).map_err(reason)?;
    if octets.len() as u64 > MOST_OCTETS { Err("it is larger than 256 MiB".to_owned()) } else { Ok(octets) }
}

fn worded(flaw: &Flaw) -> Finding {
    match flaw {
        Flaw::Missing(field) => Finding::new("content.field-missing").arg("field", field),
        Flaw::Duplicate(field, count) => {
            Finding::new("content.field-duplicate").arg("field", field).arg("count", count)
        }
        Flaw::Address { field, sign } => Finding::new("content.address-unclosed").arg("field", field).arg("sign", sign),
        Flaw::LongLine { line, octets } => {
            Finding::new("content.line-too-long").arg("line", line).arg("octets", octets)
        }
        Flaw::BareNewline { line, kind, count } => {
            Finding::new("content.bare-newline").arg("line", line).arg("kind", kind).arg("count", count)
        }
        Flaw::Undeclared8Bit { line } => Finding::new("content.undeclared-8bit").arg("line", line),
        Flaw::Header8Bit { line } => Finding::new("content.header-8bit").arg("line", line),
        Flaw::Attachment { name, ending } => {
            Finding::new("content.attachment-blocked").arg("name", name).arg("ending", ending)
        }
    }
}

/// Holds the size on the wire against the SIZE that the server offers (RFC 1870): one seen before, else asked for now.
async fn size(cx: &Context, seen: &Look, message: EvidenceId) {
    let limit = match offered_before(cx) {
        Some(limit) => Some(limit),
        None if cx.may(Consent::Connect) => ask(cx).await,
        None => None,
    };
    let Some((server, limit)) = limit else {
        cx.found(Finding::new("content.no-size-known").arg("octets", seen.wire_octets).shown_by(message));
        return;
    };
    let id = match limit {
        // SIZE without a number, or with none but 0, names no limit (RFC 1870 §3).
        0 => "content.no-size-limit",
        _ if seen.wire_octets > limit => "content.too-big",
        _ => "content.size-fits",
    };
    let finding = Finding::new(id)
        .arg("octets", seen.wire_octets)
        .arg("size", spelled(seen.wire_octets))
        .arg("limit", limit)
        .arg("limit_size", spelled(limit))
        .arg("server", server)
        .shown_by(message);
    cx.found(finding);
}

/// A size as people say it: `12.3 MB`, `4 KB`; never nothing.
fn spelled(octets: u64) -> String {
    const KB: u64 = 1024;
    let tenths = octets.saturating_mul(10) / (KB * KB);
    if tenths > 0 { format!("{}.{} MB", tenths / 10, tenths % 10) } else { format!("{} KB", octets.div_ceil(KB)) }
}

fn offered_before(cx: &Context) -> Option<(String, u64)> {
    cx.seen.entries().iter().rev().find_map(|entry| match &entry.fact {
        Fact::Found { finding, .. }
            if finding.id == "server-status.capability" && finding.args.get("keyword")? == "SIZE" =>
        {
            Some((finding.args.get("server")?.clone(), finding.args.get("parameters")?.trim().parse().unwrap_or(0)))
        }
        _ => None,
    })
}

async fn ask(cx: &Context) -> Option<(String, u64)> {
    for host in hosts(cx).await.ok()? {
        for ip in &host.addresses {
            match talk(cx, &host, *ip, Role::Control).await {
                Ok(talk) => {
                    let size = talk.dialogue.capabilities().get("SIZE").map(|s| s.trim().parse().unwrap_or(0));
                    talk.dialogue.quit().await;
                    return Some((host.name, size?));
                }
                Err(Stopped::Refused(dialogue, _) | Stopped::NoStarttls(dialogue, _)) => {
                    dialogue.quit().await;
                    return None;
                }
                Err(Stopped::Broke(_)) => {}
            }
        }
    }
    None
}
