//! What a server offers to log in with: what is odd about it, whether another port has it, and what to choose of it.

use std::net::IpAddr;

use futures_util::future::join_all;

use super::{about, shape};
use crate::check::Context;
use crate::check::tools::{Host, Stopped, Talk, talk};
use crate::net::{Dialogue, Heard, SessionOpening};
use crate::transcript::{EvidenceId, Finding, Role, Secret, Security};

/// Mechanisms that were given up for good reasons (RFC 6331), or that only old clients and servers share.
const LEGACY: [&str; 7] = ["CRAM-MD5", "DIGEST-MD5", "NTLM", "MSN", "SKEY", "KERBEROS_V4", "SCRAM-MD5"];
/// They take a ticket of a domain, or a certificate, and no password (RFC 4752; RFC 4422 appendix A).
const TICKETS: [&str; 3] = ["GSSAPI", "GSS-SPNEGO", "EXTERNAL"];
/// A token takes the place of a password.
const TOKENS: [&str; 2] = ["OAUTHBEARER", "XOAUTH2"];
/// They say the password itself.
const CLEAR: [&str; 2] = ["PLAIN", "LOGIN"];
/// Where mail programs hand in their mail (RFC 8314 §3).
const SUBMISSION: [u16; 2] = [587, 465];

/// Why no mechanism was chosen.
pub(super) enum Refusal {
    /// This says it.
    Finding(Finding),
    /// By that id; and what we had in mind.
    Mechanism(&'static str, String),
}

/// What is odd about an offer, as ids.
pub(super) fn flaws(opening: &SessionOpening, dialogue: &Dialogue, login: bool) -> Vec<&'static str> {
    let before = opening.caps_before.mechanisms();
    let now = dialogue.capabilities().mechanisms();
    let mut found = Vec::new();
    let clear = |offered: &[String]| offered.iter().any(|m| CLEAR.contains(&m.as_str()));
    if opening.ehlo_after.is_some() && before.is_empty() {
        found.push("authentication.only-after-tls");
    } else if (opening.ehlo_after.is_some() || dialogue.tls().is_none()) && clear(&before) {
        found.push("authentication.offered-in-clear");
    }
    if dialogue.capabilities().old_auth_only {
        found.push("authentication.old-form");
    }
    let [legacy, ticket] =
        [&LEGACY[..], &TICKETS].map(|some| now.iter().filter(|m| some.contains(&m.as_str())).count());
    if login && legacy + ticket == now.len() {
        // An old way that we know takes a password, whatever is offered beside it.
        let tickets_only = ticket > 0 && !now.iter().any(|m| dialogue.speaks(m));
        found.push(if tickets_only { "authentication.no-password" } else { "authentication.legacy-only" });
    }
    found
}

/// What was offered at each stage of the talk, as rows: the pair before and after TLS.
pub(super) fn rows(cx: &Context, host: &Host, opening: &SessionOpening, dialogue: &Dialogue) {
    let now = dialogue.capabilities().mechanisms();
    let (before, after) = (opening.caps_before.mechanisms(), now.as_slice());
    match (&opening.ehlo_before, &opening.ehlo_after) {
        (Some(first), Some(second)) => {
            row(cx, host, "login before TLS", &before, first);
            row(cx, host, "login inside TLS", after, second);
        }
        (Some(only), None) => {
            let label = if dialogue.tls().is_some() { "login inside TLS" } else { "login without TLS" };
            row(cx, host, label, after, only);
        }
        _ => {}
    }
}

fn row(cx: &Context, host: &Host, label: &str, offered: &[String], heard: &Heard) {
    cx.rec.probing(label);
    let id = if offered.is_empty() { "authentication.offer.none" } else { "authentication.offer.some" };
    let found = about(id, host, heard.evidence).arg("when", label).arg("mechanisms", offered.join(" "));
    cx.found(found.ends(label, heard.reply.rtt_ms));
}

