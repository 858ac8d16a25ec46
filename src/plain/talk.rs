//! Lines in and out, and the one channel they and the answers of checks come through.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read, Write};
use std::thread;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use unicode_width::UnicodeWidthStr;
use zeroize::Zeroizing;

use super::found::Alike;
use super::tell;
use crate::guide::Guide;
use crate::report::wrap;
use crate::run::{Message, Session};
use crate::transcript::{Fact, Finding, Level, clean_line};
use crate::walk::Input;

/// The longest line that is taken, in octets.
const LINE: u64 = 64 * 1024;

/// The longest line that is told, in characters.
const TOLD: usize = 1000;

/// What the person at the keys does.
#[derive(Debug)]
pub(super) enum Typed {
    /// A line, without its end.
    Line(Zeroizing<String>),
    /// There is nothing more to come.
    End,
}

/// Reads lines into the channel, on a thread of its own: reading cannot be waited for otherwise.
pub(super) fn listen(mut input: impl BufRead + Send + 'static, channel: UnboundedSender<Message<Typed>>) {
    thread::spawn(move || {
        loop {
            let mut line = Zeroizing::new(Vec::new());
            match input.by_ref().take(LINE).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
            let text = Zeroizing::new(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned());
            if channel.send(Message::Front(Typed::Line(text))).is_err() {
                return;
            }
        }
        drop(channel.send(Message::Front(Typed::End)));
    });
}

fn is_fine(guide: &Guide, finding: &Finding) -> bool {
    guide.finding(&finding.id).is_some_and(|entry| entry.level == Level::Ok)
}

/// A conversation over a session.
pub(super) struct Talk<W, E> {
    session: Session,
    receive: UnboundedReceiver<Message<Typed>>,
    output: W,
    echo: E,
    typed: VecDeque<Zeroizing<String>>,
    ended: bool,
    /// Entries of the transcript that were told.
    told: usize,
    /// What was counted rather than told.
    alike: Alike,
    /// No file is read or written by name.
    pub(super) confined: bool,
    /// The columns of the terminal: a line that is longer would be cut in the middle of a word, and read aloud like that.
    pub(super) width: Option<usize>,
}

impl<W: Write, E: FnMut(bool)> Talk<W, E> {
    pub(super) fn new(session: Session, receive: UnboundedReceiver<Message<Typed>>, output: W, echo: E) -> Self {
        let told = session.walk().transcript().entries().len();
        Self {
            session,
            receive,
            output,
            echo,
            typed: VecDeque::new(),
            ended: false,
            told,
            alike: Alike::default(),
            confined: false,
            width: None,
        }
    }

    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    pub(super) fn session_mut(&mut self) -> &mut Session {
        &mut self.session
    }

    pub(super) fn into_session(self) -> Session {
        self.session
    }

    /// Whether nothing more can be asked: the input has ended.
    pub(super) fn is_over(&self) -> bool {
        self.ended && self.typed.is_empty()
    }

    /// Says one line.
    pub(super) fn say(&mut self, text: &str) -> io::Result<()> {
        self.write(clean_line(text.trim(), TOLD).trim_end())
    }

    fn write(&mut self, line: &str) -> io::Result<()> {
        let indent = line.len() - line.trim_start_matches(' ').len();
        match self.width {
            Some(width) if line.width() > width && indent * 2 < width => {
                let broken = wrap(line, width - indent);
                broken.iter().try_for_each(|l| writeln!(self.output, "{:indent$}{l}", ""))
            }
            _ => writeln!(self.output, "{line}"),
        }
    }

    /// Says short texts one after the other, and breaks lines between them alone.
    pub(super) fn say_all(&mut self, texts: &[String]) -> io::Result<()> {
        let mut line = String::new();
        for text in texts.iter().map(|t| clean_line(t.trim(), TOLD)) {
            let fits = self.width.is_none_or(|width| line.width() + 1 + text.width() <= width);
            if !line.is_empty() && !fits {
                self.write(&std::mem::take(&mut line))?;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&text);
        }
        self.write(&line)
    }

    /// Says a text of several lines as it is.
    pub(super) fn recite(&mut self, text: &str) -> io::Result<()> {
        for line in text.lines() {
            self.write(clean_line(line, TOLD).trim_end())?;
        }
        Ok(())
    }

    /// Feeds the walk and tells what follows at once.
    pub(super) fn feed(&mut self, input: Input) -> io::Result<()> {
        self.session.input(input);
        self.tell()
    }

    /// The next line typed; none when the input has ended.
    pub(super) async fn line(&mut self) -> io::Result<Option<Zeroizing<String>>> {
        self.output.flush()?;
        while self.typed.is_empty() && !self.ended {
            self.take().await?;
        }
        Ok(self.typed.pop_front())
    }

    /// A line that does not show while it is typed.
    pub(super) async fn hidden_line(&mut self) -> io::Result<Option<Zeroizing<String>>> {
        (self.echo)(false);
        let line = self.line().await;
        (self.echo)(true);
        line
    }

    /// Waits until nothing runs, telling what comes in. The line `stop` ends it early.
    pub(super) async fn settle(&mut self) -> io::Result<()> {
        self.tell()?;
        while !self.session.walk().running().is_empty() {
            if self.typed.front().is_some_and(|l| matches!(l.trim(), "stop" | "cancel")) {
                self.typed.pop_front();
                self.feed(Input::Cancel)?;
                continue;
            }
            self.output.flush()?;
            self.take().await?;
        }
        self.tell()
    }

    async fn take(&mut self) -> io::Result<()> {
        match self.receive.recv().await {
            Some(Message::Answer(run, fact)) => {
                self.session.answer(run, fact);
                self.tell()?;
            }
            Some(Message::Due) => {
                self.session.due();
                self.tell()?;
            }
            Some(Message::Front(Typed::Line(line))) => self.typed.push_back(line),
            Some(Message::Front(Typed::End)) | None => self.ended = true,
        }
        Ok(())
    }

    fn tell(&mut self) -> io::Result<()> {
        while let Some(entry) = self.session.walk().transcript().entries().get(self.told) {
            if matches!(entry.fact, Fact::Went { .. }) {
                self.alike.anew();
            }
            let lines = match &entry.fact {
                // The conclusion is a report of its own.
                Fact::Concluded { .. } => Vec::new(),
                Fact::Found { finding, .. } if self.alike.takes(finding, is_fine(self.session.guide(), finding)) => {
                    Vec::new()
                }
                Fact::Found { finding, .. }
                    if tell::only_quotes(self.session.guide(), self.session.walk(), finding) =>
                {
                    Vec::new()
                }
                Fact::Received { .. } => {
                    let lines = tell::fact(self.session.guide(), self.session.walk(), self.told);
                    if self.alike.heard(&lines) { Vec::new() } else { lines }
                }
                _ => tell::fact(self.session.guide(), self.session.walk(), self.told),
            };
            self.told += 1;
            if !lines.is_empty()
                && let Some(rest) = self.alike.rest()
            {
                self.say(&rest)?;
            }
            for line in lines {
                self.say(&line)?;
            }
        }
        Ok(())
    }
}
