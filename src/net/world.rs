//! The seam to the outside: what differs between the real world and a practice world.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use tokio::net::TcpStream;

/// A boxed future, as object-safe async methods need.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What lies outside. Implementations answer honestly or with the system's error; time limits are the caller's.
pub trait World: Send + Sync {
    /// Opens a TCP connection, from a local address if one is given.
    fn connect(&self, to: SocketAddr, from: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>>;

    /// The DNS servers to ask, in order (the system's, unless the user named one).
    ///
    /// # Errors
    /// Why there are none, in words: it becomes a "could not tell".
    fn nameservers(&self) -> Result<Vec<SocketAddr>, String>;

    /// Seconds since 1970, by this machine's clock.
    fn unix_seconds(&self) -> i64;

    /// This machine's own host name, where it has one.
    fn host_name(&self) -> Option<String>;

    /// Whether host facts (load, disk, queue, firewall rules) may be read off this machine. A practice world says no.
    fn is_this_machine(&self) -> bool;
}

/// The real world.
pub struct Real {
    resolver: Option<SocketAddr>,
}

impl Real {
    /// The real world, asking this resolver, or the system's.
    #[must_use]
    pub fn new(resolver: Option<SocketAddr>) -> Arc<Self> {
        Arc::new(Self { resolver })
    }
}

impl World for Real {
    fn connect(&self, to: SocketAddr, from: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        let _ = (to, from, self.resolver);
        unimplemented!()
    }

    fn nameservers(&self) -> Result<Vec<SocketAddr>, String> {
        unimplemented!()
    }

    fn unix_seconds(&self) -> i64 {
        unimplemented!()
    }

    fn host_name(&self) -> Option<String> {
        unimplemented!()
    }

    fn is_this_machine(&self) -> bool {
        true
    }
}
