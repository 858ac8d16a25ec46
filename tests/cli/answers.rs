//! A reading says what it means, whose move it is, whether waiting helps, what to do first and where to go on.

use serde_json::Value;

use crate::{err, heloise, out, run};

fn read(text: &str, format: &str) -> String {
    let output = heloise(&["read", "-", "--format", format]).write_stdin(text).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    out(&output)
}

fn first(text: &str) -> Value {
    let all: Value = serde_json::from_str(&read(text, "json")).expect("JSON");
    all["items"][0].clone()
}

#[test]
fn an_item_tells_who_acts_whether_waiting_helps_and_whose_words_decided() {
    let item = first("554 5.7.1 <bob@example.org>: Relay access denied");
    assert_eq!((item["who"].as_str(), item["waiting"].as_str()), (Some("you"), Some("does not help")));
    assert!(item["matched"].as_str().is_some_and(|m| m.to_lowercase().contains("relay access denied")), "{item}");
    assert_eq!((item["by"].as_str(), item["recipient"].as_str()), (Some("Postfix"), Some("bob@example.org")));
    let unknown = first("578 qqq");
    assert!(unknown["by"].is_null() && unknown["matched"].is_null(), "{unknown}");
}

#[test]
fn waiting_says_so_where_a_code_lies_about_it() {
    let never = first("450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.7]");
    assert!(never["waiting"].as_str().is_some_and(|w| w.starts_with("does not help, even")), "{never}");
    let over = first("552 5.2.2 Mailbox full");
    assert!(
        over["waiting"].as_str().is_some_and(|w| w.starts_with("helps once") && w.contains("send it again")),
        "{over}"
    );
}

#[test]
fn a_connection_that_a_program_could_not_make_is_about_its_own_server() {
    assert_eq!(first("Error: connect ECONNREFUSED 192.0.2.25:587")["who"], "your-provider");
}

#[test]
fn a_reading_in_words_has_every_part_and_fits_eighty_columns() {
    let texts = [
        "550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown in virtual mailbox table",
        "smtplib.SMTPAuthenticationError: (535, b'5.7.8 Username and Password not accepted')",
        "dial tcp 192.0.2.25:25: i/o timeout",
        "421 4.7.0 Too many connections from your IP",
    ];
    for text in texts {
        let said = read(text, "text");
        for part in ["Meaning", "Whose move", "Waiting", "Do first", "Next"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let sure = ["(sure)", "(likely)", "(possible)"].iter().any(|s| said.contains(s));
        assert!(sure && said.lines().all(|l| l.chars().count() <= 80), "{said}");
    }
    let nothing = read("Hello Bob, see you at lunch", "text");
    assert!(nothing.contains("This is no error") && !nothing.contains("Whose move"), "{nothing}");
}

#[test]
fn what_nobody_knows_is_answered_with_what_may_have_been_meant() {
    for (asked, near) in [
        ("greylistin", "greylisting"),
        ("spf", "spf-fail"),
        ("5.7", "5.7.1"),
        ("650", "550"),
        ("dns mx nul", "dns.mx.null"),
    ] {
        let output = run(&["explain", asked]);
        assert_eq!(output.status.code(), Some(64), "{asked}");
        assert!(err(&output).contains("did you mean") && err(&output).contains(near), "{}", err(&output));
    }
}

#[test]
fn a_whole_reply_is_explained_once_and_its_codes_in_short() {
    let said = out(&run(&["explain", "smtp", "550-5.7.26"]));
    assert_eq!(said.matches("Do first").count(), 1, "{said}");
    assert!(said.contains("550: ") && said.contains("5.7.26: ") && said.contains("Source"), "{said}");
    assert!(said.lines().all(|l| l.chars().count() <= 80), "{said}");
}

#[test]
fn a_provider_is_named_only_where_the_text_leaves_no_doubt() {
    let item = first("550 5.2.1 <bob@example.org>: This mailbox is disabled");
    assert!(item["headline"].as_str().is_some_and(|h| !h.contains("Yahoo") && h.contains("closed")), "{item}");
}
