//! What the practice DNS knows, and what it says to a question. Pure: no sockets here.

use std::collections::HashMap;
use std::net::IpAddr;

use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::rdata::{A, SOA};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};

use super::lists::TestPoint;
use super::records;
use super::script::{DnsFailure, Zone};

/// The longest chain of CNAMEs that is followed.
const CHAIN: usize = 8;

/// All zones of a world.
pub(super) struct Zones {
    zones: Vec<Loaded>,
}

/// What is said to a question.
#[derive(Debug)]
pub(super) struct Said {
    /// The response code.
    pub(super) code: ResponseCode,
    /// The records asked for, and CNAMEs on the way.
    pub(super) answers: Vec<Record>,
    /// The SOA that stands beside a "there is none" (RFC 2308 §3).
    pub(super) authority: Option<Record>,
}

struct Loaded {
    name: String,
    records: HashMap<String, Vec<Record>>,
    fails: HashMap<String, DnsFailure>,
    soa: Record,
    signed: bool,
}

impl Zones {
    /// The zones of a world, and the test points of lists that the world leaves healthy.
    pub(super) fn load(zones: &[Zone], points: &[TestPoint]) -> Result<Self, String> {
        Self::seen_at(zones, points, None)
    }

    /// As one server sees them: where it has a version of a zone of its own, that one.
    pub(super) fn seen_at(zones: &[Zone], points: &[TestPoint], at: Option<IpAddr>) -> Result<Self, String> {
        let mut all = Self { zones: Vec::new() };
        let own = |name: &str| at.is_some() && zones.iter().any(|z| z.at == at && z.name == name);
        for zone in zones.iter().filter(|z| z.at == at || (z.at.is_none() && !own(&z.name))) {
            let name = key(&zone.name);
            if all.zones.iter().any(|z| z.name == name) {
                return Err(format!("zone {name} is written twice"));
            }
            let mut loaded = Loaded::empty(&name)?;
            loaded.signed = zone.signed;
            for (n, line) in (1..).zip(zone.records.lines()) {
                let record =
                    records::record(line, &name).map_err(|why| format!("zone {name}, record line {n}: {why}"))?;
                if let Some(record) = record {
                    loaded.add(record)?;
                }
            }
            for (below, how) in &zone.fails {
                let failing = if below == "*" { below.clone() } else { text(&records::absolute(below, &name)?) };
                loaded.fails.insert(failing, *how);
            }
            all.zones.push(loaded);
        }
        for point in points {
            all.add_test_point(point)?;
        }
        Ok(all)
    }

    fn add_test_point(&mut self, point: &TestPoint) -> Result<(), String> {
        let zone = key(&point.zone);
        let at = match self.zones.iter().position(|z| z.name == zone) {
            Some(at) => at,
            None => {
                self.zones.push(Loaded::empty(&zone)?);
                self.zones.len() - 1
            }
        };
        let name = records::absolute(&point.name, &zone)?;
        let list = &mut self.zones[at];
        if !list.records.contains_key(&text(&name)) {
            list.add(Record::from_rdata(name, 300, RData::A(A(point.answer))))?;
        }
        Ok(())
    }

    /// What is said to a question for that name and type; none where the world says silence.
    pub(super) fn ask(&self, name: &Name, rtype: RecordType, unchecked: bool) -> Option<Said> {
        let mut answers = Vec::new();
        let mut wanted = text(name);
        for _ in 0..CHAIN {
            let Some(zone) = self.zone_of(&wanted) else {
                let code = if self.is_top_level(&wanted) { ResponseCode::NoError } else { ResponseCode::NXDomain };
                return Some(Said { code, answers, authority: root_soa() });
            };
            match zone.fails.get(&wanted).or_else(|| zone.fails.get("*")) {
                Some(DnsFailure::Timeout) => return None,
                Some(DnsFailure::Servfail) => return failure(ResponseCode::ServFail),
                Some(DnsFailure::Refused) => return failure(ResponseCode::Refused),
                Some(DnsFailure::Bogus) if !unchecked => return failure(ResponseCode::ServFail),
                Some(DnsFailure::Bogus) | None => {}
            }
            let Some(here) = zone.records.get(&wanted) else {
                let code = if zone.has_below(&wanted) { ResponseCode::NoError } else { ResponseCode::NXDomain };
                return Some(Said { code, answers, authority: Some(zone.soa.clone()) });
            };
            let before = answers.len();
            answers.extend(here.iter().filter(|r| r.record_type() == rtype || rtype == RecordType::ANY).cloned());
            if answers.len() > before {
                return Some(Said { code: ResponseCode::NoError, answers, authority: None });
            }
            let Some(alias) = here.iter().find(|r| r.record_type() == RecordType::CNAME) else {
                let authority = Some(zone.soa.clone());
                return Some(Said { code: ResponseCode::NoError, answers, authority });
            };
            answers.push(alias.clone());
            if let RData::CNAME(target) = &alias.data {
                wanted = text(&target.0);
            }
        }
        failure(ResponseCode::ServFail)
    }

    /// Whether the zone of a name is signed.
    pub(super) fn signed(&self, name: &Name) -> bool {
        self.zone_of(&text(name)).is_some_and(|zone| zone.signed)
    }

    /// Whether it is a top-level domain: a public one, or one with zones of this world below it.
    fn is_top_level(&self, name: &str) -> bool {
        let public = || psl::suffix(name.as_bytes()).is_some_and(|s| s.is_known());
        !name.contains('.') && (public() || self.zones.iter().any(|z| within(&z.name, name)))
    }

