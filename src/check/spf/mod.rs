//! SPF (RFC 7208), walked so that each step can be told: which term matched, what it cost, what is missing.
//!
//! Reading a record is pure; evaluation asks through [`Lookup`], so that a map will do for a test.
//!
//! ```text
//! parse.rs   the text of a record -> terms, or every fault with its column    macros.rs   %{...}
//! walk.rs    check_host, step by step                                         trace.rs    what was seen on the way
//! lookup.rs  what is asked of the DNS
//! mend.rs    the record that should stand there instead
//! ```

mod fault;
mod lookup;
mod macros;
mod mend;
mod parse;
mod trace;
mod walk;

pub use fault::Fault;
pub use lookup::{Answer, Lookup, Question};
pub use macros::Values;
pub use mend::{join, mended, opened, with_address, without};
pub use parse::{Directive, Mechanism, Modifier, Qualifier, Record, Spec, is_record, looks_like_one, parse};
pub use trace::{Outcome, Step, StepEnd, Trace, Why};
pub use walk::{check_host, cost};

/// Terms that ask the DNS, in one evaluation at most (RFC 7208 §4.6.4).
pub const LOOKUPS: u32 = 10;
/// Questions that come back empty, in one evaluation at most (RFC 7208 §4.6.4).
pub const VOIDS: u32 = 2;
/// Characters of a record that surely fit into one answer over UDP (RFC 7208 §3.4).
pub const COMFORTABLE: usize = 450;
