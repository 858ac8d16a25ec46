//! From a name to addresses and back.

use std::net::IpAddr;

use heloise::net::RecordType;
use heloise::transcript::{AddressFamily, DnsOutcome, DnsRecord};
use hickory_resolver::proto::rr::RData;
use hickory_resolver::proto::rr::rdata::{A, AAAA, PTR};

use crate::dns_server::{DnsServer, name, records};
use crate::{AMPLE, net_asking, nowhere, silent};

#[tokio::test]
async fn an_address_leads_to_its_name() {
    let server = DnsServer::start(|q, _| {
        let right = *q.queries[0].name() == name("25.2.0.192.in-addr.arpa");
        right.then(|| records(q, [RData::PTR(PTR(name("mail.example.org")))]))
    })
    .await;
    let net = net_asking([server.address], AMPLE);
    let (fact, _) = net.reverse(&nowhere(), "192.0.2.25".parse().unwrap()).await;
    assert_eq!(fact.records, [DnsRecord::Ptr("mail.example.org".to_owned())]);
}

#[tokio::test]
async fn a_host_has_addresses_of_both_families_or_of_the_one_asked_for() {
    let server = DnsServer::start(|q, _| {
        let v4 = q.queries[0].query_type() == RecordType::A;
        let six = AAAA("2001:db8::1".parse().unwrap());
        Some(records(q, [if v4 { RData::A(A::new(192, 0, 2, 1)) } else { RData::AAAA(six) }]))
    })
    .await;
    let net = net_asking([server.address], AMPLE);
    let types = async |family| {
        let facts = net.addresses(&nowhere(), "mail.example.org", family).await;
        facts.iter().map(|(f, _)| (f.rtype.clone(), f.addresses().count())).collect::<Vec<_>>()
    };
    assert_eq!(types(AddressFamily::Any).await, [("A".to_owned(), 1), ("AAAA".to_owned(), 1)]);
    assert_eq!(types(AddressFamily::V6).await, [("AAAA".to_owned(), 1)]);
}

#[tokio::test]
async fn an_address_in_text_form_is_its_own_answer() {
    let net = net_asking([], AMPLE);
    for (text, ip) in
        [("192.0.2.1", "192.0.2.1"), ("[2001:db8::1]", "2001:db8::1"), ("[IPv6:2001:db8::1]", "2001:db8::1")]
    {
        let facts = net.addresses(&nowhere(), text, AddressFamily::Any).await;
        let found: Vec<IpAddr> = facts.iter().flat_map(|(f, _)| f.addresses()).collect();
        assert_eq!(found, [ip.parse::<IpAddr>().unwrap()], "{text}");
    }
    assert!(net.addresses(&nowhere(), "192.0.2.1", AddressFamily::V6).await.is_empty());
}

#[tokio::test]
async fn the_hosts_file_answers_before_the_dns_and_says_so() {
    let server = silent().await;
    let facts = net_asking([server.address], AMPLE).addresses(&nowhere(), "inside.test", AddressFamily::Any).await;
    let outcomes: Vec<_> = facts.iter().map(|(f, _)| (f.outcome, f.detail.as_deref())).collect();
    assert_eq!(outcomes, [(DnsOutcome::Found, Some("hosts file")), (DnsOutcome::NoData, Some("hosts file"))]);
    assert_eq!(server.asked(), 0);
}
