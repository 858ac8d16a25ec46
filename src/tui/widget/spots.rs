//! What can be clicked: where it was drawn, and what it stands for.

use ratatui::layout::{Position, Rect};

use super::super::keys::Command;

/// What a place on the screen stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Spot {
    /// A line that can be lit, counted as the screen counts them.
    Line(usize),
    /// The step of that number in the guide.
    Step(u8),
    /// A key, by what it does.
    Key(Command),
}

/// The places that were drawn last; of two that overlap, the later one lies on top.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct Spots(Vec<(Rect, Spot)>);

impl Spots {
    pub(in crate::tui) fn add(&mut self, at: Rect, spot: Spot) {
        if !at.is_empty() {
            self.0.push((at, spot));
        }
    }

    pub(in crate::tui) fn clear(&mut self) {
        self.0.clear();
    }

    /// What stands at a place.
    pub(in crate::tui) fn at(&self, x: u16, y: u16) -> Option<Spot> {
        self.0.iter().rev().find(|(at, _)| at.contains(Position { x, y })).map(|(_, spot)| *spot)
    }
}
