//! Every way in which a question to the DNS can end is told apart, and nothing from outside is believed or shown raw.

mod addresses;
#[path = "../support/dns_server.rs"]
mod dns_server;
mod hostile;
mod memory;
mod outcomes;
mod servers;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use dns_server::{DnsServer, code, name, records};
use heloise::net::{BoxFuture, Limits, Net, RecordType, Recorder, Trust, World};
use heloise::transcript::{DnsFact, RunId};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::rdata::{MX, SOA, TXT};
use hickory_resolver::proto::rr::{RData, Record};
use tokio::net::{TcpStream, UdpSocket};

/// Long enough never to be reached where an answer comes.
const AMPLE: Duration = Duration::from_secs(20);
/// Short enough to be waited for where none comes.
const SHORT: Duration = Duration::from_millis(400);

struct Servers {
    servers: Vec<SocketAddr>,
    hosts: Vec<IpAddr>,
}

impl World for Servers {
    fn connect(&self, _: SocketAddr, _: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(async { Err(io::Error::other("no mail servers here")) })
    }

    fn nameservers(&self) -> Result<Vec<SocketAddr>, String> {
        if self.servers.is_empty() { Err("no DNS server is set up".to_owned()) } else { Ok(self.servers.clone()) }
    }

    fn hosts_file(&self, name: &str) -> Vec<IpAddr> {
        if name == "inside.test" { self.hosts.clone() } else { Vec::new() }
    }

    fn unix_seconds(&self) -> i64 {
        0
    }

    fn host_name(&self) -> Option<String> {
        None
    }

    fn is_this_machine(&self) -> bool {
        false
    }
}

fn net_asking(servers: impl IntoIterator<Item = SocketAddr>, dns: Duration) -> Net {
    let world = Servers { servers: servers.into_iter().collect(), hosts: vec!["192.0.2.9".parse().unwrap()] };
    let trust = Trust::with_ca(None).expect("the platform's store");
    Net::new(Arc::new(world), Limits { phase: AMPLE, dns }, trust)
}

fn nowhere() -> Recorder {
    Recorder::new(RunId(1), |_, _| ())
}

async fn ask(server: &DnsServer, name: &str, rtype: RecordType) -> DnsFact {
    net_asking([server.address], AMPLE).lookup(&nowhere(), name, rtype).await.0
}

fn mx(preference: u16, host: &str) -> RData {
    RData::MX(MX::new(preference, name(host)))
}

fn txt(strings: &[&[u8]]) -> RData {
    RData::TXT(TXT::from_bytes(strings.to_vec()))
}

fn soa() -> Record {
    let soa = SOA::new(name("ns.example.org"), name("hostmaster.example.org"), 1, 2, 3, 4, 5);
    Record::from_rdata(name("example.org"), 60, RData::SOA(soa))
}

async fn answering(data: RData) -> DnsServer {
    DnsServer::start(move |q, _| Some(records(q, [data.clone()]))).await
}

async fn saying(response: ResponseCode) -> DnsServer {
    DnsServer::start(move |q, _| Some(code(q, response))).await
}

async fn silent() -> DnsServer {
    DnsServer::start(|_, _| None).await
}

/// An address on loopback where nothing listens.
async fn closed_port() -> SocketAddr {
    UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}
