//! What every check owes, whatever it meets: held against the transcript of a whole session.

use std::collections::{BTreeMap, BTreeSet};

use heloise::check;
use heloise::guide::{Guide, fill, places};
use heloise::net::FINDINGS;
use heloise::run::Session;
use heloise::transcript::{BreakKind, Case, Fact, Finding, RunId, Stage};
use heloise::walk::StepState;

/// Places that may stay empty: the words around them read well without.
const OPTIONAL: [&str; 3] = ["detail", "parameters", "text"];
/// What a pasted text may not tell.
const UNTOLD: [&str; 3] = ["server", "stage", "codes"];

/// Everything that is not as it was promised.
pub(crate) fn breaches(session: &Session) -> Vec<String> {
    let mut found = Vec::new();
    if session.bugs() > 0 {
        found.push(format!("{} checks broke off by a bug", session.bugs()));
    }
    for step in session.guide().steps() {
        let state = session.walk().state_of(&step.id);
        if !matches!(state, StepState::Done(_)) {
            found.push(format!("{}: {state:?}", step.id));
        }
    }
    let mut runs: BTreeMap<RunId, Run> = BTreeMap::new();
    let entries = session.walk().transcript().entries();
    for (at, entry) in entries.iter().enumerate() {
        if let Fact::Started { run, check, .. } = &entry.fact {
            runs.insert(*run, Run { check: check.clone(), ..Run::default() });
        }
        let Some(run) = entry.fact.run().and_then(|id| runs.get_mut(&id)) else { continue };
        run.facts.insert(at);
        run.take(session.guide(), session.walk().case(), &entry.fact, &mut found);
    }
    for run in runs.values() {
        run.over(&mut found);
    }
    found
}

#[derive(Default)]
struct Run {
    check: String,
    facts: BTreeSet<usize>,
    begun: Vec<String>,
    ended: Vec<String>,
    cancelled: bool,
    greetings: i32,
    partings: i32,
}

impl Run {
    fn take(&mut self, guide: &Guide, case: &Case, fact: &Fact, found: &mut Vec<String>) {
        match fact {
            Fact::Probing { probe, .. } if self.begun.contains(probe) => {
                found.push(format!("{}: the probe {probe} is begun twice", self.check));
            }
            Fact::Probing { probe, .. } => self.begun.push(probe.clone()),
            Fact::Found { finding, .. } => self.finding(guide, case, finding, found),
            Fact::Received { reply, .. } if reply.stage == Some(Stage::Greeting) && reply.address.is_some() => {
                self.greetings += 1;
            }
            Fact::Sent { command, .. } if command.line == "QUIT" => self.partings += 1,
            Fact::Broke { broken, .. } if broken.stage > Stage::Greeting && broken.kind != BreakKind::EarlyTalk => {
                self.partings += i32::from(broken.stage != Stage::Tls || self.greetings > self.partings);
            }
            Fact::Cancelled { .. } => self.cancelled = true,
            _ => {}
        }
    }

    fn finding(&mut self, guide: &Guide, case: &Case, finding: &Finding, found: &mut Vec<String>) {
        let id = &finding.id;
        let emits = check::by_id(&self.check).map_or(&[][..], |c| c.emits());
        if !emits.contains(&id.as_str()) && !FINDINGS.contains(&id.as_str()) {
            found.push(format!("{} emits {id}, and does not say so", self.check));
        }
        for evidence in &finding.evidence {
            if !self.facts.contains(&(evidence.0 as usize)) {
                found.push(format!("{id}: {evidence} is no fact of this run"));
            }
        }
        if let Some(probe) = &finding.probe {
            if !self.begun.contains(probe) {
                found.push(format!("{id} ends the probe {probe}, which was not begun"));
            }
            self.ended.push(probe.clone());
        }
        let Some(entry) = guide.finding(id) else {
            found.push(format!("{id} has no words"));
            return;
        };
        let mut args = finding.args.clone();
        for (name, value) in [("domain", case.recipient_domain()), ("recipient", case.recipient())] {
            args.entry(name.to_owned()).or_insert_with(|| value.unwrap_or_default().to_owned());
        }
        let words = [&entry.says].into_iter().chain(&entry.fix).flat_map(|w| [&w.plain, &w.admin]);
        for words in words.chain(&entry.short) {
            for place in places(words) {
                let known = args.get(place).is_some_and(|v| !v.is_empty());
                let pasted = self.check == "error-message" && UNTOLD.contains(&place);
                if !known && !pasted && !OPTIONAL.contains(&place) {
                    found.push(format!("{id}: no value for {{{place}}}: {}", fill(words, &args)));
                }
            }
            if entry.says.plain == *words
                && ["  ", " .", " ,", "()", ": .", ":."].iter().any(|odd| fill(words, &args).contains(odd))
            {
                found.push(format!("{id} reads badly: {}", fill(words, &args)));
            }
        }
    }

    /// What has to hold at its end.
    fn over(&self, found: &mut Vec<String>) {
        if self.cancelled {
            return;
        }
        for probe in self.begun.iter().filter(|p| !self.ended.contains(p)) {
            found.push(format!("{}: nothing ended the probe {probe}", self.check));
        }
        if self.greetings > self.partings {
            found.push(format!("{}: {} greetings and {} partings", self.check, self.greetings, self.partings));
        }
    }
}
