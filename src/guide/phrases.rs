//! All phrases asked in one pass over a text.

use std::sync::Arc;

use regex::bytes::{RegexSet, RegexSetBuilder};

use super::Phrase;

/// How much memory the automaton may take for its states, in bytes.
const STATES: usize = 32 << 20;

/// The phrases' patterns as one automaton; none where a user's own pattern does not go into it, and then each is asked by itself.
#[derive(Clone, Debug)]
pub(super) struct PhraseIndex(Option<Arc<RegexSet>>);

impl PhraseIndex {
    /// Puts the patterns together. Bytes instead of characters keep the automaton small and quick; both see the same words.
    pub(super) fn new(phrases: &[Phrase]) -> Self {
        let patterns = phrases.iter().map(|p| p.text.0.as_str());
        let set = RegexSetBuilder::new(patterns)
            .case_insensitive(true)
            .unicode(false)
            .size_limit(STATES)
            .dfa_size_limit(STATES)
            .build();
        Self(set.ok().map(Arc::new))
    }

    /// The places of the phrases that match, in order.
    pub(super) fn matching(&self, phrases: &[Phrase], text: &str) -> Vec<usize> {
        match &self.0 {
            Some(set) => set.matches(text.as_bytes()).into_iter().collect(),
            None => (0..phrases.len()).filter(|&i| phrases[i].text.0.is_match(text)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::guide::Guide;

    #[test]
    fn all_built_in_phrases_go_into_one_automaton() {
        let guide = Guide::embedded().expect("the built-in guide");
        assert!(super::PhraseIndex::new(&guide.phrases).0.is_some());
    }

    #[test]
    fn one_pass_finds_what_each_finds_by_itself() {
        let guide = Guide::embedded().expect("the built-in guide");
        for text in guide.phrases.iter().map(|p| p.sample.as_str()) {
            let each: Vec<usize> =
                (0..guide.phrases.len()).filter(|&i| guide.phrases[i].text.0.is_match(text)).collect();
            assert_eq!(guide.phrases_matching(text).collect::<Vec<_>>(), each, "{text}");
        }
    }
}
