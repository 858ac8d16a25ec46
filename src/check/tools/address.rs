//! A mailbox address taken apart, and the exact fault if it is none (RFC 5321 §4.1.2, RFC 6531 §3.3).

use std::net::{Ipv4Addr, Ipv6Addr};

use super::heal::heal;

/// The two halves of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    /// Before the `@`.
    pub local: String,
    /// Behind it.
    pub domain: String,
    /// Whether a character is outside ASCII: SMTPUTF8 may be needed (RFC 6531).
    pub utf8: bool,
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// A short id of the rule, for the guide's words: `no-at`, `two-at`, `space` …
    pub rule: &'static str,
    /// The column of the offending character, from 1.
    pub column: usize,
    /// What to type instead, where that is clear.
    pub suggestion: Option<String>,
}

/// Takes an address apart.
///
/// # Errors
/// The first fault, with its column.
pub(crate) fn split(address: &str) -> Result<Split, Fault> {
    let healed = heal(address);
    if let Some(healed) = &healed
        && !plain(address)
    {
        return Err(Fault { rule: healed.rule, column: healed.column, suggestion: Some(healed.address.clone()) });
    }
    let fail = |rule, at: usize| Err(Fault { rule, column: column(address, at), suggestion: None });
    let Some(at) = address.rfind('@') else { return fail("no-at", address.len()) };
    let (local, domain) = (&address[..at], &address[at + 1..]);
    if local.is_empty() {
        return fail("empty-local", 0);
    }
    if domain.is_empty() {
        return fail("empty-domain", address.len());
    }
    if local.len() > 64 {
        return fail("long-local", 64);
    }
    if let Some((rule, offset)) = local_fault(local) {
        return fail(rule, offset);
    }
    if let Some((rule, offset)) = domain_fault(domain) {
        return fail(rule, at + 1 + offset);
    }
    if address.len() > LONGEST {
        return fail("long-address", LONGEST);
    }
    Ok(Split { local: local.to_owned(), domain: domain.to_owned(), utf8: !address.is_ascii() })
}

/// Octets of an address: those of a path, without its brackets (RFC 5321 §4.5.3.1.3).
const LONGEST: usize = 254;

/// Whether it reads as an address, and has nothing in it that can hardly be meant.
fn plain(address: &str) -> bool {
    let odd = |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ff01}'..='\u{ff61}' | '“' | '”' | '„' | '‘' | '’' | '«' | '»');
    is_address(address) && !address.contains(odd) && !address.to_ascii_lowercase().starts_with("mailto")
}

/// Whether it is one by the grammar.
pub(super) fn is_address(text: &str) -> bool {
    let halves = |(local, domain): (&str, &str)| {
        !local.is_empty() && local.len() <= 64 && local_fault(local).is_none() && domain_fault(domain).is_none()
    };
    text.rsplit_once('@').is_some_and(halves)
}

fn local_fault(local: &str) -> Option<(&'static str, usize)> {
    if let Some(inner) = local.strip_prefix('"') {
        return quoted_fault(inner);
    }
    let mut previous = '.';
    for (offset, c) in local.char_indices() {
        match c {
            '@' => return Some(("two-at", offset)),
            '.' if offset == 0 => return Some(("leading-dot", 0)),
            '.' if previous == '.' => return Some(("double-dot", offset)),
            c if c.is_whitespace() => return Some(("space", offset)),
            c if c.is_control() => return Some(("control", offset)),
            '(' | ')' | '<' | '>' | '[' | ']' | ':' | ';' | ',' | '\\' | '"' => return Some(("character", offset)),
            _ => {}
        }
        previous = c;
    }
    (previous == '.').then(|| ("trailing-dot-local", local.len() - 1))
}

/// What follows an opening quotation mark: to the closing one, which must be the end (RFC 5321 §4.1.2, Quoted-string).
fn quoted_fault(inner: &str) -> Option<(&'static str, usize)> {
    let mut letters = inner.char_indices();
    while let Some((offset, c)) = letters.next() {
        match c {
            '"' => return (offset + 1 < inner.len()).then_some(("character", offset + 2)),
            '\\' => {
                letters.next();
            }
            c if c.is_control() => return Some(("control", offset + 1)),
            _ => {}
        }
    }
    Some(("open-quote", 0))
}

