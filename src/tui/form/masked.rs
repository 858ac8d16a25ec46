//! A field whose content is never shown.

use std::fmt;

use zeroize::Zeroizing;

use crate::transcript::Secret;

/// The longest password that is taken, in octets: room for it is set aside at once, so that no copy is left behind by growing.
const MOST: usize = 1024;

/// What was typed for a password. It can be added to, and handed over as a [`Secret`]; it cannot be read or printed.
pub(in crate::tui) struct Masked(Zeroizing<String>);

impl Masked {
    pub(in crate::tui) fn new() -> Self {
        Self(Zeroizing::new(String::with_capacity(MOST)))
    }

    /// Adds what was typed or pasted; line ends at the end of a paste are left out.
    pub(in crate::tui) fn add(&mut self, text: &str) {
        for c in text.trim_end_matches(['\r', '\n']).chars().filter(|c| !c.is_control()) {
            if self.0.len() + c.len_utf8() <= MOST {
                self.0.push(c);
            }
        }
    }

    pub(in crate::tui) fn pop(&mut self) {
        self.0.pop();
    }

    pub(in crate::tui) fn clear(&mut self) {
        *self = Self::new();
    }

    pub(in crate::tui) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many signs stand for it on the screen.
    pub(in crate::tui) fn signs(&self) -> usize {
        self.0.chars().count()
    }

    /// A text without it.
    pub(in crate::tui) fn scrub(&self, text: &str) -> String {
        if self.is_empty() { text.to_owned() } else { Secret::new(String::clone(&self.0)).scrub(text) }
    }

    /// Hands it over; the field is empty afterwards.
    pub(in crate::tui) fn take(&mut self) -> Secret {
        Secret::new(std::mem::take(&mut *self.0))
    }
}

impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Masked")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_handed_over_once_and_never_printed() {
        let mut field = Masked::new();
        field.add("hunter2\n");
        assert_eq!(format!("{field:?}"), "Masked");
        assert_eq!(field.signs(), 7);
        assert_eq!(field.take().expose(), "hunter2");
        assert!(field.is_empty());
    }
}
