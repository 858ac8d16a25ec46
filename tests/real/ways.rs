//! Promise: with real routers and real filters between, `heloise check` as a normal user names how far the way goes and who stands in it.
//!
//! Four network namespaces hang on one another below that of the test, which runs itself once more in there ([`inside`]):
//!
//! ```text
//! client 198.51.100.1 ── r1 .2/.5 ── r2 .6/.9 ── r3 .10, 192.0.2.26 ── server 192.0.2.25, 2001:db8:4::25
//! ```
//!
//! The faults are rules of nft on r2 and on the client. All of it is gone with the last process.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// Set where the test runs itself: as the client, or as the server.
const INSIDE: &str = "HELOISE_TEST_WAYS";
const DONE: &str = "all ways were seen";
const LISTENING: &str = "both ports are open";
const NOBODY: &str = "65534";
const SERVER: [&str; 2] = ["192.0.2.25", "2001:db8:4::25"];

#[test]
fn the_way_and_who_stands_in_it_are_named() {
    if let Some(why) = no_routers() {
        eprintln!("skipped: {why}");
        return;
    }
    let run = again(&["unshare", "--net", "--mount"], "client").output().expect("unshare runs");
    let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success() && said.contains(DONE), "{said}");
}

/// This test program, once more, behind those words.
fn again(before: &[&str], role: &str) -> Command {
    let mut command = Command::new(before[0]);
    command.args(&before[1..]).arg(std::env::current_exe().expect("this program"));
    command.args(["--exact", "ways::inside", "--nocapture"]).env(INSIDE, role).stdin(Stdio::null());
    command
}

/// Why no routers can be set up here, if they cannot.
fn no_routers() -> Option<String> {
    let works = |program: &str, args: &[&str]| {
        let run =
            Command::new(program).args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        run.is_ok_and(|status| status.success())
    };
    let programs = [("ip", "-V"), ("nft", "-v"), ("setpriv", "--version"), ("mount", "--version")];
    if let Some((program, _)) = programs.into_iter().find(|(p, v)| !works(p, &[v])) {
        return Some(format!("there is no {program} here"));
    }
    let all = "mount -t tmpfs tmpfs /run && ip netns add x && ip link add name va type veth peer name vb netns x \
        && nft 'add table inet t; add chain inet t c { type filter hook output priority 0; }'";
    (!works("unshare", &["--net", "--mount", "sh", "-c", all])).then(|| "no routers can be made here".to_owned())
}

/// What happens in the namespaces; outside of them, nothing.
#[test]
fn inside() {
    match std::env::var(INSIDE).as_deref() {
        Ok("client") => client(),
        Ok("server") => serve(),
        _ => {}
    }
}

const NETWORK: &str = r#"
set -e
mount -t tmpfs tmpfs /run
ip link set lo up
for name in r1 r2 r3 server; do ip netns add $name; ip -n $name link set lo up; done
link() { # from, its addresses, to, its addresses
  ip link add name l-$1 type veth peer name u-$4
  [ $1 = client ] || ip link set l-$1 netns $1
  ip link set u-$4 netns $4
  on() { if [ $1 = client ]; then shift; "$@"; else name=$1; shift; ip netns exec $name "$@"; fi; }
  on $1 ip address add $2/30 dev l-$1; on $1 ip address add $3/64 dev l-$1 nodad; on $1 ip link set l-$1 up
  on $4 ip address add $5/30 dev u-$4; on $4 ip address add $6/64 dev u-$4 nodad; on $4 ip link set u-$4 up
}
link client 198.51.100.1 2001:db8:1::1 r1 198.51.100.2 2001:db8:1::2
link r1 198.51.100.5 2001:db8:2::1 r2 198.51.100.6 2001:db8:2::2
link r2 198.51.100.9 2001:db8:3::1 r3 198.51.100.10 2001:db8:3::2
link r3 192.0.2.26 2001:db8:4::26 server 192.0.2.25 2001:db8:4::25
for name in r1 r2 r3; do
  ip netns exec $name sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
  ip netns exec $name sh -c 'echo 0 >/proc/sys/net/ipv4/icmp_ratelimit; echo 0 >/proc/sys/net/ipv6/icmp/ratelimit' || true
done
ip route add default via 198.51.100.2; ip route add default via 2001:db8:1::2
ip -n r1 route add default via 198.51.100.6; ip -n r1 route add default via 2001:db8:2::2
ip -n r2 route add 192.0.2.24/30 via 198.51.100.10; ip -n r2 route add 2001:db8:4::/64 via 2001:db8:3::2
ip -n r2 route add default via 198.51.100.5; ip -n r2 route add default via 2001:db8:2::1
ip -n r3 route add default via 198.51.100.9; ip -n r3 route add default via 2001:db8:3::1
ip -n server route add default via 192.0.2.26; ip -n server route add default via 2001:db8:4::26
"#;

