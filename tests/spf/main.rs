//! Promise: SPF is judged as RFC 7208 says, step by step, and as an implementation of others judges it.
//!
//! The cases follow the test suite of openspf.org for that RFC, told anew; `oracle` names what mail-auth says where it differs from
//! the RFC (`*`: anything).

mod oracle;
mod traces;

#[expect(dead_code, reason = "other tests count questions")]
#[path = "../support/dns_server.rs"]
mod dns_server;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use heloise::check::spf::{Answer, Lookup, Question, Trace, check_host};
use serde::Deserialize;

const FILES: [&str; 3] =
    [include_str!("cases/records.toml"), include_str!("cases/mechanisms.toml"), include_str!("cases/words.toml")];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    set: Vec<Set>,
}

/// Cases over one zone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    about: String,
    zone: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    is: String,
    #[serde(default = "usual_ip")]
    ip: IpAddr,
    from: String,
    #[serde(default = "usual_helo")]
    helo: String,
    want: String,
    /// The words of `exp`; empty for none.
    says: Option<String>,
    lookups: Option<u32>,
    voids: Option<u32>,
    /// What mail-auth says, where it is something else.
    oracle: Option<String>,
    /// Its words differ in a detail that the RFC leaves open: they are not compared with mail-auth's.
    #[serde(default)]
    words_apart: bool,
}

fn usual_ip() -> IpAddr {
    "192.0.2.4".parse().expect("an address")
}

fn usual_helo() -> String {
    "mail.example.org".to_owned()
}

fn sets() -> Vec<Set> {
    FILES.iter().flat_map(|text| toml::from_str::<File>(text).expect("a file of cases").set).collect()
}

impl Case {
    /// The domain that is judged, and the sender.
    fn asked(&self) -> (String, String) {
        match self.from.rsplit_once('@') {
            Some(("", domain)) => (domain.to_owned(), format!("postmaster@{domain}")),
            Some((_, domain)) => (domain.to_owned(), self.from.clone()),
            None => (self.helo.clone(), format!("postmaster@{}", self.helo)),
        }
    }
}

/// What the DNS knows: records by name and type; `!` for what is not answered.
#[derive(Default)]
pub(crate) struct Zone {
    records: BTreeMap<(String, String), Vec<String>>,
    names: BTreeSet<String>,
    mute: BTreeSet<String>,
}

impl Zone {
    pub(crate) fn read(text: &str) -> Self {
        let mut zone = Self::default();
        for line in text.lines().filter(|l| !l.trim().is_empty()) {
            let (name, rest) = line.split_once(char::is_whitespace).expect("a name");
            let (rtype, data) = rest.trim_start().split_once(' ').expect("a type");
            let name = name.to_ascii_lowercase();
            if rtype == "!" {
                zone.mute.insert(name);
            } else {
                zone.names.insert(name.clone());
                let data = data.trim_start().replace("\\u0000", "\0");
                zone.records.entry((name, rtype.to_owned())).or_default().push(data);
            }
        }
        zone
    }

    fn get<T>(&self, name: &str, rtype: &str, read: impl Fn(&str) -> T) -> Answer<T> {
        let name = name.to_ascii_lowercase();
        if self.mute.contains(&name) {
            return Answer::Untold("no answer in time".to_owned());
        }
        match self.records.get(&(name, rtype.to_owned())) {
            Some(records) => Answer::Found(records.iter().map(|r| read(r)).collect()),
            None => Answer::Nothing,
        }
    }
}

impl Lookup for Zone {
    async fn txt(&self, name: &str) -> Answer<String> {
        self.get(name, "TXT", str::to_owned)
    }

    async fn addresses(&self, name: &str, v6: bool) -> Answer<IpAddr> {
        self.get(name, if v6 { "AAAA" } else { "A" }, |r| r.parse().expect("an address"))
    }

    async fn mx(&self, name: &str) -> Answer<String> {
        self.get(name, "MX", |r| r.split_once(' ').expect("a host").1.trim_end_matches('.').to_owned())
    }

    async fn ptr(&self, ip: IpAddr) -> Answer<String> {
        let name = hickory_resolver::proto::rr::Name::from(ip).to_ascii();
        self.get(name.trim_end_matches('.'), "PTR", str::to_owned)
    }
}

pub(crate) async fn judged(zone: &Zone, ip: IpAddr, domain: &str, sender: &str, helo: &str) -> Trace {
    check_host(zone, &Question { ip, domain, sender, helo, now: 0 }).await
}

#[tokio::test]
async fn every_case_of_the_suite_is_judged_as_the_rfc_says() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for set in sets() {
        let zone = Zone::read(&set.zone);
        for case in &set.cases {
            count += 1;
            let (domain, sender) = case.asked();
            let trace = judged(&zone, case.ip, &domain, &sender, &case.helo).await;
            let says = case.says.as_deref().is_none_or(|s| trace.explanation.as_deref().unwrap_or_default() == s);
            let costs = case.lookups.is_none_or(|n| n == trace.lookups) && case.voids.is_none_or(|n| n == trace.voids);
            if trace.outcome.as_str() != case.want || !says || !costs {
                wrong.push(format!("{}: {}: wanted {}, got {trace:#?}", set.about, case.is, case.want));
            }
        }
    }
    assert!(count > 150, "only {count} cases");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}
