//! What an address says about itself.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `assets/addresses.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Addresses {
    roles: Vec<Roles>,
    disposable: Disposable,
    lookalikes: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Roles {
    #[serde(rename = "source")]
    _source: String,
    names: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Disposable {
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "as_of")]
    _as_of: String,
    domains: Vec<String>,
}

impl Addresses {
    /// Whether a local part is that of a role.
    #[must_use]
    pub fn is_role(&self, local: &str) -> bool {
        self.roles.iter().flat_map(|r| &r.names).any(|name| name.eq_ignore_ascii_case(local))
    }

    /// Whether a domain, or one above it, lends addresses for minutes.
    #[must_use]
    pub fn is_disposable(&self, domain: &str) -> bool {
        let domain = domain.to_ascii_lowercase();
        let above =
            |known: &String| domain == *known || domain.strip_suffix(known).is_some_and(|rest| rest.ends_with('.'));
        self.disposable.domains.iter().any(above)
    }

    /// The plain letter that one of another script looks like.
    #[must_use]
    pub fn looks_like(&self, letter: char) -> Option<char> {
        let imitated = self.lookalikes.iter().find(|(plain, like)| plain.len() == 1 && like.contains(letter));
        imitated.and_then(|(plain, _)| plain.chars().next())
    }
}
