//! How one thing leads to the next: beginning, going on, checking again, and what goes on by itself.

use super::{App, same};
use crate::guide::Step;
use crate::run::{SavedSession, Session, offered};
use crate::transcript::{Case, Consent, EvidenceId, Goal, Mode, StepId};
use crate::tui::form::{Form, Purpose};
use crate::tui::keys::Command;
use crate::tui::view::{Auto, Screen, StepSeen, Then};
use crate::walk::{Input, Place, StepState};

impl App {
    /// Feeds the walk.
    pub(super) fn feed(&mut self, input: Input) {
        self.session.input(input);
    }

    /// Begins with what is known: asks first, if anything has to be asked.
    pub(super) fn begin(&mut self) {
        self.ask_then(Then::Start, None);
    }

    /// Does what was wanted, with the answers that were given before.
    pub(super) fn carry_on(&mut self, then: &Then, answers: &[(Consent, bool)]) {
        if *then == Then::Start {
            self.enter();
        }
        self.record_consents(answers);
        match then {
            Then::Start => {
                self.feed(Input::Start);
                let home = self.home();
                self.view.settle_on(home);
            }
            Then::Follow => self.feed(Input::Follow),
            Then::Open(step) => self.feed(Input::Open(step.clone())),
            Then::Again(step) => self.feed(Input::Again(step.clone())),
            Then::Stay => {}
        }
        self.look_from_the_top();
        self.ask_if_waiting();
    }

    /// A step that was come to is seen from its beginning.
    fn look_from_the_top(&mut self) {
        if let Screen::Step(seen) = &mut self.view.screen {
            *seen = StepSeen::default();
        }
    }

    /// Speaks as the mode wants it, unless somebody asked for one register.
    fn speak(&mut self) {
        if !self.view.asked_for {
            self.view.admin = self.mode == Mode::Checklist;
        }
    }

    /// Begins the session's record with the case.
    fn enter(&mut self) {
        self.speak();
        self.record_beginning(self.mode);
        if let Some(secret) = self.secret.take() {
            self.case.has_password = true;
            self.session.hold(Some(secret));
        }
        self.feed(Input::Enter(Box::new(self.case.clone())));
        let given: Vec<_> = self.consents.iter().map(|c| (*c, true)).collect();
        self.record_consents(&given);
    }

    /// Begins the session's record, unless it has begun in that mode: with what is typed for one way in, another may be gone in the end.
    pub(super) fn record_beginning(&mut self, mode: Mode) {
        let walk = self.session.walk();
        if walk.transcript().entries().is_empty() || *walk.place() == Place::Start && walk.mode() != mode {
            let unix_ms = jiff::Timestamp::now().as_millisecond();
            self.feed(Input::Begin { version: env!("CARGO_PKG_VERSION").to_owned(), unix_ms, mode });
        }
    }

    /// Takes a saved session up where it was left. A password that it had has to be typed again.
    pub(super) fn take_up(&mut self, saved: &SavedSession) {
        self.session = Session::resume(same(&self.real), saved, self.channel.clone());
        self.sessions += 1;
        self.case = self.session.walk().case().clone();
        self.mode = self.session.walk().mode();
        self.speak();
        if self.case.has_password {
            self.case.has_password = false;
            self.feed(Input::Enter(Box::new(self.case.clone())));
            self.view.note = Some("A password is never kept: type it again with i where it is needed.".to_owned());
        }
        let home = self.home();
        self.view.settle_on(home);
        self.retype();
        self.look_again();
        self.recall_initials();
        self.retype_line();
        // Who was typing goes on typing; what waits is asked for afterwards.
        if !matches!(self.view.screen, Screen::Form(_) | Screen::Prompt(_)) {
            self.ask_if_waiting();
        }
    }

