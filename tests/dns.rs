//! Every way in which a question to the DNS can end is told apart, and nothing from outside is believed or shown raw.

#[path = "support/dns_server.rs"]
mod dns_server;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dns_server::{DnsServer, code, name, records, reply_to};
use heloise::net::{BoxFuture, Limits, Net, RecordType, Recorder, Trust, World};
use heloise::transcript::{AddressFamily, DnsFact, DnsOutcome, DnsRecord, Fact, RunId};
use hickory_resolver::proto::op::{Edns, Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::opt::EdnsOption;
use hickory_resolver::proto::rr::rdata::{A, AAAA, CNAME, MX, NS, PTR, SOA, TXT};
use hickory_resolver::proto::rr::{Name, RData, Record};
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
        Some(reply)
    })
    .await;
    assert_eq!(ask(&server, "example.org", RecordType::MX).await.outcome, DnsOutcome::NoData);
    let server = saying(ResponseCode::NXDomain).await;
    assert_eq!(ask(&server, "example.org", RecordType::MX).await.outcome, DnsOutcome::NxDomain);
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
    assert_eq!(server.asked(), 2, "one packet, and one more");
    assert!(began.elapsed() < SHORT * 5, "{:?}", began.elapsed());
    assert!(fact.ms >= 390, "{}", fact.ms);
}

#[tokio::test]
async fn the_limit_holds_for_all_servers_together() {
    let (one, two, three) = (silent().await, silent().await, silent().await);
    let net = net_asking([one.address, two.address, three.address], SHORT);
    let began = Instant::now();
    assert_eq!(net.lookup(&nowhere(), "example.org", RecordType::MX).await.0.outcome, DnsOutcome::Timeout);
    assert!(began.elapsed() < SHORT * 5 / 2, "{:?}", began.elapsed());
    assert!(three.asked() > 0, "each had its turn");
}

#[tokio::test]
async fn a_closed_port_is_not_a_silence() {
    let fact = net_asking([closed_port().await], AMPLE).lookup(&nowhere(), "example.org", RecordType::MX).await.0;
    assert_eq!((fact.outcome, fact.detail.as_deref()), (DnsOutcome::Error, Some("connection refused")));
}

#[tokio::test]
async fn a_lost_packet_is_sent_again() {
    let times = Mutex::new(0);
    let server = DnsServer::start(move |q, _| {
        let mut times = times.lock().unwrap();
        *times += 1;
        (*times > 1).then(|| records(q, [mx(10, "mx.example.org")]))
    })
    .await;
    let net = net_asking([server.address], SHORT * 2);
    assert_eq!(net.lookup(&nowhere(), "example.org", RecordType::MX).await.0.outcome, DnsOutcome::Found);
}

#[tokio::test]
async fn a_silent_first_server_gives_way_to_the_second() {
    let (first, second) = (silent().await, answering(mx(10, "mx.example.org")).await);
    let net = net_asking([first.address, second.address], SHORT);
    assert_eq!(net.lookup(&nowhere(), "example.org", RecordType::MX).await.0.outcome, DnsOutcome::Found);
    let packets = first.asked();
    assert_eq!(net.lookup(&nowhere(), "example.net", RecordType::MX).await.0.outcome, DnsOutcome::Found);
    assert_eq!(first.asked(), packets, "who kept silent is asked last from then on");
}

#[tokio::test]
async fn a_failing_first_server_gives_way_to_the_second() {
    let (first, second) = (saying(ResponseCode::ServFail).await, saying(ResponseCode::NXDomain).await);
    let net = net_asking([first.address, second.address], AMPLE);
    assert_eq!(net.lookup(&nowhere(), "example.org", RecordType::MX).await.0.outcome, DnsOutcome::NxDomain);
}

