//! SCRAM (RFC 5802, RFC 7677), with and without channel binding; the mechanism itself is `rsasl`'s.

use rsasl::callback::{Context, Request, SessionCallback, SessionData};
use rsasl::config::SASLConfig;
use rsasl::mechanisms::scram::{
    SCRAM_SHA1, SCRAM_SHA1_PLUS, SCRAM_SHA256, SCRAM_SHA256_PLUS, SCRAM_SHA512, SCRAM_SHA512_PLUS,
};
use rsasl::mechname::Mechname;
use rsasl::prelude::{ChannelBindingCallback, Mechanism, Registry, SASLClient, Session, SessionError};
use rsasl::property::{AuthId, Password};
use rsasl::validate::NoValidation;
use stringprep::saslprep;
use zeroize::Zeroizing;

use super::{Answer, GaveUp, Who};
use crate::transcript::clean_line;

/// The most rounds of hashing that a server may ask for: far more than any is known to, and still over in a second or so.
const ITERATIONS_MAX: u32 = 1_000_000;

/// The library's own list leaves out those that are tied to the connection.
static MECHANISMS: &[Mechanism] =
    &[SCRAM_SHA1, SCRAM_SHA1_PLUS, SCRAM_SHA256, SCRAM_SHA256_PLUS, SCRAM_SHA512, SCRAM_SHA512_PLUS];

type Running = Session<NoValidation, Binding>;

/// A login under way.
pub(super) struct Scram {
    session: Option<Running>,
    turn: u8,
    proved: bool,
}

impl Scram {
    /// Begins one, with the client's first message.
    pub(super) fn begin(name: &str, who: &Who<'_>) -> Result<(Self, Answer), GaveUp> {
        // RFC 5802 §5.1; what cannot be prepared is said as it is.
        let prepared = |text: &str| saslprep(text).map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned);
        let credentials = Credentials {
            user: prepared(who.user),
            password: Zeroizing::new(prepared(who.secret.expose())),
            binds: name.ends_with("-PLUS"),
        };
        let config =
            SASLConfig::builder().with_registry(Registry::with_mechanisms(MECHANISMS)).with_callback(credentials);
        let config = config.map_err(|_| GaveUp::Unsayable)?;
        let name = Mechname::parse(name.as_bytes()).map_err(|_| GaveUp::Unsayable)?;
        let client = SASLClient::with_cb(config, Binding(who.binding));
        let session = client.start_suggested(&[name]).map_err(|_| GaveUp::Unsayable)?;
        let mut scram = Self { session: Some(session), turn: 0, proved: false };
        let first = scram.step(None).map_err(|_| GaveUp::Unsayable)?;
        Ok((scram, Answer { octets: first, telling: Vec::new() }))
    }

    /// The answer to what the server says next.
    pub(super) async fn answer(&mut self, said: Zeroizing<Vec<u8>>) -> Result<Answer, GaveUp> {
        self.turn += 1;
        match self.turn {
            1 => {
                if iterations(&said).is_some_and(|n| n > u64::from(ITERATIONS_MAX)) {
                    return Err(GaveUp::Iterations);
                }
                let octets = self.hash(said).await?;
                let telling = value(&octets, "p=").into_iter().collect();
                Ok(Answer { octets, telling })
            }
            2 => {
                // From the server's signature, the password could be guessed as well as from ours.
                let telling = value(&said, "v=").into_iter().collect();
                match self.step(Some(&said)) {
                    Ok(octets) => {
                        self.proved = true;
                        Ok(Answer { octets, telling })
                    }
                    Err(SessionError::MutualAuthenticationFailed) => Err(GaveUp::NotProved),
                    Err(_) => Err(GaveUp::Unreadable),
                }
            }
            _ => Err(GaveUp::NoEnd),
        }
    }

    /// Whether the server's signature was right.
    pub(super) fn is_proved(&self) -> bool {
        self.proved
    }

    /// The step that takes the time it is meant to take: beside what else goes on.
    async fn hash(&mut self, said: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, GaveUp> {
        let mut moved = Self { session: self.session.take(), turn: 0, proved: false };
        let work = move || {
            let octets = moved.step(Some(&said));
            (moved, octets)
        };
        let (moved, octets) = tokio::task::spawn_blocking(work).await.map_err(|_| GaveUp::Unreadable)?;
        self.session = moved.session;
        octets.map_err(|_| GaveUp::Unreadable)
    }

    fn step(&mut self, said: Option<&[u8]>) -> Result<Zeroizing<Vec<u8>>, SessionError> {
        let mut octets = Zeroizing::new(Vec::new());
        self.session.as_mut().ok_or(SessionError::MechanismDone)?.step(said, &mut *octets)?;
        Ok(octets)
    }
}

/// The error that a server's last message names (RFC 5802 §7, `e=`), if it is one.
pub(super) fn error(said: &[u8]) -> Option<String> {
    let text = said.strip_prefix(b"e=")?;
    Some(clean_line(String::from_utf8_lossy(text).split(',').next().unwrap_or_default(), 60))
}

/// The highest number of rounds that a message asks for.
fn iterations(said: &[u8]) -> Option<u64> {
    let attributes = said.split(|b| *b == b',').filter_map(|part| part.strip_prefix(b"i="));
    // What is no number is no small one: the mechanism itself will refuse it.
    attributes.map(|n| std::str::from_utf8(n).ok().and_then(|n| n.parse().ok()).unwrap_or(u64::MAX)).max()
}

/// An attribute's value.
fn value(message: &[u8], name: &str) -> Option<Zeroizing<String>> {
    let text = std::str::from_utf8(message).ok()?;
    text.split(',').find_map(|part| part.strip_prefix(name)).map(|v| Zeroizing::new(v.to_owned()))
}

struct Credentials {
    user: String,
    password: Zeroizing<String>,
    binds: bool,
}

impl SessionCallback for Credentials {
    fn callback(&self, _: &SessionData, _: &Context, request: &mut Request) -> Result<(), SessionError> {
        request.satisfy::<AuthId>(&self.user)?.satisfy::<Password>(self.password.as_bytes())?;
        Ok(())
    }

    // Only where it is used: to claim that the server lacks what was not asked for would look like an attack to it.
    fn enable_channel_binding(&self) -> bool {
        self.binds
    }
}

struct Binding(Option<[u8; 32]>);

impl ChannelBindingCallback for Binding {
    fn get_cb_data(&self, name: &str) -> Option<&[u8]> {
        self.0.as_ref().filter(|_| name == "tls-exporter").map(|value| &value[..])
    }
}
