//! The transcript lens: what was said on the wire, each dialogue in one piece.

use std::net::SocketAddr;

use super::MOST;
use super::evidence::{handshake, how_broken, outcome, place, record};
use crate::transcript::{ConnectOutcome, EvidenceId, Fact, Role, RunId, Transcript, clean_line};

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

/// Which dialogue a line belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Wire(RunId, SocketAddr),
    Dns(RunId),
    Pasted(RunId),
}

struct Talk {
    of: Of,
    began: u64,
    lines: Vec<Said>,
}

/// Everything that was said, grouped by dialogue in the order in which they began.
pub(in crate::tui) fn dialogue(transcript: &Transcript) -> Vec<Said> {
    let mut talks: Vec<Talk> = Vec::new();
    for (id, entry) in transcript.numbered() {
        let Some((of, said, begins)) = line(id, &entry.fact) else { continue };
        let took = took(&entry.fact);
        let open = talks.iter().rposition(|t| t.of == of).filter(|_| !begins);
        let at = match open {
            Some(at) => at,
            None => {
                talks.push(Talk { of, began: entry.at.saturating_sub(took), lines: Vec::new() });
                talks.len() - 1
            }
        };
        let talk = &mut talks[at];
        let first = talk.lines.is_empty();
        talk.lines.push(Said { at: entry.at.saturating_sub(talk.began), first, ..said });
    }
    talks.into_iter().flat_map(|t| t.lines).collect()
}

/// The dialogue that something was said in last: its last lines, at most so many.
pub(in crate::tui) fn latest(transcript: &Transcript, most: usize) -> Vec<Said> {
    let mut lines: Vec<(u64, Said)> = Vec::new();
    let mut of = None;
    for (id, entry) in transcript.numbered().rev() {
        let Some((one, said, begins)) = line(id, &entry.fact) else { continue };
        if *of.get_or_insert(one) != one {
            continue;
        }
        let began = entry.at.saturating_sub(took(&entry.fact));
        lines.push((began, Said { at: entry.at, ..said }));
        if begins || lines.len() == most {
            break;
        }
    }
    let began = lines.last().map_or(0, |(began, _)| *began);
    let mut lines: Vec<Said> =
        lines.into_iter().rev().map(|(_, said)| Said { at: said.at.saturating_sub(began), ..said }).collect();
    if let Some(first) = lines.first_mut() {
        first.first = true;
    }
    lines
}

fn took(fact: &Fact) -> u64 {
    match fact {
        Fact::Connect { connect, .. } => connect.ms.into(),
        Fact::Dns { dns, .. } => dns.ms.into(),
        _ => 0,
    }
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

/// The line of a fact, the dialogue it belongs to, and whether it begins one.
fn line(id: EvidenceId, fact: &Fact) -> Option<(Of, Said, bool)> {
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
        Fact::Connect { run, connect } => {
            let text = match (connect.outcome, connect.local) {
                (ConnectOutcome::Open, Some(local)) => format!("connected from {}", local.ip()),
                (ConnectOutcome::Open, None) => "connected".to_owned(),
                (ConnectOutcome::Timeout, _) => "no answer to the connection attempt".to_owned(),
                (other, _) => match &connect.reason {
                    Some(reason) => format!("could not connect: {} ({reason})", other.as_str()),
                    None => format!("could not connect: {}", other.as_str()),
                },
            };
            let host = place(&connect.server, connect.address);
            (Of::Wire(*run, connect.address), said(Way::Event, false, text, 0, host), true)
        }
        Fact::Tls { run, tls } => {
            let host = place(&tls.server, tls.address);
            (Of::Wire(*run, tls.address), said(Way::Event, true, handshake(tls), 0, host), false)
        }
        Fact::Sent { run, command } => {
            let host = place(&command.server, command.address);
            (Of::Wire(*run, command.address), said(Way::Out, command.tls, command.line.clone(), 0, host), false)
        }
        Fact::Received { run, reply } => {
            let first = reply.text.first().map_or("", String::as_str);
            let sign = if reply.text.len() > 1 { '-' } else { ' ' };
            let enhanced = reply.enhanced.filter(|e| !first.starts_with(&e.to_string()));
            let enhanced = enhanced.map_or_else(String::new, |e| format!("{e} "));
            let text = match reply.code {
                0 => first.to_owned(),
                code => format!("{code}{sign}{enhanced}{first}"),
            };
            let more = reply.text.len().saturating_sub(1);
            let (of, host) = match reply.address {
                Some(address) => (Of::Wire(*run, address), place(&reply.server, address)),
                None if reply.role == Role::Pasted => (Of::Pasted(*run), "as pasted".to_owned()),
                None => (Of::Pasted(*run), reply.server.clone()),
            };
            (of, said(Way::In, reply.tls, text, more, host), false)
        }
        Fact::Broke { run, broken } => {
            let mut text = format!("broke off at {}: {}", broken.stage.spoken(), how_broken(broken.kind));
            if let Some(detail) = &broken.detail {
                text += &format!(" ({detail})");
            }
            let host = place(&broken.server, broken.address);
            (Of::Wire(*run, broken.address), said(Way::Event, false, text, 0, host), false)
        }
        Fact::Dns { run, dns } => {
            let records: Vec<_> = dns.records.iter().map(record).collect();
            let answer = if records.is_empty() { outcome(dns.outcome).to_owned() } else { records.join(", ") };
            let text = format!("{} {}: {answer}", dns.name, dns.rtype);
            let host = dns.server.map_or_else(|| "DNS".to_owned(), |s| format!("DNS {s}"));
            (Of::Dns(*run), said(Way::Event, false, text, 0, host), false)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{CommandFact, ConnectFact, Entry, Reply, Stage};

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
    fn a_second_connection_to_the_same_host_is_a_dialogue_of_its_own() {
        let all = [connect(1, 1), sent(1, 1), connect(1, 1), sent(1, 1)]
            .map(|fact| Entry { at: 50, fact })
            .into_iter()
            .collect();
        assert_eq!(dialogue(&all).iter().filter(|l| l.first).count(), 2);
    }
}
