//! The checks that are running: started, bounded in time, cancelled; each tells its end, however it comes.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::session::Answer;
use crate::check::{self, Check, Context};
use crate::transcript::{Fact, RunId};

/// No check takes longer; the deadline of a whole `check` is the headless walk's.
const LONGEST: Duration = Duration::from_secs(120);

/// Finds a check by its id.
pub(super) type Find = fn(&str) -> Option<&'static dyn Check>;

/// The tasks of one session. Dropping it stops them.
pub(super) struct Hands {
    tasks: HashMap<RunId, AbortHandle>,
    answer: Answer,
    bugs: Arc<AtomicU32>,
    pub(super) find: Find,
}

impl Hands {
    pub(super) fn new(answer: Answer) -> Self {
        Self { tasks: HashMap::new(), answer, bugs: Arc::new(AtomicU32::new(0)), find: check::by_id }
    }

    /// Starts a check; one that does not exist ends at once.
    pub(super) fn start(&mut self, run: RunId, id: &str, cx: Context) {
        let end = End { run, answer: Arc::clone(&self.answer), bugs: Arc::clone(&self.bugs) };
        let Some(check) = (self.find)(id) else { return drop(end) };
        let task = tokio::spawn(async move {
            let _end = end;
            let _ = timeout(LONGEST, check.run(&cx)).await;
        });
        self.tasks.insert(run, task.abort_handle());
    }

    pub(super) fn cancel(&mut self, run: RunId) {
        if let Some(task) = self.tasks.remove(&run) {
            task.abort();
        }
    }

    pub(super) fn ended(&mut self, run: RunId) {
        self.tasks.remove(&run);
    }

    pub(super) fn bugs(&self) -> u32 {
        self.bugs.load(Ordering::Relaxed)
    }
}

impl Drop for Hands {
    fn drop(&mut self) {
        for task in self.tasks.values() {
            task.abort();
        }
    }
}

/// Says that a run ended when it is dropped: at a check's return, time-out or panic. After a cancel nobody listens to it.
struct End {
    run: RunId,
    answer: Answer,
    bugs: Arc<AtomicU32>,
}

impl Drop for End {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.bugs.fetch_add(1, Ordering::Relaxed);
        }
        (self.answer)(self.run, Fact::Ended { run: self.run });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
    use tokio::time::Instant;

    use super::*;
    use crate::net::{Limits, Net, Recorder};
    use crate::reading::Reader;
    use crate::run::trial;
    use crate::transcript::{Case, Finding, Transcript};

    const RUN: RunId = RunId(3);

    fn hands() -> (Hands, UnboundedReceiver<(RunId, Fact)>) {
        let (send, receive) = unbounded_channel();
        let mut hands = Hands::new(Arc::new(move |run, fact| drop(send.send((run, fact)))));
        hands.find = trial::find;
        (hands, receive)
    }

    fn context(hands: &Hands) -> Context {
        let answer = Arc::clone(&hands.answer);
        let second = Duration::from_secs(1);
        let setup = trial::setup("finds");
        Context {
            case: Arc::new(Case::new()),
            secret: None,
            consents: Arc::new(BTreeSet::new()),
            net: Net::new(setup.world, Limits { phase: second, dns: second }, setup.trust),
            rec: Recorder::new(RUN, move |run, fact| answer(run, fact)),
            seen: Arc::new(Transcript::new()),
            reader: Reader::new(setup.guide),
            know: setup.know,
        }
    }

    async fn answers_of(check: &str) -> (Vec<Fact>, u32) {
        let (mut hands, mut receive) = hands();
        let cx = context(&hands);
        hands.start(RUN, check, cx);
        let mut facts = Vec::new();
        while !matches!(facts.last(), Some(Fact::Ended { .. })) {
            facts.push(receive.recv().await.expect("an end").1);
        }
        (facts, hands.bugs())
    }

    fn seen() -> Fact {
        Fact::Found { run: RUN, finding: Finding::new("trial.seen") }
    }

    #[tokio::test]
    async fn a_check_ends_after_its_last_fact() {
        assert_eq!(answers_of("finds").await, (vec![seen(), Fact::Ended { run: RUN }], 0));
    }

    #[tokio::test]
    async fn a_check_that_does_not_exist_ends() {
        assert_eq!(answers_of("unheard-of").await, (vec![Fact::Ended { run: RUN }], 0));
    }

    #[tokio::test]
    async fn a_check_with_a_bug_ends_and_is_counted() {
        assert_eq!(answers_of("panics").await, (vec![seen(), Fact::Ended { run: RUN }], 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_hangs_ends_in_time() {
        let began = Instant::now();
        assert_eq!(answers_of("hangs").await, (vec![seen(), Fact::Ended { run: RUN }], 0));
        assert_eq!(began.elapsed().as_secs(), LONGEST.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_check_stops_at_once_and_no_bug_is_counted() {
        let (mut hands, mut receive) = hands();
        let cx = context(&hands);
        hands.start(RUN, "hangs", cx);
        assert_eq!(receive.recv().await, Some((RUN, seen())));
        let began = Instant::now();
        hands.cancel(RUN);
        assert_eq!(receive.recv().await, Some((RUN, Fact::Ended { run: RUN })));
        assert_eq!((began.elapsed(), hands.bugs()), (Duration::ZERO, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn what_runs_stops_with_its_session() {
        let (mut hands, mut receive) = hands();
        let cx = context(&hands);
        hands.start(RUN, "hangs", cx);
        assert_eq!(receive.recv().await, Some((RUN, seen())));
        let began = Instant::now();
        drop(hands);
        while receive.recv().await.is_some() {}
        assert_eq!(began.elapsed(), Duration::ZERO);
    }
}
