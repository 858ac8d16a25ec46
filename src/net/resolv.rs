//! The DNS servers that this machine is set up to ask.

use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6};

use hickory_resolver::net::NetError;
use hickory_resolver::system_conf::read_system_conf;

/// The C library asks no more servers than this (`MAXNS` of resolv.h).
const AS_MANY_AS_THE_SYSTEM: usize = 3;

/// The system's servers, in its order.
pub(super) fn system_servers() -> Result<Vec<SocketAddr>, String> {
    let (config, _) = read_system_conf().map_err(|e| match e {
        NetError::Io(why) => format!("this machine's DNS settings: {why}"),
        other => format!("this machine's DNS settings: {other}"),
    })?;
    let mut servers: Vec<SocketAddr> = Vec::new();
    for server in config.name_servers() {
        let port = server.connections.first().map_or(53, |c| c.port);
        let address = scoped(SocketAddr::new(server.ip, port));
        if servers.len() < AS_MANY_AS_THE_SYSTEM && !servers.contains(&address) {
            servers.push(address);
        }
    }
    Ok(servers)
}

/// A router that announces itself as DNS server is `fe80::1%eth0`; without its interface it cannot be reached.
fn scoped(server: SocketAddr) -> SocketAddr {
    let SocketAddr::V6(v6) = server else { return server };
    if !v6.ip().is_unicast_link_local() {
        return server;
    }
    let text = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let interface = interface_of(*v6.ip(), &text).and_then(interface_number);
    interface.map_or(server, |number| SocketAddrV6::new(*v6.ip(), v6.port(), 0, number).into())
}

fn interface_of(server: Ipv6Addr, resolv_conf: &str) -> Option<&str> {
    resolv_conf.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let (ip, interface) = (words.next()? == "nameserver").then(|| words.next()?.split_once('%'))??;
        (ip.parse() == Ok(server)).then_some(interface)
    })
}

fn interface_number(interface: &str) -> Option<u32> {
    interface.parse().ok().or_else(|| number_of_name(interface))
}

#[cfg(target_os = "linux")]
fn number_of_name(interface: &str) -> Option<u32> {
    let any_socket = std::net::UdpSocket::bind("[::]:0").ok()?;
    rustix::net::netdevice::name_to_index(any_socket, interface).ok()
}

#[cfg(not(target_os = "linux"))]
fn number_of_name(_: &str) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_local_server_keeps_its_interface() {
        let text = "search example.org\nnameserver 192.0.2.53\nnameserver fe80::1%eth0\nnameserver fe80::2\n";
        assert_eq!(interface_of("fe80::1".parse().unwrap(), text), Some("eth0"));
        assert_eq!(interface_of("fe80::2".parse().unwrap(), text), None);
        assert_eq!(interface_number("7"), Some(7));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_interface_has_a_number() {
        assert!(interface_number("lo").is_some_and(|n| n > 0));
        assert_eq!(interface_number("no-such-one"), None);
    }
}
