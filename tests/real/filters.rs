//! Promise: what a filter does to one port or one family of a real submission server is told from what the server itself does.
//!
//! In a network namespace of its own with an Exim and rules of nft; the test runs itself once more in there ([`inside`]).

use std::process::{Command, Stdio};

use super::exim::{self, ALICE, Exim, Manner};
use super::{Run, check};
use crate::once_more::once_more;

/// Set where the test runs itself in the namespace.
const INSIDE: &str = "HELOISE_TEST_FILTERS";
const DONE: &str = "all filters were seen";
const SERVER: [&str; 2] = ["192.0.2.25", "2001:db8:4::25"];

#[test]
fn a_filter_before_a_submission_server_is_told_from_the_server() {
    if let Some(why) = exim::missing().or_else(no_filters) {
        eprintln!("skipped: {why}");
        return;
    }
    once_more(&["--net"], "filters::inside", INSIDE, DONE);
}

/// Why no filters can be set here, if they cannot.
fn no_filters() -> Option<String> {
    let rule = "ip link set lo up gso_max_segs 1 && nft 'add table inet f; add chain inet f c { type filter hook input priority 0; }'";
    let run = Command::new("unshare").args(["--net", "sh", "-c", rule]).stdin(Stdio::null()).output();
    (!run.is_ok_and(|o| o.status.success())).then(|| "no namespace with filters can be made here".to_owned())
}

/// What happens in the namespace; outside of one, nothing.
#[test]
fn inside() {
    if std::env::var_os(INSIDE).is_none() {
        return;
    }
    shell(
        "ip link set lo up gso_max_segs 1; ip address add 192.0.2.25/32 dev lo; ip address add 2001:db8:4::25/128 dev lo nodad",
    );
    let manner = Manner { login: Some(ALICE), ..Manner::default() };
    let exim = Exim::start(&format!("<; {} ; {}", SERVER[0], SERVER[1]), SERVER[0], &[(manner, &[25, 587, 465])]);
    let login = |server: &str, security: &str| -> Run {
        let ca = exim.ca.display().to_string();
        let login = ["--user", "alice@example.test", "--password-env", "HELOISE_TEST_PASSWORD", "--timeout", "2"];
        check(&[&["--server", server, "--security", security, "--ca", &ca][..], &login].concat())
    };

    login("mail.both.test:587", "starttls").finds_nothing();
    // What was entered for one port and belongs to the other.
    for (server, security) in [("mail.both.test:465", "starttls"), ("mail.both.test:587", "tls")] {
        login(server, security).finds("server-config", "wrong-security", "confirmed");
    }

    filter("tcp dport 587 drop");
    let run = login("mail.both.test:587", "starttls");
    assert!(run.has_finding("settings.port-filtered"), "{run}");
    run.finds("firewall", "port-blocked", "confirmed");

    filter("ip6 daddr 2001:db8:4::25 drop");
    let run = login("mail.both.test:587", "starttls");
    assert!(run.has_reply(235, "auth"), "{run}");
    let top = &run.report["diagnosis"][0];
    assert_eq!((&top["cause"], &top["kind"]), (&"network".into(), &"ipv6-broken".into()), "{run}");

    // The certificate does not fit, and nobody says so.
    filter("tcp sport { 25, 465, 587 } meta length > 1000 drop");
    let run = login("mail.both.test:587", "starttls");
    assert!(run.has_finding("connectivity.black-hole"), "{run}");
    run.finds("network", "timeout", "confirmed");
    println!("{DONE}");
}

/// One rule on what comes in, in place of all others.
fn filter(rule: &str) {
    let chain = "add table inet f; add chain inet f c { type filter hook input priority 0; }";
    shell(&format!("nft 'flush ruleset; {chain}; add rule inet f c {rule}'"));
}

fn shell(line: &str) {
    let status = Command::new("sh").args(["-c", line]).stdin(Stdio::null()).status().expect("sh runs");
    assert!(status.success(), "{line}");
}
