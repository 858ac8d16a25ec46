//! The world's own certificate authority, and the certificates its hosts show.

use std::io;
use std::sync::{Arc, OnceLock};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use super::script::Certificate;

/// The name in a certificate that was made for another host.
const OTHER_NAME: &str = "server7.hosting.test";
/// An authority that nobody trusts.
const STRANGER: &str = "authority nobody knows";
/// As a virus scanner names itself when it looks into TLS.
const SCANNER: &str = "Avast Web/Mail Shield Root";

/// Who signed a certificate that needs another to be trusted.
const INTERMEDIATE: &str = "heloise practice intermediate";
/// Where a certificate says that its issuer's own can be fetched; nothing is there.
const ISSUER_AT: &str = "http://ca.example.com/intermediate.cer";

/// Who issues certificates in one world. Fresh for every start: nothing of it is ever written down.
pub(super) struct Authority {
    trusted: Issuer,
    year: i32,
}

type Issuer = CertifiedIssuer<'static, KeyPair>;

impl Authority {
    /// A fresh authority, in the given year.
    pub(super) fn new(year: i32) -> Result<Self, String> {
        let trusted = issuer("heloise practice authority", year);
        Ok(Self { trusted: trusted.map_err(|e| format!("cannot make the practice certificates: {e}"))?, year })
    }

    /// What has to be trusted to trust the world's good certificates.
    pub(super) fn pem(&self) -> String {
        self.trusted.pem()
    }

    /// The server's side of TLS for a host of that name.
    pub(super) fn acceptor(&self, host: &str, kind: Certificate) -> Result<TlsAcceptor, String> {
        let (certificate, key) = self.certificate(host, kind).map_err(|e| format!("{host}: certificate: {e}"))?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|b| b.with_no_client_auth().with_single_cert(vec![certificate], key))
            .map_err(|e| format!("{host}: TLS: {e}"))?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    fn certificate(&self, host: &str, kind: Certificate) -> Result<(CertificateDer<'static>, KeyPair), rcgen::Error> {
        let name = if kind == Certificate::WrongName { OTHER_NAME } else { host };
        let mut params = named(name, vec![name.to_owned()])?;
        let (from, to) = match kind {
            Certificate::Expired => (self.year - 2, self.year - 1),
            Certificate::NotYetValid => (self.year + 1, self.year + 2),
            _ => (self.year - 1, self.year + 2),
        };
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate()?;
        let certificate = match kind {
            Certificate::SelfSigned => params.self_signed(&key)?,
            Certificate::NoIntermediate => {
                params.custom_extensions.push(issuer_at(ISSUER_AT));
                params.signed_by(&key, &*below(&self.trusted, INTERMEDIATE, self.year)?)?
            }
            Certificate::UntrustedIssuer => params.signed_by(&key, &*issuer(STRANGER, self.year)?)?,
            Certificate::Intercepted => params.signed_by(&key, &*issuer(SCANNER, self.year)?)?,
            _ => params.signed_by(&key, &self.trusted)?,
        };
        Ok((certificate.der().clone(), key))
    }
}

/// The authority information access extension with one CA issuers entry (RFC 5280 §4.2.2.1), in DER.
fn issuer_at(url: &str) -> CustomExtension {
    let nested = |tag: u8, content: &[u8]| {
        let length = u8::try_from(content.len()).unwrap_or(u8::MAX);
        [&[tag, length], content].concat()
    };
    let method = nested(0x06, &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x02]);
    let description = nested(0x30, &[method, nested(0x86, url.as_bytes())].concat());
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], nested(0x30, &description))
}

/// A host's side of TLS. Its key and certificate are made when somebody first wants them: a world has many hosts, a walk meets few.
pub(super) struct Acceptor {
    authority: Arc<Authority>,
    host: String,
    kind: Certificate,
    made: OnceLock<Result<TlsAcceptor, String>>,
}

impl Acceptor {
    /// For a host of that name, with a certificate of that kind.
    pub(super) fn new(authority: &Arc<Authority>, host: &str, kind: Certificate) -> Self {
        Self { authority: Arc::clone(authority), host: host.to_owned(), kind, made: OnceLock::new() }
    }

    /// The acceptor.
    ///
    /// # Errors
    /// When no certificate can be made.
    pub(super) fn get(&self) -> io::Result<&TlsAcceptor> {
        let made = self.made.get_or_init(|| self.authority.acceptor(&self.host, self.kind));
        made.as_ref().map_err(|why| io::Error::other(why.clone()))
    }
}

fn issuer(name: &str, year: i32) -> Result<Issuer, rcgen::Error> {
    CertifiedIssuer::self_signed(of_issuer(name, year)?, KeyPair::generate()?)
}

/// An authority below another.
fn below(above: &Issuer, name: &str, year: i32) -> Result<Issuer, rcgen::Error> {
    CertifiedIssuer::signed_by(of_issuer(name, year)?, KeyPair::generate()?, above)
}

fn of_issuer(name: &str, year: i32) -> Result<CertificateParams, rcgen::Error> {
    let mut params = named(name, Vec::new())?;
    params.not_before = date_time_ymd(year - 1, 1, 1);
    params.not_after = date_time_ymd(year + 3, 1, 1);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn named(common: &str, names: Vec<String>) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common);
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}