fn client() {
    shell(NETWORK);
    let mut server =
        Served(again(&["ip", "netns", "exec", "server"], "server").stdout(Stdio::piped()).spawn().expect("the server"));
    let said = BufReader::new(server.0.stdout.take().expect("its words"));
    assert!(said.lines().map_while(Result::ok).any(|line| line.contains(LISTENING)), "the server listens");
    let folder = tempfile::Builder::new().prefix("heloise-ways").tempdir().expect("a folder");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("permissions");
    let user = User::new(folder.path());

    // Nothing in the way.
    let run = user.check("198.51.100.1", SERVER[0]);
    assert!(run.has("connectivity.all-open"), "{run}");

    // Swallowed at the second router: it still says that packets die there of age.
    filter("r2", "forward", "tcp dport 25 drop");
    for (address, last) in SERVER.into_iter().zip(["198.51.100.6", "2001:db8:2::2"]) {
        let run = user.check("", address);
        assert!(run.has("connectivity.tcp.filtered") && run.has("connectivity.all-filtered"), "{run}");
        let trace = run.finding("connectivity.trace.last-hop");
        assert!(trace.contains(&format!("{last} answers (2 hops")), "{trace}\n{run}");
    }

    // Turned away there, in each way that routers do it.
    for (how, words) in [
        ("reject with icmpx admin-prohibited", "administratively prohibited"),
        ("reject with icmpx port-unreachable", "port unreachable"),
    ] {
        filter("r2", "forward", &format!("tcp dport 25 {how}"));
        for (address, by) in SERVER.into_iter().zip(["198.51.100.6", "2001:db8:2::2"]) {
            let run = user.check("", address);
            let said = run.finding("connectivity.rejected.on-way");
            assert!(said.contains(by), "{how}: {said}\n{run}");
            assert!(run.report.to_string().contains(words), "{how}: {run}");
            run.finds("firewall", "port-blocked");
        }
    }

    // A reset that the filter makes up looks like a closed port: that much can be said.
    filter("r2", "forward", "tcp dport 25 reject with tcp reset");
    assert!(user.check("", SERVER[0]).has("connectivity.all-refused"));

    // One of the two families is dead.
    filter("r2", "forward", "meta nfproto ipv6 tcp dport 25 drop");
    let run = user.named();
    assert!(run.has("connectivity.v6.broken") && run.has("connectivity.trace.last-hop"), "{run}");
    run.finds("network", "ipv6-broken");

    // Large packets do not fit, and the router that says so is not heard.
    shell("ip -n r2 link set l-r2 mtu 1280 && ip -n r3 link set u-r3 mtu 1280");
    filter("r3", "output", "icmp type destination-unreachable drop; add rule inet f c icmpv6 type packet-too-big drop");
    filter("r2", "forward", "tcp dport 1 drop");
    for address in SERVER {
        let run = user.check("", address);
        assert!(run.has("connectivity.black-hole"), "{run}");
        run.finds("network", "timeout");
    }

    // This machine itself says no.
    shell("ip netns exec r3 nft flush ruleset; ip -n r2 link set l-r2 mtu 1500; ip -n r3 link set u-r3 mtu 1500");
    shell("nft 'add table inet f; add chain inet f c { type filter hook output priority 0; }'");
    shell("nft 'add rule inet f c tcp dport 25 reject with icmpx admin-prohibited'");
    for address in SERVER {
        let run = user.check("", address);
        assert!(run.has("connectivity.rejected.here"), "{run}");
        run.finds("firewall", "port-blocked");
    }
    // What the rule says only root may read: it is named, or it is said that it could not be read.
    let run = user.step("firewall", &["--server", SERVER[0], "--resolver", "127.0.0.1:53"]);
    assert!(run.has("firewall.rules.unreadable") && !run.has("firewall.rule.blocks"), "{run}");
    let root = User(PathBuf::from(env!("CARGO_BIN_EXE_heloise")));
    let run = root.as_root("firewall", &["--server", SERVER[0], "--resolver", "127.0.0.1:53"]);
    let rule = run.finding("firewall.rule.blocks");
    assert!(rule.contains("nft"), "{rule}");
    assert!(run.report.to_string().contains("tcp dport 25 reject with icmpx"), "{run}");
    run.finds("firewall", "port-blocked");
    println!("{DONE}");
}

/// One rule, in place of all others there.
fn filter(router: &str, hook: &str, rule: &str) {
    let make = format!(
        "flush ruleset; add table inet f; add chain inet f c {{ type filter hook {hook} priority 0; }}; add rule inet f c {rule}"
    );
    shell(&format!("ip netns exec {router} nft '{make}'"));
}

fn shell(script: &str) {
    let status = Command::new("sh").args(["-c", script]).stdin(Stdio::null()).status().expect("sh runs");
    assert!(status.success(), "{script}");
}

