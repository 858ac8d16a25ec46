//! The outside as checks reach it in a practice world: public-looking addresses lead to loopback.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::net::TcpStream;

use super::script::{Fate, Route};
use super::smtp::Small;
use crate::net::{BoxFuture, Rejected, World};
use crate::transcript::IcmpFact;

/// A practice world's outside.
pub(super) struct Outside {
    pub(super) nameserver: SocketAddr,
    /// The servers that see a zone in their own way.
    pub(super) authorities: HashMap<IpAddr, SocketAddr>,
    pub(super) served: HashMap<SocketAddr, SocketAddr>,
    pub(super) routes: Vec<Route>,
    pub(super) host_name: String,
    pub(super) small: Small,
    /// How many seconds the clock is ahead.
    pub(super) ahead: i64,
}

impl Outside {
    /// Where a connection attempt ends: at a loopback listener, or at its fate.
    fn way(&self, to: SocketAddr) -> Result<SocketAddr, (Fate, Option<IpAddr>)> {
        if let Some(route) = self.routes.iter().find(|r| r.leads_to(to.ip(), to.port())) {
            return Err((route.does, route.by));
        }
        let known = || self.served.keys().any(|served| served.ip() == to.ip());
        let key = SocketAddr::new(to.ip(), to.port());
        self.served.get(&key).copied().ok_or_else(|| (if known() { Fate::Refuse } else { Fate::Unreachable }, None))
    }
}

impl World for Outside {
    fn connect(&self, to: SocketAddr, _from: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(async move {
            match self.way(to) {
                Ok(listener) => TcpStream::connect(listener).await,
                Err((Fate::Drop, _)) => std::future::pending().await,
                Err((Fate::Refuse, by)) => Err(said_by(by, true, refused())),
                Err((Fate::Unreachable, by)) => Err(said_by(by, false, unreachable())),
            }
        })
    }

    fn connect_small(&self, to: SocketAddr, from: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(async move {
            let stream = self.connect(to, from).await?;
            self.small.add(stream.local_addr()?);
            Ok(stream)
        })
    }

    fn connect_within(&self, hops: u8, to: SocketAddr, from: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(async move {
            let route = self.routes.iter().find(|r| r.leads_to(to.ip(), to.port()));
            let router = route.and_then(|r| r.hops.get(usize::from(hops).checked_sub(1)?));
            let Some(&from_there) = router else { return self.connect(to, from).await };
            let (kind, code) = (if from_there.is_ipv6() { 3 } else { 11 }, 0);
            Err(Rejected::by(IcmpFact { from: from_there, kind, code, own: false }, unreachable()))
        })
    }

    fn nameservers(&self) -> Result<Vec<SocketAddr>, String> {
        Ok(vec![self.nameserver])
    }

    fn dns_at(&self, server: SocketAddr) -> SocketAddr {
        self.authorities.get(&server.ip()).copied().unwrap_or(self.nameserver)
    }

    fn unix_seconds(&self) -> i64 {
        unix_seconds() + self.ahead
    }

    fn host_name(&self) -> Option<String> {
        Some(self.host_name.clone())
    }

    fn is_this_machine(&self) -> bool {
        false
    }
}

/// Seconds since 1970.
pub(super) fn unix_seconds() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|d| i64::try_from(d.as_secs()).ok()).unwrap_or_default()
}

/// The error as it comes where a machine on the way says so: that a rule forbids it, or that there is no way.
fn said_by(by: Option<IpAddr>, forbidden: bool, error: io::Error) -> io::Error {
    let Some(from) = by else { return error };
    let (kind, code) = match (from.is_ipv6(), forbidden) {
        (false, true) => (3, 13),
        (false, false) => (3, 1),
        (true, true) => (1, 1),
        (true, false) => (1, 3),
    };
    // The system knows such a refusal as a host that cannot be reached.
    Rejected::by(IcmpFact { from, kind, code, own: false }, if forbidden { unreachable() } else { error })
}

#[cfg(unix)]
fn refused() -> io::Error {
    rustix::io::Errno::CONNREFUSED.into()
}

#[cfg(unix)]
fn unreachable() -> io::Error {
    rustix::io::Errno::HOSTUNREACH.into()
}

#[cfg(not(unix))]
fn refused() -> io::Error {
    io::ErrorKind::ConnectionRefused.into()
}

#[cfg(not(unix))]
fn unreachable() -> io::Error {
    io::ErrorKind::HostUnreachable.into()
}
