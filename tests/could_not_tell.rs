//! Promise: what could not be told is neither a fault nor a pass (law 5): not in a whole walk, and not in any one check.

#[expect(dead_code, reason = "other tests need answers with records")]
#[path = "support/dns_server.rs"]
mod dns_server;

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use assert_cmd::Command;
use dns_server::{DnsServer, code, reply_to};
use heloise::check::{CHECKS, Context, Knowledge};
use heloise::diagnosis::diagnose;
use heloise::guide::Guide;
use heloise::net::{BoxFuture, Limits, Net, Recorder, Trust, World};
use heloise::practice::{DnsFailure, Fate, Practice, Route, WorldFile};
use heloise::reading::Reader;
use heloise::run::{Plan, Session, Setup, walk_alone};
use heloise::transcript::{Case, Consent, Fact, Finding, Level, RunId, StepStatus, Target, Transcript, Verdict};
use hickory_resolver::proto::op::ResponseCode;
use tokio::net::TcpStream;

type Opened<'a> = BoxFuture<'a, io::Result<TcpStream>>;

/// Another world with something missing.
struct Lacking {
    world: Arc<dyn World>,
    ipv6: bool,
    nameservers: Result<Vec<SocketAddr>, String>,
}

impl Lacking {
    fn of(world: Arc<dyn World>) -> Self {
        let nameservers = world.nameservers();
        Self { world, ipv6: true, nameservers }
    }
}

impl World for Lacking {
    fn connect(&self, to: SocketAddr, from: Option<IpAddr>) -> Opened<'_> {
        if to.is_ipv6() && !self.ipv6 {
            return Box::pin(async { Err(io::ErrorKind::NetworkUnreachable.into()) });
        }
        self.world.connect(to, from)
    }

    fn nameservers(&self) -> Result<Vec<SocketAddr>, String> {
        self.nameservers.clone()
    }

    fn dns_at(&self, server: SocketAddr) -> SocketAddr {
        // What is lacking is the resolver: the zones' own servers are in the world.
        if self.nameservers.as_ref().is_ok_and(|own| own.contains(&server)) {
            server
        } else {
            self.world.dns_at(server)
        }
    }

    fn unix_seconds(&self) -> i64 {
        self.world.unix_seconds()
    }

    fn host_name(&self) -> Option<String> {
        self.world.host_name()
    }

    fn is_this_machine(&self) -> bool {
        false
    }
}

fn guide() -> Arc<Guide> {
    Arc::new(Guide::embedded())
}

fn healthy(guide: &Guide) -> WorldFile {
    let mut file = WorldFile::by_id(guide, "healthy-address").expect("a world");
    file.case.timeout_secs = 1;
    file
}

fn setup(guide: &Arc<Guide>, world: Arc<dyn World>, ca: &str) -> Setup {
    let know = Arc::new(Knowledge::load(|name| guide.file(name)).expect("the knowledge"));
    Setup { guide: Arc::clone(guide), know, world, trust: Trust::only(ca).expect("a CA"), store: None }
}

/// Walks a world as the rules lead, and all its steps.
async fn both_ways(file: &WorldFile, lack: impl Fn(&mut Lacking), consents: &[Consent]) -> Vec<Session> {
    let guide = guide();
    let all = guide.steps().iter().map(|s| s.id.clone()).collect();
    let walks = [Plan::Guided, Plan::Steps(all)].map(async |plan| {
        let practice = Practice::start(file).await.expect("the world comes up");
        let mut world = Lacking::of(practice.world());
        lack(&mut world);
        let setup = setup(&guide, Arc::new(world), practice.ca_pem());
        let consents = consents.iter().copied().collect();
        walk_alone(setup, file.case.clone(), None, consents, plan, |_| ()).await
    });
    futures_util::future::join_all(walks).await
}

/// Neither a verdict nor a step says that something is wrong, or that nothing is.
fn nothing_is_told(sessions: &[Session]) {
    for session in sessions {
        let entries = session.walk().transcript().entries();
        let wrong = |fact: &Fact| match fact {
            Fact::StepEnded { step, status: StepStatus::Fail | StepStatus::Warn } => Some(step.to_string()),
            _ => None,
        };
        let wrong: Vec<String> = entries.iter().filter_map(|e| wrong(&e.fact)).collect();
        assert!(wrong.is_empty(), "{wrong:?} are called wrong");
        assert_eq!(session.walk().verdict(), Some(Verdict::Inconclusive));
    }
}

