//! Our own SMTP dialogue (RFC 5321): any code is an answer; a time and a size limit on every phase; everything recorded.
//!
//! ```text
//! Dialogue::open ─ greeting ─ ehlo ─ starttls ─ ehlo ─ mail ─ rcpt ─ … ─ quit      (mod, commands, message, auth)
//!        └─ exchange: look for early talk · record and send the line · read the reply      (exchange)
//!                        └─ Assembly: lines -> reply, hard limits                          (reply)
//!   auth: one login ─ Exchange: what each mechanism says                                    (auth, sasl)
//! ```

mod auth;
mod caps;
mod commands;
mod exchange;
mod hello;
mod message;
mod open;
mod reply;
mod sasl;
mod session;

use std::net::{IpAddr, SocketAddr};

use zeroize::Zeroizing;

use super::wire::Wire;
use super::{Net, Recorder};
use crate::transcript::{BreakFact, EvidenceId, Hush, Reply, Role, Security, TlsFact};

pub(super) use exchange::SLOW;

pub use auth::Login;
pub use caps::Capabilities;
pub use reply::{ReplyParts, parse_reply};
pub use sasl::GaveUp;
pub use session::{SessionOpening, Stop};

/// Where to connect and how.
#[derive(Clone, Debug)]
pub struct Open {
    /// The host's name: SNI, what the certificate is held against, and what facts call it.
    pub server: String,
    /// Where it is.
    pub address: SocketAddr,
    /// `Tls` starts with a handshake; anything else starts plain. STARTTLS is then a call of its own.
    pub security: Security,
    /// The local address to use.
    pub source: Option<IpAddr>,
    /// Whose mail it is about.
    pub role: Role,
    /// Whether an untrusted certificate ends the handshake. Credentials and messages need `true`; an observer says `false`.
    pub strict: bool,
}

/// A reply that was heard, and its evidence id.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The reply.
    pub reply: Reply,
    /// Its evidence id.
    pub evidence: EvidenceId,
}

impl Heard {
    /// 2xx or 3xx.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        self.reply.is_positive()
    }
}

/// A break of the dialogue, and its evidence id. The dialogue is over.
///
/// At stage `connect` the evidence is the connect fact itself, and the detail its outcome's word (`refused`, `timeout` …), or for `error` its reason.
/// At stage `tls` the detail is the TLS fact's `error`, else its `distrust`.
pub type Broken = (BreakFact, EvidenceId);

/// A dialogue with one server over one connection.
///
/// After a break every further call returns that same break, without sending or recording anything.
pub struct Dialogue {
    wire: Wire,
    net: Net,
    rec: Recorder,
    open: Open,
    connected: EvidenceId,
    caps: Capabilities,
    tls: Option<(TlsFact, EvidenceId)>,
    used_helo: bool,
    injected: Option<EvidenceId>,
    early: Option<EvidenceId>,
    hush: Hush,
    /// What the last 334 asked, as it came; held for the length of a login.
    challenge: Option<Zeroizing<String>>,
    /// Whether what a 334 asks is kept out of what is recorded.
    masks_challenges: bool,
    /// The slow answers in a row so far, in milliseconds.
    slow: Vec<(u32, EvidenceId)>,
    /// Whether the greeting was waited for longer than a phase.
    waited: bool,
    /// That greeting, until the next answer tells what that was.
    late: Option<Heard>,
    /// Whether a login may be made without verified TLS.
    at_risk: bool,
    /// Whether QUIT is still to be said: to whoever greeted us, and to whoever is late in doing so on a connection that is in plain text.
    owes_quit: bool,
    over: Option<Box<Broken>>,
}

/// Who is let go in the middle, as when time is up, says QUIT all the same, as far as that goes without waiting.
impl Drop for Dialogue {
    fn drop(&mut self) {
        self.judge_late_greeting(None);
        if self.owes_quit {
            self.wire.say_now(b"QUIT\r\n");
        }
    }
}

impl Dialogue {
    /// What the server said it can do at the last EHLO; empty after HELO, a refusal, and a STARTTLS that was not followed by EHLO yet.
    #[must_use]
    pub fn capabilities(&self) -> &Capabilities {
        &self.caps
    }

    /// The handshake that was made on this connection, if any.
    #[must_use]
    pub fn tls(&self) -> Option<&(TlsFact, EvidenceId)> {
        self.tls.as_ref()
    }

    /// Whether TLS is up with a certificate that is trusted.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.wire.is_tls() && self.tls.as_ref().is_some_and(|(fact, _)| fact.established && fact.distrust.is_none())
    }

    /// Whether the last EHLO had to be said as HELO.
    #[must_use]
    pub fn used_helo(&self) -> bool {
        self.used_helo
    }

    /// Whether plain text followed the reply to STARTTLS. It was thrown away; somebody on the path, or the server, put it there.
    #[must_use]
    pub fn injected(&self) -> bool {
        self.injected.is_some()
    }

    /// The fact that shows the injection.
    #[must_use]
    pub fn injected_evidence(&self) -> Option<EvidenceId> {
        self.injected
    }

    /// Whether the server talked without being asked. What it said was thrown away, but for a 421, which is the next reply.
    #[must_use]
    pub fn early_talk(&self) -> bool {
        self.early.is_some()
    }

    /// The fact that shows the first early talk.
    #[must_use]
    pub fn early_talk_evidence(&self) -> Option<EvidenceId> {
        self.early
    }

    /// The fact of the connection.
    #[must_use]
    pub fn connected(&self) -> EvidenceId {
        self.connected
    }

    /// Where the connection goes, and as what.
    #[must_use]
    pub fn opened(&self) -> &Open {
        &self.open
    }

    /// This machine's address on the connection.
    #[must_use]
    pub fn local(&self) -> Option<SocketAddr> {
        self.wire.local()
    }
}
