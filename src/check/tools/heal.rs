//! An address as it was meant, where what was typed or pasted only wears something around it or looks odd: never applied without
//! the user's assent.

use super::address::is_address;

/// What was meant, and what stood in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Healed {
    /// The id of the rule that was broken, for the words in `assets/syntax.toml`.
    pub rule: &'static str,
    /// The column of the first character that is not as it should be, from 1.
    pub column: usize,
    /// The address that was meant.
    pub address: String,
}

/// Puts one thing right; none where there is nothing to put right.
type Step = fn(&str) -> Option<String>;

/// The address that was meant, where that is clear and is not what was typed.
#[must_use]
pub fn heal(typed: &str) -> Option<Healed> {
    let mut address = typed.to_owned();
    let mut broken = None;
    let steps: [(&'static str, Step); 11] = [
        ("invisible", seen),
        ("full-width", narrowed),
        ("mailto", without_mailto),
        ("several", first_of_several),
        ("name-before", out_of_brackets),
        ("quotes", unquoted),
        ("space", |a| changed(a, a.trim())),
        ("at-word", with_at),
        ("space", closed_up),
        ("two-at", one_at),
        ("dots", tidied),
    ];
    for (rule, step) in steps {
        if let Some(better) = step(&address) {
            address = better;
            broken.get_or_insert(rule);
        }
    }
    let rule = broken.filter(|_| is_address(&address))?;
    let same = typed.chars().zip(address.chars()).take_while(|(a, b)| a == b).count();
    Some(Healed { rule, column: same + 1, address })
}

fn changed(before: &str, after: &str) -> Option<String> {
    (before != after).then(|| after.to_owned())
}

/// Marks that cannot be seen. The joiners belong to some scripts (RFC 5892 appendix A.1), so among those they stay.
fn seen(text: &str) -> Option<String> {
    let marks = |c: char| matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let joiner = |c: char| matches!(c, '\u{200c}' | '\u{200d}');
    let plain = text.chars().all(|c| c.is_ascii() || marks(c) || joiner(c));
    changed(text, &text.chars().filter(|c| !(marks(*c) || (plain && joiner(*c)))).collect::<String>())
}

/// Letters of double width, as East Asian keyboards make them, and their dots and blanks.
fn narrowed(text: &str) -> Option<String> {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3002}' | '\u{ff61}' => '.',
        '\u{3000}' | '\u{a0}' | '\u{202f}' => ' ',
        c => c,
    };
    changed(text, &text.chars().map(narrow).collect::<String>())
}

/// `mailto:bob@example.org?subject=…` (RFC 6068).
fn without_mailto(text: &str) -> Option<String> {
    let at = text.to_ascii_lowercase().find("mailto:")?;
    let rest = &text[at + "mailto:".len()..];
    Some(rest.split('?').next().unwrap_or(rest).replace("%40", "@"))
}

/// The first of a list.
fn first_of_several(text: &str) -> Option<String> {
    if text.matches('@').count() < 2 {
        return None;
    }
    let first = text.split([',', ';', ' ']).map(str::trim).find(|part| part.contains('@'))?;
    let others = text.split([',', ';', ' ']).filter(|part| part.contains('@')).count();
    (others > 1).then(|| first.to_owned())
}

/// `Bob <bob@example.org>`, also with only one of the brackets.
fn out_of_brackets(text: &str) -> Option<String> {
    let inner = text.rsplit_once('<').map_or(text, |(_, inner)| inner);
    changed(text, inner.split('>').next().unwrap_or(inner))
}

/// Quotation marks around it, straight or typographic, and what else is pasted along at its ends. A quoted local part stays one.
fn unquoted(text: &str) -> Option<String> {
    let curly = |c: char| match c {
        '“' | '”' | '„' | '‟' | '«' | '»' => '"',
        '‘' | '’' | '‚' | '‛' | '`' | '´' => '\'',
        c => c,
    };
    let text = text.trim();
    let straight: String = text.chars().map(curly).collect();
    let ends = straight.trim_end_matches([',', ';', ':', '!', '?', '"', '\'', ')', '*']);
    let quoted_local = ends.starts_with('"') && ends.contains("\"@");
    let bare = if quoted_local { ends } else { ends.trim_start_matches(['"', '\'', '(', '*']) };
    changed(text, bare)
}

