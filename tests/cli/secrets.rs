//! No password can be given on the command line, and none comes back out of it.

use super::{err, heloise, out, run};

const PASSWORD: &str = "correct-horse-7";

#[test]
fn no_option_takes_the_password_itself() {
    for args in [
        &["check", "--user", "a", "--password", PASSWORD][..],
        &["check", "--user", "a", "--password=correct-horse-7"],
        &["check", "--user", "a", "--password-stdin=correct-horse-7"],
        &["check", "--user", "a", "-pcorrect-horse-7"],
        &["check", "--pass", PASSWORD],
    ] {
        let output = run(args);
        let line = err(&output);
        assert_eq!(output.status.code(), Some(64), "{args:?}");
        assert!(!line.contains(PASSWORD) && !out(&output).contains(PASSWORD), "{args:?}: {line}");
        assert_eq!(line.lines().count(), 1, "{line}");
    }
    assert!(err(&run(&["check", "--password", PASSWORD])).contains("--password-file"));
}

#[test]
fn a_login_in_a_pasted_error_is_in_no_report() {
    let payload = "AGFsaWNlAGNvcnJlY3QtaG9yc2UtNw==";
    let error = format!("> AUTH PLAIN {payload}\n< 535 5.7.8 authentication failed");
    for format in ["text", "json", "jsonl", "markdown", "html"] {
        let args = ["check", "--error", &error, "--steps", "error-message", "--no-save", "--format", format];
        let output = heloise(&args).output().expect("it runs");
        let said = out(&output) + &err(&output);
        assert!(!said.contains(payload), "{format}: {said}");
        assert!(!said.is_empty());
    }
}

#[test]
fn a_login_at_risk_is_asked_for_by_name_and_warned_of() {
    let line = err(&run(&["check", "--server", "127.0.0.1:9", "--insecure-login"]));
    assert!(line.contains("--user"), "{line}");
    let args =
        ["check", "--server", "127.0.0.1:9", "--user", "a@example.org", "--resolver", "127.0.0.1:9", "--timeout", "1"];
    let more = ["--steps", "authentication", "--no-save", "--insecure-login"];
    let warned = err(&heloise(&[&args[..], &more].concat()).output().expect("it runs"));
    assert!(warned.contains("--insecure-login: the password may go where anybody"), "{warned}");
    let calm = err(&heloise(&[&args[..], &more[..3]].concat()).output().expect("it runs"));
    assert!(!calm.contains("insecure"), "{calm}");
}
