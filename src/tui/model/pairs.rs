//! Differential proof: two probes that differ in one thing, side by side.

use super::MOST;
use super::evidence::{outcome, record};
use crate::transcript::{
    CommandFact, ConnectFact, ConnectOutcome, DnsFact, EvidenceId, Fact, Reply, Role, Stage, Transcript, clean_line,
};

/// Two probes that differ in one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) struct Pair {
    pub left: Vec<String>,
    pub right: Vec<String>,
}

/// The first of some evidence that has a counterpart, beside it.
pub(in crate::tui) fn pair(transcript: &Transcript, evidence: &[EvidenceId]) -> Option<Pair> {
    let fact = |id: &EvidenceId| transcript.entries().get(id.0 as usize).map(|e| &e.fact);
    // What a finding rests on counts as well, one level deep.
    let all = evidence.iter().flat_map(|id| match fact(id) {
        Some(Fact::Found { finding, .. }) => finding.evidence.clone(),
        _ => vec![*id],
    });
    all.into_iter().find_map(|id| {
        let other = counterpart(transcript, id)?;
        let (mut left, mut right) = (told(transcript, id), told(transcript, other));
        // Where the same was asked, what was said before it differs.
        if left.first() == right.first()
            && let (Some(own), Some(others)) = (sender(transcript, id), sender(transcript, other))
            && own != others
        {
            left.insert(0, own);
            right.insert(0, others);
        }
        Some(Pair { left, right })
    })
}

/// The sender that was named last before a reply, in the same talk.
fn sender(transcript: &Transcript, id: EvidenceId) -> Option<String> {
    let at = id.0 as usize;
    let Fact::Received { run, reply } = &transcript.entries().get(at)?.fact else { return None };
    let line = transcript.entries()[..at].iter().rev().find_map(|e| match &e.fact {
        Fact::Sent { run: r, command } if r == run && Some(command.address) == reply.address => {
            (command.stage == Stage::Mail).then_some(&command.line)
        }
        _ => None,
    })?;
    Some(clean_line(&format!("> {line}"), MOST))
}

/// What was asked in the same way with one thing changed, and ended otherwise.
pub(super) fn counterpart(transcript: &Transcript, id: EvidenceId) -> Option<EvidenceId> {
    let at = id.0 as usize;
    let own = &transcript.entries().get(at)?.fact;
    // What a server says to RSET is no counterpart of what it says to RCPT.
    let verb = |at: usize| asked(transcript, at).and_then(|c| c.line.split([' ', ':']).next());
    let differs = |other_at: usize, other: &Fact| match (own, other) {
        (Fact::Received { run: own, reply: a }, Fact::Received { run: other, reply: b }) => {
            is_control(a, b) && verb(at) == verb(other_at) || own == other && welcomes(a, b)
        }
        (Fact::Dns { dns: a, .. }, Fact::Dns { dns: b, .. }) => {
            a.rtype == b.rtype
                && a.outcome != b.outcome
                && (one_zone(a, b) || (a.name == b.name && a.server != b.server))
        }
        (Fact::Connect { connect: a, .. }, Fact::Connect { connect: b, .. }) => {
            let open = |connect: &ConnectFact| connect.outcome == ConnectOutcome::Open;
            a.server == b.server && a.address != b.address && !open(a) && open(b)
        }
        _ => false,
    };
    let other = (0..transcript.entries().len()).rev().find(|n| differs(*n, &transcript.entries()[*n].fact))?;
    u32::try_from(other).ok().map(EvidenceId)
}

/// What a reply answers: the last command of its stage to that server.
fn asked(transcript: &Transcript, at: usize) -> Option<&CommandFact> {
    let Fact::Received { run, reply } = &transcript.entries().get(at)?.fact else { return None };
    transcript.entries()[..at].iter().rev().find_map(|e| match &e.fact {
        Fact::Sent { run: r, command } if r == run && is_of(command, reply) => Some(command),
        _ => None,
    })
}

fn is_control(own: &Reply, other: &Reply) -> bool {
    own.role != Role::Control
        && other.role == Role::Control
        && own.server == other.server
        && own.stage == other.stage
        && own.code / 100 != other.code / 100
}

/// Whether one server turned away at the door whom another welcomed, for the same mail.
fn welcomes(own: &Reply, other: &Reply) -> bool {
    let at_the_door = |reply: &Reply| reply.stage == Some(Stage::Greeting) && reply.role == Role::Case;
    at_the_door(own) && at_the_door(other) && own.server != other.server && own.code >= 500 && other.code == 220
}

/// Whether both ask one list about an address: `7.100.51.198.zen.example` and its test point `1.0.0.127.zen.example`.
fn one_zone(a: &DnsFact, b: &DnsFact) -> bool {
    let zone = |name: &str| {
        let labels: Vec<&str> = name.split('.').collect();
        let numbers = labels.len() > 5 && labels[..4].iter().all(|l| l.parse::<u8>().is_ok());
        numbers.then(|| labels[4..].join("."))
    };
    let (a, b) = (zone(&a.name), zone(&b.name));
    a.is_some() && a == b
}

