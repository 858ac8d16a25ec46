//! Moving: what is lit, and how far a screen is scrolled. Both stay within what there is.

use super::App;
use crate::tui::keys::Command;
use crate::tui::model;
use crate::tui::screen;
use crate::tui::view::Screen;

impl App {
    /// Moves what is lit, or scrolls.
    pub(super) fn go(&mut self, command: Command) {
        match &mut self.view.screen {
            Screen::Form(form) => match command {
                Command::Down => drop(form.next()),
                Command::Up => form.previous(),
                _ => {}
            },
            Screen::Step(_) => self.go_in_step(command),
            Screen::Diagnosis { .. } => self.go_in_diagnosis(command),
            _ => {
                let (lines, room) = (self.lines(), self.room());
                if let Screen::Map { way, .. } = &mut self.view.screen {
                    *way = None;
                }
                if let Screen::Transcript(lens) = &mut self.view.screen {
                    lens.scroll = 0;
                }
                if let Some(cursor) = self.view.screen.cursor() {
                    *cursor = moved(*cursor, command, lines.saturating_sub(1), room);
                } else {
                    let most = self.scroll_most();
                    if let Some(scroll) = self.view.screen.scroll() {
                        let to = moved((*scroll).into(), command, most.into(), room);
                        *scroll = u16::try_from(to).unwrap_or(u16::MAX);
                    }
                }
            }
        }
    }

    /// In a step arrows light one finding after the other, and pages scroll.
    fn go_in_step(&mut self, command: Command) {
        let Some(view) = &self.shown.step else { return };
        let (width, height) = self.size;
        if let Some(read) = &view.read {
            let shares = screen::step::shares(width, height, view).unwrap_or_default();
            let Screen::Step(seen) = &mut self.view.screen else { return };
            let last = read.page.last(shares.text);
            let (text, more) = (last > 0, shares.most > 0);
            // Arrows go through the text, pages through what does not fit of its meaning; where only one of them is long, both do.
            let by_line = matches!(command, Command::Up | Command::Down);
            if text && (by_line || !more || matches!(command, Command::First | Command::Last)) {
                let at = seen.text.unwrap_or_else(|| read.page.first_seen(shares.text));
                seen.text = Some(moved(at.min(last), command, last, shares.text));
            } else {
                let to = moved(seen.scroll.min(shares.most).into(), command, shares.most.into(), shares.meaning.into());
                seen.scroll = u16::try_from(to).unwrap_or(u16::MAX);
            }
            return;
        }
        let (width, room) = screen::step::room(width, height, view);
        let most = screen::text::most(screen::step::height_of(view, (width, room)), room);
        let picks = model::picks(view).len();
        let Screen::Step(seen) = &mut self.view.screen else { return };
        match command {
            Command::Up | Command::Down if picks > 0 => {
                let to = match (seen.lit, command) {
                    (None, Command::Up) => picks - 1,
                    (None, _) => 0,
                    (Some(at), _) => moved(at, command, picks - 1, 1),
                };
                seen.lit = Some(to);
            }
            _ => {
                seen.lit = None;
                let to = moved(seen.scroll.min(most).into(), command, most.into(), room.into());
                seen.scroll = u16::try_from(to).unwrap_or(u16::MAX);
            }
        }
    }

    /// In the diagnosis arrows light one thing to do after the other, and then scroll; pages scroll.
    fn go_in_diagnosis(&mut self, command: Command) {
        let (todo, most, room) = (self.found().todo.len(), self.scroll_most(), self.room());
        let Screen::Diagnosis { scroll, lit } = &mut self.view.screen else { return };
        match (command, *lit) {
            (Command::Down, None) if todo > 0 && *scroll == 0 => *lit = Some(0),
            (Command::Down, Some(at)) if at + 1 < todo => *lit = Some(at + 1),
            (Command::Up, Some(at)) if *scroll == 0 => *lit = at.checked_sub(1),
            _ => {
                if *scroll < most || command != Command::Down {
                    *lit = None;
                }
                let to = moved((*scroll).into(), command, most.into(), room);
                *scroll = u16::try_from(to).unwrap_or(u16::MAX);
            }
        }
    }

    /// How many lines can be lit.
    fn lines(&self) -> usize {
        match &self.view.screen {
            Screen::Start { .. } => screen::start::CHOICES.len(),
            Screen::Practise { find, .. } => self.worlds_found(find).count(),
            Screen::Consent(asking) => asking.lines.len(),
            Screen::Ways { .. } => self.shown.ways.len(),
            Screen::Failures { .. } => self.shown.failures.len(),
            Screen::Map { .. } => self.guide.steps().len() + 1,
            Screen::Transcript(_) => self.shown.lines.len(),
            Screen::Checklist { .. } => self.session.walk().checklist(&self.guide).len(),
            _ => 0,
        }
    }

    /// About how many lines a page has.
    fn room(&self) -> usize {
        usize::from(self.size.1.saturating_sub(6)).max(1)
    }

    /// How far the screen can be scrolled.
    fn scroll_most(&self) -> u16 {
        let (width, height) = self.size;
        let body = height.saturating_sub(4);
        let read = |lines: &[String]| {
            let all = screen::text::broken(lines, width.saturating_sub(2).min(100));
            screen::text::most(all.len(), body.saturating_sub(2))
        };
        match &self.view.screen {
            Screen::Evidence { of, .. } => read(&self.evidence(of)),
            Screen::Text { body, .. } => read(&screen::text::lines_of(body, width.saturating_sub(2))),
            Screen::Diagnosis { .. } => {
                let found = self.found();
                screen::text::most(screen::diagnosis::height_of(&found, width), body)
            }
            Screen::Help { of, .. } => screen::text::most(screen::help::lines(&self.view.keys, of, width), body),
            Screen::Matrix { .. } => screen::text::most(self.shown.matrix.len(), body.saturating_sub(1)),
            Screen::Story { .. } => {
                let width = usize::from(width.saturating_sub(6).min(90));
                let lines = crate::tui::widget::wrap(self.story.as_deref().unwrap_or_default(), width);
                screen::text::most(lines.len(), body.saturating_sub(5))
            }
            _ => 0,
        }
    }
}

/// Where a command leads from `at`, between 0 and `last`.
fn moved(at: usize, command: Command, last: usize, page: usize) -> usize {
    match command {
        Command::Up => at.saturating_sub(1),
        Command::Down => at + 1,
        Command::PageUp => at.saturating_sub(page),
        Command::PageDown => at + page,
        Command::First => 0,
        Command::Last => last,
        _ => at,
    }
    .min(last)
}
