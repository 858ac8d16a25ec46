//! Step 1 on the domain's side: each sort of MX that is no good is said by name, and a good one next to it is still used.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use heloise::check::Knowledge;
use heloise::net::{BoxFuture, Trust, World};
use heloise::practice::{DnsFailure, Practice, WorldFile, Zone};
use heloise::run::{Plan, Session, Setup, walk_alone};
use heloise::transcript::{Consent, Finding, StepId};
use tokio::net::TcpStream;

use crate::worlds::guide;

/// A world in which the inner network leads to the receiving server.
struct Inside(Arc<dyn World>);

impl World for Inside {
    fn connect(&self, to: SocketAddr, from: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        let inner = to.ip() == IpAddr::from([10, 1, 2, 3]);
        self.0.connect(if inner { SocketAddr::from(([192, 0, 2, 25], to.port())) } else { to }, from)
    }

    fn nameservers(&self) -> Result<Vec<SocketAddr>, String> {
        self.0.nameservers()
    }

    fn dns_at(&self, server: SocketAddr) -> SocketAddr {
        self.0.dns_at(server)
    }

    fn unix_seconds(&self) -> i64 {
        self.0.unix_seconds()
    }

    fn host_name(&self) -> Option<String> {
        self.0.host_name()
    }

    fn is_this_machine(&self) -> bool {
        false
    }
}

/// Step 1 with these records for example.org.
async fn looked(records: &str, change: impl FnOnce(&mut WorldFile), inside: bool, may: &[Consent]) -> Session {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, "healthy-address").expect("a world");
    let zone = file.zones.iter_mut().find(|z| z.name == "example.org").expect("the zone");
    records.clone_into(&mut zone.records);
    file.case.timeout_secs = 1;
    change(&mut file);
    let practice = Practice::start(&file).await.expect("the world comes up");
    let know = Arc::new(Knowledge::load(|name| guide.file(name)).expect("the knowledge"));
    let world = if inside { Arc::new(Inside(practice.world())) } else { practice.world() };
    let trust = Trust::only(practice.ca_pem()).expect("the world's CA");
    let setup = Setup { guide, know, world, trust, store: None };
    let consents: BTreeSet<Consent> = may.iter().copied().collect();
    walk_alone(setup, file.case, None, consents, Plan::Steps(vec![StepId::new("recipient")]), |_| ()).await
}

async fn at(records: &str) -> Session {
    looked(records, |_| (), false, &Consent::ALL).await
}

fn ids(session: &Session) -> Vec<&str> {
    session.walk().transcript().findings().map(|(_, f)| f.id.as_str()).collect()
}

fn has(session: &Session, id: &str) -> bool {
    ids(session).contains(&id)
}

fn the<'a>(session: &'a Session, id: &str) -> &'a Finding {
    let found = session.walk().transcript().findings().map(|(_, f)| f).find(|f| f.id == id);
    found.unwrap_or_else(|| panic!("no {id} in {:?}", ids(session)))
}

const GOOD: &str = "mx1 A 192.0.2.25\n";

#[tokio::test]
async fn every_exchanger_of_no_use_is_named_and_the_good_one_is_asked() {
    let bad = "@ MX 5 gone\n@ MX 6 192.0.2.25.\n@ MX 7 home\nhome A 127.0.0.1\n@ MX 10 mx1\n@ MX 20 MX1\n@ MX 0 .\n";
    let session = at(&format!("{bad}{GOOD}")).await;
    for id in ["unresolved", "is-address", "loopback", "duplicate", "null-beside"] {
        the(&session, &format!("recipient.mx.{id}"));
    }
    assert_eq!(the(&session, "recipient.mx.unresolved").args["name"], "gone.example.org");
    assert_eq!(the(&session, "recipient.rcpt.control-refused").args["server"], "mx1.example.org");
    assert!(
        !has(&session, "recipient.mx.none-usable") && !has(&session, "recipient.rcpt.passed-over"),
        "{:?}",
        ids(&session)
    );
}

