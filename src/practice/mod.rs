//! The built-in broken mail world: DNS and SMTP on loopback, from `assets/practice/*.toml`.
//!
//! A world file holds zones, scripted hosts, the case, and the walk and diagnosis that are expected of it.
//!
//! ```text
//! world_file.rs   the file, and what every world has besides        script.rs    what a world is made of
//! records.rs      zone-file lines      zones.rs   what DNS says      dns.rs      ... on the wire
//! smtp/           sessions by script   tls.rs     certificates       outside.rs  public addresses -> loopback
//! lists.rs        healthy blocklists   controls.rs  healthy hosts to compare with
//! pages.rs   published settings and policies over HTTPS
//! sound.rs        what a world must not get wrong
//! ```

mod controls;
mod dns;
mod lists;
mod outside;
mod pages;
mod records;
mod script;
mod smtp;
mod sound;
mod tls;
mod world_file;
mod zones;

pub use pages::Page;
pub use script::{Certificate, DnsFailure, Fate, Host, Moment, Route, Rule, Software, Then, Tls, User, Zone};
pub use world_file::{Expect, WorldFile};

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use self::outside::Outside;
use self::smtp::{Shared, Small};
use self::tls::{Acceptor, Authority};
use self::zones::Zones;
use crate::net::World;
use crate::transcript::Security;

/// The HELO name of this machine in worlds whose case does not give one; the neighbourhood's DNS knows it.
const CLIENT: &str = "client.example.net";

/// A practice world that is up. Dropping it takes it down.
pub struct Practice {
    outside: Arc<Outside>,
    ca_pem: String,
    addresses: Vec<(String, SocketAddr)>,
    // Held for its drop: it aborts every listener, and each listener its sessions.
    _tasks: JoinSet<()>,
}

impl Practice {
    /// Brings a world up on loopback, on ports of the system's choice.
    ///
    /// # Errors
    /// One line: what could not be set up.
    pub async fn start(file: &WorldFile) -> Result<Self, String> {
        sound::check(file)?;
        let no_socket = |e: std::io::Error| format!("cannot listen on loopback: {e}");
        let mut tasks = JoinSet::new();
        let zones = Zones::load(&file.zones, &file.test_points)?;
        let nameserver = dns::serve(zones, &mut tasks).await.map_err(no_socket)?;
        let mut authorities = HashMap::new();
        for at in file.zones.iter().filter_map(|z| z.at) {
            let zones = Zones::seen_at(&file.zones, &file.test_points, Some(at))?;
            authorities.insert(at, dns::serve(zones, &mut tasks).await.map_err(no_socket)?);
        }
        let mut addresses = vec![("DNS (UDP and TCP)".to_owned(), nameserver)];
        let authority = Arc::new(Authority::new(this_year())?);
        let mut served = HashMap::new();
        let small = Small::default();
        for host in &file.hosts {
            let shared = Arc::new(Shared::new(host.clone(), file.client_ip(), small.clone()));
            let has_tls = host.ports.values().any(|s| *s != Security::None);
            let tls = has_tls.then(|| Arc::new(Acceptor::new(&authority, &host.name, host.certificate)));
            for (&port, &security) in &host.ports {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(no_socket)?;
                let at = listener.local_addr().map_err(no_socket)?;
                tasks.spawn(smtp::serve(listener, Arc::clone(&shared), (port, security), tls.clone()));
                for &ip in &host.addresses {
                    let public = SocketAddr::new(ip, port);
                    served.insert(public, at);
                    addresses.push((format!("{} {public} ({security})", host.name), at));
                }
            }
        }
        for (public, at) in pages::serve(&file.pages, &authority, &mut tasks).await? {
            served.insert(public, at);
            addresses.push((format!("pages {public} (https)"), at));
        }
        let host_name = file.case.helo.clone().unwrap_or_else(|| CLIENT.to_owned());
        let routes = file.routes.clone();
        let ahead = i64::from(file.clock_days) * 24 * 60 * 60;
        let outside = Arc::new(Outside { nameserver, authorities, served, routes, host_name, small, ahead });
        Ok(Self { outside, ca_pem: authority.pem(), addresses, _tasks: tasks })
    }

    /// The world as checks reach it: public-looking addresses lead to the loopback hosts.
    #[must_use]
    pub fn world(&self) -> Arc<dyn World> {
        Arc::clone(&self.outside) as Arc<dyn World>
    }

    /// The PEM of the world's own certificate authority.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// What is served where, for `--serve`: `(what, address)`.
    #[must_use]
    pub fn addresses(&self) -> Vec<(String, SocketAddr)> {
        self.addresses.clone()
    }
}

/// The year, near enough for certificates that run for years.
fn this_year() -> i32 {
    const MEAN_YEAR: i64 = 31_556_952;
    i32::try_from(1970 + outside::unix_seconds() / MEAN_YEAR).unwrap_or(1970)
}
