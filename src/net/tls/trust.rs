//! What is trusted.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;

/// The largest PEM text that is read.
const PEM_MAX: u64 = 4 * 1024 * 1024;

/// What is trusted: the platform's own store, and an extra anchor if one was given. Never roots compiled in.
///
/// The platform's store is read at the first handshake. Where it cannot be read or is empty, a certificate is judged as far as it goes without
/// (dates, name, the extra anchor); if nothing is wrong so far, its distrust is `no-trust-store`: could not tell.
#[derive(Clone)]
pub struct Trust {
    inner: Arc<Inner>,
}

struct Inner {
    extra: Vec<CertificateDer<'static>>,
    platform: bool,
    anchors: OnceLock<Anchors>,
}

/// The verifier, ready for use.
#[derive(Clone)]
pub(super) struct Anchors {
    /// None where there is no store to judge by.
    pub(super) verifier: Option<Arc<dyn ServerCertVerifier>>,
    /// Certificates that the user vouches for: trusted also where they stand for themselves.
    pub(super) extra: Vec<CertificateDer<'static>>,
    /// Whether everything that should be trusted is: else an issuer that is not known may yet be one to trust.
    pub(super) whole: bool,
}

impl Trust {
    /// The platform's store, plus the certificates of a PEM file.
    ///
    /// # Errors
    /// One line saying what is wrong with the file.
    pub fn with_ca(ca: Option<&Path>) -> Result<Self, String> {
        let extra =
            ca.map_or_else(|| Ok(Vec::new()), |path| read(path).map_err(|e| format!("{}: {e}", path.display())))?;
        Ok(Self::new(extra, true))
    }

    /// Only these PEM certificates: a practice world's own CA.
    ///
    /// # Errors
    /// One line saying what is wrong with the text.
    pub fn only(pem: &str) -> Result<Self, String> {
        Ok(Self::new(parse(pem.as_bytes())?, false))
    }

    fn new(extra: Vec<CertificateDer<'static>>, platform: bool) -> Self {
        Self { inner: Arc::new(Inner { extra, platform, anchors: OnceLock::new() }) }
    }

    /// The verifier; loaded once, off the async threads.
    pub(super) async fn anchors(&self) -> Anchors {
        if let Some(anchors) = self.inner.anchors.get() {
            return anchors.clone();
        }
        let inner = Arc::clone(&self.inner);
        let loaded = tokio::task::spawn_blocking(move || inner.anchors.get_or_init(|| inner.load()).clone()).await;
        loaded.unwrap_or_else(|_| Anchors { verifier: None, extra: self.inner.extra.clone(), whole: false })
    }
}

impl Inner {
    fn load(&self) -> Anchors {
        let extra = self.extra.clone();
        let verifier: Option<Arc<dyn ServerCertVerifier>> = if self.platform {
            Verifier::new_with_extra_roots(extra.iter().cloned(), provider()).ok().map(|v| Arc::new(v) as _)
        } else {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(extra.iter().cloned());
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build().ok().map(|v| v as _)
        };
        // With an extra anchor the verifier comes about even where the platform has no store.
        let whole = verifier.is_some() && (!self.platform || extra.is_empty() || Verifier::new(provider()).is_ok());
        Anchors { verifier, extra, whole }
    }
}

/// The cryptography that everything here uses.
pub(super) fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    Arc::clone(PROVIDER.get_or_init(|| Arc::new(ring::default_provider())))
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    use std::io::Read;
    let mut pem = Vec::new();
    let file = std::fs::File::open(path).map_err(|e| e.to_string())?;
    file.take(PEM_MAX + 1).read_to_end(&mut pem).map_err(|e| e.to_string())?;
    if pem.len() as u64 > PEM_MAX {
        return Err("too big for a file of certificates".to_owned());
    }
    parse(&pem)
}

/// The certificates of a PEM text; each must be usable as an anchor.
fn parse(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| format!("not a PEM file: {e}"))?;
    if found.is_empty() {
        return Err("no certificate in it; a PEM file has a line -----BEGIN CERTIFICATE-----".to_owned());
    }
    let mut roots = RootCertStore::empty();
    for (at, certificate) in found.iter().enumerate() {
        roots.add(certificate.clone()).map_err(|e| format!("certificate {} cannot be used: {e}", at + 1))?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ca_file_is_read_and_a_wrong_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let good = folder.path().join("good.pem");
        let certified = rcgen::generate_simple_self_signed(vec!["ca.example".to_owned()]).unwrap();
        std::fs::write(&good, certified.cert.pem()).unwrap();
        assert!(Trust::with_ca(Some(&good)).is_ok());

        let wrong = folder.path().join("wrong.pem");
        std::fs::write(&wrong, "hello").unwrap();
        let said = Trust::with_ca(Some(&wrong)).err().unwrap();
        assert!(said.contains("wrong.pem") && said.contains("no certificate"), "{said}");
        assert!(Trust::with_ca(Some(&folder.path().join("none.pem"))).err().unwrap().contains("none.pem"));
    }

    #[test]
    fn text_that_is_no_certificate_is_refused() {
        assert!(Trust::only("").is_err());
        assert!(Trust::only("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").is_err());
    }
}
