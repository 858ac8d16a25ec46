//! The settings that a provider publishes for mail programs: the XML of Mozilla's autoconfig, as far as sending goes.

use roxmltree::{Document, Node, ParsingOptions};

use crate::transcript::{Security, clean_line};

/// The most elements of such a page; real ones have a few dozen.
const NODES_MAX: u32 = 5_000;
/// The most ways that are read.
const MOST: usize = 8;

/// The longest login name, in characters: an address (RFC 5321 §4.5.3.1).
const USER_MAX: usize = 320;

/// One way to hand mail in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outgoing {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// The login name, its places filled.
    pub user: Option<String>,
}

/// The SMTP servers of such a page, in its order; none where it is no such page.
pub(super) fn read(xml: &str, address: &str) -> Vec<Outgoing> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    let Ok(document) = Document::parse_with_options(xml.trim_start_matches('\u{feff}').trim_start(), options) else {
        return Vec::new();
    };
    let root = document.root_element();
    if !root.has_tag_name("clientConfig") {
        return Vec::new();
    }
    let providers = root.children().filter(|n| n.has_tag_name("emailProvider"));
    let servers = providers.flat_map(|p| p.children().filter(|n| n.has_tag_name("outgoingServer")));
    servers.filter(|n| n.attribute("type") == Some("smtp")).filter_map(|n| outgoing(n, address)).take(MOST).collect()
}

fn outgoing(server: Node<'_, '_>, address: &str) -> Option<Outgoing> {
    let text = |name: &str| {
        let child = server.children().find(|n| n.has_tag_name(name))?;
        child.text().map(str::trim).filter(|t| !t.is_empty())
    };
    let security = match text("socketType")?.to_ascii_uppercase().as_str() {
        "SSL" | "TLS" => Security::Tls,
        "STARTTLS" => Security::Starttls,
        "PLAIN" => Security::None,
        _ => return None,
    };
    let host = filled(text("hostname")?, address);
    let sound = host.len() <= 253 && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    let port = text("port")?.parse().ok().filter(|port| *port > 0)?;
    sound.then(|| Outgoing {
        host,
        port,
        security,
        user: text("username").map(|user| clean_line(&filled(user, address), USER_MAX)),
    })
}

fn filled(text: &str, address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    text.replace("%EMAILADDRESS%", address).replace("%EMAILLOCALPART%", local).replace("%EMAILDOMAIN%", domain)
}

/// The pages to look at, in order, for an address and the parent domain of its mail hosts.
pub(super) fn pages(address: &str, domain: &str, mx_domain: Option<&str>) -> Vec<String> {
    let asked = encoded(address);
    let mut pages = vec![
        format!("https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={asked}"),
        format!("https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml"),
    ];
    if let Some(mx) = mx_domain.filter(|mx| !mx.eq_ignore_ascii_case(domain)) {
        // The provider need not know whose address it is.
        pages.push(format!("https://autoconfig.{mx}/mail/config-v1.1.xml"));
    }
    pages
}

/// Percent-encoded for a query (RFC 3986 §2.1).
fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'@') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<?xml version="1.0"?>
<clientConfig version="1.1">
  <emailProvider id="example.org">
    <domain>example.org</domain>
    <incomingServer type="imap"><hostname>imap.example.org</hostname><port>993</port><socketType>SSL</socketType></incomingServer>
    <outgoingServer type="smtp">
      <hostname>smtp.%EMAILDOMAIN%</hostname>
      <port>465</port>
      <socketType>SSL</socketType>
      <username>%EMAILADDRESS%</username>
    </outgoingServer>
    <outgoingServer type="smtp">
      <hostname>smtp.example.org</hostname><port>587</port><socketType>STARTTLS</socketType><username>%EMAILLOCALPART%</username>
    </outgoingServer>
    <outgoingServer type="smtp"><hostname>a b</hostname><port>25</port><socketType>plain</socketType></outgoingServer>
    <outgoingServer type="exchange"><hostname>x</hostname><port>443</port><socketType>SSL</socketType></outgoingServer>
  </emailProvider>
</clientConfig>"#;

    #[test]
    fn the_ways_to_send_are_read_with_their_places_filled() {
        let read = read(PAGE, "alice@example.org");
        let way = |port, security, user: &str| Outgoing {
            host: "smtp.example.org".to_owned(),
            port,
            security,
            user: Some(user.to_owned()),
        };
        assert_eq!(read, [way(465, Security::Tls, "alice@example.org"), way(587, Security::Starttls, "alice")]);
    }

    #[test]
    fn what_is_no_such_page_gives_nothing() {
        let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><clientConfig>&b;</clientConfig>"#;
        let deep = "<a>".repeat(100_000);
        let wide = format!("<clientConfig>{}</clientConfig>", "<x/>".repeat(10_000));
        for odd in ["", "<html><body>Not found</body></html>", "{\"a\":1}", bomb, deep.as_str(), wide.as_str()] {
            assert_eq!(read(odd, "alice@example.org"), [], "{}", &odd[..odd.len().min(40)]);
        }
    }

    #[test]
    fn the_address_goes_to_its_own_domain_only() {
        let pages = pages("al ice+x@example.org", "example.org", Some("provider.example"));
        assert_eq!(
            pages,
            [
                "https://autoconfig.example.org/mail/config-v1.1.xml?emailaddress=al%20ice%2Bx@example.org",
                "https://example.org/.well-known/autoconfig/mail/config-v1.1.xml",
                "https://autoconfig.provider.example/mail/config-v1.1.xml",
            ]
        );
    }
}
