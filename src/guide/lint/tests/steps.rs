//! Steps, branches and start rules.

use super::fires;

const LOAD: &str = "guide/steps/12-load.toml";
const START: &str = "guide/start.toml";
const REST: &str = "[[branch]]\nid = \"rest\"\nto = \"next\"\n";

fn branch(when: &str, to: &str) -> String {
    format!("[[branch]]\nid = \"new\"\nwhen = {{ {when} }}\nto = \"{to}\"\nbecause = \"so it is\"\n\n")
}

#[test]
fn a_missing_step() {
    fires("step load", "is missing", |d| drop(d.files.remove(LOAD)));
}

#[test]
fn a_step_out_of_place() {
    fires("step load", "has number 9", |d| d.replace(LOAD, "number = 12", "number = 9"));
}

#[test]
fn a_fourteenth_step() {
    fires("step moon", "none of the guide's thirteen", |d| {
        let text = d.files[LOAD].replace("id = \"load\"", "id = \"moon\"");
        d.append("guide/steps/14-moon.toml", &text);
    });
}

#[test]
fn a_step_that_stands_twice() {
    fires("step load", "stands twice", |d| {
        let text = d.files[LOAD].clone();
        d.append("guide/steps/14-load.toml", &text);
    });
}

#[test]
fn a_title_too_long_for_the_rail() {
    fires("step load", "title of 16 characters", |d| {
        d.replace(LOAD, "title = \"Load\"", "title = \"Load of patience\"");
    });
}

#[test]
fn a_step_without_a_check() {
    fires("step load", "has no check", |d| d.replace(LOAD, "checks = [\"load\"]", "checks = []"));
}

#[test]
fn a_check_that_does_not_exist() {
    fires("step load", "`weight`", |d| d.replace(LOAD, "checks = [\"load\"]", "checks = [\"weight\"]"));
}

#[test]
fn a_check_that_no_step_uses() {
    fires("check tides", "used by no step", |d| d.checks.push("tides"));
}

#[test]
fn a_start_rule_that_leads_nowhere() {
    fires("start rule error", "`moon`", |d| d.replace(START, "to = \"error-message\"", "to = \"moon\""));
}

#[test]
fn start_rules_that_do_not_fit_every_case() {
    fires("guide/start.toml", "without conditions", |d| {
        d.replace(START, "id = \"anything\"\n", "id = \"anything\"\ngiven = [\"helo\"]\n");
    });
}

#[test]
fn a_start_rule_that_stands_twice() {
    fires("start rule error", "stands twice", |d| d.replace(START, "id = \"settings\"", "id = \"error\""));
}

#[test]
fn a_step_that_nothing_leads_to() {
    fires("step escalate", "reached by no start rule", |d| {
        for _ in 0..2 {
            d.replace("guide/steps/10-provider.toml", "to = \"escalate\"", "to = \"next\"");
        }
    });
}

#[test]
fn a_step_without_branches_ahead() {
    fires("step load", "dead end: its last branch", |d| {
        d.replace(LOAD, REST, "[[branch]]\nid = \"rest\"\nto = \"dns\"\n");
    });
}

#[test]
fn a_last_branch_with_a_condition() {
    fires("step load", "dead end: its last branch", |d| {
        d.replace(LOAD, REST, "[[branch]]\nid = \"rest\"\nwhen = { status = [\"pass\"] }\nto = \"next\"\n");
    });
}

#[test]
fn a_branch_that_hides_those_behind_it() {
    fires("branch load/new", "always holds", |d| d.replace(LOAD, REST, &(branch("", "conclude") + REST)));
}

#[test]
fn no_way_on_for_any_temporary_refusal() {
    fires("step load", "just any 4xx", |d| d.replace(LOAD, "code = [\"4xx\"]", "code = [\"421\"]"));
}

#[test]
fn no_way_on_for_any_permanent_refusal() {
    fires("step load", "just any 5xx", |d| {
        d.replace(LOAD, "code = [\"5xx\"]", "code = [\"5xx\"], stage = [\"rcpt\"]");
    });
}

#[test]
fn a_branch_that_stands_twice() {
    fires("branch load/rest", "stands twice", |d| d.replace(LOAD, "id = \"busy\"", "id = \"rest\""));
}

#[test]
fn a_branch_to_a_step_that_does_not_exist() {
    fires("branch load/new", "`moon`", |d| d.replace(LOAD, REST, &(branch("status = [\"pass\"]", "moon") + REST)));
}

#[test]
fn a_branch_to_its_own_step() {
    fires("branch load/new", "its own step", |d| {
        d.replace(LOAD, REST, &(branch("status = [\"pass\"]", "load") + REST));
    });
}

#[test]
fn conditions_that_nothing_can_meet() {
    for (when, what) in [
        ("finding = [\"load.moon\"]", "`load.moon`"),
        ("finding = [\"moon.*\"]", "`moon.*`"),
        ("code = [\"5x0\"]", "`5x0`"),
        ("enhanced = [\"5.7\"]", "`5.7`"),
        ("given = [\"to\"], lacking = [\"to\"]", "both given and lacking"),
        ("kind = [\"moonless\"]", "`moonless`"),
        ("cause = [\"moon\"]", "`moon`"),
        ("suspect = [\"moon\"]", "`moon`"),
        ("diagnosis = \"surely\"", "`surely`"),
    ] {
        fires("branch load/new", what, |d| d.replace(LOAD, REST, &(branch(when, "dns") + REST)));
    }
}
