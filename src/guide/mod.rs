//! The guide as data (law 2): steps, questions, branches, causes, codes, findings and their words.
//!
//! Everything is read from `assets/`, embedded at build time; a user's own folder overrides it file by file.
//! Nothing here knows a check; steps name checks by id, and findings are met by id.

mod cause;
mod code;
mod files;
mod finding;
mod fits;
mod late;
mod lint;
mod load;
mod lookup;
mod needles;
mod pattern;
mod phrases;
mod step;
mod wording;
mod words;

#[cfg(test)]
mod paths;

pub use cause::{Cause, Kind, Who};
pub use code::{CodeEntry, EnhancedEntry, Phrase, SharedAdvice};
pub use files::{place, place_of_files};
pub use finding::{FindingEntry, Weigh};
pub use fits::{code_fits, enhanced_fits};
pub use lint::{Complaint, lint};
pub use load::{Guide, LoadError};
pub use pattern::{LazyRegex, Pattern};
pub(crate) use step::READS_TEXT;
pub use step::{Branch, Field, Goto, Question, StartRule, Step, When};
pub use wording::{Wording, small};
pub use words::{Words, fill, places};
