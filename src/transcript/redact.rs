//! Pasted text, with what a login said taken out of it.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// What stands in the place of a secret.
const HIDDEN: &str = "<hidden>";

/// An AUTH command with an initial response (RFC 4954 §4), a token of HTTP's kind, a password with its name.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(AUTH[ \t]+[A-Z0-9-]{3,20}[ \t]+|Bearer[ \t]+|pass(?:word|wd)?[ \t]*[=:][ \t]*)([^\s,;]+)")
});

/// A reply, with whatever a program prints before it: `334 …`, `<- 235 …`, `S: 535-…`.
static REPLY: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:^|[<>:*~=|-])[ \t]*([2-5][0-9][0-9])(?:[ -]|$)"));

/// The last word of a line, where it could be base64.
static LAST: LazyLock<Regex> = LazyLock::new(|| pattern(r"([A-Za-z0-9+/_-]+=*)\s*$"));

/// A pasted text without the payloads of AUTH: what follows the command, and the lines that answer a 334.
///
/// People paste whole dialogues. What is recorded of them must not hold a password, plain or in base64 (law 1).
#[must_use]
pub fn redact(text: &str) -> String {
    let mut redactor = Redactor::default();
    text.split('\n').map(|line| redactor.line(line)).collect::<Vec<_>>().join("\n")
}

/// [`redact`] for a text that comes line by line.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    answering: bool,
}

impl Redactor {
    /// The next line, without what is secret in it.
    pub fn line<'a>(&mut self, line: &'a str) -> Cow<'a, str> {
        if let Some(code) = REPLY.captures(line).and_then(|c| c.get(1)) {
            self.answering = code.as_str() == "334";
        } else if self.answering && !line.trim().is_empty() {
            return LAST.replace(line, HIDDEN);
        }
        NAMED.replace_all(line, |found: &Captures<'_>| {
            let (what, value) = (&found[1], &found[2]);
            let starts = line[..found.get(0).map_or(0, |m| m.start())].chars().all(|c| !c.is_alphanumeric());
            let secret = match what.as_bytes()[0].to_ascii_lowercase() {
                b'a' => (starts && !is_mechanism(value)) || looks_encoded(value),
                b'b' => looks_encoded(value) || value.contains('.'),
                _ => true,
            };
            if secret { format!("{what}{HIDDEN}") } else { found[0].to_owned() }
        })
    }
}

/// The names of SASL mechanisms stand in upper case beside each other in a server's list.
fn is_mechanism(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-') && word.len() <= 20
}

/// Words of a sentence are of one case; base64 mixes them, or ends in `=`.
fn looks_encoded(word: &str) -> bool {
    let inner = word.bytes().skip(1).any(|b| b.is_ascii_uppercase()) && word.bytes().any(|b| b.is_ascii_lowercase());
    let digits = word.bytes().any(|b| b.is_ascii_digit()) && word.bytes().any(|b| b.is_ascii_alphabetic());
    word.len() >= 4 && (inner || (digits && word.len() >= 8 && !is_mechanism(word)) || word.ends_with('='))
}

#[expect(clippy::expect_used, reason = "the patterns are constants, and the tests use each")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a sound pattern")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "AGFsaWNlAGh1bnRlcjI=";

    #[test]
    fn the_payload_of_auth_goes_and_the_reply_stays() {
        let text = format!(" ~> AUTH PLAIN {PLAIN}\n<~* 535 5.7.8 Error: authentication failed");
        let red = redact(&text);
        assert!(!red.contains(PLAIN), "{red}");
        assert!(red.contains("AUTH PLAIN <hidden>") && red.contains("535 5.7.8 Error: authentication failed"));
    }

    #[test]
    fn what_answers_a_334_goes() {
        let text =
            "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YWxpY2U=\nS: 334 UGFzc3dvcmQ6\nC: aHVudGVyMg==\nS: 535 no\nC: QUIT";
        assert_eq!(
            redact(text),
            "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: <hidden>\nS: 334 UGFzc3dvcmQ6\nC: <hidden>\nS: 535 no\nC: QUIT"
        );
        assert_eq!(redact("334 \nc2VjcmV0\n235 ok"), "334 \n<hidden>\n235 ok");
    }

    #[test]
    fn tokens_and_named_passwords_go() {
        for (dirty, secret) in [
            ("AUTH XOAUTH2 dXNlcj1hbGljZQFhdXRo", "dXNlcj1hbGljZQFhdXRo"),
            ("auth plain secretsecret", "secretsecret"),
            ("password=hunter2", "hunter2"),
            ("Authorization: Bearer ya29.a0AfB_by", "ya29.a0AfB_by"),
        ] {
            assert!(!redact(dirty).contains(secret), "{dirty}");
        }
    }

    #[test]
    fn what_a_server_says_stays_as_it_is() {
        for text in [
            "250-AUTH PLAIN LOGIN XOAUTH2",
            "535 5.7.8 AUTH PLAIN authentication rejected",
            "550 5.1.1 <bob@example.org>: Recipient address rejected",
            "535-5.7.8 Username and Password not accepted",
            "to=<bob@example.org>, dsn=5.7.1, status=bounced (host mx1.example.org[192.0.2.1] said: 554 5.7.1 no)\n\nend",
        ] {
            assert_eq!(redact(text), text);
        }
    }
}
