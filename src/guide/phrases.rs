//! Which phrases a text may match, told in one pass over it.

use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::Phrase;
use super::needles::needles;

/// One automaton over the words of all phrases, so that only the few phrases whose words are in a text are tried on it.
#[derive(Clone, Debug)]
pub(super) struct PhraseIndex(Arc<Index>);

#[derive(Debug)]
struct Index {
    /// None where there are no words at all.
    words: Option<AhoCorasick>,
    /// The phrases of each word.
    phrases: Vec<Vec<u32>>,
    /// Phrases without such words, as [`Places`]: tried on every text.
    always: Places,
}

impl PhraseIndex {
    pub(super) fn new(phrases: &[Phrase]) -> Self {
        let mut of_word: Vec<(String, u32)> = Vec::new();
        let mut always = Places::of(phrases.len());
        for (at, phrase) in (0_u32..).zip(phrases) {
            match needles(phrase.text.0.as_str()) {
                Some(words) => of_word.extend(words.into_iter().map(|w| (w, at))),
                None => always.insert(at),
            }
        }
        of_word.sort();
        let (mut words, mut places) = (Vec::<String>::new(), Vec::<Vec<u32>>::new());
        for (word, at) in of_word {
            match places.last_mut().filter(|_| words.last() == Some(&word)) {
                Some(same) => same.push(at),
                None => {
                    words.push(word);
                    places.push(vec![at]);
                }
            }
        }
        let words = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::Standard)
            .build(&words)
            .ok();
        Self(Arc::new(Index { words, phrases: places, always }))
    }

    /// The places of the phrases that may match, in order.
    pub(super) fn candidates(&self, text: &str) -> Places {
        let mut found = self.0.always.clone();
        let text = text.to_lowercase();
        for word in self.0.words.iter().flat_map(|all| all.find_overlapping_iter(text.as_bytes())) {
            for &at in &self.0.phrases[word.pattern().as_usize()] {
                found.insert(at);
            }
        }
        found
    }
}

/// A set of places that is walked in order.
#[derive(Clone, Debug)]
pub(super) struct Places(Vec<u64>);

impl Places {
    fn of(most: usize) -> Self {
        Self(vec![0; most.div_ceil(64)])
    }

    fn insert(&mut self, at: u32) {
        self.0[at as usize / 64] |= 1 << (at % 64);
    }
}

impl Iterator for Places {
    type Item = usize;

    /// The lowest place, which is taken out.
    fn next(&mut self) -> Option<usize> {
        let (word, bits) = self.0.iter_mut().enumerate().find(|(_, bits)| **bits != 0)?;
        let at = bits.trailing_zeros() as usize;
        *bits &= *bits - 1;
        Some(word * 64 + at)
    }
}

#[cfg(test)]
mod tests {
    use crate::guide::Guide;

    #[test]
    fn every_built_in_phrase_is_a_sound_expression() {
        let guide = Guide::embedded().expect("the built-in guide");
        for phrase in guide.phrases() {
            assert_eq!(phrase.text.0.fault(), None, "{}", phrase.id);
        }
    }

    #[test]
    fn the_index_finds_what_each_phrase_finds_by_itself() {
        let guide = Guide::embedded().expect("the built-in guide");
        for text in guide.phrases().iter().map(|p| p.sample.as_str()) {
            let each: Vec<usize> =
                (0..guide.phrases().len()).filter(|&i| guide.phrases()[i].text.0.is_match(text)).collect();
            assert_eq!(guide.phrases_matching(text).collect::<Vec<_>>(), each, "{text}");
        }
    }

    #[test]
    fn few_phrases_have_to_be_tried_on_every_text() {
        let guide = Guide::embedded().expect("the built-in guide");
        let always = super::PhraseIndex::new(guide.phrases()).0.always.clone().count();
        assert!(always < 10, "{always}");
    }
}
