//! Promise: whatever was told is kept. heloise is killed, as by kill -9, at 200 moments of many walks; every answer that it had told stands in
//! the session's file, and the session can be taken up.

#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use heloise::run::Store;
use heloise::transcript::Fact;
use heloise::walk::{StepState, Walk};

const KILLS: usize = 200;
const AT_ONCE: usize = 4;

const ERROR: &str =
    "host mx1.example.org[192.0.2.25] said: 550 5.1.1 <bob@example.org>: User unknown (in reply to RCPT TO command)";

/// A walk that asks nobody outside: a resolver that refuses at once, and steps that think.
fn walk(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heloise"));
    command
        .args(["check", "--error", ERROR, "--steps", "6,2,13,9,1", "--consent", "none", "--resolver", "127.0.0.1:9"])
        .args(["--timeout", "1", "--format", "jsonl", "--state-dir"])
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// Lets it tell so many lines, kills it, and returns how many it had told in all.
fn killed_after(lines: usize, folder: &Path) -> usize {
    let mut child = walk(folder).spawn().expect("heloise starts");
    let mut told = BufReader::new(child.stdout.take().expect("its output"));
    let mut whole = 0;
    let mut line = String::new();
    while told.read_line(&mut line).is_ok_and(|n| n > 0) {
        let is_event = line.ends_with('\n') && !line.contains("\"heloise.report/1\"");
        whole += usize::from(is_event);
        if whole == lines {
            child.kill().expect("it can be killed");
        }
        line.clear();
    }
    drop(child.kill());
    child.wait().expect("it has ended");
    whole
}

fn one(nth: usize, random: &mut fastrand::Rng, most: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    // The first line only says that a session began; with nothing in it, it is not kept.
    let told = killed_after(random.usize(2..=most), folder.path());
    let store = Store { folder: folder.path().to_owned() };
    let saved = store.last().unwrap_or_else(|| panic!("kill {nth}: nothing was saved of {told} lines"));
    assert!(saved.entries.len() >= told, "kill {nth}: {} entries of {told} that were told", saved.entries.len());
    let walk = Walk::replay(&saved.entries);
    for entry in &saved.entries[..told] {
        if let Fact::StepEnded { step, .. } = &entry.fact {
            assert!(matches!(walk.state_of(step), StepState::Done(_)), "kill {nth}: {step}");
        }
    }
    store.reopen(&saved.id).expect("it can be gone on with");
}

#[test]
fn a_kill_at_any_moment_loses_no_answered_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let most = killed_after(usize::MAX, folder.path());
    assert!(most > 20, "a whole walk tells {most} lines");
    std::thread::scope(|scope| {
        for part in 0..AT_ONCE {
            scope.spawn(move || {
                let mut random = fastrand::Rng::with_seed(part as u64);
                (0..KILLS / AT_ONCE).for_each(|n| one(part * KILLS + n, &mut random, most));
            });
        }
    });
}