fn found<'a>(session: &'a Session, id: &str) -> Option<&'a Finding> {
    session.walk().transcript().findings().map(|(_, f)| f).find(|f| f.id == id)
}

#[tokio::test]
async fn a_silent_dns() {
    let dns = DnsServer::start(|_, _| None).await;
    let sessions = both_ways(&healthy(&guide()), |w| w.nameservers = Ok(vec![dns.address]), &Consent::ALL).await;
    assert!(dns.asked() > 0);
    nothing_is_told(&sessions);
}

#[tokio::test]
async fn a_resolver_that_fails_for_every_name() {
    for rcode in [ResponseCode::ServFail, ResponseCode::Refused] {
        let dns = DnsServer::start(move |question, _| Some(code(question, rcode))).await;
        let sessions = both_ways(&healthy(&guide()), |w| w.nameservers = Ok(vec![dns.address]), &Consent::ALL).await;
        nothing_is_told(&sessions);
    }
}

#[tokio::test]
async fn a_resolver_that_denies_every_name() {
    let dns = DnsServer::start(|question, _| {
        let mut denial = reply_to(question);
        denial.metadata.response_code = ResponseCode::NXDomain;
        Some(denial)
    })
    .await;
    let denying = |w: &mut Lacking| w.nameservers = Ok(vec![dns.address]);
    let sessions = both_ways(&healthy(&guide()), denying, &Consent::ALL).await;
    nothing_is_told(&sessions);
    for session in sessions {
        let ranked = diagnose(session.guide(), session.walk().transcript()).causes;
        assert_eq!(ranked.first().and_then(|top| top.kind.as_deref()), Some("resolver-cut-off"));
    }
    // The server that was entered takes the address: nobody has to know where it is for that.
    let mut file = healthy(&guide());
    file.case.server = Some(Target { host: "192.0.2.25".to_owned(), port: Some(25) });
    for session in both_ways(&file, denying, &Consent::ALL).await {
        assert!(found(&session, "recipient.domain.unregistered").is_none());
        assert!(found(&session, "recipient.rcpt.control-refused").is_some());
        assert!(found(&session, "dns.nxdomain").is_none() && found(&session, "dns.sender.nxdomain").is_none());
    }
}

#[tokio::test]
async fn a_name_that_fails_while_others_are_answered_is_a_fault_and_no_riddle() {
    let mut file = healthy(&guide());
    let zone = file.zones.iter_mut().find(|z| z.name == "example.org").expect("the zone");
    zone.fails.insert("*".to_owned(), DnsFailure::Servfail);
    for session in both_ways(&file, |_| (), &Consent::ALL).await {
        assert_eq!(session.walk().verdict(), Some(Verdict::FaultFound));
    }
}

#[tokio::test]
async fn no_resolver_at_all() {
    let none = |w: &mut Lacking| w.nameservers = Err("no DNS server is set up".to_owned());
    nothing_is_told(&both_ways(&healthy(&guide()), none, &Consent::ALL).await);
}

