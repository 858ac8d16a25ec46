//! The middle of a step: why, the probes, what was found in sentences, what to do.

use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::super::super::model::{Note, Row, RowState, StepView, span};
use super::super::super::theme::{Mark, Theme};
use super::super::super::widget::{Pen, wrap};
use super::super::text::{most, window};
use super::How;

/// Lines longer than this are hard to read.
const READABLE: u16 = 96;

/// How many probes may stand on a screen of that height before equal ones are folded.
pub(in crate::tui) fn rows_that_fit(height: u16) -> usize {
    usize::from(height.saturating_sub(17)).max(4)
}

/// A line of the middle.
enum Piece<'a> {
    Blank,
    Text(String, Style),
    /// A probe, what it is counted as among what can be lit, and whether it is.
    Row(&'a Row, Option<usize>, bool),
    /// A sentence's line: its mark on the first one, what it is counted as, and whether it is lit.
    Note(Option<Mark>, String, usize, bool),
}

impl Piece<'_> {
    fn is_lit(&self) -> bool {
        matches!(self, Self::Row(.., true) | Self::Note(.., true))
    }
}

/// All lines, at a width and a height. Where not all can be seen, the first sentence says why, and the rest of it comes last.
fn pieces<'a>(view: &'a StepView, (width, room): (u16, u16), lit: Option<usize>, theme: &Theme) -> Vec<Piece<'a>> {
    let readable = usize::from(width.min(READABLE));
    let text = |t: &str| wrap(t, readable).into_iter().map(|l| Piece::Text(l, theme.text)).collect::<Vec<_>>();
    let (why, found) = (text(&view.why), found(view, readable, lit, theme));
    // What the first sentence is counted as.
    let picked = view.rows.iter().filter(|r| r.finding.is_some()).count();
    let mut all = vec![title(view, theme)];
    if view.notes.is_empty() || 1 + why.len() + found.len() <= room.into() {
        all.extend(why);
        all.extend(found);
    } else if until_told(&found, picked) + 2 > usize::from(room).saturating_sub(why.len().min(2)) {
        // What was found matters more than why it was looked for; and where the rows alone fill the screen, what they mean comes first.
        let crowded = until_told(&found, picked) + 2 > room.into();
        let (mut rest, mut first) = (Vec::new(), Vec::new());
        for piece in found.into_iter().filter(|p| !matches!(p, Piece::Blank)) {
            let leads = crowded && matches!(piece, Piece::Note(.., pick, _) if pick == picked);
            if leads { first.push(piece) } else { rest.push(piece) }
        }
        all.extend(first.into_iter().chain(rest));
        all.push(Piece::Blank);
        all.extend(why);
    } else {
        let first = view.why.find(". ").map_or(view.why.len(), |at| at + 1);
        all.extend(text(&view.why[..first]));
        all.extend(found.into_iter().filter(|p| !matches!(p, Piece::Blank)));
        all.push(Piece::Blank);
        all.extend(text(&view.why[first..]));
    }
    all
}

/// How many lines it takes until the first sentence is told.
fn until_told(found: &[Piece<'_>], picked: usize) -> usize {
    let of_first = |p: &&Piece<'_>| matches!(p, Piece::Note(_, _, pick, _) if *pick == picked);
    let lines = || found.iter().filter(|p| !matches!(p, Piece::Blank));
    lines().take_while(|p| !of_first(p)).count() + lines().filter(of_first).count()
}

fn title<'a>(view: &StepView, theme: &Theme) -> Piece<'a> {
    let title = if view.number == 0 { view.title.clone() } else { format!("{} {}", view.number, view.title) };
    Piece::Text(title, theme.title)
}

/// What came back, what it means, what to do.
fn found<'a>(view: &'a StepView, readable: usize, lit: Option<usize>, theme: &Theme) -> Vec<Piece<'a>> {
    let mut all = Vec::new();
    if !view.rows.is_empty() {
        all.push(Piece::Blank);
    }
    let mut pick = 0;
    for row in &view.rows {
        let counted = row.finding.is_some().then_some(pick);
        pick += usize::from(row.finding.is_some());
        all.push(Piece::Row(row, counted, counted.is_some() && lit == counted));
    }
    if !view.notes.is_empty() {
        all.push(Piece::Blank);
    }
    // What is merely so comes after what to do.
    let remarks = view.notes.iter().rev().take_while(|n| n.mark == Mark::Remark).count();
    let remarks = if view.fix.is_empty() && view.whose.is_none() { 0 } else { remarks };
    let (telling, remarks) = view.notes.split_at(view.notes.len() - remarks);
    let noted = |all: &mut Vec<Piece<'a>>, note: &Note, pick: usize| {
        for (i, line) in wrap(&note.text, readable.saturating_sub(2)).into_iter().enumerate() {
            all.push(Piece::Note((i == 0).then_some(note.mark), line, pick, lit == Some(pick)));
        }
    };
    for note in telling {
        noted(&mut all, note, pick);
        pick += 1;
    }
    for (i, ask) in view.asks.iter().enumerate() {
        if i == 0 {
            all.push(Piece::Blank);
        }
        for (j, line) in wrap(ask, readable.saturating_sub(3)).into_iter().enumerate() {
            let head = if i + j == 0 { "i  " } else { "   " };
            all.push(Piece::Text(format!("{head}{line}"), theme.key));
        }
    }
    if let Some(whose) = &view.whose {
        all.push(Piece::Blank);
        all.extend(wrap(&format!("Whose move: {whose}."), readable).into_iter().map(|l| Piece::Text(l, theme.text)));
    }
    if !view.fix.is_empty() {
        all.push(Piece::Blank);
    }
    for (i, fix) in view.fix.iter().enumerate() {
        for (j, line) in wrap(fix, readable.saturating_sub(3)).into_iter().enumerate() {
            let head = if j == 0 { format!("{}  ", i + 1) } else { "   ".to_owned() };
            all.push(Piece::Text(format!("{head}{line}"), theme.text));
        }
    }
    if !remarks.is_empty() {
        all.push(Piece::Blank);
    }
    for note in remarks {
        noted(&mut all, note, pick);
        pick += 1;
    }
    all
}

