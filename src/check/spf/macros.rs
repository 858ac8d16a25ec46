//! Macros (RFC 7208 §7): checked when a record is read, expanded when it is evaluated.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::net::IpAddr;

/// The longest name that can be asked for, in text form.
const LONGEST: usize = 253;

/// What the macro letters stand for.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    /// `%{s}`: the sender; the part before its `@` is `%{l}`, the part behind it `%{o}`.
    pub sender: &'a str,
    /// `%{d}`: the domain whose record is evaluated.
    pub domain: &'a str,
    /// `%{i}`, `%{c}` and `%{v}`.
    pub ip: IpAddr,
    /// `%{h}`.
    pub helo: &'a str,
    /// `%{p}`, where it was looked up.
    pub validated: &'a str,
    /// `%{r}`: who checks.
    pub receiver: &'a str,
    /// `%{t}`, seconds since 1970.
    pub now: i64,
}

/// One `%{...}` taken apart.
struct Macro<'a> {
    letter: u8,
    keep: Option<usize>,
    reverse: bool,
    delimiters: &'a str,
}

/// Checks a macro-string; tells whether it ends in a macro.
pub(super) fn check(text: &str, in_words: bool) -> Result<bool, &'static str> {
    let mut rest = text;
    let mut ends = false;
    while let Some(at) = rest.find('%') {
        let tail = &rest[at + 1..];
        ends = true;
        rest = match tail.as_bytes().first() {
            Some(b'%' | b'_' | b'-') => &tail[1..],
            Some(b'{') => {
                let (inner, after) = tail[1..].split_once('}').ok_or("bad-macro")?;
                let expands = take(inner).ok_or("bad-macro")?;
                if !in_words && b"crt".contains(&expands.letter) {
                    return Err("macro-not-here");
                }
                after
            }
            _ => return Err("bad-macro"),
        };
    }
    Ok(ends && rest.is_empty())
}

/// Whether `%{p}` is in it: only then its value must be looked up.
pub(super) fn wants_validated(text: &str) -> bool {
    text.match_indices("%{").any(|(at, _)| matches!(text.as_bytes().get(at + 2), Some(b'p' | b'P')))
}

fn take(inner: &str) -> Option<Macro<'_>> {
    let letter = inner.bytes().next()?;
    if !b"slodiphcrtv".contains(&letter.to_ascii_lowercase()) {
        return None;
    }
    let rest = &inner[1..];
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let keep = if digits == 0 { None } else { Some(rest[..digits].parse().unwrap_or(usize::MAX)) };
    let rest = &rest[digits..];
    let (reverse, delimiters) = match rest.strip_prefix(['r', 'R']) {
        Some(delimiters) => (true, delimiters),
        None => (false, rest),
    };
    let fair = keep != Some(0) && delimiters.bytes().all(|b| b".-+,/_=".contains(&b));
    fair.then_some(Macro { letter, keep, reverse, delimiters })
}

/// Expands a checked macro-string.
pub(super) fn expand<'a>(text: &'a str, values: &Values) -> Cow<'a, str> {
    let mut rest = text;
    let mut out = String::new();
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let tail = &rest[at + 1..];
        rest = tail.get(1..).unwrap_or_default();
        match tail.as_bytes().first() {
            Some(b'%') => out.push('%'),
            Some(b'_') => out.push(' '),
            Some(b'-') => out.push_str("%20"),
            _ => {
                let (inner, after) = rest.split_once('}').unwrap_or((rest, ""));
                if let Some(one) = take(inner) {
                    one.write(values, &mut out);
                }
                rest = after;
            }
        }
    }
    if out.is_empty() && rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// A name to ask for: expanded, without its trailing dot, cut from the left until it fits (RFC 7208 §7.3).
pub(super) fn target<'a>(text: &'a str, values: &Values) -> Cow<'a, str> {
    let mut name = expand(text, values);
    while name.len() > LONGEST + usize::from(name.ends_with('.')) {
        let Some((_, shorter)) = name.split_once('.') else { break };
        name = Cow::Owned(shorter.to_owned());
    }
    match name {
        Cow::Borrowed(name) => Cow::Borrowed(name.strip_suffix('.').unwrap_or(name)),
        Cow::Owned(name) => Cow::Owned(name.strip_suffix('.').map(str::to_owned).unwrap_or(name)),
    }
}

impl Macro<'_> {
    fn write(&self, values: &Values, out: &mut String) {
        let (local, of_sender) = values.sender.rsplit_once('@').unwrap_or(("postmaster", values.sender));
        let value: Cow<str> = match self.letter.to_ascii_lowercase() {
            b's' => values.sender.into(),
            b'l' => local.into(),
            b'o' => of_sender.into(),
            b'd' => values.domain.into(),
            b'i' => dotted(values.ip).into(),
            b'c' => values.ip.to_string().into(),
            b'v' => if values.ip.is_ipv4() { "in-addr" } else { "ip6" }.into(),
            b'h' => values.helo.into(),
            b'p' => values.validated.into(),
            b'r' => values.receiver.into(),
            _ => values.now.to_string().into(),
        };
        let value = self.transformed(&value);
        if self.letter.is_ascii_uppercase() { escape(&value, out) } else { out.push_str(&value) }
    }

    fn transformed<'v>(&self, value: &'v str) -> Cow<'v, str> {
        if self.keep.is_none() && !self.reverse && self.delimiters.is_empty() {
            return value.into();
        }
        let delimiters = if self.delimiters.is_empty() { "." } else { self.delimiters };
        let mut parts: Vec<&str> = value.split(|c| delimiters.contains(c)).collect();
        if self.reverse {
            parts.reverse();
        }
        let keep = self.keep.unwrap_or(usize::MAX).min(parts.len());
        parts[parts.len() - keep..].join(".").into()
    }
}

/// `%{i}`: IPv4 as ever, IPv6 by nibbles (RFC 7208 §7.3).
fn dotted(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let nibbles = ip.octets().into_iter().flat_map(|o| [o >> 4, o & 15]);
            nibbles.map(|n| format!("{n:x}")).collect::<Vec<_>>().join(".")
        }
    }
}

/// RFC 3986 §2.3: what is not unreserved is escaped.
fn escape(value: &str, out: &mut String) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}
