//! Step 8: which mechanisms are offered before and after TLS, and one login, over verified TLS, if the user allows it.

use std::net::SocketAddr;

use super::tools::{Host, Stopped, hosts, talk_as};
use super::{BoxFuture, Check, Context};
use crate::net::{Broken, Capabilities, Dialogue, Heard};
use crate::transcript::{Consent, Finding, Goal, Role, Stage};

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
            "authentication.mechanisms",
            "authentication.only-after-tls",
            "authentication.needs-tls",
            "authentication.envelope.accepted",
            "authentication.envelope.refused",
            "authentication.not-offered",
            "authentication.no-login-here",
            "authentication.refused-earlier",
            "authentication.no-verified-tls",
            "authentication.mechanism-mismatch",
            "authentication.no-login-given",
            "authentication.login.ok",
            "authentication.login.refused",
            "authentication.login.temporary",
            "authentication.login.not-allowed",
            "authentication.required",
            "authentication.sender.refused",
            "authentication.broke",
        ]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(run(cx))
    }
}

/// What we can speak, best first. XOAUTH2 only when asked for: its secret is a token, not a password.
const OURS: [&str; 3] = ["CRAM-MD5", "PLAIN", "LOGIN"];

async fn run(cx: &Context) {
    if cx.case.server.is_none() {
        cx.found(Finding::new("authentication.none-given"));
        return;
    }
    if !cx.may(Consent::Connect) {
        cx.found(Finding::new("authentication.no-consent"));
        return;
    }
    let Some((host, address)) = target(cx).await else {
        cx.found(Finding::new("authentication.no-connection"));
        return;
    };
    if let Err(Stopped::Broke(broken)) = offers(cx, &host, address).await {
        cx.found(broke(&broken).arg("server", &host.name));
    }
}

async fn target(cx: &Context) -> Option<(Host, SocketAddr)> {
    let host = hosts(cx).await.ok()?.into_iter().next()?;
    for ip in host.addresses.clone() {
        let address = SocketAddr::new(ip, host.port);
        if cx.net.connect(&cx.rec, &host.name, address, cx.case.source).await.is_ok() {
            return Some((host, address));
        }
    }
    None
}

fn mechanisms(offered: &Capabilities) -> Vec<String> {
    offered.get("AUTH").unwrap_or_default().split_whitespace().map(str::to_ascii_uppercase).collect()
}

