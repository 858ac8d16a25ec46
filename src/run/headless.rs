//! Walking with nobody at the keys.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, timeout_at};

use super::{Message, Session, Setup};
use crate::transcript::{Case, Consent, Mode, Secret, StepId};
use crate::walk::{Input, Place};

/// More moves than any guide makes sense with: branches that lead in a circle end here.
const MOVES: usize = 100;

/// Which steps to walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// As the rules lead, until a cause is confirmed or nothing is left to test.
    Guided,
    /// These, in this order.
    Steps(Vec<StepId>),
}

/// What a second look needs of the time that is left.
const LOOK: Duration = Duration::from_secs(2);

/// Walks alone to the conclusion, within the case's deadline; returns the session for its report.
///
/// What runs when the deadline passes is cancelled: what it brought so far counts, what it did not bring could not be told.
/// `watch` is called after each entry was appended, with the session.
pub async fn walk_alone(
    setup: Setup,
    case: Case,
    secret: Option<Secret>,
    consents: BTreeSet<Consent>,
    plan: Plan,
    watch: impl FnMut(&Session),
) -> Session {
    let (send, receive) = unbounded_channel();
    let mut session = Session::new(setup, send);
    session.warm();
    session.hold(secret);
    let until = Instant::now() + Duration::from_secs(u64::from(case.deadline_secs));
    session.ends_at(until);
    Alone { session, receive, until, watch }.walk(case, &consents, plan).await
}

struct Alone<W> {
    session: Session,
    receive: UnboundedReceiver<Message<Infallible>>,
    until: Instant,
    watch: W,
}

impl<W: FnMut(&Session)> Alone<W> {
    async fn walk(mut self, case: Case, consents: &BTreeSet<Consent>, plan: Plan) -> Session {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let unix_ms = self.session.world().unix_seconds().saturating_mul(1000);
        let mode = if plan == Plan::Guided { Mode::Guided } else { Mode::Checklist };
        self.input(Input::Begin { version, unix_ms, mode });
        self.input(Input::Enter(Box::new(case)));
        for granted in [true, false] {
            let what = Consent::ALL.into_iter().filter(|c| consents.contains(c) == granted).collect();
            self.input(Input::Consent { what, granted });
        }
        let in_time = match plan {
            Plan::Guided => self.guided().await,
            Plan::Steps(steps) => self.steps(steps).await,
        };
        let in_time = if in_time.is_some() { self.parked().await } else { None };
        if in_time.is_none() {
            self.input(Input::Cancel);
        }
        self.input(Input::Conclude);
        self.session
    }

    /// Follows what is proposed until nothing is; none when time ran out.
    async fn guided(&mut self) -> Option<()> {
        self.input(Input::Start);
        for _ in 0..MOVES {
            self.settled().await?;
            if *self.session.walk().place() == Place::Concluded || self.session.walk().proposal().is_none() {
                break;
            }
            self.input(Input::Follow);
        }
        Some(())
    }

    async fn steps(&mut self, steps: Vec<StepId>) -> Option<()> {
        for step in steps {
            self.input(Input::Open(step));
            self.settled().await?;
        }
        Some(())
    }

    /// Waits for a parked step where its time comes before the deadline, and looks at it again.
    async fn parked(&mut self) -> Option<()> {
        while let Some(parked) = self.session.walk().parked() {
            let wait = Duration::from_millis(parked.due.saturating_sub(self.session.now()));
            if Instant::now() + wait + LOOK > self.until {
                break;
            }
            self.take().await?;
            self.settled().await?;
        }
        Some(())
    }

    /// Takes in answers until nothing runs; none when time ran out.
    async fn settled(&mut self) -> Option<()> {
        while !self.session.walk().running().is_empty() {
            if Instant::now() >= self.until {
                return None;
            }
            self.take().await?;
        }
        Some(())
    }

    /// Takes in one message; none when time ran out.
    async fn take(&mut self) -> Option<()> {
        match timeout_at(self.until, self.receive.recv()).await.ok()?? {
            Message::Answer(run, fact) => self.watched(|session| session.answer(run, fact)),
            Message::Due => self.watched(Session::due),
            Message::Front(never) => match never {},
        }
        Some(())
    }

    fn input(&mut self, input: Input) {
        self.watched(|session| session.input(input));
    }

    fn watched(&mut self, act: impl FnOnce(&mut Session)) {
        let known = self.session.walk().transcript().entries().len();
        act(&mut self.session);
        if self.session.walk().transcript().entries().len() > known {
            (self.watch)(&self.session);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::trial;
    use crate::transcript::Fact;

    fn alone(deadline_secs: u32, check: &str) -> (Alone<impl FnMut(&Session)>, Case) {
        let (send, receive) = unbounded_channel();
        let session = Session::new(trial::setup(check), send).with_checks(trial::find);
        let until = Instant::now() + Duration::from_secs(u64::from(deadline_secs));
        let case = Case { deadline_secs, ..Case::new() };
        (Alone { session, receive, until, watch: |_: &Session| () }, case)
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_ends_what_hangs_and_what_came_before_it_counts() {
        let began = Instant::now();
        let (alone, case) = alone(7, "hangs");
        let session = alone.walk(case, &BTreeSet::new(), Plan::Guided).await;
        assert_eq!(began.elapsed().as_secs(), 7);
        assert_eq!(*session.walk().place(), Place::Concluded);
        assert!(session.walk().running().is_empty());
        let entries = session.walk().transcript().entries();
        assert!(entries.iter().any(|e| matches!(e.fact, Fact::Found { .. })));
        assert!(matches!(entries.last().map(|e| &e.fact), Some(Fact::Concluded { .. })));
    }

    fn looks(session: &Session) -> usize {
        let entries = session.walk().transcript().entries();
        entries.iter().filter(|e| matches!(e.fact, Fact::Started { .. })).count()
    }

    #[tokio::test(start_paused = true)]
    async fn a_parked_step_is_looked_at_once_more_when_its_time_has_come() {
        let began = Instant::now();
        let (alone, case) = alone(200, "parks");
        let session = alone.walk(case, &BTreeSet::from([Consent::Rcpt]), Plan::Guided).await;
        assert_eq!((looks(&session), began.elapsed().as_secs()), (2, 90));
        let entries = session.walk().transcript().entries();
        assert!(matches!(entries.last().map(|e| &e.fact), Some(Fact::Concluded { .. })));
        assert_eq!(session.walk().parked(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_parked_step_is_not_waited_for_beyond_the_deadline_or_without_consent() {
        for (deadline, consents) in [(60, BTreeSet::from([Consent::Rcpt])), (200, BTreeSet::new())] {
            let began = Instant::now();
            let (alone, case) = alone(deadline, "parks");
            let session = alone.walk(case, &consents, Plan::Guided).await;
            assert_eq!((looks(&session), began.elapsed().as_secs()), (1, 0));
        }
    }
}
