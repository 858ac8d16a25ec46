//! Exim: a router to a smart host, or what Debian asks at its installation.

use super::{FileSettings, SettingsFile, host_port};
use crate::transcript::Security;

pub(super) fn read(text: &str) -> Option<FileSettings> {
    let lines = || text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let value = |name: &str| {
        lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix('=').map(|v| v.trim().to_owned()))
    };
    let debian = value("dc_smarthost").map(|v| v.trim_matches(['\'', '"']).to_owned());
    let routed = || {
        lines().any(|l| l.replace(' ', "") == "driver=manualroute").then(|| value("route_list"))?.and_then(|list| {
            // `* smtp.example.org::587 byname`: the first word says for whom, the second to where.
            list.split_whitespace().nth(1).map(|h| h.trim_matches(['"', '\'', ';']).to_owned())
        })
    };
    let first = debian.or_else(routed)?;
    // Several are parted by colons with spaces, or by semicolons.
    let (host, in_route) = host_port(first.split([';', ' ']).next()?)?;
    let port = in_route.or_else(|| value("port").and_then(|p| super::port_number(&p)));
    let smtps = value("protocol").is_some_and(|p| p == "smtps");
    let requires = value("hosts_require_tls").is_some_and(|hosts| !hosts.is_empty());
    let security = if smtps { Some(Security::Tls) } else { requires.then_some(Security::Starttls) };
    let helo = value("primary_hostname").filter(|name| !name.contains('$'));
    Some(FileSettings {
        kind: Some(SettingsFile::Exim),
        host: Some(host),
        port,
        security,
        helo,
        ..FileSettings::default()
    })
}
