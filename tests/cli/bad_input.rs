//! Bad input: one clear line, a way out of it, the right exit status, and nothing on standard output.

use super::{err, heloise, out, run};

/// Runs it, and insists on the form of the failure; gives the line.
fn refused(args: &[&str], exit: i32) -> String {
    let output = run(args);
    let line = err(&output);
    assert_eq!(output.status.code(), Some(exit), "{args:?}: {line}");
    assert_eq!(out(&output), "", "{args:?}");
    assert_eq!(line.lines().count(), 1, "{args:?}: {line}");
    assert!(line.starts_with("heloise: "), "{args:?}: {line}");
    line
}

#[test]
fn bad_usage_is_64_and_says_what_to_type() {
    for (args, says) in [
        (&["chek"][..], "did you mean check?"),
        (&["check", "--froom", "a@example.org"], "did you mean --from?"),
        (&["check"], "--to"),
        (&["check", "--to"], "--to wants a value"),
        (&["check", "--to", ""], "bob@example.org"),
        (&["check", "--to", "bob"], "type an address such as bob@example.org"),
        (&["check", "--to", "bob@"], "type an address such as bob@example.org"),
        (&["check", "--to", "a@example.org\nRCPT TO:<b@example.org>"], "on one line"),
        (&["check", "--from", " "], "alice@example.org"),
        (&["check", "--to", "a@example.org", "--from", "alice"], "alice@example.org"),
        (&["check", "--to", "a@example.org", "--from", "a b@example.org"], "alice@example.org"),
        (&["check", "--to", "a@example.org", "--helo", "my server"], "without spaces"),
        (&["check", "--server", "h", "--port", "99999"], "1 to 65535"),
        (&["check", "--server", "h", "--port", "0"], "1 to 65535"),
        (&["check", "--server", "h", "--port", "smtp"], "1 to 65535"),
        (&["check", "--server", "h:70000"], "1 to 65535"),
        (&["check", "--server", "smtp://h"], "without"),
        (&["check", "--server", "bob@example.org"], "--to"),
        (&["check", "--server", "h:587", "--port", "465"], "once"),
        (&["check", "--to", "a@example.org", "--port", "25"], "--server"),
        (&["check", "--server", "h", "--security", "ssl"], "starttls or tls"),
        (&["check", "--server", "h", "--port", "465", "--security", "none"], "--security tls"),
        (&["check", "--server", "h:25", "--security", "tls"], "--security starttls"),
        (&["check", "--to", "a@example.org", "-4", "-6"], "leave one out"),
        (&["check", "--server", "192.0.2.1", "-6"], "leave one out"),
        (&["check", "--to", "a@example.org", "--source", "::1", "-4"], "leave one out"),
        (&["check", "--to", "a@example.org", "--source", "192.0.2.254"], "this machine has no address 192.0.2.254"),
        (&["check", "--to", "a@example.org", "--format", "xml"], "nagios"),
        (&["check", "--to", "a@example.org", "--steps", "dsn"], "dns"),
        (&["check", "--to", "a@example.org", "--steps", "14"], "escalate"),
        (&["check", "--to", "a@example.org", "--steps", "dns", "--all"], "leave one out"),
        (&["check", "--to", "a@example.org", "--consent", "everything"], "blocklists"),
        (&["check", "--to", "a@example.org", "--timeout", "0"], "seconds"),
        (&["check", "--to", "a@example.org", "--deadline", "soon"], "seconds"),
        (&["check", "--to", "a@example.org", "--resolver", "dns.example.org"], "192.0.2.53"),
        (&["check", "--to", "a@example.org", "--ip", "300.1.1.1"], "192.0.2.7"),
        (&["check", "--to", "a@example.org", "--auth", "PLAIN LOGIN"], "XOAUTH2"),
        (&["check", "--to", "a@example.org", "--error", ""], "--error-file"),
        (&["check", "--error", "550", "--error-file", "x"], "leave one out"),
        (&["check", "--to", "a@example.org", "--password-stdin"], "--user"),
        (&["check", "--user", "a", "--password-env", "HELOISE_TEST_NO_SUCH"], "HELOISE_TEST_NO_SUCH"),
        (&["check", "--user", "a", "--password-stdin", "--error-file", "-"], "once"),
        (&["check", "--to", "a@example.org", "surplus"], "one word too many"),
        (&["check", "--message", "-"], ".eml"),
        (&["explain"], "missing"),
        (&["explain", "999"], "200 to 599"),
        (&["explain", "dns.mx.nul"], "did you mean dns.mx.null?"),
        (&["practice", "no-such-usr"], "did you mean no-such-user?"),
        (&["practice", "--check"], "missing"),
        (&["practice", "--list", "--check"], "leave one out"),
        (&["practice", "--list", "--format", "html"], "text, json or jsonl"),
        (&["resume", "20260101-000000"], "heloise sessions"),
        (&["report", "../../etc/passwd"], "heloise sessions"),
        (&["completions", "tcsh"], "bash"),
        (&["guide", "--format", "dot"], "mermaid"),
        (&["--frm", "a@example.org"], "did you mean --from?"),
    ] {
        let line = refused(args, 64);
        assert!(line.contains(says), "{args:?}: {line:?} does not say {says:?}");
    }
}

