//! Carries out what the walk asks for: spawns and cancels checks, keeps deadlines, saves.
//!
//! There is one ordered channel. A front end makes it, puts its own events (keys, ticks) into it as [`Message::Front`], and hands
//! what it takes out of it to the [`Session`]; answers of checks come through the same channel.

mod encoding;
mod extras;
mod folder;
mod hands;
mod headless;
mod offer;
mod paste;
mod save;
mod session;
mod settings_file;
mod summary;
mod taken;
#[cfg(test)]
mod trial;
mod unsent;
mod way;
mod zone;

pub use encoding::{decode, is_text, wide};
pub use extras::{Extra, helo, ip, mechanism, one_line, own_ip, resolver, seconds};
pub use folder::{load_guide, read_folder};
pub use headless::{Plan, walk_alone};
pub use offer::offered;
pub use paste::{Pasted, error_file};
pub use save::{Saved, SavedSession, Store};
pub use session::{Session, Setup};
pub use settings_file::{settings_file, settings_in};
pub use summary::Summary;
pub use unsent::Unsent;
pub use zone::zone;

use crate::transcript::{Fact, RunId};

/// What travels in the one ordered channel.
#[derive(Debug)]
pub enum Message<F> {
    /// A fact of a run.
    Answer(RunId, Fact),
    /// The time of the parked step has come.
    Due,
    /// The front end's own: a key, a tick, a resize.
    Front(F),
}
