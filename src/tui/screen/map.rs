//! The whole guide as a picture: steps as rows, the path walked on the left, on the right the steps that each can lead to, by their
//! numbers; below, why the step that is lit leads there.

use super::super::model::{Map, MapWay};
use super::super::theme::Mark;
use super::super::widget::{Pen, wrap};

const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

/// The columns of a mark, a number and a title.
const NAME: u16 = 20;
/// What we found, in a column of numbers.
const FOUND: &str = "•";
/// The columns of a reason's row and title, below the picture.
const HEAD: u16 = 22;

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

/// What is lit: a row, and one of the ways that lead on from it.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::tui) struct MapLit {
    pub row: usize,
    pub way: usize,
    /// Somebody moved to that way: where room is short, its reason matters more than the row.
    pub chosen: bool,
}

pub(in crate::tui) fn draw(pen: &mut Pen<'_>, map: &Map, lit: MapLit) {
    let theme = *pen.theme();
    let (width, height) = (pen.width(), pen.height());
    let rows = u16::try_from(map.rows.len()).unwrap_or(u16::MAX);
    let titled = height >= rows + 5;
    let top = u16::from(titled);
    let room = rows.min(height.saturating_sub(top + 2));
    let first = super::list::top(lit.row, room, map.rows.len());
    let moves: usize = match width {
        ..70 => 2,
        70..110 => 5,
        _ => 9,
    };
    let drawn = &map.walked[map.walked.len().saturating_sub(moves)..];
    let gutter = 2 * u16::try_from(drawn.len().max(1)).unwrap_or(0) + 4;
    walked(&mut pen.part(1, top, gutter, room), drawn, map.rows.len(), first);
    for (y, (i, row)) in (top..top + room).zip(map.rows.iter().enumerate().skip(first)) {
        let style = match row.mark {
            _ if i == lit.row => theme.lit,
            _ if row.here => theme.title,
            Mark::Waiting | Mark::Skipped => theme.dim,
            _ => theme.text,
        };
        pen.line(y, i);
        pen.mark(gutter + 1, y, row.mark);
        pen.put_within(gutter + 3, y, &format!("{} {}", number(map, i), row.title), NAME - 2, style);
    }
    let left = gutter + NAME + 1;
    picture(&mut pen.part(left, top, width.saturating_sub(left), room), map, lit, first);
    if titled {
        pen.put(1, 0, "The way we went", theme.dim);
        pen.put(left, 0, "Where each step can lead", theme.dim);
    }
    let mut says = wrap(&map.says, usize::from(width.saturating_sub(2).min(96)));
    if map.walked.len() > drawn.len() {
        says.push(format!("Of {} moves the last {} are drawn.", map.walked.len(), drawn.len()));
    }
    let below = height.saturating_sub(top + room);
    if lit.chosen && !map.ways.is_empty() && usize::from(below) < says.len() + 3 {
        says.clear();
    }
    let mut y = top + room + u16::from(below > 2);
    for line in says {
        pen.put(1, y, &line, theme.text);
        y += 1;
    }
    let y = y + u16::from(y + 4 < height);
    reasons(&mut pen.part(1, y, width.saturating_sub(2), height.saturating_sub(y)), map, lit.way);
}

/// A row by its number; what we found has none.
fn number(map: &Map, row: usize) -> String {
    let step = map.rows.get(row).and_then(|r| r.step.as_ref());
    step.map_or_else(|| format!(" {FOUND}"), |(_, n)| format!("{n:>2}"))
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

/// Where every step can lead: in its row the numbers of the others, each in a column of its own, so that a column tells what leads to it.
/// The ways that were taken stand out, and the one that is lit.
fn picture(pen: &mut Pen<'_>, map: &Map, lit: MapLit, first: usize) {
    let theme = *pen.theme();
    let wide = pen.width() > 3 * u16::try_from(map.rows.len()).unwrap_or(0);
    let mut columns = Vec::with_capacity(map.rows.len());
    let mut x = 0;
    for row in 0..map.rows.len() {
        let says = number(map, row);
        let says = if wide { says } else { says.trim_start().to_owned() };
        let end = x + u16::try_from(unicode_width::UnicodeWidthStr::width(says.as_str())).unwrap_or(2) + 1;
        columns.push((x, says));
        x = end;
    }
    let lit_way = map.ways.get(lit.way).map(|w| w.to);
    for (y, (i, row)) in (0..pen.height()).zip(map.rows.iter().enumerate().skip(first)) {
        for lead in &row.leads {
            let Some((x, says)) = columns.get(lead.to) else { continue };
            let style = match () {
                () if i == lit.row && lit_way == Some(lead.to) => theme.lit,
                () if lead.taken => theme.title,
                () if i == lit.row => theme.text,
                () => theme.dim,
            };
            pen.put(*x, y, says, style);
        }
    }
}

/// Why the lit row leads where: a line each, the whole of the one that is lit.
fn reasons(pen: &mut Pen<'_>, map: &Map, lit: usize) {
    let theme = *pen.theme();
    let width = pen.width().min(120);
    let mut lines: Vec<(Option<&MapWay>, String, bool)> = Vec::new();
    for (i, way) in map.ways.iter().enumerate() {
        let room = usize::from(width.saturating_sub(HEAD));
        let said = if i == lit { wrap(&way.because, room) } else { vec![way.because.clone()] };
        for (n, line) in said.into_iter().enumerate() {
            lines.push(((n == 0).then_some(way), line, i == lit));
        }
    }
    let last = lines.iter().rposition(|(.., lit)| *lit).unwrap_or(0);
    let first = lines.iter().position(|(.., lit)| *lit).unwrap_or(0);
    let from = (last + 1).saturating_sub(pen.height().into()).min(first);
    for (y, (way, line, lit)) in (0..pen.height()).zip(lines.iter().skip(from)) {
        let style = if *lit { theme.lit } else { theme.text };
        if let Some(way) = way {
            let title = map.rows.get(way.to).map_or("", |r| r.title.as_str());
            pen.put(0, y, "→", if way.taken { theme.title } else { theme.dim });
            pen.put_within(2, y, &format!("{} {title}", number(map, way.to)), HEAD - 3, style);
        }
        pen.put_within(HEAD, y, line, width.saturating_sub(HEAD), if *lit { theme.text } else { theme.dim });
    }
}
