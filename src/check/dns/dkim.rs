//! DKIM keys (RFC 6376 §3.6.1): of a selector that is known, else of the common ones, where finding none tells nothing.

use base64::Engine;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use futures_util::future::join_all;

use super::signed::Message;
use super::tags::{tags, value};
use super::unanswered;
use crate::check::Context;
use crate::check::tools::could_not_tell;
use crate::net::RecordType;
use crate::transcript::{DnsFact, DnsOutcome, EvidenceId, Finding};

/// Less can be broken, and is not accepted (RFC 8301 §3.2).
const LEAST_BITS: usize = 1024;
/// What signers should use (RFC 8301 §3.2).
const GOOD_BITS: usize = 2048;

/// What a key record says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    Rsa(usize),
    Ed25519,
    Revoked,
    /// The rule that is broken, and the column.
    Bad(&'static str, usize),
}

/// Whether a text is a key at all. A wildcard may bring what belongs elsewhere: a policy has a `p=`, too.
fn is_key(text: &str) -> bool {
    let (tags, _) = tags(text);
    let other = value(&tags, "v").is_some_and(|v| !v.to_ascii_uppercase().starts_with("DKIM"));
    value(&tags, "p").is_some() && !other
}

fn read(text: &str) -> Key {
    let (tags, _) = tags(text);
    let column = |name: &str| tags.iter().find(|t| t.name == name).map_or(1, |t| t.column);
    if value(&tags, "v").is_some_and(|v| v != "DKIM1") || tags.iter().skip(1).any(|t| t.name == "v") {
        return Key::Bad("dkim.version", column("v"));
    }
    let Some(key) = value(&tags, "p") else { return Key::Bad("dkim.no-key", 1) };
    let bare: String = key.chars().filter(|c| !c.is_whitespace()).collect();
    if bare.is_empty() {
        return Key::Revoked;
    }
    if let Some((rule, name)) = unfit(text) {
        return Key::Bad(rule, column(name));
    }
    let tolerant = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&base64::alphabet::STANDARD, tolerant);
    let Ok(octets) = engine.decode(&bare) else { return Key::Bad("dkim.base64", column("p")) };
    match value(&tags, "k").unwrap_or("rsa").to_ascii_lowercase().as_str() {
        "rsa" => bits(&octets).map_or(Key::Bad("dkim.no-rsa", column("p")), Key::Rsa),
        // RFC 8463 §4: 32 octets, as they are.
        "ed25519" if octets.len() == 32 => Key::Ed25519,
        "ed25519" => Key::Bad("dkim.no-ed25519", column("p")),
        _ => Key::Bad("dkim.key-type", column("k")),
    }
}

/// What keeps a key from being one for the signatures of today's mail: the rule, and the tag. It is for another service, or for no digest
/// that may be used (RFC 6376 §3.6.1, RFC 8301 §3.1).
pub(super) fn unfit(text: &str) -> Option<(&'static str, &'static str)> {
    let (tags, _) = tags(text);
    let names = |tag: &str, any: &[&str]| {
        value(&tags, tag)
            .is_none_or(|list| list.split(':').any(|of| any.iter().any(|a| of.trim().eq_ignore_ascii_case(a))))
    };
    if !names("s", &["*", "email"]) {
        return Some(("dkim.service", "s"));
    }
    (!names("h", &["sha256"])).then_some(("dkim.digest", "h"))
}

/// The size of an RSA key, in either of the forms that are published (RFC 6376 erratum 3017).
fn bits(octets: &[u8]) -> Option<usize> {
    use x509_parser::prelude::FromDer;
    use x509_parser::public_key::{PublicKey, RSAPublicKey};
    use x509_parser::x509::SubjectPublicKeyInfo;
    let size = |key: &RSAPublicKey<'_>| {
        let modulus = key.modulus.iter().position(|o| *o != 0).map_or(&[][..], |at| &key.modulus[at..]);
        8 * modulus.len() - modulus.first().map_or(0, |o| o.leading_zeros() as usize)
    };
    if let Ok((_, info)) = SubjectPublicKeyInfo::from_der(octets) {
        return if let Ok(PublicKey::RSA(key)) = info.parsed() { Some(size(&key)) } else { None };
    }
    RSAPublicKey::from_der(octets).ok().map(|(_, key)| size(&key))
}

