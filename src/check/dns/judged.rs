//! From a walk through SPF records to findings.

use crate::check::Knowledge;
use crate::check::spf::{LOOKUPS, Outcome, StepEnd, Trace, Why};
use crate::transcript::Finding;

/// What makes a record void, whatever the address; none where nothing does.
pub(super) fn broken(
    trace: &Trace,
    domain: &str,
    found: &dyn Fn(&str) -> Finding,
    know: &Knowledge,
) -> Option<Finding> {
    let why = trace.why.as_ref()?;
    Some(match why {
        Why::TooManyLookups { .. } if let Some(step) = trace.circle() => {
            found("dns.spf.loop").arg("term", &step.term).arg("at", &step.domain).arg("count", trace.lookups)
        }
        Why::TooManyLookups { domain: at, term } => found("dns.spf.too-many-lookups")
            .arg("count", trace.lookups)
            .arg("most", LOOKUPS)
            .arg("term", term)
            .arg("at", at),
        Why::TooManyVoids { domain: at, term } => found("dns.spf.too-many-voids").arg("term", term).arg("at", at),
        Why::TooManyHosts { domain: at, term } => found("dns.spf.too-many-hosts").arg("term", term).arg("at", at),
        Why::LeadsNowhere { domain: at, term, to } => {
            found("dns.spf.leads-nowhere").arg("term", term).arg("at", at).arg("to", to)
        }
        Why::Several { domain: at, count } if at != domain => {
            found("dns.spf.included-bad").arg("at", at).arg("fault", format!("{count} records"))
        }
        Why::Faults { domain: at, faults, .. } if at != domain => {
            let first = faults.first()?;
            let rule = format!("spf.{}", first.rule);
            let says = know.records.get(&rule).cloned().unwrap_or(rule);
            found("dns.spf.included-bad").arg("at", at).arg("fault", format!("{}: {says}", first.term))
        }
        Why::Unanswered { name, why } => found("dns.spf.unknown").arg("name", name).arg("why", why),
        Why::Several { .. } | Why::Faults { .. } | Why::NoRecord | Why::NotADomain => return None,
    })
}

/// What SPF says about one address.
pub(super) fn verdict(trace: &Trace, found: Finding, know: &Knowledge) -> Option<Finding> {
    let id = match trace.outcome {
        Outcome::Pass => "dns.spf.covers",
        Outcome::Fail => "dns.spf.not-covered",
        Outcome::SoftFail => "dns.spf.softly-not-covered",
        Outcome::Neutral => "dns.spf.neutral",
        Outcome::None => return None,
        Outcome::TempError | Outcome::PermError => {
            let named = |id: &str| Finding { id: id.to_owned(), ..found.clone() };
            return broken(trace, "", &named, know);
        }
    };
    let way = Some(trace.way()).filter(|w| !w.is_empty()).unwrap_or_else(|| "nothing matched".to_owned());
    Some(
        Finding { id: id.to_owned(), ..found }
            .arg("way", way)
            .arg("lookups", trace.lookups)
            .arg("result", trace.outcome),
    )
}

/// The finding about the HELO name; none where it has no record, or could not be told.
pub(super) fn helo(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Pass => Some("dns.spf.helo.covers"),
        Outcome::Fail | Outcome::SoftFail => Some("dns.spf.helo.not-covered"),
        Outcome::PermError => Some("dns.spf.helo.broken"),
        Outcome::Neutral | Outcome::None | Outcome::TempError => None,
    }
}

/// The terms that ask, each with its place in the tree and the count up to there: `1 include:a.example > 2 mx …`.
pub(super) fn tree(trace: &Trace) -> String {
    let mut last = 0;
    let mut told = Vec::new();
    for step in &trace.steps {
        let asks = step.lookups > last;
        last = step.lookups;
        if asks && step.end != StepEnd::Match {
            told.push(format!("{}{} {}", "›".repeat(step.depth.into()), step.lookups, step.term));
        }
        if told.len() == 24 {
            told.push("…".to_owned());
            break;
        }
    }
    told.join(", ")
}

/// What each term of the record itself costs, the dearest first.
pub(super) fn costs(trace: &Trace) -> String {
    let (mut costs, mut last): (Vec<(u32, &str)>, u32) = (Vec::new(), 0);
    for step in trace.steps.iter().filter(|s| s.depth == 0 && s.end != StepEnd::Enters) {
        if step.lookups > last {
            costs.push((step.lookups - last, &step.term));
        }
        last = step.lookups;
    }
    costs.sort_by_key(|(cost, _)| std::cmp::Reverse(*cost));
    costs.iter().take(12).map(|(cost, term)| format!("{term} {cost}")).collect::<Vec<_>>().join(", ")
}
