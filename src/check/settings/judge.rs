//! What the combinations say together.

use super::attempt::{Attempt, End};
use super::handshake::Old;
use crate::check::Context;
use crate::check::know::spoken;
use crate::check::tools::Host;
use crate::transcript::{ConnectOutcome, Finding, Security};

/// The best of the others: one that protects, else any that works. Where a login is to go, one that offers it comes first.
pub(super) fn better(others: &[Attempt], login: bool) -> Option<&Attempt> {
    let safe = || others.iter().filter(|a| is_safe(a));
    safe().find(|a| !login || a.login).or_else(|| safe().next()).or_else(|| others.iter().find(|a| a.works()))
}

fn is_safe(a: &Attempt) -> bool {
    a.works() && a.security != Security::None
}

/// Tells how the combination that was entered stands against the others.
pub(super) fn judge(cx: &Context, host: &Host, first: &Attempt, others: &[Attempt], old: Option<&Old>) {
    let found = |id: &str| cx.found(about(id, host, first));
    if first.works() {
        return found("settings.as-entered.works");
    }
    // As offered, with nothing to protect: a program that was told nothing else goes on so, and so do mail servers.
    if matches!(first.end, End::NoStarttls)
        && cx.case.security == Security::Auto
        && cx.case.user.is_none()
        && !first.masked
    {
        return found("settings.as-entered.plain");
    }
    found(match first.end {
        End::Unreached(_) => "settings.as-entered.no-route",
        End::NoAnswer | End::Untried(_) | End::Silent | End::Hushed(_) => "settings.as-entered.no-answer",
        End::Refused(_) => "settings.as-entered.refused",
        _ => "settings.as-entered.fails",
    });
    if first.helo_only {
        return cx.found(about("server-status.ehlo.helo-fallback", host, first).arg("codes", "250"));
    }
    if let End::TlsRequired(_) = first.end {
        found("settings.tls-required");
    }
    let broken = is_broken_tls(first);
    if broken {
        cx.found(handshake(host, first, old));
    }
    let login = cx.case.user.is_some();
    let Some(better) = better(others, login) else {
        let all = |is: fn(&Attempt) -> bool| is(first) && others.iter().all(is);
        match first.end {
            _ if all(Attempt::is_untold) => found("settings.no-answer"),
            _ if first.is_silent() => found("settings.silent"),
            _ if all(|a| !a.is_connected()) => found("settings.nothing-works"),
            // What it said is the answer.
            End::Refused(_) | End::TlsRequired(_) => {}
            _ if broken => {}
            End::Handshake(_) => cx.found(handshake(host, first, old)),
            End::Broke(_) => found("settings.cut"),
            _ => found("settings.no-session"),
        }
        return;
    };
    let same = others.iter().filter(|a| a.port == first.port && a.works()).max_by_key(|a| is_safe(a));
    let offered = same.filter(|a| is_safe(a)).unwrap_or(better);
    let works = |id: &str| {
        let mut finding = about(id, host, first)
            .arg("better_host", &host.name)
            .arg("better_port", offered.port)
            .arg("better_security", offered.security.as_str())
            .arg("better_spoken", spoken(offered.security))
            .arg("instead", format!("port {} with {}", offered.port, spoken(offered.security)));
        // The pair that differs in one thing is the proof.
        finding.evidence.extend(same.and_then(|a| a.evidence));
        if !finding.evidence.iter().any(|e| Some(*e) == offered.evidence) {
            finding.evidence.extend(offered.evidence);
        }
        finding
    };
    match (&first.end, same) {
        // The settings may be right: what answers is not the server as it is.
        _ if first.masked || broken => {}
        (End::NoStarttls, None) => found("settings.starttls-missing"),
        // Where a login is to go, doing without protection is no remedy: why it is missing is what matters.
        (End::NoStarttls, Some(a)) if !is_safe(a) && cx.case.user.is_some() => found("settings.starttls-missing"),
        // The same hello inside TLS is answered on another port: it is neither the way nor the machine, but what stands behind this one.
        (End::Broke(_), _) if first.cut_at_offer && offered.port != first.port && is_safe(offered) => {
            cx.found(works("settings.cut-at-offer"));
        }
        (End::Broke(_), _) => found("settings.cut"),
        (End::Silent | End::NotSmtp, Some(a)) if a.security == Security::Tls => {
            cx.found(works("settings.speaks-tls-first"));
        }
        (End::Handshake(_) | End::GreetsPlain, Some(a)) if first.security == Security::Tls => {
            let id = if a.security == Security::Starttls || is_safe(offered) {
                "settings.speaks-plain-first"
            } else {
                "settings.wrong-security"
            };
            cx.found(works(id));
        }
        (End::Handshake(_) | End::Silent | End::NotSmtp | End::NoStarttls, Some(_)) => {
            cx.found(works("settings.wrong-security"));
        }
        // It talks in plain text, and not as a mail server does: another service has that port.
        (End::NotSmtp, None) if others.iter().any(|a| a.is_plain_for_tls() && a.port == first.port) => {
            cx.found(works("settings.other-service"));
        }
        // Silence is how what waits for TLS looks, and what hangs, too: only TLS on that port tells one from the other.
        (End::Silent, None) if !others.iter().any(|a| a.port == first.port && a.shows_tls()) => {
            found("settings.silent");
        }
        (End::Handshake(_) | End::Silent | End::NotSmtp, None) if first.speaks_other => {
            cx.found(works("settings.wrong-security"));
        }
        (End::Handshake(_), None) => cx.found(handshake(host, first, old)),
        // A server closes what it does not use; what swallows the calls to a port that mail is sent by is a filter.
        (End::NoAnswer, None) if is_usual(first.port) => cx.found(works("settings.port-filtered")),
        // Nor does a server say that there is no way to one of its ports, or that it is forbidden: a filter does.
        (End::Unreached(why), None) if is_usual(first.port) && *why != ConnectOutcome::Refused.as_str() => {
            cx.found(works("settings.port-rejected"));
        }
        (End::Unreached(_) | End::NoAnswer, None) => cx.found(works("settings.wrong-port")),
        _ => {}
    }
    // Plain text is no remedy for TLS that is broken or falls silent, or where a login is to go: that would go by in the open.
    let is_remedy = if login {
        is_safe(offered) && offered.login
    } else {
        is_safe(offered) || !(broken || matches!(first.end, End::Hushed(_)))
    };
    if is_remedy {
        cx.found(works("settings.other-works"));
    }
}

