//! Where registration data of domains is asked for: `assets/registries.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Registries by the end of a name, and what their dates mean for mail.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Registries {
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "as_of")]
    _as_of: String,
    any: String,
    /// A domain that is younger, in days, is looked at twice by filters.
    pub young_days: i64,
    /// A registration that ends so soon, in days, is worth a word.
    pub soon_days: i64,
    registry: BTreeMap<String, String>,
}

impl Registries {
    /// Whether a page came from the server that only redirects: that it knows no such name says nothing.
    #[must_use]
    pub fn redirects(&self, url: &str) -> bool {
        url.starts_with(&self.any)
    }

    /// The URL at which a registered domain is asked about (RFC 9082 §3.1.3); none where no server is known at all.
    #[must_use]
    pub fn url(&self, domain: &str) -> Option<String> {
        let end = domain.rsplit('.').next().unwrap_or_default();
        let base = self.registry.get(end).unwrap_or(&self.any);
        (!base.is_empty()).then(|| format!("{base}domain/{domain}"))
    }
}
