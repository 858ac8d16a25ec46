//! Mail addresses inside other text, in the many forms that mail systems write them in.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// The local part of an address among other words. Chinese, Japanese and Korean put no blank before it, so their letters are of it only
/// where they are all of it (RFC 6531).
pub(super) const LOCAL: &str = r#"(?:"[^"\p{Cc}]+"|[^\s\p{Cc}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2066}-\u{2069}\u{feff}<>@"'`,;:()\[\]{}=|\\\u{2018}-\u{201e}\u{3000}-\u{30ff}\u{3400}-\u{9fff}\u{ac00}-\u{d7af}\u{ff00}-\u{ffef}]+|[\u{3040}-\u{30ff}\u{3400}-\u{9fff}\u{ac00}-\u{d7af}]+)"#;

static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!(r"{LOCAL}@(?:[A-Za-z0-9_-]+\.)*[A-Za-z0-9_-]+")).expect("a pattern"));

/// The addresses of a text, in order.
pub(super) fn all(text: &str) -> impl Iterator<Item = &str> {
    // Without the sign there is none: most lines are passed over so.
    let worth = text.contains('@');
    worth
        .then(|| ADDRESS.find_iter(text).map(|m| m.as_str().trim_end_matches('.').trim_start_matches(['.', '*'])))
        .into_iter()
        .flatten()
}

/// Whether a text is an address and nothing more.
pub(super) fn is_one(text: &str) -> bool {
    ADDRESS.find(text).is_some_and(|m| m.len() == text.len())
}

/// Whether an address is one that a mail system writes from, or that leads to its keepers.
pub(super) fn is_system(address: &str) -> bool {
    const NAMES: [&str; 16] = [
        "postmaster",
        "mailer-daemon",
        "mail-daemon",
        "mailerdaemon",
        "mailer_daemon",
        "post_master",
        "no-reply",
        "noreply",
        "do-not-reply",
        "donotreply",
        "bounce",
        "bounces",
        "abuse",
        "helpdesk",
        "support",
        "mdaemon",
    ];
    let local = address.split('@').next().unwrap_or_default();
    NAMES.iter().any(|n| n.eq_ignore_ascii_case(local))
}

/// The address of a report's recipient field (RFC 3464 §2.3.1), out of its type and whatever is around it.
///
/// A pipe, a file, a source route or a name in a directory is no address.
pub(super) fn of_field(value: &str) -> Option<String> {
    let (kind, value) = typed(value);
    let value = value.trim();
    let value = match value.find('<').filter(|_| !value.starts_with('"')) {
        Some(at) => value[at + 1..].split('>').next().unwrap_or_default(),
        None => value.split(" (").next().unwrap_or(value),
    }
    .trim_matches(['<', '>', ' ', '\t', ',', ';']);
    let value = unescaped(kind, value);
    if let Some(inner) = encapsulated(&value) {
        return inner;
    }
    let quoted = value.starts_with('"') && value[1..].contains("\"@");
    let plain = !value.contains(['/', '|', ' ', '\t', '"']) && !value.starts_with('@');
    (value.contains('@') && (plain || quoted)).then(|| value.into_owned())
}

/// The type of a field's value, and the value.
pub(super) fn typed(value: &str) -> (&str, &str) {
    match value.split_once(';') {
        Some((kind, rest)) if kind.len() <= 40 && !kind.trim().contains([' ', '@', '<']) => (kind.trim(), rest.trim()),
        _ => ("", value.trim()),
    }
}

/// `\x{F6}` of RFC 6533 §3, and `+40` of RFC 3461 §4 where nothing else makes it an address.
fn unescaped<'t>(kind: &str, value: &'t str) -> Cow<'t, str> {
    if kind.get(..3).is_some_and(|k| k.eq_ignore_ascii_case("utf")) && value.contains("\\x{") {
        let mut out = String::with_capacity(value.len());
        let mut rest = value;
        while let Some((before, behind)) = rest.split_once("\\x{") {
            out.push_str(before);
            let read = behind
                .split_once('}')
                .and_then(|(hex, after)| Some((char::from_u32(u32::from_str_radix(hex, 16).ok()?)?, after)));
            match read {
                Some((c, after)) => {
                    out.push(c);
                    rest = after;
                }
                None => rest = behind,
            }
        }
        out.push_str(rest);
        return Cow::Owned(out);
    }
    if !value.contains('@') && value.contains("+40") { Cow::Owned(hexed(value)) } else { Cow::Borrowed(value) }
}

/// Text with `+2E` for a dot.
fn hexed(value: &str) -> String {
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = bytes.get(at + 1..at + 3).and_then(|p| std::str::from_utf8(p).ok()).filter(|_| bytes[at] == b'+');
        match pair.and_then(|p| u8::from_str_radix(p, 16).ok()) {
            Some(octet) => {
                out.push(octet);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// An address of another system that Exchange put into an Internet one: `IMCEASMTP-bob+40example+2Eorg@host`. Outer none: it is no such
/// address; inner none: what it holds is no Internet address.
fn encapsulated(value: &str) -> Option<Option<String>> {
    let rest = value.get(..5).filter(|p| p.eq_ignore_ascii_case("imcea")).map(|_| &value[5..])?;
    let (_, inner) = rest.split_once('-')?;
    let inner = inner.rsplit_once('@').map_or(inner, |(inner, _)| inner);
    let inner = hexed(inner);
    Some((inner.contains('@') && !inner.contains(['/', '=', ' '])).then_some(inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_field_gives_its_address() {
        let is = |field: &str, wanted: &str| assert_eq!(of_field(field).as_deref(), Some(wanted), "{field}");
        is("rfc822; bob@example.org", "bob@example.org");
        is("RFC822;<bob@example.org>", "bob@example.org");
        is("bob@example.org (Bob)", "bob@example.org");
        is("rfc822;\"bob smith\"@example.org", "\"bob smith\"@example.org");
        is("utf-8; b\\x{F6}b@example.org", "böb@example.org");
        is("rfc822; bob+40example.org", "bob@example.org");
        is("rfc822;IMCEASMTP-bob+40example+2Eorg@host.example", "bob@example.org");
    }

    #[test]
    fn what_is_no_address_gives_none() {
        for field in [
            "rfc822; |/bin/sort@host",
            "rfc822;@relay.example:bob@host",
            "rfc822; bob",
            "x400; /C=US/CN=bob",
            "",
            "IMCEAEX-_O=ORG_CN=bob@x.example",
        ] {
            assert_eq!(of_field(field), None, "{field}");
        }
    }

    #[test]
    fn quoted_local_parts_are_whole() {
        assert_eq!(
            all("to <\"a..b.\"@example.org>, c@example.org.").collect::<Vec<_>>(),
            ["\"a..b.\"@example.org", "c@example.org"]
        );
    }
}
