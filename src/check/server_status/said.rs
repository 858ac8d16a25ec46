//! What a server says of itself, and what it says out of turn.

use crate::check::Context;
use crate::check::tools::Host;
use crate::net::{Capabilities, Dialogue, Heard};
use crate::transcript::Finding;

/// Each keyword with what it means.
pub(super) fn offered(cx: &Context, host: &Host, caps: &Capabilities, heard: &Heard) {
    for (keyword, parameters) in &caps.keywords {
        let found = Finding::new("server-status.capability")
            .arg("server", &host.name)
            .arg("keyword", keyword)
            .arg("parameters", parameters)
            .arg("offer", format!("{keyword} {parameters}").trim_end())
            .arg("means", cx.know.means(keyword))
            .shown_by(heard.evidence);
        cx.found(found);
    }
}

/// What TLS changed in the offer, besides that STARTTLS is over (RFC 3207 §4.2).
pub(super) fn compared(cx: &Context, host: &Host, (before, after): (&Capabilities, &Capabilities), heard: &Heard) {
    let missing = |from: &Capabilities, of: &Capabilities| {
        let lacks = |k: &&str| *k != "STARTTLS" && !from.has(k);
        let mut names: Vec<&str> = of.keywords.iter().map(|(k, _)| k.as_str()).filter(lacks).collect();
        names.dedup();
        names.join(", ")
    };
    let (added, gone) = (missing(before, after), missing(after, before));
    let id = match (added.is_empty(), gone.is_empty()) {
        (true, true) => return,
        (false, true) => "server-status.caps.more",
        (true, false) => "server-status.caps.less",
        (false, false) => "server-status.caps.differ",
    };
    if added != gone {
        let found = Finding::new(id).arg("server", &host.name);
        cx.found(found.arg("added", added).arg("gone", gone).shown_by(heard.evidence));
    }
}

/// The program that it looks like.
pub(super) fn software(cx: &Context, host: &Host, greeting: &Heard, ehlo: &Heard) {
    let said = format!("{} {}", greeting.reply.code, greeting.reply.joined());
    if let Some(looks) = cx.know.software(&said, &ehlo.reply.text.join("\n")) {
        let found = Finding::new("server-status.software").arg("server", &host.name).arg("software", &looks.name);
        cx.found(found.arg("look", &looks.look).shown_by(greeting.evidence).shown_by(ehlo.evidence));
    }
}

/// What came before it was due.
pub(super) fn unasked(cx: &Context, host: &Host, dialogue: &Dialogue) {
    if let Some(evidence) = dialogue.injected_evidence() {
        cx.found(Finding::new("server-status.starttls.injected").arg("server", &host.name).shown_by(evidence));
    }
    if let Some(evidence) = dialogue.early_talk_evidence() {
        cx.found(Finding::new("server-status.early-talk").arg("server", &host.name).shown_by(evidence));
    }
}
