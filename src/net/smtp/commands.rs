//! The commands of a dialogue.

use std::time::{Duration, Instant as Clock};

use tokio::time::Instant;

use super::exchange::one_line;
use super::{Broken, Capabilities, Dialogue, Heard};
use crate::net::wire::Fault;
use crate::net::{NAMELESS, literal};
use crate::transcript::{BreakKind, Role, Stage};

/// The longest wait for the answer to QUIT.
const QUIT_MAX: Duration = Duration::from_secs(2);
/// The longest wait for the end of the stream after it.
const CLOSE_MAX: Duration = Duration::from_millis(250);

impl Dialogue {
    /// EHLO with that HELO name; where the server does not know EHLO (500 or 502), HELO (RFC 5321 §3.2). Fills the capabilities.
    ///
    /// Both replies are recorded, the last is returned. Any other refusal is about the name or the client, and HELO would not help.
    ///
    /// # Errors
    /// How it broke off.
    pub async fn ehlo(&mut self, helo: &str) -> Result<Heard, Broken> {
        self.used_helo = false;
        self.caps = Capabilities::default();
        // Who has no name says where it comes from; only a connection knows that.
        let own = (helo == NAMELESS).then(|| self.wire.local().and_then(|local| literal(local.ip()))).flatten();
        let helo = own.as_deref().unwrap_or(helo);
        let heard = self.command(Stage::Ehlo, &format!("EHLO {helo}")).await?;
        if heard.is_positive() {
            self.caps = Capabilities::of(&heard.reply);
        }
        if !matches!(heard.reply.code, 500 | 502) {
            return Ok(heard);
        }
        self.used_helo = true;
        self.command(Stage::Ehlo, &format!("HELO {helo}")).await
    }

    /// Sends one command line and reads the reply.
    ///
    /// The line comes without CRLF. Control characters in it, CR and LF too, go out as `?`: one call is one line, whatever a field held.
    ///
    /// # Errors
    /// How it broke off.
    pub async fn command(&mut self, stage: Stage, line: &str) -> Result<Heard, Broken> {
        self.command_as(self.open.role, stage, line).await
    }

    /// As [`Self::command`], speaking for a control probe: the facts carry [`Role::Control`].
    ///
    /// # Errors
    /// How it broke off.
    pub async fn control(&mut self, stage: Stage, line: &str) -> Result<Heard, Broken> {
        self.command_as(Role::Control, stage, line).await
    }

    /// Two commands in one breath, as PIPELINING lets one say them, and the reply to each (RFC 2920 §3.1); control probes.
    ///
    /// # Errors
    /// How it broke off.
    pub async fn in_one_breath(&mut self, stage: Stage, lines: [&str; 2]) -> Result<[Heard; 2], Broken> {
        self.alive()?;
        let lines = lines.map(one_line);
        let begun = Clock::now();
        let deadline = Instant::now() + self.net.limits().phase;
        self.look_for_early_talk(stage, Role::Control);
        for line in &lines {
            self.record_sent(stage, Role::Control, line);
        }
        // That it could not be sent shows in what is heard.
        let _ = self.wire.write(format!("{}\r\n{}\r\n", lines[0], lines[1]).as_bytes(), deadline).await;
        let mut heard = Vec::new();
        for _ in &lines {
            match self.hear(stage, Role::Control, begun, deadline).await {
                Ok(reply) => heard.push(reply),
                Err(fault) => return Err(self.broke(stage, Role::Control, begun, fault)),
            }
        }
        heard.try_into().map_err(|_| self.broke(stage, Role::Control, begun, Fault::new(BreakKind::Error)))
    }

    /// `MAIL FROM`, with parameters (`SIZE=…`, `SMTPUTF8`) behind a space where given. An empty sender is `<>`.
    ///
    /// # Errors
    /// How it broke off.
    pub async fn mail(&mut self, from: &str, parameters: &str) -> Result<Heard, Broken> {
        let line = format!("MAIL FROM:<{}> {parameters}", bare(from));
        self.command(Stage::Mail, line.trim_end()).await
    }

    /// `RCPT TO`, as a control probe if so said.
    ///
    /// # Errors
    /// How it broke off.
    pub async fn rcpt(&mut self, to: &str, role: Role) -> Result<Heard, Broken> {
        let line = format!("RCPT TO:<{}>", bare(to));
        self.command_as(role, Stage::Rcpt, &line).await
    }

    /// QUIT, and the end. Its reply is recorded; that it fails is of no interest. Takes at most two seconds and a bit.
    pub async fn quit(mut self) {
        if self.over.is_some() {
            return;
        }
        let role = self.open.role;
        let begun = Clock::now();
        let deadline = Instant::now() + self.net.limits().phase.min(QUIT_MAX);
        self.look_for_early_talk(Stage::Quit, role);
        self.record_sent(Stage::Quit, role, "QUIT");
        self.owes_quit = false;
        if self.wire.write(b"QUIT\r\n", deadline).await.is_ok() {
            let _ = self.hear(Stage::Quit, role, begun, deadline).await;
        }
        self.wire.close(Instant::now() + CLOSE_MAX).await;
    }

    async fn command_as(&mut self, role: Role, stage: Stage, line: &str) -> Result<Heard, Broken> {
        let line = one_line(line);
        self.exchange(stage, role, &line, &line).await
    }
}

/// An address without the brackets that it may have been typed with.
fn bare(address: &str) -> &str {
    let address = address.trim();
    address.strip_prefix('<').and_then(|a| a.strip_suffix('>')).unwrap_or(address)
}
