//! Takes known secrets out of text before it is recorded, in whatever form they come back.

use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

/// What stands in a transcript where a secret was.
pub(crate) const MARK: &str = "‹secret›";

/// Shorter than this, a needle would be found in ordinary text, and its absence there would give it away.
const SHORTEST: usize = 3;
/// The least that is taken for the beginning of a secret at the end of a text that was cut.
const BEGINNING: usize = 4;

/// Everything that must not be recorded, in every form it may come back in.
#[derive(Clone, Default)]
pub(crate) struct Hush {
    /// The needles' characters in lower case, the longest first; by the first two of them.
    needles: HashMap<[char; 2], Vec<Needle>>,
}

type Needle = Zeroizing<Vec<char>>;

impl Hush {
    /// Keeps a secret out of what is recorded from now on: as it is, and inside any base64.
    pub(crate) fn keep(&mut self, secret: &str) {
        self.needle(secret);
        if !secret.is_ascii() {
            // As it looks where its octets are read one by one, or written out.
            self.needle(&Zeroizing::new(secret.bytes().map(char::from).collect::<String>()));
            let written = |b: u8| if b.is_ascii() { char::from(b).to_string() } else { format!("\\x{b:02x}") };
            self.needle(&Zeroizing::new(secret.bytes().map(written).collect::<String>()));
        }
        self.keep_coded(secret);
    }

    /// Keeps a secret out as far as it stands inside base64 (RFC 4648 §4, §5), and nowhere else.
    pub(crate) fn keep_coded(&mut self, secret: &str) {
        // Inside base64 a text looks one of three ways, by where it begins; the edges depend on its neighbours.
        for shift in 0..3 {
            let mut padded = Zeroizing::new(vec![0_u8; shift]);
            padded.extend_from_slice(secret.as_bytes());
            let coded = Zeroizing::new(BASE64_STANDARD.encode(&*padded));
            let from = (shift * 8).div_ceil(6);
            let until = padded.len() * 8 / 6;
            if from < until {
                self.keep_payload(&coded[from..until]);
            }
        }
    }

    /// Keeps a payload, as it stands on the wire, out of what is recorded.
    pub(crate) fn keep_payload(&mut self, payload: &str) {
        self.needle(payload);
        if payload.contains(['+', '/']) {
            self.needle(&Zeroizing::new(payload.replace('+', "-").replace('/', "_")));
        }
    }

    /// The text with every secret replaced by [`MARK`], whatever its letters' case.
    pub(crate) fn scrub(&self, text: &str) -> String {
        self.replaced(text, MARK)
    }

    /// As [`Self::scrub`], for a text that may have been cut: what is left of a secret at its end goes, too.
    pub(crate) fn scrub_cut(&self, text: &str) -> String {
        let mut text = self.scrub(text);
        let end = text.trim_end_matches('…').len();
        let letters = folded(&text[..end]);
        let begins = |needle: &[char]| {
            let longest = needle.len().saturating_sub(1).min(letters.len());
            (BEGINNING..=longest).rev().find(|n| letters[letters.len() - n..].iter().map(|(_, c)| c).eq(&needle[..*n]))
        };
        if let Some(left) = self.needles.values().flatten().filter_map(|n| begins(n)).max() {
            text.replace_range(letters[letters.len() - left].0..end, MARK);
        }
        text
    }

    /// The text with every secret replaced by that.
    pub(super) fn replaced(&self, text: &str, by: &str) -> String {
        if self.needles.is_empty() {
            return text.to_owned();
        }
        let letters = folded(text);
        let byte_at = |at: usize| letters.get(at).map_or(text.len(), |(byte, _)| *byte);
        let (mut out, mut taken, mut at) = (String::with_capacity(text.len()), 0, 0);
        while at < letters.len() {
            let Some(needle) = self.at(&letters[at..]) else {
                at += 1;
                continue;
            };
            out.push_str(&text[taken..byte_at(at)]);
            out.push_str(by);
            at += needle.len();
            taken = byte_at(at);
        }
        out.push_str(&text[taken..]);
        out
    }

    /// The longest needle that stands at the beginning of these.
    fn at(&self, letters: &[(usize, char)]) -> Option<&Needle> {
        let [(_, first), (_, second), ..] = letters else { return None };
        let near = self.needles.get(&[*first, *second])?;
        near.iter().find(|n| letters.get(..n.len()).is_some_and(|l| l.iter().map(|(_, c)| c).eq(n.iter())))
    }

    fn needle(&mut self, needle: &str) {
        let needle: Needle = Zeroizing::new(needle.chars().map(lower).collect());
        if needle.len() < SHORTEST {
            return;
        }
        let near = self.needles.entry([needle[0], needle[1]]).or_default();
        if !near.contains(&needle) {
            near.push(needle);
            near.sort_by_key(|n| std::cmp::Reverse(n.len()));
        }
    }
}

/// The characters in lower case, with where they stand.
fn folded(text: &str) -> Vec<(usize, char)> {
    text.char_indices().map(|(at, c)| (at, lower(c))).collect()
}

/// A character's lower case; where that is several characters, the first.
fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
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
        assert_eq!(hush().scrub("C4NARY-P\u{c4}SS"), MARK);
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
    fn the_other_base64_is_known_too() {
        let mut hush = Hush::default();
        hush.keep("~~~???~~~???");
        let coded = BASE64_STANDARD.encode("~~~???~~~???");
        assert!(coded.contains('/'), "{coded}");
        assert_eq!(hush.scrub(&coded.replace('+', "-").replace('/', "_")), MARK);
    }

    #[test]
    fn octets_read_one_by_one_or_written_out_do_not_give_it_away() {
        assert_eq!(hush().scrub("501 c4nary-p\u{c3}\u{a4}ss \u{fc}"), "501 ‹secret› \u{fc}");
        assert_eq!(hush().scrub("c4nary-p\\xc3\\xa4ss"), MARK);
    }

    #[test]
    fn what_is_left_of_a_secret_that_was_cut_goes() {
        assert_eq!(hush().scrub_cut("501 what is c4nary-p…"), "501 what is ‹secret›…");
        assert_eq!(hush().scrub_cut("501 what is c4nar"), "501 what is ‹secret›");
        assert_eq!(hush().scrub_cut("501 what is c4n…"), "501 what is c4n…");
        assert_eq!(hush().scrub_cut(&format!("501 {CANARY}")), "501 ‹secret›");
    }

    #[test]
    fn a_secret_of_two_letters_does_not_shred_the_text() {
        let mut hush = Hush::default();
        hush.keep("ok");
        assert_eq!(hush.scrub("250 ok"), "250 ok");
    }
}
