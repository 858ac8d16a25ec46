//! `smtps://user:password@host:465/?…`, as many programs take it.

use super::{FileSettings, SettingsFile, host_port};
use crate::transcript::{Secret, Security};

pub(super) fn read(text: &str) -> Option<FileSettings> {
    let (scheme, rest) = text.trim().split_once("://")?;
    let (security, port) = match scheme.to_ascii_lowercase().as_str() {
        "smtps" | "submissions" | "smtp+ssl" => (Some(Security::Tls), Some(465)),
        "smtp+tls" | "smtp+starttls" | "submission+starttls" => (Some(Security::Starttls), Some(587)),
        "submission" => (None, Some(587)),
        "smtp" => (None, None),
        _ => return None,
    };
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = rest.split(['/', '#']).next().unwrap_or_default();
    // A password may hold an @ that nobody encoded: the last one parts it from the host.
    let (login, place) = authority.rsplit_once('@').map_or((None, authority), |(login, place)| (Some(login), place));
    let (host, given) = host_port(place)?;
    let parameter = |name: &str| {
        let pair = |p: &str| {
            p.split_once('=').filter(|(k, _)| k.eq_ignore_ascii_case(name)).map(|(_, v)| v.to_ascii_lowercase())
        };
        query.split('&').find_map(pair)
    };
    let asked = match parameter("encryption").or_else(|| parameter("security")).as_deref() {
        Some("ssl") => Some(Security::Tls),
        Some("tls" | "starttls") => Some(if given == Some(465) { Security::Tls } else { Security::Starttls }),
        _ if parameter("ssl").is_some_and(|v| super::is_on(&v)) => Some(Security::Tls),
        _ if parameter("tls").is_some_and(|v| super::is_on(&v)) => Some(Security::Starttls),
        _ => None,
    };
    let (user, secret) = match login.map(|login| login.split_once(':').unwrap_or((login, ""))) {
        Some((user, secret)) => (Some(decoded(user)), Some(secret).filter(|s| !s.is_empty())),
        None => (None, None),
    };
    Some(FileSettings {
        kind: Some(SettingsFile::Url),
        host: Some(host),
        port: given.or(port),
        security: security.or(asked),
        user: user.filter(|u| !u.is_empty()),
        secret: secret.map(|s| Secret::new(decoded(s))),
        ..FileSettings::default()
    })
}

/// Percent-encoding taken off (RFC 3986 §2.1); what is none stays.
fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
        if byte == b'%'
            && let [high, low, tail @ ..] = after
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            out.push(high * 16 + low);
            rest = tail;
        } else {
            out.push(byte);
            rest = after;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
