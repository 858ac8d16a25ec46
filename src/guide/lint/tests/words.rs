//! Words and sources.

use super::{finding, fires};

const LOAD: &str = "guide/steps/12-load.toml";
const CAUSES: &str = "guide/causes.toml";
const FINDINGS: &str = "guide/findings/more.toml";
const BECAUSE: &str = "because = \"load does not explain a failure\"";

#[test]
fn words_that_are_empty() {
    fires("branch load/rest", "has no words", |d| d.replace(LOAD, BECAUSE, "because = \" \""));
}

#[test]
fn words_that_are_too_many() {
    fires("branch load/rest", "160 have to do", |d| {
        d.replace(LOAD, BECAUSE, &format!("because = \"{}\"", "word ".repeat(40)));
    });
    fires("step load", "300 have to do", |d| {
        d.replace(LOAD, "plain = \"A server", &format!("plain = \"{}A server", "word ".repeat(60)));
    });
}

#[test]
fn words_that_shout() {
    fires("cause overload", "exclamation mark", |d| d.replace(CAUSES, "your server tries again by itself.", "wait!"));
    fires("finding load.moon", "exclamation mark", |d| {
        d.append(FINDINGS, &finding("load.moon", "level = \"ok\"\n").replace("seen.", "seen!"));
    });
}

#[test]
fn places_that_are_not_closed_or_not_named() {
    for text in ["it said {codes", "it said codes}", "it said {}", "it said {Codes}", "{a{b}}"] {
        fires("branch load/rest", "place that is not closed", |d| {
            d.replace(LOAD, BECAUSE, &format!("because = \"{text}\""));
        });
    }
}

#[test]
fn a_reason_that_does_not_read_on() {
    for text in ["because it is so", "it is so."] {
        fires("branch load/rest", "read on", |d| d.replace(LOAD, BECAUSE, &format!("because = \"{text}\"")));
    }
}

#[test]
fn a_row_that_is_too_long() {
    fires("finding load.moon", "48 characters", |d| {
        let short = format!("level = \"ok\"\nshort = \"{}\"\n", "word ".repeat(10));
        d.append(FINDINGS, &finding("load.moon", &short));
    });
}

#[test]
fn a_fact_without_a_source() {
    fires("step load", "has no source", |d| {
        d.replace(LOAD, "source = \"RFC 5321 §3.8, §4.5.3.2 and §4.5.4.1\"", "source = \"\"");
    });
    fires("finding load.moon", "has no source", |d| {
        d.append(FINDINGS, &finding("load.moon", "level = \"ok\"\n").replace("made up", ""));
    });
    fires("kind ip-listed", "has no source", |d| d.replace(CAUSES, "source = \"RFC 5782 §2.1\"", "source = \" \""));
}

#[test]
fn an_option_told_to_people_at_the_wizard() {
    for text in ["ask another: --resolver", "type heloise check", "name it (--ca)"] {
        fires("branch load/rest", "tells an option", |d| {
            d.replace(LOAD, BECAUSE, &format!("because = \"{text}\""));
        });
    }
}
