//! What a wizard needs, whichever front end draws it.

use std::collections::BTreeSet;

use jiff::{Timestamp, ToSpan};

use super::checklist;
use super::house::House;
use super::practice::{self, Up};
use super::{Given, ModeArg, Next, PracticeArgs, ResumeArgs, ScreenArgs, Settings, StartArgs, Trouble};
use crate::practice::Practice;
use crate::run::{SavedSession, Setup, Summary, zone};
use crate::transcript::{Case, Consent, Fact, Mode, Secret, clean_line};

/// A wizard that is to be opened.
pub struct Wizard {
    /// The session's setup.
    pub setup: Setup,
    /// The case as far as it is known.
    pub case: Case,
    /// The password, beside it.
    pub secret: Option<Secret>,
    /// What is allowed already.
    pub consents: BTreeSet<Consent>,
    /// Guided or checklist.
    pub mode: Mode,
    /// The session to take up again.
    pub resume: Option<SavedSession>,
    /// The last session and a line about it, to be offered at the start.
    pub last: Option<(String, SavedSession)>,
    /// What is told at the start of a practice world.
    pub story: Option<String>,
    /// Whether enough is known to begin without the start screen.
    pub start_at_once: bool,
    /// How it looks.
    pub screen: ScreenArgs,
    /// The user's settings.
    pub settings: Settings,
    /// Somebody is served who may not touch this machine.
    pub confined: bool,
    /// The practice world, up for as long as this is held.
    pub practice: Option<Practice>,
}

/// `heloise start`.
pub(super) fn start(args: &StartArgs, given: Given, house: &House) -> Result<Next, Trouble> {
    let setup = house.real(&given.case)?;
    let own = given.case.checklist.is_some();
    let start_at_once = own || !given.is_empty();
    let consents = given.consents.unwrap_or_else(|| house.settings.consent.clone());
    let last = if start_at_once { None } else { last(house) };
    let mode = if own { Mode::Checklist } else { mode(args.screen.mode, house) };
    let (case, secret, screen) = (given.case, given.secret, args.screen.clone());
    let (settings, confined) = (house.settings.clone(), house.confined);
    let (resume, story, practice) = (None, None, None);
    open(Wizard {
        setup,
        case,
        secret,
        consents,
        mode,
        resume,
        last,
        story,
        start_at_once,
        screen,
        settings,
        confined,
        practice,
    })
}

/// `heloise resume`.
pub(super) fn resume(args: &ResumeArgs, house: &House) -> Result<Next, Trouble> {
    let saved = house.session(args.id.as_deref())?;
    let case = saved.entries.iter().rev().find_map(|e| match &e.fact {
        Fact::Entered { case } => Some((**case).clone()),
        _ => None,
    });
    let case = case.unwrap_or_else(Case::new);
    let mode = saved.entries.iter().find_map(|e| match e.fact {
        Fact::Began { mode, .. } => Some(mode),
        _ => None,
    });
    open(Wizard {
        setup: house.real(&case)?,
        case,
        secret: None,
        consents: BTreeSet::new(),
        mode: mode.unwrap_or_default(),
        resume: Some(saved),
        last: None,
        story: None,
        start_at_once: true,
        screen: args.screen.clone(),
        settings: house.settings.clone(),
        confined: house.confined,
        practice: None,
    })
}

/// `heloise practice`, with a screen.
pub(super) async fn practice(args: &PracticeArgs, house: &House) -> Result<Next, Trouble> {
    let Up { practice, setup, mut world } = practice::up(args.world.as_deref(), house).await?;
    let mut mode = mode(args.screen.mode, house);
    if let Some(path) = &args.checklist {
        // The world's own answers are those that lead somewhere in it.
        world.case.checklist = checklist::read(path, world.case.clone())?.checklist;
        mode = Mode::Checklist;
    }
    open(Wizard {
        setup,
        case: world.case,
        secret: world.password.map(Secret::new),
        consents: world.allow.iter().copied().collect(),
        mode,
        resume: None,
        last: None,
        story: Some(format!("{}\n\n{}", world.title, world.story)),
        start_at_once: false,
        screen: args.screen.clone(),
        settings: house.settings.clone(),
        confined: house.confined,
        practice: Some(practice),
    })
}

/// The last session, if it is worth going back to.
fn last(house: &House) -> Option<(String, SavedSession)> {
    let saved = house.store.as_ref()?.last()?;
    let sum = Summary::of(&saved);
    let what = match &sum.refusal {
        Some(r) if r.server.is_empty() => r.codes(),
        Some(r) => format!("{} from {}", r.codes(), clean_line(&r.server, 40)),
        None => clean_line(sum.about()?, 40),
    };
    let step = sum.step.as_ref().and_then(|s| house.guide.step(s)).map(|s| format!(", at step {}", s.number));
    Some((format!("{}  {what}{}", spoken(sum.unix_ms), step.unwrap_or_default()), saved))
}

/// `Today 16:40`, `Yesterday 16:40`, `12 Nov 16:40`, in the local time.
fn spoken(unix_ms: i64) -> String {
    let zone = zone();
    let then = Timestamp::from_millisecond(unix_ms).unwrap_or_default().to_zoned(zone.clone());
    let today = Timestamp::now().to_zoned(zone).date();
    let day = if then.date() == today {
        "Today".to_owned()
    } else if today.checked_sub(1.day()).is_ok_and(|y| y == then.date()) {
        "Yesterday".to_owned()
    } else {
        then.strftime("%-d %b").to_string()
    };
    format!("{day} {}", then.strftime("%H:%M"))
}

fn mode(arg: Option<ModeArg>, house: &House) -> Mode {
    match arg.or(house.settings.mode).unwrap_or_default() {
        ModeArg::Guided => Mode::Guided,
        ModeArg::Checklist => Mode::Checklist,
    }
}

fn open(wizard: Wizard) -> Result<Next, Trouble> {
    Ok(Next::Open(Box::new(wizard)))
}
