//! Promise: against a real Postfix, with Dovecot for its logins, a real Exim and a real aiosmtpd, `heloise check` names what is wrong, and
//! nothing where nothing is.
//!
//! # What runs
//!
//! `postfix`, `dovecot-core`, `exim4-daemon-light` and `python3-aiosmtpd` of Debian 12 or 13, as their packages bring them, each with a
//! configuration of its own in a folder that is made for the test: no file of the system is changed, and a Postfix that serves this machine
//! goes on as it was. They listen on free ports of 127.0.0.1, or in a network namespace that the test makes. A practice DNS knows the domains;
//! every connection stays on loopback or in such a namespace. `heloise` itself runs as the program that users run.
//!
//! Two mail servers cannot be installed side by side, so Exim is unpacked beside the build (`target/servers`) where it is not installed.
//! Postfix and Exim start as root only. Without root, or without the packages, each test prints `skipped:` and why, and passes;
//! `.ci/run` brings all of them and runs as root, and so do these, but for Exim:
//!
//! ```sh
//! apt-get install --no-install-recommends postfix dovecot-core python3-aiosmtpd
//! cargo test --test real
//! ```
//!
//! The login by NTLM wants Cyrus SASL besides, `libsasl2-modules` and `sasl2-bin`, and is skipped by itself without them.
//!
//! # What stays behind
//!
//! Nothing. The servers are shared by the tests that run at the same time, and the last to end takes them down. Should the test
//! process be interrupted or killed, a small shell beside it sees its pipe close, ends the servers and takes their folder away (`guard.rs`);
//! aiosmtpd ends by itself then.

#![cfg(unix)]

mod aiosmtpd;
#[expect(dead_code, reason = "its answers are of use here, not the server")]
#[path = "../support/dns_server.rs"]
mod dns_server;
mod exim;
mod exims;
mod filters;
mod guard;
mod logins;
mod namespace;
#[path = "../support/once_more.rs"]
mod once_more;
mod postfix;
mod settings;
mod ways;

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use heloise::practice::{Practice, WorldFile};
use postfix::{PASSWORD, Postfix};
use serde_json::Value;

const ZONES: &str = r#"
order = 1
title = "The names that a real Postfix needs"
story = "Used by tests only."

[case]

[expect]
verdict = "inconclusive"

[[zone]]
name = "example.test"
records = '''
@ MX 10 mail
@ TXT "v=spf1 mx -all"
_dmarc TXT "v=DMARC1; p=none"
mail A 192.0.2.26
client A 192.0.2.77
'''

[[zone]]
name = "elsewhere.test"
records = '''
@ MX 10 mail
mail A 192.0.2.25
'''

[[zone]]
name = "both.test"
records = '''
mail A 192.0.2.25
mail AAAA 2001:db8:4::25
'''
"#;

#[test]
fn a_known_recipient_is_healthy() {
    with_postfix(|postfix| {
        let run = rcpt(postfix.ports.mx, "alice@example.test");
        assert!(run.has_reply(250, "rcpt"), "{run}");
        run.finds_nothing();
    });
}

#[test]
fn an_unknown_user_is_named() {
    with_postfix(|postfix| {
        let run = rcpt(postfix.ports.mx, "nobody@example.test");
        assert!(run.has_reply(550, "rcpt"), "{run}");
        run.finds("address", "no-such-user", "confirmed");
    });
}

#[test]
fn relaying_is_denied_and_said_so() {
    with_postfix(|postfix| {
        let run = rcpt(postfix.ports.mx, "carol@elsewhere.test");
        assert!(run.has_reply(554, "rcpt"), "{run}");
        run.finds("server-config", "relay-denied", "confirmed");
    });
}

#[test]
fn a_broken_table_is_a_passing_fault_of_the_server() {
    with_postfix(|postfix| {
        let run = rcpt(postfix.ports.sick, "alice@example.test");
        assert!(run.has_reply(451, "rcpt"), "{run}");
        run.finds("overload", "server-overloaded", "likely");
    });
}

