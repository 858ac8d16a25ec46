//! A real Postfix, and a real Dovecot for its logins, in a folder of their own, on loopback ports of the system's choice.

use std::fs::{self, File, Permissions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::digest::{SHA256, digest};

use super::guard::Guard;

/// The password of `alice` and `carol` at the test server: a canary that must never show.
pub(crate) const PASSWORD: &str = "c4n4ry-Zwitscher!";

const POSTFIX: &str = "/usr/sbin/postfix";
const DOVECOT: &str = "/usr/sbin/dovecot";
const SASLPASSWD: &str = "/usr/sbin/saslpasswd2";

/// The ports of one Postfix, each with its own manners.
#[derive(Clone, Copy)]
pub(crate) struct Ports {
    /// A mail exchanger: knows `alice@example.test`, relays nothing.
    pub(crate) mx: u16,
    /// Submission: STARTTLS, then login.
    pub(crate) submission: u16,
    /// Submission under TLS from the first byte.
    pub(crate) submissions: u16,
    /// Submission whose login service hangs up when it is asked.
    pub(crate) no_login: u16,
    /// Submission where each login owns its own address, and no other.
    pub(crate) owners: u16,
    /// Submission whose logins are Cyrus SASL's, and by NTLM alone.
    pub(crate) ntlm: u16,
    /// Its recipient table cannot be read.
    pub(crate) sick: u16,
    /// One connection a client.
    pub(crate) crowded: u16,
    /// It speaks TLS 1.0 and nothing newer.
    pub(crate) old_tls: u16,
    /// It offers STARTTLS, and cannot read its key.
    pub(crate) keyless: u16,
}

/// A Postfix and a Dovecot that run until this is dropped, or the process ends in whatever way.
pub(crate) struct Postfix {
    pub(crate) ports: Ports,
    pub(crate) ca: PathBuf,
    folder: PathBuf,
    // Held for its drop, which ends both and takes the folder away.
    _guard: Guard,
}

/// Why the real servers cannot be run here, if they cannot.
pub(crate) fn missing() -> Option<String> {
    if !root() {
        return Some("Postfix starts as root only".to_owned());
    }
    let absent = [POSTFIX, DOVECOT].into_iter().find(|p| !Path::new(p).exists())?;
    Some(format!("{absent} is not installed"))
}

/// Why Cyrus SASL does not speak NTLM here, if it does not.
pub(crate) fn missing_ntlm() -> Option<String> {
    let plugin = |folder: &Path| folder.join("sasl2/libntlm.so").exists();
    let folders = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    if !folders.map(|entry| entry.path()).any(|folder| plugin(&folder)) {
        return Some("libsasl2-modules is not installed, or has no NTLM".to_owned());
    }
    (!Path::new(SASLPASSWD).exists()).then(|| format!("{SASLPASSWD} is not installed"))
}

/// Whether the test runs as root.
pub(crate) fn root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout.starts_with(b"0\n"))
}