fn domain_fault(domain: &str) -> Option<(&'static str, usize)> {
    if let Some(rest) = domain.strip_prefix('[') {
        let Some(inner) = rest.strip_suffix(']') else { return Some(("open-literal", 0)) };
        let v6 = inner.get(..5).is_some_and(|tag| tag.eq_ignore_ascii_case("IPv6:"));
        let good = if v6 { inner[5..].parse::<Ipv6Addr>().is_ok() } else { inner.parse::<Ipv4Addr>().is_ok() };
        return (!good).then_some(("bad-literal", 1));
    }
    if domain.ends_with('.') {
        return Some(("trailing-dot", domain.len() - 1));
    }
    let mut offset = 0;
    for label in domain.split('.') {
        if label.is_empty() {
            return Some((if offset == 0 { "leading-dot" } else { "double-dot" }, offset));
        }
        if label.len() > 63 {
            return Some(("long-label", offset));
        }
        for (i, c) in label.char_indices() {
            let odd = match c {
                '-' => i == 0 || i + 1 == label.len(),
                c if c.is_whitespace() => return Some(("space", offset + i)),
                c if c.is_control() => return Some(("control", offset + i)),
                // Other letters are judged as a whole, below.
                c => c.is_ascii() && !c.is_ascii_alphanumeric(),
            };
            if odd {
                return Some(("character", offset + i));
            }
        }
        offset += label.len() + 1;
    }
    if domain.len() > 253 {
        return Some(("long-domain", 253));
    }
    if !domain.contains('.') {
        return Some(("no-dot", 0));
    }
    // What other scripts write has to have a form in ASCII that fits (RFC 5891 §4).
    if !domain.is_ascii() && idna::domain_to_ascii_strict(domain).is_err() {
        return Some(("not-idn", domain.char_indices().find(|(_, c)| !c.is_ascii()).map_or(0, |(i, _)| i)));
    }
    let ending = domain.rfind('.').map_or(0, |dot| dot + 1);
    domain[ending..].bytes().all(|b| b.is_ascii_digit()).then_some(("number-ending", ending))
}

/// A byte offset as a column, from 1.
fn column(address: &str, offset: usize) -> usize {
    address.char_indices().take_while(|(i, _)| *i < offset).count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_addresses_come_apart() {
        for (address, local, domain) in [
            ("bob@example.org", "bob", "example.org"),
            ("a.b+c@sub.example.org", "a.b+c", "sub.example.org"),
            ("\"odd one\"@example.org", "\"odd one\"", "example.org"),
            ("postmaster@[192.0.2.1]", "postmaster", "[192.0.2.1]"),
            ("postmaster@[IPv6:2001:db8::1]", "postmaster", "[IPv6:2001:db8::1]"),
            (r#""a\"b\\"@example.org"#, r#""a\"b\\""#, "example.org"),
            ("grüße@bücher.example", "grüße", "bücher.example"),
            ("अजय@हिन्दी.example", "अजय", "हिन्दी.example"),
        ] {
            let split = split(address).unwrap_or_else(|f| panic!("{address}: {f:?}"));
            assert_eq!((split.local.as_str(), split.domain.as_str()), (local, domain));
            assert_eq!(split.utf8, !address.is_ascii());
        }
    }

    #[test]
    fn each_fault_is_named_at_its_column() {
        for (address, rule, column) in [
            ("bob", "no-at", 4),
            ("@example.org", "empty-local", 1),
            ("bob@", "empty-domain", 5),
            ("bob@@example.org", "two-at", 5),
            ("b@ob@example.org", "two-at", 2),
            ("bo b@example.org", "space", 3),
            (".bob@example.org", "dots", 1),
            ("b..ob@example.org", "dots", 3),
            ("bob.@example.org", "dots", 4),
            ("bob@example..org", "dots", 13),
            ("bob@example.org.", "dots", 16),
            ("bob@a\u{5d0}b.example", "not-idn", 6),
            ("bob@example.123", "number-ending", 13),
            ("mailto:bob@example.org", "mailto", 1),
            ("\u{ff42}ob@example.org", "full-width", 1),
            ("“bob”@example.org", "quotes", 1),
            ("bob@-example.org", "character", 5),
            ("bob@exa_mple.org", "character", 8),
            ("bob@example", "no-dot", 5),
            ("grüß,e@example.org", "character", 5),
            ("\"a\"b@example.org", "character", 4),
            ("\"a(b@example.org", "open-quote", 1),
            ("bob@[192.0.2.999]", "bad-literal", 6),
            ("bob@[2001:db8::1]", "bad-literal", 6),
        ] {
            let fault = split(address).expect_err(address);
            assert_eq!((fault.rule, fault.column), (rule, column), "{address}");
            let worded = include_str!("../../../assets/syntax.toml").contains(&format!("id = \"{rule}\"\n"));
            assert!(worded, "{rule} has no words");
        }
    }
}
