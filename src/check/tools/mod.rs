//! What several checks need: which hosts the mail goes to, and a session with one of them.

mod address;
mod hosts;
mod masked;
mod talk;

pub(crate) use address::split;
pub(crate) use hosts::{Host, NoHosts, exchangers, hosts};
pub(crate) use masked::masked;
pub(crate) use talk::{Stopped, Talk, talk, talk_as};

use crate::transcript::{DnsFact, DnsOutcome};

/// The id of a DNS outcome that is not an answer, for an argument `why`; none where it is one.
pub(crate) fn could_not_tell(dns: &DnsFact) -> Option<&'static str> {
    (!dns.outcome.is_answer()).then_some(match dns.outcome {
        DnsOutcome::ServFail => "SERVFAIL",
        DnsOutcome::Refused => "refused",
        DnsOutcome::Timeout => "no answer in time",
        _ => "the resolver could not be reached",
    })
}
