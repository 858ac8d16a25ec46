//! `heloise explain`: what a reply code, an enhanced code, a finding, a cause, a kind or a step means.

use std::collections::BTreeMap;

use serde::Serialize;

use super::house::House;
use super::out::Out;
use super::{Exit, ExplainArgs, ListFormat, Trouble};
use crate::guide::{Guide, Words, fill};
use crate::reading::read_reply;
use crate::report::{columns, json_text};
use crate::transcript::{Enhanced, Reply, Role, clean_line};

/// As wide as the text is.
const WIDTH: usize = 80;

/// One thing that was asked about.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Explanation {
    /// `code`, `enhanced`, `reply`, `finding`, `cause`, `kind`, `step`.
    sort: &'static str,
    id: String,
    /// Its name in the registry, its cause's or step's title.
    name: String,
    says: String,
    admin: String,
    /// What a code means at each stage of a dialogue.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    at: Vec<AtStage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fix: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    who: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<String>,
    source: String,
}

/// What a code means at some stages.
#[derive(Clone, Debug, Serialize)]
struct AtStage {
    stage: Vec<&'static str>,
    says: String,
    admin: String,
}

/// `heloise explain`.
pub(super) fn explain(args: &ExplainArgs, house: &House) -> Result<Exit, Trouble> {
    let asked = args.what.join(" ");
    let all = explanations(&house.guide, &asked)?;
    let mut out = Out::open(None)?;
    if args.format == ListFormat::Json {
        #[derive(Serialize)]
        struct Whole<'a> {
            schema: &'a str,
            items: &'a [Explanation],
        }
        let whole = Whole { schema: "heloise.explanation/1", items: &all };
        out.line(&json_text(&serde_json::to_string_pretty(&whole).unwrap_or_default()))?;
    } else {
        let texts: Vec<_> = all.iter().map(text).collect();
        out.write(&texts.join("\n"))?;
    }
    out.finish()?;
    Ok(Exit::DONE)
}

fn explanations(guide: &Guide, asked: &str) -> Result<Vec<Explanation>, Trouble> {
    let (code, enhanced, rest) = parts(asked);
    if code.is_none() && enhanced.is_none() {
        return named(guide, asked.trim()).ok_or_else(|| unknown(guide, asked));
    }
    let mut all = Vec::new();
    let together = code.is_some() && enhanced.is_some() || !rest.is_empty();
    if together {
        all.push(reply(guide, code.unwrap_or_default(), enhanced, rest));
    }
    if let Some(code) = code {
        all.push(of_code(guide, code).ok_or_else(|| unknown(guide, asked))?);
    }
    if let Some(enhanced) = enhanced {
        all.push(of_enhanced(guide, enhanced));
    }
    if !together {
        let meant = reply(guide, code.unwrap_or_default(), enhanced, "");
        let own = &mut all[0];
        own.fix = meant.fix;
        own.who = meant.who;
        own.waiting = meant.waiting;
        own.step = meant.step;
        own.cause = own.cause.take().or(meant.cause);
    }
    Ok(all)
}

/// The reply code, the enhanced code, and the text behind them.
fn parts(asked: &str) -> (Option<u16>, Option<Enhanced>, &str) {
    let mut rest = asked.trim();
    let mut code = None;
    let mut enhanced = None;
    while let Some(word) = rest.split([' ', '-']).next().filter(|w| !w.is_empty()) {
        let digits = word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit());
        if digits && code.is_none() && enhanced.is_none() {
            code = word.parse().ok();
        } else if let (Ok(found), None) = (word.parse(), enhanced) {
            enhanced = Some(found);
        } else {
            break;
        }
        rest = rest[word.len()..].trim_start_matches([' ', '-']);
    }
    (code, enhanced, rest)
}

fn reply(guide: &Guide, code: u16, enhanced: Option<Enhanced>, text: &str) -> Explanation {
    let text = if text.is_empty() { Vec::new() } else { vec![clean_line(text, 1000)] };
    let reply = Reply {
        server: String::new(),
        address: None,
        stage: None,
        code,
        enhanced,
        text,
        rtt_ms: 0,
        tls: false,
        role: Role::Pasted,
    };
    let meaning = read_reply(guide, &reply);
    let id = if code > 0 { reply.codes() } else { enhanced.map(|e| e.to_string()).unwrap_or_default() };
    let (cause, kind) = (meaning.cause, meaning.kind);
    let mut found = cause_or_kind(guide, kind.as_deref().unwrap_or(&cause), &meaning.args).unwrap_or_default();
    found.sort = "reply";
    found.id = id;
    found.cause = Some(cause);
    found.kind = kind;
    found
}

