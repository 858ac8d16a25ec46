//! The transcript lens: every line that was said, and what the one that is lit means.

use super::super::model::{Meant, Said, Way};
use super::super::theme::{Mark, Theme};
use super::super::widget::{Pen, wrap};
use super::step::sign;
use super::text::{most, window_by};
use ratatui::style::Style;

/// What the lens shows.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct LensView<'a> {
    /// All lines.
    pub lines: &'a [Said],
    /// The one that is lit.
    pub cursor: usize,
    /// The whole of it, each line of a reply.
    pub whole: &'a [String],
    /// What it means.
    pub meant: &'a [Meant],
    /// How far that is scrolled.
    pub scroll: u16,
}

/// Where a line's text begins: time, direction.
const TEXT: u16 = 15;

/// How many rows are below the rule, for what it means.
fn below(height: u16) -> u16 {
    (height / 3).clamp(4, 12)
}

/// How many rows of what a line means do not fit below, on a screen whose middle has that size.
pub(in crate::tui) fn rest(meant: &[Meant], width: u16, height: u16) -> (u16, u16) {
    let (rows, room) = (meant_rows(meant, width.saturating_sub(2)).len(), below(height));
    (most(rows, room), room)
}

pub(in crate::tui) fn draw(pen: &mut Pen<'_>, view: &LensView<'_>) {
    let theme = *pen.theme();
    let (width, height) = (pen.width(), pen.height());
    if view.lines.is_empty() {
        pen.put(3, 1, "Nothing was said on the wire yet.", theme.dim);
        return;
    }
    let down = below(height);
    let room = height.saturating_sub(down + 1);
    lines(&mut pen.part(0, 0, width, room), view);
    pen.rule(room);
    meant(&mut pen.part(1, room + 1, width.saturating_sub(2), down), view.meant, view.scroll);
}

fn lines(pen: &mut Pen<'_>, view: &LensView<'_>) {
    let theme = *pen.theme();
    let (width, room) = (pen.width(), usize::from(pen.height()));
    let text = usize::from(width.saturating_sub(TEXT + 1));
    // Rows are made outwards from the one that is lit, so that a long transcript costs no more than a screenful.
    let most = (room * 2 / 3).max(2);
    let lit = rows_of(view, view.cursor, text, most);
    let (mut above, mut below): (Vec<RowOf<'_>>, Vec<RowOf<'_>>) = (Vec::new(), Vec::new());
    let mut up = view.cursor;
    while above.len() < room && up > 0 {
        up -= 1;
        above.extend(rows_of(view, up, text, most).into_iter().rev());
    }
    let mut down = view.cursor + 1;
    while below.len() < room && down < view.lines.len() {
        below.extend(rows_of(view, down, text, most));
        down += 1;
    }
    // The one that is lit stands in the lower half, what led to it above.
    let after = below.len().min(room / 4);
    let before = above.len().min(room.saturating_sub(lit.len() + after));
    let shown = above.into_iter().take(before).rev().collect::<Vec<_>>().into_iter().chain(lit).chain(below);
    for (y, row) in (0..pen.height()).zip(shown) {
        row.draw(pen, y, &theme);
    }
}

