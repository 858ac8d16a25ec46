//! What was answered already, and who kept silent.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hickory_resolver::proto::rr::RecordType;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::answer::Answer;

/// A real answer stays good so long: a wizard may stand open for hours, and people repair things meanwhile.
const ANSWER_LASTS: Duration = Duration::from_secs(300);
/// A failure is not asked for again so long, so that one broken name does not cost its time-out at every step of a check.
const FAILURE_LASTS: Duration = Duration::from_secs(30);

/// Answers by name and type. Questions under way are shared: who asks the same waits for the one flight.
#[derive(Default)]
pub(super) struct Cache {
    flights: Mutex<HashMap<(String, RecordType), Flight>>,
    silent: Mutex<HashSet<SocketAddr>>,
}

type Flight = Arc<OnceCell<(Answer, Instant)>>;

impl Cache {
    /// The answer kept, or the one that `ask` brings. If the one who asks is dropped, another waiter asks in its stead.
    pub(super) async fn get(&self, name: &str, rtype: RecordType, ask: impl AsyncFnOnce() -> Answer) -> Answer {
        let flight = self.flight(name, rtype);
        let (answer, _) = flight.get_or_init(async || (ask().await, Instant::now())).await;
        answer.clone()
    }

    /// Whether such an answer is kept for such a name.
    pub(super) fn has_told_of(&self, is_such: impl Fn(&str) -> bool, says: impl Fn(&Answer) -> bool) -> bool {
        let told = |flight: &Flight| flight.get().is_some_and(|(answer, _)| says(answer));
        lock(&self.flights).iter().any(|((name, _), flight)| is_such(name) && told(flight))
    }

    pub(super) fn forget(&self) {
        lock(&self.flights).clear();
        lock(&self.silent).clear();
    }

    /// The servers in their order, those that gave no answer when last asked after the others.
    pub(super) fn silent_last(&self, mut servers: Vec<SocketAddr>) -> Vec<SocketAddr> {
        let silent = lock(&self.silent);
        servers.sort_by_key(|server| silent.contains(server));
        servers
    }

    pub(super) fn heard(&self, server: SocketAddr, heard: bool) {
        let mut silent = lock(&self.silent);
        if heard {
            silent.remove(&server);
        } else {
            silent.insert(server);
        }
    }

    fn flight(&self, name: &str, rtype: RecordType) -> Flight {
        let mut flights = lock(&self.flights);
        let flight = flights.entry((name.to_owned(), rtype)).or_default();
        if flight.get().is_some_and(|(answer, came)| came.elapsed() > lasts(answer)) {
            *flight = Flight::default();
        }
        Arc::clone(flight)
    }
}

fn lasts(answer: &Answer) -> Duration {
    if answer.outcome.is_answer() { ANSWER_LASTS } else { FAILURE_LASTS }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