impl Postfix {
    /// Starts both; when this returns, every port is open.
    pub(crate) fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("heloise-postfix").tempdir().expect("a folder");
        let guard = Guard::over(folder.path(), &["queue/pid/master.pid", "dovecot/master.pid"]);
        let folder = folder.keep();
        // Postfix and Dovecot work as their own users below this folder.
        fs::set_permissions(&folder, Permissions::from_mode(0o755)).expect("permissions");
        let [mx, submission, submissions, no_login, owners, ntlm, sick, crowded, old_tls, keyless, auth] = free_ports();
        let ports = Ports { mx, submission, submissions, no_login, owners, ntlm, sick, crowded, old_tls, keyless };
        let server = Self { ports, ca: certificate(&folder), folder, _guard: guard };
        server.dovecot(auth);
        server.cyrus();
        server.postfix("127.0.0.1", auth, &server.services());
        server
    }

    /// A Postfix that is nothing but a mail exchanger, on port 25 of that address.
    pub(crate) fn exchanger(address: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("heloise-postfix").tempdir().expect("a folder");
        let guard = Guard::over(folder.path(), &["queue/pid/master.pid"]);
        let folder = folder.keep();
        fs::set_permissions(&folder, Permissions::from_mode(0o755)).expect("permissions");
        let ports = Ports {
            mx: 25,
            submission: 0,
            submissions: 0,
            no_login: 0,
            owners: 0,
            ntlm: 0,
            sick: 0,
            crowded: 0,
            old_tls: 0,
            keyless: 0,
        };
        let server = Self { ports, ca: certificate(&folder), folder, _guard: guard };
        server.postfix(address, 0, &[(25, String::new())]);
        server
    }

    /// What Postfix and Dovecot logged so far.
    pub(crate) fn log(&self) -> String {
        ["start.log", "mail.log", "dovecot.log"]
            .map(|f| fs::read_to_string(self.folder.join(f)).unwrap_or_default())
            .concat()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).unwrap_or_else(|e| panic!("{name}: {e}"));
    }

    /// Runs to its end a command that leaves a daemon behind. Its words go to a file: the daemon would hold a pipe open.
    fn run(&self, program: &str, args: &[&str]) {
        let log = File::options().create(true).append(true).open(self.folder.join("start.log")).expect("start.log");
        let errors = log.try_clone().expect("start.log");
        let status = Command::new(program).args(args).stdin(Stdio::null()).stdout(log).stderr(errors).status();
        assert!(
            status.as_ref().is_ok_and(std::process::ExitStatus::success),
            "{program} {args:?}: {status:?}\n{}",
            self.log()
        );
    }

    fn dovecot(&self, auth: u16) {
        let at = self.folder.display();
        let version = Command::new(DOVECOT).arg("--version").output().expect("dovecot runs").stdout;
        // 2.4 names some settings anew (doc.dovecot.org, "Upgrading Dovecot CE from 2.3 to 2.4").
        let (first, listen, accounts) = if version.starts_with(b"2.3.") {
            (
                "",
                "address",
                format!(
                    "passdb {{
                      driver = passwd-file
                      args = {at}/users
                    }}
                    userdb {{
                      driver = static
                      args = uid=nobody gid=nogroup home=/nonexistent
                    }}"
                ),
            )
        } else {
            (
                "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n",
                "listen",
                format!(
                    "passdb passwd-file {{
                      passwd_file_path = {at}/users
                    }}
                    userdb static {{
                      fields {{
                        uid = nobody
                        gid = nogroup
                        home = /nonexistent
                      }}
                    }}"
                ),
            )
        };
        // One password as every mechanism can use it, and one that only PLAIN and LOGIN can be held against.
        let hashed = BASE64_STANDARD.encode(digest(&SHA256, PASSWORD.as_bytes()));
        let users = format!("alice@example.test:{{PLAIN}}{PASSWORD}\ncarol@example.test:{{SHA256}}{hashed}\n");
        self.write("users", &users);
        self.write(
            "dovecot.conf",
            &format!(
                "{first}base_dir = {at}/dovecot
                state_dir = {at}/dovecot
                log_path = {at}/dovecot.log
                protocols =
                ssl = no
                auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
                auth_failure_delay = 0
                {accounts}
                service auth {{
                  inet_listener postfix {{
                    {listen} = 127.0.0.1
                    port = {auth}
                  }}
                }}
                service anvil {{
                  chroot =
                  unix_listener anvil-auth-penalty {{
                    mode = 0
                  }}
                }}
                "
            ),
        );
        self.run(DOVECOT, &["-c", &format!("{at}/dovecot.conf")]);
    }

    /// What Cyrus SASL needs for NTLM, where it is installed: no daemon, but a table of passwords that Postfix can read.
    fn cyrus(&self) {
        if missing_ntlm().is_some() {
            return;
        }
        let at = self.folder.display();
        // Debian's Postfix looks beside its main.cf.
        fs::create_dir_all(self.folder.join("etc/sasl")).expect("a folder");
        self.write(
            "etc/sasl/smtpd.conf",
            &format!("pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {at}/sasldb\nmech_list: NTLM\n"),
        );
        let mut setter = Command::new(SASLPASSWD)
            .args(["-c", "-p", "-f", &format!("{at}/sasldb"), "-u", "example.test", "alice"])
            .stdin(Stdio::piped())
            .spawn()
            .expect("saslpasswd2 runs");
        setter.stdin.take().expect("its input").write_all(PASSWORD.as_bytes()).expect("the password is read");
        assert!(setter.wait().expect("saslpasswd2 ends").success());
        self.run("chown", &["postfix", &format!("{at}/sasldb")]);
    }

    fn postfix(&self, address: &str, auth: u16, smtpd: &[(u16, String)]) {
        let at = self.folder.display();
        for name in ["etc", "queue", "data"] {
            fs::create_dir_all(self.folder.join(name)).expect("a folder");
        }
        self.run("chown", &["postfix", &format!("{at}/data")]);
        self.write(
            "etc/main.cf",
            &format!(
                "compatibility_level = 3.6
queue_directory = {at}/queue
data_directory = {at}/data
maillog_file = {at}/mail.log
maillog_file_prefixes = {at}
inet_interfaces = {address}
inet_protocols = ipv4
myhostname = mail.example.test
mydestination = example.test
mynetworks =
local_recipient_maps = inline:{{alice=1,carol=1}}
alias_maps =
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_tls_cert_file = {at}/cert.pem
smtpd_tls_key_file = {at}/key.pem
smtpd_tls_security_level = may
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth}
smtpd_client_event_limit_exceptions =
"
            ),
        );
        let services: String =
            smtpd.iter().map(|(port, options)| format!("{address}:{port} inet n - n - - smtpd {options}\n")).collect();
        self.write("etc/master.cf", &(services + BEHIND));
        self.run(POSTFIX, &["-c", &format!("{at}/etc"), "start"]);
    }

    /// The ports, and what is special about each.
    fn services(&self) -> Vec<(u16, String)> {
        let Ports { mx, submission, submissions, no_login, owners, ntlm, sick, crowded, old_tls, keyless } = self.ports;
        // As the package's own master.cf suggests.
        let login = "-o smtpd_sasl_auth_enable=yes -o smtpd_relay_restrictions= \
            -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject";
        vec![
            (mx, String::new()),
            (submission, format!("-o smtpd_tls_security_level=encrypt -o smtpd_tls_auth_only=yes {login}")),
            (submissions, format!("-o smtpd_tls_wrappermode=yes {login}")),
            (no_login, format!("{login} -o smtpd_sasl_path=inet:127.0.0.1:{}", hangs_up())),
            (
                owners,
                format!(
                    "-o smtpd_tls_auth_only=yes {login} -o smtpd_sender_restrictions=reject_sender_login_mismatch \
                    -o smtpd_sender_login_maps=inline:{{alice@example.test=alice@example.test}}"
                ),
            ),
            (ntlm, format!("-o smtpd_tls_auth_only=yes {login} -o smtpd_sasl_type=cyrus -o smtpd_sasl_path=smtpd")),
            (sick, "-o local_recipient_maps=fail:broken".to_owned()),
            (crowded, "-o smtpd_client_connection_count_limit=1".to_owned()),
            (
                old_tls,
                "-o smtpd_tls_protocols=TLSv1 -o smtpd_tls_mandatory_protocols=TLSv1 \
                 -o tls_medium_cipherlist=ALL:@SECLEVEL=0 -o tls_high_cipherlist=ALL:@SECLEVEL=0"
                    .to_owned(),
            ),
            (keyless, "-o smtpd_tls_key_file=/nonexistent".to_owned()),
        ]
    }
}

