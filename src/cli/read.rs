//! `heloise read`: what an error, a bounce or mail-log lines mean.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde::Serialize;

use super::house::House;
use super::out::Out;
use super::{Exit, ReadArgs, ReadFormat, Trouble, check, input};
use crate::guide::{Guide, Words, fill};
use crate::reading::{Item, Reader, Reading, Source};
use crate::report::{columns, json_text};
use crate::transcript::{Redactor, clean_line, redact};

/// What is looked at to tell a log from other texts, in octets.
const HEAD: u64 = 64 * 1024;

/// The longest line of a log that is read, in octets; what stands behind it is passed over.
const LINE: u64 = 16 * 1024;

/// As wide as the text is.
const WIDTH: usize = 80;

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
    fix: Vec<String>,
    next_step: String,
}

/// `heloise read`.
pub(super) fn read(args: &ReadArgs, house: &House) -> Result<Exit, Trouble> {
    let path = args.file.as_deref().unwrap_or(Path::new("-"));
    let why = "name a file with an error, a bounce or log lines, or - for standard input";
    let mut from = input::open(path, why)?;
    let fail = |e: std::io::Error| Trouble::data(format!("cannot read {}: {}", input::shown(path), input::reason(&e)));
    let mut head = Vec::new();
    from.by_ref().take(HEAD).read_to_end(&mut head).map_err(fail)?;
    let not_text = || Trouble::data(format!("{} is not text: {why}", input::shown(path)));
    let first = input::decode(&head).ok_or_else(not_text)?;
    if first.trim().is_empty() {
        return Err(Trouble::data(format!("{} is empty: {why}", input::shown(path))));
    }
    let reader = Reader::new(house.guide.clone());
    let mut out = Answer { out: Out::open(None)?, format: args.format, guide: &house.guide, items: 0 };
    let whole_here = (head.len() as u64) < HEAD;
    if !whole_here && reader.text(&first).source == Source::Log {
        out.begin(Source::Log)?;
        let lines = BufReader::new(std::io::Cursor::new(head).chain(from));
        each_line(lines, |line| reader.text(line).items.iter().try_for_each(|item| out.item(Source::Log, item)))?;
        return out.end(Source::Log);
    }
    let mut rest = Vec::new();
    from.by_ref().take(input::MOST - HEAD).read_to_end(&mut rest).map_err(fail)?;
    if from.read(&mut [0]).map_err(fail)? > 0 {
        check::note(&format!("{} is long: only its first 64 MiB were read", input::shown(path)));
    }
    head.append(&mut rest);
    let text = input::decode(&head).ok_or_else(not_text)?;
    let Reading { source, items } = reader.text(&redact(&text));
    out.begin(source)?;
    items.iter().try_for_each(|item| out.item(source, item))?;
    out.end(source)
}

/// Every line, cut to a length, without what is secret in it.
fn each_line(mut from: impl BufRead, mut take: impl FnMut(&str) -> Result<(), Trouble>) -> Result<(), Trouble> {
    let fail = |e: std::io::Error| Trouble::data(format!("cannot read on: {}", input::reason(&e)));
    let mut redactor = Redactor::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        if from.by_ref().take(LINE).read_until(b'\n', &mut line).map_err(fail)? == 0 {
            return Ok(());
        }
        let mut whole = line.ends_with(b"\n");
        while !whole {
            let buffer = from.fill_buf().map_err(fail)?;
            let end = buffer.iter().position(|b| *b == b'\n');
            let used = end.map_or(buffer.len(), |at| at + 1);
            whole = end.is_some() || used == 0;
            from.consume(used);
        }
        take(&redactor.line(String::from_utf8_lossy(&line).trim_end()))?;
    }
}

/// The answer, written as the items come.
struct Answer<'a> {
    out: Out,
    format: ReadFormat,
    guide: &'a Guide,
    items: u64,
}

