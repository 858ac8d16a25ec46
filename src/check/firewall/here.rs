//! Where this machine stands, from its own files: hints, never verdicts. No service of a cloud is asked about anything.

use std::path::Path;

use crate::check::Context;
use crate::transcript::{Finding, HostFact};

/// The most of one file that is read.
const MOST: usize = 64 * 1024;
/// What the interfaces of VPN programs are called.
const TUNNELS: [&str; 11] =
    ["tun", "tap", "wg", "ppp", "utun", "ipsec", "vpn", "nordlynx", "proton", "tailscale", "cscotun"];

/// Says what it sees.
pub(super) async fn look(cx: &Context) {
    if !cx.net.world().is_this_machine() {
        return;
    }
    let Ok(seen) = tokio::task::spawn_blocking(read).await else { return };
    let fact = |what: &str, value: &str| {
        cx.rec.host(HostFact { what: what.to_owned(), value: Some(value.to_owned()), reason: None })
    };
    if let Some(by) = seen.container {
        let id = fact("container", by);
        cx.found(Finding::new("firewall.here.container").arg("by", by).shown_by(id));
    }
    if let Some(vendor) = seen.vendor {
        let cloud = cx.know.clouds.iter().find(|c| vendor.to_lowercase().contains(&c.vendor.to_lowercase()));
        if let Some(cloud) = cloud {
            let id = fact("machine", &vendor);
            cx.found(
                Finding::new("firewall.here.cloud").arg("name", &cloud.name).arg("rule", &cloud.rule).shown_by(id),
            );
        }
    }
    if let Some(interface) = seen.tunnel {
        let id = fact("default route", &interface);
        cx.found(Finding::new("firewall.here.vpn").arg("interface", interface).shown_by(id));
    }
}

struct Seen {
    container: Option<&'static str>,
    vendor: Option<String>,
    tunnel: Option<String>,
}

fn read() -> Seen {
    let text = |path: &str| std::fs::read_to_string(path).ok().map(|t| t.chars().take(MOST).collect::<String>());
    let marks = [("/.dockerenv", "Docker"), ("/run/.containerenv", "Podman")];
    let marked = marks.into_iter().find(|(path, _)| Path::new(path).exists()).map(|(_, by)| by);
    let groups = text("/proc/1/cgroup").unwrap_or_default();
    let grouped = [("docker", "Docker"), ("kubepods", "Kubernetes"), ("lxc", "LXC"), ("libpod", "Podman")];
    let container = marked.or_else(|| grouped.into_iter().find(|(word, _)| groups.contains(word)).map(|(_, by)| by));
    let about = |name: &str| text(&format!("/sys/class/dmi/id/{name}")).unwrap_or_default();
    let vendor =
        format!("{} {} {}", about("sys_vendor").trim(), about("product_name").trim(), about("bios_vendor").trim());
    Seen {
        container,
        vendor: Some(vendor.trim().to_owned()).filter(|v| !v.is_empty()),
        tunnel: tunnel(&text("/proc/net/route").unwrap_or_default()),
    }
}

/// The tunnel that takes all of the traffic, or both halves of it, if one does (`/proc/net/route`: interface, destination, …, mask).
fn tunnel(routes: &str) -> Option<String> {
    let all = |line: &&str| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        matches!((fields.get(1), fields.get(7)), (Some(&"00000000"), Some(&("00000000" | "00000080"))))
    };
    // Of several the one with a mask goes first, and the system lists it first, too.
    let mut of_all: Vec<&str> = routes.lines().skip(1).filter(all).collect();
    of_all.sort_by_key(|line| !line.contains("00000080"));
    let interface = of_all.first()?.split_ascii_whitespace().next()?;
    let named = |t: &str| interface.strip_prefix(t).is_some_and(|rest| !rest.starts_with(char::is_alphabetic));
    TUNNELS.into_iter().any(named).then(|| interface.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n";

    #[test]
    fn a_tunnel_that_takes_all_traffic_is_seen() {
        let eth = "eth0 00000000 0100A8C0 0003 0 0 100 00000000 0 0 0\n";
        let half = "tun0 00000000 0100080A 0003 0 0 0 00000080 0 0 0\n";
        assert_eq!(tunnel(&format!("{HEAD}{eth}")), None);
        assert_eq!(tunnel(&format!("{HEAD}{eth}{half}")).as_deref(), Some("tun0"));
        assert_eq!(tunnel(&format!("{HEAD}wg0 00000000 00000000 0001 0 0 0 00000000 0 0 0\n")).as_deref(), Some("wg0"));
        let beside = "tun0 0000000A 0100080A 0003 0 0 0 000000FF 0 0 0\n";
        assert_eq!(tunnel(&format!("{HEAD}{eth}{beside}")), None, "a tunnel for some networks only");
    }
}
