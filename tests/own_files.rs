//! Promise: what is written in a user's own files counts, and a mistake in them is told with file, line and what is allowed; and as a
//! login shell or forced command heloise obeys what was asked for, as far as it is heloise's.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Exit status, standard output, standard error.
type Done = (i32, String, String);

fn run(command: &mut Command, home: &Path) -> Done {
    let out = command
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_STATE_HOME", home.join("state"))
        .stdin(Stdio::null())
        .output()
        .expect("heloise runs");
    let text = |octets: Vec<u8>| String::from_utf8(octets).expect("UTF-8");
    (out.status.code().expect("no signal"), text(out.stdout), text(out.stderr))
}

fn heloise(args: &[&str], home: &Path) -> Done {
    run(Command::new(env!("CARGO_BIN_EXE_heloise")).args(args), home)
}

#[test]
fn settings_are_written_once_and_read_from_where_they_were_written() {
    let home = tempfile::tempdir().expect("a home");
    let (status, out, _) = heloise(&["settings"], home.path());
    assert!(status == 0 && out.contains("no settings yet"), "{out}");
    let (status, out, _) = heloise(&["settings", "--write"], home.path());
    let path = home.path().join("config/heloise/settings.toml");
    assert!(status == 0 && out.contains(&path.display().to_string()), "{out}");
    assert_eq!(fs::read_to_string(&path).expect("it is there"), heloise(&["settings", "--default"], home.path()).1);
    let (status, _, why) = heloise(&["settings", "--write"], home.path());
    assert!(status == 64 && why.contains("there already"), "{why}");
    fs::write(&path, "mode = \"guided\"\ntheem = \"dark\"\n").expect("it is written");
    let (status, _, why) = heloise(&["check", "--to", "bob@example.org"], home.path());
    assert!(status == 65 && why.contains("settings.toml, line 2: ") && why.contains("`theme`"), "{why}");
}

#[test]
fn settings_of_heloise_and_mail_settings_are_two_things() {
    let home = tempfile::tempdir().expect("a home");
    let (own, mail) = (home.path().join("own.toml"), home.path().join("main.cf"));
    fs::write(&own, "consent = [\"none\"]\n").expect("it is written");
    fs::write(&mail, "relayhost = [127.0.0.1]:9\n").expect("it is written");
    let text = |path: &Path| path.display().to_string();
    let args = ["check", "--settings", &text(&mail), "--config", &text(&own), "--consent", "none", "--steps", "2"];
    let (status, _, why) = heloise(&[&args[..], &["--no-save"]].concat(), home.path());
    assert!(status <= 2 && why.is_empty(), "{status} {why}");
    let (status, _, why) = heloise(&["check", "--to", "bob@example.org", "--config", &text(&mail)], home.path());
    assert!(status == 65 && why.contains("main.cf, line 1: "), "{why}");
}

#[test]
fn a_mistake_in_a_checklist_is_told_before_anything_is_asked() {
    let home = tempfile::tempdir().expect("a home");
    let file = home.path().join("relay.toml");
    fs::write(&file, "title = \"x\"\n[[step]]\nid = \"smtp\"\n").expect("it is written");
    for command in ["start", "check"] {
        let (status, _, why) = heloise(&[command, "--checklist", file.to_str().expect("UTF-8")], home.path());
        assert!(status == 65 && why.contains("relay.toml, line 3: ") && why.contains("blocklists"), "{why}");
    }
}

#[test]
fn a_checklist_is_worked_through_in_its_own_order() {
    let home = tempfile::tempdir().expect("a home");
    let file = home.path().join("own.toml");
    let text = "[answers]\nto = [\"bob@example.org\"]\n\n[[step]]\nid = \"escalate\"\n[[step]]\nid = \"content\"\n";
    fs::write(&file, text).expect("it is written");
    let (_, out, why) =
        heloise(&["check", "--checklist", file.to_str().expect("UTF-8"), "--format", "json", "--no-save"], home.path());
    let report: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{why}"));
    let path: Vec<_> = report["path"].as_array().expect("a path").iter().filter_map(|s| s["step"].as_str()).collect();
    assert_eq!(path, ["escalate", "content"]);
}

#[test]
fn what_an_ssh_client_asks_for_is_obeyed_and_nothing_else() {
    let home = tempfile::tempdir().expect("a home");
    let asked =
        |what: &str| run(Command::new(env!("CARGO_BIN_EXE_heloise")).env("SSH_ORIGINAL_COMMAND", what), home.path());
    let (status, out, _) = asked("heloise explain '550 5.1.1'");
    assert!(status == 0 && out.contains("5.1.1"), "{out}");
    for no in ["sh", "/bin/sh -i", "scp -t /", "internal-sftp", "explain 550; sh", "explain '550"] {
        let (status, out, why) = asked(no);
        assert!(status == 64 && out.is_empty() && why.lines().count() == 1, "{no}: {status} {out}{why}");
    }
    for no in [
        "check --to bob@example.org --out .ssh/authorized_keys",
        "read /etc/passwd",
        "check --error-file /etc/passwd",
        "check --to bob@example.org --message /etc/passwd",
        "check --server mail.example.org --user alice --password-env HOME",
        "--guide-folder / explain 550",
        "--config /etc/passwd explain 550",
        "check --settings /etc/postfix/main.cf",
        "settings --write",
    ] {
        let (status, _, why) = asked(no);
        assert!(status == 64 && why.contains("not allowed here"), "{no}: {status} {why}");
    }
    assert!(!home.path().join(".ssh").exists() && !home.path().join("config").exists());
}

#[test]
fn as_a_login_shell_it_carries_out_one_command_or_none() {
    let home = tempfile::tempdir().expect("a home");
    let (status, out, _) = heloise(&["-c", "explain 550"], home.path());
    assert!(status == 0 && out.contains("550"), "{out}");
    let (status, _, why) = heloise(&["-c", "ls -l"], home.path());
    assert!(status == 64 && !why.is_empty());
}

#[test]
fn a_command_line_that_names_its_command_is_not_changed_from_outside() {
    let home = tempfile::tempdir().expect("a home");
    let mut command = Command::new(env!("CARGO_BIN_EXE_heloise"));
    let (status, out, _) = run(command.args(["explain", "421"]).env("SSH_ORIGINAL_COMMAND", "guide"), home.path());
    assert!(status == 0 && out.contains("421") && !out.contains("Recipient"), "{out}");
}
