//! A "not now" at the door: by its words, by a second call, by the other servers. Each says a part; none is certain alone.

use std::net::SocketAddr;

use crate::check::Context;
use crate::check::tools::Host;
use crate::net::{Dialogue, Heard, Open};
use crate::transcript::{Finding, Role, Security};

/// Looks closer at one that is busy. Where another server is well, nobody is called again.
pub(super) async fn look(cx: &Context, host: &Host, address: SocketAddr, heard: &Heard, elsewhere_well: bool) {
    let found = |id: &str| {
        let found = Finding::new(id).arg("server", &host.name).arg("codes", heard.reply.codes());
        found.arg("text", heard.reply.joined()).shown_by(heard.evidence)
    };
    let text = heard.reply.joined();
    if let Some(reason) = cx.know.busy_for(&text) {
        cx.found(found(match reason {
            "limit" => "server-status.busy.limit",
            "rate" => "server-status.busy.rate",
            "shutdown" => "server-status.busy.shutdown",
            _ => "server-status.busy.load",
        }));
    }
    if elsewhere_well {
        cx.found(found("server-status.busy.elsewhere-well"));
        return;
    }
    let implicit = host.security == Security::Tls || address.port() == 465;
    let open = Open {
        server: host.name.clone(),
        address,
        security: if implicit { Security::Tls } else { Security::None },
        source: cx.case.source,
        role: Role::Control,
        strict: false,
    };
    // The first call has ended: a limit on calls at a time does not count it any more.
    let Ok((dialogue, again)) = Dialogue::open(&cx.net, &cx.rec, open).await else { return };
    let id = match again.reply.code {
        220 => Some("server-status.busy.passing"),
        code if code == heard.reply.code => Some("server-status.busy.stays"),
        _ => None,
    };
    if let Some(id) = id {
        cx.found(found(id).shown_by(again.evidence));
    }
    dialogue.quit().await;
}
