//! The practice DNS on the wire: UDP and TCP (RFC 1035 §4.2) on one loopback port.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::proto::op::{Edns, Message, MessageType, Metadata, ResponseCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::zones::Zones;

/// Octets that go over UDP when the question says nothing else (RFC 1035 §4.2.1).
const PLAIN_UDP: u16 = 512;
/// Octets that go over UDP at most, whatever the question says.
const MOST_UDP: u16 = 1232;
/// How long a TCP connection may idle.
const IDLE: Duration = Duration::from_secs(20);
/// TCP connections at a time.
const CONNECTIONS: usize = 32;
/// Attempts to find a port that is free for UDP and TCP alike.
const ATTEMPTS: usize = 16;

/// Opens the port and answers on it for as long as the tasks live.
pub(super) async fn serve(zones: Zones, tasks: &mut JoinSet<()>) -> io::Result<SocketAddr> {
    let (udp, tcp) = pair().await?;
    let address = udp.local_addr()?;
    let zones = Arc::new(zones);
    tasks.spawn(over_udp(udp, Arc::clone(&zones)));
    tasks.spawn(over_tcp(tcp, zones));
    Ok(address)
}

async fn pair() -> io::Result<(UdpSocket, TcpListener)> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..ATTEMPTS {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        match TcpListener::bind(udp.local_addr()?).await {
            Ok(tcp) => return Ok((udp, tcp)),
            Err(e) => last = e,
        }
    }
    Err(last)
}

async fn over_udp(socket: UdpSocket, zones: Arc<Zones>) {
    let mut buffer = [0; 4096];
    loop {
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        if let Some(octets) = respond(&zones, &buffer[..length], true) {
            // A lost answer is the asker's to ask again.
            let _ = socket.send_to(&octets, from).await;
        }
    }
}

async fn over_tcp(listener: TcpListener, zones: Arc<Zones>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) if connections.len() < CONNECTIONS => {
                    connections.spawn(questions(stream, Arc::clone(&zones)));
                }
                Ok(_) => {}
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn questions(mut stream: TcpStream, zones: Arc<Zones>) {
    while let Ok(Ok(length)) = timeout(IDLE, stream.read_u16()).await {
        let mut octets = vec![0; usize::from(length)];
        let Ok(Ok(_)) = timeout(IDLE, stream.read_exact(&mut octets)).await else { return };
        let Some(answer) = respond(&zones, &octets, false) else { continue };
        let Ok(length) = u16::try_from(answer.len()) else { return };
        let framed = [&length.to_be_bytes()[..], &answer].concat();
        if stream.write_all(&framed).await.is_err() {
            return;
        }
    }
}

/// The answer to a question, or none: to what is not a question, and where the world says silence.
fn respond(zones: &Zones, octets: &[u8], over_udp: bool) -> Option<Vec<u8>> {
    let question = Message::from_vec(octets).ok()?;
    if question.metadata.message_type != MessageType::Query {
        return None;
    }
    let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
    answer.metadata = Metadata::response_from_request(&question.metadata);
    answer.metadata.recursion_available = true;
    // Who asks without recursion asks one of the zone's own servers.
    answer.metadata.authoritative = !question.metadata.recursion_desired;
    answer.queries.clone_from(&question.queries);
    if let Some(edns) = &question.edns {
        let mut own = Edns::new();
        own.set_max_payload(MOST_UDP).set_dnssec_ok(edns.flags().dnssec_ok);
        answer.set_edns(own);
    }
    match question.queries.as_slice() {
        [query] => {
            let said = zones.ask(query.name(), query.query_type(), question.metadata.checking_disabled)?;
            answer.metadata.response_code = said.code;
            let asks = question.edns.as_ref().is_some_and(|e| e.flags().dnssec_ok);
            answer.metadata.authentic_data = asks && zones.signed(query.name());
            answer.answers = said.answers;
            answer.authorities.extend(said.authority);
        }
        _ => answer.metadata.response_code = ResponseCode::FormErr,
    }
    let octets = answer.to_vec().ok()?;
    let room = question.edns.as_ref().map_or(PLAIN_UDP, |e| e.max_payload().clamp(PLAIN_UDP, MOST_UDP));
    if over_udp && octets.len() > usize::from(room) {
        return answer.truncate().to_vec().ok();
    }
    Some(octets)
}
