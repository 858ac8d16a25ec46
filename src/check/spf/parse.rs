//! A record's text as terms (RFC 7208 §4.6.1, §12), or every fault in it.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::fault::{Fault, meant};
use super::macros;

/// What a match means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as RFC 7208 §4.6.2 names them")]
pub enum Qualifier {
    Pass,
    Fail,
    SoftFail,
    Neutral,
}

/// A domain-spec (RFC 7208 §7.1): a name that may hold macros, checked already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec<'a>(pub &'a str);

/// What is held against the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as RFC 7208 §5 names them")]
pub enum Mechanism<'a> {
    All,
    Include(Spec<'a>),
    /// Prefix lengths of both families come last.
    A(Option<Spec<'a>>, u8, u8),
    Mx(Option<Spec<'a>>, u8, u8),
    Ptr(Option<Spec<'a>>),
    Ip4(Ipv4Addr, u8),
    Ip6(Ipv6Addr, u8),
    Exists(Spec<'a>),
}

impl Mechanism<'_> {
    /// Whether it counts as one of the ten that ask the DNS (RFC 7208 §4.6.4).
    #[must_use]
    pub fn asks(&self) -> bool {
        !matches!(self, Self::All | Self::Ip4(..) | Self::Ip6(..))
    }
}

/// A mechanism with its qualifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Directive<'a> {
    /// As written.
    pub text: &'a str,
    /// What a match means.
    pub qualifier: Qualifier,
    /// What is to match.
    pub mechanism: Mechanism<'a>,
}

/// A `name=value` that is neither `redirect` nor `exp`: it changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Modifier<'a> {
    /// As written.
    pub text: &'a str,
    /// The part before the `=`.
    pub name: &'a str,
}

/// A record without faults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record<'a> {
    /// The mechanisms, in order.
    pub directives: Vec<Directive<'a>>,
    /// Where to go on when none matched, and no `all` stands here.
    pub redirect: Option<Spec<'a>>,
    /// Where the words for a refusal stand.
    pub exp: Option<Spec<'a>>,
    /// What no receiver looks at.
    pub ignored: Vec<Modifier<'a>>,
}

impl Record<'_> {
    /// The `all`, where there is one.
    #[must_use]
    pub fn all(&self) -> Option<&Directive<'_>> {
        self.directives.iter().find(|d| d.mechanism == Mechanism::All)
    }
}

/// Whether a TXT text is an SPF record at all (RFC 7208 §4.5).
#[must_use]
pub fn is_record(text: &str) -> bool {
    text.get(..6).is_some_and(|v| v.eq_ignore_ascii_case("v=spf1"))
        && matches!(text.as_bytes().get(6), None | Some(b' '))
}

/// Whether a TXT text was meant to be one, and is none: a letter off, in quotation marks, or a space short.
#[must_use]
pub fn looks_like_one(text: &str) -> bool {
    let bare = text.trim_start_matches(['"', '\'', ' ', '\u{fffd}', '“', '”', '\\']).to_ascii_lowercase();
    let near = bare.starts_with("v=spf")
        || bare.starts_with("spf1")
        || bare.starts_with("v= spf")
        || bare.starts_with("v =spf");
    // spf2.0 is Sender ID (RFC 4406), and fair.
    near && !is_record(text) && !bare.starts_with("v=spf2")
}

/// Reads a record, `v=spf1` included.
///
/// # Errors
/// Every fault, in order.
pub fn parse(text: &str) -> Result<Record<'_>, Vec<Fault>> {
    let mut record = Record::default();
    let mut faults = Vec::new();
    let mut offset = 0;
    for (at, term) in text.split(' ').enumerate() {
        let here = offset;
        offset += term.len() + 1;
        if at == 0 || term.is_empty() {
            continue;
        }
        if let Err(rule) = take(&mut record, term) {
            let column = text[..here].chars().count() + 1;
            faults.push(Fault { rule, term: term.to_owned(), column, instead: None });
        }
    }
    if faults.is_empty() {
        return Ok(record);
    }
    for fault in &mut faults {
        fault.instead = if fault.rule == "twice" { Some(String::new()) } else { meant(&fault.term) };
    }
    Err(faults)
}

