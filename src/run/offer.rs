//! Settings that a step found to work, put into the case: an answer to take over, never taken by itself.

use crate::transcript::{Case, Finding, StepId, Target};
use crate::walk::Walk;

/// Findings that name better settings, the surest first.
const OFFERS: [&str; 6] = [
    "settings.other-works",
    "settings.found.srv",
    "settings.found.autoconfig",
    "settings.found.other-host",
    "settings.provider.other-host",
    "settings.found.provider",
];

/// The case with the settings put in that the last run of that step named; none where it named none, or the case has them already.
#[must_use]
pub fn offered(walk: &Walk, step: &StepId) -> Option<Case> {
    let last = *walk.runs_of(step).last()?;
    let mut found: Vec<&Finding> = Vec::new();
    for (id, finding) in walk.transcript().findings() {
        if walk.transcript().entries()[id.0 as usize].fact.run() == Some(last) {
            found.push(finding);
        }
    }
    let offer = OFFERS.iter().find_map(|id| found.iter().find(|f| f.id == *id))?;
    let case = put(walk.case(), offer)?;
    (case != *walk.case()).then_some(case)
}

fn put(case: &Case, offer: &Finding) -> Option<Case> {
    let arg = |name: &str| offer.args.get(name).filter(|value| !value.is_empty());
    let host = arg("better_host").cloned().or_else(|| case.server.as_ref().map(|s| s.host.clone()))?;
    let mut case = case.clone();
    case.server = Some(Target { host, port: Some(arg("better_port")?.parse().ok()?) });
    case.security = arg("better_security")?.parse().ok()?;
    if case.user.is_none() {
        case.user = arg("better_user").cloned();
    }
    Some(case)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::Security;

    #[test]
    fn what_works_is_put_into_the_case_and_the_rest_stays() {
        let server = Some(Target { host: "mail.example.net".to_owned(), port: Some(465) });
        let case = Case { server, security: Security::Starttls, user: Some("alice".to_owned()), ..Case::new() };
        let offer = Finding::new("settings.other-works").arg("better_port", 465).arg("better_security", "tls");
        let put_in = put(&case, &offer).unwrap();
        assert_eq!((put_in.server.clone(), put_in.security), (case.server.clone(), Security::Tls));
        let elsewhere = offer.arg("better_host", "smtp.example.net").arg("better_user", "bob");
        let put_in = put(&case, &elsewhere).unwrap();
        assert_eq!((put_in.server.unwrap().host, put_in.user), ("smtp.example.net".to_owned(), case.user.clone()));
        assert_eq!(put(&case, &Finding::new("settings.other-works")), None);
    }
}
