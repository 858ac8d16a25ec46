//! `heloise sessions` and `heloise report`: what was saved.

use serde::Serialize;

use super::house::House;
use super::out::Out;
use super::{Exit, ListFormat, ReportArgs, SavedFormat, SessionsArgs, Trouble};
use crate::report::{self, json_text, when};
use crate::run::Summary;
use crate::transcript::{Transcript, clean_line};

/// `heloise sessions`.
pub(super) fn sessions(args: &SessionsArgs, house: &House) -> Result<Exit, Trouble> {
    #[derive(Serialize)]
    struct Row<'a> {
        id: &'a str,
        started: String,
        about: Option<&'a str>,
        step: Option<String>,
        verdict: Option<&'a str>,
    }
    let all = house.sessions()?.list();
    let mut out = Out::open(None)?;
    match args.format {
        ListFormat::Json => {
            let rows: Vec<_> = all
                .iter()
                .map(|s| Row {
                    id: &s.id,
                    started: when(s.unix_ms),
                    about: s.about(),
                    step: s.step.as_ref().map(ToString::to_string),
                    verdict: s.verdict.map(crate::transcript::Verdict::as_str),
                })
                .collect();
            out.line(&json_text(&serde_json::to_string_pretty(&rows).unwrap_or_default()))?;
        }
        ListFormat::Text if all.is_empty() => out.line("No session is saved yet.")?,
        ListFormat::Text => {
            for summary in &all {
                out.line(&row(summary, house))?;
            }
        }
    }
    out.finish()?;
    Ok(Exit::DONE)
}

/// `heloise report`.
pub(super) fn report(args: &ReportArgs, house: &House) -> Result<Exit, Trouble> {
    let saved = house.session(args.id.as_deref())?;
    let transcript: Transcript = saved.entries.into_iter().collect();
    let guide = &*house.guide;
    let text = match args.format {
        SavedFormat::Text => report::text(guide, &transcript, false),
        SavedFormat::Json => report::report(guide, &transcript).pretty(),
        SavedFormat::Jsonl => {
            let events = transcript.numbered().map(|(id, entry)| report::event(id, entry) + "\n");
            events.chain([report::report(guide, &transcript).line() + "\n"]).collect()
        }
        SavedFormat::Markdown => report::markdown(guide, &transcript),
        SavedFormat::Html => report::html(guide, &transcript),
        SavedFormat::Nagios => report::nagios(guide, &transcript).0,
        SavedFormat::Prometheus => report::prometheus(guide, &transcript),
        SavedFormat::Ticket => report::ticket(guide, &transcript, jiff::Timestamp::now().as_millisecond()),
    };
    let mut out = Out::open(args.out.as_deref())?;
    out.write(&text)?;
    out.finish()?;
    Ok(Exit::DONE)
}

fn row(summary: &Summary, house: &House) -> String {
    let about = clean_line(summary.about().unwrap_or("an error"), 40);
    let stands = match (summary.verdict, &summary.step) {
        (Some(verdict), _) => verdict.as_str().replace('-', " "),
        (None, Some(step)) => match house.guide.step(step) {
            Some(step) => format!("at step {}, {}", step.number, step.title),
            None => format!("at {step}"),
        },
        (None, None) => "not begun".to_owned(),
    };
    let refusal = summary.refusal.as_ref().map(|r| format!("{} from {}", r.codes(), clean_line(&r.server, 40)));
    let row = format!("{:<18} {about:<32} {stands:<22} {}", summary.id, refusal.unwrap_or_default());
    row.trim_end().to_owned()
}
