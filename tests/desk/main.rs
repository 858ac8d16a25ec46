//! Promise: each record that mail needs is judged for what it is, with what to publish instead, and nothing is called missing that was
//! merely not answered. Each verdict is shown on a real socket.

#[path = "../support/asking.rs"]
mod asking;
mod authority;
mod dkim;
mod dmarc;
#[expect(dead_code, reason = "other tests count questions")]
#[path = "../support/dns_server.rs"]
mod dns_server;
mod exchangers;
mod notes;
mod resolver;
mod spf;
mod table;
mod transport;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use heloise::check::{Context, Knowledge, by_id};
use heloise::guide::Guide;
use heloise::net::{Limits, Net, Recorder, Trust, World};
use heloise::practice::{Practice, WorldFile};
use heloise::reading::Reader;
use heloise::transcript::{Case, Consent, Fact, Finding, RunId, Transcript};

/// What a check found.
pub(crate) struct Found(pub(crate) Vec<Finding>);

impl Found {
    pub(crate) fn ids(&self) -> Vec<&str> {
        self.0.iter().map(|f| f.id.as_str()).collect()
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.0.iter().any(|f| f.id == id)
    }

    /// The finding of that id.
    pub(crate) fn one(&self, id: &str) -> &Finding {
        self.0.iter().find(|f| f.id == id).unwrap_or_else(|| panic!("no {id} among {:?}", self.ids()))
    }

    pub(crate) fn arg(&self, id: &str, name: &str) -> &str {
        self.one(id).args.get(name).map_or("", String::as_str)
    }
}

/// The case of a mail from alice@example.net, sent from 198.51.100.7.
pub(crate) fn case() -> Case {
    Case { from: Some("alice@example.net".to_owned()), ip: "198.51.100.7".parse().ok(), timeout_secs: 1, ..Case::new() }
}

pub(crate) fn guide() -> Arc<Guide> {
    Arc::new(Guide::embedded())
}

/// A practice world of these zones: each a name, a colon, and lines of records, until the next name.
pub(crate) fn world(zones: &str) -> WorldFile {
    let mut text = String::from(
        "order = 1\ntitle = \"Zones\"\nstory = \"For tests.\"\n[case]\ngoal = \"server\"\n[expect]\nverdict = \"inconclusive\"\n",
    );
    let mut open = false;
    for line in zones.lines().map(str::trim).filter(|l| !l.is_empty()) {
        if let Some(zone) = line.strip_suffix(':').filter(|z| !z.contains(' ')) {
            text.push_str(if open { "'''\n" } else { "" });
            text.push_str(&format!("[[zone]]\nname = \"{zone}\"\nrecords = '''\n"));
            open = true;
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    text.push_str(if open { "'''\n" } else { "" });
    toml::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// What the check of step 9 finds in a world.
pub(crate) async fn looked_in(file: &WorldFile, case: Case) -> Found {
    let practice = Practice::start(file).await.expect("the world comes up");
    looked_from(practice.world(), Trust::only(practice.ca_pem()).expect("a CA"), case).await
}

pub(crate) async fn looked(zones: &str) -> Found {
    looked_in(&world(zones), case()).await
}

/// As [`looked_in`], where only some things are allowed.
pub(crate) async fn looked_allowed(file: &WorldFile, case: Case, consents: &[Consent]) -> Found {
    let practice = Practice::start(file).await.expect("the world comes up");
    let trust = Trust::only(practice.ca_pem()).expect("a CA");
    looked_with(practice.world(), trust, case, consents).await
}

pub(crate) async fn looked_from(world: Arc<dyn World>, trust: Trust, case: Case) -> Found {
    looked_with(world, trust, case, &Consent::ALL).await
}

async fn looked_with(world: Arc<dyn World>, trust: Trust, case: Case, consents: &[Consent]) -> Found {
    let guide = guide();
    let limits = Limits { phase: Duration::from_secs(2), dns: Duration::from_millis(1500) };
    let facts = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&facts);
    let rec = Recorder::new(RunId(1), move |_, fact| notes.lock().expect("facts").push(fact));
    let know = Knowledge::load(|name| guide.file(name)).expect("the knowledge");
    let cx = Context {
        case: Arc::new(case),
        secret: None,
        consents: Arc::new(consents.iter().copied().collect::<BTreeSet<_>>()),
        net: Net::new(world, limits, trust),
        rec,
        seen: Arc::new(Transcript::new()),
        reader: Reader::new(Arc::clone(&guide)),
        know: Arc::new(know),
    };
    by_id("dns").expect("the check").run(&cx).await;
    let facts = facts.lock().expect("facts");
    let found =
        facts.iter().filter_map(|f| if let Fact::Found { finding, .. } = f { Some(finding.clone()) } else { None });
    let found = Found(found.collect());
    for finding in &found.0 {
        assert!(guide.finding(&finding.id).is_some(), "{} has no words", finding.id);
    }
    found
}

/// Trust in nobody in particular.
pub(crate) fn trust() -> Trust {
    Trust::with_ca(None).expect("the platform's store")
}
