//! Somebody who answers for every host. The id is that of step 7, wherever it is looked for.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::check::Context;
use crate::net::{Dialogue, Open};
use crate::transcript::{Finding, Role, Security};

/// Somebody answers for every host.
const PROXY: &str = "firewall.proxy-for-all";
/// An address set aside for examples (RFC 5737): nobody has it, so whoever answers there answers for everybody.
const NOBODY: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 251);
/// Whoever answers for others is near.
const NEAR: Duration = Duration::from_millis(500);

/// Whether somebody takes calls to an address that nobody has. Asked once in a session.
pub(crate) async fn answers_for_all(cx: &Context, port: u16) -> bool {
    if cx.seen.findings().any(|(_, f)| f.id == PROXY) {
        return true;
    }
    let net = cx.net.hurried(NEAR);
    let address = SocketAddr::new(IpAddr::V4(NOBODY), port);
    let Some(over) = net.connect_to_nobody(&cx.rec, "nobody", address, cx.case.source).await else { return false };
    let shown = over.1;
    let open = Open {
        server: "nobody".to_owned(),
        address,
        security: if port == 465 { Security::Tls } else { Security::None },
        source: cx.case.source,
        role: Role::Control,
        strict: false,
    };
    let mut found = Finding::new(PROXY).arg("port", port).arg("address", NOBODY).shown_by(shown);
    if let Ok((dialogue, greeting)) = Dialogue::over(&net, &cx.rec, open, over).await {
        found = found.arg("text", greeting.reply.joined()).shown_by(greeting.evidence);
        dialogue.quit().await;
    }
    cx.found(found);
    true
}
