//! Each rule of the lint fires on a guide that is broken in one place, and on none that is sound.

mod codes;
mod steps;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::{STEPS, lint};
use crate::guide::Guide;
use crate::guide::files::embedded_files;

type Files = BTreeMap<String, String>;

/// The real steps, causes and start rules with codes and findings made up around them: sound, whatever the other files hold.
#[derive(Clone)]
struct Draft {
    files: Files,
    emitted: BTreeSet<String>,
    checks: Vec<&'static str>,
}

impl Draft {
    fn sound() -> Self {
        static SOUND: OnceLock<Draft> = OnceLock::new();
        SOUND.get_or_init(Self::made_up).clone()
    }

    fn made_up() -> Self {
        let kept = ["guide/steps/", "guide/causes.toml", "guide/start.toml"];
        let mut files: Files = embedded_files();
        files.retain(|name, _| kept.iter().any(|k| name.starts_with(k)));
        let real = Guide::from_files(files.clone()).expect("the real steps and causes load");
        let waited = real.steps().iter().flat_map(|s| &s.branches).flat_map(|b| &b.when.finding);
        let emitted: BTreeSet<String> = waited.map(|id| id.replace('*', "any")).collect();
        let worded = emitted.iter().map(|id| finding(id, "level = \"ok\"\n")).collect();
        files.insert("guide/findings/made-up.toml".to_owned(), worded);
        files.insert("codes/made-up.toml".to_owned(), codes());
        Self { files, emitted, checks: STEPS.to_vec() }
    }

    fn replace(&mut self, file: &str, from: &str, to: &str) {
        let text = self.files.get_mut(file).unwrap_or_else(|| panic!("there is no {file}"));
        assert!(text.contains(from), "{file} does not hold {from}");
        *text = text.replacen(from, to, 1);
    }

    fn append(&mut self, file: &str, text: &str) {
        self.files.entry(file.to_owned()).or_default().push_str(text);
    }

    fn complaints(self) -> Vec<String> {
        let guide = Guide::from_files(self.files).expect("the draft loads");
        let emitted: Vec<&str> = self.emitted.iter().map(String::as_str).collect();
        lint(&guide, &self.checks, &emitted).iter().map(ToString::to_string).collect()
    }
}

/// Breaks a sound guide and expects a complaint about this, in these words.
#[track_caller]
fn fires(about: &str, what: &str, edit: impl FnOnce(&mut Draft)) {
    let mut draft = Draft::sound();
    edit(&mut draft);
    let complaints = draft.complaints();
    let heard = complaints.iter().any(|c| c.starts_with(&format!("{about}: ")) && c.contains(what));
    assert!(heard, "expected `{about}: …{what}…` among {complaints:#?}");
}

fn finding(id: &str, more: &str) -> String {
    format!("[[finding]]\nid = \"{id}\"\nsays = \"It was seen.\"\nsource = \"made up\"\n{more}\n")
}

fn phrase(id: &str, text: &str, sample: &str, more: &str) -> String {
    format!(
        "[[phrase]]\nid = \"{id}\"\nby = \"any\"\ntext = \"{text}\"\ncause = \"address\"\ndb = 15\n\
         source = \"made up\"\nsample = \"{sample}\"\n{more}\n"
    )
}

fn codes() -> String {
    let mut text = String::new();
    for code in [421, 451, 501, 502, 503, 550, 554, 400, 500] {
        let headline = code % 100 != 0;
        text += &format!(
            "[[code]]\ncode = {code}\nheadline = {headline}\nsays = \"Refused.\"\ncause = \"unclear\"\ndb = 3\n\
             source = \"RFC 5321\"\n[[code.at]]\nstage = [\"rcpt\"]\nsays = \"Refused here.\"\ncause = \"address\"\n\n"
        );
    }
    text + &phrase("unknown", "user unknown", "550 5.1.1 User unknown", "")
}

#[test]
fn a_sound_guide_is_left_in_peace() {
    assert_eq!(Draft::sound().complaints(), Vec::<String>::new());
}
