//! Postfix: `main.cf` (postconf(5)) and `sasl_passwd`.

use std::collections::HashMap;

use super::{FileSettings, SettingsFile, host_port, is_on};
use crate::transcript::{Secret, Security};

pub(super) fn read(text: &str) -> Option<FileSettings> {
    let values = values(text);
    let get = |name: &str| values.get(name).map(|value| expanded(value, &values)).filter(|value| !value.is_empty());
    let (host, port) = host_port(&get("relayhost")?)?;
    let wrapped = get("smtp_tls_wrappermode").is_some_and(|v| is_on(&v));
    let level = get("smtp_tls_security_level").unwrap_or_default();
    let security = match level.as_str() {
        _ if wrapped => Some(Security::Tls),
        "none" => Some(Security::None),
        "encrypt" | "dane-only" | "verify" | "secure" | "fingerprint" => Some(Security::Starttls),
        _ => None,
    };
    let helo = get("smtp_helo_name").or_else(|| get("myhostname"));
    Some(FileSettings {
        kind: Some(SettingsFile::Postfix),
        host: Some(host),
        port,
        security,
        helo,
        ..FileSettings::default()
    })
}

/// Lines of `NAME = VALUE`; one that begins with a space goes on with the one before.
fn values(text: &str) -> HashMap<String, String> {
    let mut values: HashMap<String, String> = HashMap::new();
    let mut last = String::new();
    for line in text.lines() {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            if let Some(value) = values.get_mut(&last).filter(|v| v.len() < 4096) {
                value.push(' ');
                value.push_str(bare);
            }
            continue;
        }
        let Some((name, value)) = bare.split_once('=') else { continue };
        name.trim().clone_into(&mut last);
        values.insert(last.clone(), value.trim().to_owned());
    }
    values
}

/// `$name`, `${name}` and `$(name)` replaced, a few deep.
fn expanded(value: &str, values: &HashMap<String, String>) -> String {
    let mut value = value.to_owned();
    for _ in 0..4 {
        let Some((before, after)) = value.split_once('$') else { break };
        let bracket = after.starts_with(['{', '(']);
        let name: String =
            after[usize::from(bracket)..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let rest = &after[usize::from(bracket) + name.len()..];
        let rest = if bracket { rest.trim_start_matches(['}', ')']) } else { rest };
        let known = values.get(&name).map_or("", String::as_str);
        value = format!("{before}{known}{rest}");
        if value.len() > 4096 {
            return String::new();
        }
    }
    value
}

/// `[host]:port user:password`, one line a server; the first counts.
pub(super) fn sasl_passwd(text: &str) -> Option<FileSettings> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let line = lines.next()?;
    let (place, login) = line.split_once(char::is_whitespace)?;
    let (host, port) = host_port(place)?;
    let (user, secret) = login.trim().split_once(':')?;
    (host.contains('.') && !user.contains(char::is_whitespace)).then(|| FileSettings {
        kind: Some(SettingsFile::SaslPasswd),
        host: Some(host),
        port,
        user: Some(user.to_owned()),
        secret: Some(Secret::new(secret.to_owned())),
        ..FileSettings::default()
    })
}
