//! Lines of a given width.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::desk::policy_in_lines;

/// Breaks text at spaces into lines of at most `width` columns; a word that is longer is broken where it must be.
/// There is at least one line.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(8);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let wide = word.width();
        if used > 0 && used + 1 + wide > width {
            lines.push(String::new());
            used = 0;
        } else if used > 0 {
            push(&mut lines, ' ');
            used += 1;
        }
        for c in word.chars() {
            let columns = c.width().unwrap_or(0);
            if used + columns > width {
                lines.push(String::new());
                used = 0;
            }
            push(&mut lines, c);
            used += columns;
        }
    }
    lines
}

/// Text behind a label: the first line after it, the others below the first.
#[must_use]
pub fn columns(label: &str, indent: usize, text: &str, width: usize) -> String {
    let mut out = String::new();
    for (i, line) in wrap(text, width.saturating_sub(indent)).iter().enumerate() {
        let lead = if i == 0 { label } else { "" };
        let gap = indent.saturating_sub(lead.width()).max(usize::from(i == 0 && indent > 0));
        let row = format!("{lead}{:gap$}{line}", "");
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
}

/// Things to do, numbered from 1 where there are several; what is to be copied keeps its lines.
pub(super) fn numbered<'t>(things: impl ExactSizeIterator<Item = &'t str>, width: usize) -> String {
    let several = things.len() > 1;
    let mut out = String::new();
    for (i, thing) in things.enumerate() {
        for (j, line) in policy_in_lines(thing).lines().enumerate() {
            let number = if several && j == 0 { format!("  {}", i + 1) } else { String::new() };
            out.push_str(&columns(&number, 5, line, width));
        }
    }
    out
}

fn push(lines: &mut [String], c: char) {
    if let Some(line) = lines.last_mut() {
        line.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_asked() {
        let text = "one two three verylongwordthatdoesnotfitanywhere 日本語日本語日本語 end";
        for width in [8, 11, 20] {
            assert!(wrap(text, width).iter().all(|l| l.width() <= width));
        }
    }

    #[test]
    fn nothing_is_lost_but_spaces() {
        let text = "a bb  ccc ddddddddddddddddddddd e";
        let joined: String = wrap(text, 8).concat();
        assert_eq!(joined.replace(' ', ""), text.replace(' ', ""));
    }

    #[test]
    fn text_hangs_below_its_label() {
        assert_eq!(columns("Proof", 8, "aaaa bbbb cccc", 17), "Proof   aaaa bbbb\n        cccc\n");
    }
}
