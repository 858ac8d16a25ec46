//! A text laid out for a width, once: drawing then only looks at the rows that are seen.

use std::ops::Range;
use std::sync::Arc;

use unicode_width::UnicodeWidthChar;

use crate::reading::{Lens, Mark, Part};

/// A text in rows, with what is marked in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) struct Page {
    text: Arc<str>,
    /// The bytes of each row, without the end of the line.
    rows: Vec<Range<u32>>,
    marks: Vec<Mark>,
    /// The row to look at first.
    start: usize,
}

impl Page {
    /// Lays a text out, each row at most `width` columns.
    pub(in crate::tui) fn new(text: &Arc<str>, lens: &Lens, width: usize) -> Self {
        let rows = rows(text, width.max(2));
        let start = lens.start().map_or(0, |at| rows.partition_point(|r| (r.end as usize) < at));
        Self { text: Arc::clone(text), start: start.min(rows.len().saturating_sub(1)), rows, marks: lens.marks.clone() }
    }

    /// How many rows it has.
    pub(in crate::tui) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The first row that is seen in a room of so many where nobody has scrolled: what is marked stands a little below the top.
    pub(in crate::tui) fn first_seen(&self, room: usize) -> usize {
        self.start.saturating_sub(room / 5).min(self.last(room))
    }

    /// The furthest that it can be scrolled.
    pub(in crate::tui) fn last(&self, room: usize) -> usize {
        self.rows.len().saturating_sub(room)
    }

    /// The pieces of a row: each with what it is, if it is marked.
    pub(in crate::tui) fn row(&self, n: usize) -> Vec<(&str, Option<Part>)> {
        let Some(row) = self.rows.get(n) else { return Vec::new() };
        let (mut at, end) = (row.start as usize, row.end as usize);
        let first = self.marks.partition_point(|m| m.at.end <= at);
        let mut pieces = Vec::new();
        for mark in self.marks[first..].iter().take_while(|m| m.at.start < end) {
            let (from, to) = (mark.at.start.max(at), mark.at.end.min(end));
            pieces.push((&self.text[at..from], None));
            pieces.push((&self.text[from..to], Some(mark.part)));
            at = to;
        }
        pieces.push((&self.text[at..end], None));
        pieces.retain(|(text, _)| !text.is_empty());
        pieces
    }
}

/// Rows by lines, long ones broken at a space, where there is one in their second half.
fn rows(text: &str, width: usize) -> Vec<Range<u32>> {
    let mut rows = Vec::new();
    let mut from = 0;
    for line in text.split('\n') {
        let bare = line.strip_suffix('\r').unwrap_or(line);
        broken(bare, width, |row| rows.push(index(from + row.start)..index(from + row.end)));
        from += line.len() + 1;
    }
    // An end of line at the end begins none.
    if rows.len() > 1 && rows.last().is_some_and(Range::is_empty) {
        rows.pop();
    }
    rows
}

fn broken(line: &str, width: usize, mut row: impl FnMut(Range<usize>)) {
    if line.len() <= width && line.is_ascii() {
        return row(0..line.len());
    }
    let (mut begin, mut used) = (0, 0);
    let mut space: Option<(usize, usize)> = None;
    for (at, c) in line.char_indices() {
        let wide = c.width().unwrap_or(1);
        if used + wide > width {
            match space.take().filter(|(_, up_to)| *up_to * 2 > width) {
                Some((end, up_to)) => {
                    row(begin..end);
                    begin = end + 1;
                    used = used.saturating_sub(up_to + 1);
                }
                None => {
                    row(begin..at);
                    (begin, used) = (at, 0);
                }
            }
        }
        if c == ' ' {
            space = Some((at, used));
        }
        used += wide;
    }
    row(begin.min(line.len())..line.len());
}

fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    fn page(text: &str, width: usize, marks: &[(Range<usize>, Part)]) -> Page {
        let marks = marks.iter().map(|(at, part)| Mark { at: at.clone(), part: *part }).collect();
        Page::new(&Arc::from(text), &Lens { marks, reply: None }, width)
    }

    fn shown(page: &Page) -> Vec<String> {
        (0..page.len()).map(|n| page.row(n).iter().map(|(t, _)| *t).collect()).collect()
    }

    #[test]
    fn lines_are_broken_at_spaces_and_long_words_where_they_must() {
        assert_eq!(shown(&page("one two three\r\n\nabcdefghij\n", 8, &[])), ["one two", "three", "", "abcdefgh", "ij"]);
        assert_eq!(shown(&page("", 8, &[])), [""]);
    }

    #[test]
    fn a_mark_goes_on_in_the_next_row() {
        let page = page("say user unknown now", 9, &[(4..16, Part::Phrase)]);
        assert_eq!(page.row(0), [("say ", None), ("user", Some(Part::Phrase))]);
        assert_eq!(page.row(1), [("unknown", Some(Part::Phrase))]);
        assert_eq!(page.row(2), [("now", None)]);
    }

    #[test]
    fn what_is_marked_is_in_sight() {
        let text = "filler\n".repeat(400) + "550 no\n" + &"filler\n".repeat(400);
        let at = text.find("550").expect("it is there");
        let page = page(&text, 40, &[(at..at + 3, Part::Code)]);
        let first = page.first_seen(8);
        assert!(first <= 400 && 400 < first + 8, "{first}");
    }

    proptest::proptest! {
        #[test]
        fn no_row_is_too_wide_and_nothing_but_space_is_lost(text in "(\\PC|\n| ){0,200}", width in 2_usize..60) {
            let page = page(&text, width, &[]);
            let rows = shown(&page);
            for row in &rows {
                proptest::prop_assert!(row.width() <= width, "{row:?}");
            }
            let squeeze = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            proptest::prop_assert_eq!(squeeze(&rows.concat()), squeeze(&text));
        }
    }
}
