//! The commands that need no network.

use serde_json::Value;

use super::{err, heloise, out, run};

fn json(args: &[&str]) -> Value {
    let output = run(args);
    assert!(output.status.success(), "{args:?}: {}", err(&output));
    serde_json::from_str(&out(&output)).unwrap_or_else(|e| panic!("{args:?}: {e}"))
}

fn text(args: &[&str]) -> String {
    let output = run(args);
    assert!(output.status.success(), "{args:?}: {}", err(&output));
    out(&output)
}

#[test]
fn help_and_version_are_answers() {
    assert!(text(&["--version"]).starts_with("heloise "));
    for args in [&["--help"][..], &["-h"], &["check", "--help"], &["start", "-h"], &["guide", "--help"]] {
        assert!(text(args).contains("Usage: heloise"), "{args:?}");
    }
    for command in
        ["start", "check", "read", "explain", "practice", "sessions", "resume", "report", "guide", "completions", "man"]
    {
        assert!(text(&["--help"]).contains(command), "{command}");
    }
}

#[test]
fn a_code_is_explained_by_itself_and_with_its_enhanced_code() {
    let both = json(&["explain", "550", "5.7.26", "--format", "json"]);
    assert_eq!(both["schema"], "heloise.explanation/1");
    assert_eq!(both["items"][0]["cause"], "dns");
    assert_eq!(both["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(json(&["explain", "550 5.7.26", "--format", "json"]), both);
    for code in ["421", "250", "5.1.1", "4.7.99"] {
        let said = text(&["explain", code]);
        assert!(said.starts_with(code) && said.contains("Source"), "{code}: {said}");
    }
}

#[test]
fn a_finding_a_kind_a_cause_and_a_step_are_explained() {
    for (id, says) in
        [("dns.mx.null", "RFC 7505"), ("greylisting", "Waiting"), ("firewall", "Source"), ("provider", "Step 10")]
    {
        let said = text(&["explain", id]);
        assert!(said.contains(says), "{id}: {said}");
    }
}

#[test]
fn the_guide_is_shown_in_three_forms_with_every_branch() {
    let guide = json(&["guide", "--format", "json"]);
    let steps = guide["steps"].as_array().expect("steps");
    assert_eq!(steps.len(), 13);
    let chart = text(&["guide", "--format", "mermaid"]);
    let words = text(&["guide"]);
    assert!(chart.starts_with("flowchart"));
    let mut branches = guide["start"].as_array().map_or(0, Vec::len);
    for step in steps {
        assert!(words.contains(step["title"].as_str().expect("a title")));
        for branch in step["branch"].as_array().expect("branches") {
            branches += 1;
            let id = branch["id"].as_str().expect("an id");
            assert!(chart.contains(&format!("|\"{id}\"|")), "{id}");
        }
    }
    assert_eq!(chart.matches("-->").count(), branches);
    assert_eq!(words.matches('▸').count(), branches);
}

#[test]
fn a_mistake_in_a_folder_of_ones_own_is_named_by_the_lint() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(folder.path().join("guide/findings")).expect("made");
    let own = "[[finding]]\nid = \"dns.no-check-says-this\"\nlevel = \"warn\"\nsays = \"x\"\nsource = \"none\"\n";
    std::fs::write(folder.path().join("guide/findings/own.toml"), own).expect("written");
    let output = run(&["guide", "--lint", folder.path().to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    assert!(out(&output).contains("dns.no-check-says-this"), "{}", out(&output));
}

#[test]
fn a_guide_of_ones_own_changes_the_words() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(folder.path().join("codes")).expect("made");
    let own =
        "[[code]]\ncode = 299\nsays = \"Our own server says hello.\"\ncause = \"unclear\"\ndb = 1\nsource = \"us\"\n";
    std::fs::write(folder.path().join("codes/00-own.toml"), own).expect("written");
    let folder = folder.path().to_str().expect("UTF-8");
    assert!(text(&["explain", "299", "--guide-folder", folder]).contains("Our own server says hello."));
    assert!(text(&["--guide-folder", folder, "explain", "299"]).contains("Our own server says hello."));
    assert!(!text(&["explain", "299"]).contains("Our own"));
}

#[test]
fn the_shells_and_the_manual_know_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(text(&["completions", shell]).contains("practice"), "{shell}");
    }
    let manual = text(&["man"]);
    assert!(manual.starts_with(".ie") || manual.contains(".TH heloise"), "{}", &manual[..80]);
    for part in ["HELOISE CHECK", "EXIT STATUS", "sending\\-domain"] {
        assert!(manual.contains(part), "{part}");
    }
}

