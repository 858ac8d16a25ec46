//! A verifier that remembers what it saw and why it would say no.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use super::certificate;
use super::trust::{Anchors, provider};

/// Could not tell: there is nothing to judge the issuer by.
const NO_STORE: &str = "no-trust-store";

/// The most certificates that are kept of a chain.
pub(super) const CHAIN_MAX: usize = 10;

/// Judges as the trust says, remembers the judgement and the chain; if not strict, it lets the handshake go on all the same.
pub(super) struct Observer {
    anchors: Anchors,
    strict: bool,
    seen: Mutex<Seen>,
}

/// What was seen in one handshake.
#[derive(Clone, Default)]
pub(super) struct Seen {
    /// The chain as served, the server's own certificate first.
    pub(super) chain: Vec<CertificateDer<'static>>,
    /// Why it is not trusted, in the words of the TLS fact.
    pub(super) distrust: Option<&'static str>,
}

impl Observer {
    pub(super) fn new(anchors: Anchors, strict: bool) -> Self {
        Self { anchors, strict, seen: Mutex::default() }
    }

    /// What was seen so far.
    pub(super) fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn judge(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<(), Error> {
        let verdict = match &self.anchors.verifier {
            Some(verifier) => verifier.verify_server_cert(own, others, name, ocsp, now).map(|_| ()),
            None => Err(no_store()),
        };
        match &verdict {
            // The user handed over this very certificate: it need not be signed by anybody.
            Err(_) if self.anchors.extra.iter().any(|anchor| anchor == own) => without_store(own, name, now),
            Err(Error::InvalidCertificate(why)) if !self.anchors.whole && is_unknown_issuer(why) => {
                without_store(own, name, now).and(Err(no_store()))
            }
            Err(error) if *error == no_store() => without_store(own, name, now).and(verdict),
            _ => verdict,
        }
    }

    fn distrust(&self, why: &'static str) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).distrust.get_or_insert(why);
    }

    fn signed(&self, verdict: Result<HandshakeSignatureValid, Error>) -> Result<HandshakeSignatureValid, Error> {
        if verdict.is_err() {
            self.distrust("bad");
            if !self.strict {
                return Ok(HandshakeSignatureValid::assertion());
            }
        }
        verdict
    }
}

impl ServerCertVerifier for Observer {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain = std::iter::once(own).chain(others).take(CHAIN_MAX).map(|c| c.clone().into_owned()).collect();
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).chain = chain;
        if let Err(error) = self.judge(own, others, name, ocsp, now) {
            self.distrust(word(&error, own));
            if self.strict {
                return Err(error);
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed(verify_tls12_signature(message, cert, dss, &provider().signature_verification_algorithms))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed(verify_tls13_signature(message, cert, dss, &provider().signature_verification_algorithms))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observer").field("strict", &self.strict).finish_non_exhaustive()
    }
}

/// What can be judged by the certificate alone: dates, then the name.
fn without_store(own: &CertificateDer<'_>, name: &ServerName<'_>, now: UnixTime) -> Result<(), Error> {
    let parsed = ParsedCertificate::try_from(own)?;
    let (from, until) = certificate::dates(own).ok_or(CertificateError::BadEncoding)?;
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    if now > until {
        return Err(CertificateError::Expired.into());
    }
    if now < from {
        return Err(CertificateError::NotValidYet.into());
    }
    rustls::client::verify_server_name(&parsed, name)
}

/// Nobody trusted signed it; or somebody who merely bears the name of one who is (a CA that was made anew).
fn is_unknown_issuer(why: &CertificateError) -> bool {
    matches!(why, CertificateError::UnknownIssuer | CertificateError::BadSignature)
}

fn no_store() -> Error {
    Error::General(NO_STORE.to_owned())
}

/// The word of the TLS fact for a verifier's error.
fn word(error: &Error, own: &CertificateDer<'_>) -> &'static str {
    use CertificateError as C;
    let Error::InvalidCertificate(why) = error else {
        return if *error == no_store() { NO_STORE } else { "bad" };
    };
    match why {
        C::Expired | C::ExpiredContext { .. } => "expired",
        C::NotValidYet | C::NotValidYetContext { .. } => "not-yet-valid",
        C::NotValidForName | C::NotValidForNameContext { .. } => "name",
        C::Revoked => "revoked",
        why if is_unknown_issuer(why) => {
            if certificate::is_self_signed(own) {
                "self-signed"
            } else {
                "unknown-issuer"
            }
        }
        // What `openssl req -x509` makes: a CA that serves itself.
        C::Other(other) if other.to_string().contains("CaUsedAsEndEntity") && certificate::is_self_signed(own) => {
            "self-signed"
        }
        _ => "bad",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn judged(
        names: &str,
        whole: bool,
        extra: Vec<CertificateDer<'static>>,
        asked: &'static str,
    ) -> Option<&'static str> {
        let own = rcgen::generate_simple_self_signed(vec![names.to_owned()]).unwrap();
        let observer = Observer::new(Anchors { verifier: None, extra, whole }, false);
        let now = UnixTime::since_unix_epoch(Duration::from_secs(1_800_000_000));
        let name = ServerName::try_from(asked).unwrap();
        observer.verify_server_cert(own.cert.der(), &[], &name, &[], now).unwrap();
        observer.seen().distrust
    }

    #[test]
    fn without_a_store_the_name_is_judged_and_the_issuer_left_open() {
        assert_eq!(judged("mx.example.org", false, Vec::new(), "mx.example.org"), Some("no-trust-store"));
        assert_eq!(judged("mx.example.org", false, Vec::new(), "mx.example.net"), Some("name"));
    }

    #[test]
    fn without_a_store_a_strict_handshake_ends() {
        let own = rcgen::generate_simple_self_signed(vec!["mx.example.org".to_owned()]).unwrap();
        let observer = Observer::new(Anchors { verifier: None, extra: Vec::new(), whole: false }, true);
        let now = UnixTime::since_unix_epoch(Duration::from_secs(1_800_000_000));
        let name = ServerName::try_from("mx.example.org").unwrap();
        assert!(observer.verify_server_cert(own.cert.der(), &[], &name, &[], now).is_err());
    }
}
