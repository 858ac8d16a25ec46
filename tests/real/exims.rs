//! Promise: what an Exim says in its own words, and how it fails in its own ways, is named as what it is.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::exim::{self, ALICE, Exim, Manner};
use super::postfix::free_ports;
use super::{Run, at, check};

/// The ports of the Exims, each with its own manners.
struct Ports {
    usual: u16,
    login: u16,
    login_ill: u16,
    greylists: u16,
    names: u16,
    verifies: u16,
    crowded: u16,
    small: u16,
    full: u16,
    old_tls: u16,
    keyless: u16,
}

struct Exims {
    ports: Ports,
    exim: Exim,
}

impl Exims {
    fn start() -> Self {
        let p: [u16; 11] = free_ports();
        let usual = Manner { login: None, ..Manner::default() };
        let login = Manner { login: Some(ALICE), ..usual };
        let manners = [
            (usual, &p[0..1]),
            (login, &p[1..2]),
            // Its list of users is gone.
            (Manner { login: Some("${lookup{$auth2}lsearch{/nonexistent}}"), ..usual }, &p[2..3]),
            (Manner { rcpt: " defer message = greylisted, please try again in a few minutes", ..usual }, &p[3..4]),
            (
                Manner {
                    helo: " deny message = HELO/EHLO rejected: $sender_helo_name is no full name\n  \
                           condition = ${if !match{$sender_helo_name}{\\N\\.\\N}}",
                    ..usual
                },
                &p[4..5],
            ),
            (Manner { rcpt: " require verify = sender", ..usual }, &p[5..6]),
            (Manner { main: "smtp_accept_max_per_host = 1\nsmtp_accept_max = 10", ..usual }, &p[6..7]),
            (Manner { main: "message_size_limit = 1K", ..usual }, &p[7..8]),
            (Manner { main: "check_spool_space = 999999999M", ..usual }, &p[8..9]),
            (Manner { main: "tls_require_ciphers = NORMAL:-VERS-ALL:+VERS-TLS1.0:%COMPAT", ..login }, &p[9..10]),
            (Manner { cert: Some("nonexistent.pem"), ..login }, &p[10..11]),
        ];
        let exim = Exim::start("127.0.0.1", "127.0.0.1", &manners);
        let [usual, login, login_ill, greylists, names, verifies, crowded, small, full, old_tls, keyless] = p;
        let ports =
            Ports { usual, login, login_ill, greylists, names, verifies, crowded, small, full, old_tls, keyless };
        Self { ports, exim }
    }

    fn login(&self, port: u16, password: &str) -> Run {
        let ca = self.exim.ca.display().to_string();
        let login = ["--user", "alice@example.test", "--password-env", password, "--from", "alice@example.test"];
        check(&[&["--server", &at(port), "--security", "starttls", "--ca", &ca][..], &login].concat())
    }
}

/// RCPT there, from an address that it can verify.
fn rcpt(port: u16, to: &str, more: &[&str]) -> Run {
    check(&[&["--server", &at(port), "--to", to, "--from", "bob@example.test"][..], more].concat())
}

/// Runs a test with the servers; the last of the tests that run at the same time takes them down.
fn with_exims(test: impl FnOnce(&Exims)) {
    static SHARED: Mutex<Weak<Exims>> = Mutex::new(Weak::new());
    if let Some(why) = exim::missing() {
        eprintln!("skipped: {why}");
        return;
    }
    let exims = {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let fresh = Arc::new(Exims::start());
            *shared = Arc::downgrade(&fresh);
            fresh
        })
    };
    test(&exims);
}

#[test]
fn a_known_recipient_is_healthy() {
    with_exims(|e| {
        let run = rcpt(e.ports.usual, "alice@example.test", &[]);
        assert!(run.has_reply(250, "rcpt"), "{run}\n{}", e.exim.log());
        run.finds_nothing();
    });
}

#[test]
fn an_unknown_user_and_a_strangers_domain_are_told_apart() {
    with_exims(|e| {
        rcpt(e.ports.usual, "nobody@example.test", &[]).finds("address", "no-such-user", "likely");
        rcpt(e.ports.usual, "carol@elsewhere.test", &[]).finds("server-config", "relay-denied", "confirmed");
    });
}

