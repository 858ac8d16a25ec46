//! Takes secrets out of what is recorded.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

/// What stands in a transcript where a secret was.
pub(super) const MARK: &str = "‹secret›";

/// Shorter than this, a needle would be found in ordinary text, and its absence there would give it away.
const SHORTEST: usize = 3;

/// Everything that must not be recorded, in every form it may come back in.
#[derive(Default)]
pub(super) struct Hush {
    needles: Vec<Zeroizing<String>>,
}

impl Hush {
    /// Keeps a secret out of what is recorded from now on: as it is, and inside any base64.
    pub(super) fn keep(&mut self, secret: &str) {
        self.needle(Zeroizing::new(secret.to_owned()));
        // Inside base64 a text looks one of three ways, by where it begins; the edges depend on its neighbours.
        for shift in 0..3 {
            let mut padded = Zeroizing::new(vec![0_u8; shift]);
            padded.extend_from_slice(secret.as_bytes());
            let coded = Zeroizing::new(BASE64_STANDARD.encode(&*padded));
            let from = (shift * 8).div_ceil(6);
            let until = padded.len() * 8 / 6;
            if from < until {
                self.needle(Zeroizing::new(coded[from..until].to_owned()));
            }
        }
        self.needles.sort_by_key(|n| std::cmp::Reverse(n.len()));
    }

    /// Keeps a payload, as it stands on the wire, out of what is recorded.
    pub(super) fn keep_payload(&mut self, payload: &str) {
        self.needle(Zeroizing::new(payload.to_owned()));
        self.needles.sort_by_key(|n| std::cmp::Reverse(n.len()));
    }

    /// The text with every secret replaced by [`MARK`], whatever its letters' case.
    pub(super) fn scrub(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for needle in &self.needles {
            let mut from = 0;
            while let Some(at) = find(&text[from..], needle) {
                text.replace_range(from + at..from + at + needle.len(), MARK);
                from += at + MARK.len();
            }
        }
        text
    }

    fn needle(&mut self, needle: Zeroizing<String>) {
        if needle.len() >= SHORTEST && !self.needles.contains(&needle) {
            self.needles.push(needle);
        }
    }
}

/// Where the needle begins, ignoring the case of ASCII letters. Both ends are character boundaries: the octets match as UTF-8.
fn find(text: &str, needle: &str) -> Option<usize> {
    let (text, needle) = (text.as_bytes(), needle.as_bytes());
    text.windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANARY: &str = "c4nary-p\u{e4}ss";

    fn hush() -> Hush {
        let mut hush = Hush::default();
        hush.keep(CANARY);
        hush
    }

    #[test]
    fn a_secret_is_replaced_wherever_it_stands() {
        assert_eq!(hush().scrub(&format!("no {CANARY} and {CANARY}, sorry")), "no ‹secret› and ‹secret›, sorry");
        assert_eq!(hush().scrub("C4NARY-P\u{e4}SS"), MARK);
        assert_eq!(hush().scrub("nothing here"), "nothing here");
    }

    #[test]
    fn no_base64_around_a_secret_gives_it_away() {
        for before in ["", "\0", "\0u", "\0us", "user=me\u{1}auth=Bearer "] {
            for after in ["", "\u{1}", "\u{1}\u{1}"] {
                let coded = BASE64_STANDARD.encode(format!("{before}{CANARY}{after}"));
                let scrubbed = hush().scrub(&format!("501 what is {coded}"));
                let left: String = scrubbed.replace("501 what is ", "").replace(MARK, "");
                assert!(scrubbed.contains(MARK), "{scrubbed}");
                // All that is left are the neighbours and at most the two characters that the secret shares with them.
                let neighbours = BASE64_STANDARD.encode(format!("{before}{after}")).len();
                assert!(left.len() <= neighbours + 8, "{scrubbed}");
            }
        }
    }

    #[test]
    fn a_secret_of_two_letters_does_not_shred_the_text() {
        let mut hush = Hush::default();
        hush.keep("ok");
        assert_eq!(hush.scrub("250 ok"), "250 ok");
    }
}
