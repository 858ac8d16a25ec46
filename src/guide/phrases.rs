//! Which phrases a text may match, told in one pass over it.

use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::Phrase;
use super::needles::{Needs, needs};

/// One automaton over the words of all phrases, so that only the few phrases whose words are in a text are tried on it.
#[derive(Clone, Debug)]
pub(super) struct PhraseIndex(Arc<Index>);

#[derive(Debug)]
struct Index {
    /// None where there are no words at all.
    words: Option<AhoCorasick>,
    /// The needs that each word fulfils: an alternative of a phrase has two, the second behind all the first ones.
    needs: Vec<Vec<u32>>,
    /// The needs that every text fulfils.
    always: Places,
    /// The phrase of each alternative.
    phrases: Vec<u32>,
    /// How many phrases there are.
    most: usize,
}

impl PhraseIndex {
    pub(super) fn new(phrases: &[Phrase]) -> Self {
        // Phrases that need no words have an alternative without needs: they are tried on every text.
        let nothing = || vec![Needs { first: Vec::new(), second: Vec::new() }];
        let needs = phrases.iter().map(|phrase| needs(phrase.text.0.as_str()).unwrap_or_else(nothing));
        let all: Vec<(u32, Needs)> =
            (0_u32..).zip(needs).flat_map(|(at, needs)| needs.into_iter().map(move |n| (at, n))).collect();
        let seconds = seconds(all.len());
        let mut always = Places::of(2 * seconds as usize);
        let mut of_word: Vec<(String, u32)> = Vec::new();
        let of_phrase = all.iter().map(|(at, _)| *at).collect();
        for (at, (_, Needs { first, second })) in (0_u32..).zip(all) {
            for (words, need) in [(first, at), (second, seconds + at)] {
                if words.is_empty() {
                    always.insert(need);
                }
                of_word.extend(words.into_iter().map(|w| (w, need)));
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
            .dense_depth(4)
            .build(&words)
            .ok();
        Self(Arc::new(Index { words, needs: places, always, phrases: of_phrase, most: phrases.len() }))
    }

    /// The places of the phrases that may match, in order.
    pub(super) fn candidates(&self, text: &str) -> Places {
        let index = &*self.0;
        let mut met = index.always.clone();
        let text = if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() };
        for word in index.words.iter().flat_map(|all| all.find_overlapping_iter(text.as_bytes())) {
            for &need in &index.needs[word.pattern().as_usize()] {
                met.insert(need);
            }
        }
        let seconds = met.0.split_off(met.0.len() / 2);
        met.0.iter_mut().zip(seconds).for_each(|(first, second)| *first &= second);
        let mut found = Places::of(index.most);
        for alternative in met {
            found.insert(index.phrases[alternative]);
        }
        found
    }
}

/// Where the second needs of so many alternatives begin: at a word of [`Places`].
fn seconds(alternatives: usize) -> u32 {
    u32::try_from(alternatives.next_multiple_of(64)).unwrap_or(u32::MAX)
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
        let guide = Guide::embedded();
        for phrase in guide.phrases() {
            assert_eq!(phrase.text.0.fault(), None, "{}", phrase.id);
        }
    }

    #[test]
    fn the_index_finds_what_each_phrase_finds_by_itself() {
        let guide = Guide::embedded();
        for text in guide.phrases().iter().map(|p| p.sample.as_str()) {
            let each: Vec<usize> =
                (0..guide.phrases().len()).filter(|&i| guide.phrases()[i].text.0.is_match(text)).collect();
            assert_eq!(guide.phrases_matching(text).collect::<Vec<_>>(), each, "{text}");
        }
    }

    #[test]
    fn few_phrases_have_to_be_tried_on_every_text() {
        let guide = Guide::embedded();
        let always = super::PhraseIndex::new(guide.phrases()).candidates("").count();
        assert!(always < 10, "{always}");
    }

    #[test]
    fn of_a_hundred_phrases_one_is_tried_on_a_refusal() {
        let guide = Guide::embedded();
        let samples: Vec<&str> = guide.phrases().iter().map(|p| p.sample.as_str()).collect();
        let tried: usize = samples.iter().map(|text| guide.phrases_near(text).count()).sum();
        assert!(tried * 100 < samples.len() * samples.len() * 3 / 2, "{tried} tries on {} texts", samples.len());
    }
}
