//! TLS: what is trusted, the handshake, and what is said when it fails.

mod certificate;
mod hello;
mod observe;
mod trust;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant as Clock;

use rustls::pki_types::{ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{AlertDescription, ClientConfig, InvalidMessage, PeerIncompatible};
use tokio::time::{Duration, Instant, timeout_at};
use tokio_rustls::TlsConnector;

use super::tcp::millis;
use super::wire::{Fault, Wire};
use crate::transcript::{BreakKind, TlsFact, clean_line};
pub(crate) use certificate::sha256;
pub use hello::{OldTls, is_spoken_cipher};
use observe::Observer;
pub use trust::Trust;

/// Makes the handshake on a plain wire. The fact says how it went, whether or not it came to its end.
///
/// Certificates are judged by `now`, in seconds since 1970. With `strict` a certificate that is not trusted ends the handshake; else it goes on and the fact says why it is not trusted.
pub(super) async fn handshake(
    wire: &mut Wire,
    trust: &Trust,
    server: &str,
    address: SocketAddr,
    strict: bool,
    limit: Duration,
    now: i64,
) -> TlsFact {
    let mut fact = nothing_yet(server, address);
    let Some(stream) = wire.take_plain() else {
        fact.error = Some("closed".to_owned());
        return fact;
    };
    let observer = Arc::new(Observer::new(trust.anchors().await, strict));
    let begun = Clock::now();
    let deadline = Instant::now() + limit;
    let connector = match configure(&observer, now) {
        Ok(config) => TlsConnector::from(Arc::new(config)),
        Err(error) => {
            fact.error = Some(clean_line(&error.to_string(), 200));
            return fact;
        }
    };
    let result = timeout_at(deadline, connector.connect(server_name(server, address), stream)).await;
    fact.ms = millis(begun);
    let seen = observer.seen();
    fact.chain = certificate::describe(&seen.chain);
    fact.distrust = seen.distrust.map(str::to_owned);
    match result {
        Ok(Ok(stream)) => {
            let (_, session) = stream.get_ref();
            fact.established = true;
            fact.version = session.protocol_version().map(|v| format!("{v:?}").replace('_', "."));
            fact.cipher = session.negotiated_cipher_suite().map(|s| format!("{:?}", s.suite()));
            wire.upgraded(stream);
        }
        Ok(Err(_)) if strict && fact.distrust.is_some() => {}
        Ok(Err(error)) => fact.error = Some(ended(&error)),
        Err(_) => fact.error = Some("timeout".to_owned()),
    }
    fact
}

fn nothing_yet(server: &str, address: SocketAddr) -> TlsFact {
    TlsFact {
        server: server.to_owned(),
        address,
        established: false,
        version: None,
        cipher: None,
        chain: Vec::new(),
        distrust: None,
        error: None,
        probe: false,
        ms: 0,
    }
}

/// Says a hello of our own on a plain wire and reads what the server chooses. The connection is of no more use then.
pub(super) async fn old_hello(
    wire: &mut Wire,
    server: &str,
    address: SocketAddr,
    offer: OldTls,
    limit: Duration,
) -> TlsFact {
    let mut fact = TlsFact { probe: true, ..nothing_yet(server, address) };
    let name = match server_name(server, address) {
        ServerName::DnsName(name) => Some(name.as_ref().to_owned()),
        _ => None,
    };
    let random = std::array::from_fn(|_| fastrand::u8(..));
    let begun = Clock::now();
    let hello = hello::client_hello(offer, name.as_deref(), random);
    let heard = wire.ask(&hello, hello::ANSWER_MAX, Instant::now() + limit, hello::read).await;
    fact.ms = millis(begun);
    match heard {
        Ok(hello::Answer::Chose { version, cipher }) => {
            (fact.version, fact.cipher) = (Some(version), Some(cipher));
        }
        Ok(hello::Answer::Alert(name)) => fact.error = Some(name),
        Ok(hello::Answer::NotTls) => fact.error = Some("plaintext".to_owned()),
        Err(fault) => fact.error = Some(fault.kind.as_str().to_owned()),
    }
    fact
}

/// The break that a failed handshake is; its detail is the error's or the distrust's word.
pub(super) fn fault(fact: &TlsFact) -> Fault {
    let word = fact.error.clone().or_else(|| fact.distrust.clone());
    Fault { kind: BreakKind::Tls, detail: word }
}

/// The word for a TLS error inside an I/O error, if there is one: `plaintext`, an alert's name in kebab case …
pub(super) fn reason(error: &io::Error) -> Option<String> {
    use rustls::Error as E;
    Some(match error.get_ref()?.downcast_ref::<E>()? {
        E::InvalidMessage(InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion) => {
            "plaintext".to_owned()
        }
        E::InvalidMessage(_)
        | E::InappropriateMessage { .. }
        | E::InappropriateHandshakeMessage { .. }
        | E::PeerMisbehaved(_)
        | E::PeerSentOversizedRecord
        | E::DecryptError => "malformed".to_owned(),
        E::AlertReceived(AlertDescription::Unknown(number)) => format!("alert-{number}"),
        E::AlertReceived(alert) => kebab(&format!("{alert:?}")),
        // The server chose a version or suite that we do not speak, instead of refusing ours.
        E::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13) => "protocol-version".to_owned(),
        E::PeerIncompatible(_) => "handshake-failure".to_owned(),
        E::InvalidCertificate(_) | E::NoCertificatesPresented => "bad-certificate".to_owned(),
        other => clean_line(&other.to_string(), 200),
    })
}

