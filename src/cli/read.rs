//! `heloise read`: what an error, a bounce or mail-log lines mean.

use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;

use super::answer::Answer;
use super::house::House;
use super::{Exit, ReadArgs, Trouble, input};
use crate::reading::{Reader, Source};
use crate::transcript::{Redactor, redact};

/// What is looked at to tell a log or a mailbox from other texts, in octets.
const HEAD: u64 = 64 * 1024;

/// `heloise read`.
pub(super) fn read(args: &ReadArgs, house: &House) -> Result<Exit, Trouble> {
    let path = args.file.as_deref().unwrap_or(Path::new("-"));
    let why = "name a file with an error, a bounce or log lines, or - for standard input";
    let mut from = input::open(path, why)?;
    let mut head = Vec::new();
    from.by_ref().take(HEAD).read_to_end(&mut head).map_err(|e| cannot(path, &e))?;
    let not_text = || Trouble::data(format!("{} is not text: {why}", input::shown(path)));
    let first = input::decode(&head).ok_or_else(not_text)?;
    if first.trim().is_empty() {
        return Err(Trouble::data(format!("{} is empty: {why}", input::shown(path))));
    }
    let reader = Reader::new(house.guide.clone());
    let mut answer = Answer::begin(args.format, &house.guide)?;
    let long = head.len() as u64 == HEAD;
    let lines = || BufReader::new(Cursor::new(head.clone()).chain(from));
    if long && first.lines().take(20).any(Reader::is_log_line) {
        each_line(lines(), path, |line| reader.log_line(line).map_or(Ok(()), |item| answer.item(Source::Log, &item)))?;
        return answer.end(Source::Log);
    }
    if first.starts_with("From ") {
        let mut source = Source::NotABounce;
        each_message(lines(), path, |message| {
            let one = reader.text(message);
            if source == Source::NotABounce {
                source = one.source;
            }
            one.items.iter().try_for_each(|item| answer.item(one.source, item))
        })?;
        return answer.end(source);
    }
    let mut whole = Vec::new();
    lines().take(input::MOST).read_to_end(&mut whole).map_err(|e| cannot(path, &e))?;
    let one = reader.text(&redact(&input::decode(&whole).ok_or_else(not_text)?));
    one.items.iter().try_for_each(|item| answer.item(one.source, item))?;
    answer.end(one.source)
}

/// Every message of a mailbox in mbox form (RFC 4155), each cut to what a reader reads.
fn each_message(
    from: impl BufRead,
    path: &Path,
    mut take: impl FnMut(&str) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let mut message = String::new();
    let mut after_blank = true;
    each_line(from, path, |line| {
        if after_blank && line.starts_with("From ") {
            if !message.trim().is_empty() {
                take(&message)?;
            }
            message.clear();
        } else if message.len() + line.len() < Reader::MOST {
            message.push_str(line);
            message.push('\n');
        }
        after_blank = line.is_empty();
        Ok(())
    })?;
    if message.trim().is_empty() { Ok(()) } else { take(&message) }
}

/// Every line, cut to a length, without what is secret in it.
fn each_line(
    mut from: impl BufRead,
    path: &Path,
    mut take: impl FnMut(&str) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let mut redactor = Redactor::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        let most = Reader::LONGEST as u64;
        if from.by_ref().take(most).read_until(b'\n', &mut line).map_err(|e| cannot(path, &e))? == 0 {
            return Ok(());
        }
        let mut whole = line.ends_with(b"\n");
        while !whole {
            let buffer = from.fill_buf().map_err(|e| cannot(path, &e))?;
            let end = buffer.iter().position(|b| *b == b'\n');
            let used = end.map_or(buffer.len(), |at| at + 1);
            whole = end.is_some() || used == 0;
            from.consume(used);
        }
        take(&redactor.line(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r'])))?;
    }
}

fn cannot(path: &Path, error: &std::io::Error) -> Trouble {
    Trouble::data(format!("cannot read {}: {}", input::shown(path), input::reason(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        each_line(text.as_bytes(), Path::new("-"), |l| {
            all.push(l.to_owned());
            Ok(())
        })
        .unwrap();
        all
    }

    #[test]
    fn a_line_is_cut_and_the_next_one_is_whole() {
        let long = "a".repeat(Reader::LONGEST * 3);
        let all = lines(&format!("one\r\n{long}\nthree"));
        assert_eq!((all.len(), all[0].as_str(), all[2].as_str()), (3, "one", "three"));
        assert_eq!(all[1].len(), Reader::LONGEST);
    }

    #[test]
    fn a_mailbox_is_taken_message_by_message() {
        let mut all = Vec::new();
        let text = "From a\nSubject: x\n\ntext\nFrom here on\n\nFrom b\nSubject: y\n";
        each_message(text.as_bytes(), Path::new("-"), |m| {
            all.push(m.to_owned());
            Ok(())
        })
        .unwrap();
        assert_eq!(all, ["Subject: x\n\ntext\nFrom here on\n\n", "Subject: y\n"]);
    }
}
