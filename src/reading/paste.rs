//! What pasting does to a text, undone: colours, HTML, typographic quotes, code fences, the escapes of JSON.

use std::borrow::Cow;

use super::line::coded;

/// The text as it was before it was shown somewhere: without colours of a terminal, HTML tags and entities, code fences, typographic
/// quotes and unusual spaces.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let odd = |b: u8| matches!(b, 0x1b | b'&' | b'`') || b >= 0x80;
    if !text.bytes().any(odd) && !text.contains("<br") && !text.contains("</") && !text.contains("[0m") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (shown, length) = match c {
            '\u{1b}' => ("", escape(rest)),
            '[' => colour(rest).map_or(("[", 1), |length| ("", length)),
            '&' => match entity(rest) {
                Some((c, length)) => {
                    out.push(c);
                    ("", length)
                }
                None => ("&", 1),
            },
            '<' => tag(rest).unwrap_or(("<", 1)),
            '`' => ("", fence(rest, &out)),
            _ if c.is_ascii() => {
                let length = rest.bytes().position(|b| odd(b) || matches!(b, b'<' | b'[')).unwrap_or(rest.len());
                out.push_str(&rest[..length]);
                ("", length)
            }
            _ => (
                typed(c).unwrap_or_else(|| {
                    out.push(c);
                    ""
                }),
                c.len_utf8(),
            ),
        };
        out.push_str(shown);
        rest = &rest[length..];
    }
    Cow::Owned(out)
}

/// What a typographic sign stands for; none for any other letter.
fn typed(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' => "\"",
        '\u{2018}'..='\u{201b}' | '\u{b4}' => "'",
        '\u{2010}'..='\u{2013}' | '\u{2212}' => "-",
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => " ",
        '\u{2028}' | '\u{2029}' => "\n",
        '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => "",
        '\u{2502}' | '\u{2503}' => "|",
        _ => return None,
    })
}

/// The length of a terminal's escape sequence (ECMA-48 §5.4), or of the escape alone.
fn escape(text: &str) -> usize {
    let bytes = text.as_bytes();
    match bytes.get(1) {
        Some(b'[') => {
            let end = bytes[2..].iter().take(30).position(|b| (0x40..=0x7e).contains(b));
            end.map_or(2, |end| end + 3)
        }
        Some(b'(' | b')') if bytes.len() > 2 && bytes[2].is_ascii() => 3,
        _ => 1,
    }
}

/// The length of `[31m`, what is left of a colour whose escape was lost.
fn colour(text: &str) -> Option<usize> {
    let inside = text[1..].bytes().take(12).position(|b| !(b.is_ascii_digit() || b == b';'))?;
    (inside > 0 && text.as_bytes().get(inside + 1) == Some(&b'm')).then_some(inside + 2)
}

fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(12).position(|b| b == b';')?;
    let name = &text[1..end];
    let c = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let value = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(value)?
        }
    };
    Some((c, end + 1))
}

/// What stands for an HTML tag, and its length; none where it is no tag that programs write around an error.
fn tag(text: &str) -> Option<(&'static str, usize)> {
    let bytes = text.as_bytes();
    let from = if bytes.get(1) == Some(&b'/') { 2 } else { 1 };
    let name = bytes.get(from..)?.iter().take(8).position(|b| !b.is_ascii_alphanumeric())?;
    let shown = match text[from..from + name].to_ascii_lowercase().as_str() {
        "br" | "p" | "div" | "li" | "tr" | "pre" | "ul" | "blockquote" => "\n",
        "code" | "b" | "i" | "em" | "strong" | "span" | "tt" | "font" | "a" | "small" | "samp" | "kbd" | "td" => "",
        _ => return None,
    };
    let end = bytes[from + name..].iter().take(300).position(|b| *b == b'>')?;
    matches!(bytes[from + name], b'>' | b'/' | b' ').then_some((shown, from + name + end + 1))
}

/// The length of backquotes; those of a code fence, at the start of a line, with the language behind them.
fn fence(text: &str, before: &str) -> usize {
    let ticks = text.bytes().position(|b| b != b'`').unwrap_or(text.len());
    let at_start =
        before.trim_end_matches([' ', '\t']).is_empty() || before.trim_end_matches([' ', '\t']).ends_with('\n');
    if ticks < 3 || !at_start {
        return ticks;
    }
    let word = text[ticks..].bytes().take(20).position(|b| !b.is_ascii_alphabetic()).unwrap_or(0);
    let alone = text[ticks + word..].starts_with(['\n', '\r']);
    ticks + if alone { word } else { 0 }
}

