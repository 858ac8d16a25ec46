//! The beginning of a dialogue: connection, handshake, greeting; and STARTTLS.

use std::time::{Duration, Instant as Clock};

use tokio::time::Instant;

use super::reply::may_begin_reply;
use super::{Broken, Capabilities, Dialogue, Heard, Open};
use crate::net::wire::{Fault, excerpt};
use crate::net::{Net, Recorder, Wire, tls};
use crate::transcript::{
    BreakFact, BreakKind, ConnectFact, ConnectOutcome, EvidenceId, Role, Security, Stage, clean_line,
};

/// How long the greeting is waited for where nothing but QUIT is to be said.
const LEAVE_MAX: Duration = Duration::from_secs(3);

/// How long something is waited for that says who it is where an SMTP server would have said so before.
const PART_MAX: Duration = Duration::from_secs(1);

impl Dialogue {
    /// Connects, does the implicit TLS handshake if asked, and reads the greeting. A greeting of any code is a reply.
    ///
    /// # Errors
    /// How it broke off: stage `connect`, `tls` or `greeting`.
    pub async fn open(net: &Net, rec: &Recorder, open: Open) -> Result<(Self, Heard), Broken> {
        let open = Open { server: clean_line(&open.server, 255), ..open };
        match net.connect(rec, &open.server, open.address, open.source).await {
            Ok(connection) => Self::over(net, rec, open, connection).await,
            Err((fact, evidence)) => Err((not_connected(fact, open.role), evidence)),
        }
    }

    /// As [`Self::open`], over a connection that stands, with the fact of it.
    ///
    /// # Errors
    /// How it broke off: stage `tls` or `greeting`.
    pub async fn over(
        net: &Net,
        rec: &Recorder,
        open: Open,
        (wire, connected): (Wire, EvidenceId),
    ) -> Result<(Self, Heard), Broken> {
        // What was said to that machine before, it may say back at any time.
        let hush = net.hushed(open.address.ip());
        let role = open.role;
        let implicit = open.security == Security::Tls;
        let mut dialogue = Self {
            wire,
            net: net.clone(),
            rec: rec.clone(),
            open,
            connected,
            caps: Capabilities::default(),
            tls: None,
            used_helo: false,
            injected: None,
            early: None,
            hush,
            challenge: None,
            masks_challenges: false,
            slow: Vec::new(),
            waited: false,
            late: None,
            at_risk: false,
            owes_quit: !implicit,
            over: None,
        };
        if implicit {
            dialogue.handshake(role).await?;
        }
        let begun = Clock::now();
        let deadline = Instant::now() + net.phase_for(dialogue.open.address.ip());
        match dialogue.hear(Stage::Greeting, role, begun, deadline).await {
            Ok(greeting) => {
                dialogue.owes_quit = true;
                dialogue.late = dialogue.waited.then(|| greeting.clone());
                Ok((dialogue, greeting))
            }
            Err(fault) => {
                let fault = dialogue.part(fault, role).await;
                Err(dialogue.broke(Stage::Greeting, role, begun, fault))
            }
        }
    }

    /// Leaves a port that says nothing, with QUIT. What speaks another protocol, and waits to be spoken to, shows itself by what it says to that.
    async fn part(&mut self, fault: Fault, role: Role) -> Fault {
        if fault.kind != BreakKind::Timeout || self.wire.is_tls() || !self.wire.say_now(b"QUIT\r\n") {
            return fault;
        }
        self.record_sent(Stage::Quit, role, "QUIT");
        // Who was silent before was asked that before.
        if self.net.hurries {
            return fault;
        }
        let deadline = Instant::now() + self.net.limits().phase.min(PART_MAX);
        let foreign = |got: &[u8]| !got.is_empty() && !may_begin_reply(got);
        let heard = self.wire.line(deadline, foreign).await.unwrap_or_else(|_| self.wire.buffered().to_vec());
        if foreign(&heard) { Fault::with(BreakKind::NotSmtp, excerpt(&heard)) } else { fault }
    }

    /// Ends a connection that was only made to see whether it comes about. QUIT before the greeting would be out of turn (RFC 5321 §4.3.1), so
    /// that is heard first, for a moment; where TLS comes first no session has begun, and there is nothing to end.
    pub async fn take_leave(net: &Net, rec: &Recorder, open: Open, connection: (Wire, EvidenceId)) {
        if open.security == Security::Tls || (open.security == Security::Auto && open.address.port() == 465) {
            return;
        }
        if let Ok((dialogue, _)) = Self::over(&net.hurried(LEAVE_MAX), rec, open, connection).await {
            dialogue.quit().await;
        }
    }

    /// STARTTLS, and the handshake if the reply is 220. Bytes that follow the reply in plain text are early talk: recorded, never used.
    /// EHLO must be said again. Any other reply leaves the dialogue as it was.
    ///
    /// # Errors
    /// How it broke off: stage `starttls` or `tls`.
    pub async fn starttls(&mut self) -> Result<Heard, Broken> {
        let role = self.open.role;
        let heard = self.exchange(Stage::Starttls, role, "STARTTLS", "STARTTLS").await?;
        if heard.reply.code != 220 || self.wire.is_tls() {
            return Ok(heard);
        }
        let early = self.wire.early();
        if !early.is_empty() {
            let fault = Fault::with(BreakKind::EarlyTalk, excerpt(early));
            self.wire.discard();
            let (_, evidence) = self.record_break(Stage::Starttls, role, Clock::now(), fault);
            self.injected = Some(evidence);
        }
        // What was learnt in plain text is void (RFC 3207 §4.2).
        self.caps = Capabilities::default();
        self.handshake(role).await?;
        Ok(heard)
    }

    async fn handshake(&mut self, role: Role) -> Result<(), Broken> {
        let begun = Clock::now();
        let Open { server, address, strict, .. } = &self.open;
        let limit = self.net.phase_for(self.open.address.ip());
        let now = self.net.world().unix_seconds();
        let mut fact = tls::handshake(&mut self.wire, self.net.trust(), server, *address, *strict, limit, now).await;
        for text in fact
            .chain
            .iter_mut()
            .flat_map(|c| [&mut c.subject, &mut c.issuer].into_iter().chain(&mut c.names).chain(&mut c.issuer_at))
        {
            *text = self.hush.scrub(text);
        }
        let evidence = self.rec.tls(fact.clone());
        let fault = tls::fault(&fact);
        let established = fact.established;
        self.tls = Some((fact, evidence));
        if established { Ok(()) } else { Err(self.broke(Stage::Tls, role, begun, fault)) }
    }
}

/// A connection that did not come about, as a break.
pub(super) fn not_connected(fact: ConnectFact, role: Role) -> BreakFact {
    let kind = if fact.outcome == ConnectOutcome::Timeout { BreakKind::Timeout } else { BreakKind::Error };
    BreakFact {
        server: fact.server,
        address: fact.address,
        stage: Stage::Connect,
        kind,
        detail: Some(match (fact.outcome, fact.reason) {
            (ConnectOutcome::Error, Some(reason)) => reason,
            (outcome, _) => outcome.as_str().to_owned(),
        }),
        ms: fact.ms,
        role,
    }
}
