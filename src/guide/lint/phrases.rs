//! The phrases: each sample has to be read by its own phrase, before any other.

use super::Complaints;
use crate::guide::fits::{is_code, is_enhanced};
use crate::guide::{Guide, Phrase};
use crate::transcript::{Enhanced, Stage};

pub(super) fn lint(guide: &Guide, found: &mut Complaints) {
    found.twice("phrase ", guide.phrases().iter().map(|p| p.id.as_str()));
    for (i, phrase) in guide.phrases().iter().enumerate() {
        let about = format!("phrase {}", phrase.id);
        found.cause(guide, &about, &phrase.cause, phrase.kind.as_deref());
        found.advice(guide, &about, phrase.advice.as_ref());
        for code in phrase.code.iter().filter(|c| !is_code(c)) {
            found.add(&about, format!("asks for the code `{code}`: write three digits, or a class such as 5xx"));
        }
        for code in phrase.enhanced.iter().filter(|c| !is_enhanced(c)) {
            found.add(&about, format!("asks for the enhanced code `{code}`: write it as 5.7.1 or x.7.x"));
        }
        let sample = Sample::of(phrase);
        if !sample.fits(phrase) {
            found.add(&about, "does not match its own sample");
        } else if let Some(earlier) = guide.phrases()[..i].iter().find(|p| sample.fits(p)) {
            found.add(
                &about,
                format!("never gets its sample: the phrase `{}` stands before it and matches too", earlier.id),
            );
        }
    }
}

/// A sample as a reply: `550-5.1.1 text`, lines joined. What it leaves out is taken from what its phrase asks for.
struct Sample {
    code: u16,
    enhanced: Option<Enhanced>,
    stage: Option<Stage>,
    text: String,
}

impl Sample {
    fn of(phrase: &Phrase) -> Self {
        let (mut code, mut enhanced) = (0, None);
        let mut lines = Vec::new();
        for line in phrase.sample.lines() {
            let (c, e, text) = split(line.trim());
            code = c.unwrap_or(code);
            enhanced = enhanced.or(e);
            lines.push(text);
        }
        if code == 0 {
            code = phrase.code.first().map_or(0, |c| c.replacen("xx", "50", 1).parse().unwrap_or(0));
        }
        if enhanced.is_none() {
            let asked = phrase.enhanced.first().map(|e| e.replacen('x', if code < 500 { "4" } else { "5" }, 1));
            enhanced = asked.and_then(|e| e.replace('x', "0").parse().ok());
        }
        Self { code, enhanced, stage: phrase.stage.first().copied(), text: lines.join(" ") }
    }

    fn fits(&self, phrase: &Phrase) -> bool {
        phrase.fits(self.code, self.enhanced, self.stage, &self.text)
    }
}

/// The codes at the beginning of a line, and the rest of it.
fn split(line: &str) -> (Option<u16>, Option<Enhanced>, &str) {
    let code =
        line.get(..3).filter(|c| is_code(c)).filter(|_| line[3..].is_empty() || line[3..].starts_with([' ', '-']));
    let rest = code.map_or(line, |_| line[3..].trim_start_matches([' ', '-']));
    let (word, behind) = rest.split_once(' ').unwrap_or((rest, ""));
    match word.parse() {
        Ok(enhanced) => (code.and_then(|c| c.parse().ok()), Some(enhanced), behind.trim_start()),
        Err(_) => (code.and_then(|c| c.parse().ok()), None, rest),
    }
}
