//! A list of lines, one of them lit: ways, practice worlds.

use unicode_width::UnicodeWidthStr;

use super::super::model::Aside;
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

/// The first line to show so that the one that is lit is seen. It changes by a screenful, so that most steps cost no more than two lines; the
/// last line of one is the first of the next.
pub(super) fn top(cursor: usize, room: u16, lines: usize) -> usize {
    let room = usize::from(room);
    let page = room.saturating_sub(1).max(1);
    (cursor / page * page).min(lines.saturating_sub(room))
}

/// How many lines of a list lie above those that are seen, and how many below.
pub(super) fn more(pen: &mut Pen<'_>, y: u16, above: usize, below: usize) {
    let theme = *pen.theme();
    let says: Vec<_> = [(above, "above"), (below, "below")]
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, at)| format!("{n} more {at}"))
        .collect();
    let end = pen.width().saturating_sub(1);
    pen.put_before(end, y, &says.join(", "), theme.key);
}

/// Practice worlds: titles, the one that is lit, and a remark on each.
/// Returns the column behind the title.
pub(in crate::tui) fn titles(pen: &mut Pen<'_>, title: &str, rows: &[(&str, &str)], cursor: usize) -> u16 {
    let theme = *pen.theme();
    let end = pen.put(3, 1, title, theme.title);
    let all = pen.height().saturating_sub(3);
    // Where more lie above or below, the last row says so.
    let room = all.saturating_sub(u16::from(rows.len() > all.into()));
    let first = top(cursor, room, rows.len());
    if room < all {
        more(pen, 3 + room, first, rows.len().saturating_sub(first + usize::from(room)));
    }
    let widest = rows.iter().map(|(what, _)| what.width()).max().unwrap_or(0);
    let column = u16::try_from(widest).unwrap_or(u16::MAX).saturating_add(6);
    for (y, (i, (what, with))) in (3..3 + room).zip(rows.iter().enumerate().skip(first)) {
        // On a narrow screen a title that can be read is worth more than a name.
        line(pen, y, i == cursor, what, if pen.width() < 78 { "" } else { with }, column);
        pen.line(y, i);
    }
    if rows.is_empty() {
        pen.put(3, 3, "There is nothing here.", theme.dim);
    }
    end
}

/// Where else one could go. Where a reason does not fit beside, the whole of the one that is lit stands below.
pub(in crate::tui) fn ways(pen: &mut Pen<'_>, ways: &[Aside], cursor: usize) {
    let theme = *pen.theme();
    pen.put(3, 1, "Where to?", theme.title);
    let width = pen.width();
    let titles = ways.iter().map(|w| u16::try_from(w.title.width()).unwrap_or(u16::MAX)).max().unwrap_or(0);
    let reasons = (6 + titles.min(28)).max(28) + 2;
    let beside = usize::from(width.saturating_sub(reasons + 1));
    let whole = ways.get(cursor).filter(|w| w.why.width() > beside);
    let whole = whole.map_or_else(Vec::new, |w| wrap(&w.why, usize::from(width.saturating_sub(7)).min(96)));
    let below = u16::try_from(whole.len()).unwrap_or(0).min(4);
    let lines = u16::try_from(ways.len()).unwrap_or(u16::MAX);
    let room = pen.height().saturating_sub(3 + if below > 0 { below + 1 } else { 0 }).min(lines);
    let first = top(cursor, room, ways.len());
    if room < lines {
        more(pen, 1, first, ways.len().saturating_sub(first + usize::from(room)));
    }
    for (y, (i, way)) in (3..3 + room).zip(ways.iter().enumerate().skip(first)) {
        let lit = i == cursor;
        if lit {
            pen.put(1, y, "▸", theme.lit);
        }
        pen.line(y, i);
        pen.mark(3, y, way.mark);
        let end = pen.put(6, y, &way.title, if lit { theme.lit } else { theme.text });
        let x = reasons.max(end + 2);
        pen.put_within(x, y, &way.why, width.saturating_sub(x + 1), theme.dim);
    }
    for (y, line) in (room + 4..room + 4 + below).zip(&whole) {
        pen.put(6, y, line, theme.text);
    }
}

#[cfg(test)]
mod tests {
    use super::top;

    #[test]
    fn what_is_lit_is_seen_and_no_row_stays_empty() {
        for room in 1..20_u16 {
            for lines in 1..70_usize {
                for cursor in 0..lines {
                    let first = top(cursor, room, lines);
                    assert!((first..first + usize::from(room)).contains(&cursor), "{cursor} of {lines} in {room}");
                    assert!(first == 0 || first + usize::from(room) <= lines);
                }
            }
        }
    }
}
