//! Opening connections, within the manners: at most two to a host at a time.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use super::wire::Wire;
use super::world::Rejected;
use super::{Net, Recorder};
use crate::transcript::{ConnectFact, ConnectOutcome, EvidenceId, clean_line};

impl Net {
    /// Opens a connection within the phase limit; the attempt is recorded either way.
    ///
    /// The wire holds one of the two places for that host and address until it is dropped. A third attempt waits for a place, at most
    /// four phases long. Past the session's limits nothing is sent: the outcome is `error`, its reason begins with `session limit`.
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
        match self.attempt(server, to, from).await {
            Ok((wire, fact)) => Ok((wire, rec.connect(fact))),
            Err(fact) => Err((fact.clone(), rec.connect(fact))),
        }
    }

    /// As [`Self::connect`], where nobody is expected: that nobody answers is no fact of the case, and is not recorded.
    pub async fn connect_to_nobody(
        &self,
        rec: &Recorder,
        server: &str,
        to: SocketAddr,
        from: Option<IpAddr>,
    ) -> Option<(Wire, EvidenceId)> {
        let (wire, fact) = self.attempt(server, to, from).await.ok()?;
        Some((wire, rec.connect(fact)))
    }

    async fn attempt(
        &self,
        server: &str,
        to: SocketAddr,
        from: Option<IpAddr>,
    ) -> Result<(Wire, ConnectFact), ConnectFact> {
        let mut fact = ConnectFact {
            server: clean_line(server, 255),
            address: to,
            local: None,
            outcome: ConnectOutcome::Error,
            reason: None,
            icmp: None,
            ms: 0,
        };
        let phase = self.limits().phase;
        let place = match self.manners().place(server, to.ip(), self.patience).await {
            Ok(place) => place,
            Err(refused) => {
                fact.reason = Some(refused.to_string());
                return Err(fact);
            }
        };
        let begun = Instant::now();
        let world = self.world();
        let attempt = if self.small { world.connect_small(to, from) } else { world.connect(to, from) };
        let result = tokio::time::timeout(phase, attempt).await;
        fact.ms = millis(begun);
        match result {
            Ok(Ok(stream)) => {
                self.manners().opened(to.ip());
                fact.outcome = ConnectOutcome::Open;
                fact.local = stream.local_addr().ok();
                let _ = stream.set_nodelay(true);
                Ok((Wire::new(stream, place), fact))
            }
            Ok(Err(error)) => {
                fact.outcome = outcome(&error, from.is_some());
                fact.icmp = Rejected::of(&error);
                // What somebody on the way forbids, this machine does not.
                if fact.outcome == ConnectOutcome::Denied && fact.icmp.is_some_and(|icmp| !icmp.own) {
                    fact.outcome = ConnectOutcome::Unreachable;
                }
                fact.reason = Some(match error.kind() {
                    io::ErrorKind::ConnectionReset => ConnectFact::RESET.to_owned(),
                    _ => clean_line(&error.to_string(), 200),
                });
                Err(fact)
            }
            Err(_) => {
                fact.outcome = ConnectOutcome::Timeout;
                fact.reason = Some(format!("no answer within {} ms", phase.as_millis()));
                Err(fact)
            }
        }
    }
}

/// Milliseconds since then, as facts carry them.
pub(super) fn millis(since: Instant) -> u32 {
    u32::try_from(since.elapsed().as_millis()).unwrap_or(u32::MAX)
}

/// What the system's error means for a connection; `bound` where a local address was asked for.
fn outcome(error: &io::Error, bound: bool) -> ConnectOutcome {
    use io::ErrorKind as K;
    match error.kind() {
        K::ConnectionRefused => ConnectOutcome::Refused,
        K::TimedOut => ConnectOutcome::Timeout,
        K::NetworkUnreachable | K::HostUnreachable | K::NetworkDown => ConnectOutcome::Unreachable,
        // Without a local address of our own choice it means that this machine has none of that family.
        K::AddrNotAvailable if !bound => ConnectOutcome::Unreachable,
        K::PermissionDenied => ConnectOutcome::Denied,
        _ if no_such_route(error) => ConnectOutcome::Unreachable,
        _ => ConnectOutcome::Error,
    }
}

/// Errors without a kind of their own that also say: no way there from here.
#[cfg(unix)]
fn no_such_route(error: &io::Error) -> bool {
    use rustix::io::Errno;
    matches!(Errno::from_io_error(error), Some(Errno::HOSTDOWN | Errno::AFNOSUPPORT | Errno::NOPROTOOPT | Errno::PROTO))
}

#[cfg(not(unix))]
fn no_such_route(_: &io::Error) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn each_error_of_the_system_has_its_outcome() {
        use ConnectOutcome::{Denied, Error, Refused, Timeout, Unreachable};
        use rustix::io::Errno;
        let said = |errno: Errno, bound| outcome(&io::Error::from_raw_os_error(errno.raw_os_error()), bound);
        for (errno, expected) in [
            (Errno::CONNREFUSED, Refused),
            (Errno::TIMEDOUT, Timeout),
            (Errno::NETUNREACH, Unreachable),
            (Errno::HOSTUNREACH, Unreachable),
            (Errno::HOSTDOWN, Unreachable),
            (Errno::AFNOSUPPORT, Unreachable),
            (Errno::ADDRNOTAVAIL, Unreachable),
            (Errno::PERM, Denied),
            (Errno::ACCESS, Denied),
            (Errno::CONNRESET, Error),
            (Errno::MFILE, Error),
        ] {
            assert_eq!(said(errno, false), expected, "{errno:?}");
        }
        assert_eq!(said(Errno::ADDRNOTAVAIL, true), Error, "the chosen source address is not on this machine");
    }
}
