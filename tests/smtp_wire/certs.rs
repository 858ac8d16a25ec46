//! Certificates for the test servers.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{WantsServerCert, WebPkiClientVerifier};
use tokio_rustls::rustls::{
    ConfigBuilder, RootCertStore, ServerConfig, SupportedProtocolVersion, WantsVerifier, version,
};

/// A certificate authority of our own.
pub(crate) struct Ca {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Ca {
    /// A new one.
    pub(crate) fn new() -> Self {
        Self::named("Test CA")
    }

    /// A new one of that name.
    pub(crate) fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    /// Its own certificate.
    pub(crate) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A server with a good certificate for that name.
    pub(crate) fn server(&self, name: &str) -> TlsAcceptor {
        self.issue(&params(name))
    }

    /// A server with a certificate for that name, valid from the first of January of one year until that of another.
    pub(crate) fn dated(&self, name: &str, from: i32, until: i32) -> TlsAcceptor {
        let mut params = params(name);
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        self.issue(&params)
    }

    /// A server that speaks TLS 1.2 and nothing newer.
    pub(crate) fn old_server(&self, name: &str) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let certificate = params(name).signed_by(&key, &self.issuer).unwrap();
        let builder = builder(&[&version::TLS12]).with_no_client_auth();
        finish(builder, certificate.der().clone(), &key)
    }

    /// A server that wants to see a certificate of the client.
    pub(crate) fn demanding_server(&self, name: &str) -> TlsAcceptor {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).unwrap();
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params(name).signed_by(&key, &self.issuer).unwrap();
        let builder = builder(&[&version::TLS13]).with_client_cert_verifier(verifier);
        finish(builder, certificate.der().clone(), &key)
    }

    fn issue(&self, params: &CertificateParams) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        acceptor(certificate.der().clone(), &key)
    }
}

/// A server that stands for itself: as a plain end entity, or as `openssl req -x509` makes it, a CA.
pub(crate) fn self_signed(name: &str, as_ca: bool) -> (TlsAcceptor, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = params(name);
    params.distinguished_name.push(DnType::CommonName, name);
    if as_ca {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    let certificate = params.self_signed(&key).unwrap();
    (acceptor(certificate.der().clone(), &key), certificate.pem())
}

fn params(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).unwrap()
}

fn acceptor(certificate: CertificateDer<'static>, key: &KeyPair) -> TlsAcceptor {
    finish(builder(&[&version::TLS13, &version::TLS12]).with_no_client_auth(), certificate, key)
}

fn builder(versions: &[&'static SupportedProtocolVersion]) -> ConfigBuilder<ServerConfig, WantsVerifier> {
    let provider = Arc::new(ring::default_provider());
    ServerConfig::builder_with_provider(provider).with_protocol_versions(versions).unwrap()
}

fn finish(
    builder: ConfigBuilder<ServerConfig, WantsServerCert>,
    certificate: CertificateDer<'static>,
    key: &KeyPair,
) -> TlsAcceptor {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    TlsAcceptor::from(Arc::new(builder.with_single_cert(vec![certificate], key).unwrap()))
}