#[test]
fn too_many_connections_are_answered_421() {
    with_postfix(|postfix| {
        // One place is all there is, and it is taken.
        let held = TcpStream::connect(at(postfix.ports.crowded)).expect("a connection");
        let mut greeting = String::new();
        BufReader::new(&held).read_line(&mut greeting).expect("a greeting");
        assert!(greeting.starts_with("220"), "{greeting}");
        let run = rcpt(postfix.ports.crowded, "alice@example.test");
        assert!(run.has_reply(421, "greeting"), "{run}");
        run.finds("overload", "connection-limit", "confirmed");
    });
}

#[test]
fn mail_without_tls_is_answered_530() {
    with_postfix(|postfix| {
        let server = at(postfix.ports.submission);
        for to in [&[][..], &["--to", "carol@elsewhere.test"]] {
            let args = ["--server", &server, "--security", "none", "--from", "alice@example.test"];
            let run = check(&[&args, to].concat());
            assert!(run.has_reply(530, "mail"), "{run}");
            run.finds("server-config", "tls-required", "confirmed");
        }
    });
}

#[test]
fn mail_without_a_login_is_refused_and_a_login_suspected() {
    with_postfix(|postfix| {
        let run = rcpt(postfix.ports.submission, "carol@elsewhere.test");
        assert!(run.has_reply(554, "rcpt"), "{run}");
        run.finds("authentication", "auth-required", "likely");
    });
}

#[test]
fn the_right_password_logs_in() {
    with_postfix(|postfix| {
        for (port, security) in [(postfix.ports.submission, "starttls"), (postfix.ports.submissions, "tls")] {
            let run = login(postfix, &at(port), security, "alice@example.test", "HELOISE_TEST_PASSWORD");
            assert!(run.has_reply(235, "auth"), "{run}");
            run.finds_nothing();
        }
    });
}

#[test]
fn a_wrong_password_is_answered_535() {
    with_postfix(|postfix| {
        let server = at(postfix.ports.submission);
        let run = login(postfix, &server, "starttls", "alice@example.test", "HELOISE_TEST_WRONG");
        assert!(run.has_reply(535, "auth"), "{run}");
        run.finds("authentication", "bad-credentials", "likely");
    });
}

#[test]
fn a_login_service_that_is_ill_is_answered_454() {
    with_postfix(|postfix| {
        let server = at(postfix.ports.no_login);
        let run = login(postfix, &server, "starttls", "alice@example.test", "HELOISE_TEST_PASSWORD");
        assert!(run.has_reply(454, "auth"), "{run}");
        run.finds("authentication", "auth-server-broken", "confirmed");
    });
}

#[test]
fn no_password_goes_to_a_server_that_cannot_prove_itself() {
    with_postfix(|postfix| {
        let server = at(postfix.ports.submission);
        let run = check(
            &[
                &["--server", &server, "--security", "starttls", "--user", "alice@example.test"][..],
                &["--password-env", "HELOISE_TEST_PASSWORD"],
            ]
            .concat(),
        );
        assert!(run.replies().all(|reply| reply["stage"] != "auth"), "{run}");
        run.finds("server-config", "certificate-untrusted", "confirmed");
    });
}

#[test]
fn the_wrong_security_is_told_by_the_one_that_works() {
    with_postfix(|postfix| {
        for (port, security) in [(postfix.ports.submission, "tls"), (postfix.ports.submissions, "starttls")] {
            let run = login(postfix, &at(port), security, "alice@example.test", "HELOISE_TEST_PASSWORD");
            run.finds("server-config", "wrong-security", "confirmed");
        }
    });
}

#[test]
fn a_server_that_wants_tls_first_is_not_called_silent() {
    with_postfix(|postfix| {
        rcpt(postfix.ports.submissions, "alice@example.test").finds("server-config", "wrong-security", "confirmed");
    });
}

fn rcpt(port: u16, to: &str) -> Run {
    check(&["--server", &at(port), "--to", to, "--from", "bob@example.test"])
}

fn login(postfix: &Postfix, server: &str, security: &str, user: &str, password: &str) -> Run {
    let ca = postfix.ca.display().to_string();
    check(
        &[
            &["--server", server, "--security", security, "--ca", &ca][..],
            &["--user", user, "--password-env", password, "--from", user],
        ]
        .concat(),
    )
}

