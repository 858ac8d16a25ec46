//! Each way in which a question can end is told apart.

use std::time::Instant;

use heloise::net::RecordType;
use heloise::transcript::{DnsOutcome, DnsRecord};
use hickory_resolver::proto::op::{Edns, ResponseCode};
use hickory_resolver::proto::rr::rdata::opt::EdnsOption;
use hickory_resolver::proto::rr::rdata::{A, CNAME, NS};
use hickory_resolver::proto::rr::{RData, Record};

use crate::dns_server::{DnsServer, code, name, records, reply_to};
use crate::{AMPLE, SHORT, answering, ask, closed_port, mx, net_asking, nowhere, saying, silent, soa, txt};

#[tokio::test]
async fn an_exchanger_comes_without_its_dot_as_it_was_served() {
    let server = answering(mx(10, "MX1.example.org")).await;
    let fact = ask(&server, "Example.ORG.", RecordType::MX).await;
    assert_eq!((fact.name.as_str(), fact.rtype.as_str(), fact.outcome), ("example.org", "MX", DnsOutcome::Found));
    assert_eq!(fact.records, [DnsRecord::Mx { preference: 10, host: "MX1.example.org".to_owned() }]);
    assert_eq!(fact.ttl, Some(300));
}

#[tokio::test]
async fn a_null_mx_has_an_empty_host() {
    let server = answering(mx(0, ".")).await;
    let fact = ask(&server, "example.org", RecordType::MX).await;
    assert_eq!(fact.records, [DnsRecord::Mx { preference: 0, host: String::new() }]);
}

#[tokio::test]
async fn the_strings_of_a_text_are_joined_without_a_space() {
    let server = answering(txt(&[b"v=spf1 ip4:192.0.2.", b"1 -all"])).await;
    let fact = ask(&server, "example.org", RecordType::TXT).await;
    assert_eq!(fact.texts().collect::<Vec<_>>(), ["v=spf1 ip4:192.0.2.1 -all"]);
}

#[tokio::test]
async fn aliases_on_the_way_are_kept_before_what_they_lead_to() {
    let server = DnsServer::start(|q, _| {
        let mut reply = records(q, [RData::CNAME(CNAME(name("b.example.org")))]);
        reply.add_answer(Record::from_rdata(name("b.example.org"), 30, RData::A(A::new(192, 0, 2, 1))));
        reply.add_answer(Record::from_rdata(name("unasked.example.net"), 30, RData::A(A::new(192, 0, 2, 66))));
        Some(reply)
    })
    .await;
    let fact = ask(&server, "a.example.org", RecordType::A).await;
    let address = DnsRecord::Address("192.0.2.1".parse().unwrap());
    assert_eq!(fact.records, [DnsRecord::Cname("b.example.org".to_owned()), address]);
    assert_eq!(fact.ttl, Some(30));
}

#[tokio::test]
async fn aliases_in_a_circle_end() {
    let server = DnsServer::start(|q, _| Some(records(q, [RData::CNAME(CNAME(q.queries[0].name().clone()))]))).await;
    assert_eq!(ask(&server, "a.example.org", RecordType::A).await.outcome, DnsOutcome::NoData);
}

#[tokio::test]
async fn a_name_without_the_record_is_not_a_name_that_does_not_exist() {
    let server = DnsServer::start(|q, _| {
        let mut reply = reply_to(q);
        reply.add_authority(soa());
        Some(if q.queries[0].query_type() == RecordType::SOA { records(q, [soa().data]) } else { reply })
    })
    .await;
    assert_eq!(ask(&server, "example.org", RecordType::MX).await.outcome, DnsOutcome::NoData);
    let server = saying(ResponseCode::NXDomain).await;
    assert_eq!(ask(&server, "example.org", RecordType::MX).await.outcome, DnsOutcome::NxDomain);
}

/// A server that denies whatever it is asked, but not these names.
async fn denying_all_but(names: &'static [&'static str]) -> DnsServer {
    DnsServer::start(move |q, _| {
        let mut reply = reply_to(q);
        if !names.contains(&q.queries[0].name().to_ascii().as_str()) {
            reply.metadata.response_code = ResponseCode::NXDomain;
        }
        Some(reply)
    })
    .await
}

#[tokio::test]
async fn a_resolver_that_denies_every_name_says_nothing_about_this_one() {
    let server = denying_all_but(&[]).await;
    for asked in ["example.org", "mail.corp", "printer", "org", "7.2.0.192.in-addr.arpa"] {
        let fact = ask(&server, asked, RecordType::MX).await;
        assert_eq!(fact.outcome, DnsOutcome::DeniesAll, "{asked}");
        assert!(fact.detail.is_some_and(|d| d.starts_with("it says that even ")), "{asked}");
    }
}