#[test]
fn a_resolver_where_none_listens() {
    let folder = tempfile::tempdir().expect("a folder");
    for steps in [&[][..], &["--all"]] {
        let args = ["check", "--to", "bob@example.org", "--from", "alice@example.net", "--ip", "198.51.100.7"];
        let here = ["--resolver", "127.0.0.1:9", "--timeout", "1", "--no-save", "--state-dir"];
        let mut command = Command::cargo_bin("heloise").expect("the program");
        let output = command.args(args).args(here).arg(folder.path()).args(steps).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[tokio::test]
async fn every_consent_declined() {
    let sessions = both_ways(&healthy(&guide()), |_| (), &[]).await;
    nothing_is_told(&sessions);
    for session in &sessions {
        assert_eq!(session.counts(), (0, 0));
    }
}

#[tokio::test]
async fn a_machine_without_ipv6_finds_nothing_wrong_with_mail_that_goes_by_ipv4() {
    for session in both_ways(&healthy(&guide()), |w| w.ipv6 = false, &Consent::ALL).await {
        assert_eq!(session.walk().verdict(), Some(Verdict::NoFaultFound));
        assert!(found(&session, "connectivity.v6.absent").is_some());
    }
}

/// A world in which nothing answers on these ports, wherever they lead.
fn silent_ports(guide: &Guide, ports: &[u16]) -> WorldFile {
    let mut file = healthy(guide);
    file.routes = ports
        .iter()
        .map(|port| Route { address: None, port: Some(*port), does: Fate::Drop, by: None, hops: Vec::new() })
        .collect();
    file
}

#[tokio::test]
async fn port_25_silent_and_nobody_to_compare_with() {
    let sessions = both_ways(&silent_ports(&guide(), &[25, 465, 587]), |_| (), &Consent::ALL).await;
    nothing_is_told(&sessions);
    for session in &sessions {
        assert!(found(session, "firewall.nothing-gets-out").is_some());
    }
}

#[tokio::test]
async fn port_25_silent_everywhere_and_others_open_is_the_network() {
    for session in both_ways(&silent_ports(&guide(), &[25]), |_| (), &Consent::ALL).await {
        assert_eq!(session.walk().verdict(), Some(Verdict::FaultFound));
        assert!(found(&session, "firewall.port25.blocked").is_some());
    }
}

#[tokio::test]
async fn port_25_shut_is_nothing_to_who_sends_by_587() {
    let guide = guide();
    let mut file = silent_ports(&guide, &[25]);
    file.case = WorldFile::by_id(&guide, "healthy-submission").expect("a world").case;
    (file.case.timeout_secs, file.case.to) = (1, Vec::new());
    (file.case.user, file.case.has_password) = (None, false);
    let sessions = both_ways(&file, |_| (), &Consent::ALL).await;
    assert_eq!(found(&sessions[1], "firewall.way.open").map(|f| f.args["port"].as_str()), Some("587"));
    for session in sessions {
        assert_ne!(session.walk().verdict(), Some(Verdict::FaultFound));
    }
}

#[tokio::test]
async fn settings_that_get_no_answer_anywhere() {
    let guide = guide();
    let mut file = silent_ports(&guide, &[25, 465, 587, 2525]);
    file.case = Case {
        server: Some(Target { host: "mail.example.net".to_owned(), port: Some(587) }),
        user: Some("alice@example.net".to_owned()),
        to: Vec::new(),
        ..file.case
    };
    nothing_is_told(&both_ways(&file, |_| (), &Consent::ALL).await);
}

#[tokio::test]
async fn a_session_that_may_connect_no_more() {
    let guide = guide();
    let file = WorldFile::by_id(&guide, "healthy-submission").expect("a world");
    let practice = Practice::start(&file).await.expect("the world comes up");
    let setup = setup(&guide, practice.world(), practice.ca_pem());
    let second = Duration::from_secs(1);
    let net = Net::new(setup.world, Limits { phase: second, dns: second }, setup.trust);
    let facts = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&facts);
    let rec = Recorder::new(RunId(1), move |_, fact| notes.lock().expect("facts").push(fact));
    // The manners allow no more than 200 connections in a session; nobody is there to be troubled by these.
    for last in 1..=200 {
        let nobody = SocketAddr::from(([203, 0, 113, last], 9));
        let _ = net.connect(&rec, "nobody.example", nobody, None).await;
    }
    facts.lock().expect("facts").clear();
    let cx = Context {
        case: Arc::new(file.case.clone()),
        secret: None,
        consents: Arc::new(BTreeSet::from(Consent::ALL)),
        net,
        rec,
        seen: Arc::new(Transcript::new()),
        reader: Reader::new(Arc::clone(&guide)),
        know: setup.know,
    };
    for check in CHECKS {
        check.run(&cx).await;
    }
    let facts = facts.lock().expect("facts");
    let found: Vec<&str> = facts
        .iter()
        .filter_map(|f| if let Fact::Found { finding, .. } = f { Some(finding.id.as_str()) } else { None })
        .collect();
    assert!(found.contains(&"connectivity.could-not-tell"), "{found:?}");
    let wrong: Vec<_> = found
        .iter()
        .filter(|id| guide.finding(id).is_some_and(|f| matches!(f.level, Level::Warn | Level::Fail)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
