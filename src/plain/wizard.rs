//! The walk: from the first question to the diagnosis.

mod questions;
mod sign;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use super::ask::{NO_FILES, stays_home};
use super::choose::{Choice, HELP, choice};
use super::found::found;
use super::talk::Talk;
use crate::diagnosis::{diagnose, shown_in};
use crate::report;
use crate::run::Session;
use crate::transcript::{Case, Consent, Mode, StepId, StepStatus, Verdict};
use crate::walk::{Input, Place, StepState};

/// The walk, talked through.
pub(super) struct Wizard<W, E> {
    pub(super) talk: Talk<W, E>,
    pub(super) case: Case,
    pub(super) mode: Mode,
    pub(super) consents: BTreeSet<Consent>,
    /// It is practice, and nobody was told yet.
    pub(super) practice: bool,
    /// A login was declined without asking, as there was nothing to log in with.
    pub(super) no_login: bool,
    /// Steps whose questions were asked.
    asked: BTreeSet<StepId>,
    /// The text whose failures were offered to choose from, and the one that was told of, each with its choice.
    pub(super) offered: Option<String>,
    pub(super) told: Option<(String, Option<u32>)>,
}

/// Whether the conversation goes on.
#[derive(PartialEq, Eq)]
pub(super) enum Flow {
    On,
    Leave,
}

impl<W: Write, E: FnMut(bool)> Wizard<W, E> {
    pub(super) fn new(talk: Talk<W, E>, case: Case, mode: Mode, consents: BTreeSet<Consent>, practice: bool) -> Self {
        Self {
            talk,
            case,
            mode,
            consents,
            practice,
            no_login: false,
            asked: BTreeSet::new(),
            offered: None,
            told: None,
        }
    }

    pub(super) fn into_session(self) -> Session {
        self.talk.into_session()
    }

    /// Walks until it is left, or the input ends; then it says what was found.
    pub(super) async fn walk(&mut self, resumed: bool, story: Option<&str>, at_once: bool) -> io::Result<()> {
        if !resumed {
            let version = env!("CARGO_PKG_VERSION").to_owned();
            let unix_ms = self.session().world().unix_seconds().saturating_mul(1000);
            self.talk.feed(Input::Begin { version, unix_ms, mode: self.mode })?;
        }
        if let Some(story) = story {
            self.talk.recite(story)?;
        }
        if !resumed && self.begin(at_once || story.is_some()).await? == Flow::Leave {
            return Ok(());
        }
        if resumed {
            self.case = self.session().walk().case().clone();
            if std::mem::take(&mut self.case.has_password) {
                self.enter()?;
                self.talk.say("A password is never kept: it has to be typed again where it is needed.")?;
            }
            let stands = match self.session().walk().place() {
                Place::Step(step) => format!("We stand at {}.", self.title(step)),
                Place::Start => "Nothing was asked of anybody yet. What you had typed is still there.".to_owned(),
                Place::Concluded => "Here is what was found.".to_owned(),
            };
            self.talk.say(&stands)?;
            self.sign_on().await?;
        }
        loop {
            self.talk.settle().await?;
            let flow = match self.session().walk().place().clone() {
                Place::Start => self.begin(false).await?,
                Place::Step(step) => self.at_step(&step).await?,
                Place::Concluded => self.concluded().await?,
            };
            if flow == Flow::Leave {
                return self.farewell();
            }
        }
    }

    /// Asks a step's questions that matter and are open, and for consent; then does what is wanted.
    async fn go(&mut self, to: Option<&StepId>, input: Input) -> io::Result<Flow> {
        if let Some(to) = to.filter(|id| !stays_home(id)).cloned() {
            let needs = self.session().guide().step(&to).map(|s| s.consent.clone()).unwrap_or_default();
            match self.consent_for(&needs).await? {
                None => return Ok(Flow::Leave),
                Some(true) => {}
                Some(false) => {
                    self.talk.say("Nothing is asked. Here is what can be said without it.")?;
                    self.talk.feed(Input::Conclude)?;
                    return Ok(Flow::On);
                }
            }
        }
        if let Some(to) = to {
            self.questions(&to.clone(), false).await?;
        }
        self.talk.feed(input)?;
        Ok(Flow::On)
    }

