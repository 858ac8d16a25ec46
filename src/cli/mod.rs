//! The command line: its definitions, and the commands without a screen.

mod args;
mod case_args;
mod given;
mod input;
mod one_line;
mod trouble;
pub mod values;

pub use args::*;
pub use case_args::CaseArgs;
pub use given::{Given, allowed};
pub use trouble::{Exit, Trouble};
