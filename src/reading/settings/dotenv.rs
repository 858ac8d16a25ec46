//! The variables of a web application: Laravel, Django, Rails, Symfony, Nodemailer and those that are like them.

use std::collections::HashMap;

use super::{FileSettings, SettingsFile, host_port, is_on, port_number, url};
use crate::transcript::{Secret, Security};

const URLS: [&str; 7] = ["EMAIL_URL", "MAILER_DSN", "MAILER_URL", "SMTP_URL", "MAIL_URL", "EMAIL_SERVER", "SMTP_DSN"];
const HOSTS: [&str; 9] = [
    "MAIL_HOST",
    "SMTP_HOST",
    "EMAIL_HOST",
    "SMTP_SERVER",
    "MAIL_SERVER",
    "SMTP_ADDRESS",
    "MAILER_HOST",
    "SMTP_HOSTNAME",
    "EMAIL_SMTP_HOST",
];
const PORTS: [&str; 6] = ["MAIL_PORT", "SMTP_PORT", "EMAIL_PORT", "SMTP_SERVER_PORT", "MAILER_PORT", "EMAIL_SMTP_PORT"];
const USERS: [&str; 9] = [
    "MAIL_USERNAME",
    "SMTP_USERNAME",
    "SMTP_USER",
    "EMAIL_HOST_USER",
    "SMTP_USER_NAME",
    "MAIL_USER",
    "SMTP_LOGIN",
    "EMAIL_USERNAME",
    "SMTP_AUTH_USER",
];
const SECRETS: [&str; 7] = [
    "MAIL_PASSWORD",
    "SMTP_PASSWORD",
    "SMTP_PASS",
    "EMAIL_HOST_PASSWORD",
    "MAIL_PASS",
    "EMAIL_PASSWORD",
    "SMTP_AUTH_PASSWORD",
];
const SENDERS: [&str; 8] = [
    "MAIL_FROM_ADDRESS",
    "DEFAULT_FROM_EMAIL",
    "SMTP_FROM",
    "EMAIL_FROM",
    "MAIL_FROM",
    "SMTP_FROM_ADDRESS",
    "SMTP_FROM_EMAIL",
    "FROM_EMAIL",
];

pub(super) fn read(text: &str) -> Option<FileSettings> {
    let values: HashMap<String, String> = text.lines().filter_map(pair).collect();
    let first = |names: &[&str]| names.iter().find_map(|n| values.get(*n)).filter(|v| !v.is_empty()).cloned();
    let from = first(&SENDERS).map(|from| bare(&from).to_owned());
    let by_url = URLS.iter().filter_map(|name| values.get(*name)).find_map(|value| url::read(value));
    if let Some(found) = by_url {
        let from = found.from.clone().or(from);
        return Some(FileSettings { kind: Some(SettingsFile::Environment), from, ..found });
    }
    let (host, in_host) = host_port(&first(&HOSTS)?)?;
    let port = in_host.or_else(|| first(&PORTS).and_then(|p| port_number(&p)));
    Some(FileSettings {
        kind: Some(SettingsFile::Environment),
        host: Some(host),
        port,
        security: security(&values, port),
        user: first(&USERS),
        from,
        helo: first(&["MAIL_EHLO_DOMAIN", "SMTP_DOMAIN"]),
        secret: first(&SECRETS).map(Secret::new),
    })
}

/// Each framework has its own word for it, and `tls` means either.
fn security(values: &HashMap<String, String>, port: Option<u16>) -> Option<Security> {
    let get = |name: &str| values.get(name).map(|v| v.to_ascii_lowercase()).filter(|v| !v.is_empty());
    let implicit = || Some(if port == Some(465) { Security::Tls } else { Security::Starttls });
    if let Some(word) =
        ["MAIL_ENCRYPTION", "SMTP_ENCRYPTION", "MAIL_SCHEME", "SMTP_SECURITY"].iter().find_map(|n| get(n))
    {
        return match word.as_str() {
            "ssl" | "smtps" | "ssl/tls" | "force_tls" => Some(Security::Tls),
            "tls" => implicit(),
            "starttls" => Some(Security::Starttls),
            "null" | "none" | "off" | "false" => Some(Security::None),
            _ => None,
        };
    }
    let on = |name: &str| get(name).map(|v| is_on(&v));
    match (on("EMAIL_USE_SSL").or_else(|| on("SMTP_SSL")).or_else(|| on("SMTP_SECURE")), on("EMAIL_USE_TLS")) {
        (Some(true), _) => return Some(Security::Tls),
        (_, Some(true)) => return Some(Security::Starttls),
        _ => {}
    }
    match (on("SMTP_STARTTLS").or_else(|| on("SMTP_ENABLE_STARTTLS_AUTO")), on("SMTP_TLS")) {
        (Some(true), _) => Some(Security::Starttls),
        (_, Some(true)) => implicit(),
        _ => None,
    }
}

/// `export NAME="value"   # remark`.
fn pair(line: &str) -> Option<(String, String)> {
    let line = line.trim();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=').or_else(|| line.split_once(": "))?;
    let name = name.trim();
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') {
        return None;
    }
    let value = value.trim();
    let quoted = |q: char| value.strip_prefix(q).and_then(|v| v.split_once(q)).map(|(inner, _)| inner);
    let plain = || value.split(" #").next().unwrap_or_default().trim();
    Some((name.to_owned(), quoted('"').or_else(|| quoted('\'')).unwrap_or_else(plain).to_owned()))
}

/// The address in `Name <address>`.
fn bare(from: &str) -> &str {
    from.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or(from, |(inner, _)| inner).trim()
}
