//! Facts that date, read from `assets/`: each with a source and the day it was true.

mod addresses;
mod lists;
mod providers;
mod registries;
mod words;

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, LazyLock, OnceLock};

use serde::Deserialize;

pub use addresses::Addresses;
pub use lists::{Blocklist, NotAsked, Reputation, Unasked};
pub(crate) use providers::spoken;
pub use providers::{Login, Provider, Providers, SecretKind, Way};
pub use registries::Registries;
pub use words::Words;

/// What checks know besides what they see: a [`Known`] that may be read when it is first asked.
pub struct Knowledge(LazyLock<Known, Box<dyn FnOnce() -> Known + Send>>);

impl Knowledge {
    /// Reads it from the texts of the files by name under `assets/`: TOML, or the same as JSON.
    ///
    /// # Errors
    /// One line naming the file, the line and what is wrong.
    pub fn load<'a>(file: impl Fn(&str) -> Option<&'a str>) -> Result<Self, String> {
        let known = Known::load(file)?;
        Ok(Self::later(move || known))
    }

    /// Has it read when it is first asked: a start has no time for it.
    pub fn later(read: impl FnOnce() -> Known + Send + 'static) -> Self {
        Self(LazyLock::new(Box::new(read)))
    }
}

impl Default for Knowledge {
    /// Nothing is known.
    fn default() -> Self {
        Self::later(Known::default)
    }
}

impl Deref for Knowledge {
    type Target = Known;

    fn deref(&self) -> &Known {
        &self.0
    }
}

impl fmt::Debug for Knowledge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Knowledge").field(&LazyLock::get(&self.0)).finish()
    }
}

/// The files of facts, read.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// `assets/blocklists.toml`.
    pub blocklists: Vec<Blocklist>,
    /// `assets/blocklists.toml`: lists that are never asked, but named in refusals.
    pub unasked: Vec<Unasked>,
    /// `assets/reputations.toml`: receivers that keep a record of their own.
    pub reputations: Vec<Reputation>,
    /// `assets/domains.toml`: well-known mail domains, for typos.
    pub domains: Vec<String>,
    /// `assets/domains.toml`: endings that slips are held against.
    pub endings: Vec<String>,
    /// Domains that the user's own saved sessions wrote to without a fault; filled once they are read.
    pub own_domains: Arc<OnceLock<Vec<String>>>,
    /// `assets/addresses.toml`: names of roles, disposable domains, letters that imitate others.
    pub addresses: Addresses,
    /// `assets/controls.toml`: domains whose MX are tried on port 25 to compare with.
    pub controls: Vec<String>,
    /// `assets/controls.toml`: submission hosts that are tried on 587 and 465 to compare with.
    pub submission: Vec<String>,
    /// `assets/controls.toml`: names in the issuer of certificates that a product on the way makes.
    pub interceptors: Vec<String>,
    /// `assets/controls.toml`: hosters that close port 25, by what their machines say of themselves.
    pub clouds: Vec<Cloud>,
    /// `assets/controls.toml`: DKIM selectors that are common.
    pub selectors: Vec<String>,
    /// `assets/capabilities.toml`: what each EHLO keyword means; `*` is any other.
    pub capabilities: std::collections::BTreeMap<String, String>,
    /// `assets/busy.toml`: what a "not now" speaks of, by its words.
    pub busy: Vec<Reason>,
    /// `assets/software.toml`: mail server programs by what they say of themselves.
    pub software: Vec<Software>,
    /// `assets/providers.toml`: where providers take outgoing mail.
    pub providers: Providers,
    /// `assets/registries.toml`: where registration data is asked for.
    pub registries: Registries,
    /// `assets/syntax.toml`: what is wrong with an address, by the rule it breaks.
    pub syntax: std::collections::BTreeMap<String, String>,
    /// `assets/records.toml`: what is wrong with a record in the DNS, by the rule it breaks.
    pub records: std::collections::BTreeMap<String, String>,
}

/// What a "not now" speaks of.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// `limit`, `rate`, `shutdown` or `load`.
    pub id: String,
    /// Words that speak of it.
    pub text: Words,
}

/// A hoster that closes port 25.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cloud {
    /// Part of what a machine of theirs says of itself (vendor, product or BIOS).
    pub vendor: String,
    /// What people call it.
    pub name: String,
    /// What it does to port 25, in words that continue "there".
    pub rule: String,
    /// Where this knowledge comes from.
    pub source: String,
}

/// A mail server program.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Software {
    /// What people call it.
    pub name: String,
    /// What its greeting looks like, code included.
    pub greeting: Words,
    /// What its answer to EHLO looks like, where that tells.
    #[serde(default)]
    pub ehlo: Option<Words>,
    /// Where whoever runs it finds out more.
    pub look: String,
}

