//! Pasted text, with what a login said taken out of it.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use memchr::memchr_iter;
use regex::{Captures, Regex};
use zeroize::Zeroizing;

use super::Hush;

/// What stands in the place of a secret.
const HIDDEN: &str = "<hidden>";
/// How many logins of a text are remembered, to be found again in it; a log may hold any number.
const REMEMBERED: usize = 16;
/// A word shorter than this is not looked for elsewhere in the text.
const SHORTEST: usize = 6;

/// An AUTH command with an initial response (RFC 4954 §4), a token of HTTP's kind, a password with its name or its option.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(\bAUTH[ \t]+[A-Z0-9-]{3,20}[ \t]+|\bBearer[ \t]+|\bpass(?:word|wd|phrase)?["']?[ \t]*[=:][ \t]*|--(?:auth-)?pass(?:word|wd)?[ \t]+)([^\s,;]+)"#,
    )
});

/// A reply, with whatever a program prints before it: `334 …`, `<- 235 …`, `S: 535-…`.
static REPLY: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:^|[<>:*~=|-])[ \t]*([2-5][0-9][0-9])(?:[ -](.*)|$)"));

/// The last word of a line, where it could be base64.
static LAST: LazyLock<Regex> = LazyLock::new(|| pattern(r"([A-Za-z0-9+/_-]+=*)\s*$"));

/// What PLAIN, XOAUTH2 and OAUTHBEARER send, wherever it stands: base64 that begins with a NUL, with `user=`, or with `n,a=`. And NTLM's
/// challenge, and the answer to it (MS-NLMP §2.2.1): together, the password could be guessed from them.
static PAYLOAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:A[A-P][A-Za-z0-9+/]{6,}|(?:dXNlcj[01]|bixhP[Q-Za-f])[A-Za-z0-9+/]{8,}|TlRMTVNTUAA[CD]AAAA[A-Za-z0-9+/]{8,})={0,2}",
    )
});

/// A pasted text without the payloads of AUTH: what follows the command, the lines that answer a 334, and both where they are said again.
///
/// People paste whole dialogues. What is recorded of them must not hold a password, plain or in base64 (law 1).
#[must_use]
pub fn redact(text: &str) -> String {
    let mut redactor = Redactor::default();
    text.split('\n').map(|line| redactor.line(line)).collect::<Vec<_>>().join("\n")
}

/// [`redact`] for a text that comes line by line.
#[derive(Clone, Default)]
pub struct Redactor {
    answering: bool,
    wants_password: bool,
    /// What was taken out so far.
    known: Hush,
    remembered: usize,
}

impl Redactor {
    /// Whether the next line answers a 334, and so holds a secret whatever it looks like.
    #[must_use]
    pub fn is_answering(&self) -> bool {
        self.answering
    }

    /// The next line, without what is secret in it.
    pub fn line<'a>(&mut self, line: &'a str) -> Cow<'a, str> {
        if !self.answering && self.remembered == 0 && !may_hold(line) {
            return Cow::Borrowed(line);
        }
        let taken = self.taken(line);
        if self.remembered == 0 {
            return taken;
        }
        let hushed = self.known.replaced(&taken, HIDDEN);
        if hushed == *taken { taken } else { Cow::Owned(hushed) }
    }

    /// The line without what its form gives away.
    fn taken<'a>(&mut self, line: &'a str) -> Cow<'a, str> {
        if let Some(reply) = REPLY.captures(line) {
            self.answering = &reply[1] == "334";
            let prompt = reply.get(2).map_or("", |text| text.as_str().trim());
            let prompt = BASE64_STANDARD.decode(prompt).unwrap_or_else(|_| prompt.as_bytes().to_vec());
            self.wants_password = self.answering && prompt.to_ascii_lowercase().starts_with(b"pass");
            // The server's signature of SCRAM (RFC 5802 §7): the password could be guessed from it.
            if self.answering && prompt.starts_with(b"v=") {
                return LAST.replace(line, HIDDEN);
            }
        } else if self.answering && !line.trim().is_empty() {
            if let Some(word) = LAST.captures(line).and_then(|c| c.get(1)) {
                self.remember(word.as_str(), self.wants_password);
            }
            return LAST.replace(line, HIDDEN);
        }
        let mut found = Vec::new();
        let named = NAMED.replace_all(line, |seen: &Captures<'_>| {
            let (what, value) = (&seen[1], &seen[2]);
            let starts = line[..seen.get(0).map_or(0, |m| m.start())].chars().all(|c| !c.is_alphanumeric());
            let (auth, named) = (what.starts_with(['A', 'a']), !what.starts_with(['A', 'a', 'B', 'b']));
            let secret = match what.as_bytes()[0].to_ascii_lowercase() {
                b'a' => (starts && !is_mechanism(value)) || looks_encoded(value),
                b'b' => looks_encoded(value) || value.contains('.'),
                _ => true,
            };
            if !secret {
                return seen[0].to_owned();
            }
            if auth || looks_encoded(value) {
                found.push((value.to_owned(), named));
            }
            format!("{what}{HIDDEN}")
        });
        let spoken = PAYLOAD.replace_all(&named, |seen: &Captures<'_>| {
            if !is_payload(&seen[0]) {
                return seen[0].to_owned();
            }
            found.push((seen[0].to_owned(), false));
            HIDDEN.to_owned()
        });
        let line = match spoken {
            Cow::Owned(text) => Cow::Owned(text),
            Cow::Borrowed(_) => named,
        };
        for (word, password) in &found {
            self.remember(word, *password);
        }
        line
    }

    /// Keeps a word that was taken out, and the password in it, to be known again.
    fn remember(&mut self, word: &str, password: bool) {
        if word.len() < SHORTEST || self.remembered == REMEMBERED {
            return;
        }
        self.remembered += 1;
        self.known.keep_payload(word);
        let Some(decoded) = BASE64_STANDARD.decode(word).ok().and_then(|o| String::from_utf8(o).ok()) else { return };
        let decoded = Zeroizing::new(decoded);
        let mut parts = decoded.split('\0');
        let inner = match (parts.next(), parts.next(), parts.next()) {
            (Some(_), Some(_), Some(inner)) => inner,
            _ if password => &decoded,
            _ => return,
        };
        if inner.len() >= SHORTEST {
            self.known.keep(inner);
        }
    }
}

