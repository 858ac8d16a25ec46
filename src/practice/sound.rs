//! What a world's author must not get wrong; said before anything is opened.

use std::collections::HashSet;
use std::net::IpAddr;

use super::script::Host;
use super::world_file::WorldFile;

/// Whether the world can be brought up and is safe to: one line saying what is wrong, if anything is.
pub(super) fn check(file: &WorldFile) -> Result<(), String> {
    let mut taken = HashSet::new();
    for host in &file.hosts {
        let wrong = |what: String| Err(format!("{}: host {}: {what}", file.id, host.name));
        if host.addresses.is_empty() || host.ports.is_empty() {
            return wrong("it needs an address and a port".to_owned());
        }
        for &ip in &host.addresses {
            if !is_for_examples(ip) {
                return wrong(format!("{ip} is not an address set aside for examples (RFC 5737, RFC 3849)"));
            }
            if let Some(port) = host.ports.keys().find(|port| !taken.insert((ip, **port))) {
                return wrong(format!("{ip} port {port} is served twice"));
            }
        }
        if let Some(line) = spoken(host).find(|line| !is_reply(line)) {
            return wrong(format!("`{line}` is not a reply: three digits, a space, text"));
        }
        for rule in &host.rules {
            if rule.on.is_empty() {
                return wrong(format!("a rule without a moment never speaks: {}", rule.reply.join(" / ")));
            }
            let codes: HashSet<&str> = rule.reply.iter().map(|line| &line[..3]).collect();
            if codes.len() > 1 {
                return wrong(format!("one reply with several codes: {}", rule.reply.join(" / ")));
            }
        }
    }
    for page in &file.pages {
        let wrong = |what: String| Err(format!("{}: page {}{}: {what}", file.id, page.host, page.path));
        if !is_for_examples(page.address) {
            return wrong(format!("{} is not an address set aside for examples (RFC 5737, RFC 3849)", page.address));
        }
        if let Some(other) = file.pages.iter().find(|p| p.address == page.address && p.host != page.host) {
            return wrong(format!("{} serves {}, too", page.address, other.host));
        }
        if taken.contains(&(page.address, 443)) {
            return wrong(format!("{} port 443 is served twice", page.address));
        }
    }
    Ok(())
}

fn spoken(host: &Host) -> impl Iterator<Item = &str> {
    host.greeting.iter().chain(host.rules.iter().flat_map(|r| &r.reply)).map(String::as_str)
}

fn is_reply(line: &str) -> bool {
    let (code, text) = line.split_at_checked(3).unwrap_or(("", ""));
    code.parse().is_ok_and(|code: u16| (200..600).contains(&code))
        && text.starts_with(' ')
        && !text.contains(char::is_control)
}

/// Only such addresses may be served: nobody's own machine is ever shadowed by a world.
fn is_for_examples(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_documentation(),
        IpAddr::V6(v6) => v6.segments()[..2] == [0x2001, 0xdb8],
    }
}