/// A mail server whose answer to EHLO is too large for a narrow way.
fn serve() {
    let listeners = [("0.0.0.0", 25), ("::", 25)].map(|at| {
        let v6 = at.0 == "::";
        let domain = if v6 { socket2::Domain::IPV6 } else { socket2::Domain::IPV4 };
        let socket = socket2::Socket::new(domain, socket2::Type::STREAM, None).expect("a socket");
        if v6 {
            socket.set_only_v6(true).expect("IPv6 only");
        }
        let address: std::net::SocketAddr = (at.0.parse::<std::net::IpAddr>().expect("an address"), at.1).into();
        socket.bind(&address.into()).expect("port 25");
        socket.listen(16).expect("a listener");
        TcpListener::from(socket)
    });
    println!("\n{LISTENING}");
    let hands = listeners.map(|l| {
        std::thread::spawn(move || {
            for stream in l.incoming().flatten() {
                std::thread::spawn(move || talk(&stream));
            }
        })
    });
    for hand in hands {
        let _ = hand.join();
    }
}

fn talk(stream: &std::net::TcpStream) -> std::io::Result<()> {
    let mut to = stream;
    let mut lines = BufReader::new(stream).lines();
    to.write_all(b"220 mail.example.test ESMTP\r\n")?;
    while let Some(Ok(line)) = lines.next() {
        let long = "250-X-A-KEYWORD-TO-FILL-A-PACKET 0123456789 0123456789 0123456789 0123456789\r\n".repeat(40);
        let answer = match line.get(..4).unwrap_or_default() {
            "EHLO" => format!("250-mail.example.test\r\n{long}250 8BITMIME\r\n"),
            "QUIT" => "221 bye\r\n".to_owned(),
            _ => "250 ok\r\n".to_owned(),
        };
        to.write_all(answer.as_bytes())?;
        if line.starts_with("QUIT") {
            break;
        }
    }
    Ok(())
}

struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A user without rights.
struct User(PathBuf);

impl User {
    fn new(folder: &Path) -> Self {
        let heloise = folder.join("heloise");
        fs::copy(env!("CARGO_BIN_EXE_heloise"), &heloise).expect("a copy");
        fs::set_permissions(&heloise, Permissions::from_mode(0o755)).expect("permissions");
        Self(heloise)
    }

    /// Step 4 alone, at that address.
    fn check(&self, source: &str, server: &str) -> Run {
        let source = if source.is_empty() { &[][..] } else { &["--source", source] };
        self.run(&[&["--server", &format!("[{server}]"), "--resolver", "127.0.0.1:53"][..], source].concat())
    }

    /// Step 4 alone, at a name with both addresses.
    fn named(&self) -> Run {
        self.run(&["--server", "mail.both.test", "--resolver", &crate::nameserver().to_string()])
    }

    fn run(&self, args: &[&str]) -> Run {
        self.step("connectivity", args)
    }

    fn step(&self, step: &str, args: &[&str]) -> Run {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--inh-caps=-all", "--no-new-privs"]);
        Self::report(command.arg(&self.0), step, args)
    }

    fn as_root(&self, step: &str, args: &[&str]) -> Run {
        Self::report(&mut Command::new(&self.0), step, args)
    }

    fn report(command: &mut Command, step: &str, args: &[&str]) -> Run {
        let output = command
            .args(["check", "--steps", step, "--format", "json", "--no-save", "--timeout", "2"])
            .args(["--helo", "client.example.test", "--consent", "connect,trace"])
            .args(args)
            .stdin(Stdio::null())
            .output()
            .expect("heloise runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("no report ({e}): {errors}"));
        Run { report }
    }
}

struct Run {
    report: Value,
}

impl Run {
    fn findings(&self) -> impl Iterator<Item = &Value> {
        let steps = self.report["steps"].as_array().into_iter().flatten();
        steps.flat_map(|s| s["findings"].as_array().into_iter().flatten())
    }

    fn has(&self, id: &str) -> bool {
        self.findings().any(|f| f["id"] == id)
    }

    /// What a finding says.
    fn finding(&self, id: &str) -> String {
        let found = self.findings().find(|f| f["id"] == id).unwrap_or_else(|| panic!("no {id}: {self}"));
        found["says"].as_str().unwrap_or_default().to_owned()
    }

    fn finds(&self, cause: &str, kind: &str) {
        let top = &self.report["diagnosis"][0];
        assert_eq!((top["cause"].as_str(), top["kind"].as_str()), (Some(cause), Some(kind)), "{self}");
        assert_eq!(self.report["verdict"], "fault-found", "{self}");
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for found in self.findings() {
            writeln!(f, "{} {}", found["id"], found["says"])?;
        }
        let connects = self.report["evidence"].as_array().into_iter().flatten().filter(|e| e["kind"] == "tcp");
        connects.into_iter().try_for_each(|e| writeln!(f, "{e}"))?;
        write!(f, "{:#}", self.report["diagnosis"])
    }
}
