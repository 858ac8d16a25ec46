//! A DNS server on loopback, UDP and TCP on one port, whose answers are a closure.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::{Name, RData, Record};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinSet;

/// A server that is up; dropping it takes it down.
pub(crate) struct DnsServer {
    pub(crate) address: SocketAddr,
    asked: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

impl DnsServer {
    /// Answers with what the closure makes of `(question, over TCP)`; with nothing, it keeps silent, and ends a TCP
    /// connection.
    pub(crate) async fn start(answer: impl Fn(&Message, bool) -> Option<Message> + Send + Sync + 'static) -> Self {
        Self::raw(move |packet, tcp| {
            let question = Message::from_vec(packet).expect("a question");
            answer(&question, tcp).map(|a| a.to_vec().expect("an answer")).into_iter().collect()
        })
        .await
    }

    /// As [`Self::start`], in packets: as many as the closure likes.
    pub(crate) async fn raw(answer: impl Fn(&[u8], bool) -> Vec<Vec<u8>> + Send + Sync + 'static) -> Self {
        let (tcp, udp) = one_port().await;
        let address = udp.local_addr().expect("an address");
        let (asked, answer) = (Arc::new(AtomicUsize::new(0)), Arc::new(answer));
        let mut tasks = JoinSet::new();
        let (count, answers) = (Arc::clone(&asked), Arc::clone(&answer));
        tasks.spawn(async move {
            let mut buffer = vec![0; 4096];
            while let Ok((length, from)) = udp.recv_from(&mut buffer).await {
                count.fetch_add(1, Ordering::Relaxed);
                for packet in answers(&buffer[..length], false) {
                    let _ = udp.send_to(&packet, from).await;
                }
            }
        });
        let count = Arc::clone(&asked);
        tasks.spawn(async move {
            while let Ok((mut stream, _)) = tcp.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                let Ok(length) = stream.read_u16().await else { continue };
                let mut packet = vec![0; usize::from(length)];
                if stream.read_exact(&mut packet).await.is_err() {
                    continue;
                }
                for packet in answer(&packet, true) {
                    let length = u16::try_from(packet.len()).expect("it fits");
                    let _ = stream.write_all(&[&length.to_be_bytes()[..], &packet].concat()).await;
                }
            }
        });
        Self { address, asked, _tasks: tasks }
    }

    /// How many packets and connections came in.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// The answer to a question, with nothing in it yet.
pub(crate) fn reply_to(question: &Message) -> Message {
    let mut reply = Message::response(question.metadata.id, question.metadata.op_code);
    reply.add_queries(question.queries.clone());
    reply.metadata.recursion_desired = question.metadata.recursion_desired;
    reply.metadata.recursion_available = true;
    reply
}

/// The answer with these records at the name asked for.
pub(crate) fn records(question: &Message, data: impl IntoIterator<Item = RData>) -> Message {
    let name = question.queries[0].name().clone();
    let mut reply = reply_to(question);
    reply.add_answers(data.into_iter().map(|d| Record::from_rdata(name.clone(), 300, d)));
    reply
}

/// The answer with this code and no records. A top-level domain is not denied: no resolver does that which sees the world.
pub(crate) fn code(question: &Message, code: ResponseCode) -> Message {
    let mut reply = reply_to(question);
    let is_top = question.queries[0].name().num_labels() == 1;
    reply.metadata.response_code = if is_top && code == ResponseCode::NXDomain { ResponseCode::NoError } else { code };
    reply
}

/// An absolute name.
pub(crate) fn name(text: &str) -> Name {
    let mut name = Name::from_ascii(text).expect("a name");
    name.set_fqdn(true);
    name
}

/// A TCP and a UDP socket on the same port of loopback.
async fn one_port() -> (TcpListener, UdpSocket) {
    loop {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        if let Ok(udp) = UdpSocket::bind(tcp.local_addr().expect("an address")).await {
            return (tcp, udp);
        }
    }
}
