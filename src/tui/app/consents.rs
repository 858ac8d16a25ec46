//! Consent: what is asked before anything leaves this machine, and what follows from the answer.

mod words;

use super::App;
use crate::guide::Step;
use crate::transcript::{Consent, Mode, StepId};
use crate::tui::screen::consent::ConsentView;
use crate::tui::view::{Asking, Auto, Screen, Then};
use crate::walk::{Input, StepState};

/// What is asked for once, together, because nearly every walk needs it. Logging in and sending are asked for apart, when they are due.
const TOGETHER: [Consent; 4] = [Consent::Connect, Consent::Rcpt, Consent::Blocklists, Consent::Http];

/// The steps that only think: they ask nobody.
const AT_HOME: [&str; 3] = ["error-message", "content", "escalate"];

impl App {
    /// Does what is wanted, once everything that it needs was asked for.
    pub(super) fn ask_then(&mut self, then: Then, to: Option<&StepId>) {
        let open = self.open_requests(&then, to);
        let open = self.without_pointless(open);
        if open.is_empty() {
            self.carry_on(&then, &[]);
        } else {
            self.ask(open, then);
        }
    }

    /// Asks again what lay open when a session was left. Nothing is done that was not answered.
    pub(super) fn ask_once_more(&mut self, then: Then) {
        let to = match &then {
            Then::Open(step) | Then::Again(step) => Some(step.clone()),
            _ => self.session.walk().proposal().and_then(|p| p.to.clone()),
        };
        let open = self.open_requests(&then, to.as_ref());
        match then {
            // What was declined before was asked for once more.
            Then::Again(step) if open.is_empty() && self.session.walk().here() == Some(&step) => self.allow(),
            then if !open.is_empty() => self.ask(open, then),
            _ => {}
        }
    }

    /// Asks for what the step that the walk came to waits for.
    pub(super) fn ask_if_waiting(&mut self) {
        let asks = self.session.walk().asks(&self.guide);
        if asks.is_empty() || matches!(self.view.screen, Screen::Consent(_)) {
            return;
        }
        let open = self.with_the_others(asks);
        let open = self.without_pointless(open);
        if !open.is_empty() {
            self.ask(open, Then::Stay);
        }
    }

    /// Nobody is asked about a login that there is nothing to log in with; it is asked for once there is.
    fn without_pointless(&mut self, mut open: Vec<Consent>) -> Vec<Consent> {
        if open.contains(&Consent::Auth) && !self.can_log_in() {
            open.retain(|c| *c != Consent::Auth);
            self.pointless.insert(Consent::Auth);
            self.feed(Input::Consent { what: vec![Consent::Auth], granted: false });
        }
        open
    }

    fn can_log_in(&self) -> bool {
        let case = self.session.walk().case();
        case.user.is_some() && case.has_password
    }

    fn ask(&mut self, open: Vec<Consent>, then: Then) {
        let lines = open.into_iter().map(|c| (c, true)).collect();
        self.view.open(Screen::Consent(Asking { lines, cursor: 0, then }));
    }

    /// Yes to what is ticked, no to the rest.
    pub(super) fn consent(&mut self) {
        let Some((answers, then)) = self.answers(|ticked| ticked) else { return };
        self.view.leave();
        self.carry_on(&then, &answers);
    }

    /// No to all of it.
    pub(super) fn decline(&mut self) {
        let Some((answers, then)) = self.answers(|_| false) else { return };
        self.view.leave();
        match then {
            Then::Start => {
                let says = "Nothing was asked of anybody. You can change what you entered, or untick single lines.";
                self.view.note = Some(says.to_owned());
            }
            // Who wants nothing asked of anybody wants no step that asks.
            Then::Follow | Then::Open(_) | Then::Again(_) if asks_first(&answers) => {
                self.record_consents(&answers);
                self.feed(Input::Conclude);
            }
            then => self.carry_on(&then, &answers),
        }
    }

    fn answers(&self, judge: impl Fn(bool) -> bool) -> Option<(Vec<(Consent, bool)>, Then)> {
        let Screen::Consent(asking) = &self.view.screen else { return None };
        let answers = asking.lines.iter().map(|(c, ticked)| (*c, judge(*ticked))).collect();
        Some((answers, asking.then.clone()))
    }

    /// Records answers: those declined first, so that nothing starts before all is known.
    pub(super) fn record_consents(&mut self, answers: &[(Consent, bool)]) {
        for (what, _) in answers {
            self.pointless.remove(what);
        }
        for granted in [false, true] {
            let what: Vec<_> = answers.iter().filter(|(_, g)| *g == granted).map(|(c, _)| *c).collect();
            if !what.is_empty() {
                self.feed(Input::Consent { what, granted });
            }
        }
    }

