//! The outside world: one trait to it, the real one, and our dialogue over it.
//!
//! Everything that happens out there is recorded as a fact, through a [`Recorder`]; every byte from outside is bounded in size and time.

mod dns;
mod hosts;
mod http;
#[cfg(target_os = "linux")]
mod icmp;
mod manners;
mod private;
mod recorder;
mod resolv;
mod smtp;
mod tcp;
mod tls;
mod trace;
mod waits;
mod wire;
mod world;

pub use dns::{Ask, Flags, RecordType};
pub use http::{Get, NoPage, Page};
pub(crate) use private::{NAMELESS, is_private, literal};
pub use recorder::{Held, Recorder};
pub use smtp::{
    Broken, Capabilities, Dialogue, GaveUp, Heard, Login, Open, ReplyParts, SessionOpening, Stop, parse_reply,
};
pub(crate) use tls::sha256;
pub use tls::{OldTls, Trust, is_spoken_cipher};
pub use wire::Wire;
/// Findings about how a peer behaves, whichever check talks to it.
pub const FINDINGS: [&str; 6] = smtp::SLOW;

pub use world::{BoxFuture, Real, Rejected, World};

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::transcript::Hush;

/// A hand on the outside world for one session. Cheap to clone; clones share cache, counts and manners.
#[derive(Clone)]
pub struct Net {
    inner: Arc<Inner>,
    limits: Limits,
    /// How long a place at a server that is being talked to is waited for.
    patience: Duration,
    /// Whether connections ask for small segments only.
    small: bool,
    /// Whether nobody is waited for longer than a phase.
    hurries: bool,
    /// Whether a greeting is waited for like any other reply, on whatever port.
    awaits: bool,
    /// When whoever asked goes away, whatever is still open then.
    ends: Option<Instant>,
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
    trust: Trust,
    dns: dns::Dns,
    manners: manners::Manners,
    waits: waits::Waits,
    /// What must not be recorded of what a machine says, since it was told.
    hushed: Mutex<HashMap<IpAddr, Hush>>,
}

impl Net {
    /// A hand on that world.
    #[must_use]
    pub fn new(world: Arc<dyn World>, limits: Limits, trust: Trust) -> Self {
        let (dns, manners) = (dns::Dns::new(), manners::Manners::default());
        let waits = waits::Waits::default();
        let inner = Arc::new(Inner { world, trust, dns, manners, waits, hushed: Mutex::default() });
        Self { inner, limits, patience: limits.phase * 4, small: false, hurries: false, awaits: false, ends: None }
    }

    /// The same net with other limits, which keeps quiet about what this one did.
    #[must_use]
    pub fn with_limits(&self, limits: Limits) -> Self {
        self.in_world(Arc::clone(&self.inner.world), limits, self.inner.trust.clone())
    }

    /// A hand on another world, which keeps quiet about what this one did.
    #[must_use]
    pub fn in_world(&self, world: Arc<dyn World>, limits: Limits, trust: Trust) -> Self {
        let other = Self { ends: self.ends, ..Self::new(world, limits, trust) };
        let hushed = self.inner.hushed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        *other.inner.hushed.lock().unwrap_or_else(PoisonError::into_inner) = hushed;
        other
    }

    /// This net, for phases that need not be waited for as long as others: cache, counts and manners are shared.
    #[must_use]
    pub fn hurried(&self, phase: Duration) -> Self {
        Self { limits: Limits { phase: self.limits.phase.min(phase), ..self.limits }, hurries: true, ..self.clone() }
    }

    /// This net, where a server that keeps silent is known not to wait for TLS: its greeting is waited for like any other reply.
    #[must_use]
    pub fn awaiting_greetings(&self) -> Self {
        Self { awaits: true, ..self.clone() }
    }

    /// This net, for somebody who goes away at that time: what takes long is given up before it, so that it can be said.
    #[must_use]
    pub fn ending(self, at: Instant) -> Self {
        Self { ends: Some(at), ..self }
    }

    /// This net, for connections on which only small packets come: what large ones are lost on, they get through.
    #[must_use]
    pub fn in_small_packets(&self) -> Self {
        Self { small: true, ..self.clone() }
    }

    /// This net, for questions to the DNS that need not be waited for as long as others.
    #[must_use]
    pub fn hurried_dns(&self, dns: Duration) -> Self {
        Self { limits: Limits { dns: self.limits.dns.min(dns), ..self.limits }, ..self.clone() }
    }

    /// The world itself: time, this machine.
    #[must_use]
    pub fn world(&self) -> &dyn World {
        &*self.inner.world
    }

    /// How long things may take.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
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

    /// What must not be recorded of what that machine says.
    fn hushed(&self, ip: IpAddr) -> Hush {
        let hushed = self.inner.hushed.lock().unwrap_or_else(PoisonError::into_inner);
        hushed.get(&ip).cloned().unwrap_or_default()
    }

    /// Keeps that out of what is recorded of that machine from now on.
    fn hush(&self, ip: IpAddr, hush: &Hush) {
        self.inner.hushed.lock().unwrap_or_else(PoisonError::into_inner).insert(ip, hush.clone());
    }
}
