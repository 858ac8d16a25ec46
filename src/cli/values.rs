//! Values on the command line, each refused with what to type instead.

use std::net::IpAddr;

use crate::run::one_line;
pub use crate::run::{helo, ip, mechanism, own_ip, resolver, seconds};
use crate::transcript::{Consent, StepId, Target};

/// The steps of the contract, in the guide's order.
pub const STEPS: [&str; 13] = [
    "recipient",
    "content",
    "settings",
    "connectivity",
    "server-status",
    "error-message",
    "firewall",
    "authentication",
    "dns",
    "provider",
    "blocklists",
    "load",
    "escalate",
];

/// A mail address. Whether it is a good one is for step 1 to say; here it only has to be one line of text with something on both
/// sides of an `@`: else it is a slip of the fingers and no case, as in the wizard's forms.
///
/// # Errors
/// When it is empty, holds control characters, or is no `name@domain` at all.
pub fn address(text: &str) -> Result<String, String> {
    let wanted = "an address such as bob@example.org";
    let text = one_line(text, wanted)?;
    match text.trim().trim_end_matches('>').rsplit_once('@') {
        Some((local, domain)) if !local.trim_start_matches('<').is_empty() && !domain.is_empty() => Ok(text),
        _ => Err(format!("type {wanted}")),
    }
}

/// The sender's address. Unlike the recipient's, it is no case for step 1: no server could be asked with one that is none.
///
/// # Errors
/// When it is not `name@domain`; `<>` is the sender of a bounce.
pub fn sender(text: &str) -> Result<String, String> {
    let wanted = "an address such as alice@example.org";
    let text = one_line(text, wanted)?;
    if text == "<>" {
        return Ok(text);
    }
    let inner = text.strip_suffix('>').and_then(|t| t.rsplit_once('<'));
    let bare = inner.map_or(text.as_str(), |(_, inner)| inner).trim();
    let (local, domain) = bare.rsplit_once('@').unwrap_or_default();
    let quoted = local.starts_with('"');
    if local.is_empty() || domain.is_empty() || (bare.contains([' ', '<', '>', ',']) || local.contains('@')) && !quoted
    {
        return Err(format!("type {wanted}"));
    }
    Ok(bare.to_owned())
}

/// A name: a login, a selector.
///
/// # Errors
/// When it is empty or holds control characters.
pub fn name(text: &str) -> Result<String, String> {
    one_line(text, "a name")
}

/// A domain, without what stands before an `@`.
///
/// # Errors
/// When it is empty, or not a name.
pub fn domain(text: &str) -> Result<String, String> {
    let text = one_line(text, "a domain such as example.org")?;
    let bare = text.rsplit_once('@').map_or(text.as_str(), |(_, d)| d).trim_end_matches('.');
    if bare.is_empty() || bare.contains(['/', ' ', ':']) {
        return Err("type a domain such as example.org".to_owned());
    }
    Ok(bare.to_owned())
}

/// The error text a user has: anything but nothing.
///
/// # Errors
/// When it is empty.
pub fn error_text(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("type the error in quotes, or name a file with --error-file".to_owned());
    }
    Ok(text.to_owned())
}

/// A port.
///
/// # Errors
/// When it is not a number from 1 to 65535.
pub fn port(text: &str) -> Result<u16, String> {
    text.parse().ok().filter(|p| *p > 0).ok_or_else(|| "type a number from 1 to 65535, such as 587".to_owned())
}

