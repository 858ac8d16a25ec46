use std::net::SocketAddr;
use std::time::Duration;

use heloise::practice::Practice;
use hickory_resolver::proto::op::{Message, OpCode, Query, ResponseCode};
use hickory_resolver::proto::rr::{Name, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use crate::client::{SOON, made_of, world};

fn question(name: &str, rtype: RecordType) -> Vec<u8> {
    let mut message = Message::query();
    message.metadata.id = 4711;
    message.metadata.op_code = OpCode::Query;
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(Name::from_ascii(name).unwrap(), rtype));
    message.to_vec().unwrap()
}

fn nameserver(practice: &Practice) -> SocketAddr {
    practice.world().nameservers().unwrap()[0]
}

async fn over_udp(practice: &Practice, question: &[u8], within: Duration) -> Option<Message> {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.send_to(question, nameserver(practice)).await.unwrap();
    let mut buffer = [0; 4096];
    let (length, from) = timeout(within, socket.recv_from(&mut buffer)).await.ok()?.unwrap();
    assert_eq!(from, nameserver(practice));
    Some(Message::from_vec(&buffer[..length]).unwrap())
}

async fn over_tcp(practice: &Practice, question: &[u8]) -> Message {
    let mut stream = TcpStream::connect(nameserver(practice)).await.unwrap();
    stream.write_u16(question.len().try_into().unwrap()).await.unwrap();
    stream.write_all(question).await.unwrap();
    let length = timeout(SOON, stream.read_u16()).await.unwrap().unwrap();
    let mut octets = vec![0; length.into()];
    stream.read_exact(&mut octets).await.unwrap();
    Message::from_vec(&octets).unwrap()
}

fn data(message: &Message) -> Vec<String> {
    message.answers.iter().map(|r| r.data.to_string()).collect()
}

#[tokio::test]
async fn records_are_answered_as_written() {
    let practice = world("healthy-address").await;
    for (name, rtype, said) in [
        ("example.org.", RecordType::MX, "10 mx1.example.org."),
        ("mx1.example.org.", RecordType::A, "192.0.2.25"),
        ("mx1.example.org.", RecordType::AAAA, "2001:db8::25"),
        ("7.100.51.198.in-addr.arpa.", RecordType::PTR, "client.example.net."),
        ("example.net.", RecordType::TXT, "v=spf1 ip4:198.51.100.0/24 -all"),
    ] {
        let answer = over_udp(&practice, &question(name, rtype), SOON).await.unwrap();
        assert_eq!(answer.metadata.id, 4711);
        assert_eq!(answer.metadata.response_code, ResponseCode::NoError, "{name}");
        assert_eq!(data(&answer), [said], "{name}");
    }
}

#[tokio::test]
async fn a_name_outside_all_zones_does_not_exist() {
    let practice = world("no-such-domain").await;
    let answer = over_udp(&practice, &question("exmaple.org.", RecordType::MX), SOON).await.unwrap();
    assert_eq!(answer.metadata.response_code, ResponseCode::NXDomain);
}

#[tokio::test]
async fn a_domain_that_takes_no_mail_says_so() {
    let practice = world("null-mx").await;
    let answer = over_udp(&practice, &question("shop.test.", RecordType::MX), SOON).await.unwrap();
    assert_eq!(data(&answer), ["0 ."]);
}

#[tokio::test]
async fn a_broken_zone_fails() {
    let practice = world("dns-servfail").await;
    let answer = over_udp(&practice, &question("example.org.", RecordType::MX), SOON).await.unwrap();
    assert_eq!(answer.metadata.response_code, ResponseCode::ServFail);
}

#[tokio::test]
async fn a_listed_address_is_listed_and_its_neighbour_is_not() {
    let practice = world("ip-listed").await;
    let listed = question("7.100.51.198.zen.spamhaus.org.", RecordType::A);
    assert_eq!(data(&over_udp(&practice, &listed, SOON).await.unwrap()), ["127.0.0.4"]);
    let clean = question("8.100.51.198.zen.spamhaus.org.", RecordType::A);
    let answer = over_udp(&practice, &clean, SOON).await.unwrap();
    assert_eq!(answer.metadata.response_code, ResponseCode::NXDomain);
}

#[tokio::test]
async fn silence_is_silence_over_udp_and_refusal_is_refusal() {
    let practice = made_of(
        r#"
        [[zone]]
        name = "example.org"
        fails = { mute = "timeout", shy = "refused" }
        "#,
    )
    .await;
    let mute = over_udp(&practice, &question("mute.example.org.", RecordType::A), Duration::from_millis(200)).await;
    assert!(mute.is_none());
    let shy = over_udp(&practice, &question("shy.example.org.", RecordType::A), SOON).await.unwrap();
    assert_eq!(shy.metadata.response_code, ResponseCode::Refused);
}

#[tokio::test]
async fn what_is_too_long_for_udp_is_whole_over_tcp() {
    let texts = (0..9).map(|n| format!("@ TXT \"{n}{}\"", "x".repeat(200))).collect::<Vec<_>>().join("\n");
    let practice = made_of(&format!("[[zone]]\nname = 'big.test'\nrecords = '''\n{texts}\n'''")).await;
    let question = question("big.test.", RecordType::TXT);
    let cut = over_udp(&practice, &question, SOON).await.unwrap();
    assert!(cut.metadata.truncation && cut.answers.is_empty());
    let whole = over_tcp(&practice, &question).await;
    assert!(!whole.metadata.truncation);
    assert_eq!(whole.answers.len(), 9);
}

#[tokio::test]
async fn noise_does_not_stop_the_server() {
    let practice = world("healthy-address").await;
    assert!(over_udp(&practice, b"\x00\x01not dns", Duration::from_millis(50)).await.is_none());
    let answer = over_udp(&practice, &question("example.org.", RecordType::MX), SOON).await.unwrap();
    assert_eq!(data(&answer), ["10 mx1.example.org."]);
}
