//! The application: takes one message at a time, and draws. It never waits for anything.

mod commands;
mod consents;
mod draw;
mod flow;
mod mouse;
mod moves;
mod now;
mod practice;
mod prompts;
mod reading;
mod shown;
mod texts;
mod typed;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};
use tokio::sync::mpsc::UnboundedSender;

use super::event::Event;
use super::form::Form;
use super::keys::Command;
use super::model::RuledOut;
use super::view::{Screen, StepSeen, View};
use super::widget::Spots;
use super::{Last, Launch, Left};
use crate::diagnosis::{Diagnosis, diagnose};
use crate::guide::Guide;
use crate::practice::{Practice, WorldFile};
use crate::run::{Message, Session, Setup};
use crate::transcript::{Case, Consent, Mode, Secret};
use crate::walk::{Input, Place, Walk};
use shown::Shown;

/// Something that the loop does for the application.
#[derive(Debug)]
pub enum Order {
    /// Leave; with the signal that asked for it, if one did.
    Quit(Option<i32>),
    /// Let the mouse click and scroll here, or leave it to the terminal.
    Mouse(bool),
    /// Give the terminal back to the shell for a while.
    Suspend,
    /// Draw the whole screen anew: something wrote over it.
    Redraw,
    /// Put a text on the clipboard.
    Copy(String),
    /// Bring a practice world up, and hand it to [`App::practise`].
    Practise(Box<WorldFile>),
    /// Send [`Event::Calm`] after a while.
    KeepTyped,
    /// Send [`Event::Settled`] with this number after a moment.
    Settle(u64),
}

/// The wizard: a session and how it is looked at.
pub struct App {
    session: Session,
    view: View,
    channel: UnboundedSender<Message<Event>>,
    // What further sessions in the real world are set up with.
    real: Setup,
    guide: Arc<Guide>,
    case: Case,
    secret: Option<Secret>,
    consents: BTreeSet<Consent>,
    // Declined without asking, because there is nothing to do it with yet.
    pointless: BTreeSet<Consent>,
    mode: Mode,
    // Who was launched for a checklist gets one, whatever they have.
    preferred: Mode,
    last: Option<Last>,
    story: Option<String>,
    // Launched into a practice world, which somebody else holds up.
    only_practice: bool,
    worlds: Vec<WorldFile>,
    // Held for its drop, which takes the world down.
    practice: Option<Practice>,
    shown: Shown,
    // What can be clicked, as it was drawn last.
    spots: Spots,
    // The steps that are ruled out, by a session and a transcript of that length.
    ruled: ((u32, usize), RuledOut),
    // How many sessions there were before this one.
    sessions: u32,
    // The diagnosis of a transcript of that length.
    diagnosis: Option<(usize, Diagnosis)>,
    size: (u16, u16),
    now: u64,
    /// Where reports are saved.
    folder: Option<PathBuf>,
    /// No file is read or written by name, and there is no way to a shell.
    confined: bool,
    // The text that step 6 reads, and the one whose failures were offered to choose from.
    text: Option<reading::Text>,
    offered: Option<(u32, usize)>,
    // A form that was left with something in it.
    kept: Option<Box<Form>>,
    // Whether a form may have changed since the session kept it, and whether a clock runs that has it kept.
    typed: bool,
    keeping: bool,
    // An Enter in a field of many lines goes on only if no key came just before it or follows at once, as in a paste without brackets:
    // how many keys were pressed, whether a clock runs that tells of a quiet moment, and whether such an Enter waits for it.
    pressed: u64,
    clock: bool,
    pending: bool,
    orders: Vec<Order>,
}

