//! Saved sessions: one append-only file of JSON lines each, written as it happens, with private permissions.

use std::path::PathBuf;

use crate::transcript::Entry;

/// The folder of saved sessions.
#[derive(Clone, Debug)]
pub struct Store {
    /// Where it is.
    pub folder: PathBuf,
}

/// A session file that is being written.
pub struct Saved {
    // The helper for this room fills it.
}

/// A session that was saved.
#[derive(Clone, Debug)]
pub struct SavedSession {
    /// Its id: the time it began, `20261120-164005`.
    pub id: String,
    /// Its entries. A last line that was cut off by a kill is left out.
    pub entries: Vec<Entry>,
}

impl Store {
    /// The platform's state folder, by the `directories` crate.
    #[must_use]
    pub fn default_folder() -> Option<Self> {
        unimplemented!()
    }
}
