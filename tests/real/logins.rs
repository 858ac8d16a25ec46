//! Promise: a login is made by any mechanism that both sides know, once, and its refusal is told from what it is not.

use super::postfix::{Postfix, missing_ntlm};
use super::{Run, at, check, login, with_postfix};

#[test]
fn every_mechanism_logs_in_with_the_right_password() {
    with_postfix(|postfix| {
        for mechanism in ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"] {
            let run = login_by(postfix, mechanism, "alice@example.test", "HELOISE_TEST_PASSWORD");
            assert!(run.has_reply(235, "auth"), "{mechanism}: {run}");
            run.finds_nothing();
            assert!(run.has_finding("authentication.sender.ok"), "{mechanism}: {run}");
            assert!(!run.has_finding("authentication.login.unproved"), "{mechanism}: {run}");
        }
    });
}

#[test]
fn a_wrong_password_is_refused_by_scram_too() {
    with_postfix(|postfix| {
        for mechanism in ["SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5"] {
            let run = login_by(postfix, mechanism, "alice@example.test", "HELOISE_TEST_WRONG");
            assert!(run.has_reply(535, "auth"), "{mechanism}: {run}");
            run.finds("authentication", "bad-credentials", "likely");
        }
    });
}

#[test]
fn ntlm_logs_in_with_the_right_password_and_no_other() {
    if let Some(why) = missing_ntlm() {
        eprintln!("skipped: {why}");
        return;
    }
    with_postfix(|postfix| {
        // Nothing else is offered there. It is not Dovecot's: that has NTLM only by way of Samba's winbind.
        let server = at(postfix.ports.ntlm);
        let run = login(postfix, &server, "starttls", "alice@example.test", "HELOISE_TEST_PASSWORD");
        assert!(run.has_reply(235, "auth") && run.has_finding("authentication.sender.ok"), "{run}");
        assert!(run.has_finding("authentication.legacy-only"), "{run}");
        let run = login(postfix, &server, "starttls", "alice@example.test", "HELOISE_TEST_WRONG");
        assert!(run.has_reply(535, "auth"), "{run}");
        run.finds("authentication", "bad-credentials", "likely");
    });
}

#[test]
fn a_password_that_is_stored_hashed_works_and_scram_cannot_use_it() {
    with_postfix(|postfix| {
        let server = at(postfix.ports.submission);
        login(postfix, &server, "starttls", "carol@example.test", "HELOISE_TEST_PASSWORD").finds_nothing();
        let run = login_by(postfix, "SCRAM-SHA-256", "carol@example.test", "HELOISE_TEST_PASSWORD");
        assert!(run.has_reply(535, "auth"), "{run}");
        assert!(run.has_finding("authentication.login.stored-otherwise"), "{run}");
    });
}

#[test]
fn a_sender_that_is_not_the_logins_own_is_told_by_the_one_that_is() {
    with_postfix(|postfix| {
        let (server, ca) = (at(postfix.ports.owners), postfix.ca.display().to_string());
        for from in ["alice@example.test", "shop@example.test"] {
            let run = check(&[
                "--server",
                &server,
                "--security",
                "starttls",
                "--ca",
                &ca,
                "--user",
                "alice@example.test",
                "--password-env",
                "HELOISE_TEST_PASSWORD",
                "--from",
                from,
                "--to",
                "alice@example.test",
            ]);
            assert!(run.has_reply(235, "auth"), "{run}");
            if from.starts_with("alice") {
                run.finds_nothing();
            } else {
                assert!(run.has_reply(553, "rcpt") && run.has_finding("authentication.sender.not-yours"), "{run}");
                run.finds("authentication", "sender-not-allowed", "confirmed");
            }
        }
    });
}

#[test]
fn the_port_with_the_login_is_named_where_this_one_has_none() {
    with_postfix(|postfix| {
        // Only the numbers 587 and 465 are looked at, and here they are taken by nobody: the login is missing, and that is all.
        let run = login(postfix, &at(postfix.ports.mx), "starttls", "alice@example.test", "HELOISE_TEST_PASSWORD");
        assert!(run.has_finding("authentication.not-offered"), "{run}");
        assert!(run.replies().all(|reply| reply["stage"] != "auth"), "{run}");
    });
}

#[test]
fn a_login_without_verified_tls_is_made_only_at_the_users_own_risk() {
    with_postfix(|postfix| {
        let server = at(postfix.ports.submissions);
        let args = ["--server", &server, "--security", "tls", "--user", "alice@example.test"];
        let password = ["--password-env", "HELOISE_TEST_PASSWORD", "--steps", "authentication"];
        let careful = check(&[&args[..], &password].concat());
        assert!(careful.replies().all(|reply| reply["stage"] != "auth"), "{careful}");
        let lab = check(&[&args[..], &password, &["--insecure-login"]].concat());
        assert!(lab.has_reply(235, "auth") && lab.has_finding("authentication.at-risk"), "{lab}");
    });
}

fn login_by(postfix: &Postfix, mechanism: &str, user: &str, password: &str) -> Run {
    let (server, ca) = (at(postfix.ports.submission), postfix.ca.display().to_string());
    check(
        &[
            &["--server", &server, "--security", "starttls", "--ca", &ca, "--auth", mechanism][..],
            &["--user", user, "--password-env", password, "--from", user],
        ]
        .concat(),
    )
}
