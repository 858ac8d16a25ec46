//! The checklist: thirteen lines, each run, signed or noted.

use super::super::model::Checklist;
use super::super::theme::Mark;
use super::super::widget::{Pen, wrap};
use super::list::{more, top};
use super::text::window_by;
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
    let result: u16 = if width < 100 { 22 } else { 26 };
    // Where there is room, how long it took stands between.
    let took = if width < 70 { signed } else { signed.saturating_sub(8) };
    pen.put(6, 0, "step", theme.dim);
    pen.put(result, 0, "result", theme.dim);
    if took < signed {
        pen.put_before(signed.saturating_sub(1), 0, "took", theme.dim);
    }
    pen.put(signed, 0, "signed", theme.dim);
    let first = top(cursor, room, view.rows.len());
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
            took.saturating_sub(result + 1),
            if lit { theme.lit } else { theme.text },
        );
        if took < signed {
            pen.put_before(signed.saturating_sub(1), y, &row.took, theme.dim);
        }
        pen.put_within(signed, y, &row.signed, width.saturating_sub(signed + 1), theme.dim);
    }
    more(pen, room + 1, first, view.rows.len().saturating_sub(first + usize::from(room)));
    let number = view.rows.get(cursor).map_or_else(String::new, |r| r.number.to_string());
    let y = room + 2;
    pen.put(1, y, &number, theme.title);
    let mut part = pen.part(4, y, width.saturating_sub(5), height.saturating_sub(y));
    let lines: Vec<String> =
        view.detail.iter().flat_map(|line| wrap(line, usize::from(width.saturating_sub(6).min(96)))).collect();
    // The whole of it is on the step's own screen.
    let (_, seen) = window_by(&mut part, lines.len(), 0, "Enter");
    for (y, line) in (0..seen).zip(&lines) {
        part.put(0, y, line, theme.text);
    }
}
