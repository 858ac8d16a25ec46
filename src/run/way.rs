//! The way in which a case wants the outside world asked.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::net::{Limits, Net};
use crate::transcript::Case;

/// How much longer than its limit an answer is waited for, where the limit is nobody's wish.
const WAITS_ON: Duration = Duration::from_secs(20);

/// What of a case the outside world is asked by.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) resolver: Option<SocketAddr>,
    pub(super) ca: Option<PathBuf>,
    pub(super) timeout_secs: u32,
}

impl Way {
    pub(super) fn of(case: &Case) -> Self {
        Self { resolver: case.resolver, ca: case.ca.clone(), timeout_secs: case.timeout_secs }
    }
}

/// Who names a limit means it; else half of the whole time may go to servers that are slow to answer.
pub(super) fn patient(net: Net, case: &Case) -> Net {
    let in_all = Duration::from_secs(u64::from(case.deadline_secs / 2));
    if case.timeout_secs == Case::TIMEOUT_SECS { net.patient(WAITS_ON.min(in_all), in_all) } else { net }
}

/// How long things may take.
pub(super) fn limits(case: &Case) -> Limits {
    let phase = Duration::from_secs(u64::from(case.timeout_secs.max(1)));
    Limits { phase, dns: phase }
}
