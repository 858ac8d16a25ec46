//! Promise: what an aiosmtpd says is named as what it is: the server behind many a program of its own, and behind test set-ups.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::postfix::{PASSWORD, certificate, free_ports};
use super::{Run, at, check};

/// The system's own Python: that is where the package is.
const PYTHON: &str = "/usr/bin/python3";

/// One server a manner. It ends with its standard input, however the test ends.
const SCRIPT: &str = r#"
import asyncio, os, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
folder, *ports = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder + "/cert.pem", folder + "/key.pem")
alice = LoginPassword(b"alice@example.test", os.environb[b"PASSWORD"])
class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if not address.endswith("@example.test") and not session.authenticated:
            return "554 5.7.1 <%s>: Relay access denied" % address
        if not address.startswith("alice@") and not session.authenticated:
            return "550 5.1.1 <%s>: User unknown" % address
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"
def login(server, session, envelope, mechanism, data):
    return AuthResult(success=data == alice, handled=data == alice)
class Slow(SMTP):
    async def push(self, status):
        text = status if isinstance(status, str) else status.decode()
        if text[:1] in "45":
            await asyncio.sleep(2)
        await super().push(status)
class NoEhlo(SMTP):
    async def smtp_EHLO(self, hostname):
        await self.push("502 5.5.1 EHLO not implemented")
    async def smtp_HELO(self, hostname):
        await self.push("502 5.5.1 HELO not implemented")
class HangsUp(SMTP):
    async def smtp_STARTTLS(self, argument):
        self.transport.abort()
tls = dict(tls_context=context, hostname="mail.example.test")
auth = dict(authenticator=login, auth_required=True, **tls)
manners = [
    lambda: SMTP(Handler(), **tls), lambda: SMTP(Handler(), **auth), lambda: SMTP(Handler(), require_starttls=True, **tls),
    lambda: SMTP(Handler(), data_size_limit=1000, **tls), lambda: Slow(Handler(), **tls), lambda: NoEhlo(Handler()),
    lambda: HangsUp(Handler(), **auth),
]
async def main():
    loop = asyncio.get_running_loop()
    for port, manner in zip(ports, manners, strict=True):
        await loop.create_server(manner, "127.0.0.1", int(port))
    print("up", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
asyncio.run(main())
"#;

struct Aiosmtpd {
    mx: u16,
    login: u16,
    protected: u16,
    small: u16,
    slow: u16,
    no_hello: u16,
    hangs_up: u16,
    folder: tempfile::TempDir,
    child: Child,
}

impl Drop for Aiosmtpd {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

impl Aiosmtpd {
    fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("heloise-aiosmtpd").tempdir().expect("a folder");
        certificate(folder.path());
        let ports: [u16; 7] = free_ports();
        let mut child = Command::new(PYTHON)
            .args(["-c", SCRIPT])
            .arg(folder.path())
            .args(ports.map(|p| p.to_string()))
            .env("PASSWORD", PASSWORD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python runs");
        let said = BufReader::new(child.stdout.take().expect("its words"));
        assert!(said.lines().map_while(Result::ok).any(|line| line == "up"), "aiosmtpd starts");
        let [mx, login, protected, small, slow, no_hello, hangs_up] = ports;
        Self { mx, login, protected, small, slow, no_hello, hangs_up, folder, child }
    }

    fn login(&self, port: u16, password: &str, more: &[&str]) -> Run {
        let ca = self.folder.path().join("ca.pem").display().to_string();
        let login = ["--user", "alice@example.test", "--password-env", password, "--from", "alice@example.test"];
        check(&[&["--server", &at(port), "--ca", &ca][..], &login, more].concat())
    }
}

/// Why it cannot be run here, if it cannot.
fn missing() -> Option<String> {
    if !Path::new(PYTHON).exists() {
        return Some(format!("{PYTHON} is not installed"));
    }
    let known = Command::new(PYTHON).args(["-c", "import aiosmtpd"]).stderr(Stdio::null()).status();
    (!known.is_ok_and(|s| s.success())).then(|| "python3-aiosmtpd is not installed".to_owned())
}

/// Runs a test with the servers; the last of the tests that run at the same time takes them down.
fn with_aiosmtpd(test: impl FnOnce(&Aiosmtpd)) {
    static SHARED: Mutex<Weak<Aiosmtpd>> = Mutex::new(Weak::new());
    if let Some(why) = missing() {
        eprintln!("skipped: {why}");
        return;
    }
    let server = {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let fresh = Arc::new(Aiosmtpd::start());
            *shared = Arc::downgrade(&fresh);
            fresh
        })
    };
    test(&server);
}

fn rcpt(port: u16, to: &str, more: &[&str]) -> Run {
    check(&[&["--server", &at(port), "--to", to, "--from", "bob@example.test"][..], more].concat())
}

#[test]
fn recipients_that_it_knows_and_does_not_know_are_told_apart() {
    with_aiosmtpd(|a| {
        rcpt(a.mx, "alice@example.test", &[]).finds_nothing();
        rcpt(a.mx, "nobody@example.test", &[]).finds("address", "no-such-user", "likely");
        rcpt(a.mx, "carol@elsewhere.test", &[]).finds("server-config", "relay-denied", "confirmed");
        // It waits two seconds before each refusal; that is no fault of the line.
        rcpt(a.slow, "nobody@example.test", &[]).finds("address", "no-such-user", "likely");
    });
}

#[test]
fn a_login_that_is_right_wrong_or_missing_is_named() {
    with_aiosmtpd(|a| {
        a.login(a.login, "HELOISE_TEST_PASSWORD", &[]).finds_nothing();
        let run = a.login(a.login, "HELOISE_TEST_WRONG", &[]);
        assert!(run.has_reply(535, "auth"), "{run}");
        run.finds("authentication", "bad-credentials", "confirmed");
        let run = rcpt(a.login, "carol@elsewhere.test", &[]);
        assert!(run.has_reply(530, "mail"), "{run}");
        run.finds("authentication", "auth-required", "confirmed");
        a.login(a.login, "HELOISE_TEST_PASSWORD", &["--security", "none"]).finds(
            "authentication",
            "auth-needs-tls",
            "confirmed",
        );
    });
}

#[test]
fn what_it_wants_first_or_cannot_do_is_named() {
    with_aiosmtpd(|a| {
        let run = rcpt(a.protected, "alice@example.test", &["--security", "none"]);
        assert!(run.has_reply(530, "mail"), "{run}");
        run.finds("server-config", "tls-required", "confirmed");
        rcpt(a.no_hello, "alice@example.test", &[]).finds("server-config", "command-not-implemented", "likely");
        // It offers STARTTLS, and resets the connection when it is taken up.
        a.login(a.hangs_up, "HELOISE_TEST_PASSWORD", &[]).finds("server-config", "tls-handshake", "confirmed");
    });
}

#[test]
fn a_message_that_is_larger_than_it_takes_is_named_before_it_is_sent() {
    with_aiosmtpd(|a| {
        let message = a.folder.path().join("large.eml");
        std::fs::write(&message, format!("Subject: large\r\n\r\n{}", "0123456789\r\n".repeat(1000))).expect("written");
        let run = rcpt(a.small, "alice@example.test", &["--message", message.to_str().expect("UTF-8")]);
        assert!(run.has_reply(552, "mail"), "{run}");
        run.finds("content", "message-too-big", "confirmed");
    });
}
