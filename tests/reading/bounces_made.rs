//! Bounces as each make of server writes them, in `fixtures/*.txt`: what is said about the first recipient is read rightly.
//!
//! Each text follows a line `#### KIND RECIPIENT CODE ENHANCED STAGE REPORTER RETRY`; `-` is none, `?` is not looked at, and RETRY is
//! `permanent` or `delayed`.

use heloise::reading::{Reading, Source};

use crate::{kind, read};

/// The texts of one file with what is expected of each.
fn cases(file: &str) -> Vec<(String, String)> {
    let path = format!("{}/tests/reading/fixtures/{file}.txt", env!("CARGO_MANIFEST_DIR"));
    let all = std::fs::read_to_string(path).expect("a fixture");
    all.split("#### ")
        .skip(1)
        .map(|case| case.split_once('\n').expect("a text behind what is expected"))
        .map(|(wanted, text)| (wanted.to_owned(), text.to_owned()))
        .collect()
}

fn seen(reading: &Reading) -> Vec<String> {
    let Some(first) = reading.items.first().filter(|_| reading.source != Source::NotABounce) else {
        return vec!["not-a-bounce".to_owned()];
    };
    let told = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    vec![
        kind(first).to_owned(),
        told(first.recipient.as_ref().map(|r| r.replace(' ', "_"))),
        told(Some(first.reply.code).filter(|c| *c > 0).map(|c| c.to_string())),
        told(first.reply.enhanced.map(|e| e.to_string())),
        told(first.reply.stage.map(|s| s.as_str().to_owned())),
        told(first.reporter.clone()),
        told(first.permanent.map(|p| if p { "permanent" } else { "delayed" }.to_owned())),
    ]
}

fn family(file: &str) {
    let cases = cases(file);
    assert!(!cases.is_empty());
    let mut wrong = Vec::new();
    for (wanted, text) in &cases {
        for text in [text.clone(), text.replace('\n', "\r\n")] {
            let seen = seen(&read(&text));
            let fits = wanted
                .split(' ')
                .zip(seen.iter().map(String::as_str).chain(std::iter::repeat("-")))
                .all(|(w, s)| w == "?" || w == s);
            if !fits {
                wrong.push(format!(
                    "wanted {wanted}\n  seen {}\n{}",
                    seen.join(" "),
                    text.lines().take(6).collect::<Vec<_>>().join("\n")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn sendmail_is_understood() {
    family("sendmail");
}

#[test]
fn postfix_is_understood() {
    family("postfix");
}

#[test]
fn exim_is_understood() {
    family("exim");
}

#[test]
fn qmail_is_understood() {
    family("qmail");
}

#[test]
fn the_rarer_servers_are_understood() {
    family("servers");
}

#[test]
fn gateways_filters_and_old_servers_are_understood() {
    family("others");
}

#[test]
fn the_big_providers_are_understood() {
    family("providers");
}

#[test]
fn words_of_many_languages_are_told_from_answers() {
    family("words");
}

#[test]
fn malformed_and_odd_forms_are_understood() {
    family("forms");
}

#[test]
fn groupware_and_small_mail_servers_are_understood() {
    family("groupware");
}

#[test]
fn events_of_sending_services_are_understood() {
    family("events");
}

#[test]
fn bounces_of_providers_abroad_are_understood() {
    family("abroad");
}

#[test]
fn what_list_software_passes_on_is_understood() {
    family("lists");
}

#[test]
fn older_and_local_bounces_are_understood() {
    family("unix");
}

#[test]
fn gateways_and_newer_servers_are_understood() {
    family("gateways");
}

#[test]
fn bodies_that_somebody_pasted_are_understood() {
    family("bodies");
}

#[test]
fn a_few_words_are_understood() {
    family("short");
}

#[test]
fn words_that_somebody_pasted_without_the_header_tell_the_same() {
    let mut wrong = Vec::new();
    for (wanted, text) in cases("short") {
        let (_, words) = text.split_once("\n\n").expect("a header");
        let seen = seen(&read(words));
        let wanted: Vec<&str> = wanted.split(' ').take(2).collect();
        if wanted != seen[..2] {
            wrong.push(format!("wanted {wanted:?}\n  seen {}\n{words}", seen.join(" ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
