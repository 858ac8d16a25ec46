//! Drawing, one file a screen. A screen only reads: it gets a pen and what it shows, and returns at most where the cursor stands.

pub(super) mod checklist;
pub(super) mod consent;
pub(super) mod diagnosis;
pub(super) mod failures;
pub(super) mod form;
pub(super) mod help;
pub(super) mod list;
pub(super) mod map;
pub(super) mod matrix;
pub(super) mod start;
pub(super) mod step;
pub(super) mod text;
pub(super) mod transcript;

#[cfg(test)]
mod tests;
