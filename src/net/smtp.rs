//! Our own SMTP dialogue (RFC 5321): any code is an answer; a time and a size limit on every phase; everything recorded.

use std::net::{IpAddr, SocketAddr};

use super::{Net, Recorder};
use crate::transcript::{BreakFact, EvidenceId, Reply, Role, Secret, Security, Stage, TlsFact};

/// Where to connect and how.
#[derive(Clone, Debug)]
pub struct Open {
    /// The host's name: SNI, what the certificate is held against, and what facts call it.
    pub server: String,
    /// Where it is.
    pub address: SocketAddr,
    /// `Tls` starts with a handshake; anything else starts plain. STARTTLS is then a call of its own.
    pub security: Security,
    /// The local address to use.
    pub source: Option<IpAddr>,
    /// Whose mail it is about.
    pub role: Role,
    /// Whether an untrusted certificate ends the handshake. Credentials and messages need `true`; an observer says `false`.
    pub strict: bool,
}

/// A reply that was heard, and its evidence id.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The reply.
    pub reply: Reply,
    /// Its evidence id.
    pub evidence: EvidenceId,
}

/// What a server says it can do (RFC 5321 §4.1.1.1), keywords in upper case, unknown ones kept.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Capabilities {
    /// Keyword and its parameters, in the server's order.
    pub keywords: Vec<(String, String)>,
}

impl Capabilities {
    /// The parameters of a keyword, if it is offered; `AUTH=` of old servers counts as `AUTH`.
    #[must_use]
    pub fn get(&self, keyword: &str) -> Option<&str> {
        self.keywords.iter().find(|(k, _)| k.eq_ignore_ascii_case(keyword)).map(|(_, p)| p.as_str())
    }

    /// Whether a keyword is offered.
    #[must_use]
    pub fn has(&self, keyword: &str) -> bool {
        self.get(keyword).is_some()
    }
}

/// A break of the dialogue, and its evidence id. The dialogue is over.
pub type Broken = (BreakFact, EvidenceId);

/// A dialogue with one server over one connection.
pub struct Dialogue {
    // The helper for this room fills it.
}

impl Dialogue {
    /// Connects, does the implicit TLS handshake if asked, and reads the greeting. A greeting of any code is a reply.
    ///
    /// # Errors
    /// How it broke off: stage `connect`, `tls` or `greeting`.
    pub async fn open(net: &Net, rec: &Recorder, open: Open) -> Result<(Self, Heard), Broken> {
        let _ = (net, rec, open);
        unimplemented!()
    }

    /// EHLO with that HELO name; where the answer is 500, 502 or 504-less refusal of EHLO itself, HELO (RFC 5321 §3.2). Fills the capabilities.
    ///
    /// # Errors
    /// How it broke off.
    pub async fn ehlo(&mut self, helo: &str) -> Result<Heard, Broken> {
        let _ = helo;
        unimplemented!()
    }

    /// What the server said it can do at the last EHLO.
    #[must_use]
    pub fn capabilities(&self) -> &Capabilities {
        unimplemented!()
    }

    /// STARTTLS, and the handshake if the reply is 220. Bytes that follow the reply in plain text are early talk: recorded, never used.
    /// EHLO must be said again.
    ///
    /// # Errors
    /// How it broke off: stage `starttls` or `tls`.
    pub async fn starttls(&mut self) -> Result<Heard, Broken> {
        unimplemented!()
    }

    /// Whether plaintext bytes followed the STARTTLS reply.
    #[must_use]
    pub fn injected(&self) -> bool {
        unimplemented!()
    }

    /// Whether the server talked before it was its turn.
    #[must_use]
    pub fn early_talk(&self) -> bool {
        unimplemented!()
    }

    /// Whether HELO had to be used.
    #[must_use]
    pub fn used_helo(&self) -> bool {
        unimplemented!()
    }

    /// The handshake that was made on this connection, if any.
    #[must_use]
    pub fn tls(&self) -> Option<&(TlsFact, EvidenceId)> {
        unimplemented!()
    }

    /// Sends one command line (without CRLF; control characters in it are refused as a bug) and reads the reply.
    ///
    /// # Errors
    /// How it broke off.
    pub async fn command(&mut self, stage: Stage, line: &str) -> Result<Heard, Broken> {
        let _ = (stage, line);
        unimplemented!()
    }

    /// As [`Self::command`], speaking for a control probe: the facts carry [`Role::Control`].
    ///
    /// # Errors
    /// How it broke off.
    pub async fn control(&mut self, stage: Stage, line: &str) -> Result<Heard, Broken> {
        let _ = (stage, line);
        unimplemented!()
    }

    /// `MAIL FROM`, with parameters (`SIZE=…`, `SMTPUTF8`) behind a space where given. An empty sender is `<>`.
    ///
    /// # Errors
    /// How it broke off.
    pub async fn mail(&mut self, from: &str, parameters: &str) -> Result<Heard, Broken> {
        let _ = (from, parameters);
        unimplemented!()
    }

    /// `RCPT TO`, as a control probe if so said.
    ///
    /// # Errors
    /// How it broke off.
    pub async fn rcpt(&mut self, to: &str, role: Role) -> Result<Heard, Broken> {
        let _ = (to, role);
        unimplemented!()
    }

    /// One login (RFC 4954): `PLAIN`, `LOGIN`, `CRAM-MD5` or `XOAUTH2`, payloads recorded only as `‹secret›`.
    /// Refuses (`None`) unless the connection is TLS with a trusted certificate, whatever the caller thinks.
    ///
    /// # Errors
    /// How it broke off.
    pub async fn auth(&mut self, mechanism: &str, user: &str, secret: &Secret) -> Result<Option<Heard>, Broken> {
        let _ = (mechanism, user, secret);
        unimplemented!()
    }

    /// DATA, the message (dot-stuffed, CRLF), the final dot. Needs consent; the caller has it. Returns DATA's reply, and the message's if it came to that.
    ///
    /// # Errors
    /// How it broke off: stage `data` or `message`.
    pub async fn message(&mut self, octets: &[u8]) -> Result<(Heard, Option<Heard>), Broken> {
        let _ = octets;
        unimplemented!()
    }

    /// QUIT, and the end. Its reply is recorded; that it fails is of no interest.
    pub async fn quit(self) {
        unimplemented!()
    }
}
