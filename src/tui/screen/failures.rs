//! Several failures in one text: which one is followed?

use super::super::model::Failure;
use super::super::widget::{Pen, wrap};
use super::list::{more, top};

/// Rows that a line of the list takes: what it is about, and what it means in one row, or in two where all have room for that.
const EACH: std::ops::RangeInclusive<u16> = 2..=3;

/// Draws the list; `all` is how many failures it stands for, `chosen` the one that is followed.
pub(in crate::tui) fn draw(pen: &mut Pen<'_>, list: &[Failure], cursor: usize, chosen: Option<usize>) {
    let theme = *pen.theme();
    let all: usize = list.iter().map(|f| f.count).sum();
    pen.put(1, 0, &format!("Your text tells of {all} failures. Which one shall we follow?"), theme.title);
    let (width, height) = (pen.width(), pen.height().saturating_sub(2));
    let roomy = usize::from(height / EACH.end()) >= list.len();
    let each = if roomy { *EACH.end() } else { *EACH.start() };
    let room = height / each;
    let first = top(cursor, room, list.len());
    more(pen, 1, first, list.len().saturating_sub(first + usize::from(room)));
    let counted = list.iter().any(|f| f.count > 1);
    let left = if counted { 10 } else { 5 };
    for (n, (i, line)) in (0..room).zip(list.iter().enumerate().skip(first)) {
        let y = 2 + n * each;
        let lit = i == cursor;
        if lit {
            pen.put(1, y, "▸", theme.lit);
        }
        for row in 0..each {
            pen.line(y + row, i);
        }
        pen.mark(3, y, line.mark);
        if counted {
            pen.put_before(left - 1, y, &format!("{}×", line.count), theme.text);
        }
        let codes = pen.put_before(width.saturating_sub(1), y, &line.codes, theme.dim);
        let followed = if chosen == Some(line.first) { " (followed now)" } else { "" };
        let style = if lit { theme.lit } else { theme.text };
        let about = format!("{}{followed}", line.about);
        pen.put_within(left, y, &about, codes.saturating_sub(left + 1), style);
        let means = width.saturating_sub(left + 1);
        match wrap(&line.says, usize::from(means)).as_slice() {
            [one, rest @ ..] if roomy && !rest.is_empty() => {
                pen.put(left, y + 1, one, theme.dim);
                pen.put_within(left, y + 2, &rest.join(" "), means, theme.dim);
            }
            _ => {
                pen.put_within(left, y + 1, &line.says, means, theme.dim);
            }
        }
    }
    let below = list.len().saturating_sub(first + usize::from(room));
    if below > 0 {
        let y = pen.height().saturating_sub(1);
        pen.put_before(width.saturating_sub(1), y, &format!("↓ {below} more"), theme.key);
    }
}
