//! The client's side of the SASL mechanisms that SMTP servers offer (RFC 4422): octets in, octets out. What of it may be recorded is
//! [`super::auth`]'s business.

mod ntlm;
mod oauth;
mod scram;

use std::collections::BTreeMap;

use hmac::{Hmac, Mac as _};
use md5::Md5;
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

use crate::transcript::Secret;
use scram::Scram;

/// A mechanism that we speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mechanism {
    /// RFC 4616.
    Plain,
    /// draft-murchison-sasl-login.
    Login,
    /// RFC 5802, RFC 7677: by the name it has in the registry.
    Scram(&'static str),
    /// RFC 2195.
    CramMd5,
    /// MS-SMTPNTLM.
    Ntlm,
    /// Google's and Microsoft's own, before RFC 7628.
    Xoauth2,
    /// RFC 7628.
    OauthBearer,
}

/// All that we speak, the one to prefer first.
///
/// There is one attempt, and it must not fail for a reason that has nothing to do with name and password. So what any server can check comes
/// first: inside verified TLS it gives nothing away. SCRAM needs a password that was stored for it, CRAM-MD5 one that was stored in clear, NTLM
/// a digest of its own; a token is another thing than a password.
pub(super) const ALL: [Mechanism; 12] = [
    Mechanism::Plain,
    Mechanism::Login,
    Mechanism::Scram("SCRAM-SHA-256-PLUS"),
    Mechanism::Scram("SCRAM-SHA-256"),
    Mechanism::Scram("SCRAM-SHA-512-PLUS"),
    Mechanism::Scram("SCRAM-SHA-512"),
    Mechanism::Scram("SCRAM-SHA-1-PLUS"),
    Mechanism::Scram("SCRAM-SHA-1"),
    Mechanism::CramMd5,
    Mechanism::Ntlm,
    Mechanism::OauthBearer,
    Mechanism::Xoauth2,
];

impl Mechanism {
    /// The mechanism of that name, in any case.
    pub(super) fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|m| m.name().eq_ignore_ascii_case(name))
    }

    /// Its name in the registry of IANA.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::Scram(name) => name,
            Self::CramMd5 => "CRAM-MD5",
            Self::Ntlm => "NTLM",
            Self::Xoauth2 => "XOAUTH2",
            Self::OauthBearer => "OAUTHBEARER",
        }
    }

    /// Whether it ties the login to the TLS connection (RFC 5802 §6), and so needs a value from it.
    pub(super) fn binds(self) -> bool {
        self.name().ends_with("-PLUS")
    }

    /// Whether what the server asks would let somebody guess the password from it.
    pub(super) fn asks_telling(self) -> bool {
        matches!(self, Self::Scram(_) | Self::Ntlm)
    }
}

/// Why we ended a login ourselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GaveUp {
    /// What the server asked is not what the mechanism has it ask.
    Unreadable,
    /// It went on asking.
    NoEnd,
    /// It wants the password hashed more often than is sensible.
    Iterations,
    /// It let us in, or would have, without a proof that it knows the password (RFC 5802 §3).
    NotProved,
    /// Name or password cannot be said in this mechanism.
    Unsayable,
}

impl GaveUp {
    /// A short id, for an argument.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::NoEnd => "no-end",
            Self::Iterations => "iterations",
            Self::NotProved => "not-proved",
            Self::Unsayable => "unsayable",
        }
    }
}

/// What to say next.
#[derive(Default)]
pub(super) struct Answer {
    /// The response, before base64.
    pub(super) octets: Zeroizing<Vec<u8>>,
    /// What of it, or of the challenge, would let somebody guess the password.
    pub(super) telling: Vec<Zeroizing<String>>,
}

impl Answer {
    fn plain(text: String) -> Self {
        Self { octets: Zeroizing::new(text.into_bytes()), telling: Vec::new() }
    }
}

/// Who logs in where.
#[derive(Clone, Copy)]
pub(super) struct Who<'a> {
    pub(super) user: &'a str,
    pub(super) secret: &'a Secret,
    pub(super) server: &'a str,
    pub(super) port: u16,
    /// Seconds since 1970.
    pub(super) now: i64,
    /// `tls-exporter` of the connection (RFC 9266).
    pub(super) binding: Option<[u8; 32]>,
}

/// One login under way.
pub(super) struct Exchange<'a> {
    mechanism: Mechanism,
    who: Who<'a>,
    asked: usize,
    scram: Option<Scram>,
    /// What the server said inside the mechanism that may explain a refusal.
    pub(super) told: BTreeMap<&'static str, String>,
}

impl<'a> Exchange<'a> {
    /// Begins one.
    pub(super) fn new(mechanism: Mechanism, who: Who<'a>) -> Self {
        Self { mechanism, who, asked: 0, scram: None, told: BTreeMap::new() }
    }