impl App {
    /// The wizard as it is launched. Answers of checks go into `channel`; nothing leaves this machine before the user says yes.
    ///
    /// Has to be called within a tokio runtime.
    #[must_use]
    pub fn new(launch: Launch, channel: UnboundedSender<Message<Event>>) -> Self {
        let screen = if launch.story.is_some() { Screen::Story { scroll: 0 } } else { Screen::Start { cursor: 0 } };
        let mut app = Self {
            guide: Arc::clone(&launch.setup.guide),
            real: same(&launch.setup),
            session: Session::new(launch.setup, channel.clone()),
            view: View {
                initials: launch.initials,
                mouse: launch.mouse,
                ..View::new(launch.look, launch.keys, screen)
            },
            channel,
            case: launch.case,
            secret: launch.secret,
            consents: launch.consents,
            pointless: BTreeSet::new(),
            mode: launch.mode,
            preferred: launch.mode,
            last: launch.last,
            only_practice: launch.story.is_some(),
            story: launch.story,
            worlds: Vec::new(),
            practice: None,
            shown: Shown::default(),
            spots: Spots::default(),
            ruled: ((0, 0), RuledOut::new()),
            sessions: 0,
            diagnosis: None,
            size: (80, 24),
            now: 0,
            folder: launch.folder,
            confined: launch.confined,
            text: None,
            offered: None,
            kept: None,
            typed: false,
            keeping: false,
            pressed: 0,
            clock: false,
            pending: false,
            orders: Vec::new(),
        };
        if let Some(saved) = launch.resume {
            app.take_up(&saved);
        } else if launch.start_at_once && app.story.is_none() {
            app.begin();
        }
        app.after();
        app
    }

    /// Takes a message; returns what the loop has to do for it.
    pub fn handle(&mut self, message: Message<Event>) -> Vec<Order> {
        self.now = self.session.now();
        let typing = matches!(message, Message::Front(Event::Key(_) | Event::Paste(_)));
        match message {
            Message::Answer(run, fact) => self.session.answer(run, fact),
            Message::Due => self.session.due(),
            Message::Front(Event::Key(key)) if key.kind != KeyEventKind::Release => self.key(key),
            Message::Front(Event::Key(_)) => {}
            Message::Front(Event::Paste(text)) => self.paste(&text),
            Message::Front(Event::Click(x, y)) => self.click(x, y),
            Message::Front(Event::Wheel(up)) => self.wheel(up),
            Message::Front(Event::Resize(width, height)) => self.size = (width, height),
            Message::Front(Event::Tick) => self.view.tick = self.view.tick.wrapping_add(1),
            Message::Front(Event::Settled(pressed)) => self.settle(pressed),
            Message::Front(Event::Calm) => self.keep_typed(),
            Message::Front(Event::Signal(signal)) => {
                self.keep_typed_now();
                self.orders.push(Order::Quit(Some(signal)));
            }
        }
        if typing {
            self.may_have_typed();
        }
        self.after();
        std::mem::take(&mut self.orders)
    }

