//! Where providers take outgoing mail, and what they want for a login: `assets/providers.toml`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use crate::transcript::Security;

/// A provider, as far as sending goes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Short id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Domains of its addresses.
    #[serde(default)]
    pub domains: Vec<String>,
    /// A domain whose MX ends in one of these is served by it.
    #[serde(default)]
    pub mx: Vec<String>,
    /// Where programs hand mail in; empty where none can.
    #[serde(default)]
    pub host: String,
    /// Other names of that host; a `*` stands for one label.
    #[serde(default)]
    pub also: Vec<String>,
    /// Ports with their security, the one to use first.
    #[serde(default)]
    pub ways: Vec<Way>,
    /// The form of the login name.
    #[serde(default)]
    pub login: Login,
    /// The login name itself, where it is the same for all.
    #[serde(default)]
    pub login_is: Option<String>,
    /// What is taken as a password, the usual one first.
    #[serde(default)]
    pub secrets: Vec<SecretKind>,
    /// Since when the account's own password is not taken any more: `2025-05`.
    #[serde(default)]
    pub since: Option<String>,
    /// Where such a secret is made.
    #[serde(default, rename = "where")]
    pub made_at: Option<String>,
    /// What has to be allowed first, and where.
    #[serde(default)]
    pub switch_on: Option<String>,
    /// What else is worth knowing.
    #[serde(default)]
    pub note: Option<String>,
    /// Why no program can send there.
    #[serde(default)]
    pub closed: Option<String>,
    /// Where this knowledge comes from.
    pub source: String,
    /// The month in which the source was read: `2026-11`.
    pub as_of: String,
}

/// A port and how it is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// The port.
    pub port: u16,
    /// `Starttls` or `Tls`.
    pub security: Security,
}

/// The form of a login name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Login {
    /// The whole address.
    #[default]
    Address,
    /// The part before the `@`.
    Local,
    /// Either of them.
    Either,
    /// A name that the provider gave.
    Given,
}

/// What is taken as a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretKind {
    /// The account's own password.
    Password,
    /// One made for one program.
    AppPassword,
    /// A token that a program gets when its user signs in on the provider's page.
    Oauth,
    /// A key made for sending.
    Key,
}

/// The providers that are known.
#[derive(Clone, Debug, Default)]
pub struct Providers(Vec<Provider>);

impl Providers {
    /// Reads them.
    ///
    /// # Errors
    /// One line: what is wrong, and at which provider.
    pub(super) fn load(text: Option<&str>) -> Result<Self, String> {
        #[derive(Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            #[serde(default)]
            provider: Vec<Provider>,
        }
        let file: File = super::parse("providers.toml", text)?;
        for provider in &file.provider {
            provider.sound().map_err(|why| format!("providers.toml: {}: {why}", provider.id))?;
        }
        Ok(Self(file.provider))
    }

    /// All of them, as they stand in the file.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.0.iter()
    }

    /// The one that has a submission host of that name.
    #[must_use]
    pub fn by_host(&self, host: &str) -> Option<&Provider> {
        let host = host.trim_end_matches('.');
        self.iter().find(|p| p.is_host(host))
    }

    /// The one whose addresses end in that domain.
    #[must_use]
    pub fn by_domain(&self, domain: &str) -> Option<&Provider> {
        self.iter().find(|p| p.domains.iter().any(|d| d.eq_ignore_ascii_case(domain)))
    }

    /// The one that takes mail in under one of these names; the closest name counts.
    #[must_use]
    pub fn by_mx(&self, hosts: &[&str]) -> Option<&Provider> {
        let closest = |p: &Provider| {
            let ends = |suffix: &&String| hosts.iter().any(|host| is_below(host, suffix));
            p.mx.iter().filter(ends).map(String::len).max()
        };
        self.iter().filter_map(|p| Some((closest(p)?, p))).max_by_key(|(length, _)| *length).map(|(_, p)| p)
    }

    /// The one that somebody may mean: by id, name, domain or host.
    #[must_use]
    pub fn by_any(&self, word: &str) -> Option<&Provider> {
        let word = word.trim();
        let named = |p: &&Provider| p.id.eq_ignore_ascii_case(word) || p.name.eq_ignore_ascii_case(word);
        let domain = word.rsplit_once('@').map_or(word, |(_, domain)| domain);
        self.iter().find(named).or_else(|| self.by_domain(domain)).or_else(|| self.by_host(word))
    }
}

impl Provider {
    /// Whether that is one of its submission hosts.
    #[must_use]
    pub fn is_host(&self, host: &str) -> bool {
        !self.host.is_empty()
            && (self.host.eq_ignore_ascii_case(host) || self.also.iter().any(|also| is_like(host, also)))
    }

    /// Whether the account's own password is not taken from programs.
    #[must_use]
    pub fn wants_more_than_a_password(&self) -> bool {
        !self.secrets.is_empty() && !self.secrets.contains(&SecretKind::Password)
    }

    /// Its ways in words: `465 with TLS or 587 with STARTTLS`.
    #[must_use]
    pub fn ways_spoken(&self) -> String {
        let ways: Vec<_> = self.ways.iter().map(|w| format!("{} with {}", w.port, spoken(w.security))).collect();
        ways.join(" or ")
    }

