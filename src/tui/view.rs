//! What is on the screen and where in it we are: everything that drawing needs besides the walk.

use std::borrow::Cow;

use tui_input::Input as Line;

use super::form::{Form, Purpose};
use super::keys::{Keys, Kind, Now};
use super::theme::Look;
use crate::transcript::{Consent, EvidenceId, StepId};

/// The view. One screen is shown at a time; those it was called from wait behind it.
#[derive(Debug)]
pub(super) struct View {
    /// The screen that is shown.
    pub screen: Screen,
    /// The screens behind it, the nearest last.
    pub behind: Vec<Screen>,
    /// Words for mail administrators rather than for anybody.
    pub admin: bool,
    /// Somebody asked for one of the two; until then a checklist speaks to administrators, and a guided walk to anybody.
    pub asked_for: bool,
    /// What the terminal can show.
    pub look: Look,
    /// How it looked at first.
    pub first_look: Look,
    /// The keys.
    pub keys: Keys,
    /// Counts ticks, for what turns.
    pub tick: u32,
    /// What just happened, until the next key.
    pub note: Option<String>,
    /// What goes on by itself.
    pub auto: Auto,
    /// Whether the mouse is ours.
    pub mouse: bool,
    /// The initials that were last signed with.
    pub initials: String,
}

/// What goes on by itself, without a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Auto {
    /// Nothing.
    No,
    /// Every branch is followed to the end.
    Follow,
    /// Every step that was not run yet is run, in the guide's order.
    RunAll,
    /// One step is checked again; then back to the diagnosis.
    Recheck,
}

/// One screen, with what belongs to it alone.
#[derive(Debug)]
pub(super) enum Screen {
    /// What do you have?
    Start { cursor: usize },
    /// What a practice world tells at its start.
    Story { scroll: u16 },
    /// Which practice world?
    Practise { cursor: usize, find: String },
    /// What is asked, and typed.
    Form(Box<Form>),
    /// What will leave this machine?
    Consent(Asking),
    /// A step of the guide.
    Step(StepSeen),
    /// Where else one could go.
    Ways { cursor: usize },
    /// Which of several failures in a text?
    Failures { cursor: usize },
    /// What was said on the wire.
    Transcript(Lens),
    /// What shows a finding, or a diagnosis.
    Evidence { of: Vec<EvidenceId>, scroll: u16 },
    /// What was found.
    Diagnosis {
        scroll: u16,
        /// The thing to do that is lit, once somebody moved to one.
        lit: Option<usize>,
    },
    /// A text to copy or save.
    Text { of: Paper, body: String, scroll: u16 },
    /// All steps, to run and to sign.
    Checklist { cursor: usize },
    /// Keys of the screen behind, as it was.
    Help { of: Box<Now>, scroll: u16 },
    /// The steps and the path.
    Map {
        cursor: usize,
        /// The way from there that is lit, once somebody moved to one.
        way: Option<usize>,
    },
    /// Hosts against stages.
    Matrix { scroll: u16 },
    /// A line to type, in the footer of the screen behind.
    Prompt(Prompt),
}

impl Screen {
    /// The word by which a session remembers that this lay open; empty where it is not worth remembering, or is where a walk comes home to.
    /// Evidence has its numbers behind it.
    pub(super) fn word(&self) -> Cow<'static, str> {
        let word = match self {
            Self::Step(_) => "step",
            Self::Transcript(_) => "transcript",
            Self::Map { .. } => "map",
            Self::Matrix { .. } => "hosts",
            Self::Diagnosis { .. } => "diagnosis",
            Self::Text { of, .. } => of.word(),
            Self::Ways { .. } => "ways",
            Self::Form(form) => match &form.purpose {
                Purpose::Answer(step) => return Cow::Owned(format!("form {step}")),
                Purpose::Extras => "extras",
                Purpose::Begin(..) => "",
            },
            Self::Consent(asking) => return asking.then.word(),
            Self::Evidence { of, .. } => {
                let numbers = of.iter().take(MOST_REMEMBERED).map(|id| format!(" {}", id.0));
                return Cow::Owned(format!("evidence{}", numbers.collect::<String>()));
            }
            _ => "",
        };
        Cow::Borrowed(word)
    }
}

/// So much evidence of one thing is remembered as lying open.
const MOST_REMEMBERED: usize = 32;

/// A text to copy or save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paper {
    /// What is asked of whoever has to act.
    Ticket,
    /// The records in the DNS, and what to publish.
    Records,
}

impl Paper {
    /// The word for it, in sessions and names of files.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ticket => "ticket",
            Self::Records => "records",
        }
    }

    /// Its heading.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Ticket => "A ticket for whoever has to act",
            Self::Records => "Records in the DNS",
        }
    }
}

/// How a step is looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StepSeen {
    /// The row or sentence that is lit, once somebody moved to one.
    pub lit: Option<usize>,
    /// How far it is scrolled.
    pub scroll: u16,
    /// The row of a text that is seen first, once somebody scrolled it.
    pub text: Option<usize>,
    /// All rows rather than the telling ones.
    pub unfolded: bool,
}

