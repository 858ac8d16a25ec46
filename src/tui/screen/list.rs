//! A list of lines, one of them lit: ways, practice worlds, the map.

use unicode_width::UnicodeWidthStr;

use super::super::model::{Aside, MapLine};
use super::super::theme::Mark;
use super::super::widget::{Pen, wrap};

/// A line that can be chosen, with a dim remark in a column of its own.
pub(super) fn line(pen: &mut Pen<'_>, y: u16, lit: bool, what: &str, with: &str, column: u16) {
    let theme = *pen.theme();
    let width = pen.width();
    // Where both do not fit side by side, what can be chosen comes first.
    let column = column.min(width.saturating_sub(12));
    let style = if lit { theme.lit } else { theme.text };
    if lit {
        pen.put(1, y, "▸", theme.lit);
    }
    let end = pen.put_within(3, y, what, width.saturating_sub(4), style);
    let x = column.max(end + 2);
    if x + 8 < width {
        pen.put_within(x, y, with, width - x - 1, theme.dim);
    }
}

/// The first line to show so that the one that is lit is seen.
pub(super) fn top(cursor: usize, room: u16) -> usize {
    cursor.saturating_sub(usize::from(room).saturating_sub(1))
}

/// Practice worlds: titles, the one that is lit, and a remark on each.
/// Returns the column behind the title.
pub(in crate::tui) fn titles(pen: &mut Pen<'_>, title: &str, rows: &[(String, String)], cursor: usize) -> u16 {
    let theme = *pen.theme();
    let end = pen.put(3, 1, title, theme.title);
    let room = pen.height().saturating_sub(3);
    let first = top(cursor, room);
    let widest = rows.iter().map(|(what, _)| what.width()).max().unwrap_or(0);
    let column = u16::try_from(widest).unwrap_or(u16::MAX).saturating_add(6);
    for (y, (i, (what, with))) in (3..3 + room).zip(rows.iter().enumerate().skip(first)) {
        line(pen, y, i == cursor, what, with, column);
    }
    if rows.is_empty() {
        pen.put(3, 3, "There is nothing here.", theme.dim);
    }
    end
}

/// Where else one could go.
pub(in crate::tui) fn ways(pen: &mut Pen<'_>, ways: &[Aside], cursor: usize) {
    let theme = *pen.theme();
    pen.put(3, 1, "Where to?", theme.title);
    let room = pen.height().saturating_sub(3);
    let first = top(cursor, room);
    for (y, (i, way)) in (3..3 + room).zip(ways.iter().enumerate().skip(first)) {
        let lit = i == cursor;
        if lit {
            pen.put(1, y, "▸", theme.lit);
        }
        pen.mark(3, y, way.mark);
        let end = pen.put(6, y, &way.title, if lit { theme.lit } else { theme.text });
        let x = end.max(28) + 2;
        let width = pen.width();
        pen.put_within(x, y, &way.why, width.saturating_sub(x + 1), theme.dim);
    }
}

/// The map's lines, broken at a width: what does not fit on one goes on below, indented.
pub(in crate::tui) fn broken(lines: &[MapLine], width: u16) -> Vec<MapLine> {
    let mut all = Vec::new();
    for line in lines {
        let indent = line.text.len() - line.text.trim_start().len();
        let (at, hang) = (if line.mark.is_some() { 3 } else { 1 + indent }, if line.mark.is_some() { 5 } else { 2 });
        let wrapped = wrap(&line.text, usize::from(width).saturating_sub(at + hang + 1));
        if wrapped.is_empty() {
            all.push(line.clone());
        }
        for (i, text) in wrapped.into_iter().enumerate() {
            let indent = if i == 0 { indent } else { indent + hang + if line.mark.is_some() { 2 } else { 0 } };
            let mark = line.mark.filter(|_| i == 0);
            all.push(MapLine { mark, text: format!("{:indent$}{text}", ""), here: line.here });
        }
    }
    all
}

/// The map.
pub(in crate::tui) fn map(pen: &mut Pen<'_>, lines: &[MapLine], scroll: u16) {
    let theme = *pen.theme();
    let all = broken(lines, pen.width());
    let (from, room) = super::text::window(pen, all.len(), scroll);
    for (y, line) in (0..room).zip(all.iter().skip(from)) {
        let style = match (line.here, line.mark) {
            (true, _) => theme.lit,
            (_, None | Some(Mark::Waiting | Mark::Skipped)) => theme.dim,
            _ => theme.text,
        };
        if let Some(mark) = line.mark {
            pen.mark(1, y, mark);
        }
        pen.put(if line.mark.is_some() { 3 } else { 1 }, y, &line.text, style);
    }
}
