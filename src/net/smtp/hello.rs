//! Asking a server with a hello of our own which TLS it speaks, where a handshake failed.

use std::time::Instant as Clock;

use tokio::time::Instant;

use super::{Broken, Dialogue, Open};
use crate::net::wire::{Fault, Wire};
use crate::net::{Net, OldTls, Recorder, tls};
use crate::transcript::{BreakKind, EvidenceId, Security, Stage, TlsFact};

impl Net {
    /// Offers a version of TLS and the ciphers of old, and records what the server chooses: a TLS fact that is a probe, with the version and the cipher
    /// chosen, or the alert's name as its error. With [`Security::Starttls`] the hello follows STARTTLS; none where that is not offered or refused.
    ///
    /// Nothing is said inside; the connection ends there.
    ///
    /// # Errors
    /// How it broke off before the hello.
    pub async fn ask_old_tls(
        &self,
        rec: &Recorder,
        open: Open,
        helo: &str,
        offer: OldTls,
    ) -> Result<Option<(TlsFact, EvidenceId)>, Broken> {
        let limit = self.limits().phase;
        if open.security == Security::Tls {
            let (mut wire, _) = match self.connect(rec, &open.server, open.address, open.source).await {
                Ok(connection) => connection,
                Err((fact, evidence)) => return Err((super::open::not_connected(fact, open.role), evidence)),
            };
            let fact = tls::old_hello(&mut wire, &open.server, open.address, offer, limit).await;
            wire.hang_up();
            return Ok(Some((fact.clone(), rec.tls(fact))));
        }
        let (mut dialogue, greeting) = Dialogue::open(self, rec, Open { security: Security::None, ..open }).await?;
        let ready = greeting.is_positive() && dialogue.ehlo(helo).await?.is_positive();
        if !ready || !dialogue.capabilities().has("STARTTLS") || !dialogue.go_ahead().await? {
            dialogue.quit().await;
            return Ok(None);
        }
        Ok(Some(dialogue.hello(offer).await))
    }
}

impl Dialogue {
    /// STARTTLS without the handshake; whether the server would begin.
    async fn go_ahead(&mut self) -> Result<bool, Broken> {
        let role = self.open.role;
        let heard = self.exchange(Stage::Starttls, role, "STARTTLS", "STARTTLS").await?;
        Ok(heard.reply.code == 220)
    }

    /// The hello and its answer; the dialogue is over then.
    async fn hello(mut self, offer: OldTls) -> (TlsFact, EvidenceId) {
        let begun = Clock::now();
        self.wire.discard();
        let Open { server, address, role, .. } = self.open.clone();
        let fact = tls::old_hello(&mut self.wire, &server, address, offer, self.net.limits().phase).await;
        let evidence = self.rec.tls(fact.clone());
        let _ = self.broke(Stage::Tls, role, begun, Fault::with(BreakKind::Tls, "only asked what it speaks"));
        (fact, evidence)
    }
}

impl Wire {
    /// Sends that and gathers what comes back, until it is enough for `read`, too much, or the deadline.
    pub(in crate::net) async fn ask<T>(
        &mut self,
        octets: &[u8],
        most: usize,
        deadline: Instant,
        read: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<T, Fault> {
        self.write(octets, deadline).await?;
        loop {
            if let Some(read) = read(self.buffered()) {
                return Ok(read);
            }
            if self.buffered().len() > most {
                return Err(Fault::new(BreakKind::TooLong));
            }
            self.fill(deadline).await?;
        }
    }
}
