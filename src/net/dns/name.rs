//! Names to ask for.

use std::net::IpAddr;

use hickory_resolver::proto::op::Query;
use hickory_resolver::proto::rr::{Name, RecordType};

/// The longest name in text form without its trailing dot (RFC 1035 §2.3.4).
const LONGEST: usize = 253;

/// A name that can be asked for: absolute, ASCII, lower case.
pub(super) struct Asked {
    pub(super) name: Name,
    pub(super) text: String,
}

impl Asked {
    /// Takes a name as typed, with or without its trailing dot; other scripts become their `xn--` form (RFC 5891 §4).
    /// None where it cannot be a name: it is never asked then.
    pub(super) fn parse(typed: &str) -> Option<Self> {
        let ascii = if typed.is_ascii() { typed.to_ascii_lowercase() } else { idna::domain_to_ascii(typed).ok()? };
        if ascii == "." {
            return Some(Self { name: Name::root(), text: ascii });
        }
        let text = ascii.strip_suffix('.').unwrap_or(&ascii).to_owned();
        let fits = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(may_stand_in_a_name);
        if text.len() > LONGEST || !text.split('.').all(fits) {
            return None;
        }
        let mut name = Name::from_labels(text.split('.').map(str::as_bytes)).ok()?;
        name.set_fqdn(true);
        Some(Self { name, text })
    }

    pub(super) fn query(&self, rtype: RecordType) -> Query {
        Query::query(self.name.clone(), rtype)
    }
}

/// The name under `in-addr.arpa` or `ip6.arpa`.
pub(super) fn reverse(ip: IpAddr) -> String {
    Name::from(ip.to_canonical()).to_ascii()
}

/// Host names are narrower, but `_dmarc`, `0/25` (RFC 2317) and what SPF macros expand to are asked for as well.
fn may_stand_in_a_name(byte: u8) -> bool {
    byte.is_ascii_graphic() && !br#"@\"();,<>[]:"#.contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(typed: &str) -> Option<String> {
        Asked::parse(typed).map(|a| a.text)
    }

    #[test]
    fn names_are_asked_in_lower_case_without_their_dot() {
        assert_eq!(text("MX1.Example.ORG.").as_deref(), Some("mx1.example.org"));
        assert_eq!(text("_dmarc.example.org").as_deref(), Some("_dmarc.example.org"));
    }

    #[test]
    fn other_scripts_become_their_ascii_form() {
        assert_eq!(text("bücher.example").as_deref(), Some("xn--bcher-kva.example"));
    }

    #[test]
    fn what_cannot_be_a_name_is_told_apart() {
        let long_label = format!("{}.example", "a".repeat(64));
        let long_name = "a.".repeat(127) + "aa";
        for bad in ["", "a..b", ".a", "two words", "bob@example.org", "a\\b", "a\u{7}b", &long_label, &long_name] {
            assert!(text(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn an_address_has_a_reverse_name() {
        assert_eq!(reverse("192.0.2.25".parse().unwrap()), "25.2.0.192.in-addr.arpa.");
        assert!(reverse("2001:db8::1".parse().unwrap()).ends_with("8.b.d.0.1.0.0.2.ip6.arpa."));
    }
}
