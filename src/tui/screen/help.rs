//! The keys of the screen it was called from.

use super::super::keys::{Keys, Kind};
use super::super::theme::Mark;
use super::super::widget::{Pen, key_name, wrap};
use super::text::window;

const MARKS: [(Mark, &str); 7] = [
    (Mark::Fine, "fine"),
    (Mark::Note, "worth a look"),
    (Mark::Fault, "a fault"),
    (Mark::Unknown, "could not tell"),
    (Mark::Waiting, "not yet"),
    (Mark::Skipped, "left out, or ruled out: the map says why"),
    (Mark::Busy, "here, or at work"),
];

/// Where the words begin.
const WORDS: u16 = 15;

/// A line: a key or a mark in front, and words.
enum Line {
    Key(&'static str, String),
    Mark(Mark, &'static str),
    Blank,
}

fn all(keys: &Keys, kind: Kind, width: u16) -> Vec<Line> {
    let room = usize::from(width.saturating_sub(WORDS + 1).min(90));
    let mut all: Vec<Line> = Vec::new();
    for binding in keys.help(kind) {
        let words = wrap(binding.help, room).into_iter().enumerate();
        all.extend(words.map(|(n, text)| Line::Key(if n == 0 { binding.shown } else { "" }, text)));
    }
    all.push(Line::Blank);
    all.extend(MARKS.map(|(mark, says)| Line::Mark(mark, says)));
    all
}

/// How many lines it has on a screen of that width.
pub(in crate::tui) fn lines(keys: &Keys, kind: Kind, width: u16) -> usize {
    all(keys, kind, width).len()
}

pub(in crate::tui) fn draw(pen: &mut Pen<'_>, keys: &Keys, kind: Kind, scroll: u16) {
    let theme = *pen.theme();
    let all = all(keys, kind, pen.width());
    let (from, room) = window(pen, all.len(), scroll);
    for (y, line) in (0..room).zip(all.iter().skip(from)) {
        match line {
            Line::Key(shown, text) => {
                pen.put(3, y, key_name(shown, pen.ascii()), theme.key);
                pen.put(WORDS, y, text, theme.text);
            }
            Line::Mark(mark, says) => {
                pen.mark(3, y, *mark);
                pen.put(WORDS, y, says, theme.text);
            }
            Line::Blank => {}
        }
    }
}
