//! A world with nobody in it: every connection is refused, no DNS server is set up.

use std::io;
use std::net::{IpAddr, SocketAddr};

use heloise::net::{BoxFuture, World};
use tokio::net::TcpStream;

pub(crate) struct Nowhere;

impl World for Nowhere {
    fn connect(&self, _: SocketAddr, _: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) })
    }

    fn nameservers(&self) -> Result<Vec<SocketAddr>, String> {
        Err("no DNS server is set up".to_owned())
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
