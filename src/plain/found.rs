//! What was found, in sentences to be read aloud: one fact a line, nothing that has to be seen.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnosis::{Diagnosis, Ranked, Reason, diagnose, untold};
use crate::guide::{Guide, fill};
use crate::reading::Certainty;
use crate::report::distinct;
use crate::transcript::{Finding, Verdict};
use crate::walk::{StepState, Walk};

/// The diagnosis.
pub(super) fn found(guide: &Guide, walk: &Walk) -> Vec<String> {
    let diagnosis = diagnose(guide, walk.transcript());
    let mut lines = Vec::new();
    match diagnosis.causes.first() {
        Some(top) => cause(&mut lines, &diagnosis, top),
        None => {
            lines.push("We could not tell what is wrong.".to_owned());
            lines.extend(untold(guide, walk.transcript()).iter().map(|r| format!("Could not tell: {}", r.says.plain)));
        }
    }
    lines.extend(diagnosis.also.iter().map(|r| format!("Also seen: {}", r.says.plain)));
    let mut open = Vec::new();
    for step in guide.steps() {
        match walk.state_of(&step.id) {
            StepState::Done(status) if !walk.runs_of(&step.id).is_empty() => {
                let status = super::tell::ended(status, true).trim_start_matches("This step ");
                lines.push(format!("Step {}, {}, {status}", step.number, step.title));
            }
            _ => open.push(step.title.as_str()),
        }
    }
    if !open.is_empty() {
        lines.push(format!("Not looked at: {}.", open.join(", ")));
    }
    lines
}

fn cause(lines: &mut Vec<String>, diagnosis: &Diagnosis, top: &Ranked) {
    let healthy = diagnosis.verdict == Verdict::NoFaultFound || top.cause == "not-a-bounce";
    // That nothing tells why is no guess at a cause.
    let sure =
        if healthy || top.cause == "unclear" { String::new() } else { format!(" That is {}.", top.certainty.as_str()) };
    lines.push(format!("What we found: {}{sure}", top.headline.plain));
    if let Some(says) = top.says.as_ref().filter(|_| !healthy) {
        lines.push(says.plain.clone());
    }
    for (n, fix) in top.fix.iter().enumerate() {
        lines.push(format!("Do this, {}: {}", n + 1, fix.plain));
    }
    if !healthy {
        let waiting = if top.waiting.is_empty() { String::new() } else { format!(" Waiting {}.", top.waiting) };
        lines.push(format!("Whose move: {}.{waiting}", top.who.spoken()));
    }
    let told = |head: &str, all: &[Reason]| all.iter().map(|r| format!("{head}: {}", r.says.plain)).collect::<Vec<_>>();
    lines.extend(told(shown_by(top, healthy), &distinct(&top.because, false)));
    if top.against.is_empty() && !healthy {
        lines.push("Against it: nothing.".to_owned());
    }
    lines.extend(told("Against it", &top.against));
    let others = diagnosis.causes.iter().skip(1).take(3);
    // What is confirmed is no other explanation, but another fault.
    let head = |r: &Ranked| if r.certainty == Certainty::Confirmed { "Besides" } else { "Or" };
    lines.extend(others.map(|r| format!("{}: {} That is {}.", head(r), r.headline.plain, r.certainty.as_str())));
}

/// What stands before the reasons: what is likely is not proved, and what is well needs no proof.
pub(super) fn shown_by(top: &Ranked, healthy: bool) -> &'static str {
    match top.certainty {
        _ if healthy => "Seen",
        Certainty::Confirmed => "Proof",
        _ => "Points to it",
    }
}

/// Findings that are as good as those before them are counted rather than told: nobody listens to thirty lists one by one.
#[derive(Debug, Default)]
pub(super) struct Alike {
    told: BTreeMap<String, usize>,
    replies: BTreeSet<String>,
    left: usize,
}

/// So many of a kind are told.
const TOLD: usize = 2;

