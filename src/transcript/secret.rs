//! The holder of a password or token.

use zeroize::Zeroizing;

/// A password or token. It cannot be printed, compared, copied into a transcript or serialised, and is wiped when dropped.
///
/// ```compile_fail
/// let secret = heloise::transcript::Secret::new("hunter2".to_owned());
/// println!("{secret:?}");
/// ```
/// ```compile_fail
/// let secret = heloise::transcript::Secret::new("hunter2".to_owned());
/// serde_json::to_string(&secret).unwrap();
/// ```
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes hold of a secret.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The secret itself, for the one place that puts it on a verified wire.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether nothing was entered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
