//! Which phrases a text may match, told in one pass over it.

use std::collections::HashMap;
use std::sync::Arc;

use super::Phrase;
use super::needles::{SHORTEST, needles};

/// The words of all phrases by their first letters, so that only the few phrases whose words are in a text are tried on it.
#[derive(Clone, Debug, Default)]
pub(super) struct PhraseIndex {
    words: Arc<HashMap<[u8; SHORTEST], Vec<Word>>>,
    /// Phrases without such words: tried on every text.
    always: Arc<Vec<usize>>,
}

#[derive(Debug)]
struct Word {
    text: String,
    phrases: Vec<usize>,
}

impl PhraseIndex {
    pub(super) fn new(phrases: &[Phrase]) -> Self {
        let mut words: HashMap<[u8; SHORTEST], Vec<Word>> = HashMap::new();
        let mut always = Vec::new();
        for (at, phrase) in phrases.iter().enumerate() {
            let Some(needles) = needles(phrase.text.0.as_str()) else {
                always.push(at);
                continue;
            };
            for text in needles {
                let Some(key) = text.as_bytes().first_chunk::<SHORTEST>() else { continue };
                let same = words.entry(*key).or_default();
                match same.iter_mut().find(|w| w.text == text) {
                    Some(word) => word.phrases.push(at),
                    None => same.push(Word { text, phrases: vec![at] }),
                }
            }
        }
        Self { words: Arc::new(words), always: Arc::new(always) }
    }

    /// The places of the phrases that may match, in order.
    pub(super) fn candidates(&self, text: &str) -> Vec<usize> {
        let text = text.to_ascii_lowercase();
        let bytes = text.as_bytes();
        let mut found = self.always.to_vec();
        for (at, key) in bytes.array_windows::<SHORTEST>().enumerate() {
            let Some(words) = self.words.get(key) else { continue };
            for word in words.iter().filter(|w| bytes[at..].starts_with(w.text.as_bytes())) {
                found.extend(&word.phrases);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
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
        let always = super::PhraseIndex::new(guide.phrases()).always.len();
        assert!(always < 10, "{always}");
    }
}
