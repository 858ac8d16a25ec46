//! A session with a host, as far as EHLO after TLS: what most checks start from.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::time::sleep;

use super::{Host, hurried_where_silent};
use crate::check::Context;
use crate::net::{Broken, Dialogue, Heard, Open, SessionOpening};
use crate::transcript::{BreakFact, Role};

/// How long an address is waited for alone before the next one of its host is tried beside it: longer than what postscreen holds a greeting back.
const ALONE: Duration = Duration::from_secs(7);

/// The same where another address was silent in vain before.
const ALONE_AGAIN: Duration = Duration::from_secs(3);

/// A session that stands, ready for MAIL.
pub(crate) struct Talk {
    /// The dialogue, EHLO done.
    pub dialogue: Dialogue,
    /// What was heard on the way.
    pub opening: SessionOpening,
}

/// Why no session stands.
pub(crate) enum Stopped {
    /// A reply that was not positive.
    Refused(Box<Dialogue>, Heard),
    /// STARTTLS was wanted and is not offered; the EHLO answer that lacks it.
    NoStarttls(Box<Dialogue>, Heard),
    /// The connection or dialogue broke off.
    Broke(Broken),
}

/// Opens a session with one address: greeting, EHLO, STARTTLS where it is wanted or offered, EHLO again.
///
/// # Errors
/// Where it stopped.
pub(crate) async fn talk(cx: &Context, host: &Host, ip: IpAddr, role: Role) -> Result<Talk, Stopped> {
    let (address, security) = (SocketAddr::new(ip, host.port), host.security);
    let open = Open { server: host.name.clone(), address, security, source: cx.case.source, role, strict: false };
    let net = hurried_where_silent(cx, address).awaiting_greetings();
    let (dialogue, opening) =
        Dialogue::session(&net, &cx.rec, open, &cx.helo(), security).await.map_err(Stopped::Broke)?;
    if opening.is_ready() {
        return Ok(Talk { dialogue, opening });
    }
    let (last, dialogue) = (opening.last().clone(), Box::new(dialogue));
    Err(if opening.refusal().is_some() {
        Stopped::Refused(dialogue, last)
    } else {
        Stopped::NoStarttls(dialogue, last)
    })
}

/// As [`talk`], with the first address of a host that settles it: one that breaks off in a way for which the next is to be tried gives way to
/// it, and one that takes its time is not waited for alone (as RFC 8305 has it for connections). None where the host has no address; else the
/// address that settled it, or the last that broke off.
pub(crate) async fn talk_with_any(
    cx: &Context,
    host: &Host,
    role: Role,
    is_no_answer: impl Fn(&BreakFact) -> bool,
) -> Option<(IpAddr, Result<Talk, Stopped>)> {
    let alone = if cx.net.waited_in_vain() { ALONE_AGAIN } else { ALONE };
    let tried = |ip: IpAddr| async move { (ip, talk(cx, host, ip, role).await) };
    let mut rest = host.addresses.iter().copied();
    let mut under_way = FuturesUnordered::from_iter(rest.next().map(&tried));
    loop {
        tokio::select! {
            ended = under_way.next() => {
                let (ip, outcome) = ended?;
                if !matches!(&outcome, Err(Stopped::Broke((broken, _))) if is_no_answer(broken)) {
                    return Some((ip, outcome));
                }
                match rest.next() {
                    Some(next) => under_way.push(tried(next)),
                    None if under_way.is_empty() => return Some((ip, outcome)),
                    None => {}
                }
            }
            () = sleep(alone), if rest.len() > 0 => under_way.extend(rest.next().map(&tried)),
        }
    }
}
