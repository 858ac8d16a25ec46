//! Which server is asked, how often, and for how long.

use std::sync::Mutex;
use std::time::Instant;

use heloise::net::RecordType;
use heloise::transcript::DnsOutcome;
use hickory_resolver::proto::op::ResponseCode;

use crate::dns_server::{DnsServer, code, records};
use crate::{AMPLE, SHORT, answering, mx, net_asking, nowhere, saying, silent};

#[tokio::test]
async fn the_limit_holds_for_all_servers_together() {
    let (one, two, three) = (silent().await, silent().await, silent().await);
    let net = net_asking([one.address, two.address, three.address], SHORT);
    let began = Instant::now();
    assert_eq!(net.lookup(&nowhere(), "example.org", RecordType::MX).await.0.outcome, DnsOutcome::Timeout);
    assert!(began.elapsed() < SHORT * 5 / 2, "{:?}", began.elapsed());
    assert!(three.asked() > 0, "each had its turn");
}

#[tokio::test]
async fn a_lost_packet_is_sent_again() {
    let times = Mutex::new(0);
    let server = DnsServer::start(move |q, _| {
        let mut times = times.lock().unwrap();
        *times += 1;
        (*times > 1).then(|| records(q, [mx(10, "mx.example.org")]))
    })
    .await;
    let net = net_asking([server.address], SHORT * 2);
    assert_eq!(net.lookup(&nowhere(), "example.org", RecordType::MX).await.0.outcome, DnsOutcome::Found);
}

#[tokio::test]
async fn a_silent_first_server_gives_way_to_the_second() {
    let (first, second) = (silent().await, answering(mx(10, "mx.example.org")).await);
    let net = net_asking([first.address, second.address], SHORT);
    assert_eq!(net.lookup(&nowhere(), "example.org", RecordType::MX).await.0.outcome, DnsOutcome::Found);
    let packets = first.asked();
    assert_eq!(net.lookup(&nowhere(), "example.net", RecordType::MX).await.0.outcome, DnsOutcome::Found);
    assert_eq!(first.asked(), packets, "who kept silent is asked last from then on");
}

#[tokio::test]
async fn a_failing_first_server_gives_way_to_the_second() {
    let (first, second) = (saying(ResponseCode::ServFail).await, saying(ResponseCode::NXDomain).await);
    let net = net_asking([first.address, second.address], AMPLE);
    assert_eq!(net.lookup(&nowhere(), "example.org", RecordType::MX).await.0.outcome, DnsOutcome::NxDomain);
}

#[tokio::test]
async fn a_failure_that_was_said_outranks_a_silence() {
    let (first, second) = (saying(ResponseCode::ServFail).await, silent().await);
    let net = net_asking([first.address, second.address], SHORT);
    assert_eq!(net.lookup(&nowhere(), "example.org", RecordType::MX).await.0.outcome, DnsOutcome::ServFail);
}

#[tokio::test]
async fn a_given_server_is_asked_without_recursion_and_named() {
    let server = DnsServer::start(|q, _| {
        Some(if q.metadata.recursion_desired {
            code(q, ResponseCode::Refused)
        } else {
            records(q, [mx(1, "mx.example.org")])
        })
    })
    .await;
    let net = net_asking([], AMPLE);
    let (fact, _) = net.lookup_at(&nowhere(), server.address, "example.org", RecordType::MX, false).await;
    assert_eq!((fact.outcome, fact.server), (DnsOutcome::Found, Some(server.address)));
    net.lookup_at(&nowhere(), server.address, "example.org", RecordType::MX, false).await;
    assert_eq!(server.asked(), 2, "never from memory");
}
