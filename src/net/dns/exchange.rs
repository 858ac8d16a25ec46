//! One question to one server: UDP, once more when nothing comes, TCP when the answer was cut (RFC 1035 §4.2, RFC 7766).
//!
//! The sockets are ours and connected: so a closed port is seen as closed and not as silence, and only that server's packets come in.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use hickory_resolver::proto::op::{Edns, Message, MessageType, Query, ResponseCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, timeout_at};

use crate::transcript::DnsOutcome;

/// What fits into a packet that is never cut into fragments (RFC 9715 §3.1).
const PAYLOAD: u16 = 1232;
/// A lost packet is sent again after this, or after half the time there is.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// No answer that could be read: why.
pub(super) struct Silence {
    pub(super) outcome: DnsOutcome,
    pub(super) detail: Option<String>,
}

/// How a question is put.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ask {
    /// The server may ask others for the answer (RD).
    pub recurse: bool,
    /// What does not validate is wanted, too (CD, RFC 4035 §3.2.2).
    pub unchecked: bool,
    /// Signatures are wanted, and with them the server's word that it validated (DO, RFC 4035 §3.2.1).
    pub signed: bool,
}

/// Asks; any response code is an answer.
pub(super) async fn ask(server: SocketAddr, query: &Query, how: Ask, until: Instant) -> Result<Message, Silence> {
    let answer = ask_with(server, query, how, true, until).await?;
    let knows_no_edns = matches!(answer.metadata.response_code, ResponseCode::FormErr | ResponseCode::NotImp);
    // RFC 6891 §7: an old server says FORMERR, and is asked again in the old way.
    if knows_no_edns { ask_with(server, query, how, false, until).await } else { Ok(answer) }
}

async fn ask_with(server: SocketAddr, query: &Query, how: Ask, edns: bool, until: Instant) -> Result<Message, Silence> {
    let mut question = Message::query();
    question.add_query(query.clone());
    question.metadata.recursion_desired = how.recurse;
    question.metadata.checking_disabled = how.unchecked;
    if edns {
        let mut edns = Edns::new();
        edns.set_max_payload(PAYLOAD).set_dnssec_ok(how.signed);
        question.set_edns(edns);
    }
    let bytes = question.to_vec().map_err(|_| Silence::error("not a name"))?;
    // What drops packets that it does not know is asked in the old way, too, when nothing comes (RFC 6891 §6.2.2).
    let plain = if edns && !how.signed { without_edns(&question) } else { None };
    let answer = over_udp(server, &question, [&bytes, plain.as_deref().unwrap_or(&bytes)], until).await?;
    if answer.metadata.truncation {
        over_tcp(server, &question, &bytes, until).await.map_err(Silence::after_cut)
    } else {
        Ok(answer)
    }
}

fn without_edns(question: &Message) -> Option<Vec<u8>> {
    let mut plain = question.clone();
    plain.edns = None;
    plain.to_vec().ok()
}

/// Asks, and when nothing comes once more, with the other packet beside it where that is another one.
async fn over_udp(
    server: SocketAddr,
    question: &Message,
    packets: [&[u8]; 2],
    until: Instant,
) -> Result<Message, Silence> {
    let [bytes, plain] = packets;
    let any = if server.is_ipv4() { IpAddr::V4(Ipv4Addr::UNSPECIFIED) } else { IpAddr::V6(Ipv6Addr::UNSPECIFIED) };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(server).await?;
    let now = Instant::now();
    let again = now + ((until - now) / 2).min(AGAIN_AFTER);
    for wait in [again, until] {
        socket.send(bytes).await?;
        if wait == until && plain != bytes {
            socket.send(plain).await?;
        }
        if let Ok(heard) = timeout_at(wait, hear(&socket, question)).await {
            return heard;
        }
    }
    Err(Silence::timeout())
}

/// Waits for the packet that answers the question; others are passed over.
async fn hear(socket: &UdpSocket, question: &Message) -> Result<Message, Silence> {
    let mut buffer = vec![0; usize::from(u16::MAX)];
    loop {
        let length = socket.recv(&mut buffer).await?;
        let packet = &buffer[..length];
        if packet.first_chunk().is_some_and(|id| u16::from_be_bytes(*id) == question.metadata.id) {
            let answer = read(packet)?;
            if answers(&answer, question) {
                return Ok(answer);
            }
        }
    }
}

async fn over_tcp(server: SocketAddr, question: &Message, bytes: &[u8], until: Instant) -> Result<Message, Silence> {
    let talk = async {
        let mut stream = TcpStream::connect(server).await?;
        let length = u16::try_from(bytes.len()).map_err(|_| Silence::error("not a name"))?;
        stream.write_all(&[&length.to_be_bytes(), bytes].concat()).await?;
        let mut packet = vec![0; usize::from(stream.read_u16().await?)];
        stream.read_exact(&mut packet).await?;
        let answer = read(&packet)?;
        if answers(&answer, question) { Ok(answer) } else { Err(Silence::error("an answer to something else")) }
    };
    timeout_at(until, talk).await.unwrap_or_else(|_| Err(Silence::timeout()))
}

fn read(packet: &[u8]) -> Result<Message, Silence> {
    Message::from_vec(packet).map_err(|_| Silence::error("an answer that cannot be read"))
}

/// The same id and the same question; a server that refuses may leave the question out.
fn answers(answer: &Message, question: &Message) -> bool {
    let bare = answer.queries.is_empty() && answer.metadata.response_code != ResponseCode::NoError;
    answer.metadata.message_type == MessageType::Response
        && answer.metadata.id == question.metadata.id
        && (bare || answer.queries == question.queries)
}

impl Silence {
    fn timeout() -> Self {
        Self { outcome: DnsOutcome::Timeout, detail: None }
    }

    fn error(what: &str) -> Self {
        Self { outcome: DnsOutcome::Error, detail: Some(what.to_owned()) }
    }

    fn after_cut(self) -> Self {
        let why = self.detail.map_or_else(String::new, |d| format!(" ({d})"));
        Self { detail: Some(format!("truncated, TCP blocked{why}")), ..self }
    }
}

impl From<io::Error> for Silence {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // Windows says "reset" where a UDP port is closed.
            io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => Self::error("connection refused"),
            io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => Self::error("unreachable"),
            io::ErrorKind::PermissionDenied => Self::error("forbidden by this machine or its firewall"),
            io::ErrorKind::UnexpectedEof => Self::error("connection closed"),
            _ => Self::error(&error.to_string()),
        }
    }
}
