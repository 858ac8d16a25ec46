//! What each command does.

use super::{App, Order};
use crate::transcript::{EvidenceId, Fact, StepId, StepStatus};
use crate::tui::form::Purpose;
use crate::tui::keys::Command;
use crate::tui::model;
use crate::tui::screen;
use crate::tui::view::{Auto, Lens, PromptFor, Screen, StepSeen};
use crate::walk::{Input, Place, StepState};

impl App {
    /// Carries out a command.
    pub(super) fn act(&mut self, command: Command) {
        match command {
            Command::Quit => {
                self.keep_typed_now();
                self.orders.push(Order::Quit(None));
            }
            Command::Suspend if self.confined => {}
            Command::Suspend => self.orders.push(Order::Suspend),
            Command::Redraw => self.orders.push(Order::Redraw),
            Command::Plainer => self.look_plainer(),
            Command::Help => self.help(),
            Command::GoOn => self.go_on(),
            Command::Leave => self.leave(),
            Command::Up | Command::Down | Command::PageUp | Command::PageDown | Command::First | Command::Last => {
                self.go(command);
            }
            Command::Left | Command::Right => self.turn(command == Command::Right),
            Command::More => self.more_of_the_meaning(),
            Command::Toggle => {
                if let Screen::Consent(asking) = &mut self.view.screen
                    && let Some((_, ticked)) = asking.lines.get_mut(asking.cursor)
                {
                    *ticked = !*ticked;
                }
            }
            Command::Decline => self.decline(),
            Command::Resume => {
                if let Some(last) = self.last.take() {
                    self.take_up(&last.session);
                }
            }
            Command::FollowAll => self.view.auto = Auto::Follow,
            Command::Failures => self.list_failures(),
            Command::Records => self.records(),
            Command::Ways => self.view.open(Screen::Ways { cursor: 0 }),
            Command::StepBack => self.feed(Input::Back),
            Command::Transcript => {
                let cursor = self.telling_line();
                self.view.open(Screen::Transcript(Lens { cursor, ..Lens::default() }));
            }
            Command::Evidence => {
                let of = self.evidence_lit();
                if !of.is_empty() {
                    self.view.open(Screen::Evidence { of, scroll: 0 });
                }
            }
            Command::Register => {
                self.view.admin = !self.view.admin;
                self.view.asked_for = true;
            }
            Command::Matrix => self.view.open(Screen::Matrix { scroll: 0 }),
            Command::Map => {
                let cursor = model::row_here(self.session.walk(), &self.guide);
                self.view.open(Screen::Map { cursor, way: None });
            }
            Command::Diagnosis => self.view.open(Screen::Diagnosis { scroll: 0, lit: None }),
            Command::Again => self.check_again(),
            Command::FillIn => self.fill_in(),
            Command::Extras => self.ask_extras(),
            Command::Stop => {
                self.view.auto = Auto::No;
                self.feed(Input::Cancel);
            }
            Command::Unfold => {
                if let Screen::Step(seen) = &mut self.view.screen {
                    seen.unfolded = !seen.unfolded;
                }
            }
            Command::Copy => self.copy(),
            Command::Find => self.prompt(String::new(), PromptFor::Find),
            Command::FindNext => self.find_next(),
            Command::Ticket => self.ticket(),
            Command::Save => self.save(),
            Command::Run => self.run(),
            Command::RunAll => self.view.auto = Auto::RunAll,
            Command::Sign => self.sign(),
            Command::Note => self.note(),
            Command::LeaveOut => self.leave_out(),
            Command::Allow => self.allow(),
            Command::Conclude => self.conclude(),
            Command::Another => self.another(),
            Command::Mouse => self.toggle_mouse(),
        }
    }

    /// Leaves the step out, where nothing of it is known yet.
    fn leave_out(&mut self) {
        let Some(step) = self.step_here().map(|s| s.id.clone()) else { return };
        self.view.note = match self.session.walk().state_of(&step) {
            StepState::Done(StepStatus::Skipped) => Some("This step is left out already: r runs it.".to_owned()),
            StepState::Done(_) => Some("This step was run: what it found stays. n adds a note.".to_owned()),
            _ => return self.feed(Input::Skip(step)),
        };
    }

