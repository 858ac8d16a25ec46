//! Lines to read: evidence, a ticket.

use super::super::widget::{Pen, wrap};

/// The lines as they are broken at a width; empty ones part paragraphs, spaces at the beginning indent.
pub(in crate::tui) fn broken(lines: &[String], width: u16) -> Vec<String> {
    let mut all = Vec::new();
    for line in lines {
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

/// How far such lines can be scrolled in a room.
pub(in crate::tui) fn most(lines: usize, room: u16) -> u16 {
    u16::try_from(lines.saturating_sub(room.into())).unwrap_or(u16::MAX)
}

pub(in crate::tui) fn draw(pen: &mut Pen<'_>, title: &str, lines: &[String], scroll: u16) {
    let theme = *pen.theme();
    pen.put(1, 0, title, theme.title);
    let width = pen.width().saturating_sub(2).min(100);
    let room = pen.height().saturating_sub(2);
    let all = broken(lines, width);
    let scroll = scroll.min(most(all.len(), room));
    for (y, line) in (2..2 + room).zip(all.iter().skip(scroll.into())) {
        pen.put(1, y, line, theme.text);
    }
    more(pen, all.len(), scroll, room);
}

/// Says that there is more below.
pub(super) fn more(pen: &mut Pen<'_>, lines: usize, scroll: u16, room: u16) {
    let theme = *pen.theme();
    let left = lines.saturating_sub(usize::from(scroll) + usize::from(room));
    if left > 0 {
        let (width, y) = (pen.width(), pen.height().saturating_sub(1));
        pen.put_before(width.saturating_sub(1), y, &format!(" ↓ {left} more "), theme.key);
    }
}
