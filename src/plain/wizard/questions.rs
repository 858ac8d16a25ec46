//! What a step asks of a person, and the case that comes of it.

use std::io::{self, Write};

use super::Wizard;
use crate::plain::ask::is_given;
use crate::run::{Extra, offered};
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
            if open || all {
                let on = self.talk.field(&question, &mut self.case).await?;
                // Each answer is kept by itself: the line may drop before the next.
                self.enter()?;
                if !on {
                    return Ok(());
                }
            }
        }
        self.enter()
    }

    /// Asks how to ask, one thing after the other.
    pub(super) async fn options(&mut self) -> io::Result<()> {
        let practice = !self.session().world().is_this_machine();
        for extra in Extra::within(!self.talk.confined, practice) {
            let (label, hint, example) = extra.asks();
            let now =
                extra.of(&self.case).map_or_else(String::new, |v| format!(" Now it is {v}, and - takes it away."));
            let ask = format!("{label}: {hint} For example {example}.{now} Enter leaves it as it is.");
            self.talk.say(&ask)?;
            loop {
                let Some(line) = self.talk.line().await? else { return Ok(()) };
                let typed = match line.trim() {
                    "" => break,
                    "-" => "",
                    typed => typed,
                };
                match extra.put(typed, &mut self.case) {
                    Ok(()) => {
                        self.enter()?;
                        break;
                    }
                    Err(why) => self.talk.say(&format!("That cannot be: {why}."))?,
                }
            }
        }
        Ok(())
    }

    /// Enters the case; what an error text gave away comes back with it.
    pub(in crate::plain) fn enter(&mut self) -> io::Result<()> {
        self.talk.feed(Input::Enter(Box::new(self.case.clone())))?;
        self.case = self.session().walk().case().clone();
        Ok(())
    }
}