/// What stands behind smtpd(8); nothing is delivered.
const BEHIND: &str = "\
cleanup unix n - n - 0 cleanup
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
";

/// A login service that names its mechanisms, as Dovecot's protocol has it, and hangs up when it is asked to check a login.
fn hangs_up() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let port = listener.local_addr().expect("its port").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut asked = BufReader::new(&stream).lines().map_while(Result::ok);
            if (&stream)
                .write_all(b"VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t0\nDONE\n")
                .is_ok()
            {
                asked.find(|line| line.starts_with("AUTH"));
            }
        }
    });
    port
}

/// Ports that are free now, each given once. They lie below those that the system gives to calls out (ip(7), `ip_local_port_range`): one of
/// these might be taken by a test beside before a server has it.
pub(crate) fn free_ports<const N: usize>() -> [u16; N] {
    const FIRST: u32 = 20_000;
    const MANY: u32 = 12_000;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    [(); N].map(|()| {
        loop {
            let n = std::process::id().wrapping_mul(61).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % MANY;
            let port = u16::try_from(FIRST + n).expect("a port");
            if TcpListener::bind(("127.0.0.1", port)).is_ok() {
                break port;
            }
        }
    })
}

/// A CA and a certificate for `mail.example.test`, `mail.both.test` and 127.0.0.1; returns the CA's file.
pub(crate) fn certificate(dir: &Path) -> PathBuf {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
    let ca_key = KeyPair::generate().expect("a key");
    let mut ca = CertificateParams::new(Vec::new()).expect("parameters");
    ca.distinguished_name.push(DnType::CommonName, "The CA of a test");
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_pem = ca.self_signed(&ca_key).expect("the CA").pem();
    let issuer = Issuer::new(ca, ca_key);
    let key = KeyPair::generate().expect("a key");
    // As large as many are: what is lost for its size is lost on one of these first.
    let others = (0..60).map(|n| format!("customer-{n}.mail.example.test"));
    let names = ["mail.example.test", "mail.both.test", "127.0.0.1"].map(str::to_owned).into_iter().chain(others);
    let names: Vec<String> = names.collect();
    let mut cert = CertificateParams::new(names).expect("parameters");
    cert.distinguished_name.push(DnType::CommonName, "mail.example.test");
    let cert = cert.signed_by(&key, &issuer).expect("a certificate");
    fs::write(dir.join("cert.pem"), cert.pem()).expect("cert.pem");
    fs::write(dir.join("key.pem"), key.serialize_pem()).expect("key.pem");
    fs::write(dir.join("ca.pem"), ca_pem).expect("ca.pem");
    dir.join("ca.pem")
}
