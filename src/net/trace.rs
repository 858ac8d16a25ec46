//! The route to a host, without any rights: connection attempts that may only go so many hops far, and who says that their time was up.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::world::Rejected;
use super::{Net, Recorder};
use crate::transcript::{EvidenceId, HopFact, IcmpMeaning, TraceEnd, TraceFact, clean_line};

/// No honest way is longer.
const MOST: u8 = 30;
/// Behind so many silent hops nobody is expected any more.
const SILENT: usize = 4;
/// How long a router may take to say that a packet's time was up; before the system would send it again (RFC 6298 §2.1).
const HOP: Duration = Duration::from_millis(900);

/// How an attempt ended.
enum Ended {
    /// Somebody on the way answered.
    Hop(IpAddr),
    /// Nobody did.
    Silent,
    /// That is as far as it goes.
    End(TraceEnd, Option<IpAddr>, Option<String>),
}

impl Net {
    /// Traces the route to a host, two hops at a time. Nothing is sent past the first answer of the host itself; a connection that opens there is
    /// closed at once.
    pub async fn trace(
        &self,
        rec: &Recorder,
        server: &str,
        to: SocketAddr,
        from: Option<IpAddr>,
    ) -> (TraceFact, EvidenceId) {
        let began = Instant::now();
        let mut fact = TraceFact {
            server: clean_line(server, 255),
            address: to,
            hops: Vec::new(),
            end: TraceEnd::Silent,
            reason: None,
            ms: 0,
        };
        'way: for hop in (1..=MOST).step_by(2) {
            let pair = tokio::join!(self.hop(hop, to, from), self.hop(hop + 1, to, from));
            for (hop, (ended, ms)) in [(hop, pair.0), (hop + 1, pair.1)] {
                match ended {
                    Ended::Hop(ip) => fact.hops.push(HopFact { hop, from: Some(ip), ms }),
                    Ended::Silent => fact.hops.push(HopFact { hop, from: None, ms }),
                    Ended::End(end, by, reason) => {
                        fact.hops.extend(by.map(|ip| HopFact { hop, from: Some(ip), ms }));
                        (fact.end, fact.reason) = (end, reason);
                        break 'way;
                    }
                }
                if fact.hops.iter().rev().take_while(|h| h.from.is_none()).count() >= SILENT {
                    break 'way;
                }
            }
        }
        fact.ms = millis(began);
        let evidence = rec.trace(fact.clone());
        (fact, evidence)
    }

    async fn hop(&self, hop: u8, to: SocketAddr, from: Option<IpAddr>) -> (Ended, u32) {
        let began = Instant::now();
        let limit = HOP.min(self.limits().phase);
        let ended = match timeout(limit, self.world().connect_within(hop, to, from)).await {
            Ok(Ok(_)) => Ended::End(TraceEnd::Reached, Some(to.ip()), None),
            Ok(Err(error)) => said(&error, to),
            Err(_) => Ended::Silent,
        };
        (ended, millis(began))
    }
}

fn said(error: &io::Error, to: SocketAddr) -> Ended {
    match Rejected::of(error) {
        Some(icmp) if icmp.meaning() == IcmpMeaning::Expired => Ended::Hop(icmp.from),
        Some(icmp) => Ended::End(TraceEnd::Rejected, Some(icmp.from), Some(icmp.spoken())),
        None if error.kind() == io::ErrorKind::ConnectionRefused => Ended::End(TraceEnd::Reached, Some(to.ip()), None),
        None => Ended::End(TraceEnd::Untried, None, Some(clean_line(&error.to_string(), 200))),
    }
}

fn millis(since: Instant) -> u32 {
    u32::try_from(since.elapsed().as_millis()).unwrap_or(u32::MAX)
}
