//! What was found, and what to do about it.

use super::super::theme::Mark;
use super::{MOST, Pair, pair, title};
use crate::diagnosis::{Diagnosis, Ranked, Reason, shown_in, untold};
use crate::guide::{Guide, Words};
use crate::reading::Certainty;
use crate::report::{distinct, policy_in_lines};
use crate::transcript::{EvidenceId, StepId, Transcript, Verdict, clean_line};

/// The cause where nothing tells of one.
const UNCLEAR: &str = "unclear";

/// The most sentences that are said where no cause was found.
const SAID: usize = 5;

/// The diagnosis as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) struct Found {
    pub headline: String,
    /// `confirmed`, `likely`, `possible`, or why there is none.
    pub certainty: String,
    pub mark: Option<Mark>,
    /// What it means, a few sentences.
    pub explained: Vec<String>,
    /// What to do, in order.
    pub todo: Vec<String>,
    pub whose: String,
    pub waiting: String,
    pub proof: Vec<Why>,
    /// Two probes that differ in one thing, of what proves it.
    pub pair: Option<Pair>,
    pub against: Vec<Why>,
    /// Other faults that are as sure.
    pub besides: Vec<String>,
    /// Other causes that are still open.
    pub rivals: Vec<String>,
    pub also: Vec<Why>,
    /// The step that showed it, and its title.
    pub step: Option<(StepId, String)>,
}

/// A reason, and what shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Why {
    pub says: String,
    pub evidence: Vec<EvidenceId>,
}

/// The diagnosis in a register.
pub(in crate::tui) fn diagnosis(guide: &Guide, diagnosis: &Diagnosis, transcript: &Transcript, admin: bool) -> Found {
    let text = |w: &Words| clean_line(w.register(admin), MOST);
    let why = |r: &Reason| Why { says: text(&r.says), evidence: r.evidence.clone() };
    let also = diagnosis.also.iter().map(why).collect();
    let Some(top) = diagnosis.causes.first() else {
        let untold = untold(guide, transcript);
        return nothing(diagnosis.verdict, untold.iter().map(|r| text(&r.says)).collect(), also);
    };
    let healthy = top.cause == "healthy" || top.cause == "not-a-bounce";
    let others = |sure: bool| {
        let next = diagnosis.causes.iter().skip(1).take(3).filter(|r| (r.certainty == Certainty::Confirmed) == sure);
        next.map(|r| format!("{} ({})", text(&r.headline), r.certainty.as_str())).collect()
    };
    let explained = top.says.iter().filter(|_| !healthy).map(text).collect();
    Found {
        headline: text(&top.headline),
        certainty: certainty(diagnosis.verdict, top, healthy),
        mark: Some(match &top.kind {
            _ if healthy => Mark::Fine,
            _ if top.cause == UNCLEAR => Mark::Unknown,
            Some(kind) if guide.kind(kind).is_some_and(|(_, kind)| kind.passes) => Mark::Note,
            _ => Mark::Fault,
        }),
        explained,
        todo: top.fix.iter().map(|fix| policy_in_lines(&text(fix))).collect(),
        whose: if healthy { String::new() } else { top.who.spoken().to_owned() },
        waiting: clean_line(&top.waiting, 120),
        proof: distinct(&top.because, admin).iter().map(why).collect(),
        pair: top.because.iter().filter(|_| !healthy).find_map(|r| pair(transcript, &r.evidence)),
        against: top.against.iter().map(why).collect(),
        besides: others(true),
        rivals: others(false),
        also,
        step: shown_in(transcript, top).map(|step| (step.clone(), title(guide, &step))),
    }
}

fn certainty(verdict: Verdict, top: &Ranked, healthy: bool) -> String {
    match verdict {
        verdict if top.cause == "healthy" => verdict.as_str().replace('-', " "),
        _ if healthy => "nothing is wrong".to_owned(),
        _ if top.cause == UNCLEAR => "could not tell".to_owned(),
        Verdict::Inconclusive => format!("{}, not proved", top.certainty.as_str()),
        _ => top.certainty.as_str().to_owned(),
    }
}

fn nothing(verdict: Verdict, untold: Vec<String>, also: Vec<Why>) -> Found {
    let (headline, explained) = match verdict {
        Verdict::NoFaultFound => ("We found nothing wrong.", "Everything that was asked answered as it should."),
        _ => (
            "We could not tell yet.",
            "Too little was asked, or too little was answered. The steps that are open can still be run.",
        ),
    };
    Found {
        headline: headline.to_owned(),
        certainty: verdict.as_str().replace('-', " "),
        mark: Some(if verdict == Verdict::NoFaultFound { Mark::Fine } else { Mark::Unknown }),
        explained: if verdict == Verdict::NoFaultFound || untold.is_empty() {
            vec![explained.to_owned()]
        } else {
            [explained.to_owned()].into_iter().chain(untold).take(SAID).collect()
        },
        also,
        ..Found::default()
    }
}
