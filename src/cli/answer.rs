//! The answer of `heloise read`, schema `heloise.reading/1`, written as its items come.

use serde::Serialize;

use super::explain::moves;
use super::out::Out;
use super::{Exit, ReadFormat, Trouble};
use crate::guide::{Guide, Who, fill};
use crate::reading::{Item, Source, advice};
use crate::report::{columns, json_text};
use crate::transcript::{Stage, clean_line};

/// As wide as the text is.
const WIDTH: usize = 80;

/// What stands where no error was found (contract, "Ids").
const NO_ERROR: &str = "not-a-bounce";

/// One item, as the contract has it.
#[derive(Clone, Debug, Serialize)]
struct Row {
    recipient: Option<String>,
    code: Option<u16>,
    enhanced: Option<String>,
    stage: Option<&'static str>,
    reporter: Option<String>,
    text: String,
    permanent: Option<bool>,
    cause: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    certainty: &'static str,
    headline: String,
    who: Option<&'static str>,
    waiting: Option<String>,
    fix: Vec<String>,
    next_step: String,
    /// Whether the log's own server refused somebody else's mail.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    incoming: bool,
    /// Whose wording it is, where that is known.
    by: Option<String>,
    /// The part of the text that decided.
    matched: Option<String>,
}

/// The answer, as far as it is written.
pub(super) struct Answer<'a> {
    out: Out,
    format: ReadFormat,
    guide: &'a Guide,
    items: u64,
}

impl<'a> Answer<'a> {
    pub(super) fn begin(format: ReadFormat, guide: &'a Guide) -> Result<Self, Trouble> {
        let mut out = Out::open(None)?;
        if format == ReadFormat::Json {
            out.write("{\n  \"schema\": \"heloise.reading/1\",\n  \"items\": [")?;
        }
        Ok(Self { out, format, guide, items: 0 })
    }

    pub(super) fn item(&mut self, source: Source, item: &Item) -> Result<(), Trouble> {
        let row = row(self.guide, source, item);
        self.row(source, &row)
    }

    /// The end. Where nothing was read, one item says so; a log without a failure has none.
    pub(super) fn end(mut self, source: Source) -> Result<Exit, Trouble> {
        match (self.items, source, self.format) {
            (0, Source::Log, ReadFormat::Text) => self.out.write("No failure stands in these log lines.\n")?,
            (0, Source::Log, _) => {}
            (0, ..) => self.row(source, &nothing(self.guide))?,
            _ => {}
        }
        if self.format == ReadFormat::Json {
            let close = if self.items > 0 { "\n  " } else { "" };
            self.out.write(&format!("{close}],\n  \"source\": \"{}\"\n}}\n", word(source)))?;
        }
        self.out.finish()?;
        Ok(Exit::DONE)
    }

    /// The end, with one more member of the object.
    pub(super) fn end_with(mut self, source: Source, name: &str, json: &str) -> Result<Exit, Trouble> {
        let close = if self.items > 0 { "\n  " } else { "" };
        let json = json_text(&json.replace('\n', "\n  "));
        self.out.write(&format!("{close}],\n  \"{name}\": {json},\n  \"source\": \"{}\"\n}}\n", word(source)))?;
        self.finish()
    }

    /// Writes text between items, or instead of them.
    pub(super) fn write(&mut self, text: &str) -> Result<(), Trouble> {
        self.out.write(text)
    }

    /// The end of an answer that is whole already.
    pub(super) fn finish(self) -> Result<Exit, Trouble> {
        self.out.finish()?;
        Ok(Exit::DONE)
    }

    fn row(&mut self, source: Source, row: &Row) -> Result<(), Trouble> {
        let first = self.items == 0;
        self.items += 1;
        match self.format {
            ReadFormat::Text => self.out.write(&format!("{}{}", if first { "" } else { "\n" }, text(row, self.guide))),
            ReadFormat::Json => {
                let json = serde_json::to_string_pretty(row).unwrap_or_default().replace('\n', "\n    ");
                self.out.write(&format!("{}\n    {}", if first { "" } else { "," }, json_text(&json)))
            }
            ReadFormat::Jsonl => {
                #[derive(Serialize)]
                struct Line<'a> {
                    schema: &'a str,
                    source: &'a str,
                    #[serde(flatten)]
                    row: &'a Row,
                }
                let line = Line { schema: "heloise.reading/1", source: word(source), row };
                self.out.line(&json_text(&serde_json::to_string(&line).unwrap_or_default()))
            }
        }
    }
}

