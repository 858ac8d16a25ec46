//! A session with a host, as far as EHLO after TLS: what most checks start from.

use std::net::{IpAddr, SocketAddr};

use super::Host;
use crate::check::Context;
use crate::net::{Broken, Dialogue, Heard, Open};
use crate::transcript::{Role, Security};

/// A session that stands, ready for MAIL.
pub(crate) struct Talk {
    /// The dialogue, EHLO done.
    pub dialogue: Dialogue,
}

/// Why no session stands.
pub(crate) enum Stopped {
    /// A reply that was not positive.
    Refused(Box<Dialogue>, Heard),
    /// The connection or dialogue broke off.
    Broke(Broken),
}

/// Opens a session with one address: greeting, EHLO, STARTTLS where it is wanted or offered, EHLO again.
///
/// # Errors
/// Where it stopped.
pub(crate) async fn talk(cx: &Context, host: &Host, ip: IpAddr, role: Role) -> Result<Talk, Stopped> {
    talk_as(cx, host, SocketAddr::new(ip, host.port), cx.case.security, role, false).await
}

/// As [`talk`], with everything said: strict ends the handshake on an untrusted certificate.
///
/// # Errors
/// Where it stopped.
pub(crate) async fn talk_as(
    cx: &Context,
    host: &Host,
    address: SocketAddr,
    security: Security,
    role: Role,
    strict: bool,
) -> Result<Talk, Stopped> {
    let implicit = security == Security::Tls || (security == Security::Auto && address.port() == 465);
    let open = Open {
        server: host.name.clone(),
        address,
        security: if implicit { Security::Tls } else { Security::None },
        source: cx.case.source,
        role,
        strict,
    };
    let (mut dialogue, greeting) = Dialogue::open(&cx.net, &cx.rec, open).await.map_err(Stopped::Broke)?;
    if greeting.reply.code != 220 {
        return Err(Stopped::Refused(Box::new(dialogue), greeting));
    }
    let helo = cx.helo();
    let heard = dialogue.ehlo(&helo).await.map_err(Stopped::Broke)?;
    if !heard.reply.is_positive() {
        return Err(Stopped::Refused(Box::new(dialogue), heard));
    }
    let offered = dialogue.capabilities().has("STARTTLS");
    if !implicit && (security == Security::Starttls || (security == Security::Auto && offered)) {
        let heard = dialogue.starttls().await.map_err(Stopped::Broke)?;
        if heard.reply.code == 220 {
            let heard = dialogue.ehlo(&helo).await.map_err(Stopped::Broke)?;
            if !heard.reply.is_positive() {
                return Err(Stopped::Refused(Box::new(dialogue), heard));
            }
        } else if security == Security::Starttls {
            return Err(Stopped::Refused(Box::new(dialogue), heard));
        }
    }
    Ok(Talk { dialogue })
}
