//! The outside as checks reach it in a practice world: public-looking addresses lead to loopback.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::net::TcpStream;

use super::script::{Fate, Route};
use crate::net::{BoxFuture, World};

/// A practice world's outside.
pub(super) struct Outside {
    pub(super) nameserver: SocketAddr,
    /// The servers that see a zone in their own way.
    pub(super) authorities: HashMap<IpAddr, SocketAddr>,
    pub(super) served: HashMap<SocketAddr, SocketAddr>,
    pub(super) routes: Vec<Route>,
    pub(super) host_name: String,
}

impl Outside {
    /// Where a connection attempt ends: at a loopback listener, or at its fate.
    fn way(&self, to: SocketAddr) -> Result<SocketAddr, Fate> {
        if let Some(route) = self.routes.iter().find(|r| r.leads_to(to.ip(), to.port())) {
            return Err(route.does);
        }
        let known = || self.served.keys().any(|served| served.ip() == to.ip());
        let key = SocketAddr::new(to.ip(), to.port());
        self.served.get(&key).copied().ok_or_else(|| if known() { Fate::Refuse } else { Fate::Unreachable })
    }
}

impl World for Outside {
    fn connect(&self, to: SocketAddr, _from: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(async move {
            match self.way(to) {
                Ok(listener) => TcpStream::connect(listener).await,
                Err(Fate::Drop) => std::future::pending().await,
                Err(Fate::Refuse) => Err(refused()),
                Err(Fate::Unreachable) => Err(unreachable()),
            }
        })
    }

    fn nameservers(&self) -> Result<Vec<SocketAddr>, String> {
        Ok(vec![self.nameserver])
    }

    fn dns_at(&self, server: SocketAddr) -> SocketAddr {
        self.authorities.get(&server.ip()).copied().unwrap_or(self.nameserver)
    }

    fn unix_seconds(&self) -> i64 {
        unix_seconds()
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
