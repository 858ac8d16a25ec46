//! What people paste, and what servers answer: read by code, enhanced code, text and stage together.

mod meaning;
mod text;

pub use meaning::{Certainty, Meaning, read_reply};
pub use text::{Item, Reader, Reading, Source};
