//! Step 8: which mechanisms are offered before and after TLS, and one login, over verified TLS, if the user allows it.

use super::tools::{Host, Stopped, Talk, hosts, talk};
use super::{BoxFuture, Check, Context};
use crate::net::{Broken, Dialogue, Heard};
use crate::transcript::{Consent, EvidenceId, Finding, Goal, Role, Secret, Stage};

/// The check of step 8.
pub(super) struct Authentication;

impl Check for Authentication {
    fn id(&self) -> &'static str {
        "authentication"
    }

    fn emits(&self) -> &'static [&'static str] {
        &[
            "authentication.none-given",
            "authentication.no-consent",
            "authentication.no-connection",
            "authentication.refused-earlier",
            "authentication.mechanisms",
            "authentication.only-after-tls",
            "authentication.needs-tls",
            "authentication.envelope.accepted",
            "authentication.envelope.refused",
            "authentication.not-offered",
            "authentication.no-login-here",
            "authentication.no-verified-tls",
            "authentication.certificate-not-judged",
            "authentication.mechanism-mismatch",
            "authentication.mechanism-not-offered",
            "authentication.mechanism-not-spoken",
            "authentication.no-login-given",
            "authentication.login.ok",
            "authentication.login.refused",
            "authentication.login.temporary",
            "authentication.login.not-allowed",
            "authentication.required",
            "authentication.sender.refused",
            "authentication.sender.later",
            "authentication.broke",
        ]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(run(cx))
    }
}

/// What we try, best first: there is one attempt, and inside TLS the mechanisms that any server can check come before one that needs the
/// password in clear in its store. XOAUTH2 only when asked for: its secret is a token, not a password.
const OURS: [&str; 3] = ["PLAIN", "LOGIN", "CRAM-MD5"];

async fn run(cx: &Context) {
    if cx.case.server.is_none() {
        cx.found(Finding::new("authentication.none-given"));
        return;
    }
    if !cx.may(Consent::Connect) {
        cx.found(Finding::new("authentication.no-consent"));
        return;
    }
    let Some(host) = hosts(cx).await.ok().and_then(|hosts| hosts.into_iter().next()) else { return };
    match session(cx, &host).await {
        Ok(talk) => {
            if let Err(broken) = offers(cx, &host, talk).await {
                cx.found(broke(&broken).arg("server", &host.name));
            }
        }
        Err(Some(Stopped::Refused(dialogue, heard))) => {
            cx.found(said("authentication.refused-earlier", &host, &heard));
            dialogue.quit().await;
        }
        Err(Some(Stopped::NoStarttls(dialogue, heard))) => {
            cx.found(unsafe_for_login(&host, "STARTTLS is not offered", heard.evidence));
            dialogue.quit().await;
        }
        Err(Some(Stopped::Broke(broken))) => cx.found(broke(&broken).arg("server", &host.name)),
        Err(None) => cx.found(Finding::new("authentication.no-connection").arg("server", &host.name)),
    }
}

/// A session with the first address that lets us in; none where none does.
async fn session(cx: &Context, host: &Host) -> Result<Talk, Option<Stopped>> {
    for ip in &host.addresses {
        match talk(cx, host, *ip, Role::Case).await {
            Err(Stopped::Broke((broken, _))) if broken.stage == Stage::Connect => {}
            other => return other.map_err(Some),
        }
    }
    Err(None)
}

async fn offers(cx: &Context, host: &Host, talk: Talk) -> Result<(), Broken> {
    let Talk { mut dialogue, opening } = talk;
    let ehlo = opening.last().evidence;
    let offered = dialogue.capabilities().mechanisms();
    let found = |id: &str| about(id, host, ehlo).arg("mechanisms", offered.join(" "));
    if offered.is_empty() {
        if dialogue.tls().is_none() && dialogue.capabilities().has("STARTTLS") {
            once_protected(cx, host, &mut dialogue).await?;
        } else {
            cx.found(found(not_offered(cx, host.port)));
            without_login(cx, host, &mut dialogue).await?;
        }
        dialogue.quit().await;
        return Ok(());
    }
    cx.found(found("authentication.mechanisms"));
    if opening.ehlo_after.is_some() && opening.caps_before.mechanisms().is_empty() {
        cx.found(found("authentication.only-after-tls"));
    }
    if let (Some(user), Some(secret)) = (&cx.case.user, &cx.secret) {
        match mechanism(cx, &offered) {
            Err((id, ours)) => cx.found(found(id).arg("ours", ours)),
            Ok(mechanism) => login(cx, host, &mut dialogue, (&mechanism, user, secret), ehlo).await?,
        }
    } else {
        cx.found(found("authentication.no-login-given"));
        without_login(cx, host, &mut dialogue).await?;
    }
    dialogue.quit().await;
    Ok(())
}

/// The mechanism to use; or the finding that says why there is none, and what we had in mind.
fn mechanism(cx: &Context, offered: &[String]) -> Result<String, (&'static str, String)> {
    let Some(forced) = cx.case.auth.as_ref().map(|m| m.to_ascii_uppercase()) else {
        let ours = OURS.iter().find(|m| offered.iter().any(|o| o == *m));
        return ours.map(|m| (*m).to_owned()).ok_or_else(|| ("authentication.mechanism-mismatch", OURS.join(" ")));
    };
    if !offered.contains(&forced) {
        Err(("authentication.mechanism-not-offered", forced))
    } else if !Dialogue::MECHANISMS.contains(&forced.as_str()) {
        Err(("authentication.mechanism-not-spoken", forced))
    } else {
        Ok(forced)
    }
}

