//! Reasons as they are read: what one of them says already is not said again by the next.

use std::collections::BTreeSet;

use crate::diagnosis::Reason;

/// A sentence longer than this, in characters, says something of its own.
const SHORT: usize = 64;

/// The reasons without those that only repeat others, in a register; what shows a repeated one shows the one that stays.
#[must_use]
pub fn distinct(reasons: &[Reason], admin: bool) -> Vec<Reason> {
    let mut kept: Vec<(Said, Reason)> = Vec::new();
    for reason in reasons {
        let said = Said::of(reason.says.register(admin));
        let told = |other: &Said, r: &Reason| said.repeats(other, reason, r) || said.says_less(other);
        if let Some((_, other)) = kept.iter_mut().find(|(other, r)| told(other, r)) {
            merge(other, reason);
            continue;
        }
        // One that says the same less exactly gives way.
        let less = kept.iter().position(|(other, r)| other.says_less(&said) && r.says != reason.says);
        let mut reason = reason.clone();
        match less {
            Some(at) => {
                merge(&mut reason, &kept[at].1);
                kept[at] = (said, reason);
            }
            None => kept.push((said, reason)),
        }
    }
    kept.into_iter().map(|(_, reason)| reason).collect()
}

fn merge(into: &mut Reason, from: &Reason) {
    for id in &from.evidence {
        if !into.evidence.contains(id) {
            into.evidence.push(*id);
        }
    }
}

/// What a sentence is made of.
struct Said {
    text: String,
    /// Names, numbers, codes, addresses.
    names: BTreeSet<String>,
    words: BTreeSet<String>,
    short: bool,
}

impl Said {
    fn of(text: &str) -> Self {
        let word = |w: &str| w.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let all = text.split_whitespace().map(word).filter(|w| !w.is_empty());
        let (names, words) = all.partition(|w| w.contains(|c: char| c.is_ascii_digit() || ".@:".contains(c)));
        Self { text: text.to_owned(), names, words, short: text.chars().count() <= SHORT && !text.contains(". ") }
    }

    /// Whether this says nothing that `other` does not say: the same in nearly the same words; or, shown by the same, only its names.
    fn repeats(&self, other: &Self, own: &Reason, others: &Reason) -> bool {
        if self.text == other.text {
            return true;
        }
        let shared = self.words.intersection(&other.words).count();
        let alike = self.names == other.names && self.names.len() > 1 && shared * 10 >= self.words.len() * 7;
        let shown = !own.evidence.is_empty() && own.evidence.iter().all(|id| others.evidence.contains(id));
        alike || (self.short && shown && self.names.len() > 1 && self.names.is_subset(&other.names))
    }

    /// Whether `other` says all of this, and more.
    fn says_less(&self, other: &Self) -> bool {
        self.names.len() < other.names.len()
            && !self.names.is_empty()
            && self.names.is_subset(&other.names)
            && self.words.len() > 3
            && self.words.is_subset(&other.words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::Words;
    use crate::transcript::EvidenceId;

    fn reasons(all: &[(&str, &[u32])]) -> Vec<Reason> {
        let reason = |(says, ids): &(&str, &[u32])| Reason {
            says: Words { plain: (*says).to_owned(), admin: (*says).to_owned() },
            evidence: ids.iter().copied().map(EvidenceId).collect(),
            db: 10,
        };
        all.iter().map(reason).collect()
    }

    fn kept(all: &[(&str, &[u32])]) -> Vec<String> {
        distinct(&reasons(all), false).into_iter().map(|r| r.says.plain).collect()
    }

    #[test]
    fn the_same_in_nearly_the_same_words_is_said_once() {
        let all = [
            ("example.org says which servers take its mail: mx1.example.org.", &[1][..]),
            ("The mail servers can be reached.", &[2]),
            ("example.org names its mail servers: mx1.example.org.", &[3]),
        ];
        assert_eq!(kept(&all), [all[0].0, all[1].0]);
        assert_eq!(distinct(&reasons(&all), false)[0].evidence, [EvidenceId(1), EvidenceId(3)], "and shown by both");
    }

    #[test]
    fn a_code_that_was_quoted_is_not_told_again() {
        let quote = ("mail.example.net answered 535 5.7.8 “authentication failed” at AUTH.", &[9][..]);
        assert_eq!(kept(&[quote, ("mail.example.net refuses the login: 535 5.7.8.", &[9])]), [quote.0]);
        let more = ("mail.example.net cannot check logins just now: 535 5.7.8. The password may be fine.", &[9][..]);
        assert_eq!(kept(&[quote, more]).len(), 2, "what is said besides stays");
        let other = ("mail.example.net refuses the login: 535 5.7.8.", &[12][..]);
        assert_eq!(kept(&[quote, other]).len(), 2, "what something else shows stays");
    }

    #[test]
    fn what_only_administrators_can_tell_apart_is_told_apart_only_to_them() {
        let mut all = reasons(&[
            ("Long words to mx1.example.org vanish.", &[1]),
            ("Long words to mx1.example.org vanish.", &[2]),
        ]);
        all[0].says.admin = "192.0.2.25: large packets are lost.".to_owned();
        all[1].says.admin = "2001:db8::25: large packets are lost.".to_owned();
        assert_eq!(distinct(&all, false).len(), 1);
        assert_eq!(distinct(&all, true).len(), 2);
    }

    #[test]
    fn what_is_said_more_exactly_stays() {
        let all = [
            ("mx1.example.org takes the call and hangs up at once.", &[1][..]),
            ("mx1.example.org (192.0.2.25) takes the call and hangs up at once, without a word.", &[2]),
            ("mx1.example.org (2001:db8::25) takes the call and hangs up at once, without a word.", &[3]),
        ];
        assert_eq!(kept(&all), [all[1].0, all[2].0]);
        let alias = [
            (
                "example.org names its mail server by another name (mail.example.org stands for mx1.example.org).",
                &[1][..],
            ),
            ("example.org names its mail server by another name (mail.example.org).", &[2]),
        ];
        assert_eq!(kept(&alias), [alias[0].0], "whichever comes first");
        let why = [
            ("None of the mail servers that example.org names can be used: mx.example.org.", &[1][..]),
            ("One of the mail servers of example.org leads nowhere: mx.example.org.", &[1, 2]),
        ];
        assert_eq!(kept(&why).len(), 2, "the second says why");
    }
}