/// The text with the escapes of JSON and of printed strings (`\n`, `\"`, `\u003c`) as what they stand for.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let slashes = rest[at..].bytes().position(|b| b != b'\\').unwrap_or(rest.len() - at);
        rest = &rest[at + slashes..];
        let Some(c) = rest.chars().next() else { break };
        let (shown, length) = match c {
            // Strings of Node.js that go on in the next line: '…\n' +
            'n' => (Some('\n'), 1 + joined(&rest[1..])),
            'r' => (None, 1),
            't' => (Some(' '), 1),
            '"' | '\'' | '/' => (Some(c), 1),
            'u' => match rest.get(1..5).and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32) {
                Some(c) => (Some(c), 5),
                None => (Some('\\'), 0),
            },
            _ => (Some('\\'), 0),
        };
        out.extend(shown);
        rest = &rest[length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The length of `' +` and the quote that opens the next line.
fn joined(text: &str) -> usize {
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '\'' | '"' | '`')) else { return 0 };
    let Some(rest) = text[1..].strip_prefix(" +") else { return 0 };
    let next = rest.trim_start();
    if next.starts_with(quote) { text.len() - next.len() + 1 } else { 0 }
}

/// A reply that a terminal broke at its last column, put together again: three lines and more, all but the last of one length.
pub(super) fn unbroken(text: &str) -> Option<String> {
    let mut lines = text.trim_end().lines();
    let first = lines.next().filter(|l| l.len() >= 20 && l.starts_with(|c: char| c.is_ascii_digit()))?;
    let width = first.chars().count();
    let mut rest: Vec<&str> = lines.take(41).collect();
    let last = rest.pop().filter(|l| !l.is_empty() && l.chars().count() <= width)?;
    // A line of the server's own begins with its code.
    let broken = |l: &&str| l.chars().count() == width && coded(l).is_none();
    if rest.is_empty() || rest.len() > 39 || !rest.iter().all(broken) || coded(last).is_some() {
        return None;
    }
    Some(std::iter::once(first).chain(rest).chain([last]).collect())
}

/// What lines are quoted with.
const MARKS: [char; 2] = ['>', '|'];

/// A text quoted in an answer (`> `, `| `), without the marks.
pub(super) fn unquoted(text: &str) -> Option<String> {
    let (mut all, mut marked) = (0, [0, 0]);
    for line in text.lines().map(str::trim_start).filter(|l| !l.is_empty()).take(50) {
        all += 1;
        for (mark, count) in MARKS.into_iter().zip(&mut marked) {
            *count += usize::from(line.starts_with(mark));
        }
    }
    // A transcript has `>` too, before the client's lines only.
    let enough = |(_, marked): &(char, usize)| *marked > 0 && marked * 3 >= all * 2;
    let (mark, _) = MARKS.into_iter().zip(marked).find(enough)?;
    Some(text.lines().map(|line| unmarked(line, mark)).collect::<Vec<_>>().join("\n"))
}

fn unmarked(line: &str, mark: char) -> &str {
    let mut rest = line;
    while let Some(inner) = rest.trim_start_matches([' ', '\t']).strip_prefix(mark) {
        rest = inner.strip_prefix(' ').unwrap_or(inner);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_tags_entities_and_typographic_signs_are_undone() {
        assert_eq!(plain("\u{1b}[1;31m550 5.1.1\u{1b}[0m no [31mx[0m"), "550 5.1.1 no x");
        assert_eq!(
            plain("550&nbsp;5.1.1 &lt;bob@example.org&gt;&#39;s<br />\n<code>x</code>"),
            "550 5.1.1 <bob@example.org>'s\n\nx"
        );
        assert_eq!(plain("\u{201c}550\u{a0}no\u{201d}\u{200b}"), "\"550 no\"");
        assert_eq!(plain("```text\n550 `x`\n```"), "\n550 x\n");
        assert_eq!(plain("a & b <bob@example.org> &x; [x]"), "a & b <bob@example.org> &x; [x]");
    }

    #[test]
    fn escapes_of_strings_are_undone() {
        assert_eq!(unescaped(r#"550-a\r\n550 \"b\" \u003cc\u003e"#), "550-a\n550 \"b\" <c>");
        assert_eq!(unescaped(r"C:\Users \x \"), r"C:\Users \x ");
        assert_eq!(unescaped("'one\\n' +\n    'two'"), "'one\ntwo'");
    }

    #[test]
    fn quotation_marks_of_any_depth_are_taken_off() {
        assert_eq!(unquoted("> > 550 a\n>> 550 b").as_deref(), Some("550 a\n550 b"));
        assert_eq!(unquoted("| 550 a\n| b").as_deref(), Some("550 a\nb"));
        assert_eq!(unquoted("> EHLO x\n< 250 ok\n< 250 ok"), None);
    }
}
