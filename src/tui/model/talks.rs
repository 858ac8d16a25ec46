//! Which line belongs to which dialogue.
//!
//! A fact names its run and where it went, not its connection. Two connections of a run to one place are told apart by what each waits for.

use std::net::SocketAddr;

use crate::transcript::{Fact, RunId, Stage, Transcript};

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
        let found = if begins { None } else { find(&talks, of, &entry.fact) };
        let index = found.unwrap_or_else(|| {
            let began = entry.at.saturating_sub(took(&entry.fact));
            talks.push(Talk { of, began, lines: Vec::new(), awaits: None, last: None, tls: false, over: false });
            talks.len() - 1
        });
        talks[index].take(at, &entry.fact);
    }
    talks
}

/// The dialogue of that place which fits a fact best; of equal ones the older.
fn find(talks: &[Talk], of: Of, fact: &Fact) -> Option<usize> {
    let open = talks.iter().enumerate().rev().filter(|(_, t)| t.of == of);
    open.max_by_key(|(_, t)| t.fits(fact)).map(|(i, _)| i)
}

impl Talk {
    /// How well a fact goes on from what was said before.
    fn fits(&self, fact: &Fact) -> u8 {
        let (turn, tls) = match fact {
            Fact::Sent { command, .. } => (self.awaits.is_none(), self.tls == command.tls),
            Fact::Received { reply, .. } if reply.stage == Some(Stage::Greeting) => (self.last.is_none(), true),
            Fact::Received { reply, .. } => (self.awaits == reply.stage, self.tls == reply.tls),
            Fact::Tls { .. } => (self.last.is_none_or(|last| last == Stage::Starttls), !self.tls),
            Fact::Broke { broken, .. } => (self.awaits.is_none_or(|stage| stage == broken.stage), true),
            _ => (true, true),
        };
        4 * u8::from(!self.over) + 2 * u8::from(turn) + u8::from(tls)
    }

    fn take(&mut self, at: usize, fact: &Fact) {
        self.lines.push(at);
        match fact {
            Fact::Sent { command, .. } => {
                self.awaits = Some(command.stage);
                self.last = Some(command.stage);
            }
            Fact::Received { reply, .. } => {
                self.awaits = None;
                self.last = self.last.or(reply.stage);
                self.over = reply.stage == Some(Stage::Quit);
            }
            Fact::Tls { .. } => self.tls = true,
            Fact::Broke { .. } => self.over = true,
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
