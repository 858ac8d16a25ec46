//! What a wizard needs, whichever front end draws it.

use super::house::House;
use super::practice::{self, Up};
use super::{Given, ModeArg, Next, PracticeArgs, ResumeArgs, ScreenArgs, StartArgs, Trouble};
use crate::practice::Practice;
use crate::run::{SavedSession, Setup};
use crate::transcript::{Case, Consent, Fact, Mode, Secret};

/// A wizard that is to be opened.
pub struct Wizard {
    /// The session's setup.
    pub setup: Setup,
    /// The case as far as it is known.
    pub case: Case,
    /// The password, beside it.
    pub secret: Option<Secret>,
    /// What is allowed already.
    pub consents: Vec<Consent>,
    /// Guided or checklist.
    pub mode: Mode,
    /// The session to take up again.
    pub resume: Option<SavedSession>,
    /// What is told at the start of a practice world.
    pub story: Option<String>,
    /// Whether enough is known to begin without the start screen.
    pub start_at_once: bool,
    /// How it looks.
    pub screen: ScreenArgs,
    /// The practice world, up for as long as this is held.
    pub practice: Option<Practice>,
}

/// `heloise start`.
pub(super) fn start(args: &StartArgs, house: &House) -> Result<Next, Trouble> {
    let given = Given::read(&args.case, Case::new())?;
    let setup = house.real(&given.case)?;
    let start_at_once = !given.is_empty();
    let consents = given.consents.iter().flatten().copied().collect();
    let mode = mode(args.screen.mode);
    let (case, secret, screen) = (given.case, given.secret, args.screen.clone());
    let (resume, story, practice) = (None, None, None);
    open(Wizard { setup, case, secret, consents, mode, resume, story, start_at_once, screen, practice })
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
        consents: Vec::new(),
        mode: mode.unwrap_or_default(),
        resume: Some(saved),
        story: None,
        start_at_once: true,
        screen: args.screen.clone(),
        practice: None,
    })
}

/// `heloise practice`, with a screen.
pub(super) async fn practice(args: &PracticeArgs, house: &House) -> Result<Next, Trouble> {
    let Up { practice, setup, world } = practice::up(args.world.as_deref(), house).await?;
    open(Wizard {
        setup,
        case: world.case,
        secret: world.password.map(Secret::new),
        consents: Vec::new(),
        mode: mode(args.screen.mode),
        resume: None,
        story: Some(format!("{}\n\n{}", world.title, world.story)),
        start_at_once: false,
        screen: args.screen.clone(),
        practice: Some(practice),
    })
}

fn mode(arg: ModeArg) -> Mode {
    match arg {
        ModeArg::Guided => Mode::Guided,
        ModeArg::Checklist => Mode::Checklist,
    }
}

fn open(wizard: Wizard) -> Result<Next, Trouble> {
    Ok(Next::Open(Box::new(wizard)))
}
