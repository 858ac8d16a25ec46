//! The transcript lens: what was said on the wire, each dialogue in one piece.

use super::MOST;
use super::evidence::{handshake, how_broken, outcome, place, record};
use super::talks::{Talk, talks};
use crate::transcript::{ConnectOutcome, EvidenceId, Fact, Role, Transcript, clean_line, without_number};

/// Which way a line went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Way {
    /// To the server.
    Out,
    /// From the server.
    In,
    /// Neither: something that happened.
    Event,
}

/// A line of the lens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Said {
    /// Milliseconds since its dialogue began.
    pub at: u64,
    pub way: Way,
    /// Whether it went through TLS.
    pub tls: bool,
    /// The line; the first of a reply.
    pub text: String,
    /// How many more lines the reply has.
    pub more: usize,
    /// The host it was said to or by.
    pub host: String,
    /// Whether a dialogue begins with it.
    pub first: bool,
    /// Whether it was said only for comparison.
    pub control: bool,
    /// The entry.
    pub id: EvidenceId,
}

/// Everything that was said, grouped by dialogue in the order in which they began.
pub(in crate::tui) fn dialogue(transcript: &Transcript) -> Vec<Said> {
    talks(transcript).iter().flat_map(|t| lines_of(transcript, t, 0)).collect()
}

/// The dialogue that something was said in last: its last lines, at most so many.
pub(in crate::tui) fn latest(transcript: &Transcript, most: usize) -> Vec<Said> {
    let talks = talks(transcript);
    let last = talks.iter().max_by_key(|t| t.lines.last().copied());
    last.map_or_else(Vec::new, |t| lines_of(transcript, t, t.lines.len().saturating_sub(most)))
}

fn lines_of(transcript: &Transcript, talk: &Talk, from: usize) -> Vec<Said> {
    let entries = transcript.entries();
    let lines = talk.lines[from..].iter().enumerate();
    lines
        .filter_map(|(i, &at)| {
            let entry = &entries[at];
            let said = line(EvidenceId(u32::try_from(at).unwrap_or(u32::MAX)), &entry.fact)?;
            Some(Said { at: entry.at.saturating_sub(talk.began), first: i == 0, ..said })
        })
        .collect()
}

fn is_control(fact: &Fact) -> bool {
    let role = match fact {
        Fact::Sent { command, .. } => command.role,
        Fact::Received { reply, .. } => reply.role,
        Fact::Broke { broken, .. } => broken.role,
        _ => Role::Case,
    };
    role == Role::Control
}

