//! What will leave this machine, in plain words, before it does.

use super::super::widget::{Pen, wrap};
use super::text::window;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct ConsentView {
    /// What happens in any case when the walk goes on, if anything.
    pub always: Option<String>,
    /// Each request, and whether it is ticked.
    pub lines: Vec<(String, bool)>,
    /// The line that is lit.
    pub cursor: usize,
    /// What does not happen.
    pub never: String,
    /// What `n` leads to.
    pub declined: String,
}

/// A row: what it is part of, and its text.
struct Row {
    /// The request that it is about, and whether the row is its first.
    of: Option<(usize, bool)>,
    x: u16,
    text: String,
    dim: bool,
}

/// All rows. Without air where there is no room for it: what one says yes to has to be seen.
fn rows(view: &ConsentView, width: usize, height: usize) -> Vec<Row> {
    let make = |airy: bool| {
        let blank = || airy.then(|| Row { of: None, x: 0, text: String::new(), dim: false });
        let mut all: Vec<Row> = Vec::new();
        all.extend(blank());
        let always = view.always.iter().flat_map(|text| wrap(text, width));
        all.extend(always.map(|text| Row { of: None, x: 7, text, dim: false }));
        for (i, (text, _)) in view.lines.iter().enumerate() {
            let lines = wrap(text, width).into_iter().enumerate();
            all.extend(lines.map(|(n, text)| Row { of: Some((i, n == 0)), x: 7, text, dim: false }));
        }
        all.extend(blank());
        let ends = [&view.never, &view.declined].into_iter().flat_map(|text| wrap(text, width + 4));
        all.extend(ends.map(|text| Row { of: None, x: 3, text, dim: true }));
        all
    };
    let airy = make(true);
    if airy.len() <= height { airy } else { make(false) }
}

pub(in crate::tui) fn draw(pen: &mut Pen<'_>, view: &ConsentView) {
    let theme = *pen.theme();
    let width = usize::from(pen.width().saturating_sub(10).min(84));
    pen.put(3, 0, "May heloise do this?", theme.title);
    let (width_all, height) = (pen.width(), pen.height().saturating_sub(1));
    let rows = rows(view, width, height.into());
    let mut part = pen.part(0, 1, width_all, height);
    // The request that is lit is seen; with the last one, everything down to the end.
    let lit = |row: &Row| row.of.is_some_and(|(i, _)| i == view.cursor);
    let last = view.cursor + 1 >= view.lines.len();
    let end = if last { rows.len() } else { rows.iter().rposition(lit).map_or(0, |at| at + 2) };
    let from = u16::try_from(end.saturating_sub(height.into())).unwrap_or(u16::MAX);
    let (from, room) = window(&mut part, rows.len(), from);
    for (y, row) in (0..room).zip(rows.iter().skip(from)) {
        let style = match row.of {
            Some((i, _)) if i == view.cursor => theme.lit,
            _ if row.dim => theme.dim,
            _ => theme.text,
        };
        if let Some((i, first)) = row.of {
            part.line(y, i);
            if first {
                if i == view.cursor {
                    part.put(1, y, "▸", theme.lit);
                }
                let ticked = view.lines.get(i).is_some_and(|(_, ticked)| *ticked);
                part.put(3, y, if ticked { "[x]" } else { "[ ]" }, style);
            }
        }
        part.put(row.x, y, &row.text, style);
    }
}
