//! Several failures in one text: which one is followed?

use super::super::model::Failure;
use super::super::widget::Pen;
use super::list::top;

/// Rows that a line of the list takes.
const EACH: u16 = 2;

/// Draws the list; `all` is how many failures it stands for, `chosen` the one that is followed.
pub(in crate::tui) fn draw(pen: &mut Pen<'_>, list: &[Failure], cursor: usize, chosen: Option<usize>) {
    let theme = *pen.theme();
    let all: usize = list.iter().map(|f| f.count).sum();
    pen.put(1, 0, &format!("Your text tells of {all} failures. Which one shall we follow?"), theme.title);
    let (width, room) = (pen.width(), pen.height().saturating_sub(2) / EACH);
    let first = top(cursor, room);
    let counted = list.iter().any(|f| f.count > 1);
    let left = if counted { 10 } else { 5 };
    for (n, (i, line)) in (0..room).zip(list.iter().enumerate().skip(first)) {
        let y = 2 + n * EACH;
        let lit = i == cursor;
        if lit {
            pen.put(1, y, "▸", theme.lit);
        }
        pen.line(y, i);
        pen.line(y + 1, i);
        pen.mark(3, y, line.mark);
        if counted {
            pen.put_before(left - 1, y, &format!("{}×", line.count), theme.text);
        }
        let codes = pen.put_before(width.saturating_sub(1), y, &line.codes, theme.dim);
        let followed = if chosen == Some(line.first) { " (followed now)" } else { "" };
        let style = if lit { theme.lit } else { theme.text };
        let about = format!("{}{followed}", line.about);
        pen.put_within(left, y, &about, codes.saturating_sub(left + 1), style);
        pen.put_within(left, y + 1, &line.says, width.saturating_sub(left + 1), theme.dim);
    }
    let below = list.len().saturating_sub(first + usize::from(room));
    if below > 0 {
        let y = pen.height().saturating_sub(1);
        pen.put_before(width.saturating_sub(1), y, &format!("↓ {below} more"), theme.key);
    }
}
