//! The hosts that checks hold a fault against (`assets/controls.toml`): in practice they stand where nobody has trouble,
//! so that a world which blocks a port blocks it towards them too.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use serde::Deserialize;

use super::script::{Host, Zone};
use crate::transcript::Security;

/// The first of their addresses; worlds keep clear of it and what follows (203.0.113.101 to .254).
const FIRST: u8 = 101;

/// What practice wants to know of `assets/controls.toml`.
#[derive(Deserialize, Default)]
pub(super) struct Controls {
    #[serde(default)]
    mx_of: Vec<String>,
    #[serde(default)]
    submission: Vec<String>,
}

/// Zones and hosts for the controls.
///
/// # Errors
/// One line, where there are more than practice has addresses for.
pub(super) fn stand_ins(controls: &Controls) -> Result<(Vec<Zone>, Vec<Host>), String> {
    let (mut zones, mut hosts) = (Vec::new(), Vec::new());
    let mut addresses = (FIRST..=254).map(|last| Ipv4Addr::new(203, 0, 113, last));
    let mut address = || addresses.next().ok_or("controls.toml: more hosts than practice has addresses for");
    for domain in &controls.mx_of {
        let ip = address()?;
        zones.push(zone(domain, format!("@ MX 10 mx\nmx A {ip}")));
        hosts.push(host(format!("mx.{domain}"), ip, &[(25, Security::Starttls)]));
    }
    for name in &controls.submission {
        let ip = address()?;
        zones.push(zone(name, format!("@ A {ip}")));
        hosts.push(host(name.clone(), ip, &[(465, Security::Tls), (587, Security::Starttls)]));
    }
    Ok((zones, hosts))
}

fn zone(name: &str, records: String) -> Zone {
    Zone { name: name.to_owned(), records, fails: BTreeMap::new(), at: None, signed: false }
}

fn host(name: String, ip: Ipv4Addr, ports: &[(u16, Security)]) -> Host {
    let addresses = vec![IpAddr::V4(ip)];
    Host { name, addresses, ports: ports.iter().copied().collect(), ..Host::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_control_has_a_name_an_address_and_its_ports() {
        let text = r#"
            source = "a test"
            mx_of = ["one.test", "two.test"]
            submission = ["smtp.one.test"]
        "#;
        let (zones, hosts) = stand_ins(&toml::from_str(text).unwrap()).unwrap();
        assert_eq!(zones[1].records, "@ MX 10 mx\nmx A 203.0.113.102");
        let seen: Vec<String> = hosts.iter().map(|h| format!("{} {:?}", h.name, h.ports.keys())).collect();
        assert_eq!(seen, ["mx.one.test [25]", "mx.two.test [25]", "smtp.one.test [465, 587]"]);
    }
}
