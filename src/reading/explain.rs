//! Answers for a code, an enhanced code, a reply, a finding, a cause, a kind or a step by its name.

use serde::Serialize;

use super::find::Found;
use super::line::{coded, enhanced};
use super::meaning::code_entry;
use super::{Meaning, read_reply};
use crate::guide::{Guide, SharedAdvice, Who, Words, enhanced_fits};
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

/// Explains `550`, `5.7.26`, `550 5.7.26`, a code with its text, words alone, or the id of a finding, cause, kind or step.
///
/// Spelled as people type it: `smtp 550`, `550-5.7.26`, `#5.1.1`, `error 421`, `mailbox full`, `0x800CCC0F`, `5xx`. A reply gives the
/// reading of the whole first, then its codes one by one. Nothing is returned for what nobody knows.
#[must_use]
pub fn explain(guide: &Guide, query: &str) -> Vec<Explanation> {
    let query = query.trim();
    let id = query.to_ascii_lowercase();
    if let Some(named) = named(guide, &id).or_else(|| named(guide, &id.replace([' ', '_'], "-"))) {
        return vec![named];
    }
    if let Some(step) = id.strip_prefix("step ").and_then(|name| of_step(guide, name.trim())) {
        return vec![step];
    }
    let asked = bared(query);
    if let Some(of_class) = whole_class(guide, asked) {
        return vec![of_class];
    }
    let Some(reply) = coded_reply(asked) else { return of_words(guide, query).into_iter().collect() };
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

/// Words that people put in front of a code.
const IN_FRONT: [&str; 10] =
    ["smtp", "esmtp", "error", "err", "code", "reply", "status", "number", "server", "response"];

/// A query without what people put in front of a code and behind it.
fn bared(query: &str) -> &str {
    let marks = ['"', '\'', '`', '(', ')', '[', ']', '#', ':', ',', ';', '!', '?', '.', ' '];
    let mut rest = query.trim_matches(marks);
    loop {
        let word = rest.split([' ', ':', '-', '#', '=']).next().unwrap_or_default();
        if word.is_empty() || word.len() == rest.len() || !IN_FRONT.iter().any(|w| word.eq_ignore_ascii_case(w)) {
            return rest;
        }
        rest = rest[word.len()..].trim_start_matches(marks).trim_start_matches(['-', '=']);
    }
}

/// `5xx`, `4.x.x`: what all of a class mean.
fn whole_class(guide: &Guide, asked: &str) -> Option<Explanation> {
    let class = asked.chars().next().filter(char::is_ascii_digit)?;
    let rest = asked[1..].to_ascii_lowercase();
    let written = match rest.as_str() {
        "xx" => format!("{class}xx"),
        ".x.x" | ".x" | ".x.xx" | ".xxx.xxx" => format!("{class}.x.x"),
        _ => return None,
    };
    let meaning = match class {
        '2' | '3' => "The server agrees, or asks for more: nothing is wrong.",
        '4' => "Not now: the same may work later, and a mail server tries again by itself.",
        '5' => "No, for good: the same will not work later, so something has to change first.",
        _ => return None,
    };
    let source = "RFC 5321 §4.2.1; RFC 3463 §2";
    let found = Explanation::new(Topic::Code, &written, "A whole class of replies", both(meaning), source);
    Some(if matches!(class, '4' | '5') { found.led(guide, Some("unclear"), None) } else { found })
}

/// `550`, `5.7.26`, `550 5.7.26`, `550-5.7.26 and the text behind`, `x.7.1`.
fn coded_reply(asked: &str) -> Option<Reply> {
    let mut reply = Found::default().into_reply();
    let own = asked.strip_prefix(['x', 'X']).map(|rest| format!("5{rest}"));
    let asked = own.as_deref().unwrap_or(asked);
    let spaced = match asked.as_bytes() {
        [_, _, _, b'/' | b'_' | b'#', ..] if asked.is_char_boundary(4) => {
            Some(format!("{} {}", &asked[..3], &asked[4..]))
        }
        _ => None,
    };
    let asked = spaced.as_deref().unwrap_or(asked);
    let text = if let Some(said) = coded(asked) {
        reply.code = said.code;
        reply.enhanced = said.enhanced;
        said.text
    } else {
        let (code, text) = enhanced(asked)?;
        reply.enhanced = Some(code);
        text
    };
    let text = text.trim_start_matches([' ', '-', ':']);
    reply.text = Some(clean_line(text, 1000)).filter(|t| !t.is_empty()).into_iter().collect();
    Some(reply)
}

/// Words without a code, where they are known: `Relay access denied`, `0x800CCC0F`, `EAUTH`.
fn of_words(guide: &Guide, query: &str) -> Option<Explanation> {
    let name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let words = query.contains(' ') || query.starts_with("0x") || query.starts_with("0X");
    if !words && (query.len() < 4 || !query.chars().all(name)) {
        return None;
    }
    let mut found = of_reply(guide, &Found::words(&clean_line(query, 1000)).into_reply());
    found.id = clean_line(query, 60);
    found.known.then_some(found)
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

/// What those who say it mean by it, where that is not what the cause or the kind says of itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Own<'g> {
    /// What it means.
    pub says: Option<&'g Words>,
    /// Whose move it is.
    pub who: Option<Who>,
    /// The advice to give.
    pub advice: Option<&'g SharedAdvice>,
}

impl<'g> Own<'g> {
    fn new(guide: &'g Guide, says: Option<&'g Words>, who: Option<Who>, advice: Option<&String>) -> Self {
        let advice = advice.and_then(|id| guide.advice(id));
        Self { says, who: who.or(advice.and_then(|a| a.who)), advice }
    }

    /// What to do, first thing first.
    #[must_use]
    pub fn fix(&self) -> Option<&'g Vec<Words>> {
        self.advice.map(|a| &a.fix).filter(|fix| !fix.is_empty())
    }

    /// What is the matter.
    #[must_use]
    pub fn headline(&self) -> Option<&'g Words> {
        self.advice.and_then(|a| a.headline.as_ref())
    }

    /// Whether waiting helps.
    #[must_use]
    pub fn waiting(&self) -> Option<&'g String> {
        self.advice.and_then(|a| a.waiting.as_ref())
    }
}

