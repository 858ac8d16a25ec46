//! What earlier lines of a log told that later ones need, in bounded memory.

use std::collections::{HashMap, VecDeque};

use super::{courier, haraka, qmail, stalwart};
use crate::transcript::Stage;

/// The most connections, and deliveries, that are followed at a time.
const FOLLOWED: usize = 512;
/// The most commands that wait for their answers.
const WAITING: usize = 100;

/// What earlier lines of a log told that later ones need.
#[derive(Clone, Debug, Default)]
pub(in crate::reading) struct Sessions {
    /// Exchange: the commands of each connection that were not answered yet.
    open: HashMap<String, VecDeque<Command>>,
    /// qmail: whom a delivery is for, by its number.
    deliveries: HashMap<u64, (u64, String)>,
    /// What the last failure was about, where one failure takes several lines.
    last: String,
    /// Whether lines of Exchange were seen: each of them may be needed later.
    pub(in crate::reading) exchange: bool,
}

/// A command that waits for its answer.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) stage: Option<Stage>,
    pub(super) recipient: Option<String>,
}

impl Sessions {
    /// Remembers whom qmail's deliveries are for, and names the recipient of one that ends.
    pub(super) fn follow(&mut self, text: &str) -> Option<String> {
        if let Some((number, address)) = qmail::begins(text) {
            let slot = number % FOLLOWED as u64;
            self.deliveries.insert(slot, (number, address.to_owned()));
            return None;
        }
        let number = qmail::ends(text)?;
        let (kept, address) = self.deliveries.get(&(number % FOLLOWED as u64))?;
        (*kept == number).then(|| address.clone())
    }

    /// Whether this line goes on about what the last failure was about, and so is none of its own.
    pub(super) fn again(&mut self, text: &str) -> bool {
        if let Some((about, notice)) = stalwart::about(text) {
            let again = notice && self.last == about;
            self.last.clear();
            if !notice {
                self.last.push_str(about);
            }
            return again;
        }
        let Some(about) = courier::about(text).or_else(|| haraka::session(text)) else { return false };
        let again = self.last == about;
        self.last.clear();
        if !text.contains(",status: ") {
            self.last.push_str(about);
        }
        again
    }

    /// A command was said in a connection.
    pub(super) fn asks(&mut self, session: &str, command: Command) {
        if self.open.len() >= FOLLOWED && !self.open.contains_key(session) {
            self.open.clear();
        }
        let waiting = self.open.entry(session.to_owned()).or_default();
        if waiting.len() < WAITING {
            waiting.push_back(command);
        }
    }

    /// The command that an answer in a connection is for; none for its greeting.
    pub(super) fn answered(&mut self, session: &str) -> Option<Command> {
        self.open.get_mut(session)?.pop_front()
    }

    /// A connection was opened or closed.
    pub(super) fn closes(&mut self, session: &str) {
        self.open.remove(session);
    }
}