#[test]
fn the_worlds_are_listed_for_people_and_programs() {
    let worlds = json(&["practice", "--list", "--format", "json"]);
    let first = &worlds[0];
    for field in ["id", "title", "code", "cause", "kind"] {
        assert!(first.get(field).is_some(), "{field}");
    }
    assert_eq!(text(&["practice", "--list"]).lines().count(), worlds.as_array().map_or(0, Vec::len));
}

#[test]
fn a_small_text_is_read_in_three_forms() {
    let bounce = "<bob@example.org>: host mx1.example.org[192.0.2.25] said: 550 5.1.1 <bob@example.org>: User unknown";
    let read = |format: &str| {
        let output = heloise(&["read", "--format", format]).write_stdin(bounce).output().expect("it runs");
        assert!(output.status.success(), "{}", err(&output));
        out(&output)
    };
    let whole: Value = serde_json::from_str(&read("json")).expect("JSON");
    assert_eq!(whole["schema"], "heloise.reading/1");
    let item = &whole["items"][0];
    assert_eq!((&item["code"], &item["enhanced"]), (&550.into(), &"5.1.1".into()));
    assert_eq!((&item["cause"], &item["kind"]), (&"address".into(), &"no-such-user".into()));
    for field in ["recipient", "stage", "reporter", "text", "permanent", "certainty", "headline", "fix", "next_step"] {
        assert!(item.get(field).is_some(), "{field}");
    }
    let line: Value = serde_json::from_str(&read("jsonl")).expect("one line");
    assert_eq!(line["code"], 550);
    assert!(read("text").contains("550 5.1.1"));
}

#[test]
fn what_is_no_error_is_read_as_none() {
    let output = heloise(&["read", "-", "--format", "json"])
        .write_stdin("Dear Bob, see you on Friday.\n")
        .output()
        .expect("it runs");
    assert!(output.status.success());
    let whole: Value = serde_json::from_str(&out(&output)).expect("JSON");
    assert!(whole["items"].as_array().is_some_and(|all| all.iter().all(|i| i["code"].is_null())), "{whole}");
}

#[test]
fn a_session_is_saved_listed_and_reported_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().to_str().expect("UTF-8");
    let check =
        ["check", "--to", "bob@@example.org", "--steps", "recipient", "--resolver", "127.0.0.1:9", "--timeout", "1"];
    let here = |args: &[&str]| heloise(args).env("HELOISE_STATE_DIR", state).output().expect("it runs");
    assert_eq!(here(&[&check[..], &["--no-save"]].concat()).status.code(), Some(1));
    assert!(out(&here(&["sessions"])).contains("No session"));
    assert_eq!(here(&check).status.code(), Some(1));
    let sessions: Value = serde_json::from_str(&out(&here(&["sessions", "--format", "json"]))).expect("JSON");
    let id = sessions[0]["id"].as_str().expect("an id");
    assert_eq!(sessions[0]["verdict"], "fault-found");
    let report: Value = serde_json::from_str(&out(&here(&["report", id, "--format", "json"]))).expect("JSON");
    assert_eq!(report["case"]["to"][0], "bob@@example.org");
    assert!(out(&here(&["report", "--format", "ticket"])).starts_with("To: "));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_fault() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_heloise"))
        .args(["guide", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), err(&output).as_str()), (Some(0), ""));
}

#[test]
fn without_a_terminal_the_wizard_comes_in_plain_lines_and_ends_with_its_input() {
    let output = heloise(&["--no-save"]).write_stdin("").output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(out(&output).contains("What do you have?"));
}