fn row(guide: &Guide, source: Source, item: &Item) -> Row {
    let meaning = &item.meaning;
    let advice = advice(guide, item);
    let phrase = meaning.phrase.as_ref().and_then(|id| guide.phrase(id));
    Row {
        recipient: item.recipient.clone(),
        code: Some(item.reply.code).filter(|c| *c > 0),
        enhanced: item.reply.enhanced.map(|e| e.to_string()),
        stage: item.reply.stage.map(Stage::as_str),
        reporter: item.reporter.clone(),
        text: item.reply.joined(),
        permanent: item.permanent,
        cause: meaning.cause.clone(),
        kind: meaning.kind.clone(),
        certainty: meaning.certainty.as_str(),
        headline: advice.says.plain,
        who: Some(nearer(advice.who, source).as_str()),
        waiting: Some(advice.waiting),
        fix: advice.fix.into_iter().map(|f| f.plain).collect(),
        next_step: advice.step.map_or_else(|| "error-message".to_owned(), |s| s.to_string()),
        incoming: item.incoming,
        by: phrase.map(|p| p.by.clone()).filter(|by| by != "any"),
        matched: meaning.matched.clone(),
    }
}

/// What a program prints without any reply is about the server in its own settings.
fn nearer(who: Who, source: Source) -> Who {
    if who == Who::TheirProvider && source == Source::Text { Who::YourProvider } else { who }
}

/// The item of a text in which no error stands.
fn nothing(guide: &Guide) -> Row {
    let cause = guide.cause(NO_ERROR);
    let none = std::collections::BTreeMap::new();
    Row {
        recipient: None,
        code: None,
        enhanced: None,
        stage: None,
        reporter: None,
        text: String::new(),
        permanent: None,
        cause: NO_ERROR.to_owned(),
        kind: None,
        certainty: "likely",
        headline: cause.map_or_else(|| "This is no error.".to_owned(), |c| fill(&c.headline.plain, &none)),
        fix: cause.map(|c| c.fix.iter().map(|f| fill(&f.plain, &none)).collect()).unwrap_or_default(),
        who: cause.map(|c| c.who.as_str()),
        waiting: cause.map(|c| c.waiting.clone()),
        next_step: cause.map_or_else(|| "error-message".to_owned(), |c| c.step.to_string()),
        incoming: false,
        by: None,
        matched: None,
    }
}

fn text(row: &Row, guide: &Guide) -> String {
    let codes = [row.code.map(|c| c.to_string()), row.enhanced.clone()];
    let mut lead: Vec<String> = codes.into_iter().flatten().collect();
    lead.extend(row.reporter.as_ref().map(|r| format!("from {}", clean_line(r, 255))));
    lead.extend(row.recipient.as_ref().map(|r| format!("about {}", clean_line(r, 255))));
    lead.extend(row.stage.map(at));
    let mut lead = lead.join(" ");
    if let Some(first) = lead.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let mut out = if lead.is_empty() { String::new() } else { columns("", 0, &lead, WIDTH) };
    if !row.text.is_empty() {
        out.push_str(&columns("", 2, &clean_line(&row.text, 600), WIDTH));
    }
    let sure = if row.certainty == "confirmed" { "sure" } else { row.certainty };
    let known = row.cause != NO_ERROR;
    let meaning = clean_line(&row.headline, 400);
    let meaning = if known && row.cause != "unclear" { format!("{meaning} ({sure})") } else { meaning };
    out.push_str(&columns("  Meaning", 14, &meaning, WIDTH));
    if row.incoming {
        out.push_str(&columns("  Said", 14, "by the server whose log this is, to whoever sends", WIDTH));
    }
    let sender = Some("whoever sends").filter(|_| row.incoming && row.who == Some(Who::TheirProvider.as_str()));
    let who = sender.or(row.who).filter(|_| known);
    out.push_str(&moves(who, row.waiting.as_deref().filter(|_| known), &row.fix));
    if let Some(step) = guide.step(&row.next_step.as_str().into()).filter(|_| row.cause != NO_ERROR) {
        out.push_str(&columns("  Next", 14, &format!("step {}, {}", step.number, step.title), WIDTH));
    }
    out
}

/// A stage in a sentence.
fn at(stage: &str) -> String {
    let stage = Stage::ALL.into_iter().find(|s| s.as_str() == stage);
    match stage {
        Some(Stage::Connect) => "while connecting".to_owned(),
        Some(stage) => format!("at {}", stage.spoken()),
        None => String::new(),
    }
}

fn word(source: Source) -> &'static str {
    match source {
        Source::Reply => "reply",
        Source::Dsn => "dsn",
        Source::Log => "log",
        Source::Headers => "headers",
        Source::Text => "text",
        Source::NotABounce => "not-a-bounce",
    }
}
