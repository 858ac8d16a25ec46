//! What is wrong with a record, and where.

/// A fault of a record: each makes the whole record void (permerror, RFC 7208 §4.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// A short id of the rule that is broken, for words: `unknown-term`, `bad-address` …
    pub rule: &'static str,
    /// The term that it stands in, as written.
    pub term: String,
    /// The column of the term in the record, in characters, from 1.
    pub column: usize,
    /// What to write instead of the term, where that is clear; empty where the term can go.
    pub instead: Option<String>,
}

/// What people write, and what they mean: names that are no mechanism.
const MEANT: [(&str, &str); 9] = [
    ("ipv4", "ip4"),
    ("ipv6", "ip6"),
    ("ip", "ip4"),
    ("includes", "include"),
    ("incldue", "include"),
    ("inlcude", "include"),
    ("exist", "exists"),
    ("al", "all"),
    ("alll", "all"),
];

/// A guess at what a faulty term was to be. It is only made where the result is a good term.
pub(super) fn meant(term: &str) -> Option<String> {
    let trimmed = term.trim_end_matches([',', ';', '.', '"']).trim_start_matches('"');
    if trimmed.is_empty() {
        return Some(String::new());
    }
    let mut candidates = vec![trimmed.to_owned()];
    let (sign, bare) = match trimmed.strip_prefix(['+', '-', '~', '?']) {
        Some(bare) => (&trimmed[..1], bare),
        None if trimmed.starts_with(['–', '—', '−']) => ("-", trimmed.trim_start_matches(['–', '—', '−'])),
        None => ("", trimmed),
    };
    candidates.push(format!("{sign}{bare}"));
    // An address behind a:, mx: or nothing at all; with a port behind it.
    let (name, value) = bare.split_once([':', '=']).unwrap_or(("", bare));
    for value in [value, value.rsplit_once(':').map_or("", |(v, _)| v)] {
        if let Some(kind) = kind_of(value) {
            candidates.push(format!("{sign}{kind}:{value}"));
        }
    }
    let known = MEANT.iter().find(|(wrong, _)| name.eq_ignore_ascii_case(wrong) || bare.eq_ignore_ascii_case(wrong));
    if let Some((_, right)) = known {
        candidates.push(if value == bare { format!("{sign}{right}") } else { format!("{sign}{right}:{value}") });
    }
    if name.eq_ignore_ascii_case("redirect") || name.eq_ignore_ascii_case("exp") {
        candidates.push(format!("{name}={value}"));
    }
    // A bare name of a host.
    if name.is_empty() && bare.contains('.') && bare.bytes().any(|b| b.is_ascii_alphabetic()) {
        candidates.push(format!("{sign}a:{bare}"));
    }
    candidates.into_iter().find(|c| c != term && super::parse(&format!("v=spf1 {c}")).is_ok())
}

/// `ip4` or `ip6` where it is an address, perhaps with a prefix length.
fn kind_of(value: &str) -> Option<&'static str> {
    let address = value.split('/').next().unwrap_or_default();
    match address.parse().ok()? {
        std::net::IpAddr::V4(_) => Some("ip4"),
        std::net::IpAddr::V6(_) => Some("ip6"),
    }
}
