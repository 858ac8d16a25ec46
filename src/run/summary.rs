//! A saved session in a line: enough to know it again.

use super::SavedSession;
use crate::transcript::{Case, Fact, Reply, Role, StepId, Verdict};

/// What a list of saved sessions shows of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Its id, for `heloise resume ID`.
    pub id: String,
    /// When it began, in milliseconds since 1970.
    pub unix_ms: i64,
    /// The case as it was entered last.
    pub case: Option<Case>,
    /// The step it was at last; none at the start and after the conclusion.
    pub step: Option<StepId>,
    /// The last reply that refused the user's own mail.
    pub refusal: Option<Reply>,
    /// The verdict, where it was concluded.
    pub verdict: Option<Verdict>,
}

impl Summary {
    /// Sums up a session from its entries.
    #[must_use]
    pub fn of(session: &SavedSession) -> Self {
        let mut sum = Self { id: session.id.clone(), unix_ms: 0, case: None, step: None, refusal: None, verdict: None };
        for entry in &session.entries {
            match &entry.fact {
                Fact::Began { unix_ms, .. } => sum.unix_ms = *unix_ms,
                Fact::Entered { case } => sum.case = Some((**case).clone()),
                Fact::Went { to, .. } => {
                    sum.step.clone_from(to);
                    sum.verdict = None;
                }
                Fact::Received { reply, .. } if !reply.is_positive() && reply.role != Role::Control => {
                    sum.refusal = Some(reply.clone());
                }
                Fact::Concluded { verdict } => sum.verdict = Some(*verdict),
                _ => {}
            }
        }
        sum
    }

    /// Whom or what it was about: the recipient, else the server, else the sending domain.
    #[must_use]
    pub fn about(&self) -> Option<&str> {
        let case = self.case.as_ref()?;
        case.recipient().or_else(|| case.server.as_ref().map(|s| s.host.as_str())).or_else(|| case.sender_domain())
    }
}
