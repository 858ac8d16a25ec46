//! The start: what the user has, and what is asked first because of it.

use std::io::{self, Write};

use super::wizard::{Flow, Wizard};
use crate::guide::{Field, Question, Words};
use crate::transcript::{Goal, Mode};
use crate::walk::Input;

/// What the user may have, and what is asked first because of it.
const START: [(&str, Goal, &[Field]); 4] = [
    ("an error, a bounce or a log line", Goal::Error, &[Field::Error]),
    ("an address that mail does not reach", Goal::Address, &[Field::To, Field::From]),
    ("mail settings that do not work", Goal::Settings, &[Field::Server, Field::User, Field::Password]),
    ("a mail server of mine that is refused", Goal::Server, &[Field::To, Field::From, Field::Ip]),
];

/// Whether a word is an address and nothing else.
fn is_address(word: &str) -> bool {
    let sides = word.split_once('@').filter(|(name, domain)| !name.is_empty() && domain.contains('.'));
    sides.is_some() && !word.contains(char::is_whitespace) && !word.contains(['<', ':'])
}

impl<W: Write, E: FnMut(bool)> Wizard<W, E> {
    /// The first question, and off we go.
    pub(super) async fn begin(&mut self, at_once: bool) -> io::Result<Flow> {
        let mut at_once = at_once;
        loop {
            if !at_once && self.menu().await? == Flow::Leave {
                return Ok(Flow::Leave);
            }
            if !at_once && !self.case_says_something() {
                self.talk.say("Nothing was typed, so there is nothing to look at yet.")?;
                continue;
            }
            at_once = false;
            self.enter()?;
            // A pasted error is read at home; a checklist begins with nothing running.
            let reads = self.case.error.is_some() && self.mode == Mode::Guided;
            match if reads { Ok(Some(true)) } else { self.consent_for(&[]).await }? {
                None => return Ok(Flow::Leave),
                Some(true) => break,
                Some(false) => self.talk.say("Nothing was asked of anybody.")?,
            }
        }
        self.talk.feed(Input::Start)?;
        Ok(Flow::On)
    }

    fn case_says_something(&self) -> bool {
        let c = &self.case;
        c.error.is_some() || !c.to.is_empty() || c.server.is_some() || c.ip.is_some() || c.sender_domain().is_some()
    }

    async fn menu(&mut self) -> io::Result<Flow> {
        self.talk.say("Mail trouble? Let us find where it stops. What do you have?")?;
        for (i, (what, ..)) in START.iter().enumerate() {
            self.talk.say(&format!("{} {what}.", i + 1))?;
        }
        self.talk
            .say("Nothing leaves this machine before you say yes. To practise, leave and type: heloise practice")?;
        let (_, goal, fields) = loop {
            self.talk.say("Type a number, or quit; or paste the error itself, or type the address:")?;
            let Some(line) = self.talk.line().await? else { return Ok(Flow::Leave) };
            match line.trim() {
                "quit" | "q" | "exit" => return Ok(Flow::Leave),
                "" => {}
                word if word.parse::<usize>().is_ok() => {
                    if let Some(found) = word.parse::<usize>().ok().and_then(|n| START.get(n.checked_sub(1)?)) {
                        break found;
                    }
                }
                word if is_address(word) => {
                    self.case.goal = Goal::Address;
                    self.case.to = vec![word.to_owned()];
                    return Ok(Flow::On);
                }
                // A lone word is a slip; what has a code or several words in it is an error somebody brought.
                word if word.contains(char::is_whitespace) || word.starts_with(['4', '5', '<']) => {
                    self.case.goal = Goal::Error;
                    self.talk.say("That is taken for an error. If it has more lines, go on.")?;
                    self.talk.error_from(&line, &mut self.case).await?;
                    return Ok(Flow::On);
                }
                _ => self.talk.say("That was not understood.")?,
            }
        };
        self.case.goal = *goal;
        for field in *fields {
            let question = self.question(*field);
            let on = self.talk.field(&question, &mut self.case).await?;
            self.enter()?;
            if !on {
                break;
            }
        }
        Ok(Flow::On)
    }

    /// The guide's own question for a field, else a bare one.
    fn question(&self, field: Field) -> Question {
        let all = self.session().guide().steps().iter().flat_map(|s| &s.questions);
        let bare = || Question {
            field,
            ask: Words { plain: format!("{field:?}?"), admin: format!("{field:?}?") },
            example: String::new(),
            required: false,
        };
        all.into_iter().find(|q| q.field == field).cloned().unwrap_or_else(bare)
    }
}