    /// A step has ended, or waits: what next?
    async fn at_step(&mut self, here: &StepId) -> io::Result<Flow> {
        let asks = self.session().walk().asks(self.session().guide());
        if !asks.is_empty() && self.mode == Mode::Guided {
            return self.wait_for(&asks).await;
        }
        if let Some(flow) = self.failure(here).await? {
            return Ok(flow);
        }
        self.meaning()?;
        let walk = self.session().walk();
        let mut offered = vec![Choice::GoOn];
        let mut names = vec!["go on".to_owned()];
        let proposal = walk.proposal().cloned();
        let waits = walk.state_of(here) == StepState::Waiting;
        if waits {
            names[0] = format!("run {}", self.title(here));
        }
        let own = walk.case().checklist.iter().flat_map(|c| &c.steps).find(|s| s.id == *here);
        if let Some(mind) = own.map(|s| s.mind.clone()).filter(|m| !m.is_empty()) {
            self.talk.say(&format!("Mind: {mind}"))?;
        }
        if let Some(next) = &proposal {
            let to = next.to.as_ref().map_or_else(|| "the diagnosis".to_owned(), |s| self.title(s));
            self.talk.say(&format!("Next: {to}, because {}.", next.because))?;
        }
        let walk = self.session().walk();
        for step in walk.other_ways(self.session().guide()) {
            names.push(self.title(&step));
            offered.push(Choice::Open(step));
        }
        if self.mode == Mode::Checklist {
            names.extend(["sign".to_owned(), "skip".to_owned(), "run all".to_owned()]);
            offered.extend([Choice::Sign, Choice::Skip, Choice::RunAll]);
        }
        let more = self.session().walk().offers(self.session().guide(), here);
        if let Some(what) = more.first().filter(|_| !waits) {
            names.push(more_of(*what).to_owned());
            offered.push(Choice::Allow);
        }
        names.extend(["transcript".to_owned(), "report and stop".to_owned()]);
        offered.extend([Choice::Transcript, Choice::Stop]);
        let Some(choice) = self.prompt(&names, &offered).await? else {
            self.talk.feed(Input::Conclude)?;
            return Ok(Flow::On);
        };
        match choice {
            Choice::GoOn if waits => self.go(Some(&here.clone()), Input::Follow).await,
            Choice::GoOn => {
                let to = proposal.as_ref().and_then(|p| p.to.clone());
                match proposal {
                    Some(_) => self.go(to.as_ref(), Input::Follow).await,
                    None => {
                        self.talk.feed(Input::Conclude)?;
                        Ok(Flow::On)
                    }
                }
            }
            other => self.carry_out(other, Some(here)).await,
        }
    }

    async fn concluded(&mut self) -> io::Result<Flow> {
        for line in found(self.session().guide(), self.session().walk()) {
            self.talk.say(&line)?;
        }
        let transcript = self.session().walk().transcript();
        let top = diagnose(self.session().guide(), transcript).causes.into_iter().next();
        let step = top.and_then(|top| shown_in(transcript, &top));
        let all = [
            ("ticket", Choice::Ticket),
            ("check again", Choice::Again),
            ("save the report", Choice::Save),
            ("transcript", Choice::Transcript),
            ("quit", Choice::Quit),
            ("evidence", Choice::Evidence),
        ];
        let here = all.into_iter().filter(|(_, choice)| step.is_some() || *choice != Choice::Again);
        let (names, offered): (Vec<String>, Vec<Choice>) = here.map(|(name, of)| (name.to_owned(), of)).unzip();
        loop {
            let Some(choice) = self.prompt(&names, &offered).await? else { return Ok(Flow::Leave) };
            match choice {
                Choice::GoOn | Choice::Quit | Choice::Stop => return Ok(Flow::Leave),
                Choice::Ticket => {
                    let now = self.session().world().unix_seconds().saturating_mul(1000);
                    let walk = self.session().walk();
                    let text = report::ticket(self.session().guide(), walk.transcript(), now);
                    self.talk.recite(&text)?;
                }
                Choice::Save => self.save().await?,
                Choice::Transcript => self.transcript()?,
                Choice::Evidence => self.evidence()?,
                Choice::Records => self.records()?,
                Choice::Again => {
                    let Some(step) = step.clone() else { continue };
                    return self.go(Some(&step), Input::Again(step.clone())).await;
                }
                other => return self.carry_out(other, None).await,
            }
        }
    }