/// The line of a fact, if something was said or happened on the wire.
fn line(id: EvidenceId, fact: &Fact) -> Option<Said> {
    let said = |way, tls, text: String, more, host: String| Said {
        at: 0,
        way,
        tls,
        text: clean_line(&text, MOST),
        more,
        host: clean_line(&host, 120),
        first: false,
        control: is_control(fact),
        id,
    };
    Some(match fact {
        Fact::Connect { connect, .. } => {
            let text = match (connect.outcome, connect.local) {
                (ConnectOutcome::Open, Some(local)) => format!("connected from {}", local.ip()),
                (ConnectOutcome::Open, None) => "connected".to_owned(),
                (ConnectOutcome::Timeout, _) => "no answer to the connection attempt".to_owned(),
                (other, _) => {
                    // `unreachable (No route to host)`, but not `refused (Connection refused)`.
                    let reason = connect.reason.as_deref().map(without_number).filter(|r| !r.contains(other.as_str()));
                    let reason = reason.map_or_else(String::new, |r| format!(" ({r})"));
                    format!("could not connect: {}{reason}", other.as_str())
                }
            };
            let host = place(&connect.server, connect.address);
            said(Way::Event, false, text, 0, host)
        }
        Fact::Tls { tls, .. } => {
            let host = place(&tls.server, tls.address);
            said(Way::Event, true, handshake(tls), 0, host)
        }
        Fact::Sent { command, .. } => {
            let host = place(&command.server, command.address);
            said(Way::Out, command.tls, command.line.clone(), 0, host)
        }
        Fact::Received { reply, .. } => {
            let first = reply.text.first().map_or("", String::as_str);
            let sign = if reply.text.len() > 1 { '-' } else { ' ' };
            let enhanced = reply.enhanced.filter(|e| !first.starts_with(&e.to_string()));
            let enhanced = enhanced.map_or_else(String::new, |e| format!("{e} "));
            let text = match reply.code {
                0 => first.to_owned(),
                code => format!("{code}{sign}{enhanced}{first}"),
            };
            let more = reply.text.len().saturating_sub(1);
            let host = match reply.address {
                Some(address) => place(&reply.server, address),
                None if reply.role == Role::Pasted => "as pasted".to_owned(),
                None => reply.server.clone(),
            };
            said(Way::In, reply.tls, text, more, host)
        }
        Fact::Broke { broken, .. } => {
            let mut text = format!("broke off at {}: {}", broken.stage.spoken(), how_broken(broken.kind));
            if let Some(detail) = &broken.detail {
                text += &format!(" ({})", without_number(detail));
            }
            let host = place(&broken.server, broken.address);
            said(Way::Event, false, text, 0, host)
        }
        Fact::Dns { dns, .. } => {
            let records: Vec<_> = dns.records.iter().map(record).collect();
            let answer = if records.is_empty() { outcome(dns.outcome).to_owned() } else { records.join(", ") };
            let text = format!("{} {}: {answer}", dns.name, dns.rtype);
            let host = dns.server.map_or_else(|| "DNS".to_owned(), |s| format!("DNS {s}"));
            said(Way::Event, false, text, 0, host)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::SocketAddr;

    use crate::transcript::{BreakFact, BreakKind, CommandFact, ConnectFact, Entry, Reply, RunId, Stage};

    fn address(last: u8) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, last], 25))
    }

    fn connect(run: u32, last: u8) -> Fact {
        let connect = ConnectFact {
            server: format!("mx{last}.example.org"),
            address: address(last),
            local: None,
            outcome: ConnectOutcome::Open,
            reason: None,
            icmp: None,
            ms: 20,
        };
        Fact::Connect { run: RunId(run), connect }
    }

    fn reply(run: u32, last: u8, text: &[&str]) -> Fact {
        let reply = Reply {
            server: format!("mx{last}.example.org"),
            address: Some(address(last)),
            stage: Some(Stage::Rcpt),
            code: 550,
            enhanced: "5.1.1".parse().ok(),
            text: text.iter().map(|t| (*t).to_owned()).collect(),
            rtt_ms: 9,
            tls: true,
            role: Role::Case,
        };
        Fact::Received { run: RunId(run), reply }
    }

    fn sent(run: u32, last: u8) -> Fact {
        let command = CommandFact {
            server: String::new(),
            address: address(last),
            stage: Stage::Rcpt,
            line: "RCPT TO:<bob@example.org>".to_owned(),
            tls: true,
            role: Role::Case,
        };
        Fact::Sent { run: RunId(run), command }
    }

    #[test]
    fn dialogues_that_ran_side_by_side_are_shown_one_after_the_other() {
        let facts =
            [connect(1, 1), connect(1, 2), sent(1, 1), sent(1, 2), reply(1, 1, &["no", "one"]), reply(1, 2, &["no"])];
        let all = facts.into_iter().zip([120, 125, 130, 131, 160, 161]).map(|(fact, at)| Entry { at, fact }).collect();
        let lines = dialogue(&all);
        let seen: Vec<_> = lines.iter().map(|l| (l.first, l.at, l.way, l.text.as_str(), l.more)).collect();
        let rcpt = "RCPT TO:<bob@example.org>";
        assert_eq!(
            seen,
            [
                (true, 20, Way::Event, "connected", 0),
                (false, 30, Way::Out, rcpt, 0),
                (false, 60, Way::In, "550-5.1.1 no", 1),
                (true, 20, Way::Event, "connected", 0),
                (false, 26, Way::Out, rcpt, 0),
                (false, 56, Way::In, "550 5.1.1 no", 0),
            ]
        );
    }

    #[test]
    fn why_nothing_connects_is_said_without_the_number_of_this_machine() {
        let failed = |outcome, reason: &str| {
            let Fact::Connect { run, connect } = connect(1, 1) else { unreachable!() };
            let connect = ConnectFact { outcome, reason: Some(reason.to_owned()), ..connect };
            line(EvidenceId(0), &Fact::Connect { run, connect }).expect("a line").text
        };
        let unreachable = failed(ConnectOutcome::Unreachable, "No route to host (os error 113)");
        assert_eq!(unreachable, "could not connect: unreachable (No route to host)");
        assert_eq!(failed(ConnectOutcome::Refused, "Connection refused (os error 111)"), "could not connect: refused");
    }

    #[test]
    fn the_latest_dialogue_is_the_one_that_spoke_last() {
        let facts = [connect(1, 1), connect(1, 2), sent(1, 2), sent(1, 1), reply(1, 2, &["no"])];
        let all: Transcript = facts.into_iter().zip(120..).map(|(fact, at)| Entry { at, fact }).collect();
        let lines = latest(&all, 10);
        let texts: Vec<_> = lines.iter().map(|l| (l.first, l.host.as_str(), l.text.as_str())).collect();
        let host = "mx2.example.org 192.0.2.2:25";
        let sent = ("192.0.2.2:25", "RCPT TO:<bob@example.org>");
        assert_eq!(texts, [(true, host, "connected"), (false, sent.0, sent.1), (false, host, "550 5.1.1 no")]);
        assert_eq!(latest(&all, 2).len(), 2);
    }

    #[test]
    fn two_connections_to_one_place_at_once_are_told_apart() {
        let quit = |fact: Fact| match fact {
            Fact::Sent { run, command } => Fact::Sent { run, command: CommandFact { stage: Stage::Quit, ..command } },
            other => other,
        };
        // One asks RCPT and waits; the other, meanwhile, says QUIT.
        let facts = [connect(1, 1), sent(1, 1), connect(1, 1), quit(sent(1, 1)), reply(1, 1, &["no"])];
        let all: Transcript = facts.into_iter().zip(120..).map(|(fact, at)| Entry { at, fact }).collect();
        let lines: Vec<_> = dialogue(&all).into_iter().map(|l| (l.first, l.text)).collect();
        let rcpt = "RCPT TO:<bob@example.org>".to_owned();
        let (connected, no) = ("connected".to_owned(), "550 5.1.1 no".to_owned());
        assert_eq!(
            lines,
            [(true, connected.clone()), (false, rcpt.clone()), (false, no), (true, connected), (false, rcpt)]
        );
    }

    #[test]
    fn the_goodbye_stands_behind_the_break_that_it_follows() {
        let broke = || {
            let broken = BreakFact {
                server: String::new(),
                address: address(1),
                stage: Stage::Rcpt,
                kind: BreakKind::Timeout,
                detail: None,
                ms: 80,
                role: Role::Case,
            };
            Fact::Broke { run: RunId(1), broken }
        };
        let quit = || {
            let Fact::Sent { run, command } = sent(1, 1) else { unreachable!() };
            Fact::Sent { run, command: CommandFact { stage: Stage::Quit, line: "QUIT".to_owned(), ..command } }
        };
        let facts = [connect(1, 1), sent(1, 1), connect(1, 1), sent(1, 1), broke(), quit(), broke(), quit()];
        let all: Transcript =
            facts.into_iter().zip([1, 2, 3, 4, 84, 84, 90, 90]).map(|(fact, at)| Entry { at, fact }).collect();
        let lines = dialogue(&all);
        let texts: Vec<_> = lines.iter().map(|l| l.text.split(' ').next().unwrap_or_default()).collect();
        assert_eq!(texts, ["connected", "RCPT", "broke", "QUIT", "connected", "RCPT", "broke", "QUIT"]);
    }

    #[test]
    fn a_second_connection_to_the_same_host_is_a_dialogue_of_its_own() {
        let all = [connect(1, 1), sent(1, 1), connect(1, 1), sent(1, 1)]
            .map(|fact| Entry { at: 50, fact })
            .into_iter()
            .collect();
        assert_eq!(dialogue(&all).iter().filter(|l| l.first).count(), 2);
    }
}