#[tokio::test]
async fn a_failure_that_was_said_outranks_a_silence() {
    let (first, second) = (saying(ResponseCode::ServFail).await, silent().await);
    let net = net_asking([first.address, second.address], SHORT);
    assert_eq!(net.lookup(&nowhere(), "example.org", RecordType::MX).await.0.outcome, DnsOutcome::ServFail);
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
    let server = DnsServer::without_tcp(|q| {
        let mut reply = records(q, [mx(10, "mx.example.org")]);
        reply.metadata.truncation = true;
        reply
    })
    .await;
    let fact = ask(&server, "example.org", RecordType::MX).await;
    assert_eq!((fact.outcome, fact.records.len()), (DnsOutcome::Error, 0));
    assert_eq!(fact.detail.as_deref(), Some("truncated, TCP blocked (connection refused)"));
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

#[tokio::test]
async fn the_same_question_is_asked_once_a_session() {
    let server = answering(mx(10, "mx.example.org")).await;
    let net = net_asking([server.address], AMPLE);
    let rec = nowhere();
    let (one, two) =
        tokio::join!(net.lookup(&rec, "example.org", RecordType::MX), net.lookup(&rec, "Example.org", RecordType::MX));
    let three = net.clone().lookup(&rec, "example.org.", RecordType::MX).await;
    assert_eq!(server.asked(), 1);
    assert_eq!((&one.0.records, two.0.ms, three.0.ms), (&three.0.records, 0, 0));
    assert_eq!(two.0.records, three.0.records);
    net.lookup(&rec, "example.org", RecordType::TXT).await;
    assert_eq!(server.asked(), 2, "another type is another question");
}

#[tokio::test]
async fn what_is_forgotten_is_asked_again() {
    let server = answering(mx(10, "mx.example.org")).await;
    let net = net_asking([server.address], AMPLE);
    net.lookup(&nowhere(), "example.org", RecordType::MX).await;
    net.forget_dns();
    net.lookup(&nowhere(), "example.org", RecordType::MX).await;
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn a_question_given_up_midway_is_taken_over_by_who_waits_for_it() {
    let server = silent().await;
    let net = net_asking([server.address], SHORT);
    let rec = nowhere();
    let given_up = tokio::time::timeout(SHORT / 4, net.lookup(&rec, "example.org", RecordType::MX));
    let (gone, stayed) = tokio::join!(given_up, net.lookup(&rec, "example.org", RecordType::MX));
    assert!(gone.is_err());
    assert_eq!(stayed.0.outcome, DnsOutcome::Timeout);
}

#[tokio::test]
async fn every_answer_is_recorded_also_one_from_memory() {
    let server = answering(mx(10, "mx.example.org")).await;
    let net = net_asking([server.address], AMPLE);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let facts = Arc::clone(&heard);
    let rec = Recorder::new(RunId(7), move |_, fact| facts.lock().unwrap().push(fact));
    let (one, first) = net.lookup(&rec, "example.org", RecordType::MX).await;
    let (two, second) = net.lookup(&rec, "example.org", RecordType::MX).await;
    assert_eq!((first.0, second.0), (0, 1));
    let run = RunId(7);
    assert_eq!(*heard.lock().unwrap(), [Fact::Dns { run, dns: one }, Fact::Dns { run, dns: two }]);
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

#[tokio::test]
async fn a_given_server_is_asked_without_recursion_and_named() {
    let server = DnsServer::start(|q, _| {
        Some(if q.metadata.recursion_desired {
            code(q, ResponseCode::Refused)
        } else {
            records(q, [mx(1, "mx.example.org")])
        })
    })
    .await;
    let net = net_asking([], AMPLE);
    let (fact, _) = net.lookup_at(&nowhere(), server.address, "example.org", RecordType::MX, false).await;
    assert_eq!((fact.outcome, fact.server), (DnsOutcome::Found, Some(server.address)));
    net.lookup_at(&nowhere(), server.address, "example.org", RecordType::MX, false).await;
    assert_eq!(server.asked(), 2, "never from memory");
}

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
