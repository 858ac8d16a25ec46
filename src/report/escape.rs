//! Text from outside, made harmless in each format.

use std::fmt::Write as _;

use crate::transcript::{clean, clean_line};

/// The longest piece of text in one place of a page, in characters.
const MOST: usize = 4000;

/// JSON text in which every control character that serde lets stand (DEL, C1, bidirectional controls) is escaped.
///
/// Outside its strings JSON has none of them, so that the whole text can be gone through.
#[must_use]
pub fn json_text(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || clean(c.encode_utf8(&mut [0; 4])).starts_with(c) {
            out.push(c);
        } else {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        }
    }
    out
}

/// One line of text for an HTML page, in an element or in a quoted attribute.
#[must_use]
pub fn html_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean_line(text, MOST).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// One line of text for Markdown: nothing in it can begin a link, an image, a tag, a list or a table's cell.
#[must_use]
pub fn markdown_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let line = clean_line(text, MOST);
    for (i, c) in line.chars().enumerate() {
        let special = matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '!' | '&');
        let leads = i == 0 && matches!(c, '-' | '+' | '=');
        if special || leads {
            out.push('\\');
        }
        out.push(c);
    }
    // A number, a dot and a space at the start would begin a list.
    let begins_list = |(n, rest): (&str, &str)| {
        !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()) && (rest.is_empty() || rest.starts_with(' '))
    };
    if line.split_once(['.', ')']).is_some_and(begins_list) {
        let at = out.find(['.', ')']).unwrap_or_default();
        out.insert(at, '\\');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_what_it_means_and_shows_no_control() {
        let dirty = "a\u{7f}\u{9b}2J\u{202e}b\u{1b}ü";
        let text = json_text(&serde_json::to_string(&dirty).unwrap());
        assert!(text.chars().all(|c| !c.is_control() && c != '\u{202e}'), "{text}");
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), dirty);
    }

    #[test]
    fn a_page_has_no_tag_but_its_own() {
        let text = html_text("<script>alert('1')</script>\n\"&");
        assert_eq!(text, "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &quot;&amp;");
    }

    #[test]
    fn markdown_has_no_link_but_its_own() {
        assert_eq!(markdown_text("[x](http://a) <b> ![i](j)"), "\\[x\\](http://a) \\<b\\> \\!\\[i\\](j)");
        assert_eq!(markdown_text("- 1. x"), "\\- 1. x");
        assert_eq!(markdown_text("550. no"), "550\\. no");
        assert_eq!(markdown_text("0.1.0"), "0.1.0");
        assert_eq!(markdown_text("a\n# b"), "a \\# b");
    }
}
