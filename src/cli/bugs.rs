//! A panic is a bug of ours: one line and exit status 70, without whatever was in its message.

use std::panic;
use std::sync::{Mutex, PoisonError};

use super::Trouble;

static SEEN: Mutex<Option<String>> = Mutex::new(None);

/// Keeps the place of the first panic instead of printing it: its message may hold what people typed.
pub fn watch_for_bugs() {
    panic::set_hook(Box::new(|info| {
        let place =
            info.location().map_or_else(|| "an unknown place".to_owned(), |l| format!("{}:{}", l.file(), l.line()));
        SEEN.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(place);
    }));
}

/// The bug that was seen, if one was.
#[must_use]
pub fn bug_seen() -> Option<Trouble> {
    let place = SEEN.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
    Some(Trouble::bug(format!("it broke off at {place}")))
}
