//! Settings out of files of the user's own: what they say is tried, and a password in them comes out nowhere.

use serde_json::Value;

use super::{err, heloise, out, run};

const PASSWORD: &str = "correct-horse-7";

/// The case of a check that asks nobody, with these options and this text in a file.
fn case(text: &str, more: &[&str]) -> (Value, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings");
    std::fs::write(&path, text).unwrap();
    let mut args = vec!["check", "--settings", path.to_str().unwrap()];
    args.extend([
        "--steps",
        "settings",
        "--consent",
        "none",
        "--no-save",
        "--format",
        "json",
        "--resolver",
        "127.0.0.1:9",
    ]);
    args.extend(["--timeout", "1"]);
    args.extend(more);
    let output = heloise(&args).output().expect("it runs");
    let said = out(&output) + &err(&output);
    let report: Value = serde_json::from_str(&out(&output)).unwrap_or_else(|e| panic!("{e}: {said}"));
    (report["case"].clone(), said)
}

#[test]
fn a_file_gives_server_security_login_and_sender_and_its_password_is_in_no_report() {
    let msmtprc = format!(
        "account default\nhost smtp.example.org\nport 587\ntls on\nuser alice\npassword {PASSWORD}\nfrom alice@example.net\n"
    );
    let (case, said) = case(&msmtprc, &[]);
    assert_eq!((&case["server"]["host"], &case["server"]["port"]), (&"smtp.example.org".into(), &587.into()));
    assert_eq!((&case["security"], &case["user"]), (&"starttls".into(), &"alice".into()));
    assert_eq!((&case["from"], &case["has_password"]), (&"alice@example.net".into(), &true.into()));
    assert!(!said.contains(PASSWORD), "{said}");
}

#[test]
fn a_file_may_hold_what_does_not_fit_together_and_options_go_before_it() {
    let (case, _) = case("SMTP_HOST=smtp.example.org\nSMTP_PORT=465\nSMTP_STARTTLS=true\n", &["--user", "bob"]);
    assert_eq!(
        (&case["server"]["port"], &case["security"]),
        (&465.into(), &"starttls".into()),
        "that is what has to be found out"
    );
    assert_eq!(case["user"], "bob");
}

#[test]
fn what_is_no_settings_file_and_a_password_on_the_command_line_are_refused_in_one_line() {
    for (args, code, words) in [
        (&["check", "--settings", "/no/such/file"][..], 65, "no such file"),
        (&["check", "--settings", "Cargo.toml"], 65, "No outgoing server"),
        (&["check", "--settings", "smtps://alice:correct-horse-7@mail.example.net"], 64, "--password-file"),
        (&["check", "--settings", "https://mail.example.net"], 64, "smtps://"),
    ] {
        let output = run(args);
        let line = err(&output);
        assert_eq!((output.status.code(), line.lines().count()), (Some(code), 1), "{args:?}: {line}");
        assert!(line.contains(words) && !line.contains(PASSWORD), "{line}");
    }
}

#[test]
fn a_provider_is_explained_by_its_domain() {
    let output = run(&["explain", "gmail.com"]);
    let said = out(&output);
    assert!(output.status.success() && said.contains("smtp.gmail.com") && said.contains("app password"), "{said}");
}