/// A selector, and whose key it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selector {
    pub(super) selector: String,
    pub(super) domain: String,
}

/// Looks for keys: of the message's signatures, of the selector given, else of the common ones.
pub(super) async fn keys(cx: &Context, domain: &str, message: Option<&Message>) {
    let mut known: Vec<Selector> = message.map_or_else(Vec::new, |m| m.selectors.clone());
    if let Some(selector) = &cx.case.selector {
        let given = Selector { selector: selector.clone(), domain: domain.to_owned() };
        if !known.contains(&given) {
            known.push(given);
        }
    }
    if known.is_empty() {
        common(cx, domain).await;
        return;
    }
    join_all(known.iter().map(|one| named(cx, one))).await;
}

async fn named(cx: &Context, Selector { selector, domain }: &Selector) {
    let label = format!("DKIM {selector}._domainkey.{domain}");
    cx.rec.probing(&label);
    let owner = format!("{selector}._domainkey.{domain}");
    let (txt, evidence) = cx.net.lookup(&cx.rec, &owner, RecordType::TXT).await;
    if unanswered(cx, &txt, evidence, &label).await {
        return;
    }
    if !judge(cx, domain, selector, &txt, evidence, &label, true) {
        let why = if txt.outcome == DnsOutcome::Found { "no key" } else { "no record" };
        let found = Finding::new("dns.dkim.none").arg("domain", domain).arg("selector", selector).arg("why", why);
        cx.found(found.arg("desk", "DKIM").arg("owner", owner).shown_by(evidence).ends(&label, txt.ms));
    }
}

/// Tries the common ones. These are guesses: that one is not answered says no more than that it does not exist.
async fn common(cx: &Context, domain: &str) {
    let label = format!("DKIM {domain}");
    cx.rec.probing(&label);
    let answers = join_all(cx.know.selectors.iter().map(async |selector| {
        let name = format!("{selector}._domainkey.{domain}");
        (selector, cx.net.lookup(&cx.rec, &name, RecordType::TXT).await)
    }));
    let answers = answers.await;
    // Nobody says that these are in use: an old one that was withdrawn, or a wildcard that withdraws them all, is no fault.
    let good = |txt: &DnsFact| {
        let key = txt.texts().find(|t| is_key(t)).map(read);
        matches!(key, Some(Key::Ed25519)) || matches!(key, Some(Key::Rsa(bits)) if bits >= LEAST_BITS)
    };
    let mut any = false;
    for (selector, (txt, evidence)) in answers.iter().filter(|(_, (txt, _))| good(txt)) {
        any |= judge(cx, domain, selector, txt, *evidence, &label, false);
    }
    if any {
        return;
    }
    let untold = answers.iter().find_map(|(_, (txt, evidence))| Some((could_not_tell(txt)?, *evidence)));
    let found = |id: &str| {
        let desk = Finding::new(id).arg("desk", "DKIM").arg("owner", format!("…._domainkey.{domain}"));
        desk.arg("domain", domain).arg("count", answers.len()).ends(&label, 0)
    };
    cx.found(match untold {
        Some((why, evidence)) => found("dns.dkim.unknown").arg("why", why).shown_by(evidence),
        None => found("dns.dkim.not-found"),
    });
}

