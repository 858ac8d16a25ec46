//! How long the whole of step 9 takes where each answer of the DNS takes 50 ms: no longer than its slowest chain of questions, and a little.
//!
//! That chain is SPF's: the record, then two includes below one another, each asked for once it is known.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use divan::Bencher;
use heloise::check::{Context, Knowledge, by_id};
use heloise::guide::Guide;
use heloise::net::{BoxFuture, Limits, Net, Recorder, Trust, World};
use heloise::reading::Reader;
use heloise::transcript::{Case, RunId, Transcript};
use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::name::NS;
use hickory_resolver::proto::rr::rdata::{A, MX, TXT};
use hickory_resolver::proto::rr::{Name, RData, Record};
use tokio::net::{TcpStream, UdpSocket};

/// What an answer takes.
const ANSWER: Duration = Duration::from_millis(50);

fn main() {
    divan::main();
}

fn records(name: &str, rtype: &str) -> Vec<RData> {
    let host = |text: &str| Name::from_ascii(text).expect("a name");
    let txt = |text: &str| vec![RData::TXT(TXT::new(vec![text.to_owned()]))];
    match (name, rtype) {
        ("example.net.", "MX") => vec![RData::MX(MX::new(10, host("mail.example.net.")))],
        ("example.net.", "NS") => {
            vec![RData::NS(NS(host("ns1.example.net."))), RData::NS(NS(host("ns2.example.net.")))]
        }
        ("example.net.", "TXT") => txt("v=spf1 include:a.example.net -all"),
        ("a.example.net.", "TXT") => txt("v=spf1 include:b.example.net ~all"),
        ("b.example.net.", "TXT") => txt("v=spf1 ip4:198.51.100.7 ~all"),
        ("_dmarc.example.net.", "TXT") => txt("v=DMARC1; p=reject; rua=mailto:d@example.net"),
        (_, "A") => vec![RData::A(A::new(198, 51, 100, 7))],
        _ => Vec::new(),
    }
}

async fn serve(socket: Arc<UdpSocket>) -> io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        let (length, from) = socket.recv_from(&mut buffer).await?;
        let Ok(question) = Message::from_vec(&buffer[..length]) else { continue };
        let socket = Arc::clone(&socket);
        tokio::spawn(async move {
            tokio::time::sleep(ANSWER).await;
            let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
            answer.add_queries(question.queries.clone());
            answer.metadata.authoritative = !question.metadata.recursion_desired;
            let query = &question.queries[0];
            let found = records(&query.name().to_ascii(), &query.query_type().to_string());
            if found.is_empty() {
                answer.metadata.response_code = ResponseCode::NoError;
            }
            answer.add_answers(found.into_iter().map(|data| Record::from_rdata(query.name().clone(), 300, data)));
            let _ = socket.send_to(&answer.to_vec().expect("an answer"), from).await;
        });
    }
}

struct Slow(SocketAddr);

impl World for Slow {
    fn connect(&self, _: SocketAddr, _: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) })
    }

    fn nameservers(&self) -> Result<Vec<SocketAddr>, String> {
        Ok(vec![self.0])
    }

    fn dns_at(&self, _: SocketAddr) -> SocketAddr {
        self.0
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

#[divan::bench(sample_count = 10, sample_size = 1)]
fn step_9_at_50_ms_an_answer(bencher: Bencher<'_, '_>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let socket = Arc::new(runtime.block_on(UdpSocket::bind("127.0.0.1:0")).expect("a port"));
    let address = socket.local_addr().expect("an address");
    runtime.spawn(serve(socket));
    let guide = Arc::new(Guide::embedded());
    let know = Arc::new(Knowledge::load(|name| guide.file(name)).expect("the knowledge"));
    let case =
        Case { from: Some("alice@example.net".to_owned()), ip: Some(IpAddr::from([198, 51, 100, 7])), ..Case::new() };
    bencher.bench(|| {
        let limits = Limits { phase: Duration::from_secs(5), dns: Duration::from_secs(5) };
        let cx = Context {
            case: Arc::new(case.clone()),
            secret: None,
            consents: Arc::new(BTreeSet::new()),
            net: Net::new(Arc::new(Slow(address)), limits, Trust::with_ca(None).expect("the store")),
            rec: Recorder::new(RunId(1), |_, _| ()),
            seen: Arc::new(Transcript::new()),
            reader: Reader::new(Arc::clone(&guide)),
            know: Arc::clone(&know),
        };
        runtime.block_on(by_id("dns").expect("the check").run(&cx));
    });
}
