//! What was found: one sentence, what to do in order, whose move it is, and the proof.

use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::super::model::{Found, Pair, Why};
use super::super::theme::{Mark, Theme};
use super::super::widget::{Pen, wrap};
use super::text::window;
use crate::reading::Certainty;

/// Lines longer than this are hard to read.
const READABLE: u16 = 96;

/// A line: a head in front, text, and what stands at the right.
struct Line {
    head: String,
    head_style: Style,
    at: u16,
    text: String,
    style: Style,
    right: String,
    /// The thing to do that it is about.
    todo: Option<usize>,
}

/// From this width on, what shows it stands beside what to do.
const BESIDE: u16 = 160;

/// What is shown: on a wide screen in two columns, else one below the other.
fn lines(found: &Found, width: u16, theme: &Theme) -> (Vec<Line>, Vec<Line>) {
    let (mut acts, rest) = (acts(found, width, theme), rest(found, width, theme));
    if width >= BESIDE {
        let shows = shows(found, width - READABLE - 3, theme);
        if !rest.is_empty() {
            acts.push(blank(theme));
        }
        acts.extend(rest);
        return (acts, shows);
    }
    let shows = shows(found, width, theme);
    if !(shows.is_empty() && rest.is_empty()) {
        acts.push(blank(theme));
    }
    // Beside what is well, a flaw is the news.
    let (first, then) = if found.mark == Some(Mark::Fine) { (rest, shows) } else { (shows, rest) };
    acts.extend(first);
    acts.extend(then);
    (acts, Vec::new())
}

fn blank(theme: &Theme) -> Line {
    let (head, text, right) = (String::new(), String::new(), String::new());
    Line { head, head_style: theme.dim, at: 0, text, style: theme.text, right, todo: None }
}

/// What it is, what to do, and whose move it is.
fn acts(found: &Found, width: u16, theme: &Theme) -> Vec<Line> {
    let width = width.min(READABLE);
    let mut all: Vec<Line> = Vec::new();
    let line = |head: &str, at: u16, text: String, style: Style| Line {
        head: head.to_owned(),
        head_style: theme.dim,
        at,
        text,
        style,
        right: String::new(),
        todo: None,
    };
    let blank = |all: &mut Vec<Line>| all.push(blank(theme));
    let room = |at: u16| usize::from(width.saturating_sub(at));
    let certain = u16::try_from(found.certainty.width()).unwrap_or(0) + 3;
    let mark = found.mark.unwrap_or(Mark::Unknown);
    for (i, text) in wrap(&found.headline, room(2 + certain)).into_iter().enumerate() {
        let mut row = line(if i == 0 { mark.sign() } else { "" }, 2, text, theme.title);
        row.head_style = mark.style(theme);
        if i == 0 {
            row.right.clone_from(&found.certainty);
        }
        all.push(row);
    }
    for text in &found.explained {
        blank(&mut all);
        all.extend(wrap(text, room(0)).into_iter().map(|t| line("", 0, t, theme.text)));
    }
    if !found.todo.is_empty() {
        blank(&mut all);
        all.push(line("", 0, todo_title(found).to_owned(), theme.title));
        for (i, todo) in found.todo.iter().enumerate() {
            for (j, text) in wrap(todo, room(4)).into_iter().enumerate() {
                let head = if j == 0 { format!(" {}", i + 1) } else { String::new() };
                all.push(Line { todo: Some(i), ..line(&head, 4, text, theme.text) });
            }
        }
        if let Some((_, step)) = &found.step {
            all.push(line(
                &format!(" {}", found.todo.len() + 1),
                4,
                format!("Check again here: only {step} runs."),
                theme.text,
            ));
            if let Some(last) = all.last_mut() {
                last.right = "k  check".to_owned();
            }
        }
    }
    if !found.whose.is_empty() {
        blank(&mut all);
        let waiting = format!("Waiting {}", found.waiting);
        // Both fit on one line nearly always: who, and how long.
        if found.waiting.is_empty() || 12 + found.whose.width() + 4 + waiting.width() > width.into() {
            all.extend(headed("Whose move", std::slice::from_ref(&found.whose), width, theme));
            if !found.waiting.is_empty() {
                all.extend(headed("Waiting", std::slice::from_ref(&found.waiting), width, theme));
            }
        } else {
            all.push(line("Whose move", 12, format!("{}    {waiting}", found.whose), theme.text));
        }
    }
    all
}

fn says(why: &[Why]) -> Vec<String> {
    why.iter().map(|w| w.says.clone()).collect()
}

/// What shows it, and what speaks against it.
fn shows(found: &Found, width: u16, theme: &Theme) -> Vec<Line> {
    let width = width.min(READABLE);
    let mut all = Vec::new();
    if found.proof.is_empty() {
        return all;
    }
    if let Some(pair) = &found.pair {
        all.extend(side_by_side(pair, width, theme));
    }
    // What is likely is not proved, and what is well needs no proof.
    let head = match found.mark {
        Some(Mark::Fine) => "Seen",
        _ if found.certainty == Certainty::Confirmed.as_str() => "Proof",
        _ => "Signs",
    };
    let mut proof = headed(head, &says(&found.proof), width.saturating_sub(9), theme);
    if found.proof.iter().any(|w| !w.evidence.is_empty())
        && let Some(first) = proof.first_mut()
    {
        first.right = "e  show".to_owned();
    }
    all.extend(proof);
    let against = says(&found.against);
    // Where nothing is wrong, nothing has to be said against it.
    let nothing = if found.mark == Some(Mark::Fine) { Vec::new() } else { vec!["nothing".to_owned()] };
    all.extend(headed("Against", if against.is_empty() { &nothing } else { &against }, width, theme));
    all
}

