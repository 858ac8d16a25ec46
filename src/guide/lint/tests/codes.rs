//! Causes, findings, codes and phrases.

use super::{finding, fires, phrase};

const CAUSES: &str = "guide/causes.toml";
const CODES: &str = "codes/made-up.toml";
const MORE: &str = "codes/more.toml";
const FINDINGS: &str = "guide/findings/more.toml";

#[test]
fn a_missing_cause() {
    fires("cause overload", "is missing", |d| d.replace(CAUSES, "id = \"overload\"", "id = \"moon\""));
}

#[test]
fn a_cause_too_many() {
    fires("cause moon", "none of the guide's causes", |d| d.replace(CAUSES, "id = \"overload\"", "id = \"moon\""));
}

#[test]
fn a_missing_kind() {
    fires("cause overload", "lacks the kind `disk-full`", |d| {
        d.replace(CAUSES, "id = \"disk-full\"", "id = \"disk-lost\"");
    });
}

#[test]
fn no_word_for_what_is_no_fault() {
    fires("cause healthy", "is missing", |d| d.replace(CAUSES, "id = \"healthy\"", "id = \"well\""));
}

#[test]
fn a_kind_of_two_causes() {
    fires("kind timeout", "stands twice", |d| d.replace(CAUSES, "id = \"disk-full\"", "id = \"timeout\""));
}

#[test]
fn a_kind_without_anything_to_do() {
    fires("kind null-mx", "has no fix", |d| {
        let at = d.files[CAUSES].find("id = \"null-mx\"").expect("the kind");
        let tail = d.files[CAUSES][at..].to_owned();
        let fix = tail.find("fix = [").expect("its fix");
        let end = fix + tail[fix..].find("\n]").expect("its end") + 2;
        d.replace(CAUSES, &tail[..end], &format!("{}fix = []", &tail[..fix]));
    });
}

#[test]
fn a_cause_whose_step_does_not_exist() {
    fires("cause overload", "`moon`", |d| d.replace(CAUSES, "step = \"load\"", "step = \"moon\""));
}

#[test]
fn a_finding_without_words() {
    fires("finding load.moon", "has no words", |d| d.emitted.extend(["load.moon".to_owned()]));
}

#[test]
fn words_for_a_finding_that_nobody_emits() {
    fires("finding load.moon", "emitted by no check", |d| {
        d.append(FINDINGS, &finding("load.moon", "level = \"ok\"\n"));
    });
}

#[test]
fn a_finding_that_stands_twice() {
    fires("finding load.moon", "stands twice", |d| {
        d.append(FINDINGS, &finding("load.moon", "level = \"ok\"\n").repeat(2));
    });
}

#[test]
fn a_fault_without_a_way_out() {
    for level in ["warn", "fail"] {
        fires("finding load.moon", "has no fix", |d| {
            d.append(FINDINGS, &finding("load.moon", &format!("level = \"{level}\"\nwho = \"you\"\n")));
        });
        fires("finding load.moon", "who has to act", |d| {
            d.append(FINDINGS, &finding("load.moon", &format!("level = \"{level}\"\nfix = [\"Wait.\"]\n")));
        });
    }
}

#[test]
fn words_too_sure_for_who_could_not_tell() {
    let fires = |more: &str, what: &str| {
        fires("finding load.moon", what, |d| d.append(FINDINGS, &finding("load.moon", more)));
    };
    fires("level = \"unknown\"\nshort = \"not listed\"", "says `listed`");
    let weigh = |more: &str| format!("level = \"unknown\"\nweighs = [{{ cause = \"dns\", {more} }}]");
    fires(&weigh("db = 10, proof = true"), "prove nothing");
    fires(&weigh("db = -10"), "speak against nothing");
}

