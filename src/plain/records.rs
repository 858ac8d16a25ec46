//! What is read out on request: the records in the DNS, and what was said to whom.

use std::io::{self, Write};

use super::tell;
use super::wizard::Wizard;
use crate::report;

impl<W: Write, E: FnMut(bool)> Wizard<W, E> {
    /// Reads out each record, what is wrong with it, and what to publish instead.
    pub(super) fn records(&mut self) -> io::Result<()> {
        let session = self.talk.session();
        let rows = report::desk(session.guide(), session.walk().transcript());
        if rows.is_empty() {
            return self.talk.say("No records were looked at yet: type dns to look.");
        }
        self.talk.recite(&report::desk_text(&rows, false, 78))
    }

    /// Reads out what was said to whom.
    pub(super) fn transcript(&mut self) -> io::Result<()> {
        let lines: Vec<_> = self.talk.session().walk().transcript().entries().iter().filter_map(tell::line).collect();
        if lines.is_empty() {
            return self.talk.say("Nothing has left this machine yet.");
        }
        lines.iter().try_for_each(|line| self.talk.say(line))
    }
}
