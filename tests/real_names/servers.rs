//! Real name servers in the namespace: NSD for the root, `com` and the domains, Unbound that validates, and one that refuses.

use std::fs::{self, File};
use std::net::{SocketAddr, UdpSocket};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hickory_resolver::proto::op::{Message, Query};
use hickory_resolver::proto::rr::{Name, RecordType};

use crate::zones::{Signed, ZONES, head};

/// The resolver that validates.
pub(crate) const RESOLVER: &str = "5.9.1.1";
/// Another one, that nothing was asked of before.
pub(crate) const FRESH: &str = "5.9.1.2";
/// One that refuses us.
pub(crate) const REFUSING: &str = "5.9.1.3";

/// One of a closed network: it denies every name.
pub(crate) const DENYING: &str = "5.9.1.4";
/// One that leads every name to a portal, and has nothing else of any.
pub(crate) const PORTAL: &str = "5.9.1.5";

/// The servers; dropping it ends them.
pub(crate) struct Names {
    folder: tempfile::TempDir,
    children: Vec<Child>,
}

impl Drop for Names {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Names {
    /// Signs the zones and starts the servers; when this returns, all of them answer.
    pub(crate) fn up() -> Self {
        let folder = tempfile::Builder::new().prefix("heloise-names").tempdir().expect("a folder");
        let mut names = Self { folder, children: Vec::new() };
        let addresses: String = [1, 2, 3, 4, 5, 10, 53, 54, 55, 56, 57]
            .iter()
            .map(|n| format!("ip address add 5.9.1.{n}/32 dev lo\n"))
            .collect();
        shell(&format!(
            "set -e\nip link set lo up\n{addresses}ip address add 5.9.0.4/32 dev lo\nip route add default dev lo src 5.9.1.10\n\
             nft add table inet t\nnft 'add chain inet t i {{ type filter hook input priority 0; }}'\n\
             nft add rule inet t i ip daddr 5.9.1.56 drop\nnft add rule inet t i ip daddr 5.9.1.57 tcp dport 53 drop"
        ));
        names.zones();
        names.nsd("root", "5.9.0.4", &[(".", "root"), ("com", "com")]);
        for (server, ip) in [(1, "5.9.1.53"), (2, "5.9.1.54"), (5, "5.9.1.55"), (7, "5.9.1.57")] {
            let files: Vec<(&str, String)> =
                ZONES.iter().filter(|z| z.is_on(server)).map(|z| (z.name, format!("{}.{server}", z.name))).collect();
            let files: Vec<(&str, &str)> = files.iter().map(|(name, file)| (*name, file.as_str())).collect();
            names.nsd(&server.to_string(), ip, &files);
        }
        for (ip, access, more) in [
            (RESOLVER, "allow", ""),
            (FRESH, "allow", ""),
            (REFUSING, "refuse", ""),
            (DENYING, "allow", "  local-zone: \".\" always_nxdomain\n"),
            (PORTAL, "allow", "  local-zone: \".\" redirect\n  local-data: \". A 5.9.1.99\"\n"),
        ] {
            names.unbound(ip, access, more);
        }
        for ip in
            ["5.9.0.4", "5.9.1.53", "5.9.1.54", "5.9.1.55", "5.9.1.57", RESOLVER, FRESH, REFUSING, DENYING, PORTAL]
        {
            names.wait_for(ip);
        }
        names
    }

    fn at(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.at().join(name), text).unwrap_or_else(|e| panic!("{name}: {e}"));
    }

    /// Writes and signs all zones, from the leaves up.
    fn zones(&self) {
        let (mut com, mut root) = (head("com.", 1), head(".", 1).replace("$ORIGIN ..", "$ORIGIN ."));
        com.push_str("@ NS top.ns.com.\none.ns.com. A 5.9.1.53\ntwo.ns.com. A 5.9.1.54\n");
        root.push_str("@ NS top.\ntop. A 5.9.0.4\ncom. NS top.ns.com.\ntop.ns.com. A 5.9.0.4\n");
        for zone in ZONES {
            for server in [1, 2, 5, 7].into_iter().filter(|s| zone.is_on(*s)) {
                self.write(&format!("{}.{server}", zone.name), &zone.file(server));
            }
            let parent = if zone.name.ends_with(".com") { &mut com } else { &mut root };
            parent.push_str(&zone.delegation());
            if zone.signed != Signed::No {
                let ds = self.sign(zone.name, &format!("{}.1", zone.name), zone.signed);
                parent.push_str(&ds);
                fs::copy(self.at().join(format!("{}.1", zone.name)), self.at().join(format!("{}.2", zone.name)))
                    .expect("a copy");
            }
        }
        self.write("com", &com);
        root.push_str(&self.sign("com", "com", Signed::Well));
        self.write("root", &root);
        let anchor = self.sign(".", "root", Signed::Well);
        self.write("anchor", &anchor);
        self.write("hints", ". 3600 NS top.\ntop. 3600 A 5.9.0.4\n");
    }

