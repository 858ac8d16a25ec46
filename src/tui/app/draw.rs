//! Drawing: reads the walk and the view, and changes neither.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use super::{App, Shown};
use crate::run::zone;
use crate::transcript::{EvidenceId, Fact};
use crate::tui::model::{self, Found, StepView};
use crate::tui::screen::{self, start::StartView, step::How, transcript::LensView};
use crate::tui::view::{Lens, Prompt, PromptFor, Screen};
use crate::tui::widget::{Head, Pen, Spots, footer, head, note_line};
use crate::walk::Place;

/// The smallest screen that anything is shown on.
const SMALLEST: (u16, u16) = (60, 20);
/// The columns of a screen on which something is asked.
const CALM: u16 = 100;

impl App {
    /// Draws what is on the screen now. Nothing but what is drawn from, and what can be clicked, is brought up to date by it.
    pub fn draw(&mut self, frame: &mut Frame<'_>) {
        self.prepare();
        let mut spots = std::mem::take(&mut self.spots);
        spots.clear();
        self.paint(frame, &mut spots);
        self.spots = spots;
    }

    fn paint(&self, frame: &mut Frame<'_>, spots: &mut Spots) {
        let area = frame.area();
        let cursor = {
            let mut pen = Pen::new(frame.buffer_mut(), spots, area, &self.view.look);
            if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
                let theme = *pen.theme();
                pen.put(0, 0, "Needs 60 columns, 20 rows.", theme.text);
                pen.put(0, 1, "Make it larger, or q quits.", theme.dim);
                return;
            }
            self.draw_on(&mut pen, area)
        };
        if let Some((x, y)) = cursor {
            frame.set_cursor_position(Position { x, y });
        }
    }

    fn draw_on(&self, pen: &mut Pen<'_>, area: Rect) -> Option<(u16, u16)> {
        let (width, height) = (area.width, area.height);
        head(pen, &self.head());
        let keys = height - 1;
        note_line(pen, height - 2, self.view.note.as_deref());
        let seen = self.view.seen();
        let (left, down) = margins(seen, width, height);
        let mut body = pen.part(left, 2 + down, width - 2 * left, height - 4 - down);
        let mut cursor = None;
        match seen {
            Screen::Start { cursor } => {
                let last = self.last.as_ref().map(|l| l.says.clone());
                screen::start::draw(&mut body, &StartView { cursor: *cursor, last, confined: self.confined });
            }
            Screen::Story { scroll } => {
                screen::start::story(&mut body, self.story.as_deref().unwrap_or_default(), *scroll);
            }
            Screen::Practise { cursor: at, find } => {
                let rows: Vec<_> = self.worlds_found(find).map(|w| (w.title.as_str(), w.id.as_str())).collect();
                let x =
                    screen::list::titles(&mut body, &format!("Which broken server? Type to find: {find}"), &rows, *at);
                cursor = Some((left + x, 3));
            }
            Screen::Form(form) => {
                cursor = screen::form::draw(&mut body, form).map(|(x, y)| (left + x, y + 2 + down));
            }
            Screen::Consent(asking) => screen::consent::draw(&mut body, &self.consent_view(asking)),
            Screen::Step(seen) => {
                let nothing = StepView::default();
                let view = self.shown.step.as_ref().unwrap_or(&nothing);
                let how = How { lit: seen.lit, scroll: seen.scroll, text: seen.text, tick: self.view.tick };
                // The rail's lines meet the rule under the top line.
                screen::step::draw(&mut pen.part(0, 1, width, height - 3), &self.shown.rail, view, how);
            }
            Screen::Failures { cursor } => {
                screen::failures::draw(&mut body, &self.shown.failures, *cursor, self.followed());
            }
            Screen::Ways { cursor } => {
                screen::list::ways(&mut body, &self.shown.ways, *cursor);
            }
            Screen::Transcript(lens) => screen::transcript::draw(&mut body, &self.lens_view(lens)),
            Screen::Evidence { of, scroll } => {
                screen::text::draw(&mut body, "What shows it", &self.evidence(of), *scroll);
            }
            Screen::Diagnosis { scroll, lit } => {
                screen::diagnosis::draw(&mut body, &self.found(), *scroll, *lit);
            }
            Screen::Text { of, body: text, scroll } => {
                let lines = screen::text::lines_of(text, width.saturating_sub(2));
                screen::text::draw(&mut body, of.title(), &lines, *scroll);
            }
            Screen::Checklist { cursor } => {
                screen::checklist::draw(&mut body, &self.shown.checklist, *cursor, self.view.tick);
            }
            Screen::Help { of, scroll } => screen::help::draw(&mut body, &self.view.keys, of, *scroll),
            Screen::Map { cursor, way } => {
                let lit =
                    screen::map::MapLit { row: *cursor, way: self.shown.map.way_lit(*way), chosen: way.is_some() };
                screen::map::draw(&mut body, &self.shown.map, lit);
            }
            Screen::Matrix { scroll } => screen::matrix::draw(&mut body, &self.shown.matrix, *scroll),
            Screen::Prompt(_) => {}
        }
        if let Screen::Prompt(prompt) = &self.view.screen {
            cursor = Some(draw_prompt(pen, keys, prompt));
        } else {
            footer(pen, keys, &self.view.keys, &self.now());
        }
        cursor.filter(|(x, y)| *x < width && *y < height)
    }

    fn head(&self) -> Head {
        let walk = self.session.walk();
        let named = |state: &str| Head { about: model::about(walk), state: state.to_owned() };
        match self.view.seen() {
            Screen::Start { .. } | Screen::Form(_) | Screen::Practise { .. } | Screen::Consent(_)
                if *walk.place() == Place::Start =>
            {
                Head { about: String::new(), state: "an SMTP troubleshooter".to_owned() }
            }
            Screen::Story { .. } => Head { about: String::new(), state: "practice".to_owned() },
            Screen::Diagnosis { .. } => named(&format!("what we found{}", self.shown.again)),
            Screen::Transcript(lens) => {
                let lines = &self.shown.lines;
                let host = lines.get(lens.cursor).map_or_else(String::new, |l| l.host.clone());
                Head { about: host, state: format!("transcript · {} lines", lines.len()) }
            }
            Screen::Matrix { .. } => named("hosts and stages"),
            Screen::Help { .. } => named("keys"),
            _ => self.shown.head.clone(),
        }
    }

    /// The diagnosis, as it is shown.
    pub(super) fn found(&self) -> Found {
        let transcript = self.session.walk().transcript();
        let found = |d| model::diagnosis(&self.guide, d, transcript, self.view.admin);
        self.diagnosis.as_ref().map_or_else(Found::default, |(_, d)| found(d))
    }

    /// The lines that show a finding, or what a diagnosis rests on.
    pub(super) fn evidence(&self, of: &[EvidenceId]) -> Vec<String> {
        model::evidence(&self.guide, self.session.walk().transcript(), of, self.view.admin)
    }

    pub(super) fn lens_view(&self, lens: &Lens) -> LensView<'_> {
        let Shown { lines, whole, meant, .. } = &self.shown;
        LensView { lines, cursor: lens.cursor.min(lines.len().saturating_sub(1)), whole, meant, scroll: lens.scroll }
    }

    /// How far what a line of the transcript means can be scrolled, and how many rows of it are seen.
    pub(super) fn meaning_left(&self) -> (u16, u16) {
        screen::transcript::rest(&self.shown.meant, self.size.0, self.size.1.saturating_sub(4))
    }

    /// The time of day of a moment of the session, by this machine's clock and zone.
    pub(super) fn clock(&self, at: u64) -> String {
        let began = self.session.walk().transcript().entries().iter().find_map(|e| match e.fact {
            Fact::Began { unix_ms, .. } => Some(unix_ms),
            _ => None,
        });
        let at = i64::try_from(at).unwrap_or(i64::MAX);
        let moment = began.and_then(|b| jiff::Timestamp::from_millisecond(b.saturating_add(at)).ok());
        moment.map_or_else(String::new, |t| t.to_zoned(zone()).strftime("%H:%M").to_string())
    }
}