/// How many lines the middle has at a width and a height.
pub(in crate::tui) fn height_of(view: &StepView, size: (u16, u16)) -> usize {
    pieces(view, size, None, &super::super::super::theme::Theme::default()).len()
}

pub(super) fn draw(pen: &mut Pen<'_>, view: &StepView, how: How) {
    let theme = *pen.theme();
    let (width, room) = (pen.width(), pen.height());
    let all = pieces(view, (width, room), how.lit, &theme);
    let mut from = how.scroll.min(most(all.len(), room));
    // What is lit is always seen; the last row may be taken by what says that there is more.
    let lit = |p: &Piece<'_>| p.is_lit();
    if let (Some(first), Some(last)) = (all.iter().position(lit), all.iter().rposition(lit)) {
        let (first, last) = (u16::try_from(first).unwrap_or(0), u16::try_from(last).unwrap_or(0));
        from = from.max((last + 2).saturating_sub(room)).min(first);
    }
    let (from, room) = window(pen, all.len(), from);
    let columns = Columns::of(&view.rows, width);
    for (y, piece) in (0..room).zip(all.iter().skip(from)) {
        match piece {
            Piece::Blank => {}
            Piece::Text(text, style) => {
                pen.put_within(0, y, text, width, *style);
            }
            Piece::Row(row, counted, lit) => {
                if let Some(counted) = counted {
                    pen.line(y, *counted);
                }
                columns.draw(pen, y, row, *lit, how.tick);
            }
            Piece::Note(mark, text, counted, lit) => {
                pen.line(y, *counted);
                if let Some(mark) = mark {
                    pen.mark(0, y, *mark);
                }
                pen.put_within(2, y, text, width.saturating_sub(2), if *lit { theme.lit } else { theme.text });
            }
        }
    }
}

/// The columns that are kept for words to come: “connected”, “no answer”.
const TO_COME: u16 = 9;

/// Where the parts of a row stand.
struct Columns {
    label: u16,
    ms: u16,
    width: u16,
}

impl Columns {
    fn of(rows: &[Row], width: u16) -> Self {
        let widest =
            |texts: &mut dyn Iterator<Item = usize>| u16::try_from(texts.max().unwrap_or(0)).unwrap_or(u16::MAX);
        let ms = widest(&mut rows.iter().map(|r| took(r).width()));
        // Names get two fifths, and what the words leave: while some are still to come, room is kept for those that most probes end with.
        let text = widest(&mut rows.iter().map(|r| r.text.width()));
        let ended = rows.iter().all(|r| r.state == RowState::Ended);
        let text = if ended { text } else { text.max(TO_COME) };
        let left = width.min(READABLE).saturating_sub(text.saturating_add(ms + 6));
        let label = widest(&mut rows.iter().map(|r| r.label.width())).clamp(8, (width * 2 / 5).max(left).max(8));
        Self { label, ms, width: width.min(READABLE) }
    }

    fn draw(&self, pen: &mut Pen<'_>, y: u16, row: &Row, lit: bool, tick: u32) {
        let theme = *pen.theme();
        pen.put_within(0, y, &row.label, self.label, if lit { theme.lit } else { theme.text });
        let at = self.label + 2;
        if let RowState::Running { .. } = row.state {
            pen.put(at, y, turning(tick, pen.ascii()), theme.lit);
        } else {
            pen.mark(at, y, row.mark);
        }
        let room = self.width.saturating_sub(at + 2 + self.ms + 2);
        pen.put_within(at + 2, y, &row.text, room, if lit { theme.lit } else { theme.text });
        pen.put_before(self.width, y, &took(row), theme.dim);
    }
}

/// How long a probe took, or takes.
fn took(row: &Row) -> String {
    match (row.state, row.ms) {
        (RowState::Running { since_ms }, _) => format!("{}.{} s", since_ms / 1000, since_ms % 1000 / 100),
        (RowState::Ended, Some(ms)) => span(ms),
        (RowState::Ended, None) => String::new(),
    }
}

/// What turns while a probe is at work: one step a tick.
fn turning(tick: u32, ascii: bool) -> &'static str {
    const ROUND: [&str; 8] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧"];
    const PLAIN: [&str; 4] = ["|", "/", "-", "\\"];
    let tick = tick as usize;
    if ascii { PLAIN[tick % PLAIN.len()] } else { ROUND[tick % ROUND.len()] }
}