    fn sound(&self) -> Result<(), String> {
        let month = |text: &str| {
            let digits = |t: &str, n: usize| t.len() == n && t.bytes().all(|b| b.is_ascii_digit());
            text.split_once('-').is_some_and(|(year, month)| digits(year, 4) && digits(month, 2))
        };
        if !self.source.split("; ").all(|s| s.starts_with("https://")) {
            return Err("its source is no https address".to_owned());
        }
        if !month(&self.as_of) || !self.since.as_deref().is_none_or(month) {
            return Err("as_of and since are months, like 2026-11".to_owned());
        }
        match (self.host.is_empty(), self.closed.is_some()) {
            (true, false) => return Err("it needs a host, or closed with the reason why it has none".to_owned()),
            (false, true) => return Err("closed is for those that have no host".to_owned()),
            (false, false) if self.ways.is_empty() => return Err("it needs a way: 465 tls".to_owned()),
            (false, false) if self.secrets.is_empty() => return Err("it needs secrets: password".to_owned()),
            _ => {}
        }
        Ok(())
    }
}

/// A security as people say it.
pub(crate) fn spoken(security: Security) -> &'static str {
    match security {
        Security::Auto => "whatever is offered",
        Security::None => "no encryption",
        Security::Starttls => "STARTTLS",
        Security::Tls => "TLS",
    }
}

/// Whether a name is that one or stands below it.
fn is_below(host: &str, suffix: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host.strip_suffix(&suffix.to_ascii_lowercase()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether a name is like a pattern, in which `*` stands for one label.
fn is_like(host: &str, pattern: &str) -> bool {
    let (mut labels, mut wanted) = (host.split('.'), pattern.split('.'));
    loop {
        match (labels.next(), wanted.next()) {
            (None, None) => return true,
            (Some(label), Some(want)) if want == "*" || label.eq_ignore_ascii_case(want) => {}
            _ => return false,
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.port, self.security)
    }
}

impl FromStr for Way {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no way; write one like 465 tls");
        let (port, security) = text.split_once(' ').ok_or_else(wrong)?;
        let port = port.parse().ok().filter(|port| *port > 0).ok_or_else(wrong)?;
        match security.parse() {
            Ok(security @ (Security::Tls | Security::Starttls)) => Ok(Self { port, security }),
            _ => Err(wrong()),
        }
    }
}

impl<'de> Deserialize<'de> for Way {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn known() -> Providers {
        Providers::load(Some(include_str!("../../../assets/providers.toml"))).expect("they are sound")
    }

    #[test]
    fn there_are_enough_and_each_is_there_once() {
        let known = known();
        let ids: BTreeSet<&str> = known.iter().map(|p| p.id.as_str()).collect();
        assert!(ids.len() >= 45 && ids.len() == known.iter().count(), "{}", ids.len());
        let domains: Vec<&String> = known.iter().flat_map(|p| &p.domains).collect();
        assert_eq!(domains.iter().collect::<BTreeSet<_>>().len(), domains.len(), "a domain is one provider's");
    }

    #[test]
    fn a_provider_is_known_by_host_domain_and_mx() {
        let known = known();
        let id = |found: Option<&Provider>| found.map(|p| p.id.clone()).unwrap_or_default();
        assert_eq!(id(known.by_host("SMTP.gmail.com.")), "gmail");
        assert_eq!(id(known.by_host("email-smtp.eu-west-1.amazonaws.com")), "ses");
        assert_eq!(id(known.by_host("email-smtp.a.b.amazonaws.com")), "");
        assert_eq!(id(known.by_domain("GMX.de")), "gmx");
        assert_eq!(id(known.by_mx(&["aspmx.l.google.com"])), "gmail");
        assert_eq!(id(known.by_mx(&["example-org.mail.protection.outlook.com"])), "microsoft365");
        assert_eq!(id(known.by_mx(&["outlook-com.olc.protection.outlook.com"])), "outlook");
        assert_eq!(id(known.by_mx(&["mx.notgoogle.com", "mx1.example.org"])), "");
        assert_eq!(id(known.by_any("alice@icloud.com")), "icloud");
    }

    #[test]
    fn what_is_wrong_with_an_own_file_is_said_with_the_provider() {
        let entry = |change: &str, to: &str| {
            let good = "[[provider]]\nid = \"x\"\nname = \"X\"\nhost = \"smtp.example.org\"\nways = [\"465 tls\"]\n\
                        secrets = [\"password\"]\nsource = \"https://example.org/\"\nas_of = \"2026-11\"\n";
            assert!(Providers::load(Some(good)).is_ok());
            Providers::load(Some(&good.replace(change, to))).expect_err(change)
        };
        assert!(entry("https://example.org/", "a friend").contains("providers.toml: x: its source"));
        assert!(entry("2026-11\"", "lately\"").contains("months"));
        assert!(entry("host = \"smtp.example.org\"\n", "").contains("needs a host"));
        assert!(entry("465 tls", "70000 tls").contains("465 tls"));
        assert!(entry("465 tls", "465 none").contains("465 tls"));
    }
}
