//! At most two connections to an address at a time, few in all, and none left without a parting word, whatever is checked.

use std::collections::BTreeSet;
use std::io;
use std::mem::MaybeUninit;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use heloise::check::Knowledge;
use heloise::guide::Guide;
use heloise::net::{BoxFuture, Trust, World};
use heloise::run::{Plan, Session, Setup, walk_alone};
use heloise::transcript::{Case, Consent, Target};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::RData;
use hickory_resolver::proto::rr::rdata::{A, MX};
use socket2::SockRef;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::dns_server::{DnsServer, code, name, records};

/// What a server saw of us.
#[derive(Default)]
struct Log {
    /// A second hand on each connection, to see whether it is still open.
    streams: Vec<std::net::TcpStream>,
    most_at_once: usize,
    /// The last line of each connection in which a line was heard.
    last_lines: Vec<String>,
}

/// Whether the peer has hung up.
fn is_over(stream: &std::net::TcpStream) -> bool {
    match SockRef::from(stream).peek(&mut [MaybeUninit::uninit()]) {
        Ok(length) => length == 0,
        Err(error) => error.kind() != io::ErrorKind::WouldBlock,
    }
}

/// A mail server of one address and any port: it takes everything, in plain text.
async fn serve(log: Arc<Mutex<Log>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let stream = stream.into_std().expect("a stream");
            {
                let mut log = log.lock().expect("the log");
                log.streams.push(stream.try_clone().expect("a second hand"));
                let open = log.streams.iter().filter(|s| !is_over(s)).count();
                log.most_at_once = log.most_at_once.max(open);
            }
            tokio::spawn(talk(TcpStream::from_std(stream).expect("a stream"), Arc::clone(&log)));
        }
    });
    address
}

async fn talk(stream: TcpStream, log: Arc<Mutex<Log>>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.example.net ESMTP\r\n").await?;
    let (mut line, mut last) = (Vec::new(), None);
    // To the end, whatever comes: a connection with something unread in it never seems to be over.
    while stream.read_until(b'\n', &mut line).await.is_ok_and(|n| n > 0) {
        let answer = match line.get(..4).unwrap_or_default() {
            b"EHLO" => "250-mail.example.net\r\n250 SIZE 1000000\r\n",
            b"QUIT" => "221 bye\r\n",
            _ => "250 ok\r\n",
        };
        // The first octets of TLS are no line.
        let text = String::from_utf8(std::mem::take(&mut line)).ok();
        last = text.filter(|t| t.len() > 4 && !t.trim_end().contains(char::is_control)).or(last);
        let _ = stream.write_all(answer.as_bytes()).await;
    }
    log.lock().expect("the log").last_lines.extend(last);
    Ok(())
}

/// Every port of its address leads to that one server.
struct Everywhere {
    server: SocketAddr,
    dns: SocketAddr,
}

impl World for Everywhere {
    fn connect(&self, to: SocketAddr, _: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(async move {
            if to.ip() != IpAddr::from([192, 0, 2, 25]) {
                return Err(io::ErrorKind::HostUnreachable.into());
            }
            TcpStream::connect(self.server).await
        })
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

async fn walked(case: Case) -> (Session, Log) {
    let dns = DnsServer::start(|q, _| {
        let asked = (q.queries[0].name().to_ascii(), q.queries[0].query_type().to_string());
        Some(match (asked.0.as_str(), asked.1.as_str()) {
            ("example.org.", "MX") => records(q, [RData::MX(MX::new(10, name("mail.example.net")))]),
            ("mail.example.net.", "A") => records(q, [RData::A(A::new(192, 0, 2, 25))]),
            ("example.org." | "mail.example.net.", _) => records(q, []),
            _ => code(q, ResponseCode::NXDomain),
        })
    })
    .await;
    let log = Arc::new(Mutex::new(Log::default()));
    let world = Arc::new(Everywhere { server: serve(Arc::clone(&log)).await, dns: dns.address });
    let guide = Arc::new(Guide::embedded());
    let know = Arc::new(Knowledge::load(|name| guide.file(name)).expect("the knowledge"));
    let steps = guide.steps().iter().map(|s| s.id.clone()).collect();
    let setup = Setup { guide, know, world, trust: Trust::with_ca(None).expect("trust"), store: None };
    let consents = BTreeSet::from(Consent::ALL);
    let session = walk_alone(setup, case, None, consents, Plan::Steps(steps), |_| ()).await;
    // What is still under way at the server ends with its client.
    while log.lock().expect("the log").streams.iter().any(|s| !is_over(s)) {
        tokio::task::yield_now().await;
    }
    tokio::task::yield_now().await;
    let log = std::mem::take(&mut *log.lock().expect("the log"));
    (session, log)
}

#[tokio::test]
async fn a_server_sees_two_connections_at_a_time_and_few_in_all() {
    let entered = |port| Some(Target { host: "mail.example.net".to_owned(), port: Some(port) });
    let case = Case {
        from: Some("alice@example.net".to_owned()),
        to: vec!["bob@example.org".to_owned()],
        timeout_secs: 1,
        ..Case::new()
    };
    for server in [None, entered(25), entered(587)] {
        let (session, log) = walked(Case { server: server.clone(), ..case.clone() }).await;
        assert_eq!(session.bugs(), 0);
        assert!(log.most_at_once <= 2, "{} at once, {server:?}", log.most_at_once);
        assert!((8..=30).contains(&log.streams.len()), "{} in all, {server:?}", log.streams.len());
        assert_eq!(session.counts().0 as usize, log.streams.len(), "what is on screen is what was done");
        let rude: Vec<_> = log.last_lines.iter().filter(|line| line.trim() != "QUIT").collect();
        assert!(rude.is_empty() && log.last_lines.len() >= 8, "{rude:?} {server:?}");
    }
}
