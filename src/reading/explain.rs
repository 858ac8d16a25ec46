//! Answers for a code, an enhanced code, a reply, a finding, a cause, a kind or a step by its name.

use serde::Serialize;

use super::find::Found;
use super::meaning::code_entry;
use super::{Meaning, read_reply};
use crate::guide::{Guide, Who, Words, enhanced_fits};
use crate::transcript::{Enhanced, Reply, Stage, StepId, clean_line};

/// What sort of thing was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Topic {
    /// A reply code.
    Code,
    /// An enhanced status code.
    Enhanced,
    /// A reply: its codes and its words together.
    Reply,
    /// A finding of a check.
    Finding,
    /// A cause.
    Cause,
    /// A kind of a cause.
    Kind,
    /// A step of the guide.
    Step,
}

/// What the guide knows about one thing. Places in words are left unfilled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// What sort of thing it is.
    pub topic: Topic,
    /// Its id: `550`, `5.7.26`, `dns.mx.null`, `greylisting`.
    pub id: String,
    /// Its name: the registry's, or a title.
    pub title: String,
    /// What it means.
    pub says: Words,
    /// Whether the guide knows it itself; where not, the words are those of its class.
    pub known: bool,
    /// What it means at single stages of the dialogue, where that differs.
    pub at: Vec<AtStage>,
    /// The cause it speaks for.
    pub cause: Option<String>,
    /// The kind.
    pub kind: Option<String>,
    /// Whose move it is.
    pub who: Option<Who>,
    /// Whether waiting helps.
    pub waiting: Option<String>,
    /// What to do, first thing first.
    pub fix: Vec<Words>,
    /// The step that looks into it.
    pub next_step: Option<StepId>,
    /// Where the knowledge comes from.
    pub sources: Vec<String>,
}

/// A code's meaning at some stages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AtStage {
    /// The stages.
    pub stages: Vec<Stage>,
    /// What it means there.
    pub says: Words,
}

/// Explains `550`, `5.7.26`, `550 5.7.26`, a code with its text, or the id of a finding, cause, kind or step.
///
/// A reply gives the reading of the whole first, then its codes one by one. Nothing is returned for what nobody knows.
#[must_use]
pub fn explain(guide: &Guide, query: &str) -> Vec<Explanation> {
    let query = query.trim();
    if let Some(named) = named(guide, &query.to_ascii_lowercase()) {
        return vec![named];
    }
    let Some(reply) = asked(query) else { return Vec::new() };
    let text = !reply.text.is_empty();
    let mut all = Vec::new();
    if text || (reply.code != 0 && reply.enhanced.is_some()) {
        all.push(of_reply(guide, &reply));
    }
    if reply.code != 0 {
        all.push(of_code(guide, reply.code));
    }
    all.extend(reply.enhanced.map(|e| of_enhanced(guide, e)));
    all
}

/// `550`, `5.7.26`, `550 5.7.26`, `550-5.7.26 and the text behind`.
fn asked(query: &str) -> Option<Reply> {
    let mut rest = query;
    let mut reply = Found::default().into_reply();
    let next = |rest: &str| rest.split([' ', '-']).next().unwrap_or_default().to_owned();
    let first = next(rest);
    if first.len() == 3 && first.parse().is_ok_and(|code| (200..600).contains(&code)) {
        reply.code = first.parse().ok()?;
        rest = rest[first.len()..].trim_start_matches([' ', '-']);
    }
    let second = next(rest);
    if let Ok(enhanced) = second.parse() {
        reply.enhanced = Some(enhanced);
        rest = rest[second.len()..].trim_start_matches([' ', '-']);
    }
    if reply.code == 0 && reply.enhanced.is_none() {
        return None;
    }
    reply.text = Some(clean_line(rest, 1000)).filter(|t| !t.is_empty()).into_iter().collect();
    Some(reply)
}

impl Explanation {
    fn new(topic: Topic, id: &str, title: &str, says: Words, source: &str) -> Self {
        Self {
            topic,
            id: id.to_owned(),
            title: title.to_owned(),
            says,
            known: true,
            at: Vec::new(),
            cause: None,
            kind: None,
            who: None,
            waiting: None,
            fix: Vec::new(),
            next_step: None,
            sources: vec![source.to_owned()],
        }
    }

    /// Adds whose move it is, what to do and where to look, from the guide's causes.
    fn led(mut self, guide: &Guide, cause: Option<&str>, kind: Option<&str>) -> Self {
        self.cause = cause.map(str::to_owned);
        self.kind = kind.map(str::to_owned);
        let Some(cause) = cause.and_then(|c| guide.cause(c)) else { return self };
        let kind = kind.and_then(|k| cause.kinds.iter().find(|own| own.id == k));
        self.who = Some(kind.map_or(cause.who, |k| k.who));
        self.waiting = Some(kind.and_then(|k| k.waiting.clone()).unwrap_or_else(|| cause.waiting.clone()));
        self.fix = kind.map_or(&cause.fix, |k| &k.fix).clone();
        self.next_step = Some(kind.and_then(|k| k.step.clone()).unwrap_or_else(|| cause.step.clone()));
        self
    }
}

