//! The transcript lens: every line that was said, and what the one that is lit means.

use super::super::model::{Meant, Said, Way};
use super::super::theme::{Mark, Theme};
use super::super::widget::{Pen, wrap};
use super::step::sign;
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
}

/// Where a line's text begins: time, direction.
const TEXT: u16 = 15;

/// How many rows are below the rule, for what it means.
fn below(height: u16) -> u16 {
    (height / 3).clamp(4, 12)
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
    meant(&mut pen.part(1, room + 1, width.saturating_sub(2), down), view.meant);
}

fn lines(pen: &mut Pen<'_>, view: &LensView<'_>) {
    let theme = *pen.theme();
    let (width, room) = (pen.width(), usize::from(pen.height()));
    let text = usize::from(width.saturating_sub(TEXT + 1));
    // Rows are made outwards from the one that is lit, so that a long transcript costs no more than a screenful.
    let lit = rows_of(view, view.cursor, text);
    let (mut above, mut below): (Vec<RowOf<'_>>, Vec<RowOf<'_>>) = (Vec::new(), Vec::new());
    let mut up = view.cursor;
    while above.len() < room && up > 0 {
        up -= 1;
        above.extend(rows_of(view, up, text).into_iter().rev());
    }
    let mut down = view.cursor + 1;
    while below.len() < room && down < view.lines.len() {
        below.extend(rows_of(view, down, text));
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

fn rows_of<'a>(view: &'a LensView<'_>, i: usize, width: usize) -> Vec<RowOf<'a>> {
    let Some(line) = view.lines.get(i) else { return Vec::new() };
    let mut rows = Vec::new();
    if line.first {
        rows.push(RowOf::Host(&line.host));
    }
    if i == view.cursor {
        let whole = if view.whole.is_empty() { std::slice::from_ref(&line.text) } else { view.whole };
        let all: Vec<_> = whole.iter().flat_map(|l| wrap(l, width)).take(8).collect();
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

fn meant(pen: &mut Pen<'_>, meant: &[Meant]) {
    let theme = *pen.theme();
    let width = pen.width();
    let mut y = 0;
    let columns = |text: &str| u16::try_from(unicode_width::UnicodeWidthStr::width(text)).unwrap_or(0);
    let left = meant.iter().map(|m| columns(&m.what)).max().unwrap_or(0).clamp(8, 20) + 2;
    for m in meant {
        pen.put_within(0, y, &m.what, left - 1, theme.title);
        let source = u16::try_from(unicode_width::UnicodeWidthStr::width(m.source.as_str())).unwrap_or(0);
        let room = width.saturating_sub(left + if source > 0 { source + 2 } else { 0 });
        let lines = wrap(&m.says, usize::from(room.min(90)));
        if source > 0 && source + left + 20 < width {
            pen.put_before(width, y, &m.source, theme.dim);
        }
        for line in &lines {
            pen.put(left, y, line, theme.text);
            y += 1;
        }
        y += u16::from(lines.is_empty());
    }
    if meant.is_empty() {
        pen.put(0, 0, "Something that happened; there is nothing more to say about it.", theme.dim);
    }
}
