//! How much longer three mail servers with two addresses each take than the slowest of them alone: 100 ms there and back, one of them dead.
//!
//! Time is tokio's own and stands still while anything is computed, so the numbers are exact and the same on every machine:
//! what is measured is what waits for what.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use heloise::check::Knowledge;
use heloise::guide::Guide;
use heloise::net::{BoxFuture, Trust, World};
use heloise::practice::{Practice, WorldFile};
use heloise::run::{Plan, Setup, walk_alone};
use heloise::transcript::{Case, Consent, StepId};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};

/// There and back.
const RTT: Duration = Duration::from_millis(100);
/// What the whole may take of the time that the slowest takes alone.
const MOST: f64 = 1.10;
const STEPS: [&str; 3] = ["connectivity", "server-status", "recipient"];

const ZONES: &str = r#"
order = 1
title = "Three mail servers, one of them dead"
story = "Used by a benchmark only."

[case]

[expect]
verdict = "no-fault-found"

[[zone]]
name = "all.test"
records = '''
@ MX 10 mx1.example.org.
@ MX 20 mx2.example.org.
@ MX 30 mx3.example.org.
'''

[[zone]]
name = "one.test"
records = "@ MX 10 mx1.example.org."

[[zone]]
name = "two.test"
records = "@ MX 10 mx2.example.org."

[[zone]]
name = "three.test"
records = "@ MX 10 mx3.example.org."

[[zone]]
name = "example.org"
records = '''
mx1 A 192.0.2.25
mx1 AAAA 2001:db8::25
mx2 A 192.0.2.26
mx2 AAAA 2001:db8::26
mx3 A 192.0.2.27
mx3 AAAA 2001:db8::27
'''
"#;

/// The names are those of a practice world; every call takes its time, and the second server is dead.
struct Slow {
    names: Arc<dyn World>,
    server: SocketAddr,
}

impl World for Slow {
    fn connect(&self, to: SocketAddr, _: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(async move {
            let dead = ["192.0.2.26", "2001:db8::26"].map(|ip| ip.parse::<IpAddr>().expect("an address"));
            let alive = ["192.0.2.25", "2001:db8::25", "192.0.2.27", "2001:db8::27"];
            if dead.contains(&to.ip()) {
                return std::future::pending().await;
            }
            sleep(RTT).await;
            if alive.iter().any(|ip| ip.parse() == Ok(to.ip())) {
                TcpStream::connect(self.server).await
            } else {
                Err(io::ErrorKind::HostUnreachable.into())
            }
        })
    }

    fn nameservers(&self) -> Result<Vec<SocketAddr>, String> {
        self.names.nameservers()
    }

    fn dns_at(&self, server: SocketAddr) -> SocketAddr {
        self.names.dns_at(server)
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

async fn serve(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            let mut stream = BufReader::new(stream);
            sleep(RTT).await;
            stream.write_all(b"220 mx.example.org ESMTP\r\n").await?;
            let mut line = String::new();
            while stream.read_line(&mut line).await? > 0 {
                sleep(RTT).await;
                let answer = match line.get(..4).unwrap_or_default() {
                    "EHLO" => "250-mx.example.org\r\n250 8BITMIME\r\n",
                    "QUIT" => "221 bye\r\n",
                    _ => "250 ok\r\n",
                };
                stream.write_all(answer.as_bytes()).await?;
                line.clear();
            }
            io::Result::Ok(())
        });
    }
}

/// How long a check of that domain's mail servers takes.
async fn check(domain: &str, setup: impl Fn() -> Setup) -> Duration {
    let case = Case { from: Some("alice@example.net".to_owned()), to: vec![format!("bob@{domain}")], ..Case::new() };
    let consents = BTreeSet::from([Consent::Connect, Consent::Rcpt]);
    let steps = STEPS.into_iter().map(StepId::new).collect();
    let began = Instant::now();
    let session = walk_alone(setup(), case, None, consents, Plan::Steps(steps), |_| ()).await;
    assert_eq!(session.bugs(), 0, "no check broke off");
    assert!(session.counts().0 > 0 || domain == "two.test", "somebody was talked to");
    began.elapsed()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let guide = Arc::new(Guide::embedded());
    let know = Arc::new(Knowledge::load(|name| guide.file(name)).expect("the knowledge"));
    let world: WorldFile = toml::from_str(ZONES).expect("the zones");
    let names = Practice::start(&world).await.expect("the names");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let server = listener.local_addr().expect("an address");
    tokio::spawn(serve(listener));
    tokio::time::pause();
    let setup = || Setup {
        guide: Arc::clone(&guide),
        know: Arc::clone(&know),
        world: Arc::new(Slow { names: names.world(), server }),
        trust: Trust::only(names.ca_pem()).expect("trust"),
        store: None,
    };
    let mut slowest = Duration::ZERO;
    for domain in ["one.test", "two.test", "three.test"] {
        let took = check(domain, setup).await;
        println!("{domain:<10} {:>6} ms", took.as_millis());
        slowest = slowest.max(took);
    }
    let whole = check("all.test", setup).await;
    let ratio = whole.as_secs_f64() / slowest.as_secs_f64();
    println!("all.test   {:>6} ms, {ratio:.2} of the slowest alone (at most {MOST})", whole.as_millis());
    if ratio > MOST { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
