//! The terminal, taken over and given back: on return, on an error, on a panic and on a signal.

use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ThreadId};

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{cursor, execute};

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

/// Whether the terminal is ours right now.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Holds the terminal: raw mode, a screen of its own, pastes as a whole. Dropping it gives all of that back.
pub(super) struct Guard {
    before: Arc<Hook>,
    /// What other threads panicked with meanwhile; printing it at once would tear the screen.
    unsaid: Arc<Mutex<Vec<String>>>,
}

impl Guard {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When the terminal does not do what is asked; whatever had been done is undone.
    pub(super) fn take() -> io::Result<Self> {
        enter()?;
        let before: Arc<Hook> = Arc::new(panic::take_hook());
        let unsaid = Arc::new(Mutex::new(Vec::new()));
        panic::set_hook(hook(Arc::clone(&before), Arc::clone(&unsaid), thread::current().id()));
        Ok(Self { before, unsaid })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        leave();
        // A hook cannot be changed while a panic is on its way.
        if !thread::panicking() {
            let before = Arc::clone(&self.before);
            panic::set_hook(Box::new(move |info| before(info)));
        }
        for text in self.unsaid.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            drop(writeln!(io::stderr(), "{text}"));
        }
    }
}

/// Takes the terminal over, again after [`leave`].
pub(super) fn enter() -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    let done = enable_raw_mode()
        .and_then(|()| execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide));
    if done.is_err() {
        leave();
    }
    done
}

/// Gives the terminal back. Does nothing where it is not ours; what fails is passed over, as the terminal may be gone.
pub(super) fn leave() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        drop(execute!(io::stdout(), DisableBracketedPaste, LeaveAlternateScreen, cursor::Show));
        drop(disable_raw_mode());
    }
}

fn hook(before: Arc<Hook>, unsaid: Arc<Mutex<Vec<String>>>, ours: ThreadId) -> Hook {
    Box::new(move |info| {
        if thread::current().id() == ours || !TAKEN.load(Ordering::SeqCst) {
            leave();
            before(info);
        } else {
            // A check that breaks off is `run`'s to count; the screen goes on.
            unsaid.lock().unwrap_or_else(PoisonError::into_inner).push(format!("a check broke off: {info}"));
        }
    })
}