/// What is said of a reading by the phrase that decided, or, where none did, by the enhanced code, if that has an advice.
///
/// Words that name a provider count where the text names it too, or leaves no doubt: others may say the same in the same words.
#[must_use]
pub fn own<'g>(guide: &'g Guide, meaning: &Meaning, enhanced: Option<Enhanced>) -> Own<'g> {
    let Some(id) = &meaning.phrase else {
        let entry = enhanced.and_then(|e| guide.enhanced_code(e)).filter(|e| e.advice.is_some());
        let entry = entry.filter(|e| (e.cause.as_ref(), &e.kind) == (Some(&meaning.cause), &meaning.kind));
        return entry.map_or_else(Own::default, |e| Own::new(guide, Some(&e.says), None, e.advice.as_ref()));
    };
    // At MAIL, words about a recipient are about the sender.
    let phrase = guide.phrase(id).filter(|p| (&p.cause, &p.kind) == (&meaning.cause, &meaning.kind));
    let Some(phrase) = phrase else { return Own::default() };
    let own = Own::new(guide, phrase.says.as_ref(), phrase.who, phrase.advice.as_ref());
    let name = phrase.by.split(' ').next().unwrap_or_default().to_ascii_lowercase();
    let names = |text: &str| text.to_ascii_lowercase().contains(&name);
    let told = phrase.db >= 30 || ["text", "server"].iter().filter_map(|a| meaning.args.get(*a)).any(|t| names(t));
    if told {
        return own;
    }
    let says = own.says.filter(|w| !names(&w.plain));
    let advice = own.advice.filter(|a| !a.fix.iter().chain(&a.headline).any(|w| names(&w.plain)));
    Own { says, advice, who: phrase.who.or(advice.and_then(|a| a.who)) }
}

fn of_reply(guide: &Guide, reply: &Reply) -> Explanation {
    let meaning = read_reply(guide, reply);
    let said = own(guide, &meaning, reply.enhanced);
    let phrase = meaning.phrase.as_ref().and_then(|id| guide.phrase(id));
    let Meaning { cause, kind, .. } = meaning;
    let known = guide.cause(&cause);
    let own = known.and_then(|c| c.kinds.iter().find(|k| Some(&k.id) == kind.as_ref()));
    let title = match (known, phrase) {
        (Some(cause), Some(phrase)) if phrase.by != "any" => format!("{}, in the words of {}", cause.title, phrase.by),
        (Some(cause), _) => cause.title.clone(),
        (None, _) => cause.clone(),
    };
    let says = said
        .says
        .cloned()
        .or_else(|| own.map(|k| k.headline.clone()))
        .or_else(|| reply.enhanced.map(|e| of_enhanced(guide, e)).filter(|e| e.known).map(|e| e.says))
        .or_else(|| known.map(|c| c.headline.clone()))
        .unwrap_or_else(|| of_code(guide, reply.code).says);
    let id = if reply.code == 0 { reply.enhanced.map_or_else(String::new, |e| e.to_string()) } else { reply.codes() };
    let source =
        phrase.map(|p| p.source.as_str()).or(own.map(|k| k.source.as_str())).or(known.map(|c| c.source.as_str()));
    let mut found = Explanation::new(Topic::Reply, &id, &title, says, source.unwrap_or("RFC 5321 §4.2"));
    found.known = phrase.is_some() || reply.text.is_empty();
    let mut found = found.led(guide, Some(&cause), kind.as_deref());
    found.who = said.who.or(found.who);
    found.waiting = said.waiting().cloned().or(found.waiting);
    if let Some(fix) = said.fix() {
        found.fix.clone_from(fix);
    }
    found
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
            if code.class == 2 { found } else { found.led(guide, Some("unclear"), None) }
        }
    }
}

fn named(guide: &Guide, id: &str) -> Option<Explanation> {
    if id.is_empty() {
        return None;
    }
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
        let found =
            Explanation::new(Topic::Cause, id, &format!("Cause, {}", cause.title), cause.says.clone(), &cause.source);
        return Some(found.led(guide, Some(id), None));
    }
    if let Some((cause, kind)) = guide.kind(id) {
        let found = Explanation::new(
            Topic::Kind,
            id,
            &format!("A kind of the cause {}", cause.title),
            kind.headline.clone(),
            &kind.source,
        );
        return Some(found.led(guide, Some(&cause.id), Some(id)));
    }
    of_step(guide, id)
}

fn of_step(guide: &Guide, name: &str) -> Option<Explanation> {
    let step = guide.steps().iter().find(|s| s.id == name || s.number.to_string() == name)?;
    let id = step.id.as_str();
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
