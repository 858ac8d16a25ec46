//! Hosts against stages, from a transcript made by hand.

use super::*;
use crate::report::Matrix;
use crate::transcript::{
    BreakFact, BreakKind, ConnectFact, ConnectOutcome, DnsFact, DnsOutcome, DnsRecord, Entry, Fact, IcmpFact, Reply,
    Role, RunId, Stage, StepId, Transcript,
};

const RUN: RunId = RunId(1);

fn connect(server: &str, address: &str, outcome: ConnectOutcome, icmp: Option<IcmpFact>) -> Fact {
    let connect = ConnectFact {
        server: server.to_owned(),
        address: address.parse().expect("an address"),
        local: None,
        outcome,
        reason: None,
        icmp,
        ms: 12,
    };
    Fact::Connect { run: RUN, connect }
}

fn heard(server: &str, address: &str, stage: Stage, code: u16, ms: u32) -> Fact {
    let reply = Reply {
        server: server.to_owned(),
        address: address.parse().ok(),
        stage: Some(stage),
        code,
        enhanced: None,
        text: vec!["as it is".to_owned()],
        rtt_ms: ms,
        tls: false,
        role: Role::Control,
    };
    Fact::Received { run: RUN, reply }
}

fn transcript() -> Transcript {
    let (one, two) = ("mx1.example.org", "mx2.example.org");
    let (v4, v6, other) = ("192.0.2.25:25", "[2001:db8:100:200:300:400:500:25]:25", "192.0.2.26:25");
    let dns = DnsFact {
        name: one.to_owned(),
        rtype: "A".to_owned(),
        server: None,
        outcome: DnsOutcome::Found,
        records: vec![DnsRecord::Address("192.0.2.25".parse().expect("an address"))],
        ttl: None,
        detail: None,
        ms: 5,
    };
    let broken = BreakFact {
        server: two.to_owned(),
        address: other.parse().expect("an address"),
        stage: Stage::Ehlo,
        kind: BreakKind::Timeout,
        detail: None,
        ms: 10_000,
        role: Role::Control,
    };
    let icmp = IcmpFact { from: "2001:db8::1".parse().expect("an address"), kind: 1, code: 1, own: false };
    let started = Fact::Started { run: RUN, step: StepId::new("connectivity"), check: "connectivity".to_owned() };
    let facts = [
        started,
        Fact::Dns { run: RUN, dns },
        connect(one, v4, ConnectOutcome::Open, None),
        connect(one, v6, ConnectOutcome::Unreachable, Some(icmp)),
        connect(two, other, ConnectOutcome::Open, None),
        heard(one, v4, Stage::Greeting, 220, 6_012),
        heard(one, v4, Stage::Ehlo, 250, 24),
        heard(one, v4, Stage::Starttls, 454, 25),
        heard(two, other, Stage::Greeting, 220, 30),
        Fact::Broke { run: RUN, broken },
        // Said to compare with, by another step: no row of its own.
        Fact::Started { run: RunId(2), step: StepId::new("firewall"), check: "firewall".to_owned() },
    ];
    facts.into_iter().map(|fact| Entry { at: 0, fact }).collect()
}

#[test]
fn hosts_stand_against_stages_and_a_failed_cell_says_why() {
    let matrix = Matrix::of(&transcript());
    let shown_at = |width: u16, height: u16| {
        let lines = matrix.lines(usize::from(width - 2).min(super::super::matrix::READABLE));
        shown(width, height, |pen| super::super::matrix::draw(pen, &lines, 0))
    };
    insta::assert_snapshot!("matrix-80", shown_at(80, 20));
    insta::assert_snapshot!("matrix-200", shown_at(200, 46));
    for (width, height) in SIZES {
        let text = shown_at(width, height);
        for words in ["STARTTLS", "6012", "454", "rejected", "2001:db8::1 (ICMPv6 1/1", "silent for 10000 ms"] {
            assert!(text.contains(words) || width < 80, "{width}x{height} lacks {words}:\n{text}");
        }
    }
}

#[test]
fn a_matrix_can_be_heard() {
    let said = Matrix::of(&transcript()).sentences();
    assert_eq!(
        said[0],
        "mx1.example.org at 192.0.2.25 port 25: resolve 5 ms; connect 12 ms; greeting 6012 ms; EHLO 24 ms; \
         starttls: 454 as it is."
    );
    assert_eq!(said.len(), 3);
}

#[test]
fn nothing_was_called_yet() {
    assert!(Matrix::of(&Transcript::new()).is_empty());
}
