//! The holder of a password or token.

use zeroize::Zeroizing;

use super::Hush;

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

    /// A text that somebody brought, without this secret in it, plain or in base64.
    ///
    /// One that is a plain word is left where it stands plain: its absence would give it away, and take words out that say what is wrong.
    #[must_use]
    pub fn scrub(&self, text: &str) -> String {
        let mut hush = Hush::default();
        let is_word = self.0.chars().count() < 12 && self.0.chars().all(char::is_lowercase);
        if is_word {
            hush.keep_coded(&self.0);
        } else {
            hush.keep(&self.0);
        }
        hush.scrub(text)
    }

    /// Whether nothing was entered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
