//! The wizard on a full screen.
//!
//! ```text
//! mod.rs     what it is launched with and what is left      guard.rs   the terminal, taken over and given back
//! event.rs   what comes in, beside answers of checks        drive.rs   the loop: one channel in, one screen out
//! keys.rs    keys -> commands, one table                    app.rs     commands -> inputs of the walk and screens
//! view.rs    which screen, and where in it                  form/      what is typed
//! model/     what a screen shows, from walk and guide       screen/    how it is drawn, with widget/ and theme.rs
//! slim.rs    what changed, in few octets                    pace.rs    how often it is drawn
//! clipboard.rs   copying, through tmux and screen too
//! ```
//!
//! Everything travels in one ordered channel; only [`App::handle`] changes anything, and drawing only reads.

mod app;
mod clipboard;
mod drive;
mod event;
mod form;
mod guard;
#[cfg(unix)]
mod job;
mod keys;
mod model;
mod pace;
mod screen;
mod slim;
mod theme;
mod view;
mod widget;

pub use app::{App, Order};
pub use drive::{drive, run};
pub use event::Event;
pub use keys::Keys;
pub use theme::{DARK, EITHER, LIGHT, Look, MONO, Theme};

use std::path::PathBuf;

use std::collections::BTreeSet;
use std::io;

use crate::run::{SavedSession, Setup};
use crate::transcript::{Case, Consent, Mode, Secret, Transcript, Verdict};

/// What the wizard is launched with.
pub struct Launch {
    /// What a session needs.
    pub setup: Setup,
    /// The case as far as it is known.
    pub case: Case,
    /// A password or token that was given.
    pub secret: Option<Secret>,
    /// Guided or checklist, where the case begins at once.
    pub mode: Mode,
    /// What was allowed on the command line.
    pub consents: BTreeSet<Consent>,
    /// A saved session to take up at once.
    pub resume: Option<SavedSession>,
    /// The last session, offered on the first screen.
    pub last: Option<Last>,
    /// The story of a practice world: the session then stays inside heloise.
    pub story: Option<String>,
    /// What the terminal can show.
    pub look: Look,
    /// The keys.
    pub keys: Keys,
    /// Whether the mouse clicks and scrolls here; marking text then needs Shift.
    pub mouse: bool,
    /// The initials that steps are signed with, until others are typed.
    pub initials: String,
    /// Skip the first screen: the case says enough.
    pub start_at_once: bool,
    /// Where reports and tickets are saved: empty for the present folder, none for nowhere.
    pub folder: Option<PathBuf>,
    /// Serves somebody who may not touch this machine: no file is read or written by name, and there is no way to a shell.
    pub confined: bool,
}

impl Launch {
    /// The wizard from its first screen, with nothing known.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self {
            setup,
            case: Case::new(),
            secret: None,
            mode: Mode::Guided,
            consents: BTreeSet::new(),
            resume: None,
            last: None,
            story: None,
            look: Look::default(),
            keys: Keys::default(),
            mouse: false,
            initials: String::new(),
            start_at_once: false,
            folder: None,
            confined: false,
        }
    }
}

/// A saved session that can be taken up.
#[derive(Clone, Debug)]
pub struct Last {
    /// One line: when, and what about, as in `Yesterday 16:40  550 from mx1.example.org, at step 11`.
    pub says: String,
    /// The session.
    pub session: SavedSession,
}

/// What is left when the wizard was left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Everything that happened.
    pub transcript: Transcript,
    /// The verdict, where the walk was concluded.
    pub verdict: Option<Verdict>,
    /// The saved session's id, if it was saved.
    pub saved: Option<String>,
    /// Why it was not saved, if it could not be.
    pub save_trouble: Option<String>,
    /// The signal that asked us to leave, if one did: the exit status is 128 and this.
    pub signal: Option<i32>,
}

/// Why the wizard cannot be on this terminal.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Standard input or output is no terminal.
    #[error("the wizard needs a terminal; without one, use `heloise check`, or `heloise start --plain`")]
    NoTerminal,
    /// The terminal did not do what was asked of it.
    #[error("cannot use this terminal: {0}")]
    Terminal(#[from] io::Error),
}
