//! TLS: what is trusted, and a verifier that observes.

use std::path::Path;

/// What is trusted: the platform's own store, and an extra anchor if one was given. Never roots compiled in.
#[derive(Clone)]
pub struct Trust {
    // The helper for this room fills it.
}

impl Trust {
    /// The platform's store, plus the certificates of a PEM file.
    ///
    /// # Errors
    /// One line saying what is wrong with the file.
    pub fn with_ca(ca: Option<&Path>) -> Result<Self, String> {
        let _ = ca;
        unimplemented!()
    }

    /// Only these PEM certificates: a practice world's own CA.
    ///
    /// # Errors
    /// One line saying what is wrong with the text.
    pub fn only(pem: &str) -> Result<Self, String> {
        let _ = pem;
        unimplemented!()
    }
}
