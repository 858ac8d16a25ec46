//! A mailbox address taken apart, and the exact fault if it is none (RFC 5321 §4.1.2, RFC 6531 §3.3).

use std::net::{Ipv4Addr, Ipv6Addr};

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
    if let Some(fault) = dressed(address) {
        return Err(fault);
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
        let mut fault = Fault { rule, column: column(address, at + 1 + offset), suggestion: None };
        if rule == "trailing-dot" {
            fault.suggestion = Some(address.trim_end_matches('.').to_owned());
        }
        return Err(fault);
    }
    Ok(Split { local: local.to_owned(), domain: domain.to_owned(), utf8: !address.is_ascii() })
}

/// Things around an otherwise good address that people paste along with it.
fn dressed(address: &str) -> Option<Fault> {
    let bare = address
        .trim()
        .trim_start_matches("mailto:")
        .trim_matches(|c| matches!(c, '<' | '>' | '"' | '\'' | '“' | '”' | '‘' | '’' | ',' | ';'));
    let bare = bare.rsplit_once('<').map_or(bare, |(_, inner)| inner).trim();
    (bare != address && !bare.contains(char::is_whitespace) && split_plain(bare)).then(|| Fault {
        rule: "dressed",
        column: address.chars().zip(bare.chars()).position(|(a, b)| a != b).unwrap_or_else(|| bare.chars().count()) + 1,
        suggestion: Some(bare.to_owned()),
    })
}

fn split_plain(bare: &str) -> bool {
    bare.rsplit_once('@').is_some_and(|(l, d)| !l.is_empty() && local_fault(l).is_none() && domain_fault(d).is_none())
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
                c if c.is_ascii() => !c.is_ascii_alphanumeric(),
                c => !c.is_alphanumeric(),
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
    (!domain.contains('.')).then_some(("no-dot", 0))
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
            ("bob@@example.org", "two-at", 4),
            ("bo b@example.org", "space", 3),
            (".bob@example.org", "leading-dot", 1),
            ("b..ob@example.org", "double-dot", 3),
            ("bob.@example.org", "trailing-dot-local", 4),
            ("bob@example..org", "double-dot", 13),
            ("bob@-example.org", "character", 5),
            ("bob@exa_mple.org", "character", 8),
            ("bob@example", "no-dot", 5),
            ("grüß,e@example.org", "character", 5),
            ("\"a\"b@example.org", "character", 4),
            ("\"a b@example.org", "open-quote", 1),
            ("bob@[192.0.2.999]", "bad-literal", 6),
            ("bob@[2001:db8::1]", "bad-literal", 6),
        ] {
            let fault = split(address).expect_err(address);
            assert_eq!((fault.rule, fault.column), (rule, column), "{address}");
            let worded = include_str!("../../../assets/syntax.toml").contains(&format!("id = \"{rule}\"\n"));
            assert!(worded, "{rule} has no words");
        }
    }

    #[test]
    fn what_people_paste_along_is_taken_off() {
        for address in [
            "<bob@example.org>",
            "mailto:bob@example.org",
            " bob@example.org",
            "Bob <bob@example.org>",
            "bob@example.org,",
        ] {
            let fault = split(address).expect_err(address);
            assert_eq!(fault.suggestion.as_deref(), Some("bob@example.org"), "{address}");
        }
        assert_eq!(split("bob@example.org.").expect_err("dot").suggestion.as_deref(), Some("bob@example.org"));
    }
}
