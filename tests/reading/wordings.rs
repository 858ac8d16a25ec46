//! The whole space of wordings: the tables in `fixtures` say what each text has to read as.

use std::collections::BTreeMap;

use heloise::transcript::Stage;

use crate::at;

/// A line of a table: what it has to read as, where it was said, the text.
struct Row<'t> {
    wanted: &'t str,
    stage: Option<Stage>,
    text: String,
}

/// `= kind` leads the texts below it; `@stage` before a text; ` | ` between its lines.
fn rows(table: &str) -> Vec<Row<'_>> {
    let mut wanted = "";
    let mut rows = Vec::new();
    for line in table.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        if let Some(kind) = line.strip_prefix("= ") {
            wanted = kind;
            continue;
        }
        let staged = line.strip_prefix('@').and_then(|l| l.split_once(' '));
        let stage = staged.map(|(stage, _)| serde_json::from_value(stage.into()).expect("a stage"));
        let text = staged.map_or(line, |(_, text)| text).replace(" | ", "\n");
        rows.push(Row { wanted, stage, text });
    }
    rows
}

fn all_read(table: &str) {
    let mut wrong = Vec::new();
    for Row { wanted, stage, text } in rows(table) {
        let read = at(&text, stage);
        let kind = read.kind.as_deref().unwrap_or(&read.cause);
        if kind != wanted {
            wrong.push(format!("{kind} by {:?}, not {wanted}: {text}", read.phrase));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn wordings_of_all_kinds_read_as_what_they_mean() {
    all_read(include_str!("fixtures/wordings.txt"));
}

#[test]
fn the_wordings_cover_the_kinds_that_a_text_can_tell() {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows(include_str!("fixtures/wordings.txt")) {
        *count.entry(row.wanted).or_default() += 1;
    }
    assert!(count.values().sum::<usize>() > 500, "{count:?}");
    assert!(count.len() >= 55, "{}: {count:?}", count.len());
}

#[test]
fn every_reply_that_nine_servers_were_measured_to_give_is_read() {
    let table = include_str!("fixtures/measured.txt");
    assert!(rows(table).len() > 190);
    all_read(table);
}

#[test]
fn the_time_that_a_server_asks_for_is_told() {
    for (text, said) in [
        ("451 4.7.1 Greylisted, try again in 5 minutes", Some("5 minutes")),
        ("450 4.2.0 <bob@example.org>: Recipient address rejected: greylisted for 300 seconds", Some("5 minutes")),
        ("451 4.7.1 Rate limit exceeded, retry after 1 hour", Some("1 hour")),
        ("421 4.7.0 Too many connections, wait 90 seconds", Some("90 seconds")),
        ("451 4.7.1 Greylisting in effect, please come back in 00:05:00", Some("5 minutes")),
        ("451 4.7.1 Try again later", None),
        ("550 5.1.1 no such user, try again in 5 minutes", None),
    ] {
        assert_eq!(at(text, None).args.get("wait").map(String::as_str), said, "{text}");
    }
}

#[test]
fn the_words_for_waiting_read_well_with_and_without_a_time() {
    let words = |text: &str| {
        let item = crate::only(text);
        let told = heloise::reading::advice(&crate::GUIDE, &item);
        let fix = told.fix.first().expect("something to do");
        [fix.plain.clone(), fix.admin.clone()]
    };
    let [plain, admin] = words("451 4.7.1 Greylisted, try again in 5 minutes");
    assert!(plain.starts_with("Wait (5 minutes): ") && admin.contains("(5 minutes)"), "{plain} {admin}");
    let [plain, admin] = words("451 4.7.1 Greylisted");
    assert!(plain.starts_with("Wait: a mail") && admin.ends_with("asked for."), "{plain} {admin}");
    let [plain, admin] = words("450 4.7.1 Rate limit exceeded");
    assert!(plain.contains("the server says; then") && admin.contains("asked for, throttle"), "{plain} {admin}");
}