/// A server: `host`, `host:port`, `192.0.2.1:25`, `2001:db8::1`, `[2001:db8::1]:25`.
///
/// # Errors
/// When there is no host in it, or it is a URL or a mail address, or its port is no port.
pub fn server(text: &str) -> Result<Target, String> {
    let wanted = "type a host name or address, perhaps with a port: mail.example.org:587";
    let text = one_line(text, "a host name such as mail.example.org")?;
    if let Some((_, rest)) = text.split_once("://") {
        let host = rest.split('/').next().unwrap_or(rest);
        return Err(format!("type the server without the part before //: {host}"));
    }
    if text.contains('@') {
        return Err("that looks like a mail address: name the server here, and use --to for an address".to_owned());
    }
    let (host, given) = if let Ok(ip) = text.parse::<IpAddr>() {
        (ip.to_string(), None)
    } else if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or("the bracket is not closed: type [2001:db8::1]:25")?;
        host.parse::<IpAddr>().map_err(|_| "between brackets stands an address: type [2001:db8::1]:25".to_owned())?;
        match (rest, rest.strip_prefix(':')) {
            ("", _) => (host.to_owned(), None),
            (_, Some(p)) => (host.to_owned(), Some(p)),
            _ => return Err(wanted.to_owned()),
        }
    } else {
        text.split_once(':').map_or_else(|| (text.clone(), None), |(h, p)| (h.to_owned(), Some(p)))
    };
    if host.is_empty() || host.contains(['/', ' ', '[', ']']) {
        return Err(wanted.to_owned());
    }
    let port = given.map(|p| port(p).map_err(|e| format!("the port behind the colon is no port: {e}"))).transpose()?;
    Ok(Target { host, port })
}

/// One of the consents; `all` and `none` stand for lists.
///
/// # Errors
/// When there is no such consent.
pub fn consent(text: &str) -> Result<Vec<Consent>, String> {
    match text.trim() {
        "none" | "" => Ok(Vec::new()),
        "all" => Ok(Consent::ALL.to_vec()),
        word => word.parse().map(|c| vec![c]).map_err(|why: String| format!("{why} (with commas between), or none")),
    }
}

/// A step, by its name or its number.
///
/// # Errors
/// When there is no such step.
pub fn step(text: &str) -> Result<StepId, String> {
    let word = text.trim().to_ascii_lowercase();
    let by_number = word.parse::<usize>().ok().and_then(|n| STEPS.get(n.checked_sub(1)?));
    if let Some(id) = by_number.or_else(|| STEPS.iter().find(|id| **id == word)) {
        return Ok(StepId::new(*id));
    }
    let near = STEPS.iter().max_by(|a, b| strsim::jaro(a, &word).total_cmp(&strsim::jaro(b, &word)));
    let near =
        near.filter(|id| strsim::jaro(id, &word) > 0.7).map_or_else(String::new, |id| format!("did you mean {id}? "));
    Err(format!("{near}type names or numbers of steps with commas between: {}", STEPS.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(host: &str, port: Option<u16>) -> Target {
        Target { host: host.to_owned(), port }
    }

    #[test]
    fn a_server_is_read_in_every_form_people_write_it() {
        assert_eq!(server("mail.example.org"), Ok(target("mail.example.org", None)));
        assert_eq!(server("mail.example.org:587"), Ok(target("mail.example.org", Some(587))));
        assert_eq!(server("192.0.2.1:25"), Ok(target("192.0.2.1", Some(25))));
        assert_eq!(server("2001:db8::1"), Ok(target("2001:db8::1", None)));
        assert_eq!(server("[2001:db8::1]:25"), Ok(target("2001:db8::1", Some(25))));
        assert_eq!(server("[2001:db8::1]"), Ok(target("2001:db8::1", None)));
    }

    #[test]
    fn what_is_no_server_is_refused() {
        for bad in
            ["", " ", ":25", "host:", "host:0", "host:99999", "smtp://host", "bob@example.org", "[::1", "[x]:25", "a b"]
        {
            assert!(server(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_step_goes_by_name_or_number() {
        assert_eq!(step("9"), Ok(StepId::new("dns")));
        assert_eq!(step("DNS"), Ok(StepId::new("dns")));
        assert!(step("0").is_err() && step("14").is_err());
        assert!(step("blocklist").is_err_and(|e| e.starts_with("did you mean blocklists?")));
    }

    #[test]
    fn only_an_unusable_address_is_refused_here() {
        assert!(address("bob@@x").is_ok());
        assert!(["", "bob", "bob@", "@example.org", "<@example.org>"].iter().all(|a| address(a).is_err()));
        assert!(address("a@example.org\nRCPT TO:<b@example.org>").is_err());
    }
}
