//! Large empty places within a row.

use std::io::Write;

use ratatui::buffer::Cell;

use super::{Slim, Style, is_blank};

/// What erasing within a row costs, and what each cell that has to be written again does, with its place and its colour.
const ERASE: usize = 8;
const AGAIN: usize = 14;

impl<W: Write> Slim<W> {
    /// From where on it is cheaper to erase the row and write again what stands further on: large empty places have a line behind them
    /// more often than a text, and erasing to the end is what every terminal knows.
    pub(super) fn clears_from(&self, row: &[(u16, u16, &Cell)], tail: u16) -> Option<u16> {
        let begins = |at: usize| at == 0 || row[at - 1].0 + 1 != row[at].0 || !is_blank(row[at - 1].2);
        let candidates = (0..row.len()).filter(|&at| row[at].0 < tail && is_blank(row[at].2) && begins(at));
        let pays = |at: &usize| {
            let (x, y, _) = row[*at];
            let changed = row[*at..].iter().filter(|(x, ..)| *x < tail);
            let (blank, written) =
                changed.fold(
                    (0, 0),
                    |(blank, written), (_, _, cell)| {
                        if is_blank(cell) { (blank + 1, written) } else { (blank, written + 1) }
                    },
                );
            let Some(cells) = self.place(x, y).map(|from| &self.shown[from..from + usize::from(tail - x)]) else {
                return false;
            };
            let again = cells.iter().filter(|c| !is_blank(c)).count().saturating_sub(written);
            blank > ERASE + AGAIN * again
        };
        candidates.into_iter().find(pays).map(|at| row[at].0)
    }

    /// Erases a row from there on, and writes again what stands there.
    pub(super) fn clear_from(&mut self, from: u16, y: u16, tail: u16) {
        self.go(from, y);
        if !self.style.is_plain_on_blanks() {
            self.wear(Style::default());
        }
        self.out.extend_from_slice(b"\x1b[K");
        for x in from..tail {
            let cell = self.place(x, y).map(|place| self.shown[place].clone());
            if let Some(cell) = cell.filter(|cell| !is_blank(cell)) {
                self.put(x, y, &cell);
            }
        }
    }
}
