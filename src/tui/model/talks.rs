//! Which line belongs to which dialogue.
//!
//! A fact names its run and where it went, not its connection. Two connections of a run to one place are told apart by what each waits for.

use std::net::SocketAddr;

use crate::transcript::{BreakKind, Entry, Fact, RunId, Stage, Transcript};

/// The QUIT behind a break comes within so many milliseconds.
const AT_ONCE: u64 = 1;

/// One dialogue: the places of its facts in the transcript.
pub(super) struct Talk {
    of: Of,
    /// When it began, in milliseconds of the session.
    pub(super) began: u64,
    pub(super) lines: Vec<usize>,
    /// The command whose reply is awaited.
    awaits: Option<Stage>,
    /// What was said last.
    last: Option<Stage>,
    tls: bool,
    over: bool,
    /// When it broke off, as long as the QUIT is awaited that is said to a server that keeps silent.
    leaves: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Wire(RunId, SocketAddr),
    Dns(RunId),
    Pasted(RunId),
}

/// All dialogues, in the order in which they began.
pub(super) fn talks(transcript: &Transcript) -> Vec<Talk> {
    let mut talks: Vec<Talk> = Vec::new();
    for (at, entry) in transcript.entries().iter().enumerate() {
        let Some(of) = Of::fact(&entry.fact) else { continue };
        let begins = matches!(entry.fact, Fact::Connect { .. });
        let found = if begins { None } else { find(&talks, of, entry) };
        let index = found.unwrap_or_else(|| {
            let began = entry.at.saturating_sub(took(&entry.fact));
            let lines = Vec::new();
            talks.push(Talk { of, began, lines, awaits: None, last: None, tls: false, over: false, leaves: None });
            talks.len() - 1
        });
        talks[index].take(at, entry);
    }
    talks
}

/// The dialogue of that place which fits a fact best; of equal ones the older.
fn find(talks: &[Talk], of: Of, entry: &Entry) -> Option<usize> {
    let open = talks.iter().enumerate().rev().filter(|(_, t)| t.of == of);
    open.max_by_key(|(_, t)| t.fits(entry)).map(|(i, _)| i)
}

impl Talk {
    /// How well a fact goes on from what was said before.
    fn fits(&self, entry: &Entry) -> u8 {
        let (turn, tls) = match &entry.fact {
            // Said at once where it broke off, while another may go on.
            Fact::Sent { command, .. }
                if command.stage == Stage::Quit && self.leaves.is_some_and(|at| entry.at <= at + AT_ONCE) =>
            {
                return u8::MAX;
            }
            Fact::Sent { command, .. } => (self.awaits.is_none(), self.tls == command.tls),
            Fact::Received { reply, .. } if reply.stage == Some(Stage::Greeting) => (self.last.is_none(), true),
            Fact::Received { reply, .. } => (self.awaits == reply.stage, self.tls == reply.tls),
            Fact::Tls { .. } => (self.last.is_none_or(|last| last == Stage::Starttls), !self.tls),
            Fact::Broke { broken, .. } => (self.awaits.is_none_or(|stage| stage == broken.stage), true),
            _ => (true, true),
        };
        4 * u8::from(!self.over) + 2 * u8::from(turn) + u8::from(tls)
    }

    fn take(&mut self, at: usize, entry: &Entry) {
        self.lines.push(at);
        match &entry.fact {
            Fact::Sent { command, .. } => {
                self.leaves = None;
                self.awaits = Some(command.stage);
                self.last = Some(command.stage);
            }
            Fact::Received { reply, .. } => {
                self.awaits = None;
                self.last = self.last.or(reply.stage);
                self.over = reply.stage == Some(Stage::Quit);
            }
            Fact::Tls { .. } => self.tls = true,
            Fact::Broke { broken, .. } => {
                self.over = true;
                let waits = !matches!(broken.kind, BreakKind::Closed | BreakKind::Reset | BreakKind::Tls);
                self.leaves = waits.then_some(entry.at);
            }
            _ => {}
        }
    }
}

impl Of {
    fn fact(fact: &Fact) -> Option<Self> {
        Some(match fact {
            Fact::Connect { run, connect } => Self::Wire(*run, connect.address),
            Fact::Tls { run, tls } => Self::Wire(*run, tls.address),
            Fact::Sent { run, command } => Self::Wire(*run, command.address),
            Fact::Received { run, reply } => reply.address.map_or(Self::Pasted(*run), |a| Self::Wire(*run, a)),
            Fact::Broke { run, broken } => Self::Wire(*run, broken.address),
            Fact::Dns { run, .. } => Self::Dns(*run),
            _ => return None,
        })
    }
}

fn took(fact: &Fact) -> u64 {
    match fact {
        Fact::Connect { connect, .. } => connect.ms.into(),
        Fact::Dns { dns, .. } => dns.ms.into(),
        _ => 0,
    }
}
