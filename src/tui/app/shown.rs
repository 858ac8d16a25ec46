//! What the screen is made from: computed when something it depends on changed, so that drawing costs no more than drawing.

use super::App;
use crate::report;
use crate::tui::keys::Kind;
use crate::tui::model::{self, Aside, Checklist, Failure, Map, Meant, Rail, RuledOut, Said, StepView};
use crate::tui::screen;
use crate::tui::view::{Screen, StepSeen};
use crate::tui::widget::Head;

/// The models of the screen that is seen.
#[derive(Default)]
pub(super) struct Shown {
    of: Option<Of>,
    pub(super) head: Head,
    /// When a step that was put off is looked at again.
    pub(super) again: String,
    pub(super) rail: Rail,
    /// The step that the screen is about: where the walk is, or the line of the checklist that is lit.
    pub(super) step: Option<StepView>,
    pub(super) checklist: Checklist,
    pub(super) ways: Vec<Aside>,
    pub(super) failures: Vec<Failure>,
    pub(super) map: Map,
    /// Hosts against stages, as lines for this width.
    pub(super) matrix: Vec<report::Line>,
    pub(super) lines: Vec<Said>,
    /// The whole of the line that is lit, where it has more than one.
    pub(super) whole: Vec<String>,
    /// What the line that is lit means.
    pub(super) meant: Vec<Meant>,
}

/// Everything that they depend on.
#[derive(Clone, Copy, PartialEq)]
struct Of {
    session: u32,
    entries: usize,
    /// Time counts only while something runs.
    now: u64,
    kind: Kind,
    admin: bool,
    unfolded: bool,
    cursor: usize,
    size: (u16, u16),
}

impl App {
    /// Computes what the screen is made from, if anything changed.
    pub(super) fn prepare(&mut self) {
        let (unfolded, cursor) = match self.view.seen() {
            Screen::Step(StepSeen { unfolded, .. }) => (*unfolded, 0),
            Screen::Checklist { cursor } | Screen::Map { cursor, .. } => (false, *cursor),
            Screen::Transcript(lens) => (false, lens.cursor),
            _ => (false, 0),
        };
        let of = Of {
            session: self.sessions,
            entries: self.session.walk().transcript().entries().len(),
            now: if self.is_alive() { self.now } else { 0 },
            kind: self.view.seen().kind(),
            admin: self.view.admin,
            unfolded,
            cursor,
            size: self.size,
        };
        if self.shown.of == Some(of) {
            return;
        }
        let told = matches!(of.kind, Kind::Step | Kind::Ways | Kind::Map);
        if told && self.ruled.0 != (of.session, of.entries) && !self.is_alive() {
            self.ruled = ((of.session, of.entries), model::ruled_out(self.session.walk(), &self.guide));
        }
        let old = std::mem::take(&mut self.shown);
        let lines_stand = old.of.is_some_and(|o| (o.session, o.entries, o.kind) == (of.session, of.entries, of.kind));
        self.bring_reading();
        self.shown = self.show(of, lines_stand.then_some(old.lines));
        let here = self.session.walk().here().filter(|_| of.kind == Kind::Step).cloned();
        let read = here.and_then(|step| self.read_at(&step, of.admin, of.size.0));
        if let Some(step) = &mut self.shown.step {
            step.read = read;
        }
        if self.confined {
            self.leave_files_out();
        }
        self.shown.of = Some(of);
    }

    /// Nobody is asked for a file where none can be named.
    fn leave_files_out(&mut self) {
        let (Some(step), Some(of)) = (&mut self.shown.step, self.session.walk().here()) else { return };
        let Some(entry) = self.guide.step(of) else { return };
        let file = entry.questions.iter().find(|q| q.field == crate::guide::Field::Message);
        step.asks.retain(|ask| file.is_none_or(|q| q.ask.register(self.view.admin) != ask));
    }

    fn show(&self, of: Of, lines: Option<Vec<Said>>) -> Shown {
        let (walk, guide) = (self.session.walk(), &*self.guide);
        // While something runs, what ruled a step out before may not hold.
        let nothing = RuledOut::new();
        let ruled = if self.ruled.0 == (of.session, of.entries) { &self.ruled.1 } else { &nothing };
        let mut shown = Shown {
            head: model::head(walk, walk.checklist(guide).len(), self.now),
            again: model::again(walk, self.now),
            ..Shown::default()
        };
        match of.kind {
            Kind::Step => {
                let most = (!of.unfolded).then(|| screen::step::rows_that_fit(of.size.1));
                shown.rail = model::rail(walk, guide, ruled);
                shown.step = walk.here().map(|id| model::step(walk, guide, id, of.admin, self.now, most));
                if let Some(step) = shown.step.as_mut().filter(|_| screen::step::is_wide(of.size.0)) {
                    step.wire = model::latest(walk.transcript(), of.size.1.into());
                }
            }
            Kind::Checklist => {
                shown.checklist = model::checklist(walk, guide, of.cursor, of.admin, |at| self.clock(at));
                let id = walk.checklist(guide).get(of.cursor).map(|s| &s.id);
                shown.step = id.map(|id| model::step(walk, guide, id, of.admin, self.now, None));
            }
            Kind::Failures => shown.failures = self.failures(),
            Kind::Ways => shown.ways = model::ways(walk, guide, ruled),
            Kind::Matrix => {
                let width = usize::from(of.size.0.saturating_sub(2)).min(screen::matrix::READABLE);
                shown.matrix = report::Matrix::of(walk.transcript()).lines(width);
            }
            Kind::Map => shown.map = model::map(walk, guide, ruled, of.cursor, of.admin),
            Kind::Transcript => {
                shown.lines = lines.unwrap_or_else(|| model::dialogue(walk.transcript()));
                if let Some(lit) = shown.lines.get(of.cursor) {
                    shown.whole = model::whole(walk.transcript(), lit.id);
                    shown.meant = model::meaning(guide, self.session.know(), walk.transcript(), lit, of.admin);
                }
            }
            _ => {}
        }
        shown
    }
}
