//! What a probe that takes long is waiting for: real servers hold things back, and a person who waits wants to know for what.

use std::net::SocketAddr;

use crate::transcript::{ConnectOutcome, Entry, Fact, RunId};

/// Nobody wonders before that.
const LONG_MS: u64 = 3_000;

/// A few words about a row that is still at work; empty where there is nothing to say yet.
pub(super) fn waits(entries: &[Entry], runs: &[RunId], label: &str, since_ms: u64) -> String {
    if since_ms < LONG_MS || !is_place(label) {
        return String::new();
    }
    let of_ours = |fact: &&Fact| fact.run().is_some_and(|run| runs.contains(&run));
    let last = entries.iter().rev().map(|e| &e.fact).filter(of_ours).find_map(|fact| match fact {
        Fact::Connect { connect, .. } if names(label, &connect.server, connect.address) => {
            Some(match connect.outcome {
                ConnectOutcome::Open => "takes the call; some greet late on purpose".to_owned(),
                _ => "trying once more".to_owned(),
            })
        }
        Fact::Sent { command, .. } if names(label, &command.server, command.address) => {
            Some(format!("slow to answer {}; some are on purpose", command.stage.spoken()))
        }
        Fact::Received { reply, .. } if reply.address.is_some_and(|a| names(label, &reply.server, a)) => {
            Some(String::new())
        }
        Fact::Tls { tls, .. } if names(label, &tls.server, tls.address) => Some(String::new()),
        _ => None,
    });
    last.unwrap_or_else(|| "no answer to the call yet".to_owned())
}

/// Whether a row stands for a place on the network.
fn is_place(label: &str) -> bool {
    label.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok())
}

/// Whether a row's label names that place: `host address:port`, `host:port` or `address:port`.
fn names(label: &str, server: &str, address: SocketAddr) -> bool {
    let rest = label.strip_prefix(server).unwrap_or(label);
    let rest = rest.trim_start();
    rest == address.to_string() || rest == format!(":{}", address.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::ConnectFact;

    const RUN: RunId = RunId(1);

    fn connected(outcome: ConnectOutcome) -> Entry {
        let connect = ConnectFact {
            server: "mx1.example.org".to_owned(),
            address: "192.0.2.25:25".parse().expect("an address"),
            local: None,
            outcome,
            reason: None,
            icmp: None,
            ms: 1,
        };
        Entry { at: 0, fact: Fact::Connect { run: RUN, connect } }
    }

    #[test]
    fn a_long_wait_says_what_for() {
        let open = [connected(ConnectOutcome::Open)];
        for label in ["mx1.example.org 192.0.2.25:25", "mx1.example.org:25", "192.0.2.25:25"] {
            assert!(waits(&open, &[RUN], label, 4_000).starts_with("takes the call"), "{label}");
        }
        assert_eq!(waits(&[], &[RUN], "mx1.example.org 192.0.2.25:25", 4_000), "no answer to the call yet");
    }

    #[test]
    fn a_short_wait_and_a_row_that_is_no_place_say_nothing() {
        let open = [connected(ConnectOutcome::Open)];
        assert_eq!(waits(&open, &[RUN], "mx1.example.org:25", 2_000), "");
        assert_eq!(waits(&open, &[RUN], "Spamhaus ZEN", 9_000), "");
        assert_eq!(waits(&open, &[RunId(2)], "mx2.example.org:25", 9_000), "no answer to the call yet");
    }
}