#[tokio::test]
async fn a_denial_is_believed_from_who_knows_a_top_level_domain() {
    for known in ["org.", "com.", "net."] {
        let server = denying_all_but(match known {
            "org." => &["org."],
            "com." => &["com."],
            _ => &["net."],
        })
        .await;
        for asked in ["example.org", "shop.cmo", "printer"] {
            assert_eq!(ask(&server, asked, RecordType::MX).await.outcome, DnsOutcome::NxDomain, "{asked}, {known}");
        }
    }
    // A resolver of a closed network, which knows the names inside.
    let server = denying_all_but(&["corp.", "printer.corp."]).await;
    let net = net_asking([server.address], AMPLE);
    let asked = async |name: &str| net.lookup(&nowhere(), name, RecordType::MX).await.0.outcome;
    assert_eq!(asked("printer.corp").await, DnsOutcome::NoData);
    assert_eq!(asked("mail.corp").await, DnsOutcome::NxDomain);
    assert_eq!(asked("example.org").await, DnsOutcome::DeniesAll);
}

#[tokio::test]
async fn a_denial_is_believed_from_who_has_told_of_another_name() {
    let server = denying_all_but(&["example.net."]).await;
    let net = net_asking([server.address], AMPLE);
    let asked = async |name: &str| net.lookup(&nowhere(), name, RecordType::MX).await.0.outcome;
    assert_eq!(asked("example.org").await, DnsOutcome::DeniesAll);
    assert_eq!(asked("example.net").await, DnsOutcome::NoData);
    assert_eq!(asked("example.org").await, DnsOutcome::NxDomain);
}

/// A server that has this address for every name, and tells of more where `more` says so.
async fn portal(more: fn(&str, RecordType) -> Option<RData>) -> DnsServer {
    DnsServer::start(move |q, _| {
        let (name, rtype) = (q.queries[0].name().to_ascii(), q.queries[0].query_type());
        let address = (rtype == RecordType::A).then(|| RData::A(A::new(192, 0, 2, 99)));
        Some(records(q, more(&name, rtype).or(address)))
    })
    .await
}

#[tokio::test]
async fn a_resolver_that_has_nothing_to_say_of_any_name_says_nothing_of_this_one() {
    let server = DnsServer::start(|q, _| Some(records(q, []))).await;
    let fact = ask(&server, "example.org", RecordType::MX).await;
    assert_eq!(fact.outcome, DnsOutcome::DeniesAll);
    assert_eq!(fact.detail.as_deref(), Some("it has nothing to say of any name, not even of com"));
}

#[tokio::test]
async fn a_portal_that_has_an_address_for_every_name_and_nothing_else_says_nothing_about_this_one() {
    let server = portal(|_, _| None).await;
    let net = net_asking([server.address], AMPLE);
    let asked = async |name: &str, rtype| net.lookup(&nowhere(), name, rtype).await.0;
    assert_eq!(asked("mx.example.org", RecordType::A).await.outcome, DnsOutcome::Found);
    for name in ["example.org", "7.2.0.192.in-addr.arpa"] {
        let fact = asked(name, RecordType::TXT).await;
        assert_eq!(fact.outcome, DnsOutcome::DeniesAll, "{name}");
        assert_eq!(fact.detail.as_deref(), Some("it gives an address even for a name that cannot exist"));
    }
    assert_eq!(asked("printer", RecordType::TXT).await.outcome, DnsOutcome::NoData, "a name of the inside");
}

#[tokio::test]
async fn a_resolver_that_only_catches_mistyped_names_is_believed_about_records() {
    let top = |name: &str, rtype| {
        let RData::SOA(soa) = soa().data else { return None };
        (name == "org." && rtype == RecordType::SOA).then_some(RData::SOA(soa))
    };
    let server = portal(top).await;
    assert_eq!(ask(&server, "example.org", RecordType::TXT).await.outcome, DnsOutcome::NoData);
    let exchanger =
        |name: &str, rtype| (name == "example.net." && rtype == RecordType::MX).then(|| mx(10, "mx.example.net"));
    let server = portal(exchanger).await;
    let net = net_asking([server.address], AMPLE);
    let asked = async |name: &str, rtype| net.lookup(&nowhere(), name, rtype).await.0.outcome;
    assert_eq!(asked("example.net", RecordType::MX).await, DnsOutcome::Found);
    assert_eq!(asked("example.net", RecordType::TXT).await, DnsOutcome::NoData);
}

#[tokio::test]
async fn a_failing_resolver_is_told_from_one_that_refuses() {
    let server = saying(ResponseCode::ServFail).await;
    assert_eq!(ask(&server, "example.org", RecordType::MX).await.outcome, DnsOutcome::ServFail);
    let server = saying(ResponseCode::Refused).await;
    assert_eq!(ask(&server, "example.org", RecordType::MX).await.outcome, DnsOutcome::Refused);
}

#[tokio::test]
async fn any_other_code_is_an_error_that_names_it() {
    let server = saying(ResponseCode::NotImp).await;
    let fact = ask(&server, "example.org", RecordType::MX).await;
    assert_eq!((fact.outcome, fact.detail.as_deref()), (DnsOutcome::Error, Some("the server answered NOTIMP")));
}