#[test]
fn unreadable_input_is_65_and_names_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().join("empty.txt");
    let binary = folder.path().join("program");
    std::fs::write(&empty, " \n").expect("written");
    std::fs::write(&binary, b"\x7fELF\0\0\0\x01").expect("written");
    let (empty, binary) = (empty.to_str().expect("UTF-8"), binary.to_str().expect("UTF-8"));
    let here = folder.path().to_str().expect("UTF-8");
    for (args, says) in [
        (&["check", "--to", "a@example.org", "--message", "/no/such.eml"][..], "/no/such.eml"),
        (&["check", "--to", "a@example.org", "--message", here], "folder"),
        (&["check", "--to", "a@example.org", "--message", "/dev/null"], "no file"),
        (&["check", "--error-file", "/no/such.log"], "/no/such.log"),
        (&["check", "--error-file", empty], "empty"),
        (&["check", "--error-file", binary], "not text"),
        (&["check", "--to", "a@example.org", "--ca", "/no/such.pem"], "/no/such.pem"),
        (&["check", "--to", "a@example.org", "--ca", empty], "PEM"),
        (&["check", "--server", "h", "--user", "a", "--password-file", "/no/such"], "/no/such"),
        (&["check", "--server", "h", "--user", "a", "--password-file", "/dev/null"], "no password"),
        (&["read", "/no/such.eml"], "/no/such.eml"),
        (&["read", "550 5.1.1 no such user"], "type explain"),
        (&["read", here], "folder"),
        (&["read", binary], "not text"),
        (&["guide", "--guide-folder", "/no/such/folder"], "/no/such/folder"),
        (&["guide", "--lint", "/no/such/folder"], "/no/such/folder"),
    ] {
        let line = refused(args, 65);
        assert!(line.contains(says), "{args:?}: {line:?} does not say {says:?}");
    }
}

#[test]
fn a_guide_file_that_is_malformed_is_65_in_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(folder.path().join("guide")).expect("made");
    std::fs::write(folder.path().join("guide/causes.toml"), "[[cause]]\nid = 7\n").expect("written");
    let line = refused(&["guide", "--guide-folder", folder.path().to_str().expect("UTF-8")], 65);
    assert!(line.contains("guide/causes.toml"), "{line}");
}

#[test]
fn a_guide_file_that_nobody_would_read_is_65() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("UTF-8");
    let line = refused(&["guide", "--lint", path], 65);
    assert!(line.contains("holds no file of a guide"), "{line}");
    std::fs::write(folder.path().join("cause.toml"), "").expect("written");
    let line = refused(&["guide", "--lint", path], 65);
    assert!(line.contains("cause.toml is no file of a guide"), "{line}");
}

#[test]
fn a_guide_folder_may_be_laid_out_as_the_guide_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(folder.path().join("steps")).expect("made");
    std::fs::write(folder.path().join("steps/01-recipient.toml"), "x = 1\n").expect("written");
    let line = refused(&["guide", "--lint", folder.path().to_str().expect("UTF-8")], 65);
    assert!(line.contains("guide/steps/01-recipient.toml"), "{line}");
}

#[test]
fn an_answer_that_cannot_be_written_is_74() {
    let world = ["practice", "null-mx", "--check", "--out"];
    let line = refused(&[&world[..], &["/no/such/folder/report.txt"]].concat(), 74);
    assert!(line.contains("/no/such/folder/report.txt"), "{line}");
    if cfg!(target_os = "linux") {
        refused(&[&world[..], &["/dev/full"]].concat(), 74);
    }
}

#[test]
fn starttls_at_465_and_tls_at_587_are_mixed_up_so_often_that_they_are_tried() {
    for (port, security) in [("465", "starttls"), ("587", "tls")] {
        // Nobody is to be called: what matters is that it is taken.
        let output = heloise(&["check", "--server", &format!("127.0.0.1:{port}"), "--security", security])
            .args([
                "--consent",
                "http",
                "--resolver",
                "127.0.0.1:9",
                "--timeout",
                "1",
                "--steps",
                "settings",
                "--no-save",
            ])
            .output()
            .expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{}", err(&output));
    }
}

#[test]
fn an_odd_address_is_a_case_for_step_1_and_not_a_bad_usage() {
    let output =
        heloise(&["check", "--to", "bob@@x", "--resolver", "127.0.0.1:9", "--timeout", "1", "--steps", "recipient"])
            .output()
            .expect("it runs");
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
}

#[test]
fn what_is_typed_cannot_move_the_cursor_of_whoever_reads_the_line() {
    let line = refused(&["check", "--to", "a@example.org", "\u{1b}[2J\u{9b}31m"], 64);
    assert!(line.trim_end().chars().all(|c| !c.is_control()), "{line:?}");
}
