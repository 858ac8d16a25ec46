//! What a server says it can do.

use crate::transcript::Reply;

/// What a server says it can do (RFC 5321 §4.1.1.1), keywords in upper case, unknown ones kept.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Capabilities {
    /// Keyword and its parameters, in the server's order.
    pub keywords: Vec<(String, String)>,
    /// Whether AUTH is there only in the form of servers from before RFC 2554, `AUTH=LOGIN`: clients that go by the book do not see it.
    pub old_auth_only: bool,
}

impl Capabilities {
    /// What a positive answer to EHLO says; its first line is the server's name and is passed over.
    #[must_use]
    pub fn of(reply: &Reply) -> Self {
        let begins =
            |how: &str| reply.text.iter().skip(1).any(|l| l.to_ascii_uppercase().trim_start().starts_with(how));
        let keywords = reply.text.iter().skip(1).filter_map(|line| {
            let line = line.trim();
            let end = line.find([' ', '=']).unwrap_or(line.len());
            let (keyword, parameters) = line.split_at(end);
            let parameters = parameters.trim_start_matches([' ', '=']).trim();
            (!keyword.is_empty()).then(|| (keyword.to_ascii_uppercase(), parameters.to_owned()))
        });
        Self { keywords: keywords.collect(), old_auth_only: begins("AUTH=") && !begins("AUTH ") }
    }

    /// The parameters of a keyword, if it is offered; `AUTH=` of old servers counts as `AUTH`.
    #[must_use]
    pub fn get(&self, keyword: &str) -> Option<&str> {
        self.keywords.iter().find(|(k, _)| k.eq_ignore_ascii_case(keyword)).map(|(_, p)| p.as_str())
    }

    /// Whether a keyword is offered.
    #[must_use]
    pub fn has(&self, keyword: &str) -> bool {
        self.get(keyword).is_some()
    }

    /// The login mechanisms offered (RFC 4954 §3), in upper case, each once, in the server's order.
    #[must_use]
    pub fn mechanisms(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let lines = self.keywords.iter().filter(|(k, _)| k == "AUTH");
        for name in lines.flat_map(|(_, p)| p.split_ascii_whitespace()).map(str::to_ascii_uppercase) {
            if !found.contains(&name) {
                found.push(name);
            }
        }
        found
    }

    /// The largest message the server takes, in octets (RFC 1870 §4); none where it does not say, or says 0 for "no fixed limit".
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.get("SIZE")?.split_ascii_whitespace().next()?.parse().ok().filter(|n| *n > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{Role, Stage};

    fn said(lines: &[&str]) -> Capabilities {
        Capabilities::of(&Reply {
            server: "mx.example.org".to_owned(),
            address: None,
            stage: Some(Stage::Ehlo),
            code: 250,
            enhanced: None,
            text: lines.iter().map(|l| (*l).to_owned()).collect(),
            rtt_ms: 0,
            tls: false,
            role: Role::Case,
        })
    }

    #[test]
    fn keywords_are_read_in_any_case_and_unknown_ones_kept() {
        let caps = said(&["mx.example.org greets", "starttls", "Size 52428800", "XFROBNICATE on off", ""]);
        assert!(caps.has("STARTTLS"));
        assert_eq!(caps.size(), Some(52_428_800));
        assert_eq!(caps.get("xfrobnicate"), Some("on off"));
        assert_eq!(caps.keywords.len(), 3);
    }

    #[test]
    fn the_servers_name_is_no_keyword() {
        assert!(!said(&["STARTTLS"]).has("STARTTLS"));
    }

    #[test]
    fn the_old_spelling_of_auth_counts() {
        let caps = said(&["mx", "AUTH=LOGIN plain", "AUTH PLAIN XOAUTH2"]);
        assert_eq!(caps.mechanisms(), ["LOGIN", "PLAIN", "XOAUTH2"]);
        assert!(!caps.old_auth_only, "it is there in the new form, too");
        assert!(said(&["mx", "AUTH=LOGIN"]).old_auth_only);
        assert!(!said(&["mx", "AUTH LOGIN"]).old_auth_only);
    }

    #[test]
    fn a_size_of_nought_is_no_limit() {
        assert_eq!(said(&["mx", "SIZE 0"]).size(), None);
        assert_eq!(said(&["mx", "SIZE"]).size(), None);
    }
}