enum RowOf<'a> {
    Host(&'a str),
    Line(&'a Said, usize, bool, String),
    More(bool, String),
}

/// The rows of a line; of the one that is lit, no more than `most`.
fn rows_of<'a>(view: &'a LensView<'_>, i: usize, width: usize, most: usize) -> Vec<RowOf<'a>> {
    let Some(line) = view.lines.get(i) else { return Vec::new() };
    let mut rows = Vec::new();
    if line.first {
        rows.push(RowOf::Host(&line.host));
    }
    if i == view.cursor {
        let whole = if view.whole.is_empty() { std::slice::from_ref(&line.text) } else { view.whole };
        let mut all: Vec<_> = whole.iter().flat_map(|l| wrap(l, width)).collect();
        if all.len() > most {
            let left = all.len() - most.saturating_sub(1);
            all.truncate(most.saturating_sub(1));
            all.push(format!("… {left} more lines; c copies all of it"));
        }
        rows.extend(
            all.into_iter()
                .enumerate()
                .map(|(n, text)| if n == 0 { RowOf::Line(line, i, true, text) } else { RowOf::More(true, text) }),
        );
    } else {
        let more = match line.more {
            0 => String::new(),
            1 => " … 1 more line".to_owned(),
            n => format!(" … {n} more lines"),
        };
        rows.push(RowOf::Line(line, i, false, format!("{}{more}", line.text)));
    }
    rows
}

impl RowOf<'_> {
    fn draw(&self, pen: &mut Pen<'_>, y: u16, theme: &Theme) {
        let width = pen.width().saturating_sub(TEXT + 1);
        let style = |lit: bool, normal: Style| if lit { theme.lit } else { normal };
        match self {
            Self::Host(host) => {
                pen.put(1, y, host, theme.title);
            }
            Self::Line(said, i, lit, text) => {
                pen.line(y, *i);
                if *lit {
                    pen.put(0, y, "▸", theme.lit);
                }
                pen.put_before(10, y, &format!("{} ms", said.at), theme.dim);
                let normal = match said.way {
                    _ if said.control => theme.dim,
                    Way::In if refusal(&said.text) => Mark::Fault.style(theme),
                    Way::In => theme.received,
                    Way::Out => theme.sent,
                    Way::Event => theme.dim,
                };
                pen.put(12, y, sign(said), normal);
                pen.put_within(TEXT, y, text, width, style(*lit, normal));
            }
            Self::More(lit, text) => {
                pen.put_within(TEXT, y, text, width, style(*lit, theme.text));
            }
        }
    }
}

/// Whether a line begins as a refusal does.
fn refusal(text: &str) -> bool {
    matches!(text.as_bytes(), [b'4' | b'5', b'0'..=b'9', b'0'..=b'9', ..])
}

/// A row of what a line means: what is explained and where it is written, on its first row, and the column where the words begin.
struct Meaning<'a> {
    of: Option<&'a Meant>,
    source: bool,
    at: u16,
    says: String,
}

fn meant_rows(meant: &[Meant], width: u16) -> Vec<Meaning<'_>> {
    let columns = |text: &str| u16::try_from(unicode_width::UnicodeWidthStr::width(text)).unwrap_or(u16::MAX);
    let at = meant.iter().map(|m| columns(&m.what)).max().unwrap_or(0).clamp(8, 20) + 2;
    let mut rows = Vec::new();
    for m in meant {
        let source = columns(&m.source);
        // Where it is written stands beside it if that leaves room for the words.
        let source = if source > 0 && source.saturating_add(at + 34) < width { source + 2 } else { 0 };
        let room = width.saturating_sub(at.saturating_add(source)).min(90);
        let mut lines = wrap(&m.says, room.into());
        if lines.is_empty() {
            lines.push(String::new());
        }
        let row = |(n, says)| Meaning { of: (n == 0).then_some(m), source: source > 0, at, says };
        rows.extend(lines.into_iter().enumerate().map(row));
    }
    rows
}

fn meant(pen: &mut Pen<'_>, meant: &[Meant], scroll: u16) {
    let theme = *pen.theme();
    let width = pen.width();
    let rows = meant_rows(meant, width);
    let (from, room) = window_by(pen, rows.len(), scroll, "Space");
    for (y, row) in (0..room).zip(rows.iter().skip(from)) {
        if let Some(of) = row.of {
            pen.put_within(0, y, &of.what, row.at - 1, theme.title);
            if row.source {
                pen.put_before(width, y, &of.source, theme.dim);
            }
        }
        pen.put(row.at, y, &row.says, theme.text);
    }
    if meant.is_empty() {
        pen.put(0, 0, "Something that happened; there is nothing more to say about it.", theme.dim);
    }
}
