//! VRFY (RFC 5321 §3.5): asked only where the user wants it, and the server offers it.

use crate::check::Context;
use crate::net::Dialogue;
use crate::transcript::{Consent, Finding, Stage};

/// Asks, and says what the answer is worth. Returns whether the talk can go on.
pub(super) async fn ask(cx: &Context, dialogue: &mut Dialogue, address: &str, server: &str) -> bool {
    if !cx.may(Consent::Vrfy) {
        return true;
    }
    if !dialogue.capabilities().has("VRFY") {
        cx.found(Finding::new("recipient.vrfy.not-offered").arg("address", address).arg("server", server));
        return true;
    }
    let id = |code: u16| match code {
        250 | 251 => "recipient.vrfy.known",
        550 | 551 | 553 => "recipient.vrfy.unknown",
        _ => "recipient.vrfy.says-nothing",
    };
    // What it says about a name is no refusal of mail: a control probe.
    let Ok(heard) = dialogue.control(Stage::Ehlo, &format!("VRFY {address}")).await else { return false };
    let found = Finding::new(id(heard.reply.code)).arg("address", address).arg("server", &heard.reply.server);
    cx.found(found.arg("codes", heard.reply.codes()).arg("text", heard.reply.joined()).shown_by(heard.evidence));
    true
}
