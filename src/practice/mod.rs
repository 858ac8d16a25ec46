//! The built-in broken mail world: DNS and SMTP on loopback, from `assets/practice/*.toml`.
//!
//! A world file holds zones, scripted hosts, the case, and the walk and diagnosis that are expected of it.

mod world_file;

pub use world_file::{Expect, WorldFile};

use std::sync::Arc;

use crate::net::World;

/// A practice world that is up. Dropping it takes it down.
pub struct Practice {
    // The helper for this room fills it.
}

impl Practice {
    /// Brings a world up on loopback, on ports of the system's choice.
    ///
    /// # Errors
    /// One line: what could not be set up.
    pub async fn start(file: &WorldFile) -> Result<Self, String> {
        let _ = file;
        unimplemented!()
    }

    /// The world as checks reach it: public-looking addresses lead to the loopback hosts.
    #[must_use]
    pub fn world(&self) -> Arc<dyn World> {
        unimplemented!()
    }

    /// The PEM of the world's own certificate authority.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        unimplemented!()
    }

    /// What is served where, for `--serve`: `(what, address)`.
    #[must_use]
    pub fn addresses(&self) -> Vec<(String, std::net::SocketAddr)> {
        unimplemented!()
    }
}
