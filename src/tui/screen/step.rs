//! A step: the rail, what is looked at, what came back, what it means, and where it leads.

mod middle;
mod reading;

use super::super::keys::Command;
use super::super::model::{Rail, RailItem, Said, StepView, Way};
use super::super::theme::Theme;
use super::super::widget::{Pen, Spot, wrap};
use ratatui::style::Style;

pub(in crate::tui) use middle::{height_of, rows_that_fit};
pub(in crate::tui) use reading::Shares;

/// How wide the rail is, the line beside it included.
const RAIL: u16 = 23;
/// From this width on, what is said on the wire stands beside what it means.
const WIDE: u16 = 120;

/// What besides the step itself decides how it is drawn.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::tui) struct How {
    /// The finding that is lit, counted as in `picks`.
    pub lit: Option<usize>,
    pub scroll: u16,
    /// The row of a text that is seen first, once somebody scrolled it.
    pub text: Option<usize>,
    /// Counts ticks.
    pub tick: u32,
}

/// Where the parts of a step stand on a screen of that size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Parts {
    /// The column where the middle begins.
    left: u16,
    /// The first row of the middle.
    top: u16,
    /// Its size.
    width: u16,
    height: u16,
    /// The column where the wire begins.
    wire: Option<u16>,
    /// The rule above the branch.
    branch: u16,
}

/// `height` is that of everything between the top line and the rule above the keys.
fn parts(width: u16, height: u16, branch_rows: u16) -> Parts {
    let railed = width >= 80;
    let branch = height.saturating_sub(branch_rows + 1);
    let (left, top) = if railed { (RAIL + 1, 1) } else { (1, 3) };
    let wire = is_wide(width).then(|| left + (width - left).saturating_mul(11) / 20);
    let right = wire.map_or(width.saturating_sub(1), |w| w.saturating_sub(2));
    Parts { left, top, width: right.saturating_sub(left), height: branch.saturating_sub(top), wire, branch }
}

/// The room of the middle on a screen of that size, the top line and the keys included.
pub(in crate::tui) fn room(width: u16, height: u16, view: &StepView) -> (u16, u16) {
    let p = parts(width, height.saturating_sub(3), branch_rows(view, width));
    (p.width, p.height)
}

/// The columns that a text which was read has on a screen of that width.
pub(in crate::tui) fn text_width(width: u16) -> usize {
    reading::text_width(parts(width, 24, 2).width)
}

/// How text and meaning share the middle on a screen of that size; none where no text is shown.
pub(in crate::tui) fn shares(width: u16, height: u16, view: &StepView) -> Option<Shares> {
    let read = view.read.as_ref()?;
    let p = parts(width, height.saturating_sub(3), branch_rows(view, width));
    Some(reading::shares(read, view, (p.width, p.height), p.wire.map(|x| beside(x, width))))
}

/// The columns right of the line at `x`.
fn beside(x: u16, width: u16) -> u16 {
    width.saturating_sub(x + 2)
}

/// Whether what is said on the wire stands beside.
pub(in crate::tui) fn is_wide(width: u16) -> bool {
    width >= WIDE
}

