//! How connections are opened, and how many.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use heloise::net::{BoxFuture, Dialogue, Trust, World};
use heloise::transcript::{BreakKind, ConnectOutcome, Fact, Security, Stage};
use tokio::net::{TcpListener, TcpStream};

use super::server::{Act, Client, HASTE, Server, open, say};

#[tokio::test]
async fn never_more_than_two_at_once_to_one_address() {
    let server = Server::start([say("220 mx\r\n"), Act::Silence]).await;
    let client = Client::new(None, Duration::from_secs(1));
    let target = || open(server.address, Security::None);
    let (first, _) = Dialogue::open(&client.net, &client.rec, target()).await.unwrap();
    let (_second, _) = Dialogue::open(&client.net, &client.rec, target()).await.unwrap();
    let (waiting, ()) = tokio::join!(Dialogue::open(&client.net, &client.rec, target()), async {
        tokio::task::yield_now().await;
        assert_eq!(server.accepted(), 2);
        drop(first);
    });
    let (_third, _) = waiting.unwrap();
    assert_eq!((server.accepted(), client.net.counts()), (3, (3, 1)));
}

#[tokio::test]
async fn who_waits_for_a_place_in_vain_is_told() {
    let server = Server::start([say("220 mx\r\n"), Act::Silence]).await;
    let client = Client::new(None, HASTE);
    let target = || open(server.address, Security::None);
    let _first = Dialogue::open(&client.net, &client.rec, target()).await.unwrap();
    let _second = Dialogue::open(&client.net, &client.rec, target()).await.unwrap();
    let (broken, evidence) = Dialogue::open(&client.net, &client.rec, target()).await.err().unwrap();
    assert_eq!((broken.stage, broken.kind), (Stage::Connect, BreakKind::Error));
    assert_eq!(server.accepted(), 2);
    let Fact::Connect { connect, .. } = &client.facts()[evidence.0 as usize] else {
        panic!("the connect fact shows it")
    };
    assert_eq!(connect.outcome, ConnectOutcome::Error);
    assert!(connect.reason.as_ref().unwrap().starts_with("session limit"), "{connect:?}");
}

#[tokio::test]
async fn a_broken_dialogue_gives_its_place_back() {
    let server = Server::start([say("garbage\r\n"), Act::Silence]).await;
    let client = Client::new(None, HASTE);
    for _ in 0..4 {
        let target = open(server.address, Security::None);
        let (broken, _) = Dialogue::open(&client.net, &client.rec, target).await.err().unwrap();
        assert_eq!(broken.kind, BreakKind::NotSmtp);
    }
}

#[tokio::test]
async fn nor_does_one_that_is_still_held_keep_it() {
    let server = Server::start([say("220 mx\r\n"), Act::Hear, say("garbage\r\n"), Act::Silence]).await;
    let client = Client::new(None, HASTE);
    let mut held = Vec::new();
    for _ in 0..4 {
        let target = open(server.address, Security::None);
        let (mut dialogue, _) = Dialogue::open(&client.net, &client.rec, target).await.unwrap();
        dialogue.ehlo("me.example.net").await.unwrap_err();
        held.push(dialogue);
    }
}

#[tokio::test]
async fn a_closed_port_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = Client::patient(None);
    let (fact, evidence) = client.net.connect(&client.rec, "mx.example.org", address, None).await.err().unwrap();
    assert_eq!((fact.outcome, fact.local), (ConnectOutcome::Refused, None));
    assert!(matches!(&client.facts()[evidence.0 as usize], Fact::Connect { connect, .. } if *connect == fact));
    let opened = Dialogue::open(&client.net, &client.rec, open(address, Security::None)).await;
    let (broken, _) = opened.err().unwrap();
    assert_eq!((broken.stage, broken.detail.as_deref()), (Stage::Connect, Some("refused")));
    assert_eq!(client.net.counts(), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_does_not_come_about_ends_at_the_limit() {
    let client = Client::in_world(Arc::new(Nowhere), Trust::with_ca(None).unwrap(), Duration::from_secs(10));
    let begun = tokio::time::Instant::now();
    let to = "192.0.2.1:25".parse().unwrap();
    let (fact, _) = client.net.connect(&client.rec, "mx.example.org", to, None).await.err().unwrap();
    assert_eq!(fact.outcome, ConnectOutcome::Timeout);
    assert_eq!(begun.elapsed().as_secs(), 10);
}

#[tokio::test]
async fn an_open_connection_knows_both_its_ends() {
    let server = Server::start([Act::Silence]).await;
    let client = Client::patient(None);
    let (wire, _) = client.net.connect(&client.rec, "mx.example.org", server.address, None).await.unwrap();
    let Fact::Connect { connect, .. } = client.facts().remove(0) else { panic!() };
    assert_eq!((connect.outcome, connect.local), (ConnectOutcome::Open, wire.local()));
    assert!(wire.local().is_some() && !wire.is_tls());
}

/// A world in which no connection ever comes about.
struct Nowhere;

impl World for Nowhere {
    fn connect(&self, _to: SocketAddr, _from: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(std::future::pending())
    }

    fn nameservers(&self) -> Result<Vec<SocketAddr>, String> {
        Err("none here".to_owned())
    }

    fn unix_seconds(&self) -> i64 {
        1_795_190_405
    }

    fn host_name(&self) -> Option<String> {
        None
    }

    fn is_this_machine(&self) -> bool {
        false
    }
}
