//! The text that step 6 reads: kept read and laid out, for as long as it stays the same.

use std::sync::Arc;

use super::App;
use crate::guide::Step;
use crate::reading::{Item, Lens, Reader, Reading, lens};
use crate::transcript::{Fact, StepId};
use crate::tui::model::{self, Failure, Page, Read};
use crate::tui::screen;
use crate::tui::view::{Auto, Screen};
use crate::walk::{Input, StepState};

/// A text, read.
pub(super) struct Text {
    /// The session, and the place of the case in its transcript.
    of: (u32, usize),
    text: Arc<str>,
    reading: Reading,
    /// The failure that is followed.
    nth: Option<usize>,
    lens: Lens,
    page: Option<(usize, Arc<Page>)>,
}

impl Text {
    fn item(&self) -> Option<&Item> {
        self.reading.items.get(self.nth?)
    }
}

impl App {
    /// Brings what was read up to date with the case. The text is read anew only where it is another.
    pub(super) fn bring_reading(&mut self) {
        let walk = self.session.walk();
        let at = walk.transcript().entries().iter().rposition(|e| matches!(e.fact, Fact::Entered { .. }));
        let of = (self.sessions, at.unwrap_or(0));
        if self.text.as_ref().is_some_and(|t| t.of == of) {
            return;
        }
        let case = walk.case();
        let Some(error) = case.error.as_deref() else {
            self.text = None;
            return;
        };
        let known = self.text.take().filter(|t| *t.text == *error);
        let (text, reading) = match known {
            Some(known) => (known.text, known.reading),
            None => (Arc::from(error), Reader::new(Arc::clone(&self.guide)).text(error)),
        };
        let chosen = case.failure.map(|n| n as usize).filter(|n| *n < reading.items.len());
        let nth = chosen.or((reading.items.len() == 1).then_some(0));
        let lens = nth.map_or_else(Lens::default, |n| lens(&text, &reading.items[n]));
        self.text = Some(Text { of, text, reading, nth, lens, page: None });
    }

    /// What the step's screen shows of the text that it read; none where it reads none, or nobody chose among several failures.
    pub(super) fn read_at(&mut self, step: &StepId, admin: bool, width: u16) -> Option<Read> {
        if !self.has_read(step) {
            return None;
        }
        let text = self.text.as_mut()?;
        text.nth?;
        let width = screen::step::text_width(width);
        let page = match &text.page {
            Some((known, page)) if *known == width => Arc::clone(page),
            _ => Arc::new(Page::new(&text.text, &text.lens, width)),
        };
        text.page = Some((width, Arc::clone(&page)));
        let (item, all) = (text.item()?, text.reading.items.len());
        let read = model::read(&self.guide, item, self.session.walk().case(), page, admin);
        Some(Read { of: text.nth.map(|n| (n + 1, all)).filter(|_| all > 1), ..read })
    }

    /// Whether a step is one that reads a text, and has done so.
    fn has_read(&self, step: &StepId) -> bool {
        let reads = self.guide.step(step).is_some_and(Step::reads_text);
        reads && matches!(self.session.walk().state_of(step), StepState::Done(_))
    }

    /// The failures to choose from.
    pub(super) fn failures(&self) -> Vec<Failure> {
        let items = self.text.as_ref().map_or(&[][..], |t| &t.reading.items);
        model::failures(&self.guide, items, self.view.admin)
    }

    /// The failure that is followed, by its place in the text.
    pub(super) fn followed(&self) -> Option<usize> {
        self.text.as_ref().and_then(|t| t.nth)
    }

    /// Whether the text that was read here tells of several failures.
    pub(super) fn tells_of_several(&self) -> bool {
        let several = self.text.as_ref().is_some_and(|t| t.reading.items.len() > 1);
        several && self.step_here().is_some_and(|s| self.has_read(&s.id))
    }

    /// Shows the failures of a text that has several, once, as soon as it was read; nobody is asked where all goes on by itself.
    pub(super) fn offer_failures(&mut self) {
        if !matches!(self.view.screen, Screen::Step(_)) || self.view.auto != Auto::No || self.is_alive() {
            return;
        }
        self.bring_reading();
        let of = self.text.as_ref().filter(|t| t.nth.is_none()).map(|t| t.of);
        if of.is_some() && of != self.offered && self.tells_of_several() {
            self.offered = of;
            self.view.open(Screen::Failures { cursor: 0 });
        }
    }

    /// Opens the list where it stands.
    pub(super) fn list_failures(&mut self) {
        let followed = self.followed();
        let at = self.failures().iter().position(|f| Some(f.first) == followed);
        self.view.open(Screen::Failures { cursor: at.unwrap_or(0) });
    }

    /// Follows one failure: it is entered into the case, and the text is read for it.
    pub(super) fn choose_failure(&mut self, cursor: usize) {
        let Some(first) = self.failures().get(cursor).map(|f| f.first) else { return };
        let same = self.followed() == Some(first);
        self.view.leave();
        let Some(step) = self.step_here().map(|s| s.id.clone()).filter(|_| !same) else { return };
        let mut case = self.session.walk().case().clone();
        case.failure = u32::try_from(first).ok();
        self.feed(Input::Enter(Box::new(case)));
        self.again(&step);
    }
}
