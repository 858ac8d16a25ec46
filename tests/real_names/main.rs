//! Promise: asked through a real NSD and a real Unbound, signed zones and all, `heloise check` names what is wrong with a domain, and
//! says of nothing that it is listed, missing or broken where it only got no answer.
//!
//! # What runs
//!
//! `nsd`, `unbound` and `ldnsutils` of Debian 12 or 13, as their packages install them, each with a configuration of its own in a folder made
//! for the test. All of it happens in a network namespace without a way out, where this test runs itself once more ([`inside`]): a root
//! of its own, signed, and the domains below it on addresses of `lo`. `heloise` runs as the program that users run.
//!
//! A namespace takes root. Without it, or without the packages, the test prints `skipped:` and why, and passes; `.ci/run` installs
//! the packages and runs as root, and so do these:
//!
//! ```sh
//! apt-get install --no-install-recommends nsd unbound ldnsutils
//! cargo test --test real_names
//! ```
//!
//! # What stays behind
//!
//! Nothing: the servers are children of the test in the namespace, which ends them when it ends; should it be killed, the kernel does
//! (`PR_SET_PDEATHSIG` by `setpriv`).

#![cfg(unix)]

mod cases;
#[path = "../support/once_more.rs"]
mod once_more;
mod servers;
mod zones;

use std::process::{Command, Stdio};

/// Set where the test runs itself in the namespace.
const INSIDE: &str = "HELOISE_TEST_NAMES_INSIDE";
const DONE: &str = "all of it was seen";

#[test]
fn real_name_servers_are_judged_as_they_are() {
    if let Some(why) = missing() {
        eprintln!("skipped: {why}");
        return;
    }
    once_more::once_more(&["--net"], "inside", INSIDE, DONE);
}

/// Why it cannot be run here, if it cannot.
fn missing() -> Option<String> {
    let works = |program: &str, args: &[&str]| {
        let run =
            Command::new(program).args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        run.is_ok_and(|status| status.success())
    };
    let absent = [
        ("ip", "-V"),
        ("nft", "-v"),
        ("setpriv", "--version"),
        ("nsd", "-v"),
        ("unbound", "-V"),
        ("ldns-signzone", "-v"),
        ("ldns-keygen", "-v"),
    ];
    if let Some((program, _)) = absent.into_iter().find(|(p, v)| !works(p, &[v])) {
        return Some(format!("there is no {program} here"));
    }
    let all = "ip link set lo up && nft add table inet t";
    (!works("unshare", &["--net", "sh", "-c", all])).then(|| "no namespace can be made here".to_owned())
}

/// What happens in the namespace; outside of one, nothing.
#[test]
fn inside() {
    if std::env::var_os(INSIDE).is_none() {
        return;
    }
    let names = servers::Names::up();
    cases::all(&names);
    println!("{DONE}");
}
