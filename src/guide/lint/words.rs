//! The words: said in few, with places that are closed, sources given, and no shouting.

use super::Complaints;
use crate::guide::{Guide, Words, places};

/// How long a sort of words may be, in characters.
#[derive(Clone, Copy)]
enum Sort {
    Why,
    Ask,
    Headline,
    Says,
    Fix,
    Because,
}

impl Sort {
    fn most(self, admin: bool) -> usize {
        match (self, admin) {
            (Self::Why, false) => 300,
            (Self::Why, true) => 360,
            (Self::Ask, _) => 120,
            (Self::Headline | Self::Because, _) => 160,
            (Self::Fix, _) => 240,
            (Self::Says, _) => 400,
        }
    }
}

pub(super) fn lint(guide: &Guide, found: &mut Complaints) {
    for (about, sort, words) in all(guide) {
        for (text, admin) in [(&words.plain, false), (&words.admin, true)] {
            judge(&about, sort, text, admin, found);
        }
    }
    for finding in guide.findings().filter(|f| f.short.as_ref().is_some_and(|s| s.chars().count() > 48)) {
        found.add(format!("finding {}", finding.id), "has a `short` of more than 48 characters");
    }
    for (about, source) in sources(guide) {
        if source.trim().is_empty() {
            found.add(about, "has no source: name an RFC and section, or a public page");
        }
    }
}

fn judge(about: &str, sort: Sort, text: &str, admin: bool, found: &mut Complaints) {
    let length = text.chars().count();
    let most = sort.most(admin);
    if text.trim().is_empty() {
        found.add(about, "has no words");
    } else if length > most {
        found.add(about, format!("says it in {length} characters, and {most} have to do: “{text}”"));
    }
    if text.contains('!') {
        found.add(about, format!("has an exclamation mark: “{text}”"));
    }
    // Whoever reads plain words sits at the wizard, where there are no options to type.
    if !admin && (text.contains("heloise check") || text.split([' ', '(']).any(|w| w.starts_with("--"))) {
        found.add(about, format!("tells an option to people who use the wizard: “{text}”"));
    }
    let fine = |name: &str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
    };
    let named = places(text).count();
    if text.matches('{').count() != named || text.matches('}').count() != named || !places(text).all(fine) {
        found.add(about, format!("has a place that is not closed, or not named in small letters: “{text}”"));
    }
    if matches!(sort, Sort::Because) && (text.ends_with('.') || text.starts_with("because")) {
        found.add(about, format!("has to read on after “because”, without a full stop: “{text}”"));
    }
}

fn all(guide: &Guide) -> Vec<(String, Sort, &Words)> {
    let mut words = Vec::new();
    for step in guide.steps() {
        words.push((format!("step {}", step.id), Sort::Why, &step.why));
        words.extend(step.questions.iter().map(|q| (format!("step {}", step.id), Sort::Ask, &q.ask)));
        let because = step.branches.iter().map(|b| (format!("branch {}/{}", step.id, b.id), Sort::Because, &b.because));
        words.extend(because);
    }
    words.extend(guide.start().iter().map(|r| (format!("start rule {}", r.id), Sort::Because, &r.because)));
    for cause in guide.causes() {
        let about = format!("cause {}", cause.id);
        words.push((about.clone(), Sort::Headline, &cause.headline));
        words.push((about.clone(), Sort::Says, &cause.says));
        words.extend(cause.fix.iter().map(|f| (about.clone(), Sort::Fix, f)));
        for kind in &cause.kinds {
            let about = format!("kind {}", kind.id);
            words.push((about.clone(), Sort::Headline, &kind.headline));
            words.extend(kind.says.iter().map(|says| (about.clone(), Sort::Says, says)));
            words.extend(kind.fix.iter().map(|f| (about.clone(), Sort::Fix, f)));
        }
    }
    for code in guide.codes() {
        words.push((format!("code {}", code.code), Sort::Says, &code.says));
        words.extend(code.at.iter().map(|at| (format!("code {}", code.code), Sort::Says, &at.says)));
    }
    words.extend(guide.enhanced().iter().map(|e| (format!("enhanced code {}", e.code), Sort::Says, &e.says)));
    let said = guide.phrases().iter().filter_map(|p| Some((format!("phrase {}", p.id), Sort::Says, p.says.as_ref()?)));
    words.extend(said);
    for advice in guide.shared_advice() {
        words.extend(advice.headline.iter().map(|h| (format!("advice {}", advice.id), Sort::Headline, h)));
        words.extend(advice.fix.iter().map(|f| (format!("advice {}", advice.id), Sort::Fix, f)));
    }
    for finding in guide.findings() {
        let about = format!("finding {}", finding.id);
        words.push((about.clone(), Sort::Says, &finding.says));
        words.extend(finding.fix.iter().map(|f| (about.clone(), Sort::Fix, f)));
    }
    words
}

fn sources(guide: &Guide) -> Vec<(String, &str)> {
    let mut sources: Vec<(String, &str)> = Vec::new();
    sources.extend(guide.steps().iter().map(|s| (format!("step {}", s.id), s.source.as_str())));
    for cause in guide.causes() {
        sources.push((format!("cause {}", cause.id), &cause.source));
        sources.extend(cause.kinds.iter().map(|k| (format!("kind {}", k.id), k.source.as_str())));
    }
    sources.extend(guide.codes().iter().map(|c| (format!("code {}", c.code), c.source.as_str())));
    sources.extend(guide.enhanced().iter().map(|e| (format!("enhanced code {}", e.code), e.source.as_str())));
    sources.extend(guide.phrases().iter().map(|p| (format!("phrase {}", p.id), p.source.as_str())));
    sources.extend(guide.shared_advice().iter().map(|a| (format!("advice {}", a.id), a.source.as_str())));
    sources.extend(guide.findings().map(|f| (format!("finding {}", f.id), f.source.as_str())));
    sources
}