fn of_code(guide: &Guide, code: u16) -> Option<Explanation> {
    if !(200..600).contains(&code) {
        return None;
    }
    let class = if code >= 400 { code / 100 * 100 } else { code };
    let entry = guide.codes.iter().find(|c| c.code == code).or_else(|| guide.codes.iter().find(|c| c.code == class));
    let Some(entry) = entry else {
        let says = "The server agrees, or asks for more: nothing is wrong with this reply.".to_owned();
        let source = "RFC 5321 §4.2.1".to_owned();
        let (id, admin) = (code.to_string(), says.clone());
        return (code < 400).then(|| Explanation { sort: "code", id, says, admin, source, ..Explanation::default() });
    };
    let mut found = Explanation {
        sort: "code",
        id: code.to_string(),
        cause: Some(entry.cause.clone()),
        kind: entry.kind.clone(),
        source: entry.source.clone(),
        ..worded(&entry.says, &BTreeMap::new())
    };
    for at in &entry.at {
        let none = BTreeMap::new();
        found.at.push(AtStage {
            stage: at.stage.iter().map(|s| s.as_str()).collect(),
            says: fill(&at.says.plain, &none),
            admin: fill(&at.says.admin, &none),
        });
    }
    Some(found)
}

fn of_enhanced(guide: &Guide, code: Enhanced) -> Explanation {
    let fits = |pattern: &str| {
        let mut own = pattern.split('.');
        let parts = [u16::from(code.class), code.subject, code.detail];
        parts.iter().all(|p| own.next().is_some_and(|w| w.eq_ignore_ascii_case("x") || w.parse() == Ok(*p)))
    };
    // The entry with the fewest wild places says the most.
    let best = guide.enhanced.iter().filter(|e| fits(&e.code)).min_by_key(|e| e.code.matches(['x', 'X']).count());
    let id = code.to_string();
    match best {
        Some(entry) => Explanation {
            sort: "enhanced",
            id,
            name: entry.name.clone(),
            cause: entry.cause.clone(),
            kind: entry.kind.clone(),
            source: entry.source.clone(),
            ..worded(&entry.says, &BTreeMap::new())
        },
        None => {
            let says = match code.class {
                2 => "It went well.",
                4 => "It did not go well for now: the same mail may go through later.",
                _ => "It will not go well by trying again: something has to change first.",
            };
            let says =
                format!("{says} This one is not in the registry: the server made it up, so its text counts more.");
            let admin = says.clone();
            let source = "RFC 3463 §2".to_owned();
            Explanation { sort: "enhanced", id, says, admin, source, ..Explanation::default() }
        }
    }
}

/// A finding, a kind, a cause or a step by its id.
fn named(guide: &Guide, id: &str) -> Option<Vec<Explanation>> {
    let lower = id.to_ascii_lowercase();
    if let Some(entry) = guide.finding(&lower) {
        let places = places(&[&entry.says.plain, &entry.says.admin], entry.fix.iter().map(|f| f.plain.as_str()));
        return Some(vec![Explanation {
            sort: "finding",
            id: entry.id.clone(),
            name: entry.level.as_str().to_owned(),
            cause: entry.weighs.iter().max_by_key(|w| w.db).filter(|w| w.db > 0).map(|w| w.cause.clone()),
            kind: entry.weighs.iter().max_by_key(|w| w.db).filter(|w| w.db > 0).and_then(|w| w.kind.clone()),
            fix: entry.fix.iter().map(|f| fill(&f.plain, &places)).collect(),
            who: entry.who.map(crate::guide::Who::as_str),
            step: entry.id.split('.').next().map(str::to_owned),
            source: entry.source.clone(),
            ..worded(&entry.says, &places)
        }]);
    }
    if let Some(found) = cause_or_kind(guide, &lower, &BTreeMap::new()) {
        return Some(vec![found]);
    }
    let step = guide.steps.iter().find(|s| s.id == *lower.as_str() || s.title.eq_ignore_ascii_case(id))?;
    Some(vec![Explanation {
        sort: "step",
        id: step.id.to_string(),
        name: format!("step {}, {}", step.number, step.title),
        source: step.source.clone(),
        ..worded(&step.why, &BTreeMap::new())
    }])
}

fn cause_or_kind(guide: &Guide, id: &str, args: &BTreeMap<String, String>) -> Option<Explanation> {
    if let Some((cause, kind)) = guide.kind(id) {
        return Some(Explanation {
            sort: "kind",
            id: kind.id.clone(),
            name: cause.title.clone(),
            cause: Some(cause.id.clone()),
            kind: Some(kind.id.clone()),
            fix: kind.fix.iter().map(|f| fill(&f.plain, args)).collect(),
            who: Some(kind.who.as_str()),
            waiting: Some(kind.waiting.clone().unwrap_or_else(|| cause.waiting.clone())),
            step: Some(kind.step.as_ref().unwrap_or(&cause.step).to_string()),
            source: kind.source.clone(),
            ..worded(&kind.headline, args)
        });
    }
    let cause = guide.cause(id)?;
    Some(Explanation {
        sort: "cause",
        id: cause.id.clone(),
        name: cause.title.clone(),
        cause: Some(cause.id.clone()),
        fix: cause.fix.iter().map(|f| fill(&f.plain, args)).collect(),
        who: Some(cause.who.as_str()),
        waiting: Some(cause.waiting.clone()),
        step: Some(cause.step.to_string()),
        source: cause.source.clone(),
        ..worded(&cause.says, args)
    })
}