/// Says what the key at a selector is good for; `used`: whether mail is known to be signed with it. Returns whether there is one.
fn judge(
    cx: &Context,
    domain: &str,
    selector: &str,
    txt: &DnsFact,
    evidence: EvidenceId,
    label: &str,
    used: bool,
) -> bool {
    let found = |id: &str| {
        let desk = Finding::new(id).arg("desk", "DKIM").arg("owner", format!("{selector}._domainkey.{domain}"));
        desk.arg("domain", domain).arg("selector", selector).shown_by(evidence).ends(label, txt.ms)
    };
    let keys: Vec<&str> = txt.texts().filter(|t| is_key(t)).collect();
    let Some(text) = keys.first() else { return false };
    if keys.len() > 1 {
        cx.found(found("dns.dkim.several").arg("count", keys.len()));
    }
    let found = |id: &str| found(id).arg("record", text);
    match read(text) {
        Key::Revoked => cx.found(found(if used { "dns.dkim.revoked-used" } else { "dns.dkim.revoked" })),
        Key::Bad(rule, column) => {
            let says = cx.know.records.get(rule).cloned().unwrap_or_else(|| rule.to_owned());
            cx.found(found("dns.dkim.bad").arg("fault", says).arg("column", column));
        }
        Key::Rsa(bits) if bits < LEAST_BITS => cx.found(found("dns.dkim.too-small").arg("bits", bits)),
        Key::Rsa(bits) => {
            cx.found(found("dns.dkim.ok").arg("key", format!("RSA {bits}")));
            if bits < GOOD_BITS {
                cx.found(found("dns.dkim.weak").arg("bits", bits));
            }
        }
        Key::Ed25519 => cx.found(found("dns.dkim.ok").arg("key", "Ed25519")),
    }
    let (tags, _) = tags(text);
    if value(&tags, "t").is_some_and(|t| t.split(':').any(|flag| flag.trim().eq_ignore_ascii_case("y"))) {
        cx.found(found("dns.dkim.testing"));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A made-up RSA key of that many bits, as SubjectPublicKeyInfo or bare.
    fn rsa(bits: usize, bare: bool) -> String {
        let mut modulus = vec![0_u8];
        modulus.extend(std::iter::repeat_n(0xc5, bits / 8));
        let der = |tag: u8, body: &[u8]| {
            let mut out = vec![tag];
            if body.len() < 128 {
                out.push(body.len() as u8);
            } else {
                out.extend([0x82, (body.len() >> 8) as u8, body.len() as u8]);
            }
            out.extend(body);
            out
        };
        let key = der(0x30, &[der(2, &modulus), der(2, &[1, 0, 1])].concat());
        let algorithm = [0x30, 0x0d, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
        let info = der(0x30, &[&algorithm[..], &der(3, &[&[0], &key[..]].concat())].concat());
        base64::engine::general_purpose::STANDARD.encode(if bare { key } else { info })
    }

    #[test]
    fn keys_are_told_by_kind_and_size() {
        for bits in [512, 1024, 2048] {
            assert_eq!(read(&format!("v=DKIM1; k=rsa; p={}", rsa(bits, false))), Key::Rsa(bits));
            assert_eq!(read(&format!("p={}", rsa(bits, true))), Key::Rsa(bits));
        }
        let short = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
        assert_eq!(read(&format!("v=DKIM1; k=ed25519; p={short}")), Key::Ed25519);
        assert_eq!(read("v=DKIM1; p="), Key::Revoked);
        assert_eq!(read(&format!("v=DKIM1; s=tlsrpt:email; h=sha1:sha256; k=ed25519; p={short}")), Key::Ed25519);
    }

    #[test]
    fn what_is_wrong_with_a_key_is_told() {
        let key = rsa(2048, false);
        for (text, rule, column) in [
            (format!("v=DKIM2; p={key}"), "dkim.version", 1),
            (format!("k=rsa; v=DKIM1; p={key}"), "dkim.version", 8),
            ("v=DKIM1; k=rsa".to_owned(), "dkim.no-key", 1),
            ("v=DKIM1; p=MIIB***".to_owned(), "dkim.base64", 10),
            (format!("v=DKIM1; p={}", &key[..200]), "dkim.no-rsa", 10),
            (format!("v=DKIM1; k=ed25519; p={key}"), "dkim.no-ed25519", 21),
            (format!("v=DKIM1; k=dsa; p={key}"), "dkim.key-type", 10),
            (format!("v=DKIM1; s=tlsrpt; p={key}"), "dkim.service", 10),
            (format!("v=DKIM1; h=sha1; p={key}"), "dkim.digest", 10),
        ] {
            assert_eq!(read(&text), Key::Bad(rule, column), "{text}");
        }
    }
}
