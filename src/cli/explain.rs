//! `heloise explain`: what a reply code, an enhanced code, a finding, a cause, a kind or a step means.

use std::collections::BTreeMap;

use serde::Serialize;

use super::house::House;
use super::out::Out;
use super::{Exit, ExplainArgs, ListFormat, Trouble};
use crate::guide::{Guide, Who, Words, fill, places};
use crate::reading::{Explanation, Topic, explain as explained};
use crate::report::{columns, json_text};
use crate::transcript::{Stage, clean_line};

/// As wide as the text is.
const WIDTH: usize = 80;

/// Where text hangs behind its label.
const INDENT: usize = 14;

/// An explanation with its places filled.
#[derive(Clone, Debug, Serialize)]
struct Row {
    topic: Topic,
    id: String,
    title: String,
    says: String,
    admin: String,
    known: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    at: Vec<AtStage>,
    cause: Option<String>,
    kind: Option<String>,
    who: Option<&'static str>,
    waiting: Option<String>,
    fix: Vec<String>,
    next_step: Option<String>,
    sources: Vec<String>,
}

/// What a code means at some stages.
#[derive(Clone, Debug, Serialize)]
struct AtStage {
    stages: Vec<&'static str>,
    says: String,
    admin: String,
}

/// `heloise explain`.
pub(super) fn explain(args: &ExplainArgs, house: &House) -> Result<Exit, Trouble> {
    let asked = args.what.join(" ");
    let rows: Vec<Row> = explained(&house.guide, &asked).into_iter().map(row).collect();
    let provider = if rows.is_empty() { house.know.providers.by_any(&asked) } else { None };
    if rows.is_empty() && provider.is_none() {
        return Err(unknown(&house.guide, &asked));
    }
    let mut out = Out::open(None)?;
    if let Some(provider) = provider {
        out.write(&super::provider::explained(provider, args.format))?;
        out.finish()?;
        return Ok(Exit::DONE);
    }
    if args.format == ListFormat::Json {
        #[derive(Serialize)]
        struct Whole<'a> {
            schema: &'a str,
            items: &'a [Row],
        }
        let whole = Whole { schema: "heloise.explanation/1", items: &rows };
        out.line(&json_text(&serde_json::to_string_pretty(&whole).unwrap_or_default()))?;
    } else {
        // Of a whole reply, its own reading says what to do; its codes say what they mean beside it.
        let whole = rows.first().is_some_and(|r| r.topic == Topic::Reply);
        let one = |(i, row): (usize, &Row)| {
            if whole && i > 0 { format!("{}{}", brief(row), source(row)) } else { text(row, &house.guide) }
        };
        let texts: Vec<_> = rows.iter().enumerate().map(one).collect();
        out.write(&texts.join("\n"))?;
    }
    out.finish()?;
    Ok(Exit::DONE)
}

fn row(found: Explanation) -> Row {
    // A finding is said of something: its places are named. Elsewhere they may be left out.
    let named = found.topic == Topic::Finding;
    let filled = |text: &str| {
        let names =
            if named { places(text).map(|n| (n.to_owned(), format!("<{n}>"))).collect() } else { BTreeMap::new() };
        fill(text, &names)
    };
    let at = |at: &crate::reading::AtStage| AtStage {
        stages: at.stages.iter().map(|s| Stage::as_str(*s)).collect(),
        says: filled(&at.says.plain),
        admin: filled(&at.says.admin),
    };
    Row {
        topic: found.topic,
        says: filled(&found.says.plain),
        admin: filled(&found.says.admin),
        known: found.known,
        at: found.at.iter().map(at).collect(),
        who: found.who.map(Who::as_str),
        fix: found.fix.iter().map(|f: &Words| filled(&f.plain)).collect(),
        next_step: found.next_step.map(|s| s.to_string()),
        id: found.id,
        title: found.title,
        cause: found.cause,
        kind: found.kind,
        waiting: found.waiting,
        sources: found.sources,
    }
}

fn unknown(guide: &Guide, asked: &str) -> Trouble {
    let asked = clean_line(asked.trim(), 60);
    let near = match near(guide, &asked).as_slice() {
        [] => ";".to_owned(),
        [one] => format!("; did you mean {one}?"),
        [most @ .., last] => format!("; did you mean {} or {last}?", most.join(", ")),
    };
    Trouble::usage(format!(
        "nothing is known about {asked}{near} type a reply code from 200 to 599, an enhanced code or both \
         (550 5.7.26), the words of an error, or the id of a finding, a kind or a step"
    ))
}

/// The most ids that are offered in place of one that nobody knows.
const OFFERED: usize = 3;

