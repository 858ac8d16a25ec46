//! Which phrases a text may match, told in one pass over it.

use std::borrow::Cow;
use std::sync::Arc;

use super::lookup::Lookup;
use super::needles::needs;
use super::{Phrase, small};

/// The words of all phrases, so that only the few phrases whose words are in a text are tried on it.
#[derive(Clone, Debug)]
pub(super) struct PhraseIndex(Arc<Index>);

#[derive(Debug)]
struct Index {
    words: Lookup,
    /// The needs that words fulfil, and where those of each word begin.
    fulfils: Vec<Fulfilled>,
    begins: Vec<usize>,
    /// All alternatives of all phrases.
    alternatives: Vec<Alternative>,
    /// The phrases that are tried on every text.
    always: Places,
}

/// One need of one alternative.
#[derive(Clone, Copy, Debug)]
struct Fulfilled {
    alternative: u16,
    /// The need's bit.
    bit: u8,
}

#[derive(Clone, Copy, Debug)]
struct Alternative {
    phrase: u32,
    /// The bits of all its needs.
    needs: u8,
}

impl PhraseIndex {
    pub(super) fn new(phrases: &[Phrase]) -> Self {
        let mut always = Places::of(phrases.len());
        let mut alternatives = Vec::new();
        let mut of_word: Vec<(String, Fulfilled)> = Vec::new();
        for (phrase, needs) in (0_u32..).zip(phrases.iter().map(|phrase| needs(phrase.text.as_str()))) {
            let Some(needs) = needs else {
                always.insert(phrase);
                continue;
            };
            for sets in needs {
                // More than anybody ever wrote.
                let Ok(alternative) = u16::try_from(alternatives.len()) else {
                    always.insert(phrase);
                    break;
                };
                alternatives.push(Alternative { phrase, needs: u8::MAX >> (8 - sets.len()) });
                for (at, words) in sets.into_iter().enumerate() {
                    of_word.extend(words.into_iter().map(|w| (w, Fulfilled { alternative, bit: 1 << at })));
                }
            }
        }
        of_word.sort_by(|a, b| a.0.cmp(&b.0));
        let (mut words, mut fulfils, mut begins) = (Vec::<String>::new(), Vec::new(), Vec::new());
        for (word, need) in of_word {
            if words.last() != Some(&word) {
                words.push(word);
                begins.push(fulfils.len());
            }
            fulfils.push(need);
        }
        begins.push(fulfils.len());
        let words = Lookup::new(&words);
        Self(Arc::new(Index { words, fulfils, begins, alternatives, always }))
    }

    /// The places of the phrases that may match, in order.
    pub(super) fn candidates(&self, text: &str) -> Places {
        let index = &*self.0;
        let mut found = index.always.clone();
        let mut met = vec![0_u8; index.alternatives.len()];
        let text = if text.is_ascii() { small(text) } else { Cow::Owned(text.to_lowercase()) };
        index.words.each(&text, |word| {
            let word = word as usize;
            for need in &index.fulfils[index.begins[word]..index.begins[word + 1]] {
                let at = usize::from(need.alternative);
                met[at] |= need.bit;
                if met[at] == index.alternatives[at].needs {
                    found.insert(index.alternatives[at].phrase);
                }
            }
        });
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
        let guide = Guide::embedded();
        for phrase in guide.phrases() {
            assert_eq!(phrase.text.fault(), None, "{}", phrase.id);
        }
    }

    #[test]
    fn the_index_finds_what_each_phrase_finds_by_itself() {
        let guide = Guide::embedded();
        for text in guide.phrases().iter().map(|p| p.sample.as_str()) {
            let each: Vec<usize> =
                (0..guide.phrases().len()).filter(|&i| guide.phrases()[i].text.is_match(text)).collect();
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
    fn few_phrases_are_tried_on_a_refusal_beside_those_that_match() {
        let guide = Guide::embedded();
        let phrases = guide.phrases();
        let tried: usize = phrases.iter().map(|p| guide.phrases_near(&p.sample).count()).sum();
        let matched: usize = phrases.iter().map(|p| guide.phrases_matching(&p.sample).count()).sum();
        assert!(tried < matched * 2, "{tried} tries for {matched} matches on {} texts", phrases.len());
    }
}