impl Known {
    /// Reads it from the texts of the files by name under `assets/`: TOML, or the same as JSON.
    ///
    /// # Errors
    /// One line naming the file, the line and what is wrong.
    pub fn load<'a>(file: impl Fn(&str) -> Option<&'a str>) -> Result<Self, String> {
        #[derive(Deserialize, Default)]
        #[serde(deny_unknown_fields)]
        struct Lists {
            #[serde(default)]
            blocklist: Vec<Blocklist>,
            #[serde(default)]
            unasked: Vec<Unasked>,
        }
        #[derive(Deserialize, Default)]
        #[serde(deny_unknown_fields)]
        struct Reputations {
            #[serde(default)]
            reputation: Vec<Reputation>,
        }
        #[derive(Deserialize, Default)]
        #[serde(deny_unknown_fields)]
        struct Domains {
            #[serde(default)]
            domains: Vec<String>,
            #[serde(default)]
            endings: Vec<String>,
            #[serde(default, rename = "source")]
            _source: String,
        }
        #[derive(Deserialize, Default)]
        #[serde(deny_unknown_fields, default)]
        struct Controls {
            mx_of: Vec<String>,
            submission: Vec<String>,
            interceptors: Vec<String>,
            cloud: Vec<Cloud>,
            selectors: Vec<String>,
            #[serde(rename = "source")]
            _source: String,
        }
        #[derive(Deserialize, Default)]
        #[serde(deny_unknown_fields, default)]
        struct Capabilities {
            capability: Vec<Capability>,
            #[serde(rename = "source")]
            _source: String,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Capability {
            keyword: String,
            means: String,
            #[serde(rename = "source")]
            _source: String,
        }
        #[derive(Deserialize, Default)]
        #[serde(deny_unknown_fields, default)]
        struct Syntax {
            rule: Vec<Rule>,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Rule {
            id: String,
            says: String,
            #[serde(rename = "source")]
            _source: String,
        }
        #[derive(Deserialize, Default)]
        #[serde(deny_unknown_fields, default)]
        struct Busy {
            reason: Vec<Reason>,
            #[serde(rename = "source")]
            _source: String,
        }
        #[derive(Deserialize, Default)]
        #[serde(deny_unknown_fields, default)]
        struct Servers {
            server: Vec<Software>,
            #[serde(rename = "source")]
            _source: String,
        }
        let busy: Busy = parse("busy.toml", file("busy.toml"))?;
        let servers: Servers = parse("software.toml", file("software.toml"))?;
        let syntax: Syntax = parse("syntax.toml", file("syntax.toml"))?;
        let records: Syntax = parse("records.toml", file("records.toml"))?;
        let capabilities: Capabilities = parse("capabilities.toml", file("capabilities.toml"))?;
        let lists: Lists = parse("blocklists.toml", file("blocklists.toml"))?;
        let reputations: Reputations = parse("reputations.toml", file("reputations.toml"))?;
        let domains: Domains = parse("domains.toml", file("domains.toml"))?;
        let controls: Controls = parse("controls.toml", file("controls.toml"))?;
        Ok(Self {
            blocklists: lists.blocklist,
            unasked: lists.unasked,
            reputations: reputations.reputation,
            domains: domains.domains,
            endings: domains.endings,
            own_domains: Arc::default(),
            addresses: parse("addresses.toml", file("addresses.toml"))?,
            controls: controls.mx_of,
            submission: controls.submission,
            interceptors: controls.interceptors,
            clouds: controls.cloud,
            selectors: controls.selectors,
            providers: Providers::load(file("providers.toml"))?,
            registries: parse("registries.toml", file("registries.toml"))?,
            capabilities: capabilities.capability.into_iter().map(|c| (c.keyword, c.means)).collect(),
            busy: busy.reason,
            software: servers.server,
            syntax: syntax.rule.into_iter().map(|r| (r.id, r.says)).collect(),
            records: records.rule.into_iter().map(|r| (r.id, r.says)).collect(),
        })
    }

    /// What a "not now" speaks of, by its words: the id of the reason in `assets/busy.toml`.
    #[must_use]
    pub fn busy_for(&self, text: &str) -> Option<&str> {
        self.busy.iter().find(|reason| reason.text.is_match(text)).map(|reason| reason.id.as_str())
    }

    /// The program that a greeting (with its code) or an answer to EHLO looks like.
    #[must_use]
    pub fn software(&self, greeting: &str, ehlo: &str) -> Option<&Software> {
        let says = |s: &&Software| s.ehlo.as_ref().is_some_and(|e| e.is_match(ehlo));
        self.software.iter().find(|s| s.greeting.is_match(greeting)).or_else(|| self.software.iter().find(says))
    }

    /// What an EHLO keyword means, in a few words.
    #[must_use]
    pub fn means(&self, keyword: &str) -> &str {
        let known = self.capabilities.get(&keyword.to_ascii_uppercase()).or_else(|| self.capabilities.get("*"));
        known.map_or("", String::as_str)
    }
}

fn parse<T: serde::de::DeserializeOwned + Default>(name: &str, text: Option<&str>) -> Result<T, String> {
    let Some(text) = text else { return Ok(T::default()) };
    if text.starts_with('{') {
        return serde_json::from_str(text).map_err(|e| format!("{name}: {e}"));
    }
    toml::from_str(text).map_err(|e| format!("{name}: {e}"))
}
