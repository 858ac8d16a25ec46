//! Where a walk begins: the guide's start rules.

use super::{Move, Walk, matching, order};
use crate::guide::{Field, Guide, StartRule};
use crate::transcript::{Case, Mode, Security};

/// The first move: by the first rule that matches, down the list in checklist mode. None where the guide has no steps.
pub(super) fn first(walk: &Walk, guide: &Guide) -> Option<Move> {
    let case = walk.case();
    if walk.mode() == Mode::Guided {
        let rule = guide.start().iter().find(|r| matches(r, case) && guide.step(&r.to).is_some());
        if let Some(rule) = rule {
            let because = matching::because(&rule.because, &matching::case_args(case));
            return Some(Move { from: None, to: Some(rule.to.clone()), rule: format!("start/{}", rule.id), because });
        }
    }
    let own = walk.mode() == Mode::Checklist && case.checklist.is_some();
    let to = order::lines(walk, guide).first()?.id.clone();
    let because =
        if own { "it is the first of your checklist" } else { "it is the first step of the guide" }.to_owned();
    Some(Move { from: None, to: Some(to), rule: "start/first".to_owned(), because })
}

fn matches(rule: &StartRule, case: &Case) -> bool {
    rule.goal.is_none_or(|goal| goal == case.goal)
        && rule.given.iter().all(|f| filled(case, *f))
        && !rule.lacking.iter().any(|f| filled(case, *f))
}

/// Whether a field of the case holds something; the sending domain may come from the sender's address.
pub(super) fn filled(case: &Case, field: Field) -> bool {
    let text = |t: &Option<String>| t.as_deref().is_some_and(|t| !t.trim().is_empty());
    match field {
        Field::From => text(&case.from),
        Field::To => case.to.iter().any(|t| !t.trim().is_empty()),
        Field::Server => case.server.is_some(),
        Field::Security => case.security != Security::Auto,
        Field::User => text(&case.user),
        Field::Password => case.has_password,
        Field::Message => case.message.is_some(),
        Field::Error => text(&case.error),
        Field::Helo => text(&case.helo),
        Field::Ip => case.ip.is_some(),
        Field::SendingDomain => case.sender_domain().is_some(),
        Field::Selector => text(&case.selector),
    }
}
