//! A hand that draws text into a part of the screen: clipped, cleaned, and folded to ASCII where nothing else can be shown.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::super::theme::{Look, Mark, Theme};
use super::{Spot, Spots};
use crate::transcript::clean_line;

/// Draws into one rectangle; places count from its upper left corner. Nothing is ever drawn outside of it.
pub(in crate::tui) struct Pen<'a> {
    buf: &'a mut Buffer,
    spots: &'a mut Spots,
    area: Rect,
    look: &'a Look,
}

impl<'a> Pen<'a> {
    /// What can be clicked is added to `spots`.
    pub(in crate::tui) fn new(buf: &'a mut Buffer, spots: &'a mut Spots, area: Rect, look: &'a Look) -> Self {
        let area = area.intersection(buf.area);
        Self { buf, spots, area, look }
    }

    /// A pen for a part of this one's rectangle.
    pub(in crate::tui) fn part(&mut self, x: u16, y: u16, width: u16, height: u16) -> Pen<'_> {
        let at = Rect { x: self.area.x.saturating_add(x), y: self.area.y.saturating_add(y), width, height };
        let area = at.intersection(self.area);
        Pen { buf: self.buf, spots: self.spots, area, look: self.look }
    }

    /// Says what a part of a row stands for, where somebody clicks on it.
    pub(in crate::tui) fn spot(&mut self, x: u16, y: u16, width: u16, spot: Spot) {
        let at = Rect { x: self.area.x.saturating_add(x), y: self.area.y.saturating_add(y), width, height: 1 };
        self.spots.add(at.intersection(self.area), spot);
    }

    /// A whole row that can be lit, and clicked.
    pub(in crate::tui) fn line(&mut self, y: u16, line: usize) {
        self.spot(0, y, self.area.width, Spot::Line(line));
    }

    pub(in crate::tui) fn width(&self) -> u16 {
        self.area.width
    }

    pub(in crate::tui) fn height(&self) -> u16 {
        self.area.height
    }

    pub(in crate::tui) fn theme(&self) -> &'a Theme {
        &self.look.theme
    }

    pub(in crate::tui) fn ascii(&self) -> bool {
        self.look.ascii
    }

    /// Writes at a place, and returns the column behind the text.
    pub(in crate::tui) fn put(&mut self, x: u16, y: u16, text: &str, style: Style) -> u16 {
        if y >= self.area.height || x >= self.area.width {
            return x;
        }
        let room = usize::from(self.area.width - x);
        let text = fit(text, room, self.look.ascii);
        let (simple, rest) = simple_start(&text);
        let (mut at, y) = (self.area.x + x, self.area.y + y);
        // Most of what is drawn: a sign a cell, without asking for each what it joins with.
        for sign in simple.split_inclusive(|_: char| true) {
            self.buf[(at, y)].set_symbol(sign).set_style(style);
            at += 1;
        }
        if !rest.is_empty() {
            (at, _) = self.buf.set_stringn(at, y, rest, room - simple.len(), style);
        }
        at - self.area.x
    }

    /// Writes so that the text ends in front of the column `end`, and returns the column where it begins.
    pub(in crate::tui) fn put_before(&mut self, end: u16, y: u16, text: &str, style: Style) -> u16 {
        let width = u16::try_from(columns(&fold(text, self.look.ascii))).unwrap_or(u16::MAX);
        let x = end.min(self.area.width).saturating_sub(width);
        self.put(x, y, text, style);
        x
    }

    /// Writes within a width; what does not fit ends in an ellipsis.
    pub(in crate::tui) fn put_within(&mut self, x: u16, y: u16, text: &str, width: u16, style: Style) -> u16 {
        let height = self.area.height;
        let end = self.part(x, 0, width, height).put(0, y, text, style);
        x + end
    }

    /// Writes a mark.
    pub(in crate::tui) fn mark(&mut self, x: u16, y: u16, mark: Mark) {
        self.put(x, y, mark.sign(), mark.style(&self.look.theme));
    }

    /// A line across.
    pub(in crate::tui) fn rule(&mut self, y: u16) {
        let sign = if self.look.ascii { "-" } else { "─" };
        self.across(0, y, self.area.width, sign);
    }

    /// The same sign, so many times.
    pub(in crate::tui) fn across(&mut self, x: u16, y: u16, width: u16, sign: &str) {
        let row = Rect { x: self.area.x.saturating_add(x), y: self.area.y.saturating_add(y), width, height: 1 };
        for place in row.intersection(self.area).positions() {
            self.buf[place].set_symbol(sign).set_style(self.look.theme.dim);
        }
    }
}

/// What a text begins with that is ASCII, each sign in a cell of its own, and the rest. A sign before one that is not ASCII is left to the rest:
/// an accent may sit on it.
fn simple_start(text: &str) -> (&str, &str) {
    let simple = text.bytes().take_while(u8::is_ascii).count();
    text.split_at(if simple == text.len() { simple } else { simple.saturating_sub(1) })
}

