//! The walk with nobody at the keys.

use std::collections::BTreeSet;

use super::{Session, Setup};
use crate::transcript::{Case, Consent, Secret, StepId};

/// Which steps to walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// As the rules lead, until a cause is confirmed or nothing is left to test.
    Guided,
    /// These, in this order.
    Steps(Vec<StepId>),
}

/// Walks alone to the conclusion, within the case's deadline; returns the session for its report.
///
/// `watch` is called after each entry was appended, with the session.
pub async fn walk_alone(
    setup: Setup,
    case: Case,
    secret: Option<Secret>,
    consents: BTreeSet<Consent>,
    plan: Plan,
    watch: impl FnMut(&Session),
) -> Session {
    let _ = (setup, case, secret, consents, plan, watch);
    unimplemented!()
}
