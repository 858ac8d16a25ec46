//! One login, and what its answer says.

use std::sync::LazyLock;

use regex::Regex;

use super::offered::Refusal;
use super::{about, said, sender, shape, unsafe_for_login};
use crate::check::Context;
use crate::check::know::SecretKind;
use crate::check::tools::Host;
use crate::net::{Broken, Dialogue, GaveUp, Heard, Login};
use crate::transcript::{BreakKind, Consent, EvidenceId, Finding, Secret};

/// What to log in with, of what is offered.
#[derive(Clone, Copy)]
pub(super) struct Offer<'a> {
    pub(super) mechanism: &'a str,
    pub(super) offered: &'a [String],
}

/// Whether a login may be made on this connection: it is allowed, and the server has proved who it is, or the user takes the risk. Then the
/// finding that names the risk comes with it.
///
/// # Errors
/// The finding that says why not.
pub(super) fn risk(
    cx: &Context,
    host: &Host,
    dialogue: &mut Dialogue,
    ehlo: EvidenceId,
) -> Result<Option<Finding>, Refusal> {
    let (why, shown) = match dialogue.tls() {
        Some((fact, evidence)) => (fact.distrust.clone().map(|d| format!("certificate: {d}")), *evidence),
        None => (Some("no TLS".to_owned()), ehlo),
    };
    let allowed = cx.may(Consent::Auth);
    let finding = match why.as_deref() {
        _ if !allowed && (why.is_none() || cx.case.insecure_login) => {
            about("authentication.login.not-allowed", host, ehlo)
        }
        None => return Ok(None),
        Some(why) if cx.case.insecure_login => {
            dialogue.accept_risk();
            return Ok(Some(about("authentication.at-risk", host, shown).arg("why", why)));
        }
        Some("certificate: no-trust-store") => about("authentication.certificate-not-judged", host, shown),
        Some(why) => unsafe_for_login(host, why, shown),
    };
    Err(Refusal::Finding(finding))
}

/// One login; then the sender, who may not be that login's.
pub(super) async fn login(
    cx: &Context,
    host: &Host,
    dialogue: &mut Dialogue,
    offer: Offer<'_>,
    (user, secret): (&str, &Secret),
) -> Result<(), Broken> {
    let label = format!("login by {}", offer.mechanism);
    cx.rec.probing(&label);
    let login = match dialogue.auth(offer.mechanism, user, secret).await {
        Ok(Some(login)) => {
            // What a server says to our breaking off is no answer to the login.
            let ours = login.gave_up.is_some();
            let id = if ours { "authentication.attempt.broken-off" } else { "authentication.attempt.answered" };
            let row = said(id, host, &login.heard).arg("mechanism", offer.mechanism);
            cx.found(row.ends(&label, login.heard.reply.rtt_ms));
            login
        }
        Ok(None) => {
            let found = about("authentication.mechanism-not-spoken", host, dialogue.connected());
            cx.found(found.arg("ours", offer.mechanism).arg("mechanisms", offer.offered.join(" ")).ends(&label, 0));
            return Ok(());
        }
        Err((fact, evidence)) => {
            let row = about("authentication.attempt.unanswered", host, evidence).arg("mechanism", offer.mechanism);
            cx.found(row.arg("kind", fact.kind.as_str()).ends(&label, fact.ms));
            // Up to here the server spoke: it is the login that it did not answer.
            let id = match fact.kind {
                BreakKind::Timeout => "authentication.login.no-answer",
                BreakKind::Closed => "authentication.login.dropped",
                BreakKind::Reset => "authentication.login.reset",
                _ => return Err((fact, evidence)),
            };
            let seconds = fact.ms.div_ceil(1000);
            cx.found(
                about(id, host, evidence).arg("mechanism", offer.mechanism).arg("user", user).arg("seconds", seconds),
            );
            return Ok(());
        }
    };
    judge(cx, host, offer, (user, secret), &login);
    if login.heard.reply.code == 235 && login.gave_up.is_none() && cx.may(Consent::Rcpt) {
        sender::try_both(cx, host, dialogue, user).await;
    }
    Ok(())
}

