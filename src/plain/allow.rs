//! Consent: what is asked before anything leaves this machine, and what follows from the answer.

use std::io::{self, Write};

use super::ask::TOGETHER;
use super::wizard::{Flow, Wizard};
use crate::transcript::Consent;
use crate::walk::Input;

impl<W: Write, E: FnMut(bool)> Wizard<W, E> {
    /// Asks for what a step needs and was not decided; none when the input has ended, false where nothing may be asked of anybody.
    pub(super) async fn consent_for(&mut self, needs: &[Consent]) -> io::Result<Option<bool>> {
        let walk = self.session().walk();
        let can_log_in = walk.case().user.is_some() && walk.case().has_password;
        let asks_anew = self.no_login && can_log_in;
        let said = |c: &Consent| walk.consents().contains(c) || walk.declined().contains(c);
        let decided = |c: &Consent| said(c) && !(asks_anew && *c == Consent::Auth);
        let given: Vec<_> = self.consents.iter().copied().filter(|c| !decided(c)).collect();
        let undecided = |c: &Consent| !decided(c) && !self.consents.contains(c);
        let first_time = !TOGETHER.iter().any(|c| !undecided(c));
        let mut open: Vec<_> = needs.iter().copied().filter(undecided).collect();
        if first_time || open.iter().any(|c| TOGETHER.contains(c)) {
            open.extend(TOGETHER.into_iter().filter(undecided));
        }
        open.sort_unstable();
        open.dedup();
        self.no_login &= !asks_anew;
        if open.contains(&Consent::Auth) && !can_log_in {
            open.retain(|c| *c != Consent::Auth);
            self.no_login = true;
            self.talk.feed(Input::Consent { what: vec![Consent::Auth], granted: false })?;
        }
        if !given.is_empty() {
            self.talk.feed(Input::Consent { what: given, granted: true })?;
        }
        if open.is_empty() {
            return Ok(Some(true));
        }
        // Said once: nobody wants to hear it before every question.
        if std::mem::take(&mut self.practice) {
            self.talk.say("This is practice: all of it stays inside heloise.")?;
        }
        let Some(allowed) = self.talk.consent(&open).await? else { return Ok(None) };
        // Who wants nothing asked of anybody is asked no more; who declines one thing goes on without it.
        if allowed.is_empty() && open.contains(&Consent::Connect) {
            return Ok(Some(false));
        }
        let declined: Vec<_> = open.into_iter().filter(|c| !allowed.contains(c)).collect();
        self.talk.feed(Input::Consent { what: declined, granted: false })?;
        self.talk.feed(Input::Consent { what: allowed, granted: true })?;
        Ok(Some(true))
    }

    /// Asks for that, and records the answer; whether any of it was allowed, or none when the input has ended.
    pub(super) async fn allowed(&mut self, asks: &[Consent]) -> io::Result<Option<bool>> {
        if asks.is_empty() {
            return Ok(Some(false));
        }
        let Some(allowed) = self.talk.consent(asks).await? else { return Ok(None) };
        let declined: Vec<_> = asks.iter().copied().filter(|c| !allowed.contains(c)).collect();
        let any = !allowed.is_empty();
        self.talk.feed(Input::Consent { what: declined, granted: false })?;
        self.talk.feed(Input::Consent { what: allowed, granted: true })?;
        Ok(Some(any))
    }

    pub(super) async fn wait_for(&mut self, asks: &[Consent]) -> io::Result<Flow> {
        Ok(if self.allowed(asks).await?.is_none() { Flow::Leave } else { Flow::On })
    }
}
