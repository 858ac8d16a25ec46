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

/// The tasks of one session. Dropping it stops them.
pub(super) struct Hands {
    tasks: HashMap<RunId, AbortHandle>,
    answer: Answer,
    bugs: Arc<AtomicU32>,
    find: fn(&str) -> Option<&'static dyn Check>,
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