/// What stands in every line that holds a secret or asks for one, base64 of PLAIN aside.
static TELLING: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = ["auth", "bearer", "pass", "334", "dxnlcj", "bixhp", "tlrmtv"];
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).expect("a few words")
});

/// Whether one of the patterns could match: far cheaper than to try them, and most lines hold nothing.
fn may_hold(line: &str) -> bool {
    let plain = |at: usize| matches!(line.as_bytes().get(at + 1), Some(b'A'..=b'P'));
    TELLING.is_match(line) || memchr_iter(b'A', line.as_bytes()).any(plain)
}

/// Whether it decodes to what PLAIN sends (RFC 4616: two NULs), or a mechanism for tokens, or NTLM.
fn is_payload(word: &str) -> bool {
    let decoded = Zeroizing::new(BASE64_STANDARD.decode(word).unwrap_or_default());
    let nuls = decoded.iter().filter(|b| **b == 0).count();
    (nuls == 2 && std::str::from_utf8(&decoded).is_ok())
        || decoded.starts_with(b"user=")
        || decoded.starts_with(b"n,a=")
        || decoded.starts_with(b"NTLMSSP\0")
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
            (r#"{"password": "hunter2"}"#, "hunter2"),
            ("swaks --auth-password hunter2 --to bob@example.org", "hunter2"),
            ("Authorization: Bearer ya29.a0AfB_by", "ya29.a0AfB_by"),
        ] {
            assert!(!redact(dirty).contains(secret), "{dirty}");
        }
    }

    #[test]
    fn what_a_password_could_be_guessed_from_goes() {
        // `v=c2lnbmF0dXJl`, and `n,a=me,^Ahost=mx^Aauth=Bearer t0ken-7731^A^A`.
        let (signature, bearer) = ("dj1jMmxuYm1GMGRYSmw=", "bixhPW1lLAFob3N0PW14AWF1dGg9QmVhcmVyIHQwa2VuLTc3MzEBAQ==");
        let red = redact(&format!("C: cmVz\nS: 334 {signature}\nC: \nS: 235 ok\nmx said: 501 what is {bearer}"));
        assert!(!red.contains(signature) && !red.contains(bearer) && red.contains("S: 235 ok"), "{red}");
        // NTLM's two, in whatever order and dress; the first message is no secret.
        let (first, challenge) = ("TlRMTVNTUAABAAAABYKIIA==", "TlRMTVNTUAACAAAADAAMADgAAAA=");
        let red = redact(&format!("log: {first}\nlog: TlRMTVNTUAADAAAAGAAYAHwAAAA= to\nS: 334 {challenge}"));
        assert!(!red.contains("TUAAC") && !red.contains("TUAAD") && red.contains(first), "{red}");
    }

    #[test]
    fn what_a_server_says_back_goes_too() {
        for echo in
            ["501 5.5.2 cannot decode {P}", "535 no hunter2-3 for alice", "535 {P} and HUNTER2-3", "535 aHVudGVyMi0z"]
        {
            let payload = "AGFsaWNlAGh1bnRlcjItMw==";
            let text = format!("C: AUTH PLAIN {payload}\nS: {}\nC: QUIT", echo.replace("{P}", payload));
            let red = redact(&text);
            for secret in [payload, "hunter2-3", "HUNTER2-3", "aHVudGVyMi0z"] {
                assert!(!red.contains(secret), "{red}");
            }
            assert!(red.ends_with("\nC: QUIT") && (red.contains("alice") || !echo.contains("alice")), "{red}");
        }
        assert_eq!(redact(&format!("mx said: 501 what is {PLAIN}")), "mx said: 501 what is <hidden>");
    }

    #[test]
    fn the_password_of_a_login_in_parts_is_known_again_and_the_name_stays() {
        let text = "334 VXNlcm5hbWU6\nYWxpY2Uuc21pdGg=\n334 UGFzc3dvcmQ6\naHVudGVyMi0z\n535 alice.smith gave hunter2-3";
        assert!(redact(text).ends_with("535 alice.smith gave <hidden>"), "{}", redact(text));
    }

    #[test]
    fn what_a_server_says_stays_as_it_is() {
        for text in [
            "250-AUTH PLAIN LOGIN XOAUTH2",
            "535 5.7.8 AUTH PLAIN authentication rejected",
            "550 5.1.1 <bob@example.org>: Recipient address rejected",
            "535-5.7.8 Username and Password not accepted",
            "250 2.0.0 Ok: queued as ABCDEFGHIJKL",
            "AADKnTYTR1 AAAAAAAAAAAA ABCDabcd1234",
            "to=<bob@example.org>, dsn=5.7.1, status=bounced (host mx1.example.org[192.0.2.1] said: 554 5.7.1 no)\n\nend",
        ] {
            assert_eq!(redact(text), text);
        }
    }
}
