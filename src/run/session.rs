//! One session: a walk, and the hands that do what it asks.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;

use super::hands::Hands;
use super::way::{Way, limits, patient};
use super::{Message, Saved, SavedSession, Store, taken};
use crate::check::{Context, Knowledge};
use crate::guide::Guide;
use crate::net::{Net, Recorder, Trust, World};
use crate::reading::Reader;
use crate::transcript::{Case, Consent, Entry, Fact, RunId, Secret, StepId, Verdict};
use crate::walk::{Effect, Input, Parked, Walk};

/// What a session needs.
pub struct Setup {
    /// The guide.
    pub guide: Arc<Guide>,
    /// Facts that date.
    pub know: Arc<Knowledge>,
    /// The outside world: the real one, or a practice world.
    pub world: Arc<dyn World>,
    /// What is trusted.
    pub trust: Trust,
    /// Where it is saved; none saves nothing.
    pub store: Option<Store>,
}

/// Where answers of checks go: into the one channel.
pub(super) type Answer = Arc<dyn Fn(RunId, Fact) + Send + Sync>;

/// A walk, and the hands that do what it asks. Dropping it stops what runs.
pub struct Session {
    setup: Setup,
    walk: Walk,
    secret: Option<Arc<Secret>>,
    began: Instant,
    /// Milliseconds that the session had lasted before it was resumed.
    before: u64,
    answer: Answer,
    /// Says that the parked step's time has come.
    due: Arc<dyn Fn() + Send + Sync>,
    /// When that will be said, and who waits to say it.
    alarm: Option<(Parked, AbortHandle)>,
    hands: Hands,
    net: Net,
    /// Connections and hosts of nets that were given up.
    counted: (u32, u32),
    saved: Option<Saved>,
    /// Entries that stand in the file.
    written: usize,
    save_trouble: Option<String>,
}

