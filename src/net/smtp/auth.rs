//! One login (RFC 4954).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use super::sasl::{ALL, Answer, Exchange, GaveUp, Mechanism, Who};
use super::{Broken, Dialogue, Heard};
use crate::transcript::{MARK, Role, Secret, Stage};

/// A command line longer than this, CRLF included, must not carry the first response (RFC 4954 §4, RFC 5321 §4.5.3.1.4).
const COMMAND_MAX: usize = 512;
/// A server that asks more often than this is not logging anybody in.
const ROUNDS_MAX: usize = 6;

/// How a login ended.
#[derive(Clone, Debug)]
pub struct Login {
    /// The reply that ended it: 235, or a refusal.
    pub heard: Heard,
    /// What the server said of a refusal inside the mechanism: `status`, `scope` and `schemes` of a token (RFC 7628 §3.2.2), `status` of SCRAM
    /// (RFC 5802 §7); `challenge` where NTLM's has no target info (MS-NLMP §2.2.1.2). Cleaned and cut.
    pub told: BTreeMap<&'static str, String>,
    /// Whether the server proved that it knows the password, too; none where the mechanism has no such proof.
    pub proved: Option<bool>,
    /// Why we ended it ourselves; the reply is then the server's to that.
    pub gave_up: Option<GaveUp>,
}

impl Dialogue {
    /// The mechanisms that [`Self::auth`] speaks, the one to prefer first.
    pub const MECHANISMS: [&'static str; ALL.len()] = {
        let mut names = [""; ALL.len()];
        let mut at = 0;
        while at < names.len() {
            names[at] = ALL[at].name();
            at += 1;
        }
        names
    };

    /// Whether [`Self::auth`] can speak that mechanism on this connection: one that is tied to TLS needs TLS 1.3 (RFC 9266 §4).
    #[must_use]
    pub fn speaks(&self, mechanism: &str) -> bool {
        Mechanism::named(mechanism).is_some_and(|m| !m.binds() || self.wire.binding().is_some())
    }

    /// From now on [`Self::auth`] also logs in where nobody has proved who they are, or where everybody on the way can read along. Only for somebody
    /// who was told so and wants it, in this session.
    pub fn accept_risk(&mut self) {
        self.at_risk = true;
    }

    /// One login (RFC 4954) with one of [`Self::MECHANISMS`], payloads recorded only as `‹secret›`.
    /// Refuses (`None`, nothing sent) unless the connection is TLS with a trusted certificate, whatever the caller thinks, but for
    /// [`Self::accept_risk`]; and a mechanism that it does not speak.
    ///
    /// From here on neither the secret nor a payload is recorded, even if the server says it back.
    ///
    /// # Errors
    /// How it broke off.
    pub async fn auth(&mut self, mechanism: &str, user: &str, secret: &Secret) -> Result<Option<Login>, Broken> {
        self.alive()?;
        let safe = self.is_trusted() || self.at_risk;
        let Some(mechanism) = Mechanism::named(mechanism).filter(|m| safe && self.speaks(m.name())) else {
            return Ok(None);
        };
        self.hush.keep(secret.expose());
        self.masks_challenges = mechanism.asks_telling();
        let login = self.log_in(mechanism, user, secret).await;
        self.masks_challenges = false;
        self.challenge = None;
        login
    }

    async fn log_in(&mut self, mechanism: Mechanism, user: &str, secret: &Secret) -> Result<Option<Login>, Broken> {
        let (server, port) = (self.open.server.clone(), self.open.address.port());
        let now = self.net.world().unix_seconds();
        let who = Who { user, secret, server: &server, port, now, binding: self.wire.binding() };
        let mut exchange = Exchange::new(mechanism, who);
        let name = mechanism.name();
        let Ok(first) = exchange.first() else { return Ok(None) };
        let first = first.map(|answer| self.coded(&answer));
        let fits = |payload: &str| "AUTH  \r\n".len() + name.len() + payload.len() <= COMMAND_MAX;
        let (sent, mut unsent) =
            first.map_or((None, None), |p| if fits(&p) { (Some(p), None) } else { (None, Some(p)) });
        let mut heard = if let Some(payload) = &sent {
            let line = Zeroizing::new(format!("AUTH {name} {}", payload.as_str()));
            self.say(&format!("AUTH {name} {MARK}"), &line).await?
        } else {
            self.keep_quiet();
            self.say(&format!("AUTH {name}"), &format!("AUTH {name}")).await?
        };
        let mut gave_up = None;
        let mut rounds = 0;
        while heard.reply.code == 334 {
            rounds += 1;
            let answer = if let Some(payload) = unsent.take() {
                Ok(payload)
            } else if rounds > ROUNDS_MAX {
                Err(GaveUp::NoEnd)
            } else {
                let challenge = self.challenge.take().unwrap_or_default();
                let asked = BASE64_STANDARD.decode(challenge.trim()).ok().map(Zeroizing::new);
                exchange.answer(asked).await.map(|answer| self.coded(&answer))
            };
            match answer {
                Ok(payload) if payload.is_empty() => heard = self.say("", "").await?,
                Ok(payload) => heard = self.say(MARK, &payload).await?,
                // The client's way out (RFC 4954 §4). What the server says to that is no verdict on anything.
                Err(why) => {
                    gave_up = Some(why);
                    heard = self.exchange(Stage::Auth, Role::Control, "*", "*").await?;
                    break;
                }
            }
        }
        let proved = exchange.proved();
        let told = exchange.told.into_iter().map(|(name, value)| (name, self.hush.scrub(&value))).collect();
        Ok(Some(Login { heard, told, proved, gave_up }))
    }

    /// A response as it goes on the wire, and kept out of what is recorded.
    fn coded(&mut self, answer: &Answer) -> Zeroizing<String> {
        let payload = Zeroizing::new(BASE64_STANDARD.encode(&*answer.octets));
        for telling in &answer.telling {
            self.hush.keep(telling);
        }
        if !payload.is_empty() {
            self.hush.keep_payload(&payload);
        }
        self.keep_quiet();
        payload
    }

    /// What was said to that machine, it may say back at any time, on any connection.
    fn keep_quiet(&self) {
        self.net.hush(self.open.address.ip(), &self.hush);
    }

    async fn say(&mut self, shown: &str, line: &str) -> Result<Heard, Broken> {
        self.exchange(Stage::Auth, self.open.role, shown, line).await
    }
}