fn worded(words: &Words, args: &BTreeMap<String, String>) -> Explanation {
    Explanation { says: fill(&words.plain, args), admin: fill(&words.admin, args), ..Explanation::default() }
}

/// Each place in these words, filled with its own name in angle brackets.
fn places<'a>(words: &[&'a str], more: impl Iterator<Item = &'a str>) -> BTreeMap<String, String> {
    let all = words.iter().copied().chain(more);
    let names = all.flat_map(|w| w.split('{').skip(1)).filter_map(|rest| rest.split_once('}').map(|(name, _)| name));
    names.map(|name| (name.to_owned(), format!("<{name}>"))).collect()
}

fn unknown(guide: &Guide, asked: &str) -> Trouble {
    let asked = clean_line(asked.trim(), 60);
    let known = guide.findings().map(|f| f.id.as_str()).chain(
        guide.causes.iter().flat_map(|c| std::iter::once(c.id.as_str()).chain(c.kinds.iter().map(|k| k.id.as_str()))),
    );
    let near = known.map(|id| (strsim::jaro_winkler(id, &asked), id)).max_by(|a, b| a.0.total_cmp(&b.0));
    let near =
        near.filter(|(like, _)| *like > 0.8).map_or_else(|| ";".to_owned(), |(_, id)| format!("; did you mean {id}?"));
    Trouble::usage(format!(
        "nothing is known about {asked}{near} type a reply code from 200 to 599, an enhanced code or both \
         (550 5.7.26), or the id of a finding or a kind"
    ))
}

fn text(item: &Explanation) -> String {
    let mut out = String::new();
    let name = if item.name.is_empty() { String::new() } else { format!("  {}", item.name) };
    out.push_str(&format!("{}{name}\n", item.id));
    out.push_str(&columns("", 2, &item.says, WIDTH));
    if item.admin != item.says && !item.admin.is_empty() {
        out.push_str(&columns("  For admins", 14, &item.admin, WIDTH));
    }
    for at in &item.at {
        out.push_str(&columns(&format!("  at {}", at.stage.join(", ")), 14, &at.says, WIDTH));
    }
    for (i, fix) in item.fix.iter().enumerate() {
        let label = if i == 0 { "  What to do" } else { "" };
        out.push_str(&columns(label, 14, fix, WIDTH));
    }
    if let Some(waiting) = &item.waiting {
        out.push_str(&columns("  Waiting", 14, waiting, WIDTH));
    }
    let cause = match (&item.cause, &item.kind) {
        (Some(cause), Some(kind)) => format!("{cause}, {kind}"),
        (Some(cause), None) => cause.clone(),
        _ => String::new(),
    };
    for (label, value) in
        [("  Cause", cause.as_str()), ("  Step", item.step.as_deref().unwrap_or_default()), ("  Source", &item.source)]
    {
        if !value.is_empty() {
            out.push_str(&columns(label, 14, value, WIDTH));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_kind_and_cause_is_explained_without_an_open_place() {
        let guide = Guide::embedded().unwrap();
        let kinds = guide.causes.iter().flat_map(|c| std::iter::once(&c.id).chain(c.kinds.iter().map(|k| &k.id)));
        let ids: Vec<_> = guide.findings().map(|f| &f.id).chain(kinds).collect();
        assert!(ids.len() > 200);
        for id in ids {
            for item in explanations(&guide, id).unwrap_or_else(|e| panic!("{id}: {e}")) {
                let said = text(&item);
                assert!(!said.contains('{') && !item.says.is_empty() && !item.source.is_empty(), "{said}");
            }
        }
    }

    #[test]
    fn a_reply_is_taken_apart() {
        let parts_of = |text| {
            let (code, enhanced, rest) = parts(text);
            (code, enhanced.map(|e| e.to_string()), rest.to_owned())
        };
        assert_eq!(parts_of("550 5.7.26"), (Some(550), Some("5.7.26".to_owned()), String::new()));
        assert_eq!(parts_of("550-5.7.26 no"), (Some(550), Some("5.7.26".to_owned()), "no".to_owned()));
        assert_eq!(parts_of("4.2.2"), (None, Some("4.2.2".to_owned()), String::new()));
        assert_eq!(parts_of("550 550 no"), (Some(550), None, "550 no".to_owned()));
        assert_eq!(parts_of("dns.mx.null"), (None, None, "dns.mx.null".to_owned()));
    }
}