    /// What has to be asked before that can be done.
    fn open_requests(&self, then: &Then, to: Option<&StepId>) -> Vec<Consent> {
        if *then == Then::Start {
            // A pasted error is read at home; a checklist begins with nothing running.
            let reads = self.case.error.is_some() && self.mode == Mode::Guided;
            return if reads { Vec::new() } else { self.with_the_others(Vec::new()) };
        }
        let Some(to) = to.filter(|id| !AT_HOME.contains(&id.as_str())) else { return Vec::new() };
        let needs = if self.view.auto == Auto::RunAll { self.needs_of_all() } else { self.needs_of(to).to_vec() };
        self.with_the_others(needs.into_iter().filter(|c| !self.is_decided(*c)).collect())
    }

    fn needs_of(&self, step: &StepId) -> &[Consent] {
        self.guide.step(step).map_or(&[], |s| &s.consent)
    }

    /// What any step needs that is still to run: whoever runs them all is asked once, and may leave the room.
    fn needs_of_all(&self) -> Vec<Consent> {
        let walk = self.session.walk();
        let steps = walk.checklist(&self.guide).into_iter().map(|s| &s.id);
        let open = steps.filter(|id| walk.state_of(id) == StepState::Waiting && !AT_HOME.contains(&id.as_str()));
        let needs = open.flat_map(|id| self.needs_of(id).iter().copied());
        needs.filter(|c| *c != Consent::Auth || self.can_log_in()).collect()
    }

    /// What a step needs, and a person declined.
    pub(super) fn declined_by(&self, step: &Step) -> impl Iterator<Item = Consent> {
        let walk = self.session.walk();
        let declined = |c: &Consent| walk.declined().contains(c) && !self.pointless.contains(c);
        step.consent.iter().copied().filter(declined)
    }

    /// Asks once more about what was declined, and about what is only done if it is wished.
    pub(super) fn allow(&mut self) {
        let Some(step) = self.step_here() else { return };
        let offers = self.session.walk().offers(&self.guide, &step.id);
        let (declined, id): (Vec<_>, _) = (self.declined_by(step).chain(offers).collect(), step.id.clone());
        if !declined.is_empty() {
            self.ask(declined, Then::Again(id));
        }
    }

    /// What is asked for, and what is asked for together with it; before anything was asked, all of that.
    fn with_the_others(&self, mut open: Vec<Consent>) -> Vec<Consent> {
        let first_time = !TOGETHER.iter().any(|c| self.is_decided(*c));
        if first_time || open.iter().any(|c| TOGETHER.contains(c)) {
            open.extend(TOGETHER.into_iter().filter(|c| !self.is_decided(*c)));
        }
        open.sort_unstable();
        open.dedup();
        open
    }

    /// Whether it was allowed or declined before.
    fn is_decided(&self, what: Consent) -> bool {
        let walk = self.session.walk();
        if self.pointless.contains(&what) && !walk.consents().contains(&what) {
            return !self.can_log_in();
        }
        self.consents.contains(&what) || walk.consents().contains(&what) || walk.declined().contains(&what)
    }

    /// What the consent screen says.
    pub(super) fn consent_view(&self, asking: &Asking) -> ConsentView {
        let walk = self.session.walk();
        let case = if asking.then == Then::Start { &self.case } else { walk.case() };
        let asked = |what| asking.lines.iter().any(|(c, _)| *c == what);
        let always = asks_first(&asking.lines).then(|| words::names(case));
        let never = if self.is_practice() {
            "This is practice: all of it stays inside heloise."
        } else if asked(Consent::Send) {
            "It is sent once. Everything that is said shows in the transcript."
        } else if self.is_decided(Consent::Send) && !self.session.walk().declined().contains(&Consent::Send) {
            "You allowed one message to be sent, at the step Content. Everything that is asked shows in the transcript."
        } else {
            "No message is sent. Everything that is asked shows in the transcript, and is counted on top."
        };
        let declined = match asking.then {
            Then::Start => "With n nothing is asked, and you are back where you came from.",
            Then::Follow | Then::Open(_) | Then::Again(_) if asks_first(&asking.lines) => {
                "With n nothing is asked, and you see what can be said without it."
            }
            _ => "With n the step does without, and says what it could not tell.",
        };
        ConsentView {
            always,
            lines: asking.lines.iter().map(|(c, ticked)| (words::asks(*c, case), *ticked)).collect(),
            cursor: asking.cursor,
            never: never.to_owned(),
            declined: declined.to_owned(),
        }
    }
}

/// Whether it is the first request, the one for everything outside.
fn asks_first(lines: &[(Consent, bool)]) -> bool {
    lines.iter().any(|(c, _)| *c == Consent::Connect)
}
