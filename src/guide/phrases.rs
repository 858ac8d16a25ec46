//! Which phrases a text may match, told in one pass over it.

use std::borrow::Cow;
use std::sync::Arc;

use super::lookup::Lookup;
use super::needles::Gathered;
use super::{Phrase, small};

/// The words of all phrases, so that only the few phrases whose words are in a text are tried on it.
#[derive(Clone, Debug)]
pub(super) struct PhraseIndex(Arc<Index>);

#[derive(Debug)]
struct Index {
    words: Lookup,
    needs: Gathered,
    /// The phrases that are tried on every text.
    always: Places,
}

/// What was gathered of the built-in phrases when the program was built: to do it at each start takes longer than to read a reply.
static BUILT_IN: Gathered = include!(concat!(env!("OUT_DIR"), "/needles.rs"));

impl PhraseIndex {
    pub(super) fn new(phrases: &[Phrase]) -> Self {
        Self::of(Gathered::of(phrases.iter().map(|phrase| phrase.text.as_str())), phrases.len())
    }

    /// Of the built-in phrases, so many.
    pub(super) fn built_in(phrases: usize) -> Self {
        Self::of(BUILT_IN.clone(), phrases)
    }

    fn of(needs: Gathered, phrases: usize) -> Self {
        let words = Lookup::new(needs.words.lines());
        let always = Places::these(phrases, &needs.always);
        Self(Arc::new(Index { words, needs, always }))
    }

    /// The places of the phrases that may match, in order.
    pub(super) fn candidates(&self, text: &str) -> Places {
        let Index { words, needs, always } = &*self.0;
        let mut found = always.clone();
        let mut met = vec![0_u8; needs.alternatives.len()];
        let text = if text.is_ascii() { small(text) } else { Cow::Owned(text.to_lowercase()) };
        words.each(&text, |word| {
            let word = word as usize;
            for &(alternative, need) in &needs.fulfils[needs.begins[word] as usize..needs.begins[word + 1] as usize] {
                let alternative = usize::from(alternative);
                let (phrase, all) = needs.alternatives[alternative];
                met[alternative] |= need;
                if met[alternative] == all {
                    found.insert(phrase);
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
    /// These of so many.
    fn these(most: usize, places: &[u32]) -> Self {
        let mut all = Self(vec![0; most.div_ceil(64)]);
        places.iter().for_each(|&at| all.insert(at));
        all
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
    fn what_was_gathered_for_the_program_is_what_its_phrases_need() {
        let guide = Guide::embedded();
        let (built_in, made) =
            (super::PhraseIndex::built_in(guide.phrases().len()), super::PhraseIndex::new(guide.phrases()));
        assert!(!made.0.needs.fulfils.is_empty());
        assert_eq!(format!("{built_in:?}"), format!("{made:?}"));
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
