//! Promise: what a user types is answered as the contract says, and what is wrong with it is said in one line.

mod answers;
mod bad_input;
mod commands;
mod secrets;
mod settings;

use std::process::Output;

use assert_cmd::Command;

/// `heloise` with these arguments, far from the user's own files.
fn heloise(args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("heloise").expect("the program");
    let nowhere = std::env::temp_dir().join("heloise-test-nowhere");
    command
        .args(args)
        .env("HELOISE_STATE_DIR", nowhere)
        .env_remove("NO_COLOR")
        .timeout(std::time::Duration::from_secs(60));
    command
}

fn run(args: &[&str]) -> Output {
    heloise(args).output().expect("it runs")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}
