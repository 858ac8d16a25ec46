//! The settings step against a real Postfix: the words of each fault of TLS, and nothing where nothing is wrong.

use super::postfix::Postfix;
use super::{Run, at, check, with_postfix};

fn settings(postfix: &Postfix, port: u16, security: &str) -> Run {
    let ca = postfix.ca.display().to_string();
    check(&["--server", &at(port), "--security", security, "--ca", &ca, "--steps", "settings"])
}

#[test]
fn good_settings_are_told_with_version_and_certificate() {
    with_postfix(|postfix| {
        for (port, security) in [(postfix.ports.submission, "starttls"), (postfix.ports.submissions, "tls")] {
            let run = settings(postfix, port, security);
            assert!(run.has_finding("settings.tls.told") && run.has_finding("settings.certificate.ok"), "{run}");
            run.finds_nothing();
        }
    });
}

#[test]
fn starttls_on_a_port_of_tls_and_the_reverse_are_told_apart() {
    with_postfix(|postfix| {
        let run = settings(postfix, postfix.ports.submissions, "starttls");
        assert!(run.has_finding("settings.speaks-tls-first"), "{run}");
        run.finds("server-config", "wrong-security", "confirmed");
        let run = settings(postfix, postfix.ports.submission, "tls");
        assert!(run.has_finding("settings.speaks-plain-first"), "{run}");
        run.finds("server-config", "wrong-security", "confirmed");
    });
}

#[test]
fn tls_of_old_and_a_starttls_that_is_broken_are_named() {
    with_postfix(|postfix| {
        let run = settings(postfix, postfix.ports.keyless, "starttls");
        assert!(run.has_finding("settings.starttls.broken") && run.has_reply(454, "starttls"), "{run}");
        run.finds("server-config", "tls-handshake", "confirmed");
        let run = settings(postfix, postfix.ports.old_tls, "starttls");
        assert!(run.has_finding("settings.tls.too-old"), "{run}");
        run.finds("server-config", "tls-handshake", "confirmed");
    });
}
