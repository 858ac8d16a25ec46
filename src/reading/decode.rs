//! Text out of parts: transfer encodings, character sets, markup. Broken ones give what can be had.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use mail_parser::decoders::charsets::map::charset_decoder;

/// The body of a part as text.
pub(super) fn body<'t>(raw: &'t str, encoding: &str, charset: Option<&str>) -> Cow<'t, str> {
    let encoding = encoding.trim();
    let octets = match () {
        () if encoding.eq_ignore_ascii_case("base64") => Cow::Owned(base64(raw)),
        () if encoding.eq_ignore_ascii_case("quoted-printable") => match raw.contains('=') {
            true => Cow::Owned(quoted(raw)),
            false => Cow::Borrowed(raw.as_bytes()),
        },
        // Octets of another character set that were read as Latin-1, because a text has to be one.
        () => match charset.filter(|_| !raw.is_ascii()).and_then(|c| foreign(raw, c)) {
            Some(octets) => Cow::Owned(octets),
            None => Cow::Borrowed(raw.as_bytes()),
        },
    };
    match octets {
        Cow::Borrowed(octets) if octets.as_ptr() == raw.as_ptr() && plain(raw, charset) => Cow::Borrowed(raw),
        octets => Cow::Owned(text(&octets, charset)),
    }
}

/// Whether a text is to be taken as it stands: ASCII, or UTF-8 already, whatever it says of itself.
fn plain(raw: &str, charset: Option<&str>) -> bool {
    let shifting = charset.is_some_and(|c| {
        let c = c.to_ascii_lowercase();
        c.contains("2022") || c.contains("utf-7") || c.starts_with("hz")
    });
    !raw.contains('\u{1b}') && !shifting || !raw.is_ascii()
}

/// Octets as text: UTF-8 where they are UTF-8, else by the character set they name, else Latin-1.
fn text(octets: &[u8], charset: Option<&str>) -> String {
    let wide = charset.is_some_and(|c| c.get(..4).is_some_and(|c| c.eq_ignore_ascii_case("utf-")) && !c.ends_with('8'));
    let shifting =
        octets.contains(&0x1b) || (octets.is_ascii() && charset.is_some_and(|c| c.eq_ignore_ascii_case("hz-gb-2312")));
    if !wide
        && !shifting
        && let Ok(text) = std::str::from_utf8(octets)
    {
        return text.to_owned();
    }
    let named = charset.unwrap_or(if shifting { "iso-2022-jp" } else { "iso-8859-1" });
    match charset_decoder(named.trim().as_bytes()) {
        Some(decode) => decode(octets),
        None if shifting => String::from_utf8_lossy(octets).into_owned(),
        None => octets.iter().copied().map(char::from).collect(),
    }
}

/// The octets behind a text that was read as Latin-1 though it names a character set with other letters.
fn foreign(raw: &str, charset: &str) -> Option<Vec<u8>> {
    let same = ["utf-8", "utf8", "us-ascii", "iso-8859-1", "latin1", "windows-1252", "cp1252"];
    if same.iter().any(|s| s.eq_ignore_ascii_case(charset.trim())) {
        return None;
    }
    raw.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Base64, whatever stands between its letters, up to where it ends.
fn base64(raw: &str) -> Vec<u8> {
    let mut letters: Vec<u8> = raw
        .bytes()
        .take_while(|b| *b != b'=')
        .filter(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
        .collect();
    if letters.len() % 4 == 1 {
        letters.pop();
    }
    FORGIVING.decode(&letters).unwrap_or_default()
}

/// Quoted-printable; what is no code stays as it is.
fn quoted(raw: &str) -> Vec<u8> {
    let bytes = raw.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'=' {
            let end = raw[at..].find('=').map_or(bytes.len(), |i| at + i);
            out.extend_from_slice(&bytes[at..end]);
            at = end;
            continue;
        }
        let hex = |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16));
        match (hex(bytes.get(at + 1)), hex(bytes.get(at + 2))) {
            (Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                at += 3;
            }
            _ => {
                // A soft line break, with blanks that some relay added.
                let blank = bytes[at + 1..].iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
                match bytes.get(at + 1 + blank) {
                    Some(b'\n') => at += blank + 2,
                    None => at = bytes.len(),
                    _ => {
                        out.push(b'=');
                        at += 1;
                    }
                }
            }
        }
    }
    out
}

