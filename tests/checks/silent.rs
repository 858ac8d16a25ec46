//! A mail server of which one address takes the call and never says a word.
//!
//! Time is tokio's own, and stands still while anything is computed.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use heloise::check::Knowledge;
use heloise::net::{BoxFuture, Trust, World};
use heloise::practice::{Practice, WorldFile};
use heloise::run::{Plan, Session, Setup, walk_alone};
use heloise::transcript::{Consent, StepId};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use crate::worlds::guide;

/// A practice world whose IPv4 addresses are silent; where `all` is set, the others are, too.
struct HalfSilent {
    world: Arc<dyn World>,
    silent: SocketAddr,
    all: bool,
}

impl World for HalfSilent {
    fn connect(&self, to: SocketAddr, from: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        let silent = self.all || to.is_ipv4();
        if silent { Box::pin(TcpStream::connect(self.silent)) } else { self.world.connect(to, from) }
    }

    fn nameservers(&self) -> Result<Vec<SocketAddr>, String> {
        self.world.nameservers()
    }

    fn dns_at(&self, server: SocketAddr) -> SocketAddr {
        self.world.dns_at(server)
    }

    fn unix_seconds(&self) -> i64 {
        self.world.unix_seconds()
    }

    fn host_name(&self) -> Option<String> {
        self.world.host_name()
    }

    fn is_this_machine(&self) -> bool {
        false
    }
}

/// The step of the recipient there, and how long it took.
async fn recipient(all: bool) -> (Session, Duration) {
    let guide = guide();
    let file = WorldFile::by_id(&guide, "healthy-address").expect("a world");
    let practice = Practice::start(&file).await.expect("the world comes up");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let silent = listener.local_addr().expect("its address");
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok(call) = listener.accept().await {
            kept.push(call);
        }
    });
    let world = Arc::new(HalfSilent { world: practice.world(), silent, all });
    let trust = Trust::only(practice.ca_pem()).expect("the world's CA");
    let know = Arc::new(Knowledge::load(|name| guide.file(name)).expect("the knowledge"));
    let setup = Setup { guide, know, world, trust, store: None };
    let consents = Consent::ALL.into_iter().collect();
    tokio::time::pause();
    let began = Instant::now();
    let steps = Plan::Steps(vec![StepId::new("recipient")]);
    let session = walk_alone(setup, file.case.clone(), None, consents, steps, |_| ()).await;
    (session, began.elapsed())
}

fn found(session: &Session, id: &str) -> usize {
    session.walk().transcript().findings().filter(|(_, f)| f.id == id).count()
}

#[tokio::test]
async fn an_address_that_keeps_silent_does_not_hold_up_the_next_one() {
    let (session, took) = recipient(false).await;
    assert_eq!(found(&session, "recipient.rcpt.passed-over"), 0);
    assert_eq!(found(&session, "recipient.rcpt.control-refused"), 1, "somebody answered");
    assert!(took < Duration::from_secs(10), "{took:?}: sooner than an answer is given up");
}

#[tokio::test]
async fn silent_addresses_are_waited_for_beside_each_other() {
    let (session, took) = recipient(true).await;
    assert_eq!(found(&session, "recipient.rcpt.unreachable"), 1);
    assert!(took < Duration::from_secs(35), "{took:?}: hardly longer than one of them alone");
}