/// Whether a server says that there were too many logins. At this stage `too many errors` are logins that failed: a client has done nothing
/// else here that could fail.
fn is_too_often(heard: &Heard) -> bool {
    static TOO_OFTEN: LazyLock<Regex> = LazyLock::new(|| {
        let words = r"(?i)\btoo (?:many|frequent)\b|\btemporar(?:il)?y (?:blocked|banned|locked)|\b(?:rate|attempt|login) limit|\bblocked for \d+ (?:sec|min|hour)";
        Regex::new(words).expect("it is tried by a test")
    });
    TOO_OFTEN.is_match(&heard.reply.joined())
}

fn judge(cx: &Context, host: &Host, offer: Offer<'_>, (user, secret): (&str, &Secret), login: &Login) {
    let Login { heard, told, proved, gave_up } = login;
    let found = |id: &str| said(id, host, heard).arg("mechanism", offer.mechanism).arg("user", user);
    match gave_up {
        Some(GaveUp::NotProved) => return cx.found(found("authentication.login.impostor")),
        Some(why) => return cx.found(found("authentication.login.gave-up").arg("why", why.as_str())),
        None => {}
    }
    let id = match heard.reply.code {
        200..300 => "authentication.login.ok",
        400..600 if is_too_often(heard) => "authentication.login.too-often",
        421 => "authentication.login.closed",
        400..500 => "authentication.login.temporary",
        // It offered this a moment ago.
        500 | 502..=504 => "authentication.login.not-understood",
        _ => "authentication.login.refused",
    };
    cx.found(found(id));
    match id {
        "authentication.login.ok" if *proved == Some(false) => cx.found(found("authentication.login.unproved")),
        "authentication.login.refused" => {
            if let Some(status) = told.get("status").filter(|_| offer.mechanism.contains("OAUTH")) {
                let scope = told.get("scope").map_or("-", String::as_str);
                cx.found(found("authentication.login.token-refused").arg("status", status).arg("scope", scope));
            }
            let clear = |m: &&String| matches!(m.as_str(), "PLAIN" | "LOGIN");
            if let Some(other) = offer.offered.iter().find(clear)
                && (offer.mechanism.starts_with("SCRAM-") || matches!(offer.mechanism, "CRAM-MD5" | "NTLM"))
            {
                cx.found(found("authentication.login.stored-otherwise").arg("other", other));
            }
            match told.get("challenge").map(String::as_str) {
                // The password was never asked for.
                Some("none") => cx.found(found("authentication.login.ntlm-unasked")),
                Some(_) => cx.found(found("authentication.login.ntlm-of-old")),
                None => {}
            }
            if let Some(found) = providers_own(cx, host, heard, secret) {
                cx.found(found.arg("mechanism", offer.mechanism).arg("user", user));
            }
            shape::look(cx, user, secret, Some(offer.mechanism));
        }
        _ => {}
    }
}

/// Where the provider takes no account's password from programs, and what was given does not look like one that it makes for them.
fn providers_own(cx: &Context, host: &Host, heard: &Heard, secret: &Secret) -> Option<Finding> {
    let provider = cx.know.providers.by_host(&host.name).filter(|p| !p.secrets.contains(&SecretKind::Password))?;
    let made = provider.secrets.contains(&SecretKind::AppPassword);
    if heard.reply.code != 535 || !made || shape::is_made_for_programs(secret) {
        return None;
    }
    let made_at = provider.made_at.as_deref().unwrap_or("the settings of the account");
    let found = said("authentication.login.providers-own", host, heard).arg("provider", &provider.name);
    Some(found.arg("made_at", made_at).arg("as_of", &provider.as_of))
}