/// A probe in two or three lines: what was asked, and what came.
fn told(transcript: &Transcript, id: EvidenceId) -> Vec<String> {
    let at = id.0 as usize;
    let lines = match &transcript.entries()[at].fact {
        Fact::Received { reply, .. } => {
            let answer = format!("< {} {}", reply.codes(), reply.joined());
            let question = match asked(transcript, at) {
                // Whoever greets was asked nothing but to take the call.
                None if reply.stage == Some(Stage::Greeting) => Some(format!("> {}", reply.server)),
                command => command.map(|c| format!("> {}", c.line)),
            };
            question.into_iter().chain([answer]).collect()
        }
        Fact::Dns { dns, .. } => {
            let records: Vec<_> = dns.records.iter().map(record).collect();
            let answer = if records.is_empty() { outcome(dns.outcome).to_owned() } else { records.join(", ") };
            let server = dns.server.map_or_else(String::new, |s| format!(" of {s}"));
            let rtype = if dns.rtype == "A" { String::new() } else { format!(" {}", dns.rtype) };
            vec![format!("> {}{rtype}{server}", dns.name), format!("< {answer}")]
        }
        Fact::Connect { connect, .. } => {
            vec![format!("> {}", connect.address), format!("< {}, {} ms", connect.outcome.as_str(), connect.ms)]
        }
        _ => Vec::new(),
    };
    lines.iter().map(|l| clean_line(l, MOST)).collect()
}

fn is_of(command: &CommandFact, reply: &Reply) -> bool {
    Some(command.stage) == reply.stage && Some(command.address) == reply.address
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{DnsOutcome, DnsRecord, Entry, RunId};

    fn dns(name: &str, found: bool) -> Entry {
        let dns = DnsFact {
            name: name.to_owned(),
            rtype: "A".to_owned(),
            server: None,
            outcome: if found { DnsOutcome::Found } else { DnsOutcome::NxDomain },
            records: if found { vec![DnsRecord::Address([127, 0, 0, 4].into())] } else { Vec::new() },
            detail: None,
            ms: 1,
            ttl: None,
        };
        Entry { at: 0, fact: Fact::Dns { run: RunId(0), dns } }
    }

    #[test]
    fn a_listing_stands_beside_the_lists_own_test_point() {
        let all = [
            dns("7.100.51.198.other.example.org", false),
            dns("7.100.51.198.zen.example.org", true),
            dns("1.0.0.127.zen.example.org", false),
        ];
        let transcript: Transcript = all.into_iter().collect();
        let pair = pair(&transcript, &[EvidenceId(1)]).expect("a pair");
        assert_eq!(pair.left, ["> 7.100.51.198.zen.example.org", "< 127.0.0.4"]);
        assert_eq!(pair.right, ["> 1.0.0.127.zen.example.org", "< no such name"]);
        assert!(super::pair(&transcript, &[EvidenceId(0)]).is_none(), "a list that answers alike proves nothing");
    }

    fn said(run: u32, role: Role, sender: &str, code: u16) -> Vec<Entry> {
        let (server, address) = ("mail.example.net".to_owned(), "192.0.2.25:587".parse().expect("an address"));
        let sent = |stage, line: String| {
            let command = CommandFact { server: server.clone(), address, stage, line, tls: true, role };
            Fact::Sent { run: RunId(run), command }
        };
        let reply = Reply {
            server: server.clone(),
            address: Some(address),
            stage: Some(Stage::Rcpt),
            code,
            enhanced: None,
            text: vec!["so".to_owned()],
            rtt_ms: 1,
            tls: true,
            role,
        };
        let facts = [
            sent(Stage::Mail, format!("MAIL FROM:<{sender}>")),
            sent(Stage::Rcpt, "RCPT TO:<bob@example.org>".to_owned()),
            Fact::Received { run: RunId(run), reply },
        ];
        facts.into_iter().map(|fact| Entry { at: 0, fact }).collect()
    }

    #[test]
    fn a_server_that_turns_away_stands_beside_one_that_welcomes() {
        let greeting = |server: &str, code| {
            let mut entry = said(1, Role::Case, "alice@example.net", code).remove(2);
            if let Fact::Received { reply, .. } = &mut entry.fact {
                (reply.server, reply.stage) = (server.to_owned(), Some(Stage::Greeting));
            }
            entry
        };
        let transcript: Transcript = [greeting("mx1", 554), greeting("mx2", 220)].into_iter().collect();
        let pair = pair(&transcript, &[EvidenceId(0)]).expect("a pair");
        assert_eq!(
            (pair.left, pair.right),
            (vec!["> mx1".into(), "< 554 so".into()], vec!["> mx2".into(), "< 220 so".into()])
        );
        assert_eq!(counterpart(&transcript, EvidenceId(1)), None, "a welcome needs none");
    }

    #[test]
    fn where_the_same_was_asked_the_two_show_in_what_they_differ() {
        let all = [said(1, Role::Case, "shop@example.net", 553), said(1, Role::Control, "alice@example.net", 250)];
        let transcript: Transcript = all.into_iter().flatten().collect();
        let pair = pair(&transcript, &[EvidenceId(2)]).expect("a pair");
        assert_eq!(pair.left, ["> MAIL FROM:<shop@example.net>", "> RCPT TO:<bob@example.org>", "< 553 so"]);
        assert_eq!(pair.right, ["> MAIL FROM:<alice@example.net>", "> RCPT TO:<bob@example.org>", "< 250 so"]);
    }
}
