//! A session with a host, as far as EHLO after TLS: what most checks start from.

use std::net::{IpAddr, SocketAddr};

use super::{Host, hurried_where_silent};
use crate::check::Context;
use crate::net::{Broken, Dialogue, Heard, Open, SessionOpening};
use crate::transcript::Role;

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
