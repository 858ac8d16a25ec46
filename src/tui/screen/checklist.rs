//! The checklist: thirteen lines, each run, signed or noted.

use super::super::model::Checklist;
use super::super::theme::Mark;
use super::super::widget::{Pen, wrap};
use super::list::top;
use unicode_width::UnicodeWidthStr;

pub(in crate::tui) fn draw(pen: &mut Pen<'_>, view: &Checklist, cursor: usize, tick: u32) {
    let theme = *pen.theme();
    let (width, height) = (pen.width(), pen.height());
    let rows = u16::try_from(view.rows.len()).unwrap_or(u16::MAX);
    // The list keeps its rows where it can; what was found at the one that is lit gets at least three.
    let room = rows.min(height.saturating_sub(5)).max(3);
    // Results get what signatures leave.
    let widest = view.rows.iter().map(|r| r.signed.width()).max().unwrap_or(0).clamp(6, 20);
    let signed = width.saturating_sub(u16::try_from(widest).unwrap_or(6) + 1);
    let result: u16 = if width < 70 { 23 } else { 26 };
    pen.put(6, 0, "step", theme.dim);
    pen.put(result, 0, "result", theme.dim);
    pen.put(signed, 0, "signed", theme.dim);
    let first = top(cursor, room);
    for (y, (i, row)) in (1..=room).zip(view.rows.iter().enumerate().skip(first)) {
        let lit = i == cursor;
        if lit {
            pen.put(0, y, "▸", theme.lit);
        }
        pen.line(y, i);
        let busy = row.mark == Mark::Busy && tick % 2 == 1;
        pen.mark(2, y, if busy { Mark::Waiting } else { row.mark });
        let style = match row.mark {
            _ if lit => theme.lit,
            Mark::Waiting => theme.dim,
            _ => theme.text,
        };
        pen.put_within(4, y, &format!("{:>2} {}", row.number, row.step), result.saturating_sub(5), style);
        pen.put_within(
            result,
            y,
            &row.result,
            signed.saturating_sub(result + 1),
            if lit { theme.lit } else { theme.text },
        );
        pen.put_within(signed, y, &row.signed, width.saturating_sub(signed + 1), theme.dim);
    }
    let number = view.rows.get(cursor).map_or_else(String::new, |r| r.number.to_string());
    let mut y = room + 2;
    pen.put(1, y, &number, theme.title);
    for line in &view.detail {
        for part in wrap(line, usize::from(width.saturating_sub(6).min(96))) {
            pen.put(4, y, &part, theme.text);
            y += 1;
        }
    }
}