    /// The next rows of what a line means; after the last ones, the first.
    fn more_of_the_meaning(&mut self) {
        let (most, room) = self.meaning_left();
        if let Screen::Transcript(lens) = &mut self.view.screen {
            lens.scroll = if lens.scroll >= most { 0 } else { (lens.scroll + room.saturating_sub(1)).min(most) };
        }
    }

    /// The next among a few, to the left or to the right.
    fn turn(&mut self, right: bool) {
        let map = &self.shown.map;
        match &mut self.view.screen {
            Screen::Form(form) => form.turn(right),
            Screen::Map { way, .. } => {
                let (lit, last) = (map.way_lit(*way), map.ways.len().saturating_sub(1));
                *way = Some(if right { (lit + 1).min(last) } else { lit.saturating_sub(1) });
            }
            _ => {}
        }
    }

    /// Stops here and shows what was found. A step is not come back to by Esc, but by looking at it again.
    fn conclude(&mut self) {
        self.view.auto = Auto::No;
        self.feed(Input::Conclude);
        let found = Screen::Diagnosis { scroll: 0, lit: None };
        let at_step = matches!(self.view.screen, Screen::Step(_));
        if at_step && !self.view.leave() {
            self.view.settle_on(found);
        } else {
            self.view.open(found);
        }
    }

    fn help(&mut self) {
        // The same key shows it and puts it away.
        if matches!(self.view.screen, Screen::Help { .. }) {
            self.leave();
        } else {
            let of = Box::new(self.now());
            self.view.open(Screen::Help { of, scroll: 0 });
        }
    }

    /// What Enter does.
    fn go_on(&mut self) {
        match &mut self.view.screen {
            Screen::Start { cursor } => {
                let cursor = *cursor;
                self.choose(cursor);
            }
            Screen::Story { .. } => self.begin(),
            Screen::Practise { cursor, .. } => {
                let cursor = *cursor;
                self.choose_world(cursor);
            }
            Screen::Form(form) if form.at_area() => {
                // What was ordered with the key tells when it is sure that nothing follows.
                self.pending = true;
            }
            Screen::Form(form) => {
                let whole = form.names_settings() || form.purpose == Purpose::Extras;
                let passes = whole || form.passes(self.session.walk().case(), !self.confined);
                if passes && (whole || !form.next()) {
                    self.submit();
                }
            }
            Screen::Consent(_) => self.consent(),
            Screen::Step(_) => self.follow(),
            Screen::Ways { cursor } => {
                let cursor = *cursor;
                self.go_way(cursor);
            }
            Screen::Failures { cursor } => {
                let cursor = *cursor;
                self.choose_failure(cursor);
            }
            Screen::Map { cursor, .. } => {
                let cursor = *cursor;
                self.go_on_map(cursor);
            }
            Screen::Checklist { cursor } => {
                let cursor = *cursor;
                self.open_line(cursor);
            }
            Screen::Prompt(_) => self.keep(),
            _ => {}
        }
    }

    /// What Esc does: the screen behind, or the one that this one belongs to.
    fn leave(&mut self) {
        let was_consent = matches!(self.view.screen, Screen::Consent(_));
        if was_consent {
            self.view.auto = Auto::No;
        }
        self.pending = false;
        let left = std::mem::replace(&mut self.view.screen, Screen::Start { cursor: 0 });
        if let Screen::Form(form) = left {
            if form.is_filled() {
                self.view.note = Some("What you typed is kept: it is there when you come back.".to_owned());
                self.kept = Some(Box::new(form.kept()));
            }
        } else {
            self.view.screen = left;
        }
        if self.view.leave() {
            return;
        }
        match self.view.screen {
            Screen::Diagnosis { .. } if self.session.walk().mode() == crate::transcript::Mode::Checklist => {
                self.view.settle_on(Screen::Checklist { cursor: 0 });
            }
            Screen::Diagnosis { .. } => {
                self.feed(Input::Back);
                let home = self.home();
                self.view.settle_on(home);
            }
            Screen::Start { .. } => {}
            // A world that was chosen from the list: another can be.
            Screen::Story { .. } if self.practice.is_some() => {
                self.another();
                self.choose(screen::start::CHOICES.len() - 1);
            }
            _ => {
                let home = self.home();
                self.view.settle_on(home);
            }
        }
    }

