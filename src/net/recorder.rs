//! Where facts go.

use std::sync::{Arc, Mutex, PoisonError};

use crate::transcript::{
    BreakFact, CommandFact, ConnectFact, DnsFact, EvidenceId, Fact, Finding, HostFact, HttpFact, MessageFact, Reply,
    RunId, TlsFact, TraceFact,
};

/// Records the facts of one run, in order. Clones share the count.
#[derive(Clone)]
pub struct Recorder {
    run: RunId,
    inner: Arc<Mutex<Inner>>,
    held: Option<Held>,
}

/// Findings that wait for somebody to choose among them; their evidence is recorded already.
#[derive(Clone, Default)]
pub struct Held(Arc<Mutex<Vec<Finding>>>);

impl Held {
    /// What was found so far, which is held no longer.
    #[must_use]
    pub fn take(&self) -> Vec<Finding> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct Inner {
    next: u32,
    send: Box<dyn Fn(RunId, Fact) + Send>,
}

impl Recorder {
    /// A recorder for that run, whose facts go to `send`.
    #[must_use]
    pub fn new(run: RunId, send: impl Fn(RunId, Fact) + Send + 'static) -> Self {
        Self { run, inner: Arc::new(Mutex::new(Inner { next: 0, send: Box::new(send) })), held: None }
    }

    /// The same recorder, whose findings are held back: for a check that sees more than one thing, and says what matters of all.
    #[must_use]
    pub fn holding(&self) -> (Self, Held) {
        let held = Held::default();
        (Self { held: Some(held.clone()), ..self.clone() }, held)
    }

    /// Records a fact; its id counts this run's facts from 0, and is rewritten by the walk (see [`EvidenceId`]).
    pub fn record(&self, make: impl FnOnce(RunId) -> Fact) -> EvidenceId {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let id = EvidenceId(inner.next);
        inner.next += 1;
        (inner.send)(self.run, make(self.run));
        id
    }

    /// A question to the DNS and its answer.
    pub fn dns(&self, dns: DnsFact) -> EvidenceId {
        self.record(|run| Fact::Dns { run, dns })
    }

    /// An attempt at a connection.
    pub fn connect(&self, connect: ConnectFact) -> EvidenceId {
        self.record(|run| Fact::Connect { run, connect })
    }

    /// A trace of a route.
    pub fn trace(&self, trace: TraceFact) -> EvidenceId {
        self.record(|run| Fact::Trace { run, trace })
    }

    /// A TLS handshake.
    pub fn tls(&self, tls: TlsFact) -> EvidenceId {
        self.record(|run| Fact::Tls { run, tls })
    }

    /// A line that was sent, secrets already replaced.
    pub fn sent(&self, command: CommandFact) -> EvidenceId {
        self.record(|run| Fact::Sent { run, command })
    }

    /// A reply.
    pub fn reply(&self, reply: Reply) -> EvidenceId {
        self.record(|run| Fact::Received { run, reply })
    }

    /// A dialogue that broke off.
    pub fn broke(&self, broken: BreakFact) -> EvidenceId {
        self.record(|run| Fact::Broke { run, broken })
    }

    /// Something read off this machine.
    pub fn host(&self, host: HostFact) -> EvidenceId {
        self.record(|run| Fact::Host { run, host })
    }

    /// A page that was asked for.
    pub fn http(&self, http: HttpFact) -> EvidenceId {
        self.record(|run| Fact::Http { run, http })
    }

    /// What was seen of the message.
    pub fn message(&self, message: MessageFact) -> EvidenceId {
        self.record(|run| Fact::Message { run, message })
    }

    /// A probe begins: a row on the screen, ended by a finding with the same label.
    pub fn probing(&self, probe: &str) {
        self.record(|run| Fact::Probing { run, probe: probe.to_owned() });
    }

    /// A finding.
    pub fn found(&self, finding: Finding) {
        if let Some(Held(held)) = &self.held {
            held.lock().unwrap_or_else(PoisonError::into_inner).push(finding);
        } else {
            self.record(|run| Fact::Found { run, finding });
        }
    }
}
