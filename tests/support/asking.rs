//! A world all of whose names are answered by one server of the test.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use heloise::net::{BoxFuture, World};
use tokio::net::TcpStream;

pub(crate) struct Asking {
    pub(crate) world: Arc<dyn World>,
    pub(crate) resolver: SocketAddr,
}

impl World for Asking {
    fn connect(&self, to: SocketAddr, from: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        self.world.connect(to, from)
    }

    fn nameservers(&self) -> Result<Vec<SocketAddr>, String> {
        Ok(vec![self.resolver])
    }

    fn dns_at(&self, _: SocketAddr) -> SocketAddr {
        self.resolver
    }

    fn unix_seconds(&self) -> i64 {
        self.world.unix_seconds()
    }

    fn host_name(&self) -> Option<String> {
        self.world.host_name()
    }

    fn is_this_machine(&self) -> bool {
        false
    }
}