    /// Whether something on the screen changes by itself: only then ticks are needed.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.session.walk().running().is_empty() || self.session.walk().parked().is_some()
    }

    /// The walk as it stands.
    #[must_use]
    pub fn walk(&self) -> &Walk {
        self.session.walk()
    }

    /// Tells the size of the screen, in columns and rows.
    pub fn resize(&mut self, width: u16, height: u16) {
        self.size = (width, height);
    }

    fn key(&mut self, key: KeyEvent) {
        self.prepare();
        self.view.note = None;
        let quiet = !self.clock;
        self.pressed += 1;
        if std::mem::take(&mut self.pending) {
            // More came at once: that Enter was part of a paste.
            if let Screen::Form(form) = &mut self.view.screen {
                form.paste("\n");
            }
        }
        let area = matches!(&self.view.screen, Screen::Form(form) if form.at_area());
        if area && quiet {
            self.clock = true;
            self.orders.push(Order::Settle(self.pressed));
        }
        match self.view.keys.command(key, &self.now()) {
            Some(Command::GoOn) if area && !quiet && self.amid_a_paste() => return,
            Some(command) => return self.act(command),
            None => {}
        }
        match &mut self.view.screen {
            Screen::Form(form) => form.key(key),
            Screen::Practise { cursor, find } => {
                match key.code {
                    KeyCode::Backspace => drop(find.pop()),
                    KeyCode::Char(c) if !c.is_control() && find.chars().count() < 40 => find.push(c),
                    _ => return,
                }
                *cursor = 0;
            }
            Screen::Prompt(prompt) => {
                if let Some(request) =
                    tui_input::backend::crossterm::to_input_request(&crossterm::event::Event::Key(key))
                    && prompt.line.value().chars().count() < 200
                {
                    prompt.line.handle(request);
                }
            }
            _ => {}
        }
    }

    /// Takes an Enter that came right behind other keys of several lines: it belongs to them.
    fn amid_a_paste(&mut self) -> bool {
        let Screen::Form(form) = &mut self.view.screen else { return false };
        let lines = form.field().is_some_and(|f| f.text().contains('\n'));
        if lines {
            form.paste("\n");
            self.view.note = Some("That Enter came with the paste. Press Enter once more to have it read.".to_owned());
        }
        lines
    }

    /// No key followed the one of that number for a moment.
    fn settle(&mut self, pressed: u64) {
        let area = matches!(&self.view.screen, Screen::Form(form) if form.at_area());
        self.clock = area && pressed != self.pressed;
        if self.clock {
            self.orders.push(Order::Settle(self.pressed));
        } else if std::mem::take(&mut self.pending) {
            self.submit();
        }
    }

    fn paste(&mut self, text: &str) {
        self.view.note = None;
        match &mut self.view.screen {
            Screen::Form(form) => form.paste(text),
            Screen::Prompt(prompt) => {
                for c in crate::transcript::clean_line(text.trim(), 200).chars() {
                    prompt.line.handle(tui_input::InputRequest::InsertChar(c));
                }
            }
            // A paste on the first screen is an error somebody brought.
            Screen::Start { .. } => {
                self.act(Command::First);
                self.act(Command::GoOn);
                if let Screen::Form(form) = &mut self.view.screen {
                    form.paste(text);
                }
            }
            _ => {}
        }
    }

    /// What follows from what just happened, without a key.
    fn after(&mut self) {
        self.now = self.session.now();
        self.go_on_alone();
        self.offer_failures();
        self.remember();
        let length = self.session.walk().transcript().entries().len();
        let wanted = matches!(self.view.seen(), Screen::Diagnosis { .. });
        if wanted && self.diagnosis.as_ref().is_none_or(|(at, _)| *at != length) {
            self.diagnosis = Some((length, diagnose(&self.guide, self.session.walk().transcript())));
        }
    }

    /// Has the session remember what lies open.
    fn remember(&mut self) {
        let home = self.view.behind.is_empty();
        let at = if home { "".into() } else { self.view.seen().word() };
        if self.session.walk().looking() != at && *self.session.walk().place() != Place::Start {
            self.feed(Input::Look(at.into_owned()));
        }
    }

    /// The screen to come home to.
    fn home(&self) -> Screen {
        match (self.session.walk().place(), self.session.walk().mode()) {
            (Place::Start, _) if self.story.is_some() => Screen::Story { scroll: 0 },
            (Place::Start, _) => Screen::Start { cursor: 0 },
            (Place::Concluded, _) => Screen::Diagnosis { scroll: 0, lit: None },
            (Place::Step(step), Mode::Checklist) => {
                let cursor = self.session.walk().checklist(&self.guide).iter().position(|s| s.id == *step).unwrap_or(0);
                Screen::Checklist { cursor }
            }
            (Place::Step(_), Mode::Guided) => Screen::Step(StepSeen::default()),
        }
    }

    /// Reads what the first question will need, now that a screen stands.
    pub fn warm(&self) {
        self.session.warm();
    }

    /// What is left when the wizard is left.
    #[must_use]
    pub fn left(&self, signal: Option<i32>) -> Left {
        Left {
            transcript: self.session.walk().transcript().clone(),
            verdict: self.session.walk().verdict(),
            saved: self.session.id().map(str::to_owned),
            save_trouble: self.session.save_trouble().map(str::to_owned),
            signal,
        }
    }
}

/// The same setup once more.
fn same(setup: &Setup) -> Setup {
    Setup {
        guide: Arc::clone(&setup.guide),
        know: Arc::clone(&setup.know),
        world: Arc::clone(&setup.world),
        trust: setup.trust.clone(),
        store: setup.store.clone(),
    }
}
