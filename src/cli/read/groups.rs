//! Failures put together: what is printed of them, and the case that a wizard begins with.

use serde::Serialize;

use super::super::explain::spoken;
use super::progress::grouped;
use crate::guide::{Guide, Who};
use crate::reading::Group;
use crate::report::columns;
use crate::transcript::{Case, Goal, Target, clean_line};

/// As wide as the text is.
const WIDTH: usize = 80;
/// Where the text behind a label begins.
const INDENT: usize = 14;
/// How many domains and hosts are named.
const NAMED: usize = 5;
/// The most of an example line that is printed, in characters.
const EXAMPLE: usize = 300;

/// The counts above the groups.
pub(super) fn heading(groups: &[Group], lines: u64, failures: u64) -> String {
    let kinds =
        if groups.len() == 1 { "one kind".to_owned() } else { format!("{} kinds, most frequent first", groups.len()) };
    format!("{} lines tell of {} failures of {kinds}.\n", grouped(lines), grouped(failures))
}

/// One group, by its number.
pub(super) fn text(number: usize, group: &Group, all: u64, guide: &Guide) -> String {
    let share = share(group.count, all);
    let what = if group.incoming { ", refused by this server" } else { "" };
    let lead = format!("{number:>2}  {} × {}{what}", grouped(group.count), name(group, guide));
    let gap = WIDTH.saturating_sub(lead.chars().count() + share.len()).max(2);
    let mut out = format!("{lead}{:gap$}{share}\n", "");
    out.push_str(&columns("    Whose move", INDENT + 2, who(group), WIDTH));
    let times = match (&group.first, &group.last) {
        (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
        (Some(at), _) | (_, Some(at)) => at.clone(),
        (None, None) => String::new(),
    };
    for (label, value) in
        [("    When", times), ("    Mail to", names(&group.domains)), ("    Said by", names(&group.reporters))]
    {
        if !value.is_empty() {
            out.push_str(&columns(label, INDENT + 2, &value, WIDTH));
        }
    }
    let number = group.example_number.map(|n| format!("line {}: ", grouped(n))).unwrap_or_default();
    let example = format!("{number}{}", clean_line(&group.example_line, EXAMPLE));
    out.push_str(&columns("    Example", INDENT + 2, &example, WIDTH));
    out
}

/// Words of kinds that are written in capitals.
const ACRONYMS: [&str; 11] = ["tls", "ip", "mx", "dns", "spf", "dkim", "dmarc", "mta", "sts", "helo", "ptr"];

/// `Recipient address: no such user`.
fn name(group: &Group, guide: &Guide) -> String {
    let cause = guide.cause(&group.cause).map_or(group.cause.as_str(), |c| c.title.as_str());
    match &group.kind {
        Some(kind) => {
            let word = |w: &'_ str| if ACRONYMS.contains(&w) { w.to_uppercase() } else { w.to_owned() };
            format!("{cause}: {}", kind.split('-').map(word).collect::<Vec<_>>().join(" "))
        }
        None => cause.to_owned(),
    }
}

fn who(group: &Group) -> &'static str {
    match group.who {
        Who::TheirProvider if group.incoming => "whoever sends it",
        Who::You if group.incoming => "yours, at this server",
        who => spoken(who.as_str()),
    }
}

/// A part of the whole to a tenth of a percent.
fn share(count: u64, all: u64) -> String {
    let thousandths = count.saturating_mul(1000).checked_div(all).unwrap_or(0);
    if thousandths == 0 { "< 0.1 %".to_owned() } else { format!("{}.{} %", thousandths / 10, thousandths % 10) }
}

fn names(all: &[(String, u64)]) -> String {
    let mut named: Vec<String> =
        all.iter().take(NAMED).map(|(name, count)| format!("{} ({})", clean_line(name, 60), grouped(*count))).collect();
    if all.len() > NAMED {
        named.push("more".to_owned());
    }
    named.join(", ")
}

/// A group as the contract's JSON has it.
#[derive(Serialize)]
struct Row<'a> {
    cause: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    who: &'a str,
    incoming: bool,
    count: u64,
    first: Option<&'a str>,
    last: Option<&'a str>,
    domains: Vec<Count<'a>>,
    reporters: Vec<Count<'a>>,
    example: Example<'a>,
}

#[derive(Serialize)]
struct Count<'a> {
    name: &'a str,
    count: u64,
}

#[derive(Serialize)]
struct Example<'a> {
    number: Option<u64>,
    line: &'a str,
    code: Option<u16>,
    enhanced: Option<String>,
    text: String,
}

/// The groups as a JSON array.
pub(super) fn json(groups: &[Group]) -> String {
    let rows: Vec<Row<'_>> = groups.iter().map(row).collect();
    serde_json::to_string_pretty(&rows).unwrap_or_default()
}

fn row(group: &Group) -> Row<'_> {
    let reply = &group.example.reply;
    Row {
        cause: &group.cause,
        kind: group.kind.as_deref(),
        who: group.who.as_str(),
        incoming: group.incoming,
        count: group.count,
        first: group.first.as_deref(),
        last: group.last.as_deref(),
        domains: counts(&group.domains),
        reporters: counts(&group.reporters),
        example: Example {
            number: group.example_number,
            line: &group.example_line,
            code: Some(reply.code).filter(|c| *c > 0),
            enhanced: reply.enhanced.map(|e| e.to_string()),
            text: reply.joined(),
        },
    }
}

fn counts(all: &[(String, u64)]) -> Vec<Count<'_>> {
    all.iter().map(|(name, count)| Count { name, count: *count }).collect()
}

/// The case that a group is taken up with: its example as the error, and whom that names.
pub(super) fn case(group: &Group) -> Case {
    let mut case = Case::new();
    case.goal = Goal::Error;
    case.error = Some(group.example_line.clone());
    case.to = group.example.recipient.iter().filter(|to| to.contains('@')).cloned().collect();
    let named = |name: &&String| name.contains('.') && !group.incoming;
    case.server = group.example.reporter.as_ref().filter(named).map(|host| Target { host: host.clone(), port: None });
    case
}
