//! Promise: a password shows nowhere: not on standard output or error, not in a report of any form, not in a saved session; neither as
//! it is nor in base64, wherever it begins.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heloise::net::Dialogue;

const CANARY: &str = "Kanarienvogel-7731";
const FORMATS: [&str; 7] = ["text", "json", "jsonl", "markdown", "html", "nagios", "prometheus"];

/// A guide folder whose one world has the canary for a password, and refuses it.
fn world() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let known = include_str!("../assets/practice/bad-credentials.toml");
    let mut world = String::new();
    for line in known.lines() {
        let line = if line.starts_with("password = ") { format!("password = \"{CANARY}\"") } else { line.to_owned() };
        world.push_str(&line);
        world.push('\n');
    }
    assert!(world.contains(CANARY), "the world has a password of its own");
    fs::create_dir(folder.path().join("practice")).expect("a folder");
    fs::write(folder.path().join("practice/canary.toml"), world).expect("the world");
    folder
}

fn heloise(args: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_heloise"))
        .args(args)
        .args(["--guide-folder", &folder.display().to_string()])
        .args(["--state-dir", &folder.join("state").display().to_string()])
        .env("HELOISE_CANARY", CANARY)
        .stdin(Stdio::null())
        .output()
        .expect("heloise runs")
}

/// What must not show: the secret, and the middle of its base64 at each of the three places where it can begin.
fn tells() -> Vec<String> {
    let mut tells = vec![CANARY.to_lowercase()];
    for before in ["", "x", "xx"] {
        let whole = STANDARD.encode(format!("{before}{CANARY}"));
        // The first and last characters also hold bits of what stands beside it.
        tells.push(whole[4..whole.len() - 4].to_lowercase());
    }
    tells
}

fn silent(what: &str, octets: &[u8]) {
    let text = String::from_utf8_lossy(octets).to_lowercase();
    for tell in tells() {
        assert!(!text.contains(&tell), "{what}: {tell} shows in\n{text}");
    }
}

fn both(what: &str, output: &Output) {
    silent(what, &output.stdout);
    silent(what, &output.stderr);
}

#[test]
fn the_search_would_find_it() {
    for octets in [CANARY.to_owned(), STANDARD.encode(CANARY), STANDARD.encode(format!("\0alice\0{CANARY}"))] {
        let found = tells().iter().any(|tell| octets.to_lowercase().contains(tell));
        assert!(found, "{octets}");
    }
}

#[test]
fn a_refused_login_shows_in_every_form_without_its_password() {
    let folder = world();
    for format in FORMATS {
        let output = heloise(&["practice", "canary", "--check", "--format", format], folder.path());
        both(format, &output);
        assert!(!output.stdout.is_empty(), "{format}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let output = heloise(&["practice", "canary", "--check", "--format", "json"], folder.path());
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(report["diagnosis"][0]["kind"], "bad-credentials", "the password was really tried");
}

/// What goes over the wire is held against what is recorded in `tests/smtp_wire`; this is what comes out at the other end.
#[test]
fn no_mechanism_lets_it_show() {
    let folder = world();
    let known = fs::read_to_string(folder.path().join("practice/canary.toml")).expect("the world");
    for mechanism in Dialogue::MECHANISMS {
        let case = format!("auth = \"{mechanism}\"\nuser = \"alice@example.net\"");
        let host = format!(
            "\n[[host]]\nname = \"mail.example.net\"\naddresses = [\"198.51.100.25\"]\nports = {{ 587 = \"starttls\" }}\n\
            ehlo_tls = [\"AUTH {}\"]\nusers = [{{ name = \"alice@example.net\", password = \"practice\" }}]\n",
            Dialogue::MECHANISMS.join(" ")
        );
        let text = known.replace("user = \"alice@example.net\"", &case) + &host;
        fs::write(folder.path().join("practice/canary.toml"), text).expect("the world");
        for format in ["text", "jsonl"] {
            // That step alone: the ways to connect are no matter here.
            let args = ["practice", "canary", "--check", "--steps", "authentication", "--format", format];
            let output = heloise(&args, folder.path());
            both(mechanism, &output);
            let told = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(told.contains("535"), "{mechanism}: it was really tried: {told}");
        }
        for file in fs::read_dir(folder.path().join("state")).into_iter().flatten().flatten() {
            if file.path().is_file() {
                silent(mechanism, &fs::read(file.path()).expect("its text"));
            }
        }
    }
}

#[test]
fn nothing_that_is_saved_holds_it() {
    let folder = world();
    let out = folder.path().join("report.html");
    // Nothing listens there: what is given is held, saved beside, and never used.
    let server =
        ["--server", "127.0.0.1:9", "--security", "tls", "--user", "alice@example.test", "--resolver", "127.0.0.1:9"];
    let password = ["--password-env", "HELOISE_CANARY", "--timeout", "1", "--format", "html"];
    let to = out.display().to_string();
    let output = heloise(&[&["check"][..], &server, &password, &["--out", &to]].concat(), folder.path());
    both("check", &output);
    silent("--out", &fs::read(&out).expect("the report"));
    let mut files = 0;
    for file in fs::read_dir(folder.path().join("state")).expect("the sessions").flatten() {
        if file.path().is_file() {
            silent("a session", &fs::read(file.path()).expect("its text"));
            files += 1;
        }
    }
    assert!(files > 0, "a session was saved");
    both("sessions", &heloise(&["sessions"], folder.path()));
}

#[test]
fn a_pasted_login_is_not_kept() {
    let folder = world();
    let payload = STANDARD.encode(format!("\0alice@example.test\0{CANARY}"));
    let error = format!("AUTH PLAIN {payload}\n535 5.7.8 Error: authentication failed");
    let args = ["check", "--error", &error, "--resolver", "127.0.0.1:9", "--timeout", "1", "--format", "json"];
    let output = heloise(&args, folder.path());
    both("a pasted login", &output);
    for file in fs::read_dir(folder.path().join("state")).expect("the sessions").flatten() {
        if file.path().is_file() {
            silent("a session", &fs::read(file.path()).expect("its text"));
        }
    }
}
