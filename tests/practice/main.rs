//! The practice worlds: every one comes up, says what its file says, and together they cover the guide.

mod client;
mod dns;
mod reach;
mod smtp;
mod worlds;
