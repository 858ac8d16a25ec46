//! A real Exim for each manner of one, in a folder of their own: a configuration and a daemon each.

use std::fs::{self, Permissions};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::guard::Guard;
use super::postfix::{PASSWORD, certificate, root};

/// Where the package puts it, and where `.ci/run` unpacks it: two mail servers cannot be installed at the same time.
const PLACES: [&str; 2] = ["/usr/sbin/exim4", concat!(env!("CARGO_MANIFEST_DIR"), "/target/servers/usr/sbin/exim4")];
/// The user that Debian's build works as; it does not start without.
const USER: &str = "Debian-exim";

/// What is special about one of them: pieces of its configuration.
#[derive(Clone, Copy, Default)]
pub(crate) struct Manner {
    /// Options of the main section.
    pub(crate) main: &'static str,
    /// What stands before the rules of the usual MAIL and RCPT.
    pub(crate) helo: &'static str,
    pub(crate) rcpt: &'static str,
    /// Whether it knows how to log in, and by what condition.
    pub(crate) login: Option<&'static str>,
    /// Another file than the certificate that is good.
    pub(crate) cert: Option<&'static str>,
}

/// The condition of a login: alice and her password.
pub(crate) const ALICE: &str = "${if and{{eq{$auth2}{alice@example.test}}{eq{$auth3}{PASSWORD}}}}";

/// Exims that run until this is dropped, or the process ends in whatever way.
pub(crate) struct Exim {
    pub(crate) ca: PathBuf,
    folder: PathBuf,
    _guard: Guard,
}

/// Why Exim cannot be run here, if it cannot.
pub(crate) fn missing() -> Option<String> {
    if !root() {
        return Some("Exim is started as root".to_owned());
    }
    let Some(exim) = program() else { return Some(format!("{} is not installed", PLACES[0])) };
    let runs = Command::new(exim).arg("-bV").stdin(Stdio::null()).output();
    let said = runs.map_or_else(|e| e.to_string(), |o| String::from_utf8_lossy(&[o.stdout, o.stderr].concat()).into());
    (!said.contains("Exim version")).then(|| format!("{exim} does not run: {said}"))
}

fn program() -> Option<&'static str> {
    PLACES.into_iter().find(|p| Path::new(p).exists())
}

impl Exim {
    /// Starts one for each manner, on the ports that stand beside it, of these addresses (a list as Exim writes them); when this returns, all
    /// are open at that one of them. On port 465 TLS comes first.
    pub(crate) fn start(addresses: &str, one: &str, manners: &[(Manner, &[u16])]) -> Self {
        let folder = tempfile::Builder::new().prefix("heloise-exim").tempdir().expect("a folder");
        let names: Vec<String> = (0..manners.len()).map(|n| format!("{n}/pid")).collect();
        let guard = Guard::over(folder.path(), &names.iter().map(String::as_str).collect::<Vec<_>>());
        let folder = folder.keep();
        fs::set_permissions(&folder, Permissions::from_mode(0o755)).expect("permissions");
        let ca = certificate(&folder);
        fs::set_permissions(folder.join("key.pem"), Permissions::from_mode(0o644)).expect("permissions");
        let server = Self { ca, folder, _guard: guard };
        for (n, (manner, ports)) in manners.iter().enumerate() {
            server.one(n, addresses, manner, ports);
        }
        let all = manners.iter().flat_map(|(_, ports)| ports.iter());
        all.for_each(|port| server.await_port(one, *port));
        server
    }

    fn one(&self, n: usize, address: &str, manner: &Manner, ports: &[u16]) {
        let at = self.folder.join(n.to_string());
        fs::create_dir_all(at.join("spool")).expect("a folder");
        let own = Command::new("chown").args(["-R", USER]).arg(&at).status();
        assert!(own.is_ok_and(|s| s.success()), "there is no user {USER}");
        let config = at.join("exim.conf");
        fs::write(&config, self.configuration(&at, address, manner, ports)).expect("exim.conf");
        let started = Command::new(program().expect("Exim"))
            .arg("-bd")
            .arg("-C")
            .arg(&config)
            .stdin(Stdio::null())
            .output()
            .expect("Exim runs");
        assert!(started.status.success(), "{}", String::from_utf8_lossy(&started.stderr));
    }

    fn configuration(&self, at: &Path, address: &str, manner: &Manner, ports: &[u16]) -> String {
        let ports = ports.iter().map(u16::to_string).collect::<Vec<_>>().join(" : ");
        let (tls, at) = (self.folder.display(), at.display());
        let cert = manner.cert.unwrap_or("cert.pem");
        let login = manner.login.map_or_else(String::new, |condition| {
            let condition = condition.replace("PASSWORD", PASSWORD);
            format!(
                "plain:\n driver = plaintext\n public_name = PLAIN\n server_condition = {condition}\n \
                 server_set_id = $auth2\n server_advertise_condition = ${{if def:tls_in_cipher}}\n"
            )
        });
        let Manner { main, helo, rcpt, .. } = manner;
        format!(
            "{main}
primary_hostname = mail.example.test
local_interfaces = {address}
daemon_smtp_ports = {ports}
tls_on_connect_ports = 465
tls_advertise_hosts = *
tls_certificate = {tls}/{cert}
tls_privatekey = {tls}/key.pem
spool_directory = {at}/spool
log_file_path = {at}/%s.log
pid_file_path = {at}/pid
host_lookup =
rfc1413_query_timeout = 0s
keep_environment =
acl_smtp_helo = helo
acl_smtp_rcpt = rcpt
begin acl
helo:
{helo}
 accept
rcpt:
{rcpt}
 accept authenticated = *
 require message = relay not permitted
  domains = example.test
 require verify = recipient
 accept
begin routers
here:
 driver = accept
 domains = example.test
 local_parts = alice : bob
 transport = nowhere
begin transports
nowhere:
 driver = appendfile
 file = /dev/null
 user = nobody
begin authenticators
{login}"
        )
    }

    /// What they logged so far.
    pub(crate) fn log(&self) -> String {
        let folders = fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|e| e.path());
        let logs = folders.flat_map(|f| ["main.log", "panic.log"].map(|l| f.join(l)));
        logs.map(|l| fs::read_to_string(l).unwrap_or_default()).collect()
    }

    fn await_port(&self, address: &str, port: u16) {
        let begun = Instant::now();
        while TcpStream::connect((address, port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "port {port} stays closed\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