/// One login, if it is allowed and the connection is verified; then the sender, who may not be that login's.
async fn login(
    cx: &Context,
    host: &Host,
    dialogue: &mut Dialogue,
    (mechanism, user, secret): (&str, &str, &Secret),
    ehlo: EvidenceId,
) -> Result<(), Broken> {
    let (why, shown) = match dialogue.tls() {
        Some((fact, evidence)) => (fact.distrust.clone().map(|d| format!("certificate: {d}")), *evidence),
        None => (Some("no TLS".to_owned()), ehlo),
    };
    match why.as_deref() {
        None if cx.may(Consent::Auth) => {}
        None => {
            cx.found(about("authentication.login.not-allowed", host, ehlo));
            return Ok(());
        }
        Some("certificate: no-trust-store") => {
            cx.found(about("authentication.certificate-not-judged", host, shown));
            return Ok(());
        }
        Some(why) => {
            cx.found(unsafe_for_login(host, why, shown));
            return Ok(());
        }
    }
    let Some(login) = dialogue.auth(mechanism, user, secret).await? else { return Ok(()) };
    let heard = login.heard;
    let id = match heard.reply.code {
        200..300 => "authentication.login.ok",
        400..500 => "authentication.login.temporary",
        _ => "authentication.login.refused",
    };
    cx.found(said(id, host, &heard).arg("mechanism", mechanism).arg("user", user));
    if heard.reply.code == 235
        && cx.may(Consent::Rcpt)
        && let Some(from) = &cx.case.from
    {
        let mail = dialogue.mail(from, "").await?;
        let id = match mail.reply.code {
            200..300 => None,
            500..600 => Some("authentication.sender.refused"),
            _ => Some("authentication.sender.later"),
        };
        if let Some(id) = id {
            cx.found(said(id, host, &mail).arg("user", user).arg("address", from));
        } else {
            // What was found stands, whatever comes of this.
            let _ = dialogue.control(Stage::Mail, "RSET").await;
        }
    }
    Ok(())
}

/// A flaw only where somebody means to log in: servers that take mail for their own users (port 25) need no login.
fn not_offered(cx: &Context, port: u16) -> &'static str {
    if cx.case.user.is_some() || (cx.case.goal == Goal::Settings && port != 25) {
        "authentication.not-offered"
    } else {
        "authentication.no-login-here"
    }
}

/// The connection as entered is plain and offers no login: does it once it is protected? The pair is the proof.
async fn once_protected(cx: &Context, host: &Host, dialogue: &mut Dialogue) -> Result<(), Broken> {
    let mut heard = dialogue.starttls().await?;
    let mut offered = Vec::new();
    if heard.reply.code == 220 {
        heard = dialogue.ehlo(&cx.helo()).await?;
        offered = dialogue.capabilities().mechanisms();
    }
    let id = match (offered.is_empty(), &cx.case.user) {
        (false, Some(_)) => "authentication.needs-tls",
        (false, None) => "authentication.only-after-tls",
        (true, _) => not_offered(cx, host.port),
    };
    cx.found(about(id, host, heard.evidence).arg("mechanisms", offered.join(" ")));
    Ok(())
}

/// Sender and recipient without a login, and without a message: does the server pass on mail for strangers? Not where a login is meant
/// to come first: what is refused without it would be no news.
async fn without_login(cx: &Context, host: &Host, dialogue: &mut Dialogue) -> Result<(), Broken> {
    let Some(to) = cx.case.recipient().filter(|_| cx.may(Consent::Rcpt) && cx.case.user.is_none()) else {
        return Ok(());
    };
    let mail = dialogue.mail(cx.case.from.as_deref().unwrap_or_default(), "").await?;
    if !mail.reply.is_positive() {
        let id = if mail.reply.code == 530 { "authentication.required" } else { "authentication.envelope.refused" };
        cx.found(said(id, host, &mail).arg("address", to));
        return Ok(());
    }
    let rcpt = dialogue.rcpt(to, Role::Case).await?;
    let id = match rcpt.reply.code {
        200..400 => "authentication.envelope.accepted",
        530 => "authentication.required",
        _ => "authentication.envelope.refused",
    };
    cx.found(said(id, host, &rcpt).arg("address", to));
    dialogue.control(Stage::Rcpt, "RSET").await?;
    Ok(())
}

/// A finding about a host as it was talked to.
fn about(id: &str, host: &Host, evidence: EvidenceId) -> Finding {
    Finding::new(id).arg("server", &host.name).arg("port", host.port).shown_by(evidence)
}

fn unsafe_for_login(host: &Host, why: &str, evidence: EvidenceId) -> Finding {
    about("authentication.no-verified-tls", host, evidence).arg("why", why)
}

fn said(id: &str, host: &Host, heard: &Heard) -> Finding {
    Finding::new(id)
        .arg("server", &host.name)
        .arg("code", heard.reply.code)
        .arg("codes", heard.reply.codes())
        .arg("text", heard.reply.joined())
        .arg("stage", heard.reply.stage.map_or("", Stage::spoken))
        .shown_by(heard.evidence)
}

fn broke((fact, evidence): &Broken) -> Finding {
    Finding::new("authentication.broke")
        .arg("stage", fact.stage.spoken())
        .arg("kind", fact.kind.as_str())
        .shown_by(*evidence)
}
