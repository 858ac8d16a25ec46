//! The whole of step 11 for one address and one domain: every answer takes 50 ms, and two lists keep silent.
//!
//! Time is tokio's own and paused, so what is measured is how long the chains of questions are, and not this machine: the step may
//! take as long as its slowest chain, a list that is waited for, and a tenth more. Without silent lists it is over in a blink.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use heloise::check::{Context, Knowledge, by_id};
use heloise::guide::Guide;
use heloise::net::{BoxFuture, Limits, Net, Recorder, Trust, World};
use heloise::reading::Reader;
use heloise::transcript::{Case, Consent, Fact, RunId, Transcript};
use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, SOA};
use hickory_resolver::proto::rr::{RData, Record};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::Instant;

/// What each answer takes.
const ANSWER: Duration = Duration::from_millis(50);
/// What is waited for a list that keeps silent.
const PATIENCE: Duration = Duration::from_secs(5);
const SILENT: [&str; 2] = ["bl.spamcop.net.", "dnsbl-1.uceprotect.net."];

struct Outside {
    dns: SocketAddr,
}

impl World for Outside {
    fn connect(&self, _: SocketAddr, _: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
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

/// Healthy lists: their test entries are there, and nobody else.
fn answer(question: &Message, silent: bool) -> Option<Message> {
    let name = question.queries[0].name().to_ascii().to_lowercase();
    if silent && SILENT.iter().any(|zone| name.ends_with(zone)) {
        return None;
    }
    let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
    answer.add_queries(question.queries.clone());
    let always = [
        "2.0.0.127.",
        "2.0.0.0.0.0.f.7.",
        "test.",
        "dbltest.com.",
        "surbl-org-permanent-test-point.com.",
        "_dnsbl_.test.",
    ];
    if always.iter().any(|test| name.starts_with(test)) {
        let listed = RData::A(A(Ipv4Addr::new(127, 0, 0, 2)));
        answer.add_answers([Record::from_rdata(question.queries[0].name().clone(), 300, listed)]);
    } else if question.queries[0].name().num_labels() == 1 {
        // A resolver that denies even top-level domains is believed of no list.
        let own = question.queries[0].name().clone();
        let soa = RData::SOA(SOA::new(own.clone(), own.clone(), 1, 3600, 600, 86_400, 60));
        answer.add_answers([Record::from_rdata(own, 300, soa)]);
    } else {
        answer.metadata.response_code = ResponseCode::NXDomain;
    }
    Some(answer)
}

async fn serve(silent: bool, asked: Arc<AtomicUsize>) -> SocketAddr {
    let socket = Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port"));
    let address = socket.local_addr().expect("an address");
    tokio::spawn(async move {
        let mut buffer = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            asked.fetch_add(1, Ordering::Relaxed);
            let question = Message::from_vec(&buffer[..length]).expect("a question");
            let socket = Arc::clone(&socket);
            tokio::spawn(async move {
                tokio::time::sleep(ANSWER).await;
                if let Some(answer) = answer(&question, silent) {
                    let _ = socket.send_to(&answer.to_vec().expect("an answer"), from).await;
                }
            });
        }
    });
    address
}

/// How long the step took, by paused time, how many questions it asked, and how its summary is called.
async fn step(silent: bool) -> (Duration, usize, String) {
    let asked = Arc::new(AtomicUsize::new(0));
    let world = Arc::new(Outside { dns: serve(silent, Arc::clone(&asked)).await });
    let guide = Arc::new(Guide::embedded());
    let know = Arc::new(Knowledge::load(|name| guide.file(name)).expect("the knowledge"));
    let limits = Limits { phase: Duration::from_secs(10), dns: Duration::from_secs(10) };
    let summary = Arc::new(std::sync::Mutex::new(String::new()));
    let notes = Arc::clone(&summary);
    let cx = Context {
        case: Arc::new(Case {
            from: Some("alice@example.net".to_owned()),
            ip: "198.51.100.7".parse().ok(),
            ..Case::new()
        }),
        secret: None,
        consents: Arc::new(BTreeSet::from([Consent::Blocklists])),
        net: Net::new(world, limits, Trust::with_ca(None).expect("trust")),
        rec: Recorder::new(RunId(1), move |_, fact| {
            if let Fact::Found { finding, .. } = fact
                && finding.id.starts_with("blocklists.summary.")
            {
                *notes.lock().expect("a note") = finding.id;
            }
        }),
        seen: Arc::new(Transcript::new()),
        reader: Reader::new(guide),
        know,
    };
    let began = Instant::now();
    by_id("blocklists").expect("the check").run(&cx).await;
    let took = began.elapsed();
    let summary = summary.lock().expect("a note").clone();
    (took, asked.load(Ordering::Relaxed), summary)
}

fn main() {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime");
    for (silent, slowest, summary) in
        [(false, ANSWER * 4, "blocklists.summary.clean"), (true, PATIENCE, "blocklists.summary.partly")]
    {
        let (took, asked, said) = runtime.block_on(step(silent));
        println!(
            "step 11, {} silent: {took:?} for {asked} questions; slowest chain {slowest:?}; {said}",
            if silent { 2 } else { 0 }
        );
        assert_eq!(said, summary);
        assert!(took <= slowest.mul_f64(1.1), "{took:?} is more than {slowest:?} and a tenth");
    }
}
