//! The world's own certificate authority, and the certificates its hosts show.

use std::sync::Arc;

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

/// Where a certificate says that its issuer's own can be fetched; nothing is there.
const ISSUER_AT: &str = "http://ca.example.com/intermediate.cer";

/// Who issues certificates in one world. Fresh for every start: nothing of it is ever written down.
pub(super) struct Authority {
    trusted: CertifiedIssuer<'static, KeyPair>,
    stranger: CertifiedIssuer<'static, KeyPair>,
    scanner: CertifiedIssuer<'static, KeyPair>,
    between: CertifiedIssuer<'static, KeyPair>,
    year: i32,
}

impl Authority {
    /// A fresh authority, in the given year.
    pub(super) fn new(year: i32) -> Result<Self, String> {
        let authority = |name: &str| -> Result<_, rcgen::Error> {
            let mut params = named(name, Vec::new())?;
            params.not_before = date_time_ymd(year - 1, 1, 1);
            params.not_after = date_time_ymd(year + 3, 1, 1);
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
            Ok(params)
        };
        let issuer = |name: &str| CertifiedIssuer::self_signed(authority(name)?, KeyPair::generate()?);
        let make = || {
            let trusted = issuer("heloise practice authority")?;
            let between = authority("heloise practice intermediate")?;
            Ok::<_, rcgen::Error>(Self {
                between: CertifiedIssuer::signed_by(between, KeyPair::generate()?, &trusted)?,
                trusted,
                stranger: issuer("authority nobody knows")?,
                scanner: issuer("Avast Web/Mail Shield Root")?,
                year,
            })
        };
        make().map_err(|e| format!("cannot make the practice certificates: {e}"))
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
            Certificate::UntrustedIssuer => params.signed_by(&key, &self.stranger)?,
            Certificate::NoIntermediate => {
                params.custom_extensions.push(issuer_at(ISSUER_AT));
                params.signed_by(&key, &self.between)?
            }
            Certificate::Intercepted => params.signed_by(&key, &self.scanner)?,
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

fn named(common: &str, names: Vec<String>) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common);
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}