impl Answer<'_> {
    fn begin(&mut self, source: Source) -> Result<(), Trouble> {
        if self.format == ReadFormat::Json {
            let head = format!(
                "{{\n  \"schema\": \"heloise.reading/1\",\n  \"source\": \"{}\",\n  \"items\": [",
                word(source)
            );
            self.out.write(&head)?;
        }
        Ok(())
    }

    fn item(&mut self, source: Source, item: &Item) -> Result<(), Trouble> {
        let row = row(self.guide, item);
        let comma = if self.items > 0 { "," } else { "" };
        self.items += 1;
        match self.format {
            ReadFormat::Text => self.out.write(&text(&row, self.guide, item)),
            ReadFormat::Json => {
                let json = serde_json::to_string_pretty(&row).unwrap_or_default().replace('\n', "\n    ");
                self.out.write(&format!("{comma}\n    {}", json_text(&json)))
            }
            ReadFormat::Jsonl => {
                #[derive(Serialize)]
                struct Line<'a> {
                    schema: &'a str,
                    source: &'a str,
                    #[serde(flatten)]
                    row: Row,
                }
                let line = Line { schema: "heloise.reading/1", source: word(source), row };
                self.out.line(&json_text(&serde_json::to_string(&line).unwrap_or_default()))
            }
        }
    }

    fn end(mut self, source: Source) -> Result<Exit, Trouble> {
        match self.format {
            ReadFormat::Json if self.items == 0 => self.out.write("]\n}\n")?,
            ReadFormat::Json => self.out.write("\n  ]\n}\n")?,
            ReadFormat::Text if self.items == 0 => {
                let says = match source {
                    Source::NotABounce => "This is no error: an automatic answer, or a report that all went well.",
                    Source::Log => "No failure stands in these log lines.",
                    _ => "There is no mail error in this text that heloise knows.",
                };
                self.out.write(&format!("{says}\n"))?;
            }
            _ => {}
        }
        self.out.finish()?;
        Ok(Exit::DONE)
    }
}

fn row(guide: &Guide, item: &Item) -> Row {
    let meaning = &item.meaning;
    let filled = |words: &Words| fill(&words.plain, &meaning.args);
    let kind = meaning.kind.as_deref().and_then(|k| guide.kind(k)).map(|(_, kind)| kind);
    let cause = guide.cause(&meaning.cause);
    let headline = kind.map(|k| &k.headline).or_else(|| cause.map(|c| &c.headline)).map(filled);
    let fix = kind.map(|k| &k.fix).or_else(|| cause.map(|c| &c.fix));
    let step = kind.and_then(|k| k.step.as_ref()).or_else(|| cause.map(|c| &c.step));
    Row {
        recipient: item.recipient.clone(),
        code: Some(item.reply.code).filter(|c| *c > 0),
        enhanced: item.reply.enhanced.map(|e| e.to_string()),
        stage: item.reply.stage.map(crate::transcript::Stage::as_str),
        reporter: item.reporter.clone(),
        text: item.reply.joined(),
        permanent: item.permanent,
        cause: meaning.cause.clone(),
        kind: meaning.kind.clone(),
        certainty: meaning.certainty.as_str(),
        headline: headline.unwrap_or_else(|| "The answer says too little to name a cause.".to_owned()),
        fix: fix.map(|all| all.iter().map(filled).collect()).unwrap_or_default(),
        next_step: step.map_or_else(|| "error-message".to_owned(), ToString::to_string),
    }
}

fn text(row: &Row, guide: &Guide, item: &Item) -> String {
    let mut lead = Vec::new();
    lead.extend((item.reply.code > 0).then(|| item.reply.codes()).or_else(|| row.enhanced.clone()));
    lead.extend(row.reporter.as_ref().map(|r| format!("from {}", clean_line(r, 255))));
    lead.extend(row.recipient.as_ref().map(|r| format!("about {}", clean_line(r, 255))));
    let mut out = format!("{}\n", if lead.is_empty() { "without a code".to_owned() } else { lead.join(" ") });
    if !row.text.is_empty() {
        out.push_str(&columns("", 2, &clean_line(&row.text, 600), WIDTH));
    }
    out.push_str(&columns("  Meaning", 14, &format!("{} ({})", clean_line(&row.headline, 400), row.certainty), WIDTH));
    for (i, fix) in row.fix.iter().enumerate() {
        out.push_str(&columns(if i == 0 { "  What to do" } else { "" }, 14, &clean_line(fix, 400), WIDTH));
    }
    let again = match row.permanent {
        Some(true) => Some("does not help until something is changed"),
        Some(false) => Some("may help: the server asked to try again later"),
        None => None,
    };
    if let Some(again) = again {
        out.push_str(&columns("  Again", 14, again, WIDTH));
    }
    if let Some(step) = guide.step(&row.next_step.as_str().into()) {
        out.push_str(&columns("  Next", 14, &format!("step {}, {}", step.number, step.title), WIDTH));
    }
    out.push('\n');
    out
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
