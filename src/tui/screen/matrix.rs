//! Hosts against stages: a table that is read down and across.

use super::super::widget::Pen;
use crate::report::{Line, Tone};

/// Wider than this, a row is hard to follow with the eye.
pub(in crate::tui) const READABLE: usize = 118;

pub(in crate::tui) fn draw(pen: &mut Pen<'_>, lines: &[Line], scroll: u16) {
    let theme = *pen.theme();
    let (width, height) = (pen.width(), pen.height());
    let mut part = pen.part(1, 1, width.saturating_sub(2), height.saturating_sub(1));
    let (from, room) = super::text::window(&mut part, lines.len(), scroll);
    for (y, line) in (0..room).zip(lines.iter().skip(from)) {
        let mut x = 0;
        for (text, tone) in line {
            let style = match tone {
                Tone::Title => theme.title,
                Tone::Fine => theme.text,
                Tone::Bad => theme.fault,
                Tone::Dim => theme.dim,
            };
            x = part.put(x, y, text, style);
        }
    }
}
