//! What the certificate of a server says, and whether a mail program would take it.

use std::net::SocketAddr;

use super::attempt::Attempt;
use super::clock::{self, Clock};
use crate::check::Context;
use crate::check::tools::Host;
use crate::net::{Dialogue, Open};
use crate::transcript::{CertificateFact, EvidenceId, Finding, Role, Security, TlsFact};

/// How many days before its end a certificate is spoken of.
const SOON: i64 = 14 * 24 * 60 * 60;
/// The smallest RSA key that is taken (RFC 9325 §4.1, and every mail program of today).
const RSA_LEAST: u32 = 2048;

/// Tells what was seen in a handshake; `shown` is the attempt that it was part of.
pub(super) async fn tell(cx: &Context, host: &Host, shown: &Attempt, to: SocketAddr) {
    let Some((fact, evidence)) = &shown.tls else { return };
    if !fact.established && fact.chain.is_empty() {
        return;
    }
    let evidence = *evidence;
    if fact.established {
        cx.found(about("settings.tls.told", host, fact, evidence));
    }
    let own = fact.chain.first();
    let out_of_time = matches!(fact.distrust.as_deref(), Some("expired" | "not-yet-valid"));
    if out_of_time {
        let clock = clock::judge(cx.net.world().unix_seconds(), &shown.greeting);
        clock::tell(cx, &host.name, clock, shown.evidence);
        // By a clock that is wrong nothing can be judged.
        if matches!(clock, Clock::Wrong(_)) {
            return;
        }
    }
    let id = match fact.distrust.as_deref() {
        None => "settings.certificate.ok",
        Some("expired") => "settings.certificate.expired",
        Some("not-yet-valid") => "settings.certificate.not-yet-valid",
        Some("name") => "settings.certificate.name",
        Some("self-signed") => "settings.certificate.self-signed",
        Some("unknown-issuer") if lacks_intermediate(&fact.chain) => "settings.certificate.chain-incomplete",
        Some("unknown-issuer") => "settings.certificate.unknown-issuer",
        Some("no-trust-store") => "settings.certificate.unknown",
        Some(_) if own.is_some_and(is_weak) => "settings.certificate.weak-key",
        Some(_) => "settings.certificate.bad",
    };
    cx.found(about(id, host, fact, evidence));
    if fact.distrust.is_none() && own.is_some_and(|c| ends_soon(c, cx.net.world().unix_seconds())) {
        cx.found(about("settings.certificate.ends-soon", host, fact, evidence));
    }
    if fact.distrust.as_deref() == Some("name") {
        without_sni(cx, host, shown, to).await;
    }
}

/// Asks once more without saying for whom (RFC 6066 §3): a server that then shows the right certificate has a fault in how it chooses.
async fn without_sni(cx: &Context, host: &Host, shown: &Attempt, to: SocketAddr) {
    if host.name == to.ip().to_string() {
        return;
    }
    let implicit = if shown.security == Security::Tls { Security::Tls } else { Security::None };
    let open = Open {
        server: to.ip().to_string(),
        address: to,
        security: implicit,
        source: cx.case.source,
        role: Role::Control,
        strict: false,
    };
    let Ok((mut dialogue, greeting)) = Dialogue::open(&cx.net, &cx.rec, open).await else { return };
    let begun = implicit == Security::Tls
        || greeting.is_positive()
            && dialogue.ehlo(&cx.helo()).await.is_ok_and(|heard| heard.is_positive())
            && dialogue.capabilities().has("STARTTLS")
            && dialogue.starttls().await.is_ok();
    let seen = dialogue.tls().cloned().filter(|_| begun);
    dialogue.quit().await;
    let Some((fact, evidence)) = seen else { return };
    let Some(other) = fact.chain.first() else { return };
    let named = shown.tls.as_ref().and_then(|(fact, _)| fact.chain.first());
    if named.is_some_and(|named| named != other) {
        let id = if other.is_for(&host.name) { "settings.certificate.sni" } else { "settings.certificate.other" };
        let names = named.map_or_else(String::new, names_of);
        let finding = Finding::new(id).arg("server", &host.name).arg("names", names).arg("other", names_of(other));
        cx.found(finding.shown_by(evidence));
    }
}

/// The chain ends at a certificate that says where its issuer's own is, and that one was not served.
fn lacks_intermediate(chain: &[CertificateFact]) -> bool {
    chain.last().is_some_and(|last| !last.is_self_issued() && last.issuer_at.is_some())
}