/// `bob at example dot org`, `bob(at)example.org`, `bob[at]example[dot]org`.
fn with_at(text: &str) -> Option<String> {
    let mut text = text.to_owned();
    let before = text.clone();
    let at = ["(at)", "[at]", "{at}", " at ", "(@)", "[@]"];
    if !text.contains('@') || at[4..].iter().any(|at| text.contains(at)) {
        let found = at.iter().find(|at| text.to_ascii_lowercase().contains(*at))?;
        let place = text.to_ascii_lowercase().find(found)?;
        text.replace_range(place..place + found.len(), "@");
    }
    for dot in ["(dot)", "[dot]", "{dot}", " dot ", "(.)", "[.]"] {
        while let Some(place) = text.to_ascii_lowercase().find(dot) {
            text.replace_range(place..place + dot.len(), ".");
        }
    }
    changed(&before, &text)
}

/// Blanks in it, outside of a quoted local part.
fn closed_up(text: &str) -> Option<String> {
    if text.starts_with('"') {
        return None;
    }
    changed(text, &text.split_whitespace().collect::<String>())
}

/// `bob@@example.org`.
fn one_at(text: &str) -> Option<String> {
    changed(text, &text.replace("@@", "@"))
}

/// Dots at the ends, two side by side, and commas where they belong; `bob@192.0.2.1` without its brackets (RFC 5321 §4.1.3).
fn tidied(text: &str) -> Option<String> {
    let (local, domain) = text.rsplit_once('@')?;
    let quoted = local.starts_with('"');
    let local = if quoted { local.to_owned() } else { dots(local) };
    if domain.starts_with('[') {
        return changed(text, &format!("{local}@{domain}"));
    }
    let domain = dots(&domain.replace([',', ';'], "."));
    let domain = if domain.parse::<std::net::IpAddr>().is_ok() {
        let tag = if domain.contains(':') { "IPv6:" } else { "" };
        format!("[{tag}{domain}]")
    } else {
        domain
    };
    changed(text, &format!("{local}@{domain}"))
}

fn dots(text: &str) -> String {
    text.split('.').filter(|label| !label.is_empty()).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_found_with_its_reason() {
        for (typed, rule) in [
            ("<bob@example.org>", "name-before"),
            ("Bob <bob@example.org>", "name-before"),
            ("mailto:bob@example.org", "mailto"),
            ("MAILTO:bob%40example.org?subject=hello", "mailto"),
            (" bob@example.org", "space"),
            ("bob @ example . org", "space"),
            ("bob@example.org,", "quotes"),
            ("“bob@example.org”", "quotes"),
            ("'bob@example.org'", "quotes"),
            ("(bob@example.org)", "quotes"),
            ("bob@example.org.", "dots"),
            ("bob@example..org", "dots"),
            ("bob@example,org", "dots"),
            ("bob.@example.org", "dots"),
            ("bob@@example.org", "two-at"),
            ("bob@example.org, ann@example.org", "several"),
            ("ｂｏｂ＠ｅｘａｍｐｌｅ．ｏｒｇ", "full-width"),
            ("bob@example。org", "full-width"),
            ("bob\u{a0}@example.org", "full-width"),
            ("bob\u{200b}@example.org", "invisible"),
            ("\u{202a}bob@example.org\u{202c}", "invisible"),
            ("bob at example dot org", "at-word"),
            ("bob(at)example[dot]org", "at-word"),
        ] {
            let healed = heal(typed).unwrap_or_else(|| panic!("{typed}"));
            assert_eq!((healed.address.as_str(), healed.rule), ("bob@example.org", rule), "{typed}");
        }
    }

    #[test]
    fn a_good_address_and_a_hopeless_one_are_left_alone() {
        for typed in [
            "bob@example.org",
            "\"odd one\"@example.org",
            "grüße@bücher.example",
            "o'neil@example.org",
            "bob",
            "@example.org",
            "bob@",
            "a@b@c",
            "",
            "@@",
            "<>",
        ] {
            assert_eq!(heal(typed), None, "{typed}");
        }
    }

    #[test]
    fn the_column_is_where_it_first_differs() {
        assert_eq!(heal("bob @example.org").map(|h| h.column), Some(4));
        assert_eq!(heal("bob@192.0.2.1").map(|h| h.address), Some("bob@[192.0.2.1]".to_owned()));
    }
}
