//! What a server answered.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where in the dialogue something happened (contract, "Ids").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Finding the host's addresses.
    Resolve,
    /// Opening the TCP connection.
    Connect,
    /// The server's first line (RFC 5321 §3.1).
    Greeting,
    /// EHLO or HELO.
    Ehlo,
    /// The STARTTLS command and its reply (RFC 3207).
    Starttls,
    /// The TLS handshake.
    Tls,
    /// AUTH and its exchanges (RFC 4954).
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// The DATA command.
    Data,
    /// The reply after the final dot.
    Message,
    /// QUIT.
    Quit,
}

impl Stage {
    /// All stages in the order of a dialogue.
    pub const ALL: [Self; 12] = [
        Self::Resolve,
        Self::Connect,
        Self::Greeting,
        Self::Ehlo,
        Self::Starttls,
        Self::Tls,
        Self::Auth,
        Self::Mail,
        Self::Rcpt,
        Self::Data,
        Self::Message,
        Self::Quit,
    ];

    /// The id of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Greeting => "greeting",
            Self::Ehlo => "ehlo",
            Self::Starttls => "starttls",
            Self::Tls => "tls",
            Self::Auth => "auth",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Data => "data",
            Self::Message => "message",
            Self::Quit => "quit",
        }
    }

    /// How people name it in a sentence: `RCPT`, `the greeting`.
    #[must_use]
    pub fn spoken(self) -> &'static str {
        match self {
            Self::Resolve => "name lookup",
            Self::Connect => "connecting",
            Self::Greeting => "the greeting",
            Self::Ehlo => "EHLO",
            Self::Starttls => "STARTTLS",
            Self::Tls => "the TLS handshake",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL FROM",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
            Self::Message => "the end of the message",
            Self::Quit => "QUIT",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An enhanced status code: class, subject, detail (RFC 3463 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Enhanced {
    /// 2, 4 or 5.
    pub class: u8,
    /// 0 to 999.
    pub subject: u16,
    /// 0 to 999.
    pub detail: u16,
}

impl fmt::Display for Enhanced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// The text is not an enhanced status code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an enhanced status code: three numbers with dots, the first 2, 4 or 5, as in 5.7.1")]
pub struct NotEnhanced;

impl FromStr for Enhanced {
    type Err = NotEnhanced;

    fn from_str(text: &str) -> Result<Self, NotEnhanced> {
        let mut parts = text.split('.');
        let mut next = |max: usize| {
            let part = parts.next().ok_or(NotEnhanced)?;
            if part.is_empty() || part.len() > max || !part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(NotEnhanced);
            }
            part.parse::<u16>().map_err(|_| NotEnhanced)
        };
        let (class, subject, detail) = (next(1)?, next(3)?, next(3)?);
        if parts.next().is_some() || ![2, 4, 5].contains(&class) {
            return Err(NotEnhanced);
        }
        Ok(Self { class: class as u8, subject, detail })
    }
}

impl Serialize for Enhanced {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Enhanced {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Whether a reply speaks about the user's own mail, or is the other half of a differential proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The user's own addresses and settings: it counts in the diagnosis and in rules.
    #[default]
    Case,
    /// A control probe (a random recipient, another HELO name, another port): it only counts through findings.
    Control,
    /// What the user brought: a pasted error, a bounce, a log line.
    Pasted,
}

/// One reply of a server, whole. Any code is an answer, never an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The host's name as it was asked for, or as the pasted text names it; empty where unknown.
    pub server: String,
    /// Where the connection went; none for a pasted reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<SocketAddr>,
    /// Where in the dialogue it was said; none where a pasted text does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// The three-digit reply code (RFC 5321 §4.2); 0 where a pasted text has none.
    pub code: u16,
    /// The enhanced status code, if one was given (RFC 2034).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enhanced: Option<Enhanced>,
    /// The text of each line without codes, decoded lossily, cleaned of control characters.
    pub text: Vec<String>,
    /// Milliseconds from the command to the end of the reply; 0 for a pasted one.
    #[serde(default)]
    pub rtt_ms: u32,
    /// Whether it came through TLS.
    #[serde(default)]
    pub tls: bool,
    /// Whose mail it speaks about.
    #[serde(default)]
    pub role: Role,
}

impl Reply {
    /// All lines of text joined by a space.
    #[must_use]
    pub fn joined(&self) -> String {
        self.text.join(" ")
    }

    /// 2xx or 3xx.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        (200..400).contains(&self.code)
    }

    /// `550 5.1.1` or `550`.
    #[must_use]
    pub fn codes(&self) -> String {
        self.enhanced.map_or_else(|| self.code.to_string(), |e| format!("{} {e}", self.code))
    }
}