#[tokio::test]
async fn where_no_exchanger_is_of_use_nobody_is_asked() {
    for records in ["@ MX 10 gone", "@ MX 10 192.0.2.25.", "@ MX 10 home\nhome A 127.0.0.1\nhome AAAA ::1"] {
        let session = at(records).await;
        the(&session, "recipient.mx.none-usable");
        assert_eq!(session.counts().0, 0, "{records}");
    }
}

#[tokio::test]
async fn an_alias_is_told_and_followed() {
    let session = at(&format!("@ MX 10 mail\nmail CNAME mx1\n{GOOD}")).await;
    assert_eq!(the(&session, "recipient.mx.cname").args["target"], "mx1.example.org");
    the(&session, "recipient.rcpt.control-refused");
}

#[tokio::test]
async fn an_inner_address_is_a_fault_outside_and_none_inside() {
    let inner = "@ MX 10 mail\nmail A 10.1.2.3";
    let outside = at(inner).await;
    assert_eq!(the(&outside, "recipient.mx.private").args["addresses"], "10.1.2.3");
    let inside = looked(inner, |_| (), true, &Consent::ALL).await;
    the(&inside, "recipient.mx.inside");
    assert!(!has(&inside, "recipient.mx.private"));
    let both = at(&format!("{inner}\n@ MX 20 mx1\n{GOOD}")).await;
    assert!(has(&both, "recipient.mx.private-too") && !has(&both, "recipient.mx.private"));
    let untold = looked(inner, |_| (), false, &[]).await;
    assert!(has(&untold, "recipient.mx.private-untold") && !has(&untold, "recipient.mx.private"));
}

#[tokio::test]
async fn an_exchanger_whose_name_fails_is_not_called_broken() {
    let fails = |file: &mut WorldFile| {
        let fails = [("*".to_owned(), DnsFailure::Servfail)].into();
        file.zones.push(Zone { name: "mail.example.com".to_owned(), fails, ..Zone::default() });
    };
    let session = looked("@ MX 10 mail.example.com.", fails, false, &Consent::ALL).await;
    the(&session, "recipient.mx.unknown");
    assert!(!has(&session, "recipient.mx.unresolved") && !has(&session, "recipient.mx.none-usable"));
}

#[tokio::test]
async fn a_name_that_is_missing_is_told_from_a_domain_that_nobody_has() {
    for (to, id) in [
        ("bob@exmaple.org", "recipient.domain.unregistered"),
        ("bob@mail.exmaple.org", "recipient.domain.unregistered"),
        ("bob@mial.example.org", "recipient.domain.no-such-name"),
    ] {
        let session = looked("@ A 192.0.2.25", |file| file.case.to = vec![to.to_owned()], false, &Consent::ALL).await;
        the(&session, id);
    }
}

#[tokio::test]
async fn a_blanket_refusal_is_held_against_the_postmaster() {
    let refusing = |pattern: &'static str| {
        move |file: &mut WorldFile| {
            let rule = format!("on = [\"rcpt\"]\nrecipient = \"{pattern}\"\nreply = [\"550 5.7.1 Not from you\"]");
            for host in file.hosts.iter_mut().filter(|h| h.name == "mx1.example.org") {
                host.rules.insert(0, toml::from_str(&rule).expect("a rule"));
            }
        }
    };
    let records = format!("@ MX 10 mx1\n{GOOD}");
    let blanket = looked(&records, refusing("@"), false, &Consent::ALL).await;
    the(&blanket, "recipient.rcpt.all-refused");
    assert_eq!(the(&blanket, "recipient.rcpt.postmaster-refused").args["codes"], "550 5.7.1");
    let spared = looked(&records, refusing("bob@|heloise-"), false, &Consent::ALL).await;
    the(&spared, "recipient.rcpt.postmaster-taken");
}

#[tokio::test]
async fn an_address_in_place_of_exchangers_is_judged_as_one() {
    let home = at("@ A 127.0.0.1").await;
    assert!(has(&home, "recipient.domain.fallback") && has(&home, "recipient.mx.none-usable"));
    let inner = at("@ A 10.1.2.3").await;
    the(&inner, "recipient.mx.private");
    let good = at("@ A 192.0.2.25").await;
    the(&good, "recipient.rcpt.control-refused");
}