/// What may have been meant, likeliest first.
fn near(guide: &Guide, asked: &str) -> Vec<String> {
    let asked = asked.to_ascii_lowercase().replace(' ', "-");
    let causes = guide.causes().iter().flat_map(|c| std::iter::once(&c.id).chain(c.kinds.iter().map(|k| &k.id)));
    let ids = guide.findings().map(|f| &f.id).chain(causes).cloned();
    let codes = guide.codes().iter().map(|c| c.code.to_string());
    let enhanced = guide.enhanced().iter().map(|e| e.code.replacen('x', "5", 1));
    let all = ids.chain(codes).chain(enhanced).chain(guide.steps().iter().map(|s| s.id.to_string()));
    let like = |id: &str| {
        let part = asked.len() > 2 && id.split(['.', '-']).any(|word| word == asked);
        let begins = asked.len() > 1 && id.starts_with(&asked);
        strsim::jaro_winkler(id, &asked).max(if begins { 0.95 } else { 0.0 }).max(if part { 0.9 } else { 0.0 })
    };
    let digits = asked.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let least = if digits { 0.6 } else { 0.82 };
    let all = all.filter(|id| !digits || id.contains('.') == asked.contains('.'));
    let mut near: Vec<(f64, String)> = all.map(|id| (like(&id), id)).filter(|(like, _)| *like > least).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    near.dedup_by(|a, b| a.1 == b.1);
    // One that differs in a letter only is meant.
    let offered = if near.first().is_some_and(|(like, _)| *like > 0.965) { 1 } else { OFFERED };
    near.into_iter().take(offered).map(|(_, id)| id).collect()
}

fn text(row: &Row, guide: &Guide) -> String {
    let mut out = brief(row);
    for at in &row.at {
        out.push_str(&columns(&format!("  at {}", at.stages.join(", ")), INDENT, &at.says, WIDTH));
    }
    out.push_str(&moves(row.who, row.waiting.as_deref(), &row.fix));
    let cause = row.cause.as_deref().filter(|_| !matches!(row.topic, Topic::Cause | Topic::Kind));
    let cause = [cause, row.kind.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let step = row.next_step.as_deref().and_then(|s| guide.step(&s.into()));
    let step = step.map(|s| format!("step {}, {}", s.number, s.title)).unwrap_or_default();
    for (label, value) in [("  Cause", &cause), ("  Next", &step)] {
        if !value.is_empty() {
            out.push_str(&columns(label, INDENT, value, WIDTH));
        }
    }
    out.push_str(&source(row));
    out
}

/// What it is and what it means.
fn brief(row: &Row) -> String {
    let mut out = columns("", 0, &format!("{}: {}", row.id, row.title), WIDTH);
    out.push_str(&columns("", 2, &row.says, WIDTH));
    if row.topic == Topic::Reply && !row.known {
        out.push_str(&columns("", 2, "(Read by the codes: the words are not known to us.)", WIDTH));
    }
    if row.admin != row.says {
        out.push_str(&columns("  For admins", INDENT, &row.admin, WIDTH));
    }
    out
}

fn source(row: &Row) -> String {
    columns("  Source", INDENT, &row.sources.join("; "), WIDTH)
}

/// Whose move it is, whether waiting helps, and what to do, first thing first.
pub(super) fn moves(who: Option<&str>, waiting: Option<&str>, fix: &[String]) -> String {
    let mut out = String::new();
    if let Some(who) = who {
        out.push_str(&columns("  Whose move", INDENT, spoken(who), WIDTH));
    }
    if let Some(waiting) = waiting.filter(|w| !w.is_empty()) {
        out.push_str(&columns("  Waiting", INDENT, waiting, WIDTH));
    }
    for (i, fix) in fix.iter().enumerate() {
        let label = ["  Do first", "  Then"].get(i).copied().unwrap_or_default();
        out.push_str(&columns(label, INDENT, &clean_line(fix, 400), WIDTH));
    }
    out
}

pub(super) fn spoken(who: &str) -> &str {
    let all = [Who::Recipient, Who::YourProvider, Who::TheirProvider, Who::Network];
    if who == Who::You.as_str() { "yours" } else { all.iter().find(|w| w.as_str() == who).map_or(who, |w| w.spoken()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_the_guide_knows_is_explained_without_an_open_place() {
        let guide = Guide::embedded();
        let kinds = guide.causes().iter().flat_map(|c| std::iter::once(&c.id).chain(c.kinds.iter().map(|k| &k.id)));
        let mut ids: Vec<_> = guide.findings().map(|f| &f.id).chain(kinds).cloned().collect();
        ids.extend(guide.codes().iter().map(|c| c.code.to_string()));
        assert!(ids.len() > 200);
        for id in ids {
            let rows: Vec<_> = explained(&guide, &id).into_iter().map(row).collect();
            assert!(!rows.is_empty(), "{id}");
            for row in rows {
                let said = text(&row, &guide);
                assert!(!said.contains('{') && !row.says.is_empty() && said.contains("Source"), "{said}");
            }
        }
    }
}
