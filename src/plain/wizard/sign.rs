//! Initials and a note under a step of a checklist. What was said of the two is kept until both are.

use std::io::{self, Write};

use super::{Flow, Wizard};
use crate::run::Unsent;
use crate::transcript::StepId;
use crate::walk::Input;

impl<W: Write, E: FnMut(bool)> Wizard<W, E> {
    /// Asks for both, and signs.
    pub(super) async fn sign(&mut self, step: StepId) -> io::Result<Flow> {
        self.sign_with(step, "", "").await
    }

    /// Goes on with a signature that was cut off, if there is one.
    pub(super) async fn sign_on(&mut self) -> io::Result<()> {
        let Some((what, line)) = Unsent::of(self.session().walk()) else { return Ok(()) };
        if self.session().guide().step(what.step()).is_none() {
            return Ok(());
        }
        self.talk.say(&format!("You were signing {}.", self.title(what.step())))?;
        match what {
            Unsent::Sign(step) => self.sign_with(step, &line, "").await,
            Unsent::Note(step) => self.sign_with(step, "", &line).await,
        }?;
        Ok(())
    }

    async fn sign_with(&mut self, step: StepId, by: &str, note: &str) -> io::Result<Flow> {
        self.talk.say(&asks("Your initials", by, ""))?;
        // Where the input ends, what was said so far is neither lost nor signed.
        let Some(line) = self.talk.line().await? else { return Ok(Flow::Leave) };
        let by = or_known(&line, by);
        if by.is_empty() {
            self.talk.say("Not signed: that takes initials, like jd.")?;
            return Ok(Flow::On);
        }
        if note.is_empty() {
            let form = Unsent::Sign(step.clone()).word();
            self.talk.feed(Input::Type { form, fields: Unsent::fields(&by) })?;
        }
        self.talk.say(&asks("A note", note, ", or Enter for none"))?;
        let Some(line) = self.talk.line().await? else { return Ok(Flow::Leave) };
        let note = or_known(&line, note);
        self.talk.feed(Input::Sign { step, by, note })?;
        self.talk.feed(Input::Type { form: String::new(), fields: Default::default() })?;
        self.talk.say("Signed.")?;
        Ok(Flow::On)
    }
}

fn asks(what: &str, known: &str, else_: &str) -> String {
    if known.is_empty() {
        format!("{what}{else_}:")
    } else {
        format!("{what}. So far: {known}. Enter leaves it as it is:")
    }
}

fn or_known(line: &str, known: &str) -> String {
    let line = line.trim();
    if line.is_empty() { known.to_owned() } else { line.to_owned() }
}