fn ended(error: &io::Error) -> String {
    use io::ErrorKind as K;
    match error.kind() {
        K::UnexpectedEof | K::BrokenPipe | K::NotConnected => "closed".to_owned(),
        K::ConnectionReset | K::ConnectionAborted => "reset".to_owned(),
        K::TimedOut => "timeout".to_owned(),
        _ => reason(error).unwrap_or_else(|| clean_line(&error.to_string(), 200)),
    }
}

/// A clock that stands still.
#[derive(Debug)]
struct Now(i64);

impl TimeProvider for Now {
    fn current_time(&self) -> Option<UnixTime> {
        u64::try_from(self.0).ok().map(|secs| UnixTime::since_unix_epoch(Duration::from_secs(secs)))
    }
}

fn configure(observer: &Arc<Observer>, now: i64) -> Result<ClientConfig, rustls::Error> {
    let mut config = ClientConfig::builder_with_provider(trust::provider())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(observer) as Arc<_>)
        .with_no_client_auth();
    config.time_provider = Arc::new(Now(now));
    // A resumed session shows no certificate: there would be nothing to observe.
    config.resumption = rustls::client::Resumption::disabled();
    Ok(config)
}

/// The name to ask for; a name that no certificate could carry is replaced by the address (no SNI then).
fn server_name(server: &str, address: SocketAddr) -> ServerName<'static> {
    let bare = server.trim_end_matches('.').trim_start_matches('[').trim_end_matches(']');
    let ascii = idna::domain_to_ascii(bare).unwrap_or_else(|_| bare.to_owned());
    ServerName::try_from(bare.to_owned())
        .or_else(|_| ServerName::try_from(ascii))
        .unwrap_or_else(|_| ServerName::IpAddress(address.ip().into()))
}

/// `HandshakeFailure` -> `handshake-failure`, `UnknownCA` -> `unknown-ca`.
fn kebab(camel: &str) -> String {
    let mut kebab = String::new();
    let mut before_lower = false;
    for c in camel.chars() {
        if c.is_ascii_uppercase() && before_lower {
            kebab.push('-');
        }
        before_lower = !c.is_ascii_uppercase();
        kebab.push(c.to_ascii_lowercase());
    }
    kebab
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_are_called_by_their_names_of_the_rfc() {
        assert_eq!(kebab("HandshakeFailure"), "handshake-failure");
        assert_eq!(kebab("UnknownCA"), "unknown-ca");
        assert_eq!(kebab("ProtocolVersion"), "protocol-version");
    }

    #[test]
    fn a_name_that_cannot_be_asked_for_becomes_the_address() {
        let to: SocketAddr = "192.0.2.1:25".parse().unwrap();
        let name = |server| server_name(server, to).to_str().into_owned();
        assert_eq!(name("mx.example.org."), "mx.example.org");
        assert_eq!(name("b\u{fc}cher.example"), "xn--bcher-kva.example");
        assert_eq!(name("[192.0.2.7]"), "192.0.2.7");
        assert_eq!(name("not a name"), "192.0.2.1");
    }
}
