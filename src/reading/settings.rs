//! Settings for sending out of a user's own files: pure text in, values out. What is a password goes into a [`Secret`] and nowhere else.

mod dotenv;
mod exim;
mod msmtp;
mod postfix;
mod prefs;
mod url;

use std::fmt;

use crate::transcript::{Case, Secret, Security, Target};

/// The sort of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsFile {
    /// Postfix: `main.cf`, or what `postconf -n` prints.
    Postfix,
    /// Postfix: `sasl_passwd`.
    SaslPasswd,
    /// Exim: its configuration, or Debian's `update-exim4.conf.conf`.
    Exim,
    /// msmtp: `msmtprc`.
    Msmtp,
    /// sSMTP: `ssmtp.conf`.
    Ssmtp,
    /// Thunderbird: `prefs.js`.
    Thunderbird,
    /// The variables of a web application: `.env`.
    Environment,
    /// An address like `smtps://user@host:465`.
    Url,
}

impl fmt::Display for SettingsFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Postfix => "Postfix's main.cf",
            Self::SaslPasswd => "Postfix's sasl_passwd",
            Self::Exim => "a configuration of Exim",
            Self::Msmtp => "a configuration of msmtp",
            Self::Ssmtp => "a configuration of sSMTP",
            Self::Thunderbird => "Thunderbird's prefs.js",
            Self::Environment => "the variables of an application",
            Self::Url => "an address of a mail server",
        })
    }
}

/// What a file says of sending. It cannot be printed: a password may be in it.
#[derive(Default)]
pub struct FileSettings {
    /// What it is.
    pub kind: Option<SettingsFile>,
    /// The outgoing server.
    pub host: Option<String>,
    /// Its port.
    pub port: Option<u16>,
    /// How the connection is protected, where that is said.
    pub security: Option<Security>,
    /// The login name.
    pub user: Option<String>,
    /// The sender.
    pub from: Option<String>,
    /// The HELO name.
    pub helo: Option<String>,
    /// The password.
    pub secret: Option<Secret>,
}

impl FileSettings {
    /// The most that is read of such a file, in octets.
    pub const MOST: u64 = 1024 * 1024;

    /// Reads a text; none where it is no such file, or names no server.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}');
        let one_line = text.trim();
        if !one_line.contains(char::is_whitespace)
            && let Some(found) = url::read(one_line)
        {
            return Some(found.sound());
        }
        let readers =
            [prefs::read, postfix::read, exim::read, msmtp::ssmtp, msmtp::read, dotenv::read, postfix::sasl_passwd];
        readers.iter().find_map(|read| read(text)).map(Self::sound)
    }

    /// Puts what it says into the case; what it does not say stays. The password is not in a case.
    pub fn put_into(&self, case: &mut Case) {
        if let Some(host) = &self.host {
            case.server = Some(Target { host: host.clone(), port: self.port });
            case.security = self.security.unwrap_or_default();
        }
        let over = |field: &mut Option<String>, value: &Option<String>| {
            if value.is_some() {
                field.clone_from(value);
            }
        };
        over(&mut case.user, &self.user);
        over(&mut case.from, &self.from);
        over(&mut case.helo, &self.helo);
    }

    /// Without values that cannot be what they should be.
    fn sound(mut self) -> Self {
        let clean = |value: &mut Option<String>| {
            if value.as_deref().is_some_and(|v| v.is_empty() || v.len() > 320 || v.contains(char::is_control)) {
                *value = None;
            }
        };
        clean(&mut self.user);
        clean(&mut self.from);
        clean(&mut self.helo);
        self.helo = self.helo.filter(|h| !h.contains(char::is_whitespace));
        self.from = self.from.filter(|f| f.contains('@') && !f.contains(char::is_whitespace));
        self
    }
}

/// A host with its port as configuration files write it: `host`, `host:port`, `host::port`, `[host]:port`, `[2001:db8::1]:port`; a port may
/// have a name.
fn host_port(text: &str) -> Option<(String, Option<u16>)> {
    let text = text.trim();
    let (host, rest) = if let Some(inner) = text.strip_prefix('[') {
        inner.split_once(']')?
    } else if let Some((host, port)) = text.split_once("::").filter(|(h, _)| !h.contains(':')) {
        (host, port)
    } else if text.matches(':').count() > 1 {
        (text, "")
    } else {
        text.split_once(':').unwrap_or((text, ""))
    };
    let port = rest.trim_start_matches(':').trim();
    let port = if port.is_empty() { None } else { Some(port_number(port)?) };
    let is_host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    (!host.is_empty() && host.len() <= 253 && host.chars().all(is_host)).then(|| (host.to_owned(), port))
}

/// A port by its number, or its name (RFC 8314 §7.3).
fn port_number(text: &str) -> Option<u16> {
    match text {
        "smtp" => Some(25),
        "submission" => Some(587),
        "submissions" | "smtps" | "ssmtp" => Some(465),
        number => number.parse().ok().filter(|port| *port > 0),
    }
}

/// Whether a word of a configuration means yes.
fn is_on(word: &str) -> bool {
    ["on", "yes", "true", "1", "y"].iter().any(|yes| word.eq_ignore_ascii_case(yes))
}

#[cfg(test)]
mod tests;