impl Alike {
    /// Whether that finding is one too many of its kind; it is counted then.
    pub(super) fn takes(&mut self, finding: &Finding, is_fine: bool) -> bool {
        if !is_fine || finding.probe.is_none() {
            return false;
        }
        let told = self.told.entry(finding.id.clone()).or_default();
        let one_too_many = *told >= TOLD;
        *told += usize::from(!one_too_many);
        self.left += usize::from(one_too_many);
        one_too_many
    }

    /// Whether a reply was read out in this step, word for word; it is counted then.
    pub(super) fn heard(&mut self, lines: &[String]) -> bool {
        let again = !lines.is_empty() && lines.iter().all(|line| self.replies.contains(line));
        self.left += usize::from(again);
        self.replies.extend(lines.iter().cloned());
        again
    }

    /// Another step begins: all of its kinds are told anew.
    pub(super) fn anew(&mut self) {
        self.told.clear();
        self.replies.clear();
    }

    /// What is to be said of those that were counted, before something else is said.
    pub(super) fn rest(&mut self) -> Option<String> {
        let left = std::mem::take(&mut self.left);
        (left > 0).then(|| format!("{left} more: the same."))
    }
}

/// What is said of a finding about a probe: its name in front only where the words do not name it.
pub(super) fn about(probe: &str, says: &str) -> String {
    let host = probe.split([':', ' ', '[']).next().unwrap_or(probe);
    let said =
        |word: &str| says.split([' ', ',', ':', '.']).any(|w| w == word) || (word.contains('.') && says.contains(word));
    // Of `SPF example.net` the sentence says what it is about, in words that can be read aloud.
    let named = probe.split(' ').any(|word| word.contains('.') && said(word));
    let known =
        says.contains(probe) || (host.contains('.') && says.contains(host)) || named || probe.split(' ').all(said);
    if known { String::new() } else { format!("{probe}: ") }
}

/// The words of a finding, its values filled in.
pub(super) fn words(guide: &Guide, finding: &Finding) -> Option<String> {
    guide.finding(&finding.id).map(|entry| fill(&entry.says.plain, &guide.plainly(&finding.args)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_the_words_say_is_not_said_before_them() {
        let works = "mail.example.net: port 587 with starttls works.";
        assert_eq!(about("587 starttls", works), "");
        assert_eq!(about("SPF example.net", "The SPF record of example.net fits."), "");
        assert_eq!(about("mx1.example.org:25", "mx1.example.org refuses it."), "");
        assert_eq!(about("25 tls", works), "25 tls: ");
        assert_eq!(about("SpamCop", "192.0.2.1 is on no list."), "SpamCop: ");
    }

    #[test]
    fn what_is_alike_is_counted() {
        let mut alike = Alike::default();
        let clean = || Finding::new("blocklists.ip.clean").ends("list", 1);
        let told: Vec<_> = (0..5).map(|_| !alike.takes(&clean(), true)).collect();
        assert_eq!(told, [true, true, false, false, false]);
        assert_eq!(alike.rest().as_deref(), Some("3 more: the same."));
        assert_eq!(alike.rest(), None);
        assert!(!alike.takes(&clean(), false), "what is not well is always told");
        let reply = ["mx1.example.org answered: 421 busy".to_owned()];
        assert!(!alike.heard(&reply) && alike.heard(&reply) && alike.heard(&reply));
        assert_eq!(alike.rest().as_deref(), Some("2 more: the same."));
        alike.anew();
        assert!(!alike.heard(&reply), "another step has its own");
    }

    #[test]
    fn a_name_is_not_said_twice() {
        assert_eq!(about("mx1.example.org:25", "mx1.example.org is ready."), "");
        assert_eq!(about("Spamhaus ZEN", "192.0.2.7 is not on Spamhaus ZEN."), "");
        assert_eq!(about("MX example.org", "There is none."), "MX example.org: ");
        assert_eq!(about("TLS-RPT example.net", "example.net does not ask for reports."), "");
    }
}