    /// Opens what lay open.
    fn look_again(&mut self) {
        let looking = self.session.walk().looking().to_owned();
        if let Some(numbers) = looking.strip_prefix("evidence ") {
            let length = self.session.walk().transcript().entries().len();
            let told = numbers.split(' ').filter_map(|n| n.parse().ok().map(EvidenceId));
            let of: Vec<EvidenceId> = told.filter(|id| (id.0 as usize) < length).collect();
            return self.view.open(Screen::Evidence { of, scroll: 0 });
        }
        if let Some((asking, step)) = looking.split_once(' ') {
            let step = StepId::new(step);
            return match asking {
                "asking-open" => self.ask_once_more(Then::Open(step)),
                "asking-again" => self.ask_once_more(Then::Again(step)),
                "form" => self.fill_in_at(&step),
                _ => {}
            };
        }
        match looking.as_str() {
            "asking" => self.ask_once_more(Then::Follow),
            "form" => self.act(Command::FillIn),
            "extras" => self.ask_extras(),
            "ways" => self.act(Command::Ways),
            "step" if self.mode == Mode::Checklist => self.view.open(Screen::Step(StepSeen::default())),
            "transcript" => self.act(Command::Transcript),
            "map" => self.act(Command::Map),
            "hosts" => self.act(Command::Matrix),
            "ticket" => self.ticket(),
            "records" => self.records(),
            "diagnosis" if *self.session.walk().place() != Place::Concluded => self.act(Command::Diagnosis),
            _ => {}
        }
    }

    /// Shows the form for a choice of the first screen.
    pub(super) fn choose(&mut self, cursor: usize) {
        let (goal, mode) = match cursor {
            0 => (Goal::Error, Mode::Guided),
            1 => (Goal::Address, Mode::Guided),
            2 => (Goal::Settings, Mode::Guided),
            3 => (Goal::Server, Mode::Checklist),
            _ => {
                self.view.open(Screen::Practise { cursor: 0, find: String::new() });
                return self.list_worlds();
            }
        };
        let mode = if self.preferred == Mode::Checklist { Mode::Checklist } else { mode };
        let form = Form::begin(goal, mode, &self.case);
        self.ask_by(form);
    }

    /// Shows a form; where it was left before with something in it, as it was left.
    fn ask_by(&mut self, form: Form) {
        let form = if self.confined { form.without_files() } else { form };
        let same = self.kept.take_if(|kept| kept.purpose == form.purpose);
        self.view.open(Screen::Form(same.unwrap_or_else(|| Box::new(form))));
    }

    /// Takes what was typed into a form, if nothing is wrong with it.
    pub(super) fn submit(&mut self) {
        let Screen::Form(form) = &mut self.view.screen else { return };
        let begins = matches!(form.purpose, Purpose::Begin(..)) || *self.session.walk().place() == Place::Start;
        let known = if begins { self.case.clone() } else { self.session.walk().case().clone() };
        let files = !self.confined;
        let sent = form.submit(&known, files);
        let note = form.note.take();
        if sent.is_some() || note.is_some() {
            self.view.note = note;
        }
        let Some((mut case, secret)) = sent else { return };
        let purpose = form.purpose.clone();
        self.nothing_typed();
        match purpose {
            Purpose::Begin(goal, mode) => {
                case.goal = goal;
                if goal != Goal::Error {
                    case.error = None;
                }
                self.case = case;
                self.mode = mode;
                self.secret = secret.or(self.secret.take());
                self.begin();
            }
            Purpose::Answer(step) => {
                if secret.is_some() {
                    self.session.hold(secret);
                }
                self.view.leave();
                self.feed(Input::Enter(Box::new(case)));
                self.again(&step);
            }
            Purpose::Extras => self.ask_like_that(case),
        }
    }

    /// Asks how to ask.
    pub(super) fn ask_extras(&mut self) {
        let begun = *self.session.walk().place() != Place::Start;
        let case = if begun { self.session.walk().case() } else { &self.case };
        let form = Form::extras(case, !self.confined, !self.session.world().is_this_machine());
        self.ask_by(form);
    }

    /// Goes by what was said of how to ask: from now on, and at once for the step that is looked at.
    fn ask_like_that(&mut self, case: Case) {
        self.view.leave();
        if *self.session.walk().place() == Place::Start {
            self.case = case;
            self.view.note = Some("Taken: it holds for what you begin now.".to_owned());
            return;
        }
        self.feed(Input::Enter(Box::new(case)));
        match self.session.walk().place().clone() {
            Place::Step(here) if matches!(self.view.screen, Screen::Step(_)) => self.again(&here),
            _ => self.view.note = Some("Taken: it holds for every step that runs from now on.".to_owned()),
        }
    }

