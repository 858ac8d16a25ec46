//! Breaking text into lines by how wide it shows.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::transcript::clean;

/// Breaks a text at spaces into lines of at most `width` columns; longer words are broken where they must. Never returns a line that is too wide.
pub(in crate::tui) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(2);
    let mut lines = Vec::new();
    for paragraph in clean(text).lines() {
        let mut line = String::new();
        let mut used = 0;
        for word in paragraph.split_whitespace() {
            let wide = word.width();
            if used > 0 && used + 1 + wide > width {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            if used + wide <= width {
                line.push_str(word);
                used += wide;
                continue;
            }
            for c in word.chars() {
                let w = c.width().unwrap_or(0);
                if used + w > width {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                line.push(c);
                used += w;
            }
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_at_spaces_and_only_where_it_must_in_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("https://check.example.org/x", 10), ["https://ch", "eck.exampl", "e.org/x"]);
        assert_eq!(wrap("a\nb", 9), ["a", "b"]);
        assert!(wrap("", 9).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_too_wide_and_no_word_is_lost(text in "\\PC{0,200}", width in 2_usize..90) {
            let lines = wrap(&text, width);
            for line in &lines {
                proptest::prop_assert!(line.width() <= width, "{line:?}");
            }
            let squeeze = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            proptest::prop_assert_eq!(squeeze(&lines.concat()), squeeze(&clean(&text)));
        }
    }
}