#[test]
fn a_weight_on_nothing() {
    for (weigh, what) in [
        ("cause = \"moon\", db = 3", "`moon`"),
        ("cause = \"address\", kind = \"timeout\", db = 3", "`timeout`"),
        ("cause = \"address\", db = 0", "weighs nothing"),
        ("cause = \"address\", db = -3, proof = true", "at once"),
    ] {
        fires("finding load.moon", what, |d| {
            d.append(FINDINGS, &finding("load.moon", &format!("level = \"warn\"\nweighs = [{{ {weigh} }}]\n")));
        });
    }
}

#[test]
fn an_advice_that_nobody_gives_or_takes() {
    let advice = "[[advice]]\nid = \"moon\"\nfix = [\"Look up.\"]\nsource = \"made up\"\n";
    fires("advice moon", "by no phrase", |d| d.append(MORE, advice));
    fires("advice moon", "says nothing to do", |d| d.append(MORE, &advice.replace("\"Look up.\"", "")));
    fires("advice moon", "stands twice", |d| d.append(MORE, &advice.repeat(2)));
    fires("phrase moon", "`moon`", |d| d.append(MORE, &phrase("moon", "moon", "550 moon", "advice = \"moon\"\n")));
    let enhanced =
        "[[enhanced]]\ncode = \"x.99.1\"\nname = \"Moon\"\nsays = \"Moon.\"\nadvice = \"moon\"\nsource = \"us\"\n";
    fires("enhanced code x.99.1", "`moon`", |d| d.append(MORE, enhanced));
}

#[test]
fn a_finding_that_leads_nowhere() {
    let more = "level = \"info\"\nleads = true\n";
    fires("finding load.moon", "leads, and has no fix", |d| d.append(FINDINGS, &finding("load.moon", more)));
    let fix = format!("{more}fix = [\"Wait.\"]\n");
    fires("finding load.moon", "leads, and has no fix", |d| d.append(FINDINGS, &finding("load.moon", &fix)));
}

#[test]
fn a_missing_headline_code() {
    fires("code 550", "one of the guide's seven", |d| d.replace(CODES, "code = 550", "code = 551"));
}

#[test]
fn a_headline_code_that_is_not_called_one() {
    fires("code 550", "headline = true", |d| {
        d.replace(CODES, "code = 550\nheadline = true", "code = 550\nheadline = false");
    });
}

#[test]
fn a_headline_code_without_stages() {
    fires("code 550", "different stages", |d| {
        let stages = "[[code.at]]\nstage = [\"rcpt\"]\nsays = \"Refused here.\"\ncause = \"address\"\n";
        let entry = |stages: &str| {
            format!(
                "code = 550\nheadline = true\nsays = \"Refused.\"\ncause = \"unclear\"\ndb = 3\nsource = \"RFC 5321\"\n{stages}"
            )
        };
        d.replace(CODES, &entry(stages), &entry(""));
    });
}

#[test]
fn no_entry_for_a_whole_class() {
    fires("code 400", "whole class", |d| d.replace(CODES, "code = 400", "code = 450"));
}

#[test]
fn a_code_that_is_wrong() {
    fires("code 554", "stands twice", |d| d.replace(CODES, "code = 550", "code = 554"));
    fires("code 650", "no reply code", |d| d.replace(CODES, "code = 550", "code = 650"));
    fires("code 550", "`moon`", |d| {
        d.replace(
            CODES,
            "code = 550\nheadline = true\nsays = \"Refused.\"\ncause = \"unclear\"",
            "code = 550\nheadline = true\nsays = \"Refused.\"\ncause = \"moon\"",
        );
    });
}

#[test]
fn an_enhanced_code_that_is_wrong() {
    let entry = |code: &str, more: &str| {
        format!("[[enhanced]]\ncode = \"{code}\"\nname = \"n\"\nsays = \"It is.\"\nsource = \"RFC 3463\"\n{more}\n")
    };
    fires("enhanced code 5.1", "written otherwise", |d| d.append(MORE, &entry("5.1", "")));
    fires("enhanced code x.1.1", "stands twice", |d| d.append(MORE, &entry("x.1.1", "").repeat(2)));
    fires("enhanced code x.1.1", "`moon`", |d| d.append(MORE, &entry("x.1.1", "cause = \"moon\"")));
    fires("enhanced code x.1.1", "no cause", |d| d.append(MORE, &entry("x.1.1", "kind = \"timeout\"")));
}