/// Draws below the top line; the first row of the pen is the rule under it.
pub(in crate::tui) fn draw(pen: &mut Pen<'_>, rail: &Rail, view: &StepView, how: How) {
    let (width, height) = (pen.width(), pen.height());
    let lines = branch(view, width);
    let p = parts(width, height, u16::try_from(lines.len()).unwrap_or(2));
    pen.rule(0);
    pen.rule(p.branch);
    if width >= 80 {
        let theme = *pen.theme();
        for y in 1..p.branch {
            pen.put(RAIL - 1, y, "│", theme.dim);
        }
        pen.put(RAIL - 1, 0, "┬", theme.dim);
        pen.put(RAIL - 1, p.branch, "┴", theme.dim);
        rail_beside(&mut pen.part(0, 1, RAIL - 1, p.branch.saturating_sub(1)), rail);
    } else {
        rail_above(&mut pen.part(0, 1, width, 1), rail);
    }
    let mut middle = pen.part(p.left, p.top, p.width, p.height);
    match &view.read {
        None => middle::draw(&mut middle, view, how),
        Some(read) if p.wire.is_some() => reading::text(&mut middle, read, view, how),
        Some(read) => reading::draw(&mut middle, read, view, how),
    }
    if let Some(x) = p.wire {
        let theme = *pen.theme();
        for y in 1..p.branch {
            pen.put(x - 1, y, "│", theme.dim);
        }
        pen.put(x - 1, 0, "┬", theme.dim);
        pen.put(x - 1, p.branch, "┴", theme.dim);
        let mut right = pen.part(x + 1, 1, beside(x, width), p.branch.saturating_sub(1));
        match &view.read {
            None => wire(&mut right, &view.wire),
            Some(read) => reading::meaning(&mut right, read, view, how, true),
        }
    }
    for (y, (text, style)) in (p.branch + 1..height).zip(&lines) {
        let theme = *pen.theme();
        let x = if y == p.branch + 1 && view.next.is_some() { pen.put(1, y, "Next ▸", theme.lit) + 1 } else { 8 };
        pen.put(if view.next.is_some() { x } else { 1 }, y, text, style(&theme));
        if view.next.is_some() || view.waits || view.ended {
            pen.spot(0, y, width, Spot::Key(Command::GoOn));
        }
        // The other ways stand at the end of the last line.
        let others = view.next.as_ref().filter(|n| !n.others.is_empty()).and_then(|_| text.rfind("or: "));
        if let Some(at) = others.filter(|_| usize::from(y - p.branch) == lines.len()) {
            let from = x + u16::try_from(unicode_width::UnicodeWidthStr::width(&text[..at])).unwrap_or(0);
            pen.spot(from, y, width.saturating_sub(from), Spot::Key(Command::Ways));
        }
    }
}

fn rail_beside(pen: &mut Pen<'_>, rail: &Rail) {
    let theme = *pen.theme();
    let gap = usize::from(usize::from(pen.height()) > rail.path.len() + rail.rest.len());
    let draw = |pen: &mut Pen<'_>, y: usize, item: &RailItem| {
        let Ok(y) = u16::try_from(y) else { return };
        let style = name_style(item, &theme);
        let width = pen.width();
        pen.spot(0, y, width, Spot::Step(item.number));
        pen.mark(1, y, item.mark);
        pen.put(3, y, &format!("{:>2} {}", item.number, item.title), style);
    };
    for (y, item) in rail.path.iter().enumerate() {
        draw(pen, y, item);
    }
    for (y, item) in (rail.path.len() + gap..).zip(&rail.rest) {
        draw(pen, y, item);
    }
}

fn name_style(item: &RailItem, theme: &Theme) -> Style {
    use super::super::theme::Mark;
    match item.mark {
        _ if item.here => theme.lit,
        Mark::Waiting | Mark::Skipped => theme.dim,
        _ => theme.text,
    }
}

/// The rail in one line, for narrow screens.
fn rail_above(pen: &mut Pen<'_>, rail: &Rail) {
    let theme = *pen.theme();
    let mut x = 1;
    for (i, item) in rail.path.iter().chain(&rail.rest).enumerate() {
        x += if i == rail.path.len() { 1 } else { 0 };
        let from = x;
        x = pen.put(x, 0, item.mark.sign(), item.mark.style(&theme));
        x = pen.put(x, 0, &item.number.to_string(), name_style(item, &theme));
        pen.spot(from, 0, x.saturating_sub(from), Spot::Step(item.number));
        x += 1;
    }
}