/// What is asked stands in the middle of a large screen, and not in its corner: the columns left free on each side, and the rows above.
fn margins(seen: &Screen, width: u16, height: u16) -> (u16, u16) {
    let left = width.saturating_sub(CALM) / 2;
    match seen {
        Screen::Start { .. } | Screen::Story { .. } | Screen::Consent(_) | Screen::Form(_) => {
            (left, height.saturating_sub(30) / 4)
        }
        Screen::Practise { .. } => (left, 0),
        _ => (0, 0),
    }
}

/// A line to type in the footer; returns where the cursor stands.
fn draw_prompt(pen: &mut Pen<'_>, y: u16, prompt: &Prompt) -> (u16, u16) {
    let theme = *pen.theme();
    let width = pen.width();
    pen.across(0, y, width, " ");
    let x = pen.put(1, y, &format!("{}: ", prompt.ask), theme.title);
    let room = width.saturating_sub(x + 24);
    let scroll = prompt.line.visual_scroll(room.into());
    let shown: String = prompt.line.value().chars().skip(scroll).collect();
    pen.put_within(x, y, &shown, room, theme.text);
    let hint = if prompt.goal == PromptFor::Find { "Enter find   Esc back" } else { "Enter keep   Esc back" };
    pen.put_before(width.saturating_sub(1), y, hint, theme.dim);
    let column = prompt.line.visual_cursor().saturating_sub(scroll);
    (x + u16::try_from(column).unwrap_or(0), y)
}