/// Whether mail is meant to be handed in or over on that port (RFC 6409 §3.1, RFC 8314 §7.3).
fn is_usual(port: u16) -> bool {
    matches!(port, 25 | 465 | 587)
}

/// Whether TLS was agreed on and then did not come about: by STARTTLS, or by a hello that only old servers answer.
fn is_broken_tls(first: &Attempt) -> bool {
    match &first.end {
        End::StarttlsRefused(_) => true,
        End::Handshake(_) => first.security == Security::Starttls,
        _ => false,
    }
}

fn handshake(host: &Host, first: &Attempt, old: Option<&Old>) -> Finding {
    match old {
        Some(old) => about(old.id, host, first)
            .arg("version", &old.version)
            .arg("cipher", &old.cipher)
            .arg("instead", "TLS 1.2 and 1.3")
            .shown_by(old.evidence),
        None if first.security == Security::Starttls => about("settings.starttls.broken", host, first),
        // Cut before a word of TLS was said: nobody disagreed about anything.
        None if matches!(&first.end, End::Handshake(why) if why == "reset" || why == "closed") => {
            about("settings.cut", host, first)
        }
        None => about("settings.tls.handshake-failed", host, first),
    }
}

fn about(id: &str, host: &Host, a: &Attempt) -> Finding {
    let mut finding = Finding::new(id)
        .arg("server", &host.name)
        .arg("port", a.port)
        .arg("security", a.security.as_str())
        .arg("spoken", spoken(a.security))
        .arg("why", a.why());
    finding.evidence.extend(a.evidence);
    finding
}
