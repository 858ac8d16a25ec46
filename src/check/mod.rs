//! The checks: one file each, one small trait, one explicit list.
//!
//! A check asks the outside world through [`Context::net`] and says what it found as ids and arguments; never words, levels, causes or next steps.

mod authentication;
mod blocklists;
mod connectivity;
mod content;
mod dns;
mod error_message;
mod escalate;
mod firewall;
mod know;
mod load;
mod provider;
mod recipient;
mod server_status;
mod settings;
pub mod spf;
mod tools;

pub use know::{
    Addresses, Blocklist, Knowledge, Known, Login, NotAsked, Provider, Providers, Registries, Reputation, SecretKind,
    Unasked, Way, Words,
};
pub use tools::{Healed, heal};

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::net::{NAMELESS, Net, Recorder, literal};
use crate::reading::Reader;
use crate::transcript::{Case, Consent, Finding, Secret, Transcript};

/// A boxed future, as object-safe async methods need.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Everything a check may use.
#[derive(Clone)]
pub struct Context {
    /// The case as it stands.
    pub case: Arc<Case>,
    /// The password or token, where one was given.
    pub secret: Option<Arc<Secret>>,
    /// What has been allowed.
    pub consents: Arc<std::collections::BTreeSet<Consent>>,
    /// The outside world.
    pub net: Net,
    /// Where facts go.
    pub rec: Recorder,
    /// What happened before this check.
    pub seen: Arc<Transcript>,
    /// Reads replies and texts.
    pub reader: Reader,
    /// Facts that date: blocklists, providers, well-known domains.
    pub know: Arc<Knowledge>,
}

impl Context {
    /// Whether something was allowed.
    #[must_use]
    pub fn may(&self, what: Consent) -> bool {
        self.consents.contains(&what)
    }

    /// The HELO name to use: the user's, else this machine's full name, else the sending address in brackets (RFC 5321 §4.1.3), or
    /// `[127.0.0.1]` where that is not known: a dialogue then says the address that it comes from, if everybody knows it by that.
    #[must_use]
    pub fn helo(&self) -> String {
        let own = || self.net.world().host_name().filter(|n| n.contains('.'));
        let address = || self.case.ip.and_then(literal);
        self.case.helo.clone().or_else(own).or_else(address).unwrap_or_else(|| NAMELESS.to_owned())
    }

    /// Records a finding.
    pub fn found(&self, finding: Finding) {
        self.rec.found(finding);
    }
}

/// One check.
pub trait Check: Sync {
    /// Its id, as steps name it.
    fn id(&self) -> &'static str;

    /// Every finding it can emit, beside [`FINDINGS`](crate::net::FINDINGS). A test proves that each is worded, and that nothing else is
    /// emitted.
    fn emits(&self) -> &'static [&'static str];

    /// Runs it. It ends by returning; it may be dropped at any await.
    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()>;
}

/// Every finding that may be emitted: by one of the checks, or by the net about how a peer behaves, whichever check talks to it.
pub fn emitted() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().flat_map(|c| c.emits()).chain(&crate::net::FINDINGS).copied()
}

/// All checks there are.
pub const CHECKS: &[&dyn Check] = &[
    &recipient::Recipient,
    &content::Content,
    &settings::Settings,
    &connectivity::Connectivity,
    &server_status::ServerStatus,
    &error_message::ErrorMessage,
    &firewall::Firewall,
    &authentication::Authentication,
    &dns::Dns,
    &provider::Provider,
    &blocklists::Blocklists,
    &load::Load,
    &escalate::Escalate,
];

/// A check by id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static dyn Check> {
    CHECKS.iter().copied().find(|c| c.id() == id)
}