    /// The closest zone that holds the name.
    fn zone_of(&self, name: &str) -> Option<&Loaded> {
        self.zones.iter().filter(|z| within(name, &z.name)).max_by_key(|z| z.name.len())
    }
}

impl Loaded {
    fn empty(name: &str) -> Result<Self, String> {
        let apex = records::absolute("@", name)?;
        let soa = Record::from_rdata(apex.clone(), 300, RData::SOA(plain_soa(&apex)?));
        let records = HashMap::from([(text(&apex), vec![soa.clone()])]);
        Ok(Self { name: name.to_owned(), records, fails: HashMap::new(), soa, signed: false })
    }

    fn add(&mut self, record: Record) -> Result<(), String> {
        let name = text(&record.name);
        if !within(&name, &self.name) {
            return Err(format!("zone {}: {name} does not lie in it", self.name));
        }
        if record.record_type() == RecordType::SOA {
            self.soa = record.clone();
            self.records.entry(name.clone()).or_default().retain(|r| r.record_type() != RecordType::SOA);
        }
        self.records.entry(name).or_default().push(record);
        Ok(())
    }

    /// Whether names lie below that one: then it exists, without records of its own (RFC 8020).
    fn has_below(&self, name: &str) -> bool {
        self.records.keys().any(|known| known.len() > name.len() && within(known, name))
    }
}

fn failure(code: ResponseCode) -> Option<Said> {
    Some(Said { code, answers: Vec::new(), authority: None })
}

fn root_soa() -> Option<Record> {
    let root = Name::root();
    plain_soa(&root).ok().map(|soa| Record::from_rdata(root, 300, RData::SOA(soa)))
}

fn plain_soa(apex: &Name) -> Result<SOA, String> {
    let below = |label: &str| apex.prepend_label(label).map_err(|e| format!("{apex}: {e}"));
    Ok(SOA::new(below("ns1")?, below("hostmaster")?, 1, 3600, 600, 86_400, 60))
}

/// A name as it is compared: lower case, without the trailing dot.
fn text(name: &Name) -> String {
    key(&name.to_ascii())
}

fn key(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn within(name: &str, zone: &str) -> bool {
    name.strip_suffix(zone).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn zones(text: &str) -> Zones {
        #[derive(serde::Deserialize)]
        struct File {
            zone: Vec<Zone>,
        }
        let file: File = toml::from_str(text).unwrap();
        let point =
            TestPoint { zone: "bl.test".to_owned(), name: "2.0.0.127".to_owned(), answer: Ipv4Addr::new(127, 0, 0, 2) };
        Zones::load(&file.zone, &[point]).unwrap()
    }

    fn ask(zones: &Zones, name: &str, rtype: RecordType) -> String {
        match zones.ask(&Name::from_ascii(name).unwrap(), rtype, false) {
            None => "nothing".to_owned(),
            Some(said) if said.answers.is_empty() => format!("{:?}", said.code),
            Some(said) => said.answers.iter().map(|r| r.data.to_string()).collect::<Vec<_>>().join(", "),
        }
    }

    const WORLD: &str = r#"
        [[zone]]
        name = "example.org"
        records = """
        @      MX 10 mx1
        mx1    A 192.0.2.25
        a.deep A 192.0.2.26
        www    CNAME mx1
        loop   CNAME loop
        away   CNAME mx.example.com.
        """
        [zone.fails]
        sick = "servfail"
        shy = "refused"
        mute = "timeout"

        [[zone]]
        name = "broken.test"
        records = "@ A 192.0.2.1"
        fails = { "*" = "servfail" }
    "#;

    #[test]
    fn each_sort_of_answer_is_told_apart() {
        let zones = zones(WORLD);
        for (name, rtype, said) in [
            ("EXAMPLE.org.", RecordType::MX, "10 mx1.example.org."),
            ("example.org.", RecordType::TXT, "NoError"),
            ("deep.example.org.", RecordType::A, "NoError"),
            ("no.example.org.", RecordType::A, "NXDomain"),
            ("nowhere.test.", RecordType::A, "NXDomain"),
            ("www.example.org.", RecordType::A, "mx1.example.org., 192.0.2.25"),
            ("www.example.org.", RecordType::CNAME, "mx1.example.org."),
            ("loop.example.org.", RecordType::A, "ServFail"),
            ("sick.example.org.", RecordType::A, "ServFail"),
            ("shy.example.org.", RecordType::MX, "Refused"),
            ("mute.example.org.", RecordType::A, "nothing"),
            ("any.broken.test.", RecordType::A, "ServFail"),
        ] {
            assert_eq!(ask(&zones, name, rtype), said, "{name} {rtype}");
        }
    }

    #[test]
    fn a_list_that_no_world_speaks_of_is_healthy() {
        let zones = zones(WORLD);
        assert_eq!(ask(&zones, "2.0.0.127.bl.test.", RecordType::A), "127.0.0.2");
        assert_eq!(ask(&zones, "7.100.51.198.bl.test.", RecordType::A), "NXDomain");
    }

    #[test]
    fn a_name_of_another_zone_is_refused_when_the_world_is_loaded() {
        let zone = Zone {
            name: "example.org".to_owned(),
            records: "x.example.com. A 192.0.2.1".to_owned(),
            fails: std::collections::BTreeMap::new(),
            at: None,
            signed: false,
        };
        let error = Zones::load(&[zone], &[]).err().unwrap();
        assert!(error.contains("x.example.com does not lie in it"), "{error}");
    }
}