/// Where in the transcript we are.
#[derive(Clone, Debug, Default)]
pub(super) struct Lens {
    /// The line that is lit.
    pub cursor: usize,
    /// What is looked for.
    pub find: String,
    /// How far what the line means is scrolled.
    pub scroll: u16,
}

/// A request for consent.
#[derive(Clone, Debug)]
pub(super) struct Asking {
    /// What is asked for, and whether it is ticked.
    pub lines: Vec<(Consent, bool)>,
    /// The line that is lit.
    pub cursor: usize,
    /// What happens after the answer.
    pub then: Then,
}

/// What happens after an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// The walk begins.
    Start,
    /// The proposal is followed.
    Follow,
    /// That step is opened.
    Open(StepId),
    /// That step runs again.
    Again(StepId),
    /// The step that waits goes on.
    Stay,
}

impl Then {
    /// The word by which a session remembers that this was asked for.
    fn word(&self) -> Cow<'static, str> {
        match self {
            Self::Start | Self::Stay => Cow::Borrowed(""),
            Self::Follow => Cow::Borrowed("asking"),
            Self::Open(step) => Cow::Owned(format!("asking-open {step}")),
            Self::Again(step) => Cow::Owned(format!("asking-again {step}")),
        }
    }
}

/// A line to type.
#[derive(Debug)]
pub(super) struct Prompt {
    /// What is asked.
    pub ask: String,
    /// What was typed.
    pub line: Line,
    /// What it is for.
    pub goal: PromptFor,
}

impl Prompt {
    /// One that asks for that, with what stands in it.
    pub(super) fn new(goal: PromptFor, filled: String) -> Self {
        let ask = match &goal {
            PromptFor::Sign(step) => format!("Sign {step} as"),
            PromptFor::Note(step) => format!("Note about {step}"),
            PromptFor::Find => "Find".to_owned(),
        };
        Self { ask, line: Line::new(filled), goal }
    }
}

/// What a typed line is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PromptFor {
    /// Initials under a step.
    Sign(StepId),
    /// A note beside a step.
    Note(StepId),
    /// A text to find in the transcript.
    Find,
}

impl View {
    pub(super) fn new(look: Look, keys: Keys, screen: Screen) -> Self {
        Self {
            screen,
            behind: Vec::new(),
            admin: false,
            asked_for: false,
            look,
            first_look: look,
            keys,
            tick: 0,
            note: None,
            auto: Auto::No,
            mouse: false,
            initials: String::new(),
        }
    }

    /// Shows a screen over this one.
    pub(super) fn open(&mut self, screen: Screen) {
        let behind = std::mem::replace(&mut self.screen, screen);
        self.behind.push(behind);
    }

    /// Shows a screen with nothing behind it.
    pub(super) fn settle_on(&mut self, screen: Screen) {
        self.behind.clear();
        self.screen = screen;
    }

    /// Back to the screen behind, if there is one.
    pub(super) fn leave(&mut self) -> bool {
        let Some(behind) = self.behind.pop() else { return false };
        self.screen = behind;
        true
    }

    /// The screen that is seen: behind a prompt, the one it was called from.
    pub(super) fn seen(&self) -> &Screen {
        match (&self.screen, self.behind.last()) {
            (Screen::Prompt(_), Some(behind)) => behind,
            (screen, _) => screen,
        }
    }
}

impl Screen {
    /// Which screen it is.
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Start { .. } => Kind::Start,
            Self::Story { .. } => Kind::Story,
            Self::Practise { .. } => Kind::Practise,
            Self::Form(_) => Kind::Form,
            Self::Consent(_) => Kind::Consent,
            Self::Step(_) => Kind::Step,
            Self::Ways { .. } => Kind::Ways,
            Self::Failures { .. } => Kind::Failures,
            Self::Transcript(_) => Kind::Transcript,
            Self::Evidence { .. } => Kind::Evidence,
            Self::Diagnosis { .. } => Kind::Diagnosis,
            Self::Text { .. } => Kind::Text,
            Self::Checklist { .. } => Kind::Checklist,
            Self::Help { .. } => Kind::Help,
            Self::Map { .. } => Kind::Map,
            Self::Matrix { .. } => Kind::Matrix,
            Self::Prompt(_) => Kind::Prompt,
        }
    }

    /// How far it is scrolled, where it scrolls.
    pub(super) fn scroll(&mut self) -> Option<&mut u16> {
        match self {
            Self::Story { scroll }
            | Self::Evidence { scroll, .. }
            | Self::Diagnosis { scroll, .. }
            | Self::Text { scroll, .. }
            | Self::Help { scroll, .. }
            | Self::Matrix { scroll } => Some(scroll),
            Self::Step(seen) => Some(&mut seen.scroll),
            _ => None,
        }
    }

    /// The line that is lit, where lines are.
    pub(super) fn cursor(&mut self) -> Option<&mut usize> {
        match self {
            Self::Start { cursor }
            | Self::Practise { cursor, .. }
            | Self::Ways { cursor }
            | Self::Failures { cursor }
            | Self::Map { cursor, .. }
            | Self::Checklist { cursor } => Some(cursor),
            Self::Transcript(lens) => Some(&mut lens.cursor),
            Self::Consent(asking) => Some(&mut asking.cursor),
            _ => None,
        }
    }
}
