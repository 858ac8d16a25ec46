//! A step that has read a text: the text with what decided marked in it, and what that means, beside or below.

use ratatui::style::{Modifier, Style};

use super::super::super::model::{Page, Read, StepView};
use super::super::super::theme::{Mark, Theme};
use super::super::super::widget::{Pen, wrap};
use super::super::text::{most, window};
use super::How;
use crate::reading::Part;

/// Room for the mark before a row.
const GUTTER: u16 = 2;
/// So many rows of the text are seen at least, where it has as many; one less on a low screen.
const LEAST: usize = 4;
/// Fewer rows for the middle than this make a screen low.
const LOW: usize = 12;
/// Lines longer than this are hard to read.
const READABLE: u16 = 90;

/// How the middle is shared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) struct Shares {
    /// Rows of the text.
    pub text: usize,
    /// Rows of what it means.
    pub meaning: u16,
    /// How far that can be scrolled.
    pub most: u16,
}

/// The columns of the text in a middle that is so wide.
pub(super) fn text_width(middle: u16) -> usize {
    usize::from(middle.saturating_sub(GUTTER)).max(2)
}

/// Shares the middle: beside each other where `beside` is how wide the meaning may be, else below each other.
pub(super) fn shares(read: &Read, view: &StepView, (width, height): (u16, u16), beside: Option<u16>) -> Shares {
    let lines = |width, roomy| lines(read, view, width, roomy, &super::super::super::theme::Theme::default()).len();
    if let Some(beside) = beside {
        let all = lines(beside, true);
        return Shares { text: usize::from(height.saturating_sub(1)), meaning: height, most: most(all, height) };
    }
    let all = lines(width, false);
    // The title, and the rule between.
    let room = usize::from(height.saturating_sub(2));
    let least = LEAST - usize::from(room < LOW);
    let text = read.page.len().min(room.saturating_sub(all).max(least)).min(room);
    let meaning = u16::try_from(room - text).unwrap_or(0);
    Shares { text, meaning, most: most(all, meaning) }
}

/// Draws text and meaning below each other.
pub(super) fn draw(pen: &mut Pen<'_>, read: &Read, view: &StepView, how: How) {
    let (width, height) = (pen.width(), pen.height());
    let shares = shares(read, view, (width, height), None);
    let rows = u16::try_from(shares.text).unwrap_or(height);
    text(&mut pen.part(0, 0, width, rows + 1), read, view, how);
    pen.rule(rows + 1);
    meaning(&mut pen.part(0, rows + 2, width, shares.meaning), read, view, how, false);
}

/// Draws the title and the text.
pub(super) fn text(pen: &mut Pen<'_>, read: &Read, view: &StepView, how: How) {
    let theme = *pen.theme();
    let (width, room) = (pen.width(), usize::from(pen.height().saturating_sub(1)));
    let page: &Page = &read.page;
    let end = pen.put(0, 0, &format!("{} {}", view.number, view.title), theme.title);
    let first = how.text.map_or_else(|| page.first_seen(room), |at| at.min(page.last(room)));
    let mut says = match read.of {
        Some((nth, all)) => format!("failure {nth} of {all} · "),
        None => String::new(),
    };
    if page.len() > room {
        says += &format!("rows {}–{} of {}", first + 1, (first + room).min(page.len()), page.len());
    } else {
        says += "your text";
    }
    let says = if usize::from(width.saturating_sub(end + 2)) < says.chars().count() {
        says.split(" · ").last().unwrap_or_default()
    } else {
        &says
    };
    pen.put_before(width, 0, says, theme.dim);
    for (y, n) in (1..pen.height()).zip(first..) {
        let pieces = page.row(n);
        if pieces.iter().any(|(_, part)| part.is_some()) {
            pen.put(0, y, "▸", theme.lit);
        }
        let mut x = GUTTER;
        for (piece, part) in pieces {
            x = pen.put(x, y, piece, part.map_or(theme.text, |part| marked(&theme, part)));
        }
    }
}

/// Draws what it means.
pub(super) fn meaning(pen: &mut Pen<'_>, read: &Read, view: &StepView, how: How, roomy: bool) {
    let theme = *pen.theme();
    let width = pen.width();
    let all = lines(read, view, width, roomy, &theme);
    let (from, room) = window(pen, all.len(), how.scroll.min(most(all.len(), pen.height())));
    for (y, line) in (0..room).zip(all.iter().skip(from)) {
        match &line.head {
            Head::None => {}
            Head::Mark(mark) => pen.mark(0, y, *mark),
            Head::Word(word, style) => drop(pen.put(0, y, word, *style)),
        }
        pen.put_within(line.at, y, &line.text, width.saturating_sub(line.at), line.style);
    }
}

/// How a part that decided looks: underlined whatever the colours, so that it is seen without any.
fn marked(theme: &Theme, part: Part) -> Style {
    let like = match part {
        Part::Code => theme.fault,
        Part::Enhanced => theme.note,
        Part::Phrase => theme.key,
    };
    like.add_modifier(Modifier::BOLD | Modifier::UNDERLINED)
}

enum Head {
    None,
    Mark(Mark),
    Word(String, Style),
}

struct Line {
    head: Head,
    at: u16,
    text: String,
    style: Style,
}

/// Everything that is said about it, most important first.
fn lines(read: &Read, view: &StepView, width: u16, roomy: bool, theme: &Theme) -> Vec<Line> {
    let width = width.min(READABLE);
    let mut all: Vec<Line> = Vec::new();
    let mut say = |mut head: Head, at: u16, text: &str, style: Style| {
        for text in wrap(text, usize::from(width.saturating_sub(at))) {
            all.push(Line { head: std::mem::replace(&mut head, Head::None), at, text, style });
        }
    };
    let blank = |say: &mut dyn FnMut(Head, u16, &str, Style)| {
        if roomy {
            say(Head::None, 0, " ", theme.text);
        }
    };
    say(read.mark.map_or(Head::None, Head::Mark), 2, &read.says, theme.title);
    blank(&mut say);
    say(Head::None, 0, &read.whose, theme.text);
    if !read.first.is_empty() {
        blank(&mut say);
        say(Head::Word("First:".to_owned(), theme.title), 7, &read.first, theme.text);
    }
    blank(&mut say);
    say(Head::None, 0, &read.sure, theme.text);
    for part in &read.parts {
        let kind = match part.what.as_str() {
            "phrase" => Part::Phrase,
            code if code.contains('.') => Part::Enhanced,
            _ => Part::Code,
        };
        let source = if roomy && !part.source.is_empty() { format!(" ({})", part.source) } else { String::new() };
        say(Head::Word(part.what.clone(), marked(theme, kind)), 8, &format!("{}{source}", part.says), theme.text);
    }
    if !read.taken.is_empty() {
        blank(&mut say);
        say(Head::None, 0, &format!("Taken from your text: {}.", read.taken.join(", ")), theme.dim);
    }
    for (i, ask) in view.asks.iter().enumerate() {
        let head = if i == 0 { Head::Word("i".to_owned(), theme.key) } else { Head::None };
        say(head, 3, ask, theme.key);
    }
    all
}