fn take<'a>(record: &mut Record<'a>, term: &'a str) -> Result<(), &'static str> {
    if let Some(c) = term.chars().find(|c| !c.is_ascii_graphic()) {
        return Err(if c.is_ascii() { "control" } else { "not-ascii" });
    }
    let (qualifier, bare) = match term.as_bytes()[0] {
        b'+' => (Some(Qualifier::Pass), &term[1..]),
        b'-' => (Some(Qualifier::Fail), &term[1..]),
        b'~' => (Some(Qualifier::SoftFail), &term[1..]),
        b'?' => (Some(Qualifier::Neutral), &term[1..]),
        _ => (None, term),
    };
    let ends = bare.find([':', '/', '=']).unwrap_or(bare.len());
    let (name, rest) = bare.split_at(ends);
    if let Some(value) = rest.strip_prefix('=') {
        if qualifier.is_some() || !is_name(name) {
            return Err("bad-modifier");
        }
        return modifier(record, term, name, value);
    }
    let mechanism = mechanism(name, rest)?;
    record.directives.push(Directive { text: term, qualifier: qualifier.unwrap_or(Qualifier::Pass), mechanism });
    Ok(())
}

/// RFC 7208 §12: `name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )`.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

fn modifier<'a>(record: &mut Record<'a>, term: &'a str, name: &'a str, value: &'a str) -> Result<(), &'static str> {
    let place = if name.eq_ignore_ascii_case("redirect") {
        &mut record.redirect
    } else if name.eq_ignore_ascii_case("exp") {
        &mut record.exp
    } else {
        macros::check(value, false)?;
        record.ignored.push(Modifier { text: term, name });
        return Ok(());
    };
    let spec = domain_spec(value)?;
    if place.replace(spec).is_some() { Err("twice") } else { Ok(()) }
}

fn mechanism<'a>(name: &str, rest: &'a str) -> Result<Mechanism<'a>, &'static str> {
    let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
    if is("all") {
        return if rest.is_empty() { Ok(Mechanism::All) } else { Err("argument") };
    }
    if is("ip4") || is("ip6") {
        let value = rest.strip_prefix(':').ok_or("address-missing")?;
        let (address, length) = value.split_once('/').map_or((value, None), |(a, l)| (a, Some(l)));
        return if is("ip4") {
            let ip = address.parse().map_err(|_| "bad-address")?;
            Ok(Mechanism::Ip4(ip, prefix(length, 32)?))
        } else {
            let ip = address.parse().map_err(|_| "bad-address")?;
            Ok(Mechanism::Ip6(ip, prefix(length, 128)?))
        };
    }
    if is("include") || is("exists") {
        let spec = domain_spec(rest.strip_prefix(':').ok_or("domain-missing")?)?;
        return Ok(if is("include") { Mechanism::Include(spec) } else { Mechanism::Exists(spec) });
    }
    if is("ptr") {
        return Ok(Mechanism::Ptr(optional(rest)?));
    }
    if is("a") || is("mx") {
        let (spec, v4, v6) = lengths(rest)?;
        let spec = optional(spec)?;
        return Ok(if is("a") { Mechanism::A(spec, v4, v6) } else { Mechanism::Mx(spec, v4, v6) });
    }
    Err("unknown-term")
}

fn optional(rest: &str) -> Result<Option<Spec<'_>>, &'static str> {
    if rest.is_empty() {
        return Ok(None);
    }
    domain_spec(rest.strip_prefix(':').ok_or("argument")?).map(Some)
}

/// Takes `/24`, `//64` or `/24//64` off the end (dual-cidr-length).
fn lengths(rest: &str) -> Result<(&str, u8, u8), &'static str> {
    let (rest, v6) = match rest.rsplit_once("//") {
        Some((before, digits)) if is_number(digits) => (before, Some(digits)),
        _ => (rest, None),
    };
    let (rest, v4) = match rest.rsplit_once('/') {
        Some((before, digits)) if is_number(digits) => (before, Some(digits)),
        _ => (rest, None),
    };
    Ok((rest, prefix(v4, 32)?, prefix(v6, 128)?))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn prefix(digits: Option<&str>, most: u8) -> Result<u8, &'static str> {
    let Some(digits) = digits else { return Ok(most) };
    let fair = is_number(digits) && (digits == "0" || !digits.starts_with('0'));
    let length = if fair { digits.parse().ok() } else { None };
    length.filter(|l| *l <= most).ok_or("bad-prefix")
}

/// RFC 7208 §7.1: macro-string, then a top label that is no number, or a macro.
fn domain_spec(text: &str) -> Result<Spec<'_>, &'static str> {
    if text.is_empty() {
        return Err("domain-missing");
    }
    if macros::check(text, false)? {
        return Ok(Spec(text));
    }
    let bare = text.strip_suffix('.').unwrap_or(text);
    let (_, top) = bare.rsplit_once('.').ok_or("one-label")?;
    let letters = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if top.bytes().all(|b| b.is_ascii_digit()) {
        return Err(if top.is_empty() { "bad-domain" } else { "number-for-domain" });
    }
    let good = top.bytes().all(letters) && !top.starts_with('-') && !top.ends_with('-');
    if good { Ok(Spec(text)) } else { Err("bad-domain") }
}
