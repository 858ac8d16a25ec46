//! Facts that date, read from `assets/`: each with a source and the day it was true.

mod lists;

use serde::Deserialize;

pub use lists::{Blocklist, NotAsked, Reputation, Unasked};

/// What checks know besides what they see.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// `assets/blocklists.toml`.
    pub blocklists: Vec<Blocklist>,
    /// `assets/blocklists.toml`: lists that are never asked, but named in refusals.
    pub unasked: Vec<Unasked>,
    /// `assets/reputations.toml`: receivers that keep a record of their own.
    pub reputations: Vec<Reputation>,
    /// `assets/domains.toml`: well-known mail domains, for typos.
    pub domains: Vec<String>,
    /// `assets/controls.toml`: domains whose MX are tried on port 25 to compare with.
    pub controls: Vec<String>,
    /// `assets/controls.toml`: submission hosts that are tried on 587 and 465 to compare with.
    pub submission: Vec<String>,
    /// `assets/controls.toml`: names in the issuer of certificates that a product on the way makes.
    pub interceptors: Vec<String>,
    /// `assets/controls.toml`: DKIM selectors that are common.
    pub selectors: Vec<String>,
    /// `assets/capabilities.toml`: what each EHLO keyword means; `*` is any other.
    pub capabilities: std::collections::BTreeMap<String, String>,
    /// `assets/syntax.toml`: what is wrong with an address, by the rule it breaks.
    pub syntax: std::collections::BTreeMap<String, String>,
    /// `assets/records.toml`: what is wrong with a record in the DNS, by the rule it breaks.
    pub records: std::collections::BTreeMap<String, String>,
}

impl Knowledge {
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
            #[serde(default, rename = "source")]
            _source: String,
        }
        #[derive(Deserialize, Default)]
        #[serde(deny_unknown_fields, default)]
        struct Controls {
            mx_of: Vec<String>,
            submission: Vec<String>,
            interceptors: Vec<String>,
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
            controls: controls.mx_of,
            submission: controls.submission,
            interceptors: controls.interceptors,
            selectors: controls.selectors,
            capabilities: capabilities.capability.into_iter().map(|c| (c.keyword, c.means)).collect(),
            syntax: syntax.rule.into_iter().map(|r| (r.id, r.says)).collect(),
            records: records.rule.into_iter().map(|r| (r.id, r.says)).collect(),
        })
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
