//! Finds which of thousands of words stand in a short text.
//!
//! An automaton over all of them would do, but takes longer to make than a whole `heloise explain` may last, and walks through more memory
//! than a processor keeps at hand. Here four octets of a word, those that fewest words have, are looked up at each place of the text, in a
//! table that fits there.

use super::needles::SHORTEST;

/// Words, found by four of their octets.
#[derive(Debug)]
pub(super) struct Lookup {
    /// One bit for each hash of four octets that some word is found by.
    bits: Vec<u64>,
    /// Where the words with each hash begin in `words`, and where the last ones end.
    starts: Vec<u16>,
    /// Ordered by their hashes.
    words: Vec<Word>,
    /// The octets of all words, in the same order.
    octets: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
struct Word {
    /// Where its octets begin among all, and how many they are.
    begin: u32,
    length: u16,
    /// So far behind its beginning stand those that it is found by.
    offset: u16,
    number: u32,
}

/// Octets that are looked at; a word of fewer has a hash of its own kind.
const LOOKED_AT: usize = SHORTEST + 1;
/// Different hashes.
const HASHES: usize = 1 << 16;

impl Lookup {
    /// Words of at least [`SHORTEST`] octets each; shorter ones are never found, nor those beyond the first 65,535.
    pub(super) fn new<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let words: Vec<&str> = words.into_iter().take(usize::from(u16::MAX)).collect();
        let mut common = vec![0_u16; HASHES];
        for hash in words.iter().flat_map(|word| hashes(word)) {
            common[hash] = common[hash].saturating_add(1);
        }
        let mut hashed: Vec<(usize, u16, u32)> = Vec::with_capacity(words.len());
        for (number, word) in (0..).zip(&words) {
            let rarest = (0..).zip(hashes(word)).min_by_key(|(_, hash)| common[*hash]);
            let found = rarest.or_else(|| Some((0, short(word.as_bytes().first_chunk()?))));
            hashed.extend(found.map(|(offset, hash)| (hash, offset, number)));
        }
        hashed.sort_unstable();
        let mut all = Self {
            bits: vec![0; HASHES / 64],
            starts: vec![0; HASHES + 1],
            words: Vec::with_capacity(hashed.len()),
            octets: Vec::new(),
        };
        for (hash, offset, number) in hashed {
            let octets = words[number as usize].as_bytes();
            let Ok(length) = u16::try_from(octets.len()) else { continue };
            let Ok(begin) = u32::try_from(all.octets.len()) else { break };
            all.octets.extend_from_slice(octets);
            all.words.push(Word { begin, length, offset, number });
            all.bits[hash / 64] |= 1 << (hash % 64);
            all.starts[hash + 1] += 1;
        }
        for at in 0..HASHES {
            all.starts[at + 1] += all.starts[at];
        }
        all
    }

    /// Tells the number of each word at each place where it stands.
    pub(super) fn each(&self, text: &str, mut met: impl FnMut(u32)) {
        let text = text.as_bytes();
        for (at, octets) in text.windows(LOOKED_AT).enumerate() {
            let &[a, b, c, d] = octets else { continue };
            self.at(long([a, b, c, d]), text, at, &mut met);
            self.at(short(&[a, b, c]), text, at, &mut met);
        }
        if let Some(end) = text.last_chunk() {
            self.at(short(end), text, text.len() - end.len(), &mut met);
        }
    }

    #[inline]
    fn at(&self, hash: usize, text: &[u8], at: usize, met: &mut impl FnMut(u32)) {
        if self.bits[hash / 64] & (1 << (hash % 64)) != 0 {
            self.words_at(hash, text, at, met);
        }
    }

    fn words_at(&self, hash: usize, text: &[u8], at: usize, met: &mut impl FnMut(u32)) {
        let here = usize::from(self.starts[hash])..usize::from(self.starts[hash + 1]);
        for word in &self.words[here] {
            let (own, length) = (word.begin as usize, usize::from(word.length));
            let begin = at.wrapping_sub(usize::from(word.offset));
            let here = text.get(begin..begin.wrapping_add(length));
            if here == Some(&self.octets[own..own + length]) {
                met(word.number);
            }
        }
    }
}

/// The hashes of all that a word may be found by, from its beginning on.
fn hashes(word: &str) -> impl Iterator<Item = usize> {
    word.as_bytes().windows(LOOKED_AT).map_while(|octets| Some(long(octets.try_into().ok()?)))
}

/// The hash of four octets (a multiplication as in Knuth, The Art of Computer Programming, section 6.4).
fn long(octets: [u8; LOOKED_AT]) -> usize {
    (u32::from_le_bytes(octets).wrapping_mul(0x9e37_79b1) >> 16) as usize
}

/// The hash of three octets: of a word that has no more.
fn short(&[a, b, c]: &[u8; SHORTEST]) -> usize {
    (u32::from_le_bytes([a, b, c, 0]).wrapping_mul(0x85eb_ca6b) >> 16) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(words: &[String], text: &str) -> Vec<u32> {
        let mut all = Vec::new();
        Lookup::new(words.iter().map(String::as_str)).each(text, |n| all.push(n));
        all.sort_unstable();
        all.dedup();
        all
    }

    #[test]
    fn words_are_found_at_both_ends_and_in_each_other() {
        let words = ["full", "box full", "mail", "lbo", "ull", "fuller", "邮箱"].map(str::to_owned);
        assert_eq!(found(&words, "mailbox full"), [0, 1, 2, 3, 4]);
        assert_eq!(found(&words, "邮箱"), [6]);
        assert_eq!(found(&words, "ul"), [0_u32; 0]);
    }

    proptest! {
        #[test]
        fn each_word_is_found_where_it_stands_and_nowhere_else(
            words in prop::collection::vec("[ab ]{3,6}", 0..20),
            text in "[ab ]{0,40}",
        ) {
            let expected: Vec<u32> = (0_u32..).zip(&words).filter(|(_, w)| text.contains(w.as_str())).map(|(n, _)| n).collect();
            prop_assert_eq!(found(&words, &text), expected);
        }
    }
}
