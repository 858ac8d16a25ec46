//! Opening connections, within the manners: at most two to an address at a time.

use std::net::{IpAddr, SocketAddr};

use super::wire::Wire;
use super::{Net, Recorder};
use crate::transcript::{ConnectFact, EvidenceId};

impl Net {
    /// Opens a connection within the phase limit; the attempt is recorded either way.
    ///
    /// The wire holds one of the two places for that address until it is dropped.
    ///
    /// # Errors
    /// The attempt, when it did not come about.
    pub async fn connect(
        &self,
        rec: &Recorder,
        server: &str,
        to: SocketAddr,
        from: Option<IpAddr>,
    ) -> Result<(Wire, EvidenceId), (ConnectFact, EvidenceId)> {
        let _ = (rec, server, to, from);
        unimplemented!()
    }
}
