//! `heloise check`, and `heloise practice WORLD --check`: the walk with nobody at the keys.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Write, stderr};

use super::checklist;
use super::house::House;
use super::out::Out;
use super::{CheckArgs, Exit, Given, ReportFormat, Trouble};
use crate::report;
use crate::run::{Plan, Session, Setup, walk_alone};
use crate::transcript::{Case, Consent, Fact, Secret, StepId, clean_line};

/// What to walk, and what to make of it.
pub(super) struct Walk<'a> {
    pub setup: Setup,
    pub case: Case,
    pub secret: Option<Secret>,
    pub consents: BTreeSet<Consent>,
    pub plan: Plan,
    pub format: ReportFormat,
    pub out: Option<&'a std::path::Path>,
}

/// The case that `check` is given; there has to be something to begin with.
pub(super) fn given(args: &CheckArgs, over: Case) -> Result<Given, Trouble> {
    let over = match &args.checklist {
        Some(path) => checklist::read(path, over)?,
        None => over,
    };
    let given = Given::read(&args.case, over)?;
    if given.is_empty() {
        return Err(Trouble::usage(
            "there is nothing to check; give --to ADDR, --server HOST, --error TEXT or --message FILE",
        ));
    }
    Ok(given)
}

/// `heloise check`.
pub(super) async fn check(args: &CheckArgs, given: Given, house: &House) -> Result<Exit, Trouble> {
    let mut setup = house.real(&given.case)?;
    if matches!(args.format, ReportFormat::Nagios | ReportFormat::Prometheus) {
        // A monitor comes every minute: its sessions would push out those of people.
        setup.store = None;
    }
    if given.case.insecure_login {
        note("--insecure-login: the password may go where anybody on the way can read it; use it in a lab only");
    }
    let consents = given.allowed();
    let plan = if args.checklist.is_some() { own(&given.case) } else { plan(house, &args.steps, args.all) };
    let out = args.out.as_deref();
    walk(Walk { setup, case: given.case, secret: given.secret, consents, plan, format: args.format, out }).await
}

/// The steps of the checklist that a case has.
pub(super) fn own(case: &Case) -> Plan {
    Plan::Steps(case.checklist.iter().flat_map(|c| &c.steps).map(|s| s.id.clone()).collect())
}

/// The steps to walk.
pub(super) fn plan(house: &House, steps: &[StepId], all: bool) -> Plan {
    if all {
        Plan::Steps(house.guide.steps().iter().map(|s| s.id.clone()).collect())
    } else if steps.is_empty() {
        Plan::Guided
    } else {
        let mut once: Vec<StepId> = Vec::new();
        for step in steps {
            if !once.contains(step) {
                once.push(step.clone());
            }
        }
        Plan::Steps(once)
    }
}

/// Walks, and reports.
pub(super) async fn walk(walk: Walk<'_>) -> Result<Exit, Trouble> {
    let mut out = Out::open(walk.out)?;
    let mut progress = Progress::new();
    let mut written = 0;
    let mut wrote = Ok(());
    let events = walk.format == ReportFormat::Jsonl;
    let watch = |session: &Session| {
        let transcript = session.walk().transcript();
        for (id, entry) in transcript.numbered().skip(written) {
            if events && wrote.is_ok() {
                wrote = out.line(&report::event(id, entry));
            }
            progress.show(session, &entry.fact);
        }
        written = transcript.entries().len();
    };
    let session = walk_alone(walk.setup, walk.case, walk.secret, walk.consents, walk.plan, watch).await;
    progress.clear();
    wrote?;
    if let Some(why) = session.save_trouble() {
        note(&format!("this session is not saved: {why}"));
    }
    let exit = write(&mut out, &session, walk.format)?;
    out.finish()?;
    if session.bugs() > 0 {
        return Err(Trouble::bug("a check broke off, and its step counts as: could not tell"));
    }
    Ok(exit)
}

fn write(out: &mut Out, session: &Session, format: ReportFormat) -> Result<Exit, Trouble> {
    let (guide, transcript) = (&**session.guide(), session.walk().transcript());
    let whole = report::report(guide, transcript);
    let mut exit = Exit::from(whole.verdict);
    let text = match format {
        ReportFormat::Json => whole.pretty(),
        ReportFormat::Jsonl => whole.line() + "\n",
        ReportFormat::Text => report::text(guide, transcript, false),
        ReportFormat::Markdown => report::markdown(guide, transcript),
        ReportFormat::Html => report::html(guide, transcript),
        ReportFormat::Prometheus => report::prometheus(guide, transcript),
        ReportFormat::Nagios => {
            let (text, light) = report::nagios(guide, transcript);
            exit = Exit(light as u8);
            text
        }
    };
    out.write(&text)?;
    Ok(exit)
}

/// A line for the person at the terminal, beside the answer.
pub(super) fn note(line: &str) {
    let _ = writeln!(stderr(), "heloise: {}", clean_line(line, 400));
}

/// One line on standard error that says what is being looked at, where that is a terminal.
struct Progress {
    shown: bool,
    on: bool,
}

impl Progress {
    fn new() -> Self {
        Self { shown: false, on: stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|t| t != "dumb") }
    }

    fn show(&mut self, session: &Session, fact: &Fact) {
        if !self.on {
            return;
        }
        let text = match fact {
            Fact::Went { to: Some(step), .. } => {
                let step = session.guide().step(step);
                step.map(|s| format!("{:>2} {}", s.number, s.title))
            }
            Fact::Probing { probe, .. } => Some(format!("   {probe}")),
            _ => None,
        };
        if let Some(text) = text {
            let _ = write!(stderr(), "\r\x1b[K{}", clean_line(&text, 70));
            let _ = stderr().flush();
            self.shown = true;
        }
    }

    fn clear(&mut self) {
        if self.shown {
            let _ = write!(stderr(), "\r\x1b[K");
            let _ = stderr().flush();
            self.shown = false;
        }
    }
}