#[test]
fn a_sender_that_it_cannot_verify_is_not_taken_for_an_unknown_recipient() {
    with_exims(|e| {
        let server = at(e.ports.verifies);
        let run = check(&["--server", &server, "--to", "alice@example.test", "--from", "bob@nowhere.test"]);
        assert!(run.has_reply(550, "rcpt"), "{run}");
        let top = &run.report["diagnosis"][0];
        assert_eq!((&top["cause"], &top["kind"]), (&"dns".into(), &"sender-domain-broken".into()), "{run}");
    });
}

#[test]
fn greylisting_and_a_name_that_it_refuses_are_named() {
    with_exims(|e| {
        rcpt(e.ports.greylists, "alice@example.test", &[]).finds("spam-filter", "greylisting", "confirmed");
        let run = rcpt(e.ports.names, "alice@example.test", &["--helo", "localhost"]);
        run.finds("server-config", "helo-rejected", "confirmed");
        rcpt(e.ports.names, "alice@example.test", &[]).finds_nothing();
    });
}

#[test]
fn a_place_that_is_taken_is_a_limit_on_connections() {
    with_exims(|e| {
        let held = TcpStream::connect(at(e.ports.crowded)).expect("a connection");
        let mut greeting = String::new();
        BufReader::new(&held).read_line(&mut greeting).expect("a greeting");
        let run = rcpt(e.ports.crowded, "alice@example.test", &[]);
        assert!(run.has_reply(421, "greeting"), "{run}");
        run.finds("overload", "connection-limit", "confirmed");
    });
}

#[test]
fn a_message_that_is_too_large_or_finds_no_room_is_refused_before_it_is_sent() {
    with_exims(|e| {
        let folder = tempfile::tempdir().expect("a folder");
        let message = folder.path().join("large.eml");
        let head = "From: bob@example.test\r\nTo: alice@example.test\r\nDate: Thu, 26 Nov 2026 05:00:00 +0000\r\n\
                    Message-ID: <1@example.test>\r\nSubject: large\r\n\r\n";
        std::fs::write(&message, format!("{head}{}", "0123456789\r\n".repeat(1000))).expect("written");
        let given = ["--message", message.to_str().expect("UTF-8")];
        let run = rcpt(e.ports.small, "alice@example.test", &given);
        assert!(run.has_reply(552, "mail"), "{run}");
        run.finds("content", "message-too-big", "confirmed");
        let run = rcpt(e.ports.full, "alice@example.test", &given);
        assert!(run.has_reply(452, "mail"), "{run}");
        let top = &run.report["diagnosis"][0];
        assert_eq!((&top["cause"], &top["kind"]), (&"overload".into(), &"disk-full".into()), "{run}");
        rcpt(e.ports.usual, "alice@example.test", &given).finds_nothing();
    });
}

#[test]
fn logins_that_work_fail_or_cannot_be_judged_are_told_apart() {
    with_exims(|e| {
        e.login(e.ports.login, "HELOISE_TEST_PASSWORD").finds_nothing();
        let run = e.login(e.ports.login, "HELOISE_TEST_WRONG");
        assert!(run.has_reply(535, "auth"), "{run}");
        run.finds("authentication", "bad-credentials", "confirmed");
        let run = e.login(e.ports.login_ill, "HELOISE_TEST_PASSWORD");
        assert!(run.has_reply(435, "auth"), "{run}\n{}", e.exim.log());
        run.finds("authentication", "auth-server-broken", "confirmed");
        let run = e.login(e.ports.usual, "HELOISE_TEST_PASSWORD");
        run.finds("authentication", "auth-disabled", "likely");
    });
}

#[test]
fn tls_of_long_ago_and_tls_without_a_certificate_are_the_servers_to_mend() {
    with_exims(|e| {
        let run = e.login(e.ports.old_tls, "HELOISE_TEST_PASSWORD");
        assert!(run.has_finding("settings.tls.too-old"), "{run}");
        run.finds("server-config", "tls-handshake", "confirmed");
        let run = e.login(e.ports.keyless, "HELOISE_TEST_PASSWORD");
        assert!(run.has_reply(454, "starttls"), "{run}");
        run.finds("server-config", "tls-handshake", "confirmed");
    });
}
