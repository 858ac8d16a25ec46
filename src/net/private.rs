//! Which addresses mean something to everybody.

use std::net::IpAddr;

/// The HELO name of a machine that knows neither its name nor the address it is seen by.
pub(crate) const NAMELESS: &str = "[127.0.0.1]";

/// An address as a HELO name (RFC 5321 §4.1.3); none where nobody outside would know it.
pub(crate) fn literal(ip: IpAddr) -> Option<String> {
    match ip.to_canonical() {
        ip if is_private(ip) => None,
        IpAddr::V4(ip) => Some(format!("[{ip}]")),
        IpAddr::V6(ip) => Some(format!("[IPv6:{ip}]")),
    }
}

/// Whether an address is of an inner network, or of no network: nobody outside knows it.
pub(crate) fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(v4) => {
            // RFC 6598: behind a provider's own translation.
            let shared = v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 64;
            v4.is_private() || shared || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified()
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_addresses_are_known_as_such() {
        for inner in
            ["10.1.2.3", "192.168.0.1", "100.64.0.1", "127.0.0.1", "::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1"]
        {
            assert!(is_private(inner.parse().expect(inner)), "{inner}");
        }
        for outer in ["198.51.100.7", "100.128.0.1", "2001:db8::1"] {
            assert!(!is_private(outer.parse().expect(outer)), "{outer}");
        }
    }
}
