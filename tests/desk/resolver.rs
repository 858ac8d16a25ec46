//! A world with a resolver and nothing else.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use heloise::net::{BoxFuture, World};
use tokio::net::TcpStream;

struct Only(SocketAddr);

/// Only that resolver: all servers are it.
pub(crate) fn only(resolver: SocketAddr) -> Arc<dyn World> {
    Arc::new(Only(resolver))
}

impl World for Only {
    fn connect(&self, _: SocketAddr, _: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) })
    }

    fn nameservers(&self) -> Result<Vec<SocketAddr>, String> {
        Ok(vec![self.0])
    }

    fn dns_at(&self, _: SocketAddr) -> SocketAddr {
        self.0
    }

    fn unix_seconds(&self) -> i64 {
        1_795_190_405
    }

    fn host_name(&self) -> Option<String> {
        None
    }

    fn is_this_machine(&self) -> bool {
        false
    }
}
