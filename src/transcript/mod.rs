//! What happened, in order: the one currency of the house (law 1).
//!
//! Everything that is entered, asked, resolved, connected, sent, received, found and decided is an [`Entry`]
//! in one append-only [`Transcript`]. Screens, reports, the saved session and tests are views of it.

mod case;
mod clean;
mod entry;
mod evidence;
mod finding;
mod hush;
mod ids;
mod path;
mod recipients;
mod redact;
mod reply;
mod runbook;
mod secret;

pub use case::{AddressFamily, Case, Consent, Goal, Mode, Security, Taken, Target};
pub use clean::{clean, clean_line, without_number};
pub use entry::{Entry, Fact, Level, StepStatus, Transcript, Verdict};
pub use evidence::{
    BreakFact, BreakKind, CertificateFact, CommandFact, ConnectFact, ConnectOutcome, DnsFact, DnsOutcome, DnsRecord,
    HostFact, HttpFact, MessageFact, TlsFact,
};
pub use finding::{FOLLOW, Finding, RETRY_SECS};
pub(crate) use hush::{Hush, MARK};
pub use ids::{EvidenceId, RunId, StepId};
pub use path::{HopFact, IcmpFact, IcmpMeaning, TraceEnd, TraceFact};
pub use recipients::recipients;
pub use redact::{Redactor, redact};
pub use reply::{Enhanced, Reply, Role, Stage};
pub use runbook::{Runbook, RunbookStep};
pub use secret::Secret;
