//! Going to the shell and coming back: Ctrl-Z, as in any other program.

use std::time::Duration;

use rustix::process::{Signal, getpid, kill_process};
use tokio::signal::unix::{SignalKind, signal};

/// Stops this process as the shell expects it, and returns once it goes on.
pub(super) async fn stop() {
    let goes_on = signal(SignalKind::from_raw(Signal::CONT.as_raw()));
    if kill_process(getpid(), Signal::TSTP).is_err() {
        return;
    }
    // The stop may reach us a moment after the call returns; without job control it never does.
    let moment = tokio::time::sleep(Duration::from_millis(250));
    match goes_on {
        Ok(mut goes_on) => {
            tokio::select! {
                _ = goes_on.recv() => {}
                () = moment => {}
            }
        }
        Err(_) => moment.await,
    }
}
