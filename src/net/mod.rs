//! The outside world: one trait to it, the real one, and our dialogue over it.
//!
//! Everything that happens out there is recorded as a fact, through a [`Recorder`]; every byte from outside is bounded in size and time.

mod dns;
mod hosts;
mod manners;
mod recorder;
mod resolv;
mod smtp;
mod tcp;
mod tls;
mod wire;
mod world;

pub use dns::RecordType;
pub use recorder::Recorder;
pub use smtp::{Broken, Capabilities, Dialogue, Heard, Open, ReplyParts, SessionOpening, Stop, parse_reply};
pub use tls::Trust;
pub use wire::Wire;
pub use world::{BoxFuture, Real, World};

use std::sync::Arc;
use std::time::Duration;

/// A hand on the outside world for one session. Cheap to clone; clones share cache, counts and manners.
#[derive(Clone)]
pub struct Net {
    inner: Arc<Inner>,
}

/// How long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Each phase of a dialogue: connect, greeting, each reply, handshake.
    pub phase: Duration,
    /// Each question to the DNS.
    pub dns: Duration,
}

struct Inner {
    world: Arc<dyn World>,
    limits: Limits,
    trust: Trust,
    dns: dns::Dns,
    manners: manners::Manners,
}

impl Net {
    /// A hand on that world.
    #[must_use]
    pub fn new(world: Arc<dyn World>, limits: Limits, trust: Trust) -> Self {
        let (dns, manners) = (dns::Dns::new(), manners::Manners::default());
        Self { inner: Arc::new(Inner { world, limits, trust, dns, manners }) }
    }

    /// The world itself: time, this machine.
    #[must_use]
    pub fn world(&self) -> &dyn World {
        &*self.inner.world
    }

    /// How long things may take.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.inner.limits
    }

    /// What is trusted.
    #[must_use]
    pub fn trust(&self) -> &Trust {
        &self.inner.trust
    }

    /// How many connections were opened in this session, to how many hosts (addresses).
    #[must_use]
    pub fn counts(&self) -> (u32, u32) {
        self.manners().counts()
    }

    fn manners(&self) -> &manners::Manners {
        &self.inner.manners
    }
}
