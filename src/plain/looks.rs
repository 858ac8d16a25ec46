//! Looks at what happened so far: what was said, hosts against stages, records.

use std::io::{self, Write};

use super::found::shown_by;
use super::tell;
use super::wizard::Wizard;
use crate::diagnosis::diagnose;
use crate::report;
use crate::transcript::{EvidenceId, Fact};

impl<W: Write, E: FnMut(bool)> Wizard<W, E> {
    pub(super) fn transcript(&mut self) -> io::Result<()> {
        let lines: Vec<_> = self.session().walk().transcript().entries().iter().filter_map(tell::line).collect();
        if lines.is_empty() {
            return self.talk.say("Nothing has left this machine yet.");
        }
        lines.iter().try_for_each(|line| self.talk.say(line))
    }

    /// What speaks for the cause that is found so far, each reason with the facts behind it.
    pub(super) fn evidence(&mut self) -> io::Result<()> {
        let transcript = self.session().walk().transcript();
        let top = diagnose(self.session().guide(), transcript).causes.into_iter().next();
        let entry = |id: &EvidenceId| transcript.entries().get(id.0 as usize);
        let mut lines = Vec::new();
        let mut told = Vec::new();
        let head = top.as_ref().map_or("", |top| shown_by(top, top.cause == "healthy" || top.cause == "not-a-bounce"));
        for reason in top.iter().flat_map(|top| report::distinct(&top.because, false)) {
            lines.push(format!("{head}: {}", reason.says.plain));
            // A finding stands on facts; those are what shows it.
            let facts = reason.evidence.iter().flat_map(|id| match entry(id).map(|e| &e.fact) {
                Some(Fact::Found { finding, .. }) => finding.evidence.clone(),
                _ => vec![*id],
            });
            for id in facts {
                // The same question with the same answer, asked for several reasons, is heard once.
                let Some(line) = entry(&id).and_then(tell::line) else { continue };
                let fact = line.split_once(". ").map_or(line.as_str(), |(_, fact)| fact).to_owned();
                if !told.contains(&fact) {
                    lines.push(format!("Seen at {line}"));
                    told.push(fact);
                }
            }
        }
        if lines.is_empty() {
            return self.talk.say("No cause was found so far, so there is nothing to show for one.");
        }
        lines.iter().try_for_each(|line| self.talk.say(line))
    }

    pub(super) fn matrix(&mut self) -> io::Result<()> {
        let matrix = report::Matrix::of(self.session().walk().transcript());
        matrix.sentences().iter().try_for_each(|line| self.talk.say(line))
    }

    pub(super) fn records(&mut self) -> io::Result<()> {
        let rows = report::desk(self.session().guide(), self.session().walk().transcript());
        if rows.is_empty() {
            return self.talk.say("No records were looked at yet: type dns to look.");
        }
        self.talk.recite(&report::desk_text(&rows, false, 78))
    }
}
