//! A transcript as people and programs want it: text, JSON, Markdown, HTML, a ticket, a monitor's line, metrics.
//!
//! Everything here is a view: nothing is looked up, timed or printed. Text from outside is clean of control characters in every
//! format but JSON, where it is escaped.

mod dates;
mod desk;
mod distinct;
mod escape;
mod events;
mod evidence;
mod html;
mod json;
mod markdown;
mod matrix;
mod monitor;
#[cfg(test)]
mod tests;
mod text;
mod ticket;
mod view;
mod wrap;

pub use dates::{when, when_utc};
pub use desk::{DeskRow, desk, desk_text, policy_in_lines};
pub use distinct::distinct;
pub use escape::{html_text, json_text, markdown_text};
pub use events::event;
pub use html::html;
pub use json::{Report, json, report};
pub use markdown::markdown;
pub use matrix::{Line, Matrix, Tone};
pub use monitor::{Light, nagios, prometheus};
pub use text::text;
pub use ticket::ticket;
pub use view::{FindingView, StepView, View};
pub use wrap::{columns, wrap};
