//! The whole guide as a picture: steps as rows, the path walked on the left, where the lit step can lead on the right.

use super::super::model::Map;
use super::super::theme::Mark;
use super::super::widget::{Pen, wrap};

const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

/// The columns of a mark, a number and a title.
const NAME: u16 = 20;

/// Lines that meet are joined: each place holds the arms that go out from it.
struct Grid {
    width: usize,
    arms: Vec<u8>,
}

impl Grid {
    fn new(width: usize, height: usize) -> Self {
        Self { width, arms: vec![0; width * height] }
    }

    fn add(&mut self, x: usize, y: usize, arms: u8) {
        if x < self.width
            && let Some(place) = self.arms.get_mut(y * self.width + x)
        {
            *place |= arms;
        }
    }

    /// A line down (or up) a column, ends included.
    fn column(&mut self, x: usize, from: usize, to: usize) {
        let (top, bottom) = (from.min(to), from.max(to));
        for y in top..=bottom {
            self.add(x, y, if y > top { UP } else { 0 } | if y < bottom { DOWN } else { 0 });
        }
    }

    /// A line along a row from a column on to the end.
    fn row(&mut self, y: usize, from: usize) {
        for x in from..self.width {
            self.add(x, y, RIGHT | if x > from { LEFT } else { 0 });
        }
    }

    fn sign(&self, x: usize, y: usize) -> &'static str {
        sign(self.arms.get(y * self.width + x).copied().unwrap_or(0))
    }
}

fn sign(arms: u8) -> &'static str {
    match (arms & (UP | DOWN), arms & (LEFT | RIGHT)) {
        (0, 0) => " ",
        (0, _) => "─",
        (_, 0) => "│",
        (UP, RIGHT) => "╰",
        (DOWN, RIGHT) => "╭",
        (UP, LEFT) => "╯",
        (DOWN, LEFT) => "╮",
        (UP, _) => "┴",
        (DOWN, _) => "┬",
        (_, RIGHT) => "├",
        (_, LEFT) => "┤",
        _ => "┼",
    }
}

pub(in crate::tui) fn draw(pen: &mut Pen<'_>, map: &Map, cursor: usize) {
    let theme = *pen.theme();
    let (width, height) = (pen.width(), pen.height());
    let rows = u16::try_from(map.rows.len()).unwrap_or(u16::MAX);
    let titled = height >= rows + 5;
    let top = if titled {
        pen.put(1, 0, "Left: the way we went. Right: where the step that is lit can lead, and when.", theme.dim);
        2
    } else {
        0
    };
    let room = rows.min(height.saturating_sub(top + 2));
    let first = super::list::top(cursor, room);
    let moves: usize = match width {
        ..70 => 3,
        70..110 => 5,
        _ => 9,
    };
    let drawn = &map.walked[map.walked.len().saturating_sub(moves)..];
    let gutter = 2 * u16::try_from(drawn.len().max(1)).unwrap_or(0) + 4;
    walked(&mut pen.part(1, top, gutter, room), drawn, map.rows.len(), first);
    for (y, (i, row)) in (top..top + room).zip(map.rows.iter().enumerate().skip(first)) {
        let lit = i == cursor;
        let style = match row.mark {
            _ if lit => theme.lit,
            _ if row.here => theme.title,
            Mark::Waiting | Mark::Skipped => theme.dim,
            _ => theme.text,
        };
        pen.mark(gutter + 1, y, row.mark);
        let number = row.step.as_ref().map_or_else(|| "  ".to_owned(), |(_, n)| format!("{n:>2}"));
        pen.put_within(gutter + 3, y, &format!("{number} {}", row.title), NAME - 2, style);
    }
    let left = gutter + NAME + 2;
    ways(&mut pen.part(left, top, width.saturating_sub(left + 1), room), map, cursor, first);
    let mut says = wrap(&map.says, usize::from(width.saturating_sub(2).min(96)));
    if map.walked.len() > drawn.len() {
        says.push(format!("Of {} moves the last {} are drawn.", map.walked.len(), drawn.len()));
    }
    for (y, line) in (top + room + 1..height).zip(&says) {
        pen.put(1, y, line, theme.text);
    }
}

/// The path: a column for each move, the oldest outermost.
fn walked(pen: &mut Pen<'_>, moves: &[(Option<usize>, usize)], rows: usize, first: usize) {
    let theme = *pen.theme();
    // Between the arrow and the mark one column stays free.
    let width = usize::from(pen.width().saturating_sub(2));
    let mut grid = Grid::new(width, rows);
    for (n, (from, to)) in moves.iter().enumerate() {
        let x = 2 * n;
        grid.row(*to, x);
        if let Some(from) = from {
            grid.row(*from, x);
            grid.column(x, *from, *to);
        }
    }
    for y in 0..usize::from(pen.height()) {
        for x in 0..width {
            let sign = grid.sign(x, y + first);
            if let (Ok(x), Ok(y)) = (u16::try_from(x), u16::try_from(y))
                && sign != " "
            {
                pen.put(x, y, sign, theme.text);
            }
        }
    }
    for (n, (_, to)) in moves.iter().enumerate() {
        let style = if n + 1 == moves.len() { theme.lit } else { theme.text };
        if let (Ok(x), Some(y)) = (u16::try_from(width), to.checked_sub(first).and_then(|y| u16::try_from(y).ok())) {
            pen.put(x, y, "▸", style);
        }
    }
}

/// Where the lit row can lead: a line down to each, with the reason.
fn ways(pen: &mut Pen<'_>, map: &Map, cursor: usize, first: usize) {
    let theme = *pen.theme();
    let width = pen.width();
    if map.ways.is_empty() || width < 12 {
        return;
    }
    let ends = || map.ways.iter().map(|w| w.to).chain([cursor]);
    let mut grid = Grid::new(3, map.rows.len());
    grid.column(1, ends().min().unwrap_or(cursor), ends().max().unwrap_or(cursor));
    grid.add(0, cursor, LEFT | RIGHT);
    grid.add(1, cursor, LEFT);
    for way in &map.ways {
        grid.add(1, way.to, RIGHT);
    }
    for y in 0..pen.height() {
        for x in 0..2_u16 {
            let sign = grid.sign(x.into(), usize::from(y) + first);
            if sign != " " {
                pen.put(x, y, sign, theme.dim);
            }
        }
    }
    for way in &map.ways {
        let Some(y) = way.to.checked_sub(first).and_then(|y| u16::try_from(y).ok()) else { continue };
        let style = if way.taken { theme.lit } else { theme.text };
        pen.put(2, y, "▸", style);
        pen.put_within(4, y, &way.because, width.saturating_sub(4), style);
    }
}
