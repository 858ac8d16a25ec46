//! The findings: worded if emitted, emitted if worded, and with a way out where something is wrong.

use super::Complaints;
use crate::guide::{FindingEntry, Guide};
use crate::transcript::Level;

/// Words that say more than who could not tell may say.
const TOO_SURE: [&str; 6] = ["listed", "blocked", "wrong", "faulty", "is down", "must be"];

pub(super) fn lint(guide: &Guide, emitted: &[&str], found: &mut Complaints) {
    for id in emitted.iter().filter(|id| guide.finding(id).is_none()) {
        found.add(format!("finding {id}"), "can be emitted and has no words: add it to guide/findings/");
    }
    for id in guide.twice() {
        found.add(format!("finding {id}"), "stands twice: an id has to be unique");
    }
    let mut entries: Vec<_> = guide.findings().collect();
    entries.sort_unstable_by_key(|f| &f.id);
    for finding in entries {
        let about = format!("finding {}", finding.id);
        if !emitted.contains(&finding.id.as_str()) {
            found.add(&about, "has words and is emitted by no check");
        }
        if matches!(finding.level, Level::Warn | Level::Fail) {
            if finding.fix.is_empty() {
                found.add(&about, "is a warning or a fault and has no fix");
            }
            if finding.who.is_none() {
                found.add(&about, "is a warning or a fault and does not say who has to act");
            }
        }
        if finding.leads && (finding.fix.is_empty() || finding.weighs.is_empty()) {
            found.add(&about, "leads, and has no fix, or weighs on no cause that it could be given to");
        }
        found.advice(guide, &about, finding.advice.as_ref());
        if finding.level == Level::Unknown {
            untold(&about, finding, found);
        }
        for weigh in &finding.weighs {
            found.cause(guide, &about, &weigh.cause, weigh.kind.as_deref());
            if weigh.db == 0 {
                found.add(&about, format!("weighs nothing on `{}`: give it decibans, or take it out", weigh.cause));
            }
            if weigh.stands && !weigh.side {
                found.add(&about, "is wrong in itself, and not on the side: `stands` is for what is on the side only");
            }
            // That a live check shows the contrary is no business of a fault.
            if weigh.proof && weigh.db < 0 && finding.level >= Level::Warn {
                found.add(&about, format!("proves `{}` and speaks against it at once", weigh.cause));
            }
        }
    }
}

/// Who could not tell says neither that something is wrong nor that it is right, and proves nothing.
fn untold(about: &str, finding: &FindingEntry, found: &mut Complaints) {
    let said = [&finding.says.plain, &finding.says.admin].into_iter().chain(&finding.short);
    for text in said {
        if let Some(word) = TOO_SURE.iter().find(|word| text.contains(**word)) {
            found.add(about, format!("is of level unknown and says `{word}`: say what kept us from knowing"));
        }
    }
    if finding.weighs.iter().any(|w| w.proof || w.db < 0) {
        found.add(about, "is of level unknown, so it can prove nothing and speak against nothing: it may make suspect");
    }
}
