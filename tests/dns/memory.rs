//! A session asks once, and records every answer.

use std::sync::{Arc, Mutex};

use heloise::net::{RecordType, Recorder};
use heloise::transcript::{DnsOutcome, Fact, RunId};

use crate::{AMPLE, SHORT, answering, mx, net_asking, nowhere, silent};

#[tokio::test]
async fn the_same_question_is_asked_once_a_session() {
    let server = answering(mx(10, "mx.example.org")).await;
    let net = net_asking([server.address], AMPLE);
    let rec = nowhere();
    let (one, two) =
        tokio::join!(net.lookup(&rec, "example.org", RecordType::MX), net.lookup(&rec, "Example.org", RecordType::MX));
    let three = net.clone().lookup(&rec, "example.org.", RecordType::MX).await;
    assert_eq!(server.asked(), 1);
    assert_eq!((&one.0.records, two.0.ms, three.0.ms), (&three.0.records, 0, 0));
    assert_eq!(two.0.records, three.0.records);
    net.lookup(&rec, "example.org", RecordType::TXT).await;
    assert_eq!(server.asked(), 2, "another type is another question");
}

#[tokio::test]
async fn what_is_forgotten_is_asked_again() {
    let server = answering(mx(10, "mx.example.org")).await;
    let net = net_asking([server.address], AMPLE);
    net.lookup(&nowhere(), "example.org", RecordType::MX).await;
    net.forget_dns();
    net.lookup(&nowhere(), "example.org", RecordType::MX).await;
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn a_question_given_up_midway_is_taken_over_by_who_waits_for_it() {
    let server = silent().await;
    let net = net_asking([server.address], SHORT);
    let rec = nowhere();
    let given_up = tokio::time::timeout(SHORT / 4, net.lookup(&rec, "example.org", RecordType::MX));
    let (gone, stayed) = tokio::join!(given_up, net.lookup(&rec, "example.org", RecordType::MX));
    assert!(gone.is_err());
    assert_eq!(stayed.0.outcome, DnsOutcome::Timeout);
}

#[tokio::test]
async fn every_answer_is_recorded_also_one_from_memory() {
    let server = answering(mx(10, "mx.example.org")).await;
    let net = net_asking([server.address], AMPLE);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let facts = Arc::clone(&heard);
    let rec = Recorder::new(RunId(7), move |_, fact| facts.lock().unwrap().push(fact));
    let (one, first) = net.lookup(&rec, "example.org", RecordType::MX).await;
    let (two, second) = net.lookup(&rec, "example.org", RecordType::MX).await;
    assert_eq!((first.0, second.0), (0, 1));
    let run = RunId(7);
    assert_eq!(*heard.lock().unwrap(), [Fact::Dns { run, dns: one }, Fact::Dns { run, dns: two }]);
}