#[test]
fn a_phrase_that_stands_twice() {
    fires("phrase unknown", "stands twice", |d| d.append(MORE, &phrase("unknown", "moon", "550 moon", "")));
}

#[test]
fn a_phrase_that_misses_its_sample() {
    fires("phrase moon", "its own sample", |d| d.append(MORE, &phrase("moon", "moon", "550 5.1.1 sun", "")));
    fires("phrase moon", "its own sample", |d| {
        d.append(MORE, &phrase("moon", "moon", "450 4.1.1 moon", "code = [\"5xx\"]"));
    });
}

#[test]
fn a_phrase_that_another_one_shadows() {
    fires("phrase moon", "the phrase `unknown` stands before it", |d| {
        d.append(MORE, &phrase("moon", "unknown to the moon|user unknown", "550 5.1.1 User unknown", ""));
    });
}

#[test]
fn a_phrase_behind_one_for_another_code_is_fine() {
    let mut draft = super::Draft::sound();
    draft.append(CODES, &phrase("full", "room", "552-5.2.2 no\\n552 5.2.2 room", "enhanced = [\"x.2.2\"]"));
    draft.append(CODES, &phrase("space", "room", "452 4.3.1 no room", "code = [\"4xx\"]"));
    assert_eq!(draft.complaints(), Vec::<String>::new());
}

#[test]
fn a_phrase_with_conditions_that_nothing_meets() {
    fires("phrase moon", "`5x`", |d| d.append(MORE, &phrase("moon", "moon", "550 moon", "code = [\"5x\"]")));
    fires("phrase moon", "`5.1`", |d| d.append(MORE, &phrase("moon", "moon", "550 moon", "enhanced = [\"5.1\"]")));
    fires("phrase moon", "`timeout`", |d| d.append(MORE, &phrase("moon", "moon", "550 moon", "kind = \"timeout\"")));
}

#[test]
fn an_enhanced_code_that_an_earlier_one_shadows() {
    let entry = |code: &str| {
        format!("[[enhanced]]\ncode = \"{code}\"\nname = \"n\"\nsays = \"It is.\"\nsource = \"RFC 3463\"\n\n")
    };
    fires("enhanced code x.1.1", "`x.1.x` stands before it", |d| d.append(MORE, &(entry("x.1.x") + &entry("x.1.1"))));
    fires("enhanced code x.1.1", "`5.1.1` stands before it", |d| {
        d.append(MORE, &["2.1.1", "4.1.1", "5.1.1", "x.1.1"].map(entry).concat());
    });
}

#[test]
fn an_enhanced_code_that_is_finer_than_a_later_one_is_fine() {
    let entry = |code: &str| {
        format!("[[enhanced]]\ncode = \"{code}\"\nname = \"n\"\nsays = \"It is.\"\nsource = \"RFC 3463\"\n\n")
    };
    let mut draft = super::Draft::sound();
    draft.append(MORE, &["5.1.1", "x.1.1", "x.1.x", "5.x.x"].map(entry).concat());
    assert_eq!(draft.complaints(), Vec::<String>::new());
}

#[test]
fn a_code_that_tells_of_one_stage_twice() {
    fires("code 550", "twice what it means at the stage rcpt", |d| {
        let again = "[[code.at]]\nstage = [\"rcpt\"]\nsays = \"Refused here.\"\ncause = \"address\"\n";
        d.replace(CODES, "[[code]]\ncode = 554", &format!("{again}\n[[code]]\ncode = 554"));
    });
}
