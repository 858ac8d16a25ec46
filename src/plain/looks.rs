//! Looks at what happened so far: what was said, hosts against stages, records.

use std::io::{self, Write};

use super::tell;
use super::wizard::Wizard;
use crate::report;

impl<W: Write, E: FnMut(bool)> Wizard<W, E> {
    pub(super) fn transcript(&mut self) -> io::Result<()> {
        let lines: Vec<_> = self.session().walk().transcript().entries().iter().filter_map(tell::line).collect();
        if lines.is_empty() {
            return self.talk.say("Nothing has left this machine yet.");
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
