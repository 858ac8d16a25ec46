//! Promise: the wizard on a full screen, driven by keys alone, shows where we are and never more than may be seen.

#[path = "../support/nowhere.rs"]
mod nowhere;
mod seat;

mod consent;
mod fixture;
mod keys;
mod mouse;
mod offers;
mod own;
mod random;
mod readings;
mod screens;
mod told;
mod typed;
mod walks;
