//! Why a handshake failed: asked again with a hello of our own, as old servers speak it.

use std::net::SocketAddr;

use super::attempt::{Attempt, End};
use crate::check::Context;
use crate::net::{OldTls, Open, is_spoken_cipher};
use crate::transcript::{EvidenceId, Role, Security, TlsFact};

/// What a server speaks that no mail program of today does.
pub(super) struct Old {
    /// `settings.tls.too-old` or `settings.tls.old-ciphers`.
    pub id: &'static str,
    /// `TLS 1.0`.
    pub version: String,
    /// The cipher's name.
    pub cipher: String,
    /// The probe.
    pub evidence: EvidenceId,
}

/// Looks closer at a handshake that failed; none where it did not, or where old versions and ciphers do not explain it.
pub(super) async fn look(cx: &Context, server: &str, to: SocketAddr, failed: &Attempt) -> Option<Old> {
    let End::Handshake(why) = &failed.end else { return None };
    // Where it was broken off so, versions and ciphers may be the reason. `plaintext` and the like have another.
    let may_be = ["protocol-version", "handshake-failure", "insufficient-security", "closed", "reset"];
    if !may_be.contains(&why.as_str()) || failed.security == Security::None {
        return None;
    }
    for offer in OldTls::ALL {
        let open = Open {
            server: server.to_owned(),
            address: to,
            security: failed.security,
            source: cx.case.source,
            role: Role::Control,
            strict: false,
        };
        let (fact, evidence) = cx.net.ask_old_tls(&cx.rec, open, &cx.helo(), offer).await.ok()??;
        if let Some((version, cipher)) = chosen(&fact) {
            let id = match version {
                "TLSv1.2" | "TLSv1.3" if is_spoken_cipher(cipher) => return None,
                "TLSv1.2" | "TLSv1.3" => "settings.tls.old-ciphers",
                _ => "settings.tls.too-old",
            };
            return Some(Old { id, version: version.replace("TLSv", "TLS "), cipher: cipher.to_owned(), evidence });
        }
        // What does not speak TLS at all does not speak an older one either.
        if fact.error.as_deref() == Some("plaintext") {
            return None;
        }
    }
    None
}

fn chosen(fact: &TlsFact) -> Option<(&str, &str)> {
    fact.version.as_deref().zip(fact.cipher.as_deref())
}
