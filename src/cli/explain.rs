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
    if rows.is_empty() {
        return Err(unknown(&house.guide, &asked));
    }
    let mut out = Out::open(None)?;
    if args.format == ListFormat::Json {
        #[derive(Serialize)]
        struct Whole<'a> {
            schema: &'a str,
            items: &'a [Row],
        }
        let whole = Whole { schema: "heloise.explanation/1", items: &rows };
        out.line(&json_text(&serde_json::to_string_pretty(&whole).unwrap_or_default()))?;
    } else {
        let texts: Vec<_> = rows.iter().map(|row| text(row, &house.guide)).collect();
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
    let causes = guide.causes.iter().flat_map(|c| std::iter::once(&c.id).chain(c.kinds.iter().map(|k| &k.id)));
    let known = guide.findings().map(|f| &f.id).chain(causes);
    let near = known.map(|id| (strsim::jaro_winkler(id, &asked), id)).max_by(|a, b| a.0.total_cmp(&b.0));
    let near = near.filter(|(like, _)| *like > 0.8);
    let near = near.map_or_else(|| ";".to_owned(), |(_, id)| format!("; did you mean {id}?"));
    Trouble::usage(format!(
        "nothing is known about {asked}{near} type a reply code from 200 to 599, an enhanced code or both \
         (550 5.7.26), or the id of a finding or a kind"
    ))
}

fn text(row: &Row, guide: &Guide) -> String {
    let mut out = format!("{}  {}\n", row.id, row.title);
    out.push_str(&columns("", 2, &row.says, WIDTH));
    if row.admin != row.says {
        out.push_str(&columns("  For admins", INDENT, &row.admin, WIDTH));
    }
    for at in &row.at {
        out.push_str(&columns(&format!("  at {}", at.stages.join(", ")), INDENT, &at.says, WIDTH));
    }
    for (i, fix) in row.fix.iter().enumerate() {
        out.push_str(&columns(if i == 0 { "  What to do" } else { "" }, INDENT, fix, WIDTH));
    }
    let cause = [row.cause.as_deref(), row.kind.as_deref()];
    let cause = cause.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let step = row.next_step.as_deref().and_then(|s| guide.step(&s.into()));
    let step = step.map(|s| format!("{}, {}", s.number, s.title)).unwrap_or_default();
    let waiting = row.waiting.as_deref().unwrap_or_default();
    let sources = row.sources.join("; ");
    for (label, value) in [("  Waiting", waiting), ("  Cause", &cause), ("  Step", &step), ("  Source", &sources)] {
        if !value.is_empty() {
            out.push_str(&columns(label, INDENT, value, WIDTH));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_the_guide_knows_is_explained_without_an_open_place() {
        let guide = Guide::embedded().unwrap();
        let kinds = guide.causes.iter().flat_map(|c| std::iter::once(&c.id).chain(c.kinds.iter().map(|k| &k.id)));
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