    /// What may go with the AUTH command itself.
    pub(super) fn first(&mut self) -> Result<Option<Answer>, GaveUp> {
        let Who { user, secret, server, port, .. } = self.who;
        Ok(match self.mechanism {
            Mechanism::Plain => Some(Answer::plain(format!("\0{user}\0{}", secret.expose()))),
            Mechanism::Xoauth2 => Some(Answer::plain(oauth::xoauth2(user, secret))),
            Mechanism::OauthBearer => Some(Answer::plain(oauth::bearer(user, secret, server, port))),
            Mechanism::Scram(name) => {
                let (scram, first) = Scram::begin(name, &self.who)?;
                self.scram = Some(scram);
                Some(first)
            }
            Mechanism::Login | Mechanism::CramMd5 | Mechanism::Ntlm => None,
        })
    }

    /// What to answer to what was asked, base64 taken off; `None` where it was no base64.
    pub(super) async fn answer(&mut self, asked: Option<Zeroizing<Vec<u8>>>) -> Result<Answer, GaveUp> {
        let Who { user, secret, .. } = self.who;
        let turn = self.asked;
        self.asked += 1;
        match (self.mechanism, turn) {
            (Mechanism::Xoauth2, 0) => {
                self.told = oauth::refusal(&asked.unwrap_or_default());
                Ok(Answer::default())
            }
            (Mechanism::OauthBearer, 0) => {
                self.told = oauth::refusal(&asked.unwrap_or_default());
                Ok(Answer::plain("\x01".to_owned()))
            }
            (Mechanism::Login, 0 | 1) => {
                let prompt = asked.unwrap_or_default().to_ascii_lowercase();
                let wants_password = turn > 0 || prompt.starts_with(b"pass");
                Ok(Answer::plain(if wants_password { secret.expose() } else { user }.to_owned()))
            }
            (Mechanism::CramMd5, 0) => {
                let challenge = asked.filter(|c| !c.is_empty()).ok_or(GaveUp::Unreadable)?;
                let hex = hex(&hmac_md5(secret.expose().as_bytes(), &[&challenge]));
                let mut answer = Answer::plain(format!("{user} {hex}"));
                answer.telling.push(Zeroizing::new(hex));
                Ok(answer)
            }
            // To this turn belongs no challenge, whatever stands there (MS-SMTPNTLM §2.2.1.2).
            (Mechanism::Ntlm, 0) => {
                self.told.insert("challenge", "none".to_owned());
                Ok(Answer { octets: Zeroizing::new(ntlm::negotiate()), telling: Vec::new() })
            }
            (Mechanism::Ntlm, 1) => {
                let asked = asked.ok_or(GaveUp::Unreadable)?;
                let mut challenge = [0; 8];
                SystemRandom::new().fill(&mut challenge).map_err(|_| GaveUp::Unsayable)?;
                self.told.remove("challenge");
                if ntlm::is_of_old(&asked) {
                    self.told.insert("challenge", "no-target-info".to_owned());
                }
                ntlm::authenticate(&asked, &self.who, ntlm::Given { now: self.who.now, challenge })
            }
            (Mechanism::Scram(_), _) => {
                let scram = self.scram.as_mut().ok_or(GaveUp::NoEnd)?;
                let asked = asked.ok_or(GaveUp::Unreadable)?;
                if let Some(error) = scram::error(&asked) {
                    // A refusal in the mechanism's own words; the reply that ends it is still to come.
                    self.scram = None;
                    self.told.insert("status", error);
                    return Ok(Answer::default());
                }
                scram.answer(asked).await
            }
            _ => Err(GaveUp::NoEnd),
        }
    }

    /// Whether the server has proved that it knows the password; none where the mechanism has no such proof.
    pub(super) fn proved(&self) -> Option<bool> {
        matches!(self.mechanism, Mechanism::Scram(_)).then(|| self.scram.as_ref().is_some_and(Scram::is_proved))
    }
}

/// HMAC-MD5 (RFC 2104) of the parts, one behind the other. What is made of it is only as good as the TLS around it.
fn hmac_md5(key: &[u8], parts: &[&[u8]]) -> [u8; 16] {
    let mut mac = <Hmac<Md5> as hmac::digest::KeyInit>::new_from_slice(key).expect("a key of any length will do");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_login_of_rfc_2195_comes_out() {
        let digest = hmac_md5(b"tanstaaftanstaaf", &[b"<1896.697170952", b"@postoffice.reston.mci.net>"]);
        assert_eq!(hex(&digest), "b913a602c7eda7a495b4e6e7334d3890");
    }
}
