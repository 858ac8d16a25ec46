//! Questions to the DNS.

use std::net::{IpAddr, SocketAddr};

use super::{Net, Recorder};
use crate::transcript::{AddressFamily, DnsFact, EvidenceId};

pub use hickory_resolver::proto::rr::RecordType;

impl Net {
    /// Asks the session's resolver; the answer is recorded, and cached for the session (a cached answer is recorded again, with 0 ms).
    ///
    /// Never fails: NXDOMAIN, no data, SERVFAIL, refused, time-out and unreachable are outcomes.
    pub async fn lookup(&self, rec: &Recorder, name: &str, rtype: RecordType) -> (DnsFact, EvidenceId) {
        let _ = (rec, name, rtype);
        unimplemented!()
    }

    /// Asks one given server, without recursion if so wished; never cached.
    pub async fn lookup_at(
        &self,
        rec: &Recorder,
        server: SocketAddr,
        name: &str,
        rtype: RecordType,
        recurse: bool,
    ) -> (DnsFact, EvidenceId) {
        let _ = (rec, server, name, rtype, recurse);
        unimplemented!()
    }

    /// The name of an address (PTR).
    pub async fn reverse(&self, rec: &Recorder, ip: IpAddr) -> (DnsFact, EvidenceId) {
        let _ = (rec, ip);
        unimplemented!()
    }

    /// A and AAAA of a host side by side, as the family allows; an address in text form is its own answer, without a question.
    pub async fn addresses(&self, rec: &Recorder, host: &str, family: AddressFamily) -> Vec<(DnsFact, EvidenceId)> {
        let _ = (rec, host, family);
        unimplemented!()
    }
}
