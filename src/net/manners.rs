//! Manners: how many connections one session may open, and to whom.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// At once to one address, and to one host with all of its addresses.
const AT_ONCE: usize = 2;
/// Attempts at one address in a session. A whole walk needs about a dozen; the rest is for repeating steps.
const PER_ADDRESS: u32 = 40;
/// Attempts in a session.
const PER_SESSION: u32 = 200;

/// What has been opened so far, and the places that are free.
#[derive(Default)]
pub(super) struct Manners {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    hosts: HashMap<IpAddr, Host>,
    /// The places of each host by its name.
    named: HashMap<String, Arc<Semaphore>>,
    attempts: u32,
    opened: u32,
}

struct Host {
    places: Arc<Semaphore>,
    attempts: u32,
    opened: bool,
}

/// A place at a host and at one of its addresses, held until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _host: OwnedSemaphorePermit,
    _address: OwnedSemaphorePermit,
}

/// Why no place was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    /// A limit of the session.
    #[error("session limit: enough connections have been made here")]
    Limit,
    /// Both places stayed taken.
    #[error("session limit: two connections to this address are still open")]
    Busy,
}

impl Manners {
    /// Waits for one of the places of that host and that address, at most so long.
    pub(super) async fn place(&self, name: &str, ip: IpAddr, patience: Duration) -> Result<Place, Refused> {
        let fresh = || Arc::new(Semaphore::new(AT_ONCE));
        let (named, places) = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if state.attempts >= PER_SESSION {
                return Err(Refused::Limit);
            }
            let host = state.hosts.entry(ip).or_insert_with(|| Host { places: fresh(), attempts: 0, opened: false });
            if host.attempts >= PER_ADDRESS {
                return Err(Refused::Limit);
            }
            host.attempts += 1;
            let places = Arc::clone(&host.places);
            state.attempts += 1;
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            (Arc::clone(state.named.entry(name).or_insert_with(fresh)), places)
        };
        // In this order always, so that nobody waits for the other in a circle.
        let both = async { Ok(Place { _host: named.acquire_owned().await?, _address: places.acquire_owned().await? }) };
        match tokio::time::timeout(patience, both).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err::<_, AcquireError>(_)) | Err(_) => Err(Refused::Busy),
        }
    }

    /// Counts a connection that came about.
    pub(super) fn opened(&self, ip: IpAddr) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.opened += 1;
        if let Some(host) = state.hosts.get_mut(&ip) {
            host.opened = true;
        }
    }

    /// Connections that came about, and to how many addresses.
    pub(super) fn counts(&self) -> (u32, u32) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let hosts = state.hosts.values().filter(|h| h.opened).count();
        (state.opened, u32::try_from(hosts).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IP: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    #[tokio::test(start_paused = true)]
    async fn a_third_place_is_refused_until_one_is_given_back() {
        let manners = Manners::default();
        let wait = Duration::from_secs(1);
        let first = manners.place("mx.example.org", IP, wait).await.unwrap();
        let _second = manners.place("mx.example.org", IP, wait).await.unwrap();
        assert_eq!(manners.place("mx.example.org", IP, wait).await.unwrap_err(), Refused::Busy);
        drop(first);
        assert!(manners.place("mx.example.org", IP, wait).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn the_addresses_of_one_host_share_its_places() {
        let manners = Manners::default();
        let wait = Duration::from_secs(1);
        let at = |n: u8| IpAddr::from([192, 0, 2, n]);
        let first = manners.place("mx.example.org", at(1), wait).await.unwrap();
        let _second = manners.place("MX.example.org.", at(2), wait).await.unwrap();
        assert_eq!(manners.place("mx.example.org", at(3), wait).await.unwrap_err(), Refused::Busy);
        assert!(manners.place("mx.example.net", at(3), wait).await.is_ok(), "another host has its own");
        drop(first);
        assert!(manners.place("mx.example.org", at(3), wait).await.is_ok());
    }

    #[tokio::test]
    async fn attempts_at_one_address_come_to_an_end() {
        let manners = Manners::default();
        for _ in 0..PER_ADDRESS {
            drop(manners.place("mx.example.org", IP, Duration::from_secs(1)).await.unwrap());
        }
        assert_eq!(manners.place("mx.example.org", IP, Duration::from_secs(1)).await.unwrap_err(), Refused::Limit);
        assert!(manners.place("mx.example.net", "192.0.2.2".parse().unwrap(), Duration::from_secs(1)).await.is_ok());
    }

    #[tokio::test]
    async fn only_what_came_about_is_counted() {
        let manners = Manners::default();
        let _place = manners.place("mx.example.org", IP, Duration::from_secs(1)).await.unwrap();
        assert_eq!(manners.counts(), (0, 0));
        manners.opened(IP);
        manners.opened(IP);
        assert_eq!(manners.counts(), (2, 1));
    }
}