    /// Signs a zone file in its place; returns the DS record.
    fn sign(&self, name: &str, file: &str, how: Signed) -> String {
        let key = self.run("ldns-keygen", &["-k", "-a", "ECDSAP256SHA256", name]).trim().to_owned();
        let mut ds = fs::read_to_string(self.at().join(format!("{key}.ds"))).expect("its DS");
        if how == Signed::OtherKey {
            let other = self.run("ldns-keygen", &["-k", "-a", "ECDSAP256SHA256", name]);
            ds = fs::read_to_string(self.at().join(format!("{}.ds", other.trim()))).expect("its DS");
        }
        let out = format!("{file}.signed");
        let mut args = vec!["-f", &out, "-o", name];
        if how == Signed::Expired {
            args.extend(["-i", "20240101", "-e", "20240201"]);
        }
        args.extend([file, &key]);
        self.run("ldns-signzone", &args);
        fs::rename(self.at().join(&out), self.at().join(file)).expect("the signed zone");
        ds
    }

    /// Runs a tool to its end and returns what it says.
    fn run(&self, program: &str, args: &[&str]) -> String {
        let run = Command::new(program).args(args).current_dir(self.at()).stdin(Stdio::null()).output().expect(program);
        assert!(run.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8(run.stdout).expect("text")
    }

    /// Starts a server that ends when this thread ends.
    fn start(&mut self, name: &str, program: &str, args: &[&str]) {
        let log = File::create(self.at().join(format!("{name}.log"))).expect("a log");
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", program])
            .args(args)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .process_group(0)
            .spawn();
        self.children.push(child.expect("setpriv runs"));
    }

    fn nsd(&mut self, name: &str, ip: &str, zones: &[(&str, &str)]) {
        let at = self.at().display().to_string();
        let mut conf = format!(
            "server:\n  server-count: 1\n  ip-address: {ip}\n  username: \"\"\n  database: \"\"\n  zonesdir: \"{at}\"\n  xfrdir: \"{at}\"\n  \
             pidfile: \"{at}/nsd-{name}.pid\"\n  xfrdfile: \"{at}/nsd-{name}.xfrd\"\n  zonelistfile: \"{at}/nsd-{name}.list\"\n\
             remote-control:\n  control-enable: yes\n  control-interface: {at}/nsd-{name}.ctl\n"
        );
        for (zone, file) in zones {
            conf.push_str(&format!("zone:\n  name: \"{zone}\"\n  zonefile: \"{file}\"\n"));
        }
        self.write(&format!("nsd-{name}.conf"), &conf);
        self.start(&format!("nsd-{name}"), "nsd", &["-d", "-c", &format!("{at}/nsd-{name}.conf")]);
    }

    fn unbound(&mut self, ip: &str, access: &str, more: &str) {
        let at = self.at().display().to_string();
        let conf = format!(
            "server:\n  interface: {ip}\n  outgoing-interface: {ip}\n  do-ip6: no\n  access-control: 0.0.0.0/0 {access}\n  chroot: \"\"\n  \
             username: \"\"\n  pidfile: \"\"\n  use-syslog: no\n  do-daemonize: no\n  ede: yes\n  root-hints: \"{at}/hints\"\n  \
             trust-anchor-file: \"{at}/anchor\"\n  module-config: \"validator iterator\"\n{more}remote-control:\n  control-enable: no\n"
        );
        self.write(&format!("unbound-{ip}.conf"), &conf);
        self.start(&format!("unbound-{ip}"), "unbound", &["-d", "-c", &format!("{at}/unbound-{ip}.conf")]);
    }

    /// Waits until a server answers, whatever it says.
    fn wait_for(&self, ip: &str) {
        let until = Instant::now() + Duration::from_secs(30);
        while !asks(ip, "com.", RecordType::SOA, Duration::from_millis(500)) {
            assert!(Instant::now() < until, "{ip} does not answer\n{}", self.logs());
        }
    }

    /// Changes a zone on both servers, which load it again.
    pub(crate) fn change(&self, zone: &str, from: &str, to: &str) {
        for server in ["1", "2"] {
            let file = format!("{zone}.{server}");
            let text = fs::read_to_string(self.at().join(&file)).expect("a zone");
            assert!(text.contains(from), "{text}");
            self.write(&file, &text.replace(from, to).replace(" 1 7200 ", " 2 7200 "));
            let conf = self.at().join(format!("nsd-{server}.conf")).display().to_string();
            self.run("nsd-control", &["-c", &conf, "reload", zone]);
        }
    }

    /// What the servers logged.
    pub(crate) fn logs(&self) -> String {
        let files = fs::read_dir(self.at()).expect("a folder").flatten().map(|f| f.path());
        let logs = files.filter(|p| p.extension().is_some_and(|e| e == "log"));
        logs.map(|p| format!("{}:\n{}", p.display(), fs::read_to_string(&p).unwrap_or_default())).collect()
    }
}

/// Asks a server once; whether anything came back.
pub(crate) fn asks(ip: &str, name: &str, rtype: RecordType, patience: Duration) -> bool {
    let mut question = Message::query();
    question.add_query(Query::query(Name::from_ascii(name).expect("a name"), rtype));
    question.metadata.recursion_desired = true;
    let socket = UdpSocket::bind("0.0.0.0:0").expect("a socket");
    let to: SocketAddr = format!("{ip}:53").parse().expect("an address");
    socket.connect(to).expect("a server");
    socket.set_read_timeout(Some(patience)).expect("a limit");
    socket.send(&question.to_vec().expect("a question")).is_ok() && socket.recv(&mut [0; 4096]).is_ok()
}

fn shell(line: &str) {
    let run = Command::new("sh").args(["-c", line]).stdin(Stdio::null()).output().expect("sh runs");
    assert!(run.status.success(), "{line}\n{}", String::from_utf8_lossy(&run.stderr));
}