impl Session {
    /// A session that has not begun; answers go into `channel`.
    #[must_use]
    pub fn new<F: Send + 'static>(setup: Setup, channel: UnboundedSender<Message<F>>) -> Self {
        let due_channel = channel.clone();
        let due = Arc::new(move || drop(due_channel.send(Message::Due)));
        let answer: Answer = Arc::new(move |run, fact| drop(channel.send(Message::Answer(run, fact))));
        let case = Case::new();
        let net = patient(Net::new(Arc::clone(&setup.world), limits(&case), setup.trust.clone()), &case);
        Self {
            setup,
            walk: Walk::new(),
            secret: None,
            began: Instant::now(),
            before: 0,
            hands: Hands::new(Arc::clone(&answer)),
            answer,
            due,
            alarm: None,
            net,
            counted: (0, 0),
            saved: None,
            written: 0,
            save_trouble: None,
        }
    }

    /// Takes a saved session up again where it stood: time goes on after its last entry, checks that had not ended are started
    /// again, and what follows is appended to its file.
    ///
    /// A password has to be held anew. A login or a submission is never repeated by itself: a step that was allowed one stays
    /// ended as it was cut off, until the user asks for it again.
    #[must_use]
    pub fn resume<F: Send + 'static>(setup: Setup, saved: &SavedSession, channel: UnboundedSender<Message<F>>) -> Self {
        let mut session = Self::new(setup, channel);
        session.walk = Walk::replay(&saved.entries);
        session.before = saved.entries.last().map_or(0, |e| e.at.saturating_add(1));
        session.written = saved.entries.len();
        match session.setup.store.as_ref().map(|store| store.reopen(&saved.id)) {
            Some(Ok(file)) => session.saved = Some(file),
            Some(Err(why)) => session.save_trouble = Some(why),
            None => {}
        }
        session.go_by(&Way::of(&Case::new()));
        for step in session.interrupted() {
            if !session.would_repeat(&step) {
                session.input(Input::Again(step));
            }
        }
        session.set_alarm();
        session
    }

    /// Reads beside what is going on what the guide keeps for the first question, so that it need not wait then. To be called once
    /// the first screen stands.
    pub fn warm(&self) {
        let (guide, know) = (Arc::clone(&self.setup.guide), Arc::clone(&self.setup.know));
        let store = self.setup.store.clone();
        std::thread::spawn(move || {
            guide.warm();
            know.own_domains.get_or_init(|| store.map_or_else(Vec::new, |store| written_to(&store)));
        });
    }

    /// The walk as it stands, for drawing.
    #[must_use]
    pub fn walk(&self) -> &Walk {
        &self.walk
    }

    /// The guide.
    #[must_use]
    pub fn guide(&self) -> &Arc<Guide> {
        &self.setup.guide
    }

    /// The facts that date.
    #[must_use]
    pub fn know(&self) -> &Arc<Knowledge> {
        &self.setup.know
    }

    /// The outside world.
    #[must_use]
    pub fn world(&self) -> &dyn World {
        &*self.setup.world
    }

    /// Holds a password or token beside the transcript; `Case::has_password` is the caller's to enter.
    pub fn hold(&mut self, secret: Option<Secret>) {
        self.secret = secret.map(Arc::new);
    }

    /// Milliseconds since the session began; for a resumed one, after its last entry.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.before.saturating_add(u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Its id among the saved sessions, once it is saved.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.saved.as_ref().map(Saved::id)
    }

    /// Why the session is not saved, in one line, if it could not be. The walk goes on all the same.
    #[must_use]
    pub fn save_trouble(&self) -> Option<&str> {
        self.save_trouble.as_deref()
    }

    /// Whether it is saved as it goes on.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.setup.store.is_some() && self.save_trouble.is_none()
    }

    /// How many connections were opened in this session, to how many hosts.
    #[must_use]
    pub fn counts(&self) -> (u32, u32) {
        let (connections, hosts) = self.net.counts();
        (self.counted.0 + connections, self.counted.1 + hosts)
    }

    /// How many checks broke off by a bug of ours. Their steps count as "could not tell".
    #[must_use]
    pub fn bugs(&self) -> u32 {
        self.hands.bugs()
    }

    /// Feeds the walk, saves what was appended, carries out the effects. What an error text gives away goes into the case. Never blocks for long: a line to a file is all it waits for.
    ///
    /// Has to be called within a tokio runtime.
    pub fn input(&mut self, mut input: Input) {
        if let Input::Enter(case) = &mut input {
            if let Some(secret) = &self.secret {
                case.error = case.error.take().map(|text| secret.scrub(&text));
            }
            taken::take(&Reader::new(Arc::clone(&self.setup.guide)), self.walk.case(), case);
        }
        if let (Input::Type { fields, .. }, Some(secret)) = (&mut input, &self.secret) {
            fields.values_mut().for_each(|text| *text = secret.scrub(text));
        }
        let looks_again = matches!(input, Input::Again(_));
        let before = Way::of(self.walk.case());
        let now = self.now();
        let effects = self.walk.step(&self.setup.guide, now, input);
        self.go_by(&before);
        if looks_again {
            self.net.forget_dns();
        }
        self.save();
        self.carry_out(effects);
        self.set_alarm();
    }

    /// Looks at the parked step once more, now that its time has come.
    pub fn due(&mut self) {
        self.alarm = None;
        self.input(Input::Retry);
    }

    /// Sees to it that the parked step's time is not missed.
    fn set_alarm(&mut self) {
        let parked = self.walk.parked();
        if self.alarm.as_ref().map(|(parked, _)| parked) == parked {
            return;
        }
        if let Some((_, waiting)) = self.alarm.take() {
            waiting.abort();
        }
        let Some(parked) = parked.cloned() else { return };
        let (wait, due) = (Duration::from_millis(parked.due.saturating_sub(self.now())), Arc::clone(&self.due));
        let waiting = tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            due();
        });
        self.alarm = Some((parked, waiting.abort_handle()));
    }

    /// Feeds the walk an answer out of the channel.
    pub fn answer(&mut self, run: RunId, fact: Fact) {
        if matches!(fact, Fact::Ended { .. }) {
            self.hands.ended(run);
        }
        self.input(Input::Answer { run, fact: Box::new(fact) });
    }

    /// The same session with other checks than the real ones.
    #[cfg(test)]
    pub(super) fn with_checks(mut self, find: super::hands::Find) -> Self {
        self.hands.find = find;
        self
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        let mut seen = None;
        for effect in effects {
            match effect {
                Effect::Run { run, check, .. } => {
                    let seen = seen.get_or_insert_with(|| Arc::new(self.walk.transcript().clone()));
                    let answer = Arc::clone(&self.answer);
                    let cx = Context {
                        case: Arc::new(self.walk.case().clone()),
                        secret: self.secret.clone(),
                        consents: Arc::new(self.walk.consents().clone()),
                        net: self.net.clone(),
                        rec: Recorder::new(run, move |run, fact| answer(run, fact)),
                        seen: Arc::clone(seen),
                        reader: Reader::new(Arc::clone(&self.setup.guide)),
                        know: Arc::clone(&self.setup.know),
                    };
                    self.hands.start(run, &check, cx);
                }
                Effect::Cancel(run) => self.hands.cancel(run),
            }
        }
    }

    /// Appends what is new to the file. The file is begun with the first entry that says something: an opened and closed wizard leaves none.
    fn save(&mut self) {
        let Some(store) = self.setup.store.as_ref().filter(|_| self.save_trouble.is_none()) else { return };
        let entries = self.walk.transcript().entries();
        if entries.iter().all(|e| matches!(e.fact, Fact::Began { .. })) {
            return;
        }
        let saved = match self.saved.take() {
            Some(saved) => Ok(saved),
            None => store.begin(began_at(entries).unwrap_or_else(|| self.setup.world.unix_seconds() * 1000)),
        };
        let written = saved.and_then(|mut saved| {
            saved.append(&entries[self.written..]).map_err(|e| format!("cannot save the session: {e}"))?;
            Ok(saved)
        });
        match written {
            Ok(saved) => {
                self.written = entries.len();
                self.saved = Some(saved);
            }
            Err(why) => self.save_trouble = Some(why),
        }
    }

    /// A net that goes by what the case says now; what the one before had opened stays counted.
    fn go_by(&mut self, before: &Way) {
        let case = self.walk.case();
        let now = Way::of(case);
        if now == *before {
            return;
        }
        self.counted = self.counts();
        let elsewhere = (&now.resolver, &now.ca) != (&before.resolver, &before.ca);
        let world = if elsewhere { self.setup.world.asking(case.resolver) } else { None };
        let Some(world) = world else {
            self.net = self.net.with_limits(limits(case));
            return;
        };
        self.setup.world = world;
        // A file that has gone since it was named leaves trust as it was.
        self.setup.trust = Trust::with_ca(case.ca.as_deref()).unwrap_or_else(|_| self.setup.trust.clone());
        self.net =
            patient(self.net.in_world(Arc::clone(&self.setup.world), limits(case), self.setup.trust.clone()), case);
    }

    /// Says when whoever asked goes away.
    pub(super) fn ends_at(&mut self, at: tokio::time::Instant) {
        self.net = self.net.clone().ending(at);
    }

    /// Whether looking at a step again would log in or submit a message a second time.
    fn would_repeat(&self, step: &StepId) -> bool {
        let Some(step) = self.setup.guide.step(step) else { return false };
        let does = |c: &Consent| step.consent.contains(c) || step.offers.contains(c);
        [Consent::Auth, Consent::Send].iter().any(|c| does(c) && self.walk.consents().contains(c))
    }

    /// Ends what was running when the session was last saved, and names the steps to be looked at again.
    fn interrupted(&mut self) -> Vec<StepId> {
        let running: BTreeSet<RunId> = self.walk.running().into_iter().collect();
        let mut steps: Vec<StepId> = Vec::new();
        for entry in self.walk.transcript().entries() {
            if let Fact::Started { run, step, .. } = &entry.fact
                && running.contains(run)
                && !steps.contains(step)
            {
                steps.push(step.clone());
            }
        }
        // Cancelling stops what runs at one step at a time, or all that runs elsewhere.
        for _ in 0..=steps.len() {
            if !self.walk.running().is_empty() {
                self.input(Input::Cancel);
            }
        }
        // The step where the user stood comes last, so that the walk stands there again.
        let here = self.walk.place().clone();
        steps.sort_by_key(|step| here == crate::walk::Place::Step(step.clone()));
        steps
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some((_, waiting)) = &self.alarm {
            waiting.abort();
        }
    }
}

/// The domains that saved sessions wrote to and found no fault at: what a slip is held against.
fn written_to(store: &Store) -> Vec<String> {
    let fine = store.list().into_iter().filter(|s| s.verdict == Some(Verdict::NoFaultFound)).filter_map(|s| s.case);
    let domains: BTreeSet<String> = fine.filter_map(|case| Some(case.recipient_domain()?.to_lowercase())).collect();
    domains.into_iter().collect()
}

fn began_at(entries: &[Entry]) -> Option<i64> {
    entries.iter().find_map(|e| if let Fact::Began { unix_ms, .. } = e.fact { Some(unix_ms) } else { None })
}
