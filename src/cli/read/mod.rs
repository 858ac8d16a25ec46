//! `heloise read`: what an error, a bounce or mail-log lines mean.

mod groups;
mod log;
mod mailbox;
mod progress;
mod source;

use std::cell::Cell;
use std::path::Path;

use super::answer::Answer;
use super::house::House;
use super::{Exit, Next, ReadArgs, ReadFormat, Trouble};
use crate::reading::{Reader, Source as What};
use crate::transcript::redact;
use mailbox::Mailbox;
use progress::{Done, Progress};
use source::Source;

/// How much is read at a time, in octets.
const PIECE: usize = 256 * 1024;
/// So many lines of a long text are looked at to tell whether it is a log.
const LOOKED_AT: usize = 200;

/// `heloise read`.
pub(super) fn read(args: &ReadArgs, house: &House) -> Result<Next, Trouble> {
    if args.group.is_some() && args.format != ReadFormat::Text {
        return Err(Trouble::usage("--group opens one group of a log; leave out --format"));
    }
    let path = args.file.as_deref().unwrap_or(Path::new("-"));
    let mut from = Source::open(path, what_to_name(path))?;
    let reader = Reader::new(house.guide.clone());
    let first = String::from_utf8_lossy(&from.head).into_owned();
    let first = first.trim_start_matches('\u{feff}');
    if from.is_long() && is_log(first) {
        return log::long(args, house, &reader, from);
    }
    if first.starts_with("From ") && args.group.is_none() {
        return mailbox(args, house, &reader, from).map(Next::Done);
    }
    let mut whole = Vec::new();
    let mut room = vec![0; PIECE];
    while let Some(piece) = from.piece(&mut room)?.filter(|_| whole.len() <= Reader::MOST) {
        whole.extend_from_slice(piece);
    }
    let text = String::from_utf8_lossy(&whole);
    let one = reader.text(&redact(text.trim_start_matches('\u{feff}')));
    if one.source == What::Log && (one.items.len() > log::FEW || args.group.is_some()) {
        return log::short(args, house, &reader, &whole);
    }
    if args.group.is_some() {
        return Err(Trouble::usage(format!("--group is for logs, and {} is none; leave it out", from.shown)));
    }
    let mut answer = Answer::begin(args.format, &house.guide)?;
    one.items.iter().chain(&one.noted).try_for_each(|item| answer.item(one.source, item))?;
    answer.end(one.source).map(Next::Done)
}

/// What to type instead of a name that leads nowhere: the words of an error are often given where its file is wanted.
fn what_to_name(path: &Path) -> &'static str {
    let spaced = |name: &str| name.trim().contains(char::is_whitespace);
    match path.to_str().is_some_and(spaced) && !path.exists() {
        true => "for the words themselves, type explain in place of read",
        false => "name a file with an error, a bounce or log lines, or - for standard input",
    }
}

/// Whether a long text is a log: a line of one stands near its beginning, and it is no message.
fn is_log(first: &str) -> bool {
    let lines = || first.lines().filter(|l| !l.trim().is_empty()).take(LOOKED_AT);
    !Reader::is_message(first) && !first.starts_with("From ") && lines().any(Reader::is_log_line)
}

fn mailbox(args: &ReadArgs, house: &House, reader: &Reader, mut from: Source) -> Result<Exit, Trouble> {
    let mut answer = Answer::begin(args.format, &house.guide)?;
    let (mut mailbox, mut progress) = (Mailbox::default(), Progress::new());
    let (mut what, failures, messages) = (What::NotABounce, Cell::new(0), Cell::new(0));
    let mut take = |message: &str| {
        let one = reader.text(message);
        if what == What::NotABounce {
            what = one.source;
        }
        messages.set(messages.get() + 1);
        failures.set(failures.get() + one.items.len() as u64);
        one.items.iter().try_for_each(|item| answer.item(one.source, item))
    };
    let mut room = vec![0; PIECE];
    while let Some(piece) = from.piece(&mut room)? {
        mailbox.push(piece, &mut take)?;
        progress.tick(|| Done {
            octets: from.taken(),
            total: from.total,
            count: messages.get(),
            of: "messages",
            failures: failures.get(),
        });
    }
    mailbox.end(&mut take)?;
    progress.clear();
    answer.end(what)
}
