//! What several checks need: which hosts the mail goes to, and a session with one of them.

mod address;
mod heal;
mod hosts;
mod masked;
mod proxy;
mod route;
mod sender;
mod talk;

pub(crate) use address::{Split, split};
pub use heal::{Healed, heal};
pub(crate) use hosts::{Host, NoHosts, exchangers, hosts};
pub(crate) use masked::{INTERCEPTOR, interceptor, masked};
pub(crate) use proxy::answers_for_all;
pub(crate) use route::route;
pub(crate) use sender::{greeted, sending_address};
pub(crate) use talk::{Stopped, Talk, talk, talk_with_any};

use std::net::SocketAddr;
use std::time::Duration;

use super::Context;
pub(crate) use crate::net::is_private;
use crate::net::{Dialogue, Net, Open, RecordType, Wire};
use crate::transcript::{ConnectOutcome, DnsFact, DnsOutcome, EvidenceId, Fact, Role, Security};

/// How long a call is waited for that went unanswered before: a lost one is repeated twice in that time (RFC 6298 §2).
pub(crate) const AGAIN: Duration = Duration::from_secs(4);

/// The same for one that went unanswered more than once.
const ONCE_MORE: Duration = Duration::from_secs(2);

/// The id of a DNS outcome that is not an answer, for an argument `why`; none where it is one.
pub(crate) fn could_not_tell(dns: &DnsFact) -> Option<&'static str> {
    (!dns.outcome.is_answer()).then_some(match dns.outcome {
        DnsOutcome::ServFail => "SERVFAIL",
        DnsOutcome::Refused => "the resolver refuses to answer",
        DnsOutcome::DeniesAll => "the resolver denies every name",
        DnsOutcome::Timeout => "no answer in time",
        _ if dns.detail.as_deref() == Some("not a name") => "it is no name that the DNS can hold",
        _ => "the resolver could not be reached",
    })
}

/// Whether the resolver answers for another name than the one that failed: only then is a SERVFAIL about that name.
///
/// The name is the first that faults are held against, else the root; "there is no such name" is an answer, too.
pub(crate) async fn resolver_works(cx: &Context) -> bool {
    let (name, rtype) =
        cx.know.controls.first().map_or((".", RecordType::NS), |domain| (domain.as_str(), RecordType::MX));
    cx.net.lookup(&cx.rec, name, rtype).await.0.outcome.is_answer()
}

/// What is amiss with the resolver itself, where an answer fails and one about another name fails, too: the finding that says so.
pub(crate) async fn resolver_fault(cx: &Context, failed: &DnsFact) -> Option<&'static str> {
    let id = match failed.outcome {
        DnsOutcome::ServFail => "dns.resolver-fails",
        DnsOutcome::Refused => "dns.resolver-refuses",
        DnsOutcome::Timeout if !is_cut(failed) => "dns.resolver-silent",
        DnsOutcome::Error if failed.detail.as_deref() == Some("connection refused") => "dns.resolver-closed",
        _ => return None,
    };
    if !resolver_works(cx).await {
        return Some(id);
    }
    // Some fail at every question of one type: that says nothing about the name either.
    let same_type =
        [RecordType::TXT, RecordType::A, RecordType::AAAA].into_iter().find(|t| t.to_string() == failed.rtype);
    let (control, rtype) =
        cx.know.controls.first().zip(same_type).filter(|_| failed.outcome == DnsOutcome::ServFail)?;
    let of_type = cx.net.lookup(&cx.rec, control, rtype).await.0;
    (of_type.outcome == DnsOutcome::ServFail).then_some("dns.resolver-fails-type")
}

/// Whether an answer was cut for its length, and did not come over TCP either (RFC 7766).
pub(crate) fn is_cut(dns: &DnsFact) -> bool {
    let failed = matches!(dns.outcome, DnsOutcome::Error | DnsOutcome::Timeout);
    failed && dns.detail.as_deref().is_some_and(|d| d.starts_with("truncated"))
}

/// The net to call that address with: one that kept silent before in this session is not waited for as long again, whether it was
/// the call, the talk or the handshake that it left unanswered.
pub(crate) fn hurried_where_silent(cx: &Context, address: SocketAddr) -> Net {
    match silent_before(cx, address) {
        0 => cx.net.clone(),
        1 => cx.net.hurried(AGAIN),
        _ => cx.net.hurried(ONCE_MORE),
    }
}

/// How often that address kept silent since it last answered.
fn silent_before(cx: &Context, address: SocketAddr) -> usize {
    let looks = cx.seen.entries().iter().rev().filter_map(|entry| match &entry.fact {
        Fact::Connect { connect, .. } if connect.address == address && connect.outcome != ConnectOutcome::Open => {
            Some(connect.outcome == ConnectOutcome::Timeout)
        }
        Fact::Broke { broken, .. } if broken.address == address => Some(broken.is_timeout()),
        Fact::Received { reply, .. } if reply.address == Some(address) => Some(false),
        _ => None,
    });
    looks.take_while(|silent| *silent).count()
}

/// Ends a connection that was only made to see whether the port is open.
pub(crate) async fn leave(cx: &Context, server: &str, address: SocketAddr, over: (Wire, EvidenceId)) {
    let entered = cx.case.server.as_ref().is_some_and(|s| s.host.eq_ignore_ascii_case(server));
    let security = if entered { cx.case.security } else { Security::Auto };
    let (server, source) = (server.to_owned(), cx.case.source);
    let open = Open { server, address, security, source, role: Role::Control, strict: false };
    Dialogue::take_leave(&hurried_where_silent(cx, address), &cx.rec, open, over).await;
}