async fn offers(cx: &Context, host: &Host, address: SocketAddr) -> Result<(), Stopped> {
    let talk = match talk_as(cx, host, address, cx.case.security, Role::Case, false).await {
        Ok(talk) => talk,
        Err(Stopped::Refused(dialogue, heard)) => {
            cx.found(said("authentication.refused-earlier", host, &heard));
            dialogue.quit().await;
            return Ok(());
        }
        Err(Stopped::NoStarttls(dialogue, heard)) => {
            let found =
                Finding::new("authentication.no-verified-tls").arg("server", &host.name).arg("port", address.port());
            cx.found(found.arg("why", "STARTTLS is not offered").shown_by(heard.evidence));
            dialogue.quit().await;
            return Ok(());
        }
        Err(stopped) => return Err(stopped),
    };
    let mut dialogue = talk.dialogue;
    let after = mechanisms(dialogue.capabilities());
    let tls = dialogue.tls().cloned();
    let found = |id: &str| {
        Finding::new(id).arg("server", &host.name).arg("port", address.port()).arg("mechanisms", after.join(" "))
    };
    if after.is_empty() {
        if tls.is_none() && dialogue.capabilities().has("STARTTLS") {
            once_protected(cx, host, address, &mut dialogue).await.map_err(Stopped::Broke)?;
        } else {
            cx.found(found(not_offered(cx, address.port())));
            without_login(cx, host, &mut dialogue).await.map_err(Stopped::Broke)?;
        }
        dialogue.quit().await;
        return Ok(());
    }
    cx.found(found("authentication.mechanisms"));
    if talk.opening.ehlo_after.is_some() && mechanisms(&talk.opening.caps_before).is_empty() {
        cx.found(found("authentication.only-after-tls"));
    }
    let (Some(user), Some(secret)) = (&cx.case.user, &cx.secret) else {
        cx.found(found("authentication.no-login-given"));
        without_login(cx, host, &mut dialogue).await.map_err(Stopped::Broke)?;
        dialogue.quit().await;
        return Ok(());
    };
    let chosen = match &cx.case.auth {
        Some(forced) => Some(forced.to_ascii_uppercase()).filter(|m| after.contains(m)),
        None => OURS.iter().find(|m| after.iter().any(|a| a == *m)).map(|m| (*m).to_owned()),
    };
    let Some(mechanism) = chosen else {
        let ours = cx.case.auth.clone().unwrap_or_else(|| OURS.join(" "));
        cx.found(found("authentication.mechanism-mismatch").arg("ours", ours));
        dialogue.quit().await;
        return Ok(());
    };
    match tls {
        Some((fact, _)) if fact.established && fact.distrust.is_none() => {}
        other => {
            let why = other.and_then(|(fact, _)| fact.distrust).unwrap_or_else(|| "plain".to_owned());
            cx.found(found("authentication.no-verified-tls").arg("why", why));
            dialogue.quit().await;
            return Ok(());
        }
    }
    if !cx.may(Consent::Auth) {
        cx.found(found("authentication.login.not-allowed"));
        dialogue.quit().await;
        return Ok(());
    }
    let answer = dialogue.auth(&mechanism, user, secret).await.map_err(Stopped::Broke)?;
    if let Some(heard) = answer {
        login(cx, host, &mechanism, &mut dialogue, &heard).await.map_err(Stopped::Broke)?;
    } else {
        cx.found(found("authentication.no-verified-tls").arg("why", "plain"));
    }
    dialogue.quit().await;
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
async fn once_protected(cx: &Context, host: &Host, address: SocketAddr, dialogue: &mut Dialogue) -> Result<(), Broken> {
    let mut offered = Vec::new();
    let mut evidence = None;
    if dialogue.starttls().await?.reply.code == 220 {
        let heard = dialogue.ehlo(&cx.helo()).await?;
        offered = mechanisms(dialogue.capabilities());
        evidence = Some(heard.evidence);
    }
    let id = if offered.is_empty() { not_offered(cx, address.port()) } else { "authentication.needs-tls" };
    let mut finding =
        Finding::new(id).arg("server", &host.name).arg("port", address.port()).arg("mechanisms", offered.join(" "));
    finding.evidence.extend(evidence);
    cx.found(finding);
    Ok(())
}

/// Sender and recipient without a login, and without a message: does the server pass on mail for strangers?
async fn without_login(cx: &Context, host: &Host, dialogue: &mut Dialogue) -> Result<(), Broken> {
    let Some(to) = cx.case.recipient().filter(|_| cx.may(Consent::Rcpt)) else { return Ok(()) };
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

async fn login(
    cx: &Context,
    host: &Host,
    mechanism: &str,
    dialogue: &mut Dialogue,
    heard: &Heard,
) -> Result<(), Broken> {
    let id = match heard.reply.code {
        200..300 => "authentication.login.ok",
        400..500 => "authentication.login.temporary",
        _ => "authentication.login.refused",
    };
    let user = cx.case.user.as_deref().unwrap_or_default();
    cx.found(said(id, host, heard).arg("mechanism", mechanism).arg("user", user));
    if heard.reply.code == 235
        && cx.may(Consent::Rcpt)
        && let Some(from) = &cx.case.from
    {
        let mail = dialogue.mail(from, "").await?;
        if !mail.reply.is_positive() {
            cx.found(said("authentication.sender.refused", host, &mail).arg("user", user).arg("address", from));
        }
        dialogue.control(Stage::Mail, "RSET").await?;
    }
    Ok(())
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
