//! Nothing from outside is believed unasked, shown raw or kept without bound.

use heloise::net::RecordType;
use heloise::transcript::{DnsOutcome, DnsRecord};
use hickory_resolver::proto::op::Message;
use hickory_resolver::proto::rr::rdata::{MX, PTR};
use hickory_resolver::proto::rr::{Name, RData};

use crate::dns_server::{DnsServer, name, records};
use crate::{ask, mx, txt};

#[tokio::test]
async fn nothing_from_outside_reaches_a_fact_raw() {
    let server = DnsServer::start(|q, _| {
        let mut hostile = Name::from_labels([&b"\x1b[2Jevil\n\xff."[..], b"example", b"org"]).unwrap();
        hostile.set_fqdn(true);
        Some(records(
            q,
            [
                txt(&[b"\x1b]0;owned\x07\r\n\xff\xe2\x80\xae"]),
                RData::MX(MX::new(1, hostile.clone())),
                RData::PTR(PTR(hostile)),
            ],
        ))
    })
    .await;
    for rtype in [RecordType::TXT, RecordType::MX, RecordType::PTR] {
        let fact = ask(&server, "example.org", rtype).await;
        assert_eq!(fact.records.len(), 1, "{rtype}");
        let shown = format!("{:?}", fact.records[0]).replace(r"\u{fffd}", "");
        assert!(!shown.contains(r"\u{") && !shown.contains(r"\r") && !shown.contains(r"\n"), "{shown}");
    }
}

#[tokio::test]
async fn records_are_bounded_in_number() {
    let server = DnsServer::start(|q, tcp| {
        let mut reply = records(q, (0..if tcp { 1000 } else { 0 }).map(|i| mx(i, "mx.example.org")));
        reply.metadata.truncation = !tcp;
        Some(reply)
    })
    .await;
    assert_eq!(ask(&server, "example.org", RecordType::MX).await.records.len(), 200);
}

#[tokio::test]
async fn a_packet_for_another_question_is_passed_over() {
    let server = DnsServer::raw(|packet, _| {
        let question = Message::from_vec(packet).unwrap();
        let mut forged = records(&question, [mx(1, "forged.example.net")]);
        forged.metadata.id = question.metadata.id.wrapping_add(1);
        let mut other = records(&question, [mx(1, "forged.example.net")]);
        other.queries[0].set_name(name("example.net"));
        let right = records(&question, [mx(1, "mx.example.org")]);
        [forged, other, right].iter().map(|m| m.to_vec().unwrap()).collect()
    })
    .await;
    let fact = ask(&server, "example.org", RecordType::MX).await;
    assert_eq!(fact.records, [DnsRecord::Mx { preference: 1, host: "mx.example.org".to_owned() }]);
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_an_error() {
    let server =
        DnsServer::raw(|packet, _| vec![[&packet[..2], &[0x81, 0x80, 0, 1, 0, 9, 0, 0, 0, 0, 7]].concat()]).await;
    let fact = ask(&server, "example.org", RecordType::MX).await;
    assert_eq!((fact.outcome, fact.detail.as_deref()), (DnsOutcome::Error, Some("an answer that cannot be read")));
}
