//! Mail logs, short or of any length: their failures one by one, or put together where there are many.

use std::io::{IsTerminal, Write, stdin, stdout};

use super::super::answer::Answer;
use super::super::{Given, StartArgs, wizard};
use super::progress::{Done, Progress};
use super::source::Source;
use super::{House, Next, PIECE, ReadArgs, ReadFormat, Trouble, groups};
use crate::reading::{Group, Groups, Item, LogReader, Logged, Place, Reader, Source as What};

/// So many failures of a log are printed one by one; of more, the groups.
pub(super) const FEW: usize = 5;

/// A log as far as it is read.
struct Reading<'a> {
    answer: Answer<'a>,
    format: ReadFormat,
    groups: Groups,
    few: Vec<Item>,
}

impl Reading<'_> {
    fn take(&mut self, told: Logged<'_>) -> Result<(), Trouble> {
        let place = Place { at: told.at, line: Some(told.line), number: Some(told.number) };
        self.groups.push_from(told.item, place);
        if self.format != ReadFormat::Text {
            return self.answer.item(What::Log, told.item);
        }
        if self.few.len() < FEW {
            self.few.push(told.item.clone());
        }
        Ok(())
    }
}

/// A log that is longer than what is held of it.
pub(super) fn long(args: &ReadArgs, house: &House, reader: &Reader, mut from: Source) -> Result<Next, Trouble> {
    let mut reading = begin(args, house, reader)?;
    let mut log = LogReader::new(reader);
    if args.format == ReadFormat::Text {
        log = log.for_groups();
    }
    let mut progress = Progress::new();
    let mut room = vec![0; PIECE];
    while let Some(piece) = from.piece(&mut room)? {
        log.push(piece, &mut |told| reading.take(told))?;
        progress.tick(|| Done {
            octets: from.taken(),
            total: from.total,
            count: log.seen(),
            of: "lines",
            failures: log.failures(),
        });
    }
    log.end(&mut |told| reading.take(told))?;
    drop(progress);
    end(args, house, reading, log.seen())
}

/// A log that is short enough to read each of its lines.
pub(super) fn short(args: &ReadArgs, house: &House, reader: &Reader, whole: &[u8]) -> Result<Next, Trouble> {
    let mut reading = begin(args, house, reader)?;
    let mut log = LogReader::every_line(reader);
    log.push(whole, &mut |told| reading.take(told))?;
    log.end(&mut |told| reading.take(told))?;
    end(args, house, reading, log.seen())
}

fn begin<'a>(args: &ReadArgs, house: &'a House, reader: &Reader) -> Result<Reading<'a>, Trouble> {
    let answer = Answer::begin(args.format, &house.guide)?;
    Ok(Reading { answer, format: args.format, groups: reader.groups(), few: Vec::new() })
}

fn end(args: &ReadArgs, house: &House, reading: Reading<'_>, lines: u64) -> Result<Next, Trouble> {
    let Reading { mut answer, groups: counted, few, .. } = reading;
    let (all, failures) = (counted.groups(), counted.count());
    if let Some(number) = args.group {
        return one(number, &all, failures, house, answer);
    }
    let many = failures > FEW as u64;
    if args.format == ReadFormat::Json && many {
        return answer.end_with(What::Log, "groups", &groups::json(&all)).map(Next::Done);
    }
    if args.format != ReadFormat::Text || !many {
        few.iter().try_for_each(|item| answer.item(What::Log, item))?;
        return answer.end(What::Log).map(Next::Done);
    }
    answer.write(&groups::heading(&all, lines, failures))?;
    for (i, group) in all.iter().enumerate() {
        answer.write(&format!("\n{}", groups::text(i + 1, group, failures, &house.guide)))?;
    }
    let done = answer.finish()?;
    if stdin().is_terminal()
        && stdout().is_terminal()
        && let Some(group) = choose(&all)?
    {
        return taken_up(group, house);
    }
    Ok(Next::Done(done))
}

/// The group that was asked for: in the wizard, or printed where nobody sits at the keys.
fn one(number: usize, all: &[Group], failures: u64, house: &House, mut answer: Answer<'_>) -> Result<Next, Trouble> {
    let Some(group) = number.checked_sub(1).and_then(|at| all.get(at)) else {
        let line = match all.len() {
            0 => "there is no failure in this log, so there is no group; leave out --group".to_owned(),
            1 => "there is one group of failures in this log: type --group 1".to_owned(),
            many => format!("there is no group {number}: type --group with a number from 1 to {many}"),
        };
        return Err(Trouble::usage(line));
    };
    if stdin().is_terminal() && stdout().is_terminal() {
        return taken_up(group, house);
    }
    answer.write(&groups::text(number, group, failures, &house.guide))?;
    answer.write("\n")?;
    answer.item(What::Log, &group.example)?;
    answer.end(What::Log).map(Next::Done)
}

/// Asks which group to take up; none where nothing was chosen.
fn choose(all: &[Group]) -> Result<Option<&Group>, Trouble> {
    let mut line = String::new();
    loop {
        print!("\nType a number to take it up in the wizard, or Enter to leave: ");
        stdout().flush().map_err(|e| Trouble::output("standard output", &e))?;
        line.clear();
        let got = stdin().read_line(&mut line).map_err(|e| Trouble::output("from the keyboard", &e))?;
        if got == 0 || line.trim().is_empty() || matches!(line.trim(), "q" | "quit" | "exit") {
            return Ok(None);
        }
        let number = line.trim().parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        if let Some(group) = number.and_then(|at| all.get(at)) {
            return Ok(Some(group));
        }
        print!("The numbers go from 1 to {}.", all.len());
    }
}

fn taken_up(group: &Group, house: &House) -> Result<Next, Trouble> {
    let given = Given { case: groups::case(group), secret: None, consents: None };
    wizard::start(&StartArgs::default(), given, house)
}
