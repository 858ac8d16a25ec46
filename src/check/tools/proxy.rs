//! Somebody who answers for every host. The id is that of step 7, wherever it is looked for.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use futures_util::future::join_all;

use super::{Host, leave};
use crate::check::Context;
use crate::net::{Dialogue, Open};
use crate::transcript::{Finding, Role, Security};

/// Somebody answers for every host.
const PROXY: &str = "firewall.proxy-for-all";
/// Addresses set aside for examples (RFC 5737), each of another net: nobody has them, so whoever answers there answers for everybody. A
/// proxy that leaves one net alone may take the calls to another.
const NOBODY: [Ipv4Addr; 2] = [Ipv4Addr::new(192, 0, 2, 251), Ipv4Addr::new(203, 0, 113, 251)];
/// Whoever answers for others is near.
const NEAR: Duration = Duration::from_millis(500);

/// Whether somebody takes calls to an address that nobody has, in place of those hosts. Asked once in a session, and not of hosts on this
/// very machine: nobody stands on the way to those.
pub(crate) async fn answers_for_all(cx: &Context, hosts: &[Host]) -> bool {
    let away = |host: &&Host| host.addresses.iter().any(|ip| !ip.to_canonical().is_loopback());
    let Some(port) = hosts.iter().find(away).map(|host| host.port) else { return false };
    if cx.seen.findings().any(|(_, f)| f.id == PROXY) {
        return true;
    }
    let net = cx.net.hurried(NEAR);
    // Both at once, as each is near or nowhere; one that answers is enough.
    let calls = NOBODY.map(async |nobody| {
        let address = SocketAddr::new(IpAddr::V4(nobody), port);
        let over = net.connect_to_nobody(&cx.rec, &nobodys(address), address, cx.case.source).await;
        over.map(|over| (address, over))
    });
    let mut taken = join_all(calls).await.into_iter().flatten();
    let Some((address, over)) = taken.next() else { return false };
    for (address, over) in taken {
        leave(cx, &nobodys(address), address, over).await;
    }
    let shown = over.1;
    let open = Open {
        server: nobodys(address),
        address,
        security: if port == 465 { Security::Tls } else { Security::None },
        source: cx.case.source,
        role: Role::Control,
        strict: false,
    };
    let mut found = Finding::new(PROXY).arg("port", port).arg("address", address.ip()).shown_by(shown);
    if let Ok((dialogue, greeting)) = Dialogue::over(&net, &cx.rec, open, over).await {
        found = found.arg("text", greeting.reply.joined()).shown_by(greeting.evidence);
        dialogue.quit().await;
    }
    cx.found(found);
    true
}

/// What is called there has no name, so it goes by its address.
fn nobodys(address: SocketAddr) -> String {
    address.ip().to_string()
}
