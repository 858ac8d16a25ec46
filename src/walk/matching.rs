//! Whether a reply or a finding is what a branch asks for, and the values it gives to words.

use crate::guide::{Words, code_fits, fill};
use crate::transcript::{Reply, clean_line};

pub(super) use crate::diagnosis::{Args, case_args};

const SENTENCE: usize = 160;
const VALUE: usize = 60;

/// A reason as it is shown: plain words, filled, one line.
pub(super) fn because(words: &Words, args: &Args) -> String {
    clean_line(fill(&words.plain, args).trim(), SENTENCE)
}

/// What a reply gives to words; `phrase` is the part of its text that decided.
pub(super) fn reply_args(reply: &Reply, phrase: Option<&str>) -> Args {
    crate::diagnosis::reply_args(reply, phrase, VALUE)
}

/// A value from outside, cut so that a sentence stays one.
pub(super) fn short(value: &str) -> String {
    clean_line(value.trim(), VALUE)
}

/// Whether a finding's id is the one asked for; `dns.mx.*` stands for all that begin so.
pub(super) fn is_finding(pattern: &str, id: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => id.starts_with(prefix),
        None => id == pattern,
    }
}

/// Whether a reply's code is meant by `550` or `5xx`; where a pasted text gave no code, the enhanced code tells the class.
pub(super) fn is_code(written: &str, reply: &Reply) -> bool {
    match (reply.code, reply.enhanced) {
        (0, Some(enhanced)) => written == format!("{}xx", enhanced.class),
        (0, None) => false,
        (code, _) => code_fits(written, code),
    }
}

/// How many sorts of reply there are by how bad they are.
pub(super) const BADNESS: usize = 4;

/// How bad a reply is, below [`BADNESS`]: refused for good, for now, said without a code, accepted.
pub(super) fn badness(reply: &Reply) -> usize {
    match reply.code {
        500.. => 3,
        400..500 => 2,
        0 => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(code: u16, enhanced: Option<&str>) -> Reply {
        Reply {
            server: String::new(),
            address: None,
            stage: None,
            code,
            enhanced: enhanced.and_then(|e| e.parse().ok()),
            text: vec![],
            rtt_ms: 0,
            tls: false,
            role: crate::transcript::Role::Pasted,
        }
    }

    #[test]
    fn a_text_without_a_code_has_the_class_of_its_enhanced_code() {
        assert!(is_code("5xx", &reply(0, Some("5.1.1"))));
        assert!(!is_code("4xx", &reply(0, Some("5.1.1"))) && !is_code("5xx", &reply(0, None)));
        assert!(is_code("4xx", &reply(450, Some("5.1.1"))), "a code that was given decides");
    }

    #[test]
    fn a_star_stands_for_all_findings_that_begin_so() {
        assert!(is_finding("dns.mx.*", "dns.mx.null") && is_finding("dns.mx.null", "dns.mx.null"));
        assert!(!is_finding("dns.mx.*", "dns.mxx") && !is_finding("dns.mx", "dns.mx.null"));
    }
}
