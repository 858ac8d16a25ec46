//! Lines to read: evidence, a ticket.

use super::super::widget::{Pen, wrap};
use unicode_width::UnicodeWidthStr;

/// The lines as they are broken at a width; empty ones part paragraphs, spaces at the beginning indent.
pub(in crate::tui) fn broken(lines: &[String], width: u16) -> Vec<String> {
    let mut all = Vec::new();
    for line in lines {
        // What fits stays as it is, columns and all.
        if line.width() <= width.into() {
            all.push(line.trim_end().to_owned());
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let indent = indent.min(usize::from(width) / 2);
        let wrapped = wrap(line.trim_start(), usize::from(width).saturating_sub(indent));
        if wrapped.is_empty() {
            all.push(String::new());
        }
        all.extend(wrapped.into_iter().map(|l| format!("{:indent$}{l}", "")));
    }
    all
}

/// So wide are texts that are meant for a letter.
const LETTER: u16 = 76;

/// The lines of a letter. On a screen that is narrower, what was broken for the letter is put together first, so that it is broken once.
pub(in crate::tui) fn lines_of(letter: &str, width: u16) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let indent = |line: &str| line.len() - line.trim_start().len();
    // Columns stay columns.
    let prose = |line: &str| !line.trim().is_empty() && !line.trim().contains("  ");
    let mut before = "";
    for line in letter.lines() {
        let word = line.trim().split(' ').next().unwrap_or_default();
        // It was broken here only where the next word did not fit.
        let broken = before.width() + 1 + word.width() > LETTER.into() && indent(before) == indent(line);
        match all.last_mut() {
            Some(last) if width < LETTER && broken && prose(line) && prose(before) => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => all.push(line.to_owned()),
        }
        before = line;
    }
    all
}

/// How far such lines can be scrolled in a room.
pub(in crate::tui) fn most(lines: usize, room: u16) -> u16 {
    u16::try_from(lines.saturating_sub(room.into())).unwrap_or(u16::MAX)
}

pub(in crate::tui) fn draw(pen: &mut Pen<'_>, title: &str, lines: &[String], scroll: u16) {
    let theme = *pen.theme();
    pen.put(1, 0, title, theme.title);
    let width = pen.width().saturating_sub(2).min(100);
    let all = broken(lines, width);
    let height = pen.height();
    let mut part = pen.part(1, 2, width, height.saturating_sub(2));
    let (from, room) = window(&mut part, all.len(), scroll);
    for (y, line) in (0..room).zip(all.iter().skip(from)) {
        part.put(0, y, line, theme.text);
    }
}

/// Which lines are seen: the first one, and how many rows there are for them. Where more lie below, the last row says so.
pub(super) fn window(pen: &mut Pen<'_>, lines: usize, scroll: u16) -> (usize, u16) {
    window_by(pen, lines, scroll, "PgDn")
}

/// The same, where another key scrolls.
pub(super) fn window_by(pen: &mut Pen<'_>, lines: usize, scroll: u16, key: &str) -> (usize, u16) {
    let height = pen.height();
    let from = usize::from(scroll.min(most(lines, height)));
    let left = lines.saturating_sub(from + usize::from(height));
    if left == 0 {
        return (from, height);
    }
    let theme = *pen.theme();
    let (width, y) = (pen.width(), height.saturating_sub(1));
    pen.put_before(width, y, &format!("{} more: {key}", left + 1), theme.key);
    (from, y)
}

#[cfg(test)]
mod tests {
    use super::lines_of;

    #[test]
    fn a_letter_is_broken_once_and_its_columns_stay() {
        let letter = "Mail from alice@example.net to bob@example.org was refused. This is what was\nanswered, word for word:\n\n\
                      To: the mail administrator\nDate: today\n\n\
                      Connection        mx1.example.org [192.0.2.25:25] connected, 2026-11-27 at 12:00\n\
                      Connection        mx2.example.org";
        let narrow = lines_of(letter, 58);
        assert_eq!(narrow.len(), letter.lines().count() - 1);
        assert!(narrow[0].ends_with("This is what was answered, word for word:"));
        assert_eq!(lines_of(letter, 78), letter.lines().collect::<Vec<_>>());
    }
}
