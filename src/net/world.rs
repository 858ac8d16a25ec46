//! The seam to the outside: what differs between the real world and a practice world.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use lettre::transport::smtp::extension::ClientId;
use tokio::net::{TcpSocket, TcpStream};

use super::hosts::HostsFile;
use super::resolv::system_servers;
use crate::transcript::IcmpFact;

/// A boxed future, as object-safe async methods need.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What lies outside. Implementations answer honestly or with the system's error; time limits are the caller's.
pub trait World: Send + Sync {
    /// Opens a TCP connection, from a local address if one is given.
    fn connect(&self, to: SocketAddr, from: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>>;

    /// The same, asking the other end for small segments only, where that can be asked for.
    fn connect_small(&self, to: SocketAddr, from: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        self.connect(to, from)
    }

    /// The same, going no further than so many hops: an error that somebody on the way sent carries its sender ([`Rejected`]).
    fn connect_within(&self, hops: u8, to: SocketAddr, from: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        let _ = (hops, to, from);
        Box::pin(async { Err(io::ErrorKind::Unsupported.into()) })
    }

    /// The DNS servers to ask, in order (the system's, unless the user named one).
    ///
    /// # Errors
    /// Why there are none, in words: it becomes a "could not tell".
    fn nameservers(&self) -> Result<Vec<SocketAddr>, String>;

    /// Where questions to that DNS server really go. A practice world leads its public-looking servers to loopback.
    fn dns_at(&self, server: SocketAddr) -> SocketAddr {
        server
    }

    /// The addresses that this machine's own hosts file gives a name; none where it does not name it.
    fn hosts_file(&self, name: &str) -> Vec<IpAddr> {
        let _ = name;
        Vec::new()
    }

    /// Seconds since 1970, by this machine's clock.
    fn unix_seconds(&self) -> i64;

    /// This machine's own host name, where it has one.
    fn host_name(&self) -> Option<String>;

    /// The same world asking another DNS resolver, or the system's; none where it has only its own, as a practice world.
    fn asking(&self, resolver: Option<SocketAddr>) -> Option<Arc<dyn World>> {
        let _ = resolver;
        None
    }

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
        Box::pin(connect(to, from, Reach::Usual))
    }

    fn connect_small(&self, to: SocketAddr, from: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(connect(to, from, Reach::SmallPackets))
    }

    #[cfg(target_os = "linux")]
    fn connect_within(&self, hops: u8, to: SocketAddr, from: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(connect(to, from, Reach::Hops(hops)))
    }

    fn nameservers(&self) -> Result<Vec<SocketAddr>, String> {
        if let Some(resolver) = self.resolver {
            return Ok(vec![resolver]);
        }
        system_servers()
    }

    fn hosts_file(&self, name: &str) -> Vec<IpAddr> {
        // A resolver of the user's choice is asked for everything: what it says is the question then.
        let own = if self.resolver.is_some() { HostsFile::default() } else { HostsFile::read() };
        let addresses = own.addresses(name);
        // RFC 6761 §6.3: localhost never goes out.
        if addresses.is_empty() && is_localhost(name) {
            return vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        }
        addresses
    }

    fn unix_seconds(&self) -> i64 {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        since.map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX))
    }

    fn host_name(&self) -> Option<String> {
        let ClientId::Domain(name) = ClientId::default() else { return None };
        let name = name.trim_end_matches('.');
        let full = if name.contains('.') { None } else { HostsFile::read().full_name(name) };
        Some(full.unwrap_or_else(|| name.to_owned())).filter(|n| !n.is_empty() && !is_localhost(n))
    }

    fn asking(&self, resolver: Option<SocketAddr>) -> Option<Arc<dyn World>> {
        Some(Self::new(resolver))
    }

    fn is_this_machine(&self) -> bool {
        true
    }
}

/// How a connection is special.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Usual,
    /// Only small packets come.
    SmallPackets,
    /// Its packets go so many hops far.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "who answers there is only told on Linux"))]
    Hops(u8),
}

async fn connect(to: SocketAddr, from: Option<IpAddr>, reach: Reach) -> io::Result<TcpStream> {
    if let Some(from) = from.filter(|from| from.is_ipv4() != to.is_ipv4()) {
        let why = format!("no connection from {from} to {}: one is IPv4, the other IPv6", to.ip());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    let socket = if to.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if let Some(from) = from {
        socket.bind((from, 0).into())?;
    }
    #[cfg(target_os = "linux")]
    return super::icmp::connect(socket, to, reach).await;
    #[cfg(not(target_os = "linux"))]
    {
        let _ = reach;
        socket.connect(to).await
    }
}

/// A connection attempt that an ICMP error ended, with who sent it. It travels inside the system's error.
#[derive(Debug, thiserror::Error)]
#[error("{error}; {} says so ({})", icmp.from, icmp.spoken())]
pub struct Rejected {
    icmp: IcmpFact,
    error: io::Error,
}

impl Rejected {
    /// The system's error, with that ICMP error inside; its sort stays.
    #[must_use]
    pub fn by(icmp: IcmpFact, error: io::Error) -> io::Error {
        io::Error::new(error.kind(), Self { icmp, error })
    }

    /// The ICMP error inside, if there is one.
    #[must_use]
    pub fn of(error: &io::Error) -> Option<IcmpFact> {
        Some(error.get_ref()?.downcast_ref::<Self>()?.icmp)
    }
}

fn is_localhost(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost") || name.starts_with("localhost.")
}

#[cfg(test)]
mod tests {
    use super::*;

    use tokio::net::TcpListener;

    #[test]
    fn the_resolver_of_the_users_choice_is_the_only_one() {
        let chosen = "192.0.2.53:5353".parse().unwrap();
        assert_eq!(Real::new(Some(chosen)).nameservers(), Ok(vec![chosen]));
    }

    #[test]
    fn localhost_never_goes_out() {
        let found = Real::new("192.0.2.53:53".parse().ok()).hosts_file("localhost");
        assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback), "{found:?}");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_connection_comes_from_the_address_asked_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let from = "127.0.0.2".parse().unwrap();
        let stream = Real::new(None).connect(listener.local_addr().unwrap(), Some(from)).await.unwrap();
        assert_eq!(stream.local_addr().unwrap().ip(), from);
    }

    #[tokio::test]
    async fn a_source_of_the_other_family_is_an_error_that_says_so() {
        let to = "192.0.2.1:25".parse().unwrap();
        let error = Real::new(None).connect(to, "2001:db8::1".parse().ok()).await.unwrap_err();
        assert!(error.to_string().contains("one is IPv4, the other IPv6"), "{error}");
    }
}