/// A header field's words: unfolded, and encoded words (RFC 2047) read.
pub(super) fn words(raw: &str) -> Cow<'_, str> {
    if !raw.contains("=?") && !raw.contains(['\n', '\r', '\u{1b}']) {
        return Cow::Borrowed(raw);
    }
    if raw.contains('\u{1b}') {
        return Cow::Owned(text(raw.as_bytes(), None));
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, behind)) = rest.split_once("=?") {
        let mut pieces = behind.splitn(4, '?');
        let (charset, how, what, after) = (pieces.next(), pieces.next(), pieces.next(), pieces.next());
        let word = match (how, what, after.and_then(|a| a.strip_prefix('='))) {
            (Some("B" | "b"), Some(what), Some(after)) => Some((base64(what), after)),
            (Some("Q" | "q"), Some(what), Some(after)) => Some((quoted(&what.replace('_', " ")), after)),
            _ => None,
        };
        // Blanks between two encoded words are none.
        if !(before.trim().is_empty() && word.is_some() && !out.is_empty()) {
            out.push_str(before);
        }
        match word {
            Some((octets, after)) => {
                let charset = charset.map(|c| c.split('*').next().unwrap_or(c));
                out.push_str(&text(&octets, charset));
                rest = after;
            }
            None => {
                out.push_str("=?");
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out.replace(['\r', '\n'], ""))
}

/// HTML as lines of text.
pub(super) fn unmarked(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        entities(&rest[..at], &mut out);
        rest = &rest[at..];
        let Some(end) = rest.find('>') else { break };
        let tag = &rest[1..end];
        if tag.contains('@') && !tag.contains('=') {
            // An address that nobody escaped.
            out.push_str(&rest[..=end]);
            rest = &rest[end + 1..];
            continue;
        }
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take(10)
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '!')
            .map(|c| c.to_ascii_lowercase())
            .collect();
        rest = match name.as_str() {
            _ if tag.starts_with("!--") => rest.find("-->").map_or("", |i| &rest[i + 3..]),
            "style" | "script" | "title" if !tag.starts_with('/') => closing(&rest[end + 1..], &name),
            "br" | "p" | "div" | "tr" | "li" | "ul" | "ol" | "table" | "pre" | "h1" | "h2" | "h3" | "h4" | "h5"
            | "h6" | "hr" | "blockquote" => {
                out.push('\n');
                &rest[end + 1..]
            }
            "td" | "th" => {
                out.push(' ');
                &rest[end + 1..]
            }
            _ => &rest[end + 1..],
        };
    }
    entities(rest, &mut out);
    out
}

/// What stands behind the end of an element whose content is not text.
fn closing<'t>(text: &'t str, name: &str) -> &'t str {
    let mut rest = text;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        if rest.get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name)) {
            return rest.split_once('>').map_or("", |(_, behind)| behind);
        }
    }
    ""
}

fn entities(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(10).position(|b| b == b';');
        let known = end.and_then(|end| Some((entity(&rest[1..end])?, end)));
        match known {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "nbsp" => ' ',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "amp" => '&',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "szlig" => 'ß',
        "eacute" => 'é',
        "egrave" => 'è',
        "agrave" => 'à',
        "ntilde" => 'ñ',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_by_its_encoding_and_character_set() {
        assert_eq!(body("Bo=EEte =\n pleine", "quoted-printable", Some("iso-8859-1")), "Boîte  pleine");
        assert_eq!(body("8NLJ18XU", "BASE64", Some("koi8-r")), "Привет");
        assert_eq!(body("\u{1b}$B0E\u{1b}(B", "7bit", Some("iso-2022-jp")), "宛".replace('宛', "暗"));
        assert_eq!(body("//5oAGkA", "base64", Some("utf-16")), "hi");
        assert_eq!(body("gr\u{fc}n", "8bit", Some("iso-8859-1")), "grün");
    }

    #[test]
    fn broken_text_gives_what_can_be_had() {
        assert_eq!(body("5=5G0 =", "quoted-printable", None), "5=5G0 ");
        assert_eq!(body("NTUw!!IG5vIA", "base64", Some("no-such-set")), "550 no ");
        assert_eq!(body("=E9", "quoted-printable", Some("no-such-set")), "é");
    }

    #[test]
    fn encoded_words_are_read() {
        assert_eq!(words("=?utf-8?Q?Nicht_?=\n =?utf-8?B?enVnZXN0ZWxsdA==?= (1)"), "Nicht zugestellt (1)");
        assert_eq!(words("=?broken =?utf-8?X?a?="), "=?broken =?utf-8?X?a?=");
    }

    #[test]
    fn markup_goes_and_addresses_stay() {
        let html = "<style>p{}</style><p>Not <b>sent</b> to <bob@example.org>:<br>550&nbsp;5.1.1 &#39;gone&#39;<!-- x > --></p> &unknown; <open";
        assert_eq!(unmarked(html), "\nNot sent to <bob@example.org>:\n550 5.1.1 'gone'\n &unknown; <open");
    }
}