#[tokio::test]
async fn a_referral_is_not_an_absence() {
    let server = DnsServer::start(|q, _| {
        let mut reply = reply_to(q);
        reply.add_authority(Record::from_rdata(name("org"), 60, RData::NS(NS(name("ns1.example.net")))));
        Some(reply)
    })
    .await;
    let fact = ask(&server, "example.org", RecordType::MX).await;
    assert_eq!((fact.outcome, fact.detail.as_deref()), (DnsOutcome::Error, Some("a referral to ns1.example.net")));
}

#[tokio::test]
async fn silence_is_a_time_out_within_the_limit() {
    let server = silent().await;
    let began = Instant::now();
    let fact = net_asking([server.address], SHORT).lookup(&nowhere(), "example.org", RecordType::MX).await.0;
    assert_eq!(fact.outcome, DnsOutcome::Timeout);
    assert_eq!(server.asked(), 3, "one packet, one more, and one in the old way");
    assert!(began.elapsed() < SHORT * 5, "{:?}", began.elapsed());
    assert!(fact.ms >= 390, "{}", fact.ms);
}

#[tokio::test]
async fn a_closed_port_is_not_a_silence() {
    let fact = net_asking([closed_port().await], AMPLE).lookup(&nowhere(), "example.org", RecordType::MX).await.0;
    assert_eq!((fact.outcome, fact.detail.as_deref()), (DnsOutcome::Error, Some("connection refused")));
}

#[tokio::test]
async fn a_cut_answer_is_asked_for_again_over_tcp() {
    let server = DnsServer::start(|q, tcp| {
        let mut reply = records(q, if tcp { vec![mx(10, "mx.example.org")] } else { vec![] });
        reply.metadata.truncation = !tcp;
        Some(reply)
    })
    .await;
    let fact = ask(&server, "example.org", RecordType::MX).await;
    assert_eq!((fact.outcome, fact.records.len(), server.asked()), (DnsOutcome::Found, 1, 2));
}

#[tokio::test]
async fn a_cut_answer_without_tcp_is_neither_an_absence_nor_half_an_answer() {
    let server = DnsServer::start(|q, tcp| {
        let mut reply = records(q, [mx(10, "mx.example.org")]);
        reply.metadata.truncation = true;
        (!tcp).then_some(reply)
    })
    .await;
    let fact = ask(&server, "example.org", RecordType::MX).await;
    assert_eq!((fact.outcome, fact.records.len()), (DnsOutcome::Error, 0));
    assert_eq!(fact.detail.as_deref(), Some("truncated, TCP blocked (connection closed)"));
}

#[tokio::test]
async fn where_packets_with_edns_are_dropped_on_the_way_the_old_way_is_tried() {
    let server = DnsServer::start(|q, _| q.edns.is_none().then(|| records(q, [mx(10, "mx.example.org")]))).await;
    assert_eq!(ask(&server, "example.org", RecordType::MX).await.outcome, DnsOutcome::Found);
}

#[tokio::test]
async fn a_server_that_knows_no_edns_is_asked_in_the_old_way() {
    let server = DnsServer::start(|q, _| {
        let old = records(q, [mx(10, "mx.example.org")]);
        Some(if q.edns.is_some() { code(q, ResponseCode::FormErr) } else { old })
    })
    .await;
    assert_eq!(ask(&server, "example.org", RecordType::MX).await.outcome, DnsOutcome::Found);
}

#[tokio::test]
async fn an_extended_error_is_kept_beside_the_code() {
    let server = DnsServer::start(|q, _| {
        let mut edns = Edns::new();
        edns.options_mut().insert(EdnsOption::Unknown(15, b"\0\x16at delegation \x1b[31mexample.org".to_vec()));
        let mut reply = code(q, ResponseCode::ServFail);
        reply.set_edns(edns);
        Some(reply)
    })
    .await;
    let fact = ask(&server, "example.org", RecordType::MX).await;
    let said = "no reachable authority (EDE 22): at delegation \u{fffd}[31mexample.org";
    assert_eq!((fact.outcome, fact.detail.as_deref()), (DnsOutcome::ServFail, Some(said)));
}

#[tokio::test]
async fn what_is_not_a_name_is_not_asked() {
    let server = silent().await;
    for bad in ["", "a..example.org", "two words", &"a".repeat(64)] {
        let fact = ask(&server, bad, RecordType::MX).await;
        assert_eq!((fact.outcome, fact.detail.as_deref()), (DnsOutcome::Error, Some("not a name")), "{bad:?}");
    }
    assert_eq!(server.asked(), 0);
}

#[tokio::test]
async fn without_a_resolver_it_could_not_be_told() {
    let fact = net_asking([], AMPLE).lookup(&nowhere(), "example.org", RecordType::MX).await.0;
    assert_eq!((fact.outcome, fact.detail.as_deref()), (DnsOutcome::Error, Some("no DNS server is set up")));
}