fn of_reply(guide: &Guide, reply: &Reply) -> Explanation {
    let Meaning { cause, kind, phrase, .. } = read_reply(guide, reply);
    let phrase = phrase.and_then(|id| guide.phrases().iter().find(|p| p.id == id));
    let known = guide.cause(&cause);
    let own = known.and_then(|c| c.kinds.iter().find(|k| Some(&k.id) == kind.as_ref()));
    let title = match (known, phrase) {
        (Some(cause), Some(phrase)) if phrase.by != "any" => format!("{}, in the words of {}", cause.title, phrase.by),
        (Some(cause), _) => cause.title.clone(),
        (None, _) => cause.clone(),
    };
    let says = phrase
        .and_then(|p| p.says.clone())
        .or_else(|| own.map(|k| k.headline.clone()))
        .or_else(|| known.map(|c| c.headline.clone()))
        .unwrap_or_else(|| of_code(guide, reply.code).says);
    let id = if reply.code == 0 { reply.enhanced.map_or_else(String::new, |e| e.to_string()) } else { reply.codes() };
    let source =
        phrase.map(|p| p.source.as_str()).or(own.map(|k| k.source.as_str())).or(known.map(|c| c.source.as_str()));
    let mut found = Explanation::new(Topic::Reply, &id, &title, says, source.unwrap_or("RFC 5321 §4.2"));
    found.known = phrase.is_some();
    found.led(guide, Some(&cause), kind.as_deref())
}

fn of_code(guide: &Guide, code: u16) -> Explanation {
    let id = code.to_string();
    let Some(entry) = code_entry(guide, code) else {
        let says = both("The server agrees, or asks for more: nothing is wrong with this reply.");
        let mut found = Explanation::new(Topic::Code, &id, "Reply code", says, "RFC 5321 §4.2.1");
        found.known = false;
        return found;
    };
    let title = if entry.headline { "Reply code, one of the guide's seven" } else { "Reply code" };
    let mut found = Explanation::new(Topic::Code, &id, title, entry.says.clone(), &entry.source);
    found.known = entry.code == code;
    if !found.known {
        found.says = class(&format!("{}xx", code / 100), code / 100);
    }
    found.at = entry.at.iter().map(|a| AtStage { stages: a.stage.clone(), says: a.says.clone() }).collect();
    found.led(guide, Some(&entry.cause), entry.kind.as_deref())
}

fn of_enhanced(guide: &Guide, code: Enhanced) -> Explanation {
    let id = code.to_string();
    match guide.enhanced().iter().find(|e| enhanced_fits(&e.code, code)) {
        Some(e) => Explanation::new(Topic::Enhanced, &id, &e.name, e.says.clone(), &e.source).led(
            guide,
            e.cause.as_deref(),
            e.kind.as_deref(),
        ),
        None => {
            let says = class(&format!("{}.x.x", code.class), u16::from(code.class));
            let mut found = Explanation::new(Topic::Enhanced, &id, "Not in the registry", says, "RFC 3463 §2");
            found.known = false;
            found
        }
    }
}

fn named(guide: &Guide, id: &str) -> Option<Explanation> {
    if let Some(entry) = guide.finding(id) {
        let heaviest = entry.weighs.iter().max_by_key(|w| w.db).filter(|w| w.db > 0);
        let title = format!("Finding, {}", entry.level.as_str());
        let mut found = Explanation::new(Topic::Finding, id, &title, entry.says.clone(), &entry.source).led(
            guide,
            heaviest.map(|w| w.cause.as_str()),
            heaviest.and_then(|w| w.kind.as_deref()),
        );
        if !entry.fix.is_empty() {
            found.fix.clone_from(&entry.fix);
        }
        found.who = entry.who.or(found.who);
        found.next_step = id.split('.').next().map(StepId::new);
        return Some(found);
    }
    if let Some(cause) = guide.cause(id) {
        let found = Explanation::new(Topic::Cause, id, &cause.title, cause.says.clone(), &cause.source);
        return Some(found.led(guide, Some(id), None));
    }
    if let Some((cause, kind)) = guide.kind(id) {
        let found = Explanation::new(Topic::Kind, id, &cause.title, kind.headline.clone(), &kind.source);
        return Some(found.led(guide, Some(&cause.id), Some(id)));
    }
    let step = guide.steps.iter().find(|s| s.id == id)?;
    let title = format!("Step {}, {}", step.number, step.title);
    let mut found = Explanation::new(Topic::Step, id, &title, step.why.clone(), &step.source);
    found.next_step = Some(step.id.clone());
    Some(found)
}

fn class(written: &str, class: u16) -> Words {
    let meaning = match class {
        2 | 3 => "it went well",
        4 => "not now; the same may work later",
        _ => "no; the same will not work later, so something has to change first",
    };
    both(&format!(
        "This one is not registered: the server made it up, and its text counts more. All {written} mean: {meaning}."
    ))
}

fn both(text: &str) -> Words {
    Words { plain: text.to_owned(), admin: text.to_owned() }
}
