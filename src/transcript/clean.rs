//! Text from outside, made safe to show.

/// Text from outside with every control character (C0, DEL, C1, bidirectional overrides) replaced, newlines kept.
///
/// A hostile server must not move a cursor, change a colour or reorder a line on somebody's terminal.
#[must_use]
pub fn clean(text: &str) -> String {
    shown(text).map(|c| if c == '\n' { c } else { safe(c) }).collect()
}

/// As [`clean`], for one line: newlines become spaces and the result is at most `max` characters, `…` included.
#[must_use]
pub fn clean_line(text: &str, max: usize) -> String {
    // Most lines are plain already.
    if text.len() <= max && text.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut line: String = shown(text).take(max + 1).map(safe).collect();
    if line.chars().count() > max {
        line = line.chars().take(max.saturating_sub(1)).collect();
        line.push('…');
    }
    line
}

/// Without variation selectors: they change how wide the character before them is, differently from terminal to terminal.
fn shown(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| !matches!(c, '\u{fe00}'..='\u{fe0f}'))
}

fn safe(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' => ' ',
        c if c.is_control() => '\u{fffd}',
        // Bidirectional controls, line separators and invisible joiners: they let text show as what it is not.
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => '\u{fffd}',
        c => c,
    }
}

/// What a system says of an error, without the number behind it: that is of this machine, and tells a reader nothing.
#[must_use]
pub fn without_number(reason: &str) -> &str {
    reason.split(" (os error").next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_escape_or_bidi_control_survives() {
        let dirty = "a\x1b[31m\u{9b}2J\u{202e}b\x07\r\nc\0";
        for c in clean(dirty).chars().chain(clean_line(dirty, 80).chars()) {
            assert!(c == '\n' || !c.is_control(), "{c:?}");
            assert_ne!(c, '\u{202e}');
        }
    }

    #[test]
    fn a_line_keeps_within_its_width() {
        assert_eq!(clean_line("abcdef", 4), "abc…");
        assert_eq!(clean_line("abcd", 4), "abcd");
    }
}
