//! The records in the DNS, read out.

use std::io::{self, Write};

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
}
