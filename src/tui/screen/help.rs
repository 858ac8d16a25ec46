//! The keys of the screen it was called from.

use super::super::keys::{Keys, Kind, Now};
use super::super::theme::Mark;
use super::super::widget::{Pen, key_name, wrap};
use super::text::window;

const MARKS: [(Mark, &str); 8] = [
    (Mark::Fine, "fine"),
    (Mark::Note, "worth a look"),
    (Mark::Fault, "a fault"),
    (Mark::Unknown, "could not tell"),
    (Mark::Remark, "seen, and neither good nor bad in itself"),
    (Mark::Waiting, "not yet"),
    (Mark::Skipped, "left out, or ruled out: the map says why"),
    (Mark::Busy, "here, or at work"),
];

/// The screens that have them.
const MARKED: [Kind; 6] = [Kind::Step, Kind::Checklist, Kind::Ways, Kind::Map, Kind::Failures, Kind::Diagnosis];

/// Where the words begin.
const WORDS: u16 = 15;

/// A line: a key or a mark in front, and words.
enum Line {
    /// With whether it does something right now.
    Key(&'static str, String, bool),
    Mark(Mark, &'static str),
    Head(&'static str),
    Blank,
}

/// The keys that do something where it was called from; then those that would at other times, apart; then the marks, where there are any.
fn all(keys: &Keys, now: &Now, width: u16) -> Vec<Line> {
    let room = usize::from(width.saturating_sub(WORDS + 1).min(90));
    let mut all: Vec<Line> = Vec::new();
    for right_now in [true, false] {
        for (n, (binding, _)) in keys.help(now).filter(|(_, holds)| *holds == right_now).enumerate() {
            if n == 0 && !right_now {
                all.extend([Line::Blank, Line::Head("At other times:")]);
            }
            let words = wrap(binding.help, room).into_iter().enumerate();
            all.extend(words.map(|(n, text)| Line::Key(if n == 0 { binding.shown } else { "" }, text, right_now)));
        }
    }
    if MARKED.contains(&now.kind) {
        all.push(Line::Blank);
        all.extend(MARKS.map(|(mark, says)| Line::Mark(mark, says)));
    }
    all
}

/// How many lines it has on a screen of that width.
pub(in crate::tui) fn lines(keys: &Keys, now: &Now, width: u16) -> usize {
    all(keys, now, width).len()
}

pub(in crate::tui) fn draw(pen: &mut Pen<'_>, keys: &Keys, now: &Now, scroll: u16) {
    let theme = *pen.theme();
    let all = all(keys, now, pen.width());
    let (from, room) = window(pen, all.len(), scroll);
    for (y, line) in (0..room).zip(all.iter().skip(from)) {
        match line {
            Line::Key(shown, text, right_now) => {
                let (key, words) = if *right_now { (theme.key, theme.text) } else { (theme.dim, theme.dim) };
                pen.put(3, y, key_name(shown, pen.ascii()), key);
                pen.put(WORDS, y, text, words);
            }
            Line::Mark(mark, says) => {
                pen.mark(3, y, *mark);
                pen.put(WORDS, y, says, theme.text);
            }
            Line::Head(text) => drop(pen.put(3, y, text, theme.dim)),
            Line::Blank => {}
        }
    }
}
