//! What people paste, and what servers answer: read by code, enhanced code, text and stage together.
//!
//! [`read_reply`] reads one reply. [`Reader::text`] finds the replies in whatever stands around them: a bounce, a log, what a program
//! printed, headers. [`explain`] answers for a code, a finding, a cause or a kind.

mod address;
mod advice;
mod bounce;
mod choices;
mod clues;
mod decode;
mod dialogue;
mod draft;
mod explain;
mod find;
mod group;
mod headers;
mod judged;
mod lens;
mod line;
mod log;
mod meaning;
mod message;
mod mime;
mod needles;
mod noted;
mod outside;
mod own;
mod paste;
mod program;
mod said;
mod settings;
mod signs;
mod stage;
mod status;
mod stream;
mod text;
mod wait;

pub use advice::{Advice, advice};
pub use choices::{Choice, choices};
pub use clues::{Clues, clues};
pub use explain::{AtStage, Explanation, Own, Topic, explain, own};
pub use find::parse_reply;
pub use group::{Group, Groups, Place};
pub use lens::{Lens, Mark, Part, lens};
pub use meaning::{Certainty, Meaning, read_reply};
pub use settings::{FileSettings, SettingsFile};
pub use stream::{LogReader, Logged};
pub use text::{Item, Reader, Reading, Source};
pub use wait::seconds;
