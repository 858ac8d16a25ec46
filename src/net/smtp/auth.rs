//! One login (RFC 4954).

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use super::{Broken, Dialogue, Heard, md5};
use crate::transcript::{MARK, Secret, Stage};

/// A command line longer than this, CRLF included, must not carry the first response (RFC 4954 §4, RFC 5321 §4.5.3.1.4).
const COMMAND_MAX: usize = 512;
/// A server that asks more often than this is not logging anybody in.
const ROUNDS_MAX: usize = 6;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mechanism {
    Plain,
    Login,
    CramMd5,
    Xoauth2,
}

impl Dialogue {
    /// The mechanisms that [`Self::auth`] speaks, the one to prefer first.
    pub const MECHANISMS: [&'static str; 4] = ["PLAIN", "LOGIN", "XOAUTH2", "CRAM-MD5"];

    /// One login (RFC 4954): `PLAIN`, `LOGIN`, `CRAM-MD5` or `XOAUTH2`, payloads recorded only as `‹secret›`.
    /// Refuses (`None`, nothing sent) unless the connection is TLS with a trusted certificate, whatever the caller thinks; and a mechanism that is
    /// not among [`Self::MECHANISMS`].
    ///
    /// The reply is the one that ends the login: 235, or a refusal. From here on neither the secret nor a payload is recorded, even if the server says
    /// it back.
    ///
    /// # Errors
    /// How it broke off.
    pub async fn auth(&mut self, mechanism: &str, user: &str, secret: &Secret) -> Result<Option<Heard>, Broken> {
        self.alive()?;
        let Some(mechanism) = Mechanism::named(mechanism).filter(|_| self.is_trusted()) else {
            return Ok(None);
        };
        self.hush.keep(secret.expose());
        let name = mechanism.name();
        let first = mechanism.first(user, secret).map(|payload| coded(&payload));
        if let Some(payload) = &first {
            self.hush.keep_payload(payload);
        }
        self.net.hush(self.open.address.ip(), &self.hush);
        let mut heard = match first.as_ref().filter(|p| "AUTH  ".len() + name.len() + p.len() + 2 <= COMMAND_MAX) {
            Some(payload) => {
                let line = Zeroizing::new(format!("AUTH {name} {}", payload.as_str()));
                self.say(&format!("AUTH {name} {MARK}"), &line).await?
            }
            None => self.say(&format!("AUTH {name}"), &format!("AUTH {name}")).await?,
        };
        let mut unsent = first.filter(|p| "AUTH  ".len() + name.len() + p.len() + 2 > COMMAND_MAX);
        for round in 0..ROUNDS_MAX {
            if heard.reply.code != 334 {
                break;
            }
            let challenge = heard.reply.text.last().map_or("", String::as_str).trim().to_owned();
            let answer = unsent.take().or_else(|| mechanism.answer(round, &challenge, user, secret));
            heard = match answer {
                Some(payload) if !payload.is_empty() => {
                    self.hush.keep_payload(&payload);
                    self.net.hush(self.open.address.ip(), &self.hush);
                    self.say(MARK, &payload).await?
                }
                Some(_) => self.say("", "").await?,
                // Nothing more to say: the client's way out (RFC 4954 §4).
                None => self.say("*", "*").await?,
            };
        }
        Ok(Some(heard))
    }

    async fn say(&mut self, shown: &str, line: &str) -> Result<Heard, Broken> {
        self.exchange(Stage::Auth, self.open.role, shown, line).await
    }
}

impl Mechanism {
    fn named(name: &str) -> Option<Self> {
        [Self::Plain, Self::Login, Self::CramMd5, Self::Xoauth2]
            .into_iter()
            .find(|m| m.name().eq_ignore_ascii_case(name))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::CramMd5 => "CRAM-MD5",
            Self::Xoauth2 => "XOAUTH2",
        }
    }

    /// What may go with the AUTH command itself.
    fn first(self, user: &str, secret: &Secret) -> Option<Zeroizing<String>> {
        match self {
            Self::Plain => Some(Zeroizing::new(format!("\0{user}\0{}", secret.expose()))),
            Self::Xoauth2 => Some(Zeroizing::new(format!("user={user}\x01auth=Bearer {}\x01\x01", secret.expose()))),
            Self::Login | Self::CramMd5 => None,
        }
    }

    /// What to answer to the challenge of that round, as it goes on the wire; `None` to give up.
    fn answer(self, round: usize, challenge: &str, user: &str, secret: &Secret) -> Option<Zeroizing<String>> {
        match self {
            Self::Plain => None,
            // The refusal's reason came as a challenge; it wants an empty answer before the 535.
            Self::Xoauth2 => (round == 0).then(Zeroizing::default),
            Self::Login => {
                let prompt = BASE64_STANDARD.decode(challenge).unwrap_or_default().to_ascii_lowercase();
                let asks_password = round > 0 || prompt.starts_with(b"pass");
                (round < 2).then(|| coded(if asks_password { secret.expose() } else { user }))
            }
            Self::CramMd5 => {
                let challenge = BASE64_STANDARD.decode(challenge).ok().filter(|_| round == 0)?;
                let digest = md5::hmac(secret.expose().as_bytes(), &challenge);
                let hex: String = digest.iter().map(|b| format!("{b:02x}")).collect();
                Some(coded(&format!("{user} {hex}")))
            }
        }
    }
}

fn coded(text: &str) -> Zeroizing<String> {
    Zeroizing::new(BASE64_STANDARD.encode(text))
}
