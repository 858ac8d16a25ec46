//! The signatures of the message given (RFC 6376 §6): verified by mail-auth, with keys that our own questions brought.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::time::Instant;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::ResolverConfig;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::dkim::DkimError;
use mail_auth::{
    AuthenticatedMessage, DkimResult, DnsError, Error, MessageAuthenticator, Parameters, ResolverCache, Txt,
};

use super::dkim::{Selector, unfit};
use super::dmarc::organization;
use crate::check::Context;
use crate::check::content;
use crate::check::tools::could_not_tell;
use crate::net::RecordType;
use crate::transcript::{EvidenceId, Finding, clean_line};

/// Signatures that are looked at.
const SIGNATURES: usize = 8;

/// The message, as far as its signatures are concerned.
pub(super) struct Message {
    octets: Vec<u8>,
    /// The domain of From.
    pub(super) author: Option<String>,
    /// Where its signatures say that their keys are.
    pub(super) selectors: Vec<Selector>,
}

/// What came of the signatures.
#[derive(Default)]
pub(super) struct Signed {
    /// Whether there was a message to look at, as it goes out.
    pub(super) looked: bool,
    /// Whether there was a message to look at, and no signature in it.
    pub(super) unsigned: bool,
    /// The domains whose signature holds.
    pub(super) passing: Vec<String>,
    /// Whether a key could not be looked up.
    pub(super) untold: bool,
}

/// Reads the message given. One that cannot be read is step 2's to tell.
pub(super) async fn message(cx: &Context) -> Option<Message> {
    let path = cx.case.message.clone()?;
    let octets = tokio::task::spawn_blocking(move || content::read(&path)).await.ok()?.ok()?;
    let octets = with_crlf(octets);
    let parsed = AuthenticatedMessage::parse(&octets)?;
    let domain = |from: &String| from.rsplit_once('@').map(|(_, d)| d.to_ascii_lowercase());
    let author = parsed.from.first().and_then(domain);
    let signatures = parsed.dkim_headers.iter().take(SIGNATURES);
    let named = |s: &str| clean_line(&s.to_ascii_lowercase(), 253);
    let mut selectors: Vec<Selector> = Vec::new();
    for signature in signatures {
        let one = Selector { selector: named(&signature.header.s), domain: named(&signature.header.d) };
        if !selectors.contains(&one) {
            selectors.push(one);
        }
    }
    Some(Message { octets, author, selectors })
}

/// A message that was saved with bare line feeds was signed with CRLF (RFC 5322 §2.3).
fn with_crlf(octets: Vec<u8>) -> Vec<u8> {
    if memchr::memmem::find(&octets, b"\r\n").is_some() {
        return octets;
    }
    let mut whole = Vec::with_capacity(octets.len() + octets.len() / 32);
    for octet in octets {
        if octet == b'\n' {
            whole.push(b'\r');
        }
        whole.push(octet);
    }
    whole
}

/// Keys by name, with the dot that ends it.
#[derive(Default)]
struct Keys(HashMap<Box<str>, Txt>);

impl ResolverCache<Box<str>, Txt> for Keys {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        // What we did not ask for is not asked at all: every question has to stand in the transcript.
        Some(self.0.get(name).cloned().unwrap_or(Txt::Error(Error::Dns(DnsError::InvalidRecordType))))
    }

    fn remove<Q>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

/// Verifies its signatures.
pub(super) async fn verify(cx: &Context, message: Option<&Message>) -> Signed {
    let Some(message) = message else { return Signed::default() };
    if message.selectors.is_empty() {
        cx.found(Finding::new("dns.dkim.unsigned"));
        return Signed { unsigned: true, ..Signed::default() };
    }
    let mut signed = Signed { looked: true, ..Signed::default() };
    let (mut keys, mut evidence) = (Keys::default(), HashMap::new());
    for Selector { selector, domain } in &message.selectors {
        let name = format!("{selector}._domainkey.{domain}");
        let (txt, id) = cx.net.lookup(&cx.rec, &name, RecordType::TXT).await;
        signed.untold |= could_not_tell(&txt).is_some();
        // A key that is not for such signatures is none for them, whatever it would verify; what ails it is said of the key.
        let parsed = txt
            .texts()
            .filter(|t| unfit(t).is_none())
            .map(|t| DomainKey::parse(t.as_bytes()))
            .reduce(|a, b| if a.is_ok() { a } else { b });
        let key = match parsed {
            Some(Ok(key)) => Txt::DomainKey(key.into()),
            Some(Err(why)) => Txt::Error(why),
            None => Txt::Error(Error::Dns(DnsError::InvalidRecordType)),
        };
        keys.0.insert(format!("{name}.").into_boxed_str(), key);
        evidence.insert((selector.clone(), domain.clone()), (id, could_not_tell(&txt)));
    }
    // It is never asked: all keys are there.
    let nobody = ResolverConfig::from_parts(None, Vec::new(), Vec::new());
    let Ok(resolver) = TokioResolver::builder_with_config(nobody, TokioRuntimeProvider::default()).build() else {
        return Signed { untold: true, ..signed };
    };
    let Some(parsed) = AuthenticatedMessage::parse(&message.octets) else { return signed };
    let judged = MessageAuthenticator(resolver).verify_dkim(Parameters::new(&parsed).with_txt_cache(&keys)).await;
    let mut faults = Vec::new();
    for output in judged.iter().take(SIGNATURES) {
        let Some(signature) = output.signature() else { continue };
        let named = |s: &str| clean_line(&s.to_ascii_lowercase(), 253);
        let (selector, domain) = (named(&signature.s), named(&signature.d));
        let (id, untold): (Option<EvidenceId>, _) =
            evidence.get(&(selector.clone(), domain.clone())).map_or((None, None), |(id, why)| (Some(*id), *why));
        let found = match output.result() {
            DkimResult::Pass => {
                signed.passing.push(domain.clone());
                "dns.dkim.verified"
            }
            // Its key was told apart already, or could not be looked up.
            _ if untold.is_some() => continue,
            DkimResult::Neutral(Error::Dkim(DkimError::FailedBodyHashMatch)) => "dns.dkim.body-changed",
            DkimResult::Neutral(Error::Dkim(DkimError::SignatureExpired)) => "dns.dkim.expired",
            DkimResult::Fail(Error::Crypto(_) | Error::Dkim(DkimError::FailedAuidMatch)) => "dns.dkim.no-match",
            _ => continue,
        };
        let mut found = Finding::new(found).arg("selector", selector).arg("domain", domain);
        found.evidence.extend(id);
        if found.id == "dns.dkim.verified" {
            cx.found(found);
        } else {
            faults.push(found);
        }
    }
    // One that holds, of the author's own domain, is enough (RFC 6376 §4.2): another may be of a list or a service on the way.
    let author = message.author.as_deref().map(organization);
    let enough = signed.passing.iter().any(|with| author.as_deref().is_some_and(|own| organization(with) == own));
    for fault in faults {
        let id = if enough { "dns.dkim.broken-beside".to_owned() } else { fault.id.clone() };
        cx.found(Finding { id, ..fault });
    }
    signed
}
