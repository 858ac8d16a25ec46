//! A world as it stands in its file.

use std::sync::Arc;

use serde::Deserialize;

use super::controls;
use super::lists::{self, TestPoint};
use super::pages::Page;
use super::script::{Host, Route, Zone};
use crate::guide::{Guide, LoadError};
use crate::transcript::{Case, Consent, StepId, Verdict};

/// What every world has unless it says otherwise: a sending and a receiving domain with their servers, in good order.
const NEIGHBOURHOOD: &str = "practice/neighbourhood.toml";

/// One practice world: `assets/practice/NAME.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorldFile {
    /// Its id, the file's name.
    #[serde(default)]
    pub id: String,
    /// Where it stands in the list: easy ones first.
    pub order: u32,
    /// One line for the list.
    pub title: String,
    /// What the user is told at the start: what happened, what to type.
    pub story: String,
    /// The case, as a user would enter it (the fields of the contract's CASE).
    pub case: Case,
    /// A password to hold beside the case: it is for practice, and no secret.
    #[serde(default)]
    pub password: Option<String>,
    /// What is allowed beyond what `check` allows by itself.
    #[serde(default)]
    pub allow: Vec<Consent>,
    /// What is expected.
    pub expect: Expect,
    /// What the DNS knows. Outside all zones no name exists.
    #[serde(default, rename = "zone")]
    pub zones: Vec<Zone>,
    /// Who answers SMTP, and how. One machine may have several entries, each for some of its ports.
    #[serde(default, rename = "host")]
    pub hosts: Vec<Host>,
    /// How many days this machine's clock is ahead.
    #[serde(default)]
    pub clock_days: i32,
    /// Pages that are published over HTTPS.
    #[serde(default, rename = "page")]
    pub pages: Vec<Page>,
    /// Paths that do not work; the first that matches counts.
    #[serde(default, rename = "route")]
    pub routes: Vec<Route>,
    /// The test entries (RFC 5782 §5) of every blocklist known, so that all of them look healthy.
    #[serde(skip)]
    pub(super) test_points: Arc<[TestPoint]>,
}

/// What a walk through the world has to show.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The verdict.
    pub verdict: Verdict,
    /// The headline code that shows in it, if one does.
    #[serde(default)]
    pub code: Option<u16>,
    /// The top cause; none where it is healthy.
    #[serde(default)]
    pub cause: Option<String>,
    /// The top kind.
    #[serde(default)]
    pub kind: Option<String>,
    /// The steps walked, in order (a prefix may be given).
    #[serde(default)]
    pub path: Vec<StepId>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Neighbourhood {
    #[serde(default, rename = "zone")]
    zones: Vec<Zone>,
    #[serde(default, rename = "host")]
    hosts: Vec<Host>,
}

impl WorldFile {
    /// The worlds of a guide's files, easy ones first.
    ///
    /// # Errors
    /// One line naming the file, the line and what is wrong.
    pub fn all(guide: &Guide) -> Result<Vec<Self>, String> {
        let said = |e: LoadError| e.to_string();
        let mut neighbours: Neighbourhood = guide.read(NEIGHBOURHOOD).map_err(said)?.unwrap_or_default();
        let controls = guide.read("controls.toml").map_err(said)?.unwrap_or_default();
        let (zones, hosts) = controls::stand_ins(&controls)?;
        neighbours.zones.extend(zones);
        neighbours.hosts.extend(hosts);
        let known = guide.read("blocklists.toml").map_err(said)?.unwrap_or_default();
        let test_points: Arc<[TestPoint]> = lists::test_points(&known)?.into();
        let mut worlds = Vec::new();
        for name in guide.file_names("practice/").filter(|name| name.ends_with(".toml") && *name != NEIGHBOURHOOD) {
            let Some(mut world) = guide.read::<Self>(name).map_err(said)? else { continue };
            name.trim_start_matches("practice/").trim_end_matches(".toml").clone_into(&mut world.id);
            world.settle(&neighbours, &test_points);
            worlds.push(world);
        }
        worlds.sort_by(|a, b| (a.order, &a.id).cmp(&(b.order, &b.id)));
        Ok(worlds)
    }

    /// One of the worlds, by id.
    ///
    /// # Errors
    /// One line: what is wrong with a file, or which worlds there are.
    pub fn by_id(guide: &Guide, id: &str) -> Result<Self, String> {
        let mut worlds = Self::all(guide)?;
        if let Some(at) = worlds.iter().position(|w| w.id == id) {
            return Ok(worlds.swap_remove(at));
        }
        let known: Vec<&str> = worlds.iter().map(|w| w.id.as_str()).collect();
        Err(format!("there is no practice world called {id}; there are: {}", known.join(" ")))
    }

    /// The address the world's hosts see us come from: the one the case names.
    #[must_use]
    pub fn client_ip(&self) -> std::net::IpAddr {
        self.case.ip.unwrap_or(std::net::IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 7)))
    }

    /// Fills in what a file may leave out. A zone that it names replaces the neighbourhood's of that name as a whole,
    /// a host on one of the same ports likewise.
    fn settle(&mut self, neighbours: &Neighbourhood, test_points: &Arc<[TestPoint]>) {
        let zones: Vec<Zone> = neighbours.zones.iter().filter(|z| !self.has_zone(&z.name)).cloned().collect();
        let hosts: Vec<Host> = neighbours.hosts.iter().filter(|h| !self.has_host_like(h)).cloned().collect();
        self.zones.extend(zones);
        self.hosts.extend(hosts);
        self.test_points = Arc::clone(test_points);
        self.case.has_password = self.password.is_some();
        if self.case.timeout_secs == 0 {
            self.case.timeout_secs = Case::TIMEOUT_SECS;
        }
        if self.case.deadline_secs == 0 {
            self.case.deadline_secs = Case::DEADLINE_SECS;
        }
    }

    fn has_zone(&self, name: &str) -> bool {
        self.zones.iter().any(|own| own.name.eq_ignore_ascii_case(name))
    }

    fn has_host_like(&self, host: &Host) -> bool {
        let same_port = |own: &Host| own.ports.keys().any(|port| host.ports.contains_key(port));
        self.hosts.iter().any(|own| own.name.eq_ignore_ascii_case(&host.name) && same_port(own))
    }
}
