//! Step 6: the error that the user has, or that a server gave us: which code, which text, said where and by whom.

use super::{BoxFuture, Check, Context};
use crate::reading::{Item, Meaning, Source};
use crate::transcript::{Finding, Reply, Role, Stage, clean_line};

/// The check of step 6.
pub(super) struct ErrorMessage;

impl Check for ErrorMessage {
    fn id(&self) -> &'static str {
        "error-message"
    }

    fn emits(&self) -> &'static [&'static str] {
        &[
            "error-message.none-given",
            "error-message.no-reply",
            "error-message.not-a-bounce",
            "error-message.several",
            "error-message.chosen",
            "error-message.headline",
            "error-message.read",
            "error-message.unclear",
            "error-message.earlier",
        ]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(async { run(cx) })
    }
}

/// The guide's seven codes.
const HEADLINE: [u16; 7] = [501, 550, 554, 421, 451, 503, 502];

/// How many failures of one text are kept; the rest is counted.
const MOST: usize = 50;

fn run(cx: &Context) {
    let Some(text) = cx.case.error.as_deref().filter(|t| !t.trim().is_empty()) else {
        return earlier(cx);
    };
    let reading = cx.reader.text(text);
    if reading.source == Source::NotABounce {
        cx.found(Finding::new("error-message.not-a-bounce"));
        return;
    }
    if reading.items.is_empty() {
        cx.found(Finding::new("error-message.no-reply"));
        return;
    }
    let count = reading.items.len();
    if let Some((nth, item)) = cx.case.failure.and_then(|nth| Some((nth, reading.items.get(nth as usize)?))) {
        cx.found(Finding::new("error-message.chosen").arg("count", count).arg("number", nth.saturating_add(1)));
        return say(cx, item.clone());
    }
    if count > 1 {
        cx.found(Finding::new("error-message.several").arg("count", count));
    }
    for item in reading.items.into_iter().take(MOST) {
        say(cx, item);
    }
}

/// No text was pasted: the last refusal of this session is read instead. It stands in the transcript already, and counts from there.
fn earlier(cx: &Context) {
    let last = cx.seen.replies().rev().find(|(_, r)| r.role == Role::Case && !r.is_positive());
    let Some((_, reply)) = last else {
        cx.found(Finding::new("error-message.none-given"));
        return;
    };
    let meaning = cx.reader.reply(reply);
    let finding = |id| worded(id, reply, Some(&reply.server), &meaning);
    cx.found(finding("error-message.earlier"));
    if HEADLINE.contains(&reply.code) {
        cx.found(finding("error-message.headline"));
    }
}

fn say(cx: &Context, item: Item) {
    let Item { recipient, reply, reporter, meaning, .. } = item;
    let evidence = cx.rec.reply(Reply { role: Role::Pasted, ..reply.clone() });
    let finding = |id| {
        let finding = worded(id, &reply, reporter.as_deref(), &meaning);
        finding.arg("recipient", recipient.clone().unwrap_or_default()).shown_by(evidence)
    };
    cx.found(finding(if meaning.cause == "unclear" { "error-message.unclear" } else { "error-message.read" }));
    if HEADLINE.contains(&reply.code) {
        cx.found(finding("error-message.headline"));
    }
}

fn worded(id: &str, reply: &Reply, server: Option<&str>, meaning: &Meaning) -> Finding {
    let codes = match (reply.code, reply.enhanced) {
        (0, enhanced) => enhanced.map(|e| e.to_string()).unwrap_or_default(),
        _ => reply.codes(),
    };
    let mut finding = Finding::new(id)
        .arg("code", if reply.code == 0 { String::new() } else { reply.code.to_string() })
        .arg("codes", codes)
        .arg("text", clean_line(&reply.joined(), 300))
        .arg("stage", reply.stage.map_or("", Stage::spoken))
        .arg("server", server.unwrap_or_default())
        .arg("cause", &meaning.cause)
        .arg("kind", meaning.kind.clone().unwrap_or_default());
    for (name, value) in &meaning.args {
        finding.args.entry(name.clone()).or_insert_with(|| value.clone());
    }
    finding
}
