//! Promise: `practice ID --check` finds each world's cause, walks the way the world expects, and finds nothing in a healthy one.

use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::thread;

use heloise::guide::Guide;
use heloise::practice::WorldFile;
use heloise::transcript::Verdict;
use serde_json::Value;

fn worlds() -> Vec<WorldFile> {
    WorldFile::all(&Guide::embedded()).expect("the worlds")
}

fn check(id: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_heloise"))
        .args(["practice", id, "--check", "--format", "json", "--no-save"])
        .stdin(Stdio::null())
        .output()
        .expect("heloise runs")
}

/// Runs every world, two at a time, and collects what does not hold.
fn every_world(holds: impl Fn(&WorldFile, &Output, &Value) -> Result<(), String> + Sync) {
    let worlds = worlds();
    assert!(worlds.len() >= 18, "{} worlds", worlds.len());
    let (queue, faults) = (Mutex::new(worlds.iter()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(world) = queue.lock().expect("queue").next() else { return };
                    let output = check(&world.id);
                    let said = match serde_json::from_slice(&output.stdout) {
                        Ok(report) => holds(world, &output, &report),
                        Err(why) => Err(format!("no JSON ({why}): {}", String::from_utf8_lossy(&output.stderr))),
                    };
                    if let Err(fault) = said {
                        faults.lock().expect("faults").push(format!("{}: {fault}", world.id));
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().expect("faults");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn each_world_shows_its_cause_and_its_walk() {
    every_world(|world, output, report| {
        let expect = &world.expect;
        let top = &report["diagnosis"][0];
        let path: Vec<&str> =
            report["path"].as_array().into_iter().flatten().filter_map(|p| p["step"].as_str()).collect();
        let seen = format!(
            "verdict {} cause {} kind {} certainty {} path {path:?} exit {:?}",
            report["verdict"],
            top["cause"],
            top["kind"],
            top["certainty"],
            output.status.code()
        );
        let wrong = |what: &str| Err(format!("{what}; {seen}"));
        if report["verdict"] != expect.verdict.as_str() {
            return wrong(&format!("expected verdict {}", expect.verdict.as_str()));
        }
        if let Some(cause) = &expect.cause
            && top["cause"] != cause.as_str()
        {
            return wrong(&format!("expected cause {cause}"));
        }
        if let Some(kind) = &expect.kind
            && top["kind"] != kind.as_str()
        {
            return wrong(&format!("expected kind {kind}"));
        }
        if !expect.path.iter().zip(&path).all(|(want, got)| want == got) || path.len() < expect.path.len() {
            return wrong(&format!(
                "expected path {:?}",
                expect.path.iter().map(ToString::to_string).collect::<Vec<_>>()
            ));
        }
        if let Some(code) = expect.code
            && !report["replies"].as_array().into_iter().flatten().any(|r| r["code"] == code)
        {
            return wrong(&format!("no reply with code {code}"));
        }
        let exit = match expect.verdict {
            Verdict::NoFaultFound => 0,
            Verdict::FaultFound => 1,
            Verdict::Inconclusive => 2,
        };
        if output.status.code() != Some(exit) {
            return wrong(&format!("expected exit {exit}"));
        }
        Ok(())
    });
}

#[test]
fn a_fault_is_told_with_proof_fix_and_whose_move_it_is() {
    every_world(|world, _, report| {
        if world.expect.verdict != Verdict::FaultFound {
            return Ok(());
        }
        let top = &report["diagnosis"][0];
        let filled = |field: &str| top[field].as_str().is_some_and(|s| !s.is_empty() && !s.contains('{'));
        let list = |field: &str| top[field].as_array().is_some_and(|a| !a.is_empty());
        if !filled("headline") || !filled("who") || !filled("step") {
            return Err(format!("headline, who or step is missing: {top}"));
        }
        if !list("because") || !list("fix") {
            return Err(format!("because or fix is missing: {top}"));
        }
        let ids: Vec<&str> =
            report["evidence"].as_array().into_iter().flatten().filter_map(|e| e["id"].as_str()).collect();
        let cited = top["because"]
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|b| b["evidence"].as_array().into_iter().flatten());
        for id in cited.filter_map(Value::as_str) {
            if !ids.contains(&id) {
                return Err(format!("evidence {id} is cited and not there"));
            }
        }
        Ok(())
    });
}

#[test]
fn a_login_that_works_is_no_counter_proof_where_the_sender_is_what_is_refused() {
    let report: Value = serde_json::from_slice(&check("sender-not-yours").stdout).expect("a report");
    let top = &report["diagnosis"][0];
    assert_eq!(top["kind"], "sender-not-allowed");
    assert_eq!(top["against"], Value::Array(Vec::new()));
}
