//! Promise: `heloise check --to someone@domain` and nothing else works for a normal user: the resolver is that of /etc/resolv.conf, the
//! server is what the DNS names, on port 25.
//!
//! All of it happens in a network and mount namespace of its own: an address, a name server on its port 53 that a resolv.conf bound over the
//! system's names, and a real Postfix on port 25. The test runs itself once more in there ([`inside`]); nothing outside is touched, and all of
//! it is gone with the last process.

use std::fs::{self, Permissions};
use std::net::{Ipv4Addr, UdpSocket};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;
use std::process::{Command, Stdio};

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::RData;
use hickory_resolver::proto::rr::rdata::{A, MX, PTR};
use serde_json::Value;

use crate::dns_server::{code, name, records};
use crate::once_more::once_more;
use crate::postfix::{self, Postfix};

/// Set where the test runs itself in the namespace.
const INSIDE: &str = "HELOISE_TEST_INSIDE";
const MAIL: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 25);
/// The user `nobody`: whom no file belongs to.
const NOBODY: u32 = 65534;

#[test]
fn an_address_is_all_a_normal_user_needs_to_give() {
    if let Some(why) = postfix::missing().or_else(no_namespace) {
        eprintln!("skipped: {why}");
        return;
    }
    once_more(&["--net", "--mount"], "namespace::inside", INSIDE, DONE);
}

const DONE: &str = "all of it was seen";

/// Why no namespace can be made here, if none can.
fn no_namespace() -> Option<String> {
    let works = |program: &str, args: &[&str]| {
        let run =
            Command::new(program).args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        run.is_ok_and(|status| status.success())
    };
    let absent =
        [("ip", "-V"), ("setpriv", "--version"), ("mount", "--version")].into_iter().find(|(p, v)| !works(p, &[v]));
    if let Some((program, _)) = absent {
        return Some(format!("there is no {program} here"));
    }
    if !Path::new("/etc/resolv.conf").is_file() {
        return Some("there is no /etc/resolv.conf to bind another one over".to_owned());
    }
    // A container may keep even root from it.
    let all = "ip link set lo up && mount --bind /etc/resolv.conf /etc/resolv.conf";
    (!works("unshare", &["--net", "--mount", "sh", "-c", all])).then(|| "no namespace can be made here".to_owned())
}

/// What happens in the namespace; outside of one, nothing.
#[test]
fn inside() {
    if std::env::var_os(INSIDE).is_none() {
        return;
    }
    let folder = tempfile::Builder::new().prefix("heloise-namespace").tempdir().expect("a folder");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("permissions");
    let resolv = folder.path().join("resolv.conf");
    fs::write(&resolv, format!("nameserver {MAIL}\n")).expect("resolv.conf");
    shell("ip link set lo up && ip address add 192.0.2.25/24 dev lo && ip address add 192.0.2.77/24 dev lo");
    shell(&format!("mount --bind {} /etc/resolv.conf", resolv.display()));
    name_server();
    let postfix = Postfix::exchanger(&MAIL.to_string());
    let user = User::new(folder.path());

    let (status, report) = user.check("alice@example.test");
    assert_eq!(
        (status, &report["verdict"]),
        (Some(0), &Value::from("no-fault-found")),
        "{report:#}\n{}",
        postfix.log()
    );
    let replies = report["replies"].as_array().into_iter().flatten();
    let taken = |r: &&Value| r["code"] == 250 && r["stage"] == "rcpt" && r["address"] == "192.0.2.25:25";
    assert!(replies.clone().any(|r| taken(&r)), "{report:#}");

    let (status, report) = user.check("nobody@example.test");
    assert_eq!((status, &report["diagnosis"][0]["kind"]), (Some(1), &Value::from("no-such-user")), "{report:#}");

    let (status, report) = user.check("alice@nowhere.test");
    assert_eq!((status, &report["diagnosis"][0]["kind"]), (Some(1), &Value::from("no-such-domain")), "{report:#}");

    let (status, report) = user.check("alice@down.test");
    assert_eq!((status, &report["diagnosis"][0]["kind"]), (Some(1), &Value::from("port-refused")), "{report:#}");

    let mine = user.saved();
    assert_eq!(mine.len(), 4, "each check is kept for its user: {mine:?}");
    println!("{DONE}");
}

/// A name server on port 53, as long as the test runs.
fn name_server() {
    let socket = UdpSocket::bind((MAIL, 53)).expect("port 53");
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let question = Message::from_vec(&buffer[..length]).expect("a question");
            let _ = socket.send_to(&answer(&question).to_vec().expect("an answer"), from);
        }
    });
}

/// The DNS of the namespace.
fn answer(question: &Message) -> Message {
    let asked = &question.queries[0];
    let (asked, rtype) = (asked.name().to_ascii().to_lowercase(), asked.query_type().to_string());
    match (asked.as_str(), rtype.as_str()) {
        ("example.test.", "MX") => records(question, [RData::MX(MX::new(10, name("mail.example.test")))]),
        ("down.test.", "MX") => records(question, [RData::MX(MX::new(10, name("mail.down.test")))]),
        ("mail.example.test.", "A") => records(question, [RData::A(A(MAIL))]),
        ("mail.down.test.", "A") => records(question, [RData::A(A::new(192, 0, 2, 77))]),
        ("25.2.0.192.in-addr.arpa.", "PTR") => records(question, [RData::PTR(PTR(name("mail.example.test")))]),
        ("example.test." | "down.test." | "mail.example.test." | "mail.down.test.", _) => records(question, []),
        _ => code(question, ResponseCode::NXDomain),
    }
}

fn shell(line: &str) {
    let status = Command::new("sh").args(["-c", line]).stdin(Stdio::null()).status().expect("sh runs");
    assert!(status.success(), "{line}");
}

/// A user without rights or files, but for a home.
struct User {
    home: std::path::PathBuf,
    heloise: std::path::PathBuf,
}

impl User {
    fn new(folder: &Path) -> Self {
        let (home, heloise) = (folder.join("home"), folder.join("heloise"));
        fs::create_dir(&home).expect("a home");
        chown(&home, Some(NOBODY), Some(NOBODY)).expect("its owner");
        // Where it was built may be closed to others.
        fs::copy(env!("CARGO_BIN_EXE_heloise"), &heloise).expect("a copy");
        fs::set_permissions(&heloise, Permissions::from_mode(0o755)).expect("permissions");
        Self { home, heloise }
    }

    /// `heloise check --to ADDRESS`, and nothing else but the form of the answer.
    fn check(&self, address: &str) -> (Option<i32>, Value) {
        let id = NOBODY.to_string();
        let output = Command::new("setpriv")
            .args(["--reuid", &id, "--regid", &id, "--clear-groups", "--inh-caps=-all", "--no-new-privs"])
            .arg(&self.heloise)
            .args(["check", "--to", address, "--format", "json"])
            .env_clear()
            .env("HOME", &self.home)
            .stdin(Stdio::null())
            .output()
            .expect("setpriv runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("no report ({e}): {errors}"));
        (output.status.code(), report)
    }

    /// The sessions that were kept, each readable for the user alone.
    fn saved(&self) -> Vec<std::path::PathBuf> {
        let mut folders = vec![self.home.clone()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for item in fs::read_dir(folder).expect("a folder").flatten() {
                let path = item.path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        let mode = |p: &std::path::PathBuf| fs::metadata(p).expect("a file").permissions().mode() & 0o077;
        assert!(files.iter().all(|f| mode(f) == 0), "{files:?}");
        files
    }
}