/// What else it may be, and what else was seen.
fn rest(found: &Found, width: u16, theme: &Theme) -> Vec<Line> {
    let width = width.min(READABLE);
    let mut all = headed("Besides", &found.besides, width, theme);
    all.extend(headed("Or", &found.rivals, width, theme));
    all.extend(headed("Also", &says(&found.also), width, theme));
    all
}

/// Two probes beside each other; on a narrow screen, one below the other.
fn side_by_side(pair: &Pair, width: u16, theme: &Theme) -> Vec<Line> {
    let at = 12;
    let room = usize::from(width.saturating_sub(at));
    let half = room.saturating_sub(3) / 2;
    if half < 24 {
        let both = [pair.left.clone(), pair.right.clone()].concat();
        return headed("Compare", &both, width, theme);
    }
    let wrapped = |lines: &[String]| lines.iter().flat_map(|l| wrap(l, half)).collect::<Vec<_>>();
    let (left, right) = (wrapped(&pair.left), wrapped(&pair.right));
    let mut all = Vec::new();
    for n in 0..left.len().max(right.len()) {
        let (l, r) = (left.get(n).map_or("", |l| l), right.get(n).map_or("", |r| r));
        let gap = half.saturating_sub(l.width());
        let head = if n == 0 { "Compare".to_owned() } else { String::new() };
        let text = format!("{l}{:gap$} │ {r}", "");
        all.push(Line { head, head_style: theme.dim, at, text, style: theme.text, right: String::new(), todo: None });
    }
    all
}

fn headed(head: &str, texts: &[String], width: u16, theme: &Theme) -> Vec<Line> {
    let at = 12;
    let mut all = Vec::new();
    for text in texts {
        for line in wrap(text, usize::from(width.saturating_sub(at))) {
            let head = if all.is_empty() { head.to_owned() } else { String::new() };
            let right = String::new();
            all.push(Line { head, head_style: theme.dim, at, text: line, style: theme.text, right, todo: None });
        }
    }
    all
}

/// How many lines it has at a screen's width.
pub(in crate::tui) fn height_of(found: &Found, width: u16) -> usize {
    let (left, right) = lines(found, width.saturating_sub(2), &super::super::theme::Theme::default());
    left.len().max(right.len())
}

pub(in crate::tui) fn draw(pen: &mut Pen<'_>, found: &Found, scroll: u16, lit: Option<usize>) {
    let theme = *pen.theme();
    let width = pen.width().saturating_sub(2);
    let height = pen.height();
    let (mut all, beside) = lines(found, width, &theme);
    let end = width.min(READABLE);
    let is_lit = |line: &Line| lit.is_some() && line.todo == lit;
    let mut from = scroll;
    // What is lit is seen; the last row may be taken by what says that there is more.
    if let (Some(first), Some(last)) = (all.iter().position(is_lit), all.iter().rposition(is_lit)) {
        let (first, last) = (u16::try_from(first).unwrap_or(0), u16::try_from(last).unwrap_or(0));
        from = from.max((last + 2).saturating_sub(height)).min(first);
        let fits = |l: &Line| usize::from(l.at) + l.text.width() + 8 <= end.into();
        if let Some(line) = all.get_mut(usize::from(first)).filter(|l| fits(l)) {
            "c  copy".clone_into(&mut line.right);
        }
    }
    if !beside.is_empty() {
        for y in 0..height {
            pen.put(READABLE + 2, y, "│", theme.dim);
        }
        let mut part = pen.part(READABLE + 4, 0, width.saturating_sub(READABLE + 3), height);
        let end = (width - READABLE - 3).min(READABLE);
        let (from, room) = window(&mut part, beside.len(), scroll);
        for (y, line) in (0..room).zip(beside.iter().skip(from)) {
            put(&mut part, y, line, end, false);
        }
    }
    let mut part = pen.part(1, 0, if beside.is_empty() { width } else { READABLE }, height);
    let width = part.width();
    let (from, room) = window(&mut part, all.len(), from);
    for (y, line) in (0..room).zip(all.iter().skip(from)) {
        let lit = is_lit(line);
        if let Some(todo) = line.todo {
            part.line(y, todo);
        }
        put(&mut part, y, line, end.min(width), lit);
    }
}

/// A line; what stands at its right ends at the column `end`.
fn put(pen: &mut Pen<'_>, y: u16, line: &Line, end: u16, lit: bool) {
    let theme = *pen.theme();
    pen.put(0, y, &line.head, if lit { theme.lit } else { line.head_style });
    let x = pen.put_before(end, y, &line.right, theme.key);
    let room = if line.right.is_empty() { pen.width() } else { x.saturating_sub(1) };
    pen.put_within(line.at, y, &line.text, room.saturating_sub(line.at), if lit { theme.lit } else { line.style });
}

/// Where nothing is wrong, nothing has to be done.
fn todo_title(found: &Found) -> &'static str {
    match (found.mark, found.todo.len()) {
        (Some(Mark::Fine), _) => "If you like",
        (_, 1) => "Do this",
        _ => "Do this, in order",
    }
}
