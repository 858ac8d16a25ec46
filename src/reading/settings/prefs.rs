//! Thunderbird: `prefs.js`, lines of `user_pref("NAME", VALUE);`.

use std::collections::HashMap;

use super::{FileSettings, SettingsFile, host_port};
use crate::transcript::Security;

/// The most preferences that are looked at.
const MOST: usize = 20_000;

pub(super) fn read(text: &str) -> Option<FileSettings> {
    let prefs: HashMap<&str, String> = text.lines().take(MOST).filter_map(pref).collect();
    let servers = prefs.get("mail.smtpservers").cloned().unwrap_or_default();
    let default = prefs.get("mail.smtp.defaultserver").cloned();
    let id = default.or_else(|| servers.split(',').next().map(str::to_owned)).filter(|id| !id.is_empty());
    let id = id.or_else(|| {
        let name = prefs.keys().filter(|n| n.starts_with("mail.smtpserver.") && n.ends_with(".hostname")).min()?;
        name.split('.').nth(2).map(str::to_owned)
    })?;
    let get = |what: &str| prefs.get(format!("mail.smtpserver.{id}.{what}").as_str()).cloned();
    let host = host_port(&get("hostname")?)?.0;
    let security = match get("try_ssl").as_deref() {
        Some("0") => Some(Security::None),
        Some("2") => Some(Security::Starttls),
        Some("3") => Some(Security::Tls),
        _ => None,
    };
    // The identity that sends by this server, else the first.
    let mut identities: Vec<&str> =
        prefs.keys().filter_map(|n| n.strip_prefix("mail.identity.")?.strip_suffix(".useremail")).collect();
    identities.sort_unstable();
    let of = |identity: &str, what: &str| prefs.get(format!("mail.identity.{identity}.{what}").as_str()).cloned();
    let own = identities.iter().find(|i| of(i, "smtpServer").as_deref() == Some(id.as_str())).or(identities.first());
    Some(FileSettings {
        kind: Some(SettingsFile::Thunderbird),
        host: Some(host),
        port: get("port").and_then(|p| p.parse().ok()).filter(|p| *p > 0),
        security,
        user: get("username"),
        from: own.and_then(|i| of(i, "useremail")),
        ..FileSettings::default()
    })
}

fn pref(line: &str) -> Option<(&str, String)> {
    let inner = line.trim().strip_prefix("user_pref(\"")?.strip_suffix(");")?;
    let (name, value) = inner.split_once("\",")?;
    let value = value.trim();
    let text = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
    Some((name, text.map_or_else(|| value.to_owned(), |t| t.replace("\\\"", "\"").replace("\\\\", "\\"))))
}