fn at(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

fn check(args: &[&str]) -> Run {
    let usual = |option: &'static str, value: &'static str| {
        if args.contains(&option) { vec![] } else { vec![option, value] }
    };
    let output = Command::new(env!("CARGO_BIN_EXE_heloise"))
        .args(["check", "--format", "json", "--no-save"])
        .args(usual("--timeout", "5"))
        .args(usual("--helo", "client.example.test"))
        .args(["--resolver", &nameserver().to_string(), "--consent", "connect,rcpt,auth"])
        .args(args)
        .env("HELOISE_TEST_PASSWORD", PASSWORD)
        .env("HELOISE_TEST_WRONG", "not-the-password")
        .stdin(Stdio::null())
        .output()
        .expect("heloise runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    let all = format!("{}{errors}", String::from_utf8_lossy(&output.stdout));
    assert!(!all.contains(PASSWORD), "the password shows");
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("no report ({e}): {errors}"));
    Run { report, status: output.status.code() }
}

/// What one `heloise check` said.
struct Run {
    report: Value,
    status: Option<i32>,
}

impl Run {
    fn replies(&self) -> impl Iterator<Item = &Value> {
        self.report["replies"].as_array().into_iter().flatten()
    }

    fn has_reply(&self, code: u16, stage: &str) -> bool {
        self.replies().any(|r| r["code"] == code && r["stage"] == stage)
    }

    fn has_finding(&self, id: &str) -> bool {
        let steps = self.report["steps"].as_array().into_iter().flatten();
        steps.filter_map(|s| s["findings"].as_array()).flatten().any(|f| f["id"] == id)
    }

    /// The cause named first, and the exit status of a fault.
    fn finds(&self, cause: &str, kind: &str, certainty: &str) {
        let top = &self.report["diagnosis"][0];
        let named = (top["cause"].as_str(), top["kind"].as_str(), top["certainty"].as_str());
        assert_eq!(named, (Some(cause), Some(kind), Some(certainty)), "{self}");
        assert_eq!((&self.report["verdict"], self.status), (&Value::from("fault-found"), Some(1)), "{self}");
    }

    fn finds_nothing(&self) {
        assert_eq!(self.report["verdict"], "no-fault-found", "{self}");
        assert_eq!(self.status, Some(0), "{self}");
    }
}

/// What a failed test wants to know.
impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let steps: Vec<&Value> = self.report["path"].as_array().into_iter().flatten().map(|p| &p["step"]).collect();
        writeln!(f, "status {:?}, {}, path {steps:?}", self.status, self.report["verdict"])?;
        for reply in self.replies() {
            writeln!(f, "{} {} {}", reply["stage"], reply["code"], reply["text"])?;
        }
        write!(f, "{:#}", self.report["diagnosis"])
    }
}

/// Runs a test with the servers; the last of the tests that run at the same time takes them down.
fn with_postfix(test: impl FnOnce(&Postfix)) {
    static SHARED: Mutex<Weak<Postfix>> = Mutex::new(Weak::new());
    if let Some(why) = postfix::missing() {
        eprintln!("skipped: {why}");
        return;
    }
    let postfix = {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let fresh = Arc::new(Postfix::start());
            *shared = Arc::downgrade(&fresh);
            fresh
        })
    };
    let _log = LogOfFailure(&postfix);
    test(&postfix);
}

/// Shows what the servers logged where a test failed.
struct LogOfFailure<'a>(&'a Postfix);

impl Drop for LogOfFailure<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.0.log());
        }
    }
}

/// A name server that knows [`ZONES`] and nothing else: a practice world without mail hosts.
fn nameserver() -> SocketAddr {
    static SERVER: OnceLock<SocketAddr> = OnceLock::new();
    *SERVER.get_or_init(|| {
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(async move {
                let world: WorldFile = toml::from_str(ZONES).expect("the zones");
                let practice = Practice::start(&world).await.expect("the name server");
                let (_, at) =
                    practice.addresses().into_iter().find(|(w, _)| w.starts_with("DNS")).expect("its address");
                tell.send(at).expect("told");
                std::future::pending::<()>().await;
            });
        });
        told.recv().expect("the name server's address")
    })
}
