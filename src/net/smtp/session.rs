//! The usual opening in one call.

use super::{Broken, Capabilities, Dialogue, Heard, Open};
use crate::net::{Net, Recorder};
use crate::transcript::{Security, Stage};

/// What was heard in the opening of a dialogue, up to where it stopped.
#[derive(Clone, Debug)]
pub struct SessionOpening {
    /// The greeting.
    pub greeting: Heard,
    /// The answer to the first EHLO (or HELO): before STARTTLS, or inside implicit TLS.
    pub ehlo_before: Option<Heard>,
    /// What was offered at the first EHLO.
    pub caps_before: Capabilities,
    /// The answer to STARTTLS.
    pub starttls: Option<Heard>,
    /// The answer to the EHLO inside TLS, after STARTTLS.
    pub ehlo_after: Option<Heard>,
    /// Where it stopped, if it did not come to its end. The dialogue is still alive.
    pub stopped: Option<Stop>,
}

/// Why an opening stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A reply that is not positive: [`Stage::Greeting`], [`Stage::Ehlo`] or [`Stage::Starttls`].
    Refused(Stage),
    /// STARTTLS was wanted and is not offered.
    NoStarttls,
}

impl SessionOpening {
    /// Whether it came to its end: mail commands may follow.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.stopped.is_none()
    }

    /// The reply that stopped it, if a reply did.
    #[must_use]
    pub fn refusal(&self) -> Option<&Heard> {
        matches!(self.stopped, Some(Stop::Refused(_))).then(|| self.last())
    }

    /// The last reply heard.
    #[must_use]
    pub fn last(&self) -> &Heard {
        let later = self.ehlo_after.as_ref().or(self.starttls.as_ref()).or(self.ehlo_before.as_ref());
        later.unwrap_or(&self.greeting)
    }
}

impl Dialogue {
    /// Greeting, EHLO, STARTTLS if `want` says so (`Starttls`: it must be offered; `Auto`: if it is offered), EHLO again.
    ///
    /// `want` decides over `open.security`: `Tls` starts with the handshake, and so does `Auto` at port 465 (RFC 8314 §3.3).
    /// A reply that is not positive is no error: the opening stops there and says so. What was heard before a break stands in the transcript.
    ///
    /// # Errors
    /// How it broke off.
    pub async fn session(
        net: &Net,
        rec: &Recorder,
        mut open: Open,
        helo: &str,
        want: Security,
    ) -> Result<(Self, SessionOpening), Broken> {
        open.security = if want == Security::Auto && open.address.port() == 465 { Security::Tls } else { want };
        let want = open.security;
        let (mut dialogue, greeting) = Self::open(net, rec, open).await?;
        let mut opening = SessionOpening {
            greeting,
            ehlo_before: None,
            caps_before: Capabilities::default(),
            starttls: None,
            ehlo_after: None,
            stopped: None,
        };
        opening.stopped = dialogue.go_on(&mut opening, helo, want).await?;
        Ok((dialogue, opening))
    }

    async fn go_on(
        &mut self,
        opening: &mut SessionOpening,
        helo: &str,
        want: Security,
    ) -> Result<Option<Stop>, Broken> {
        if !opening.greeting.is_positive() {
            return Ok(Some(Stop::Refused(Stage::Greeting)));
        }
        let ehlo = self.ehlo(helo).await?;
        opening.caps_before = self.capabilities().clone();
        if !opening.ehlo_before.insert(ehlo).is_positive() {
            return Ok(Some(Stop::Refused(Stage::Ehlo)));
        }
        if !matches!(want, Security::Auto | Security::Starttls) {
            return Ok(None);
        }
        if !self.capabilities().has("STARTTLS") {
            return Ok((want == Security::Starttls).then_some(Stop::NoStarttls));
        }
        let starttls = self.starttls().await?;
        if opening.starttls.insert(starttls).reply.code != 220 {
            // Who takes TLS where it is to be had goes on without it (RFC 3207 §4.1), as mail servers do.
            if want == Security::Auto {
                return Ok(None);
            }
            return Ok(Some(Stop::Refused(Stage::Starttls)));
        }
        let ehlo = self.ehlo(helo).await?;
        let accepted = opening.ehlo_after.insert(ehlo).is_positive();
        Ok((!accepted).then_some(Stop::Refused(Stage::Ehlo)))
    }
}
