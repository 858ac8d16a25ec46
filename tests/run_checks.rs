//! The real checks, walked alone: nothing goes out without consent, and a world where nobody answers is "could not tell".

#[path = "support/dns_server.rs"]
mod dns_server;

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dns_server::{DnsServer, code, name, records};
use heloise::check::Knowledge;
use heloise::net::{BoxFuture, Real, Trust, World};
use heloise::run::{Message, Plan, Session, Setup, load_guide, walk_alone};
use heloise::transcript::{Case, Consent, Fact, Mode, StepStatus, Verdict};
use heloise::walk::{Input, StepState, Walk};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::RData;
use hickory_resolver::proto::rr::rdata::{A, MX};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A world with a DNS and no mail servers; it counts who knocks.
struct Empty {
    dns: SocketAddr,
    knocks: AtomicU32,
}

impl World for Empty {
    fn connect(&self, _: SocketAddr, _: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        self.knocks.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) })
    }

    fn nameservers(&self) -> Result<Vec<SocketAddr>, String> {
        Ok(vec![self.dns])
    }

    fn unix_seconds(&self) -> i64 {
        1_795_190_405
    }

    fn host_name(&self) -> Option<String> {
        Some("client.example.net".to_owned())
    }

    fn is_this_machine(&self) -> bool {
        false
    }
}

async fn walked(dns: &DnsServer, case: Case, consents: &[Consent]) -> (Session, Arc<Empty>) {
    let guide = Arc::new(load_guide(None).unwrap());
    let know = Arc::new(Knowledge::load(|name| guide.file(name)).unwrap());
    let world = Arc::new(Empty { dns: dns.address, knocks: AtomicU32::new(0) });
    let steps = guide.steps().iter().map(|s| s.id.clone()).collect();
    let trust = Trust::with_ca(None).unwrap();
    let setup = Setup { guide, know, world: Arc::clone(&world) as Arc<dyn World>, trust, store: None };
    let consents: BTreeSet<Consent> = consents.iter().copied().collect();
    let walk = walk_alone(setup, case, None, consents, Plan::Steps(steps), |_| ());
    let session = tokio::time::timeout(Duration::from_secs(60), walk).await.expect("it keeps its deadline");
    assert_eq!(session.bugs(), 0);
    (session, world)
}

fn case() -> Case {
    Case {
        from: Some("alice@example.net".to_owned()),
        to: vec!["bob@example.org".to_owned()],
        ip: "192.0.2.7".parse().ok(),
        timeout_secs: 1,
        deadline_secs: 20,
        ..Case::new()
    }
}

/// `example.org` has a mail server; nothing else exists. What is asked for is noted.
async fn small_dns() -> (DnsServer, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&asked);
    let server = DnsServer::start(move |q, _| {
        let text = q.queries[0].name().to_ascii();
        notes.lock().unwrap().push(text.clone());
        Some(match (text.as_str(), q.queries[0].query_type().to_string().as_str()) {
            ("example.org.", "MX") => records(q, [RData::MX(MX::new(10, name("mx.example.org")))]),
            ("mx.example.org.", "A") => records(q, [RData::A(A::new(192, 0, 2, 25))]),
            ("example.org." | "mx.example.org.", _) => records(q, []),
            _ => code(q, ResponseCode::NXDomain),
        })
    });
    (server.await, asked)
}

#[tokio::test]
async fn without_consent_nobody_is_connected_to_and_no_list_is_asked() {
    let (dns, asked) = small_dns().await;
    let (session, world) = walked(&dns, case(), &[]).await;
    assert_eq!(world.knocks.load(Ordering::Relaxed), 0);
    assert_eq!(session.counts(), (0, 0));
    let lists = &session.know().blocklists;
    assert!(!lists.is_empty());
    let asked = asked.lock().unwrap();
    for list in lists {
        assert!(!asked.iter().any(|name| name.trim_end_matches('.').ends_with(&list.zone)), "{} was asked", list.id);
    }
}

#[tokio::test]
async fn every_step_of_the_guide_ends_also_where_every_door_is_shut() {
    let (dns, _) = small_dns().await;
    let (session, world) = walked(&dns, case(), &Consent::ALL).await;
    assert!(world.knocks.load(Ordering::Relaxed) > 0);
    for step in session.guide().steps() {
        let state = session.walk().state_of(&step.id);
        assert!(matches!(state, StepState::Done(_)), "{}: {state:?}", step.id);
    }
    assert_eq!(Walk::replay(session.walk().transcript().entries()), *session.walk());
}

#[tokio::test]
async fn a_silent_dns_is_no_fault_of_anybody() {
    let dns = DnsServer::start(|_, _| None).await;
    let (session, _) = walked(&dns, Case { ip: None, ..case() }, &[]).await;
    assert!(dns.asked() > 0);
    let failed = |e: &&heloise::transcript::Entry| matches!(e.fact, Fact::StepEnded { status: StepStatus::Fail, .. });
    let entries = session.walk().transcript().entries();
    assert_eq!(entries.iter().find(failed), None);
    assert_eq!(session.walk().verdict(), Some(Verdict::Inconclusive));
}

#[tokio::test]
async fn a_name_service_that_is_named_later_is_asked_from_then_on() {
    let (first, _) = small_dns().await;
    let (second, asked) = small_dns().await;
    let guide = Arc::new(load_guide(None).unwrap());
    let know = Arc::new(Knowledge::load(|name| guide.file(name)).unwrap());
    let trust = Trust::with_ca(None).unwrap();
    let setup = Setup { guide, know, world: Real::new(Some(first.address)), trust, store: None };
    let (send, mut receive) = unbounded_channel::<Message<()>>();
    let mut session = Session::new(setup, send);
    let settle = async |session: &mut Session, receive: &mut UnboundedReceiver<Message<()>>| {
        while !session.walk().running().is_empty() {
            let Some(Message::Answer(run, fact)) = receive.recv().await else { continue };
            session.answer(run, fact);
        }
    };
    let version = String::new();
    session.input(Input::Begin { version, unix_ms: 0, mode: Mode::Guided });
    session.input(Input::Enter(Box::new(Case { resolver: Some(first.address), ..case() })));
    session.input(Input::Consent { what: Consent::ALL.to_vec(), granted: false });
    session.input(Input::Open("recipient".into()));
    settle(&mut session, &mut receive).await;
    let before = first.asked();
    assert!(before > 0 && asked.lock().unwrap().is_empty());
    session.input(Input::Enter(Box::new(Case { resolver: Some(second.address), ..case() })));
    session.input(Input::Again("recipient".into()));
    settle(&mut session, &mut receive).await;
    assert_eq!(first.asked(), before);
    assert!(asked.lock().unwrap().iter().any(|name| name == "example.org."));
}
