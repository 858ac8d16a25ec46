//! msmtp (`msmtprc`, by accounts) and sSMTP (`ssmtp.conf`).

use super::{FileSettings, SettingsFile, host_port, is_on, port_number};
use crate::transcript::{Secret, Security};

/// An account as far as it was read.
#[derive(Clone, Default)]
struct Account<'a> {
    name: &'a str,
    pairs: Vec<(&'a str, &'a str)>,
}

impl<'a> Account<'a> {
    fn get(&self, key: &str) -> Option<&'a str> {
        self.pairs.iter().rev().find(|(k, _)| *k == key).map(|(_, v)| *v).filter(|v| !v.is_empty())
    }
}

/// The default account, else the first.
pub(super) fn read(text: &str) -> Option<FileSettings> {
    let mut defaults = Account::default();
    let mut accounts: Vec<Account> = Vec::new();
    let mut default_of = None;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (key, value) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let value = value.trim().trim_matches('"');
        match (key, value.split_once(':')) {
            ("defaults", _) => accounts.clear(),
            ("account", Some((name, like))) => {
                let (name, like) = (name.trim(), like.trim());
                if name == "default" {
                    default_of = Some(like);
                }
                let pairs = accounts.iter().find(|a| a.name == like).map_or_else(Vec::new, |a| a.pairs.clone());
                accounts.push(Account { name, pairs });
            }
            ("account", None) => accounts.push(Account { name: value, pairs: defaults.pairs.clone() }),
            _ => match accounts.last_mut() {
                Some(account) => account.pairs.push((key, value)),
                None => defaults.pairs.push((key, value)),
            },
        }
        if accounts.len() > 100 {
            return None;
        }
    }
    let named = |name: &str| accounts.iter().find(|a| a.name == name && a.get("host").is_some());
    let account =
        named("default").or_else(|| named(default_of?)).or_else(|| accounts.iter().find(|a| a.get("host").is_some()));
    let account = account.unwrap_or(&defaults);
    let host = host_port(account.get("host")?)?.0;
    let tls = account.get("tls").is_some_and(is_on);
    let starttls = account.get("tls_starttls").is_none_or(is_on);
    let security = match (tls, starttls) {
        (false, _) => Security::None,
        (true, true) => Security::Starttls,
        (true, false) => Security::Tls,
    };
    let port = account.get("port").and_then(port_number).or(Some(if security == Security::Tls { 465 } else { 25 }));
    Some(FileSettings {
        kind: Some(SettingsFile::Msmtp),
        host: Some(host),
        port,
        security: Some(security),
        user: account.get("user").map(str::to_owned),
        from: account.get("from").map(str::to_owned),
        helo: account.get("domain").filter(|d| *d != "localhost").map(str::to_owned),
        secret: account.get("password").map(|p| Secret::new(p.to_owned())),
    })
}

/// `mailhub=host:port`, and what goes with it.
pub(super) fn ssmtp(text: &str) -> Option<FileSettings> {
    let lines = || text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let get = |name: &str| {
        let value = |line: &'_ str| {
            let (key, value) = line.split_once('=')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        };
        lines().filter_map(value).rfind(|v| !v.is_empty())
    };
    let (host, port) = host_port(&get("mailhub")?)?;
    let on = |name: &str| get(name).is_some_and(|v| is_on(&v));
    let security = match (on("UseSTARTTLS"), on("UseTLS")) {
        (true, _) => Security::Starttls,
        (false, true) => Security::Tls,
        (false, false) => Security::None,
    };
    Some(FileSettings {
        kind: Some(SettingsFile::Ssmtp),
        host: Some(host),
        port: port.or(Some(25)),
        security: Some(security),
        user: get("AuthUser"),
        from: None,
        helo: get("hostname"),
        secret: get("AuthPass").map(Secret::new),
    })
}