    async fn carry_out(&mut self, choice: Choice, here: Option<&StepId>) -> io::Result<Flow> {
        match (choice, here.cloned()) {
            (Choice::Open(step), _) => return self.go(Some(&step), Input::Open(step.clone())).await,
            (Choice::Again, Some(step)) => return self.go(Some(&step), Input::Again(step.clone())).await,
            (Choice::Back, _) => self.talk.feed(Input::Back)?,
            (Choice::Allow, Some(step)) => {
                let more = self.session().walk().offers(self.session().guide(), &step);
                if self.allowed(&more).await? == Some(true) {
                    return self.go(Some(&step), Input::Again(step.clone())).await;
                }
            }
            (Choice::Skip, Some(step)) => match self.session().walk().state_of(&step) {
                StepState::Done(StepStatus::Skipped) => self.talk.say("That step is left out already.")?,
                StepState::Done(_) => self.talk.say("That step was run: what it found stays. Type sign for a note.")?,
                _ => self.talk.feed(Input::Skip(step))?,
            },
            (Choice::Change, Some(step)) => {
                self.questions(&step, true).await?;
                return self.go(Some(&step), Input::Again(step.clone())).await;
            }
            (Choice::Options, here) => {
                self.options().await?;
                if let Some(step) = here {
                    return self.go(Some(&step), Input::Again(step.clone())).await;
                }
            }
            (Choice::RunAll, Some(_)) => {
                let walk = self.session().walk();
                let lines = walk.checklist(self.session().guide());
                let all: Vec<StepId> = lines.iter().map(|s| s.id.clone()).collect();
                for step in all {
                    if self.session().walk().state_of(&step) == StepState::Waiting {
                        let needs = self.session().guide().step(&step).map(|s| s.consent.clone()).unwrap_or_default();
                        match self.consent_for(if stays_home(&step) { &[] } else { &needs }).await? {
                            None => return Ok(Flow::Leave),
                            Some(false) => break,
                            Some(true) => self.talk.feed(Input::Open(step))?,
                        }
                        self.talk.settle().await?;
                    }
                }
            }
            (Choice::Sign, Some(step)) => return self.sign(step).await,
            (Choice::Failures, Some(step)) => {
                self.offered = None;
                self.case.failure = None;
                self.enter()?;
                return self.go(Some(&step), Input::Again(step.clone())).await;
            }
            (Choice::Transcript, _) => self.transcript()?,
            (Choice::Evidence, _) => self.evidence()?,
            (Choice::Matrix, _) => self.matrix()?,
            (Choice::Records, _) => self.records()?,
            (Choice::Stop, _) => self.talk.feed(Input::Conclude)?,
            (Choice::Quit, _) => return Ok(Flow::Leave),
            _ => self.talk.say("That makes no sense here. Type help for what does.")?,
        }
        Ok(Flow::On)
    }

    /// Offers numbered choices until one is made; none when the input has ended.
    async fn prompt(&mut self, names: &[String], offered: &[Choice]) -> io::Result<Option<Choice>> {
        let mut all: Vec<_> = names.iter().enumerate().map(|(i, name)| format!("{} {name}.", i + 1)).collect();
        all.push("Type a number, or help:".to_owned());
        loop {
            self.talk.say_all(&all)?;
            let Some(line) = self.talk.line().await? else { return Ok(None) };
            match choice(&line, offered, self.session().guide()) {
                Some(Choice::Help) => HELP.iter().try_for_each(|line| self.talk.say(line))?,
                Some(choice) => return Ok(Some(choice)),
                None => self.talk.say("That was not understood.")?,
            }
        }
    }

    fn meaning(&mut self) -> io::Result<()> {
        let found = diagnose(self.session().guide(), self.session().walk().transcript());
        match found.causes.first() {
            Some(top) if found.verdict == Verdict::FaultFound && top.cause != "unclear" => {
                let line = format!("Meaning so far: {} That is {}.", top.headline.plain, top.certainty.as_str());
                self.talk.say(&line)
            }
            _ => Ok(()),
        }
    }

    async fn save(&mut self) -> io::Result<()> {
        if self.talk.confined {
            return self.talk.say(NO_FILES);
        }
        self.talk.say("Name a file; its ending says how: report.txt, report.md, report.html or report.json.")?;
        let Some(name) = self.talk.line().await?.filter(|l| !l.trim().is_empty()) else { return Ok(()) };
        let path = Path::new(name.trim());
        let (guide, transcript) = (self.session().guide(), self.session().walk().transcript());
        let text = match path.extension().and_then(|e| e.to_str()) {
            Some("md") => report::markdown(guide, transcript),
            Some("html" | "htm") => report::html(guide, transcript),
            Some("json") => report::report(guide, transcript).pretty(),
            _ => report::text(guide, transcript, false),
        };
        let made = std::fs::File::create_new(path).and_then(|mut f| f.write_all(text.as_bytes()));
        match made {
            Ok(()) => self.talk.say(&format!("Saved as {}.", path.display())),
            Err(why) => self.talk.say(&format!("Cannot save {}: {why}.", path.display())),
        }
    }

    fn farewell(&mut self) -> io::Result<()> {
        let session = self.session();
        let line = match (session.save_trouble(), session.id()) {
            (Some(why), _) => format!("This session is not saved: {why}."),
            (None, Some(id)) => format!("Saved as session {id}. heloise resume {id} takes it up again."),
            (None, None) => return Ok(()),
        };
        self.talk.say(&line)
    }

    pub(super) fn session(&self) -> &Session {
        self.talk.session()
    }

    fn title(&self, step: &StepId) -> String {
        self.session().guide().step(step).map_or_else(|| step.to_string(), |s| s.title.clone())
    }
}

/// What a step can do besides, as a choice.
fn more_of(what: Consent) -> &'static str {
    match what {
        Consent::Send => "send it",
        Consent::Vrfy => "ask by VRFY",
        Consent::Rdap => "ask the registries",
        _ => "allow more",
    }
}