    /// Follows the branch; where there is none, whatever goes on from here.
    pub(super) fn follow(&mut self) {
        let walk = self.session.walk();
        let Place::Step(here) = walk.place().clone() else {
            let home = self.home();
            return self.view.settle_on(home);
        };
        if let Some(proposal) = walk.proposal() {
            let to = proposal.to.clone();
            return self.ask_then(Then::Follow, to.as_ref());
        }
        match walk.state_of(&here) {
            StepState::Running => {}
            StepState::Waiting if !walk.asks(&self.guide).is_empty() => self.ask_if_waiting(),
            StepState::Waiting => self.again(&here),
            StepState::Done(_) => self.feed(Input::Conclude),
        }
    }

    /// Opens a step, and runs it if it was not run yet.
    pub(super) fn open_step(&mut self, step: &StepId) {
        self.ask_then(Then::Open(step.clone()), Some(step));
    }

    /// Runs a step once more.
    pub(super) fn again(&mut self, step: &StepId) {
        self.ask_then(Then::Again(step.clone()), Some(step));
    }

    /// What goes on by itself.
    pub(super) fn go_on_alone(&mut self) {
        // Every turn ends with something running, something asked, or nothing left; the bound is for a guide that goes in circles.
        for _ in 0..64 {
            let waits = matches!(self.view.screen, Screen::Consent(_) | Screen::Form(_) | Screen::Prompt(_));
            if self.is_alive() || waits {
                break;
            }
            match self.view.auto {
                Auto::No => break,
                Auto::Follow if matches!(self.session.walk().place(), Place::Step(_)) => self.follow(),
                Auto::Follow => self.view.auto = Auto::No,
                Auto::RunAll => match self.next_open() {
                    Some(step) => self.open_step(&step),
                    None => {
                        self.view.auto = Auto::No;
                        self.view.note = Some("Every step has been run.".to_owned());
                    }
                },
                Auto::Recheck => {
                    self.view.auto = Auto::No;
                    self.feed(Input::Conclude);
                    self.view.settle_on(Screen::Diagnosis { scroll: 0, lit: None });
                    self.view.note = Some("Checked again: this is what stands now.".to_owned());
                }
            }
        }
        let concluded = *self.session.walk().place() == Place::Concluded;
        if concluded && matches!(self.view.screen, Screen::Step(_)) {
            self.view.settle_on(Screen::Diagnosis { scroll: 0, lit: None });
        }
    }

    /// The first step that was not run yet.
    fn next_open(&self) -> Option<StepId> {
        let walk = self.session.walk();
        walk.checklist(&self.guide).iter().map(|s| &s.id).find(|id| walk.state_of(id) == StepState::Waiting).cloned()
    }

    /// The step that keys are about: where the walk is, or the line of the checklist that is lit.
    pub(super) fn step_here(&self) -> Option<&Step> {
        match (self.view.seen(), self.session.walk().place()) {
            (Screen::Checklist { cursor }, _) => self.session.walk().checklist(&self.guide).get(*cursor).copied(),
            (Screen::Diagnosis { .. }, _) => None,
            (_, Place::Step(id)) => self.guide.step(id),
            _ => None,
        }
    }

    /// Asks what the step asks that keys are about.
    pub(super) fn fill_in(&mut self) {
        if let Some(step) = self.step_here().map(|step| step.id.clone()) {
            self.fill_in_at(&step);
        }
    }

    /// Asks what a step asks.
    fn fill_in_at(&mut self, step: &StepId) {
        let Some(step) = self.guide.step(step) else { return };
        let walk = self.session.walk();
        let offered = offered(walk, &step.id);
        let form = Form::answer(step, self.view.admin, offered.as_ref().unwrap_or_else(|| walk.case()));
        if offered.is_some() {
            // What was typed before and left is what did not work.
            self.kept = None;
            self.view.note = Some("Filled in: the settings that were found. Enter takes them over.".to_owned());
        }
        self.ask_by(form);
    }

    /// Checks again what showed the cause, and comes back.
    pub(super) fn recheck(&mut self, step: &StepId) {
        self.view.auto = Auto::Recheck;
        self.view.settle_on(Screen::Step(StepSeen::default()));
        self.again(step);
    }
}