/// The columns that a text takes.
fn columns(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// Cleaned, folded, and cut to a width with an ellipsis.
fn fit(text: &str, width: usize, ascii: bool) -> Cow<'_, str> {
    let text = fold(text, ascii);
    if columns(&text) <= width {
        return text;
    }
    let mut cut = String::with_capacity(width + 4);
    let mut used = 0;
    for c in text.chars() {
        let w = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if used + w > width.saturating_sub(1) {
            break;
        }
        used += w;
        cut.push(c);
    }
    if width > 0 {
        cut.push(if ascii { '~' } else { '…' });
    }
    Cow::Owned(cut)
}

/// Cleaned of everything that could move a cursor or reorder a line; on an ASCII screen each sign is replaced by one that it has.
pub(in crate::tui) fn fold(text: &str, ascii: bool) -> Cow<'_, str> {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Cow::Borrowed(text);
    }
    let clean = clean_line(text, 4096);
    if !ascii {
        return Cow::Owned(clean);
    }
    Cow::Owned(clean.chars().map(fold_char).collect())
}

fn fold_char(c: char) -> char {
    match c {
        ' '..='~' => c,
        '✓' => '+',
        '§' => 's',
        '✗' | '×' => 'x',
        '·' => '.',
        '•' => '*',
        '–' | '—' | '─' | '‑' => '-',
        '▸' | '→' | '›' => '>',
        '←' | '‹' => '<',
        '↑' => '^',
        '↓' => 'v',
        '…' => '~',
        '’' | '‘' => '\'',
        '“' | '”' => '"',
        '│' => '|',
        '┬' | '┴' | '┼' | '├' | '┤' | '╭' | '╮' | '╰' | '╯' => '+',
        '▏' | '█' | '▁' => '_',
        '▂' | '▃' => '=',
        '▄'..='▇' => '#',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::super::super::theme::{DARK, Look};
    use super::*;

    fn draw(width: u16, height: u16, ascii: bool, f: impl FnOnce(&mut Pen<'_>)) -> Vec<String> {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        let look = Look { theme: *DARK, ascii };
        f(&mut Pen::new(&mut buf, &mut Spots::default(), Rect::new(0, 0, width, height), &look));
        (0..height).map(|y| (0..width).map(|x| buf[(x, y)].symbol().to_owned()).collect()).collect()
    }

    #[test]
    fn nothing_is_drawn_outside() {
        let rows = draw(10, 2, false, |pen| {
            let mut part = pen.part(4, 1, 4, 9);
            part.put(0, 0, "abcdefgh", Style::new());
            part.put(0, 1, "below", Style::new());
            part.put(200, 0, "far", Style::new());
            part.put_before(9, 0, "", Style::new());
        });
        assert_eq!(rows, ["          ", "    abc…  "]);
    }

    #[test]
    fn whatever_the_screens_draw_has_a_stand_in_in_ascii() {
        for drawn in "✓✗×·•–—─‑▸→›←‹↑↓…’‘“”│┬┴┼├┤╭╮╰╯▏█▁▂▃▄▅▆▇§".chars()
        {
            assert_ne!(fold_char(drawn), '?', "{drawn}");
        }
        assert_eq!(fold_char('語'), '?');
    }

    #[test]
    fn a_hostile_text_is_made_harmless() {
        let rows = draw(12, 1, false, |pen| {
            pen.put(0, 0, "a\x1b[31m\u{202e}b", Style::new());
        });
        assert_eq!(rows[0], "a\u{fffd}[31m\u{fffd}b    ");
    }

    #[test]
    fn an_ascii_screen_gets_only_ascii() {
        let rows = draw(30, 2, true, |pen| {
            pen.put(0, 0, "✓ ! ✗ ? · – ▸ “ü” 中 …", Style::new());
            pen.rule(1);
        });
        assert!(rows.iter().all(|r| r.is_ascii()), "{rows:?}");
        assert!(rows[0].starts_with("+ ! x ? . - > \"?\" ? ~"));
    }

    #[test]
    fn wide_characters_are_never_cut_in_two() {
        let rows = draw(5, 1, false, |pen| {
            pen.put(0, 0, "中中中", Style::new());
        });
        assert_eq!(rows[0].trim_end(), "中 中 …", "each wide one takes two cells");
    }

    proptest::proptest! {
        #[test]
        fn a_text_stands_as_ratatui_sets_it(text in "[ -~\u{301}\u{fe0f}é中…✓]{0,14}", width in 1_u16..16) {
            let rows = draw(width, 1, false, |pen| {
                pen.put(0, 0, &text, Style::new());
            });
            let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
            buf.set_stringn(0, 0, fit(&text, width.into(), false), width.into(), Style::new());
            let same: String = (0..width).map(|x| buf[(x, 0)].symbol()).collect();
            proptest::prop_assert_eq!(&rows[0], &same);
        }
    }
}