    fn go_way(&mut self, cursor: usize) {
        let mut ways = model::ways(self.session.walk(), &self.guide, &self.ruled.1);
        if cursor >= ways.len() {
            return;
        }
        self.view.leave();
        match ways.swap_remove(cursor).aim {
            model::Aim::Follow => self.follow(),
            model::Aim::Open(step) => self.open_step(&step),
            model::Aim::Again(step) => self.again(&step),
            model::Aim::Conclude => self.feed(Input::Conclude),
        }
    }

    /// Goes to a row of the map.
    fn go_on_map(&mut self, cursor: usize) {
        self.view.leave();
        match self.guide.steps().get(cursor).map(|s| s.id.clone()) {
            None => self.conclude(),
            Some(step) if self.session.walk().here() == Some(&step) => {}
            Some(step) => {
                // From the diagnosis or a checklist, the step is a screen of its own.
                if !matches!(self.view.screen, Screen::Step(_)) {
                    self.view.open(Screen::Step(StepSeen::default()));
                }
                self.open_step(&step);
            }
        }
    }

    /// Opens a line of the checklist as a step.
    fn open_line(&mut self, cursor: usize) {
        let lines = self.session.walk().checklist(&self.guide);
        let Some(step) = lines.get(cursor).map(|s| s.id.clone()) else { return };
        self.view.open(Screen::Step(StepSeen::default()));
        self.open_step(&step);
    }

    fn run(&mut self) {
        let Some(step) = self.step_here().map(|s| s.id.clone()) else { return };
        match self.session.walk().state_of(&step) {
            StepState::Running => {}
            StepState::Waiting => self.open_step(&step),
            StepState::Done(_) => self.again(&step),
        }
    }

    fn check_again(&mut self) {
        let step: Option<StepId> = match (&self.view.screen, self.session.walk().place()) {
            (Screen::Diagnosis { .. }, _) => self.step_that_showed_it(),
            (_, Place::Step(here)) => Some(here.clone()),
            _ => None,
        };
        let Some(step) = step.filter(|s| self.guide.step(s).is_some()) else {
            self.view.note = Some("There is no step to check again.".to_owned());
            return;
        };
        if matches!(self.view.screen, Screen::Diagnosis { .. }) { self.recheck(&step) } else { self.again(&step) }
    }

    /// The line of the transcript to begin at: the last refusal, else the last line.
    fn telling_line(&self) -> usize {
        let transcript = self.session.walk().transcript();
        let lines = model::dialogue(transcript);
        let refused = |said: &model::Said| {
            let fact = transcript.entries().get(said.id.0 as usize).map(|e| &e.fact);
            !said.control && matches!(fact, Some(Fact::Received { reply, .. }) if reply.code >= 400)
        };
        lines.iter().rposition(refused).unwrap_or_else(|| lines.len().saturating_sub(1))
    }

    /// What `e` shows: the finding that is lit, else the gravest that is seen; at the diagnosis, what speaks for it.
    pub(super) fn evidence_lit(&self) -> Vec<EvidenceId> {
        let gravest =
            |view: &model::StepView| view.notes.first().map(|n| n.finding).or(model::picks(view).first().copied());
        match self.view.seen() {
            Screen::Step(StepSeen { lit, .. }) => {
                let Some(view) = &self.shown.step else { return Vec::new() };
                let lit = lit.and_then(|i| model::picks(view).get(i).copied());
                lit.or_else(|| gravest(view)).into_iter().collect()
            }
            Screen::Checklist { .. } => self.shown.step.as_ref().and_then(gravest).into_iter().collect(),
            Screen::Diagnosis { .. } => {
                let top = self.diagnosis.as_ref().and_then(|(_, d)| d.causes.first());
                let mut all: Vec<EvidenceId> = Vec::new();
                for id in top.into_iter().flat_map(|t| &t.because).flat_map(|r| &r.evidence) {
                    if !all.contains(id) {
                        all.push(*id);
                    }
                }
                all
            }
            _ => Vec::new(),
        }
    }
}
