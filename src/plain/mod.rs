//! The wizard as numbered lines: for screen readers, dumb terminals, pipes, and whoever likes it so.
//!
//! One fact a line; an answer is a number or a word; Enter alone goes on. Reader and writer are parameters, so that a test can sit at the keys.
//!
//! ```text
//! mod.rs   what it is launched with          start.rs   the first question            wizard.rs  the walk, to the diagnosis
//! talk.rs  lines in and out, one channel     ask.rs     questions, consent, passwords
//! reading.rs  a text that was read, its failures                            allow.rs   what may leave this machine
//! tell.rs  facts as sentences                found.rs   the diagnosis as sentences            choose.rs  what an answer stands for     echo.rs  a password does not show
//! ```

mod allow;
mod ask;
mod choose;
mod echo;
mod found;
mod looks;
mod reading;
mod start;
mod talk;
mod tell;
mod wizard;

pub use echo::echo;

use std::collections::BTreeSet;
use std::io::{self, BufRead, Write};

use tokio::sync::mpsc::unbounded_channel;

use crate::run::{SavedSession, Session, Setup};
use crate::transcript::{Case, Consent, Mode, Secret, Transcript, Verdict};

/// What the wizard is launched with.
pub struct Launch {
    /// What a session needs.
    pub setup: Setup,
    /// The case as far as it is known.
    pub case: Case,
    /// A password or token that was given.
    pub secret: Option<Secret>,
    /// Guided or checklist.
    pub mode: Mode,
    /// What was allowed on the command line.
    pub consents: BTreeSet<Consent>,
    /// A saved session to take up at once.
    pub resume: Option<SavedSession>,
    /// The story of a practice world: the session then stays inside heloise.
    pub story: Option<String>,
    /// Skip the first question: the case says enough.
    pub start_at_once: bool,
    /// Serves somebody who may not touch this machine: no file is read or written by name.
    pub confined: bool,
    /// Lines longer than so many columns are broken at spaces; none leaves them whole.
    pub width: Option<usize>,
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
    /// How many checks broke off by a bug of ours.
    pub bugs: u32,
}

/// Runs the wizard until it is left, or the input ends.
///
/// `echo` is told whether what is typed may show: it is called with `false` before a password is typed, and with `true` after it.
///
/// # Errors
/// When the output cannot be written.
pub async fn run<R, W>(launch: Launch, input: R, output: W, echo: impl FnMut(bool)) -> io::Result<Left>
where
    R: BufRead + Send + 'static,
    W: Write,
{
    let (send, receive) = unbounded_channel();
    talk::listen(input, send.clone());
    let Launch { setup, case, secret, mode, consents, resume, story, start_at_once, confined, width } = launch;
    let resumed = resume.is_some();
    let mut session = match &resume {
        Some(saved) => Session::resume(setup, saved, send),
        None => Session::new(setup, send),
    };
    let practice = story.is_some();
    session.warm();
    session.hold(secret);
    let mut talk = talk::Talk::new(session, receive, output, echo);
    talk.confined = confined;
    talk.width = width;
    let mut wizard = wizard::Wizard::new(talk, case, mode, consents, practice);
    wizard.walk(resumed, story.as_deref(), start_at_once).await?;
    let session = wizard.into_session();
    Ok(Left {
        transcript: session.walk().transcript().clone(),
        verdict: session.walk().verdict(),
        saved: session.id().map(str::to_owned),
        save_trouble: session.save_trouble().map(str::to_owned),
        bugs: session.bugs(),
    })
}
