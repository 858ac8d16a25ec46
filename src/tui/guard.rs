//! The terminal, taken over and given back: on return, on an error, on a panic and on a signal.

use std::panic::{self, PanicHookInfo};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::{fmt, io};

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{Command, cursor, execute};

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

/// Whether the terminal is ours right now.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Whether the mouse is ours while the terminal is.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Clicks and the wheel. crossterm's own command asks for every movement as well, which a slow line would have to carry.
struct Mouse(bool);

impl Command for Mouse {
    fn write_ansi(&self, f: &mut impl fmt::Write) -> fmt::Result {
        f.write_str(if self.0 { "\x1b[?1000h\x1b[?1006h" } else { "\x1b[?1006l\x1b[?1000l" })
    }

    #[cfg(windows)]
    fn execute_winapi(&self) -> io::Result<()> {
        use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
        if self.0 { EnableMouseCapture.execute_winapi() } else { DisableMouseCapture.execute_winapi() }
    }
}

/// Takes the mouse, or leaves it to the terminal.
pub(super) fn mouse(on: bool) {
    MOUSE.store(on, Ordering::SeqCst);
    drop(execute!(io::stdout(), Mouse(on)));
}

/// Holds the terminal: raw mode, a screen of its own, pastes as a whole. Dropping it gives all of that back.
pub(super) struct Guard {
    before: Arc<Hook>,
}

impl Guard {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When the terminal does not do what is asked; whatever had been done is undone.
    pub(super) fn take() -> io::Result<Self> {
        enter()?;
        let before: Arc<Hook> = Arc::new(panic::take_hook());
        let (own, then) = (thread::current().id(), Arc::clone(&before));
        panic::set_hook(Box::new(move |info| {
            // Where a check breaks off on a thread of its own, `run` counts it and the screen goes on.
            if thread::current().id() == own {
                leave();
            }
            then(info);
        }));
        Ok(Self { before })
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
    }
}

/// Takes the terminal over, again after [`leave`].
pub(super) fn enter() -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    let done = enable_raw_mode()
        .and_then(|()| execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide));
    if done.is_err() {
        leave();
    } else if MOUSE.load(Ordering::SeqCst) {
        mouse(true);
    }
    done
}

/// Gives the terminal back. Does nothing where it is not ours; what fails is passed over, as the terminal may be gone.
pub(super) fn leave() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        if MOUSE.load(Ordering::SeqCst) {
            drop(execute!(io::stdout(), Mouse(false)));
        }
        // A terminal without an alternate screen would keep the last screen, with the prompt behind its last line.
        let clear = Clear(ClearType::All);
        drop(execute!(
            io::stdout(),
            clear,
            cursor::MoveTo(0, 0),
            DisableBracketedPaste,
            LeaveAlternateScreen,
            cursor::Show
        ));
        drop(disable_raw_mode());
    }
}