/// The last things said, for wide screens.
fn wire(pen: &mut Pen<'_>, said: &[Said]) {
    let theme = *pen.theme();
    let width = pen.width();
    if said.is_empty() {
        pen.put(0, 0, "Nothing was said on the wire yet.", theme.dim);
        return;
    }
    let mut rows: Vec<(String, Style)> = Vec::new();
    for line in said.iter().rev() {
        if rows.len() > pen.height().into() {
            break;
        }
        let style = match line.way {
            Way::In => theme.received,
            Way::Out => theme.sent,
            Way::Event => theme.dim,
        };
        rows.push((format!("{:>6} {} {}", line.at, sign(line), line.text), style));
        if line.first {
            rows.push((line.host.clone(), theme.title));
        }
    }
    rows.truncate(pen.height().into());
    for (y, (text, style)) in (0..).zip(rows.iter().rev()) {
        pen.put_within(0, y, text, width, *style);
    }
}

/// Which way a line went, and whether under TLS: as `swaks` shows it.
pub(super) fn sign(line: &Said) -> &'static str {
    match (line.way, line.tls) {
        (Way::Out, false) => "> ",
        (Way::Out, true) => "~>",
        (Way::In, false) => "< ",
        (Way::In, true) => "<~",
        (Way::Event, _) => "  ",
    }
}

/// The other ways, as many as fit: the first ones, and the last, which is the way out.
fn others(all: &[String], room: usize) -> String {
    let mut shown: Vec<&str> = all.iter().map(String::as_str).collect();
    let wide = |shown: &[&str]| unicode_width::UnicodeWidthStr::width(shown.join(" · ").as_str()) + 4;
    while shown.len() > 1 && wide(&shown) > room {
        shown.remove(shown.len() - 2);
    }
    format!("or: {}", shown.join(" · "))
}

type LineStyle = fn(&Theme) -> Style;

fn branch_rows(view: &StepView, width: u16) -> u16 {
    u16::try_from(branch(view, width).len()).unwrap_or(2)
}

/// The lines about where it leads: always two, more where the reason is long and the screen wide enough to afford it.
fn branch(view: &StepView, width: u16) -> Vec<(String, LineStyle)> {
    let text: LineStyle = |t| t.text;
    let dim: LineStyle = |t| t.dim;
    let room = usize::from(width.saturating_sub(10));
    let mut lines: Vec<(String, LineStyle)> = match &view.next {
        Some(next) => {
            let or = others(&next.others, room);
            let mut lines = wrap(&format!("{} — because {}", next.to, next.because), room);
            if lines.len() > 3 {
                lines.truncate(3);
                lines[2].push('…');
            }
            let mut or_alone = None;
            if !next.others.is_empty() {
                let columns = unicode_width::UnicodeWidthStr::width;
                let last = lines.len() - 1;
                let gap = room.saturating_sub(columns(lines[last].as_str()) + columns(or.as_str()));
                if gap > 3 {
                    lines[last] = format!("{}{:gap$}{or}", lines[last], "");
                } else {
                    let gap = room.saturating_sub(columns(or.as_str()));
                    or_alone = Some(format!("{:gap$}{or}", ""));
                }
            }
            let mut lines: Vec<_> = lines.into_iter().map(|l| (l, text)).collect();
            lines.extend(or_alone.map(|o| (o, dim)));
            lines
        }
        None if view.waits => vec![("Waiting for your yes: Enter shows what is asked.".to_owned(), text)],
        None if view.running => {
            let open =
                view.rows.iter().filter(|r| matches!(r.state, super::super::model::RowState::Running { .. })).count();
            let done = view.rows.len() - open;
            let says =
                if view.rows.is_empty() { String::new() } else { format!(" {done} of {} came back.", done + open) };
            vec![(format!("At work.{says} What it leads to shows here."), dim)]
        }
        None if view.ended => vec![("Enter shows what was found so far. → shows other ways.".to_owned(), text)],
        None => vec![("Not run yet. → shows the ways from here.".to_owned(), dim)],
    };
    while lines.len() < 2 {
        lines.push((String::new(), dim));
    }
    lines
}
