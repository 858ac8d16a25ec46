//! A field for many lines: what people paste.

use crate::transcript::clean;

/// The most that is kept of a pasted text, in octets. A bounce or a screenful of log is far below.
pub(in crate::tui) const MOST: usize = 256 * 1024;

/// A text of many lines that is added to at its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) struct Area {
    text: String,
    cut: bool,
}

impl Area {
    pub(in crate::tui) fn of(text: &str) -> Self {
        let mut area = Self::default();
        area.add(text);
        area
    }

    /// Adds what was typed or pasted: line ends made one, control characters replaced, within the bound.
    pub(in crate::tui) fn add(&mut self, text: &str) {
        let text = clean(&text.replace("\r\n", "\n").replace('\r', "\n"));
        let room = MOST - self.text.len();
        let mut end = text.len().min(room);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.cut |= end < text.len();
        self.text.push_str(&text[..end]);
    }

    /// Takes the last character away.
    pub(in crate::tui) fn pop(&mut self) {
        self.text.pop();
        self.cut = false;
    }

    pub(in crate::tui) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(in crate::tui) fn text(&self) -> &str {
        &self.text
    }

    /// Whether something did not fit.
    pub(in crate::tui) fn is_cut(&self) -> bool {
        self.cut
    }

    /// The last lines, and how many stand before them.
    pub(in crate::tui) fn tail(&self, lines: usize) -> (usize, Vec<&str>) {
        let all = self.text.split('\n').count();
        let before = all.saturating_sub(lines);
        (before, self.text.split('\n').skip(before).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_keeps_its_lines_and_loses_its_controls() {
        let area = Area::of("550 no\r\nsuch\x1b[2J user\rhere");
        assert_eq!(area.text(), "550 no\nsuch\u{fffd}[2J user\nhere");
        assert_eq!(area.tail(2), (1, vec!["such\u{fffd}[2J user", "here"]));
    }

    #[test]
    fn a_paste_is_bounded_and_says_so() {
        let mut area = Area::of(&"ü".repeat(MOST));
        assert!(area.text().len() <= MOST && area.is_cut());
        area.add("more");
        assert!(area.text().len() <= MOST);
        area.clear();
        assert!(!area.is_cut());
    }
}
