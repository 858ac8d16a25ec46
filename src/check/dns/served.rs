//! The certificates that mail servers show after STARTTLS: asked once a server, whoever wants to know.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::check::Context;
use crate::check::tools::{Host, Stopped, talk};
use crate::transcript::{AddressFamily, EvidenceId, Role, Security, TlsFact};

/// What was asked already, by host.
#[derive(Default)]
pub(super) struct Certificates(Mutex<HashMap<String, Arc<OnceCell<Served>>>>);

impl Certificates {
    /// What that host shows. Two who want to know at the same time ask once.
    pub(super) async fn of(&self, cx: &Context, host: &str) -> Served {
        let cell = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(host.to_ascii_lowercase()).or_default())
        };
        cell.get_or_init(|| served(cx, host)).await.clone()
    }
}

/// What a mail server shows.
#[derive(Clone)]
pub(super) enum Served {
    /// A chain of certificates, and how they were judged.
    Chain(TlsFact, EvidenceId),
    /// It offers no TLS.
    NoTls(EvidenceId),
    /// It could not be asked, or the handshake failed.
    Untold,
}

/// The certificates that a mail server shows after STARTTLS.
async fn served(cx: &Context, host: &str) -> Served {
    let answers = cx.net.addresses(&cx.rec, host, AddressFamily::Any).await;
    let family = cx.case.family;
    let mut addresses: Vec<IpAddr> =
        answers.iter().flat_map(|(dns, _)| dns.addresses()).filter(|ip| family.allows(*ip)).collect();
    addresses.sort_by_key(IpAddr::is_ipv6);
    for ip in addresses.into_iter().take(2) {
        let to = Host {
            name: host.to_owned(),
            preference: None,
            port: 25,
            security: Security::Starttls,
            addresses: vec![ip],
            unknown: None,
            left_out: false,
            evidence: Vec::new(),
        };
        match talk(cx, &to, ip, Role::Control).await {
            Ok(talk) => {
                let seen = talk.dialogue.tls().map(|(tls, id)| (tls.clone(), *id));
                talk.dialogue.quit().await;
                if let Some((tls, id)) = seen {
                    return Served::Chain(tls, id);
                }
            }
            Err(Stopped::NoStarttls(dialogue, last)) => {
                dialogue.quit().await;
                return Served::NoTls(last.evidence);
            }
            Err(Stopped::Refused(dialogue, _)) => dialogue.quit().await,
            Err(Stopped::Broke(_)) => {}
        }
    }
    Served::Untold
}