/// The mechanism to use.
///
/// # Errors
/// Why there is none.
pub(super) fn choose(
    cx: &Context,
    dialogue: &Dialogue,
    offered: &[String],
    secret: &Secret,
) -> Result<String, Refusal> {
    let spoken = |m: &str| dialogue.speaks(m);
    if let Some(forced) = cx.case.auth.as_ref().map(|m| m.to_ascii_uppercase()) {
        return if !offered.contains(&forced) {
            Err(Refusal::Mechanism("authentication.mechanism-not-offered", forced))
        } else if !spoken(&forced) {
            Err(Refusal::Mechanism("authentication.mechanism-not-spoken", forced))
        } else {
            Ok(forced)
        };
    }
    let is_token = shape::is_token(secret.expose());
    let ours = Dialogue::MECHANISMS.iter().copied().filter(|m| spoken(m));
    let ours = ours.filter(|m| is_token || !TOKENS.contains(m));
    let mut ours: Vec<&str> = ours.collect();
    // A token first where there is one; and where somebody may listen, the password itself last.
    ours.sort_by_key(|m| (is_token && !TOKENS.contains(m), !dialogue.is_trusted() && CLEAR.contains(m)));
    if let Some(mechanism) = ours.iter().find(|m| offered.iter().any(|o| o == *m)) {
        return Ok((*mechanism).to_owned());
    }
    let tokens_only = offered.iter().any(|m| TOKENS.contains(&m.as_str()));
    let id = if tokens_only { "authentication.oauth-only" } else { "authentication.mechanism-mismatch" };
    Err(Refusal::Mechanism(id, ours.join(" ")))
}

/// What another port has to offer that this one has not.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A login at all.
    Any,
    /// One that takes a password.
    Password,
}

impl Wanted {
    fn is_in(self, offered: &[String]) -> bool {
        match self {
            Self::Any => !offered.is_empty(),
            Self::Password => offered.iter().any(|m| CLEAR.contains(&m.as_str()) || m.starts_with("SCRAM-SHA-")),
        }
    }

    fn finding(self) -> &'static str {
        match self {
            Self::Any => "authentication.other-port",
            Self::Password => "authentication.password-port",
        }
    }
}

/// This port has no login, or none for passwords. Has another one of the same machine? The pair is the proof.
pub(super) async fn elsewhere(
    cx: &Context,
    host: &Host,
    ip: IpAddr,
    wanted: Wanted,
    here: EvidenceId,
) -> Option<Finding> {
    // Both at once: two connections to a host are within the manners.
    let tries = SUBMISSION.into_iter().filter(|port| *port != host.port).map(async |port| {
        let other = Host { port, security: Security::Auto, ..host.clone() };
        let label = format!("port {port}");
        cx.rec.probing(&label);
        let unanswered = |evidence, ms| {
            let found = about("authentication.offer.unanswered", &other, evidence).arg("when", &label);
            cx.found(found.ends(&label, ms));
        };
        match talk(cx, &other, ip, Role::Control).await {
            Ok(Talk { dialogue, opening }) => {
                let offered = dialogue.capabilities().mechanisms();
                let id = if offered.is_empty() { "authentication.offer.none" } else { "authentication.offer.some" };
                let last = opening.last();
                let row = about(id, &other, last.evidence).arg("when", &label).arg("mechanisms", offered.join(" "));
                cx.found(row.ends(&label, last.reply.rtt_ms));
                let security = if port == 465 { "tls" } else { "starttls" };
                let found = (dialogue.tls().is_some() && wanted.is_in(&offered)).then(|| {
                    about(wanted.finding(), host, here)
                        .arg("better_port", port)
                        .arg("better_security", security)
                        .arg("mechanisms", offered.join(" "))
                        .shown_by(opening.last().evidence)
                });
                dialogue.quit().await;
                found
            }
            Err(Stopped::Refused(dialogue, heard) | Stopped::NoStarttls(dialogue, heard)) => {
                unanswered(heard.evidence, heard.reply.rtt_ms);
                dialogue.quit().await;
                None
            }
            Err(Stopped::Broke((fact, evidence))) => {
                unanswered(evidence, fact.ms);
                None
            }
        }
    });
    join_all(tries).await.into_iter().flatten().next()
}
