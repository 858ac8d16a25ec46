//! A test that runs itself once more in namespaces of its own: what happens in there touches nothing outside, and is gone with it.

use std::process::{Command, Stdio};

/// Runs this program's test of that path in fresh namespaces (`--net`, `--mount` …), with a variable set that tells it so. What it prints
/// has to hold `done`: a test of another name, or one that did nothing, is no success.
pub(crate) fn once_more(namespaces: &[&str], test: &str, inside: &str, done: &str) {
    let run = Command::new("unshare")
        .args(namespaces)
        .arg(std::env::current_exe().expect("this program"))
        .args(["--exact", test, "--nocapture"])
        .env(inside, "1")
        .stdin(Stdio::null())
        .output()
        .expect("unshare runs");
    let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success() && said.contains(done), "{said}");
}
