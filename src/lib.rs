//! Heloise: a guided troubleshooter for mail that does not go through.
//!
//! The house, room by room; `tests/architecture.rs` proves that each room imports only what this map allows.
//!
//! ```text
//! transcript/  what happened: Entry, Fact, Reply, Case, Secret, evidence ids    imports: -
//! guide/       the guide as data: types, loading, overriding, lint              imports: transcript
//! reading/     what people paste -> Reading                                     imports: transcript guide
//! diagnosis/   transcript -> ranked causes with because and against             imports: transcript guide reading
//! walk/        Walk::step(&Guide, now, Input) -> Vec<Effect>; Walk::replay      imports: transcript guide reading diagnosis
//! net/         the outside world: dns tcp tls smtp http host                    imports: transcript
//! check/       one file a check, one small trait, one explicit list CHECKS      imports: transcript net reading
//! practice/    the built-in broken mail world, on loopback                      imports: transcript guide net
//! run/         carries out effects: spawns, cancels, deadlines, manners, saving imports: transcript guide reading diagnosis walk net check
//! report/      transcript -> text, JSON, ticket                                 imports: transcript guide reading diagnosis walk
//! cli/         clap definitions and the commands without a screen               imports: all of the above
//! plain/       the wizard as numbered lines                                     imports: all but cli tui
//! tui/         the wizard on a full screen                                      imports: all but cli plain
//! ```

pub mod check;
pub mod cli;
pub mod diagnosis;
pub mod guide;
pub mod net;
pub mod plain;
pub mod practice;
pub mod reading;
pub mod report;
pub mod run;
pub mod transcript;
pub mod tui;
pub mod walk;
