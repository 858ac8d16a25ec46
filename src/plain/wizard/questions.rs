//! What a step asks of a person, and the case that comes of it.

use std::io::{self, Write};

use super::Wizard;
use crate::plain::ask::is_given;
use crate::run::offered;
use crate::transcript::StepId;
use crate::walk::Input;

impl<W: Write, E: FnMut(bool)> Wizard<W, E> {
    /// Asks what a step asks and nobody told yet; all of it where that is wished.
    pub(super) async fn questions(&mut self, step: &StepId, all: bool) -> io::Result<()> {
        if !self.asked.insert(step.clone()) && !all {
            return Ok(());
        }
        if let Some(found) = offered(self.session().walk(), step).filter(|_| all) {
            self.case = found;
            self.talk.say("The settings that were found are filled in: Enter takes each of them over.")?;
        }
        let questions = self.session().guide().step(step).map(|s| s.questions.clone()).unwrap_or_default();
        for question in questions {
            let open = question.required && !is_given(question.field, &self.case);
            if (open || all) && !self.talk.field(&question, &mut self.case).await? {
                break;
            }
        }
        self.enter()
    }

    /// Enters the case; what an error text gave away comes back with it.
    pub(in crate::plain) fn enter(&mut self) -> io::Result<()> {
        self.talk.feed(Input::Enter(Box::new(self.case.clone())))?;
        self.case = self.session().walk().case().clone();
        Ok(())
    }
}