/// Late in its life, too: there are certificates that live for six days.
fn ends_soon(certificate: &CertificateFact, now: i64) -> bool {
    let (left, life) = (certificate.not_after - now, certificate.not_after - certificate.not_before);
    left < SOON && left < life / 4
}

fn is_weak(certificate: &CertificateFact) -> bool {
    let bits = certificate.key.strip_prefix("RSA ").and_then(|bits| bits.parse::<u32>().ok());
    bits.is_some_and(|bits| bits < RSA_LEAST) || certificate.key == "DSA"
}

fn about(id: &str, host: &Host, fact: &TlsFact, evidence: EvidenceId) -> Finding {
    let version = fact.version.as_deref().unwrap_or("TLS").replace("TLSv", "TLS ");
    let mut finding = Finding::new(id)
        .arg("server", &host.name)
        .arg("version", version)
        .arg("cipher", fact.cipher.clone().unwrap_or_else(|| "no cipher".to_owned()))
        .arg("why", fact.distrust.clone().unwrap_or_default())
        .arg("count", fact.chain.len())
        .shown_by(evidence);
    if let Some(own) = fact.chain.first() {
        let last = fact.chain.last().unwrap_or(own);
        finding = finding
            .arg("names", names_of(own))
            .arg("key", if own.key.is_empty() { "of an odd kind" } else { &own.key })
            .arg("issuer", said(&own.issuer))
            .arg("missing", said(&last.issuer))
            .arg("instead", said(&last.issuer))
            .arg("until", date(own.not_after))
            .arg("since", date(own.not_before));
    }
    finding
}

/// The names in a certificate; some have many.
fn names_of(certificate: &CertificateFact) -> String {
    const MOST: usize = 6;
    let names = &certificate.names;
    match names.len() {
        0 => "no name at all".to_owned(),
        n if n > MOST => format!("{} and {} more", names[..MOST].join(", "), n - MOST),
        _ => names.join(", "),
    }
}

fn said(name: &str) -> &str {
    if name.is_empty() { "nobody named" } else { name }
}

/// A day, as certificates are spoken of.
pub(super) fn date(unix: i64) -> String {
    jiff::Timestamp::from_second(unix).map_or_else(|_| "an odd date".to_owned(), |t| t.strftime("%Y-%m-%d").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(subject: &str, issuer: &str, key: &str, issuer_at: Option<&str>) -> CertificateFact {
        CertificateFact {
            subject: subject.to_owned(),
            issuer: issuer.to_owned(),
            names: vec!["mail.example.org".to_owned(), "*.example.net".to_owned()],
            not_before: 0,
            not_after: 0,
            key: key.to_owned(),
            issuer_at: issuer_at.map(str::to_owned),
            sha256: String::new(),
            key_sha256: String::new(),
            sha512: String::new(),
            key_sha512: String::new(),
        }
    }

    #[test]
    fn an_intermediate_is_missing_only_where_the_chain_says_where_to_go_on() {
        let at = Some("http://ca.example.org/one.cer");
        let leaf = || certificate("CN=mail", "CN=One", "EC P-256", at);
        let root = certificate("CN=Root", "CN=Root", "RSA 4096", None);
        assert!(lacks_intermediate(&[leaf()]));
        assert!(!lacks_intermediate(&[leaf(), root]));
        assert!(!lacks_intermediate(&[certificate("CN=mail", "CN=Own", "EC P-256", None)]));
        assert!(!lacks_intermediate(&[]));
    }

    #[test]
    fn a_certificate_ends_soon_by_days_and_by_its_own_life() {
        const DAY: i64 = 24 * 60 * 60;
        let life = |days: i64| CertificateFact { not_after: days * DAY, ..certificate("", "", "", None) };
        assert!(ends_soon(&life(90), 80 * DAY) && !ends_soon(&life(90), 70 * DAY));
        assert!(ends_soon(&life(6), 5 * DAY) && !ends_soon(&life(6), 3 * DAY));
    }

    #[test]
    fn small_keys_are_weak() {
        let weak = |key| is_weak(&certificate("", "", key, None));
        assert!(weak("RSA 1024") && weak("DSA"));
        assert!(!weak("RSA 2048") && !weak("EC P-256") && !weak(""));
    }

    #[test]
    fn a_wildcard_stands_for_one_label() {
        let own = certificate("", "", "", None);
        for (name, is_for) in [
            ("mail.example.org", true),
            ("MAIL.example.org.", true),
            ("smtp.example.net", true),
            ("a.smtp.example.net", false),
            ("example.net", false),
            ("example.org", false),
        ] {
            assert_eq!(own.is_for(name), is_for, "{name}");
        }
    }
}
