//! The mouse, where it was asked for: a click lights a line, one more takes it; a key in the footer and a step on the rail are pressed at once.

use super::{App, Order};
use crate::tui::keys::Command;
use crate::tui::view::Screen;
use crate::tui::widget::Spot;

/// Lines that one turn of the wheel scrolls.
const TURN: usize = 3;

impl App {
    pub(super) fn toggle_mouse(&mut self) {
        self.view.mouse = !self.view.mouse;
        let says = if self.view.mouse {
            "Mouse on. To mark text, hold Shift. M turns it off."
        } else {
            "The mouse is the terminal's again."
        };
        self.view.note = Some(says.to_owned());
        self.orders.push(Order::Mouse(self.view.mouse));
    }

    /// A click at a place of the screen that was drawn last.
    pub(super) fn click(&mut self, x: u16, y: u16) {
        if !self.view.mouse || matches!(self.view.screen, Screen::Prompt(_)) {
            return;
        }
        let Some(spot) = self.spots.at(x, y) else { return };
        self.prepare();
        self.view.note = None;
        match spot {
            Spot::Key(command) => self.act(command),
            Spot::Step(number) => {
                let step = self.guide.steps().iter().find(|s| s.number == number).map(|s| s.id.clone());
                if let Some(step) = step.filter(|s| self.session.walk().here() != Some(s)) {
                    self.open_step(&step);
                }
            }
            Spot::Line(line) => self.click_line(line),
        }
    }

    fn click_line(&mut self, line: usize) {
        match &mut self.view.screen {
            Screen::Form(form) => form.go(line),
            Screen::Consent(asking) => {
                asking.cursor = line.min(asking.lines.len().saturating_sub(1));
                self.act(Command::Toggle);
            }
            Screen::Step(seen) if seen.lit == Some(line) => self.act(Command::Evidence),
            Screen::Step(seen) => seen.lit = Some(line),
            Screen::Diagnosis { lit, .. } => *lit = Some(line),
            Screen::Map { cursor, way } if *cursor != line => (*cursor, *way) = (line, None),
            screen => match screen.cursor() {
                Some(cursor) if *cursor == line => self.act(Command::GoOn),
                Some(cursor) => *cursor = line,
                None => {}
            },
        }
    }

    /// The wheel moves what is lit by one, and scrolls by a few lines.
    pub(super) fn wheel(&mut self, up: bool) {
        if !self.view.mouse {
            return;
        }
        self.prepare();
        self.view.note = None;
        let lights = self.view.screen.cursor().is_some();
        for _ in 0..if lights { 1 } else { TURN } {
            if !matches!(self.view.screen, Screen::Form(_) | Screen::Prompt(_)) {
                self.go(if up { Command::Up } else { Command::Down });
            }
        }
    }
}
