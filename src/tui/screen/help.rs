//! The keys of the screen it was called from.

use super::super::keys::{Binding, Keys, Kind};
use super::super::theme::Mark;
use super::super::widget::Pen;
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

/// How many lines it has.
pub(in crate::tui) fn lines(keys: &Keys, kind: Kind) -> usize {
    keys.help(kind).count() + MARKS.len() + 1
}

pub(in crate::tui) fn draw(pen: &mut Pen<'_>, keys: &Keys, kind: Kind, scroll: u16) {
    let theme = *pen.theme();
    let all: Vec<&Binding> = keys.help(kind).collect();
    let (from, room) = window(pen, lines(keys, kind), scroll);
    for (y, i) in (0..room).zip(from..) {
        if let Some(binding) = all.get(i) {
            pen.put(3, y, binding.shown, theme.key);
            pen.put(15, y, binding.help, theme.text);
        } else if let Some((mark, says)) = i.checked_sub(all.len() + 1).and_then(|i| MARKS.get(i)) {
            pen.mark(3, y, *mark);
            pen.put(15, y, says, theme.text);
        }
    }
}
