//! A field for many lines: what people paste.

use unicode_width::UnicodeWidthChar;

use crate::reading::Reader;
use crate::transcript::clean;

/// The most that is kept of a pasted text, in octets: as much as is read of one.
pub(in crate::tui) const MOST: usize = Reader::MOST;

/// Of a longer line only its end is laid out, in octets.
const LAID_OUT: usize = 8 * 1024;

/// A text of many lines that is added to at its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) struct Area {
    text: String,
    cut: bool,
    /// Where its lines begin, but for the first: so that drawing never goes through all of it.
    starts: Vec<usize>,
    /// What was cleared last.
    cleared: Option<Box<Self>>,
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
        let from = self.text.len() + 1;
        self.starts.extend(text[..end].match_indices('\n').map(|(at, _)| from + at));
        self.text.push_str(&text[..end]);
    }

    /// Takes the last character away.
    pub(in crate::tui) fn pop(&mut self) {
        if self.text.pop() == Some('\n') {
            self.starts.pop();
        }
        self.cut = false;
    }

    /// Empties it; [`Self::restore`] takes that back.
    pub(in crate::tui) fn clear(&mut self) {
        if !self.text.is_empty() {
            let cleared = std::mem::take(self);
            self.cleared = Some(Box::new(cleared));
        }
    }

    /// Brings back what was cleared, in front of what was typed since.
    pub(in crate::tui) fn restore(&mut self) {
        if let Some(cleared) = self.cleared.take() {
            let typed = std::mem::replace(self, *cleared);
            self.add(&typed.text);
        }
    }

    /// Whether something was cleared that can be brought back.
    pub(in crate::tui) fn can_restore(&self) -> bool {
        self.cleared.is_some()
    }

    pub(in crate::tui) fn text(&self) -> &str {
        &self.text
    }

    /// Whether something did not fit.
    pub(in crate::tui) fn is_cut(&self) -> bool {
        self.cut
    }

    /// How many lines it has; an end of line at its end begins none.
    pub(in crate::tui) fn lines(&self) -> usize {
        self.starts.len() + usize::from(!self.text.is_empty() && !self.text.ends_with('\n'))
    }

    /// The last lines, broken at a width, as many as fill `rows`; and how many whole lines stand before them.
    pub(in crate::tui) fn tail(&self, rows: usize, width: usize) -> (usize, Vec<&str>) {
        let (mut before, mut seen): (usize, Vec<&str>) = (self.starts.len() + 1, Vec::new());
        while seen.len() < rows && before > 0 {
            before -= 1;
            let from = if before == 0 { 0 } else { self.starts[before - 1] };
            let to = self.starts.get(before).map_or(self.text.len(), |next| next - 1);
            seen.extend(broken(&self.text[from..to], width.max(2)).into_iter().rev());
        }
        seen.truncate(rows);
        seen.reverse();
        (before, seen)
    }
}

/// A line broken behind a space, which may stand over the edge, or where the room ends in a word without one; of a very long line, its end.
fn broken(line: &str, width: usize) -> Vec<&str> {
    let mut from = line.len().saturating_sub(LAID_OUT);
    while !line.is_char_boundary(from) {
        from += 1;
    }
    let line = &line[from..];
    let columns = |text: &str| text.chars().map(|c| c.width().unwrap_or(1)).sum::<usize>();
    let (mut rows, mut begin, mut used) = (Vec::new(), 0, 0);
    for (at, c) in line.char_indices() {
        let wide = c.width().unwrap_or(1);
        if c == ' ' && used == width {
            used += 1;
            continue;
        }
        while used + wide > width && begin < at {
            let row = &line[begin..at];
            let space = row.rfind(' ').filter(|space| !row[..*space].trim().is_empty());
            let end = space.map_or(at, |space| begin + space + 1);
            rows.push(&line[begin..end]);
            (begin, used) = (end, columns(&line[end..at]));
        }
        used += wide;
    }
    rows.push(&line[begin..]);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_keeps_its_lines_and_loses_its_controls() {
        let area = Area::of("550 no\r\nsuch\x1b[2J user\rhere");
        assert_eq!(area.text(), "550 no\nsuch\u{fffd}[2J user\nhere");
        assert_eq!(area.tail(2, 80), (1, vec!["such\u{fffd}[2J user", "here"]));
        assert_eq!(area.lines(), 3);
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

    #[test]
    fn long_lines_are_broken_and_the_end_is_seen() {
        let area = Area::of("one\nabcdefghij\nlast");
        assert_eq!(area.tail(3, 4), (1, vec!["efgh", "ij", "last"]), "a line that is seen in part is none before");
        assert_eq!(area.tail(9, 4), (0, vec!["one", "abcd", "efgh", "ij", "last"]));
        let wide = Area::of(&"中".repeat(20_000));
        assert!(wide.tail(4, 11).1.iter().all(|row| row.chars().count() <= 5));
    }

    #[test]
    fn words_stay_whole_where_they_can() {
        let rows = |text: &'static str, width| Area::of(text).tail(9, width).1.join("|");
        assert_eq!(rows("550 user unknown", 10), "550 user |unknown");
        assert_eq!(rows("550 user unknown", 8), "550 user |unknown", "a space may stand over the edge");
        assert_eq!(rows("see https://check.example.org/x now", 12), "see |https://chec|k.example.or|g/x now");
        assert_eq!(rows("  indented", 6), "  inde|nted");
        assert_eq!(rows("a 中中中中", 6), "a |中中中|中");
        assert_eq!(rows("550 user ", 8), "550 user ");
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_too_wide(text in "[ a-z中]{0,60}", width in 2_usize..20) {
            use unicode_width::UnicodeWidthStr;
            let rows = broken(&text, width);
            proptest::prop_assert_eq!(rows.concat(), text.clone());
            proptest::prop_assert!(rows.iter().all(|row| row.width() <= width + usize::from(row.ends_with(' '))));
        }
    }

    #[test]
    fn lines_are_counted_as_they_come_and_go() {
        let mut area = Area::default();
        for (typed, lines) in [("a", 1), ("\n", 1), ("b", 2), ("\nc\n\n", 4)] {
            area.add(typed);
            assert_eq!(area.lines(), lines, "{typed:?}");
        }
        area.pop();
        area.pop();
        assert_eq!((area.lines(), area.tail(2, 80)), (3, (1, vec!["b", "c"])));
    }

    #[test]
    fn what_was_cleared_comes_back() {
        let mut area = Area::of("one\ntwo\n");
        area.clear();
        area.add("three");
        assert!(area.can_restore());
        area.restore();
        assert_eq!((area.text(), area.lines()), ("one\ntwo\nthree", 3));
        assert!(!area.can_restore());
    }
}
