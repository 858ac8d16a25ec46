//! AUTH with PLAIN and LOGIN (RFC 4954, RFC 4616), SCRAM (RFC 5802), and tokens (RFC 7628). Passwords here are for practice; even so nothing keeps or shows them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::scram::{Asked, Hash};
use super::session::{Answer, Next, Session};
use super::words::On;
use crate::practice::script::Moment;

/// A challenge of NTLM (MS-NLMP §2.2.1.2) without a target, and with all that has to be in it: eight octets.
const NTLM_CHALLENGE: &[u8] = b"NTLMSSP\0\x02\0\0\0\0\0\0\0\0\0\0\0\x05\x82\0\0practice";

/// What the next line from the client has to hold.
pub(super) enum Exchange {
    /// PLAIN's one response.
    Plain,
    /// LOGIN's name.
    LoginName,
    /// LOGIN's password for that name.
    LoginPassword(String),
    /// The one response of XOAUTH2 or OAUTHBEARER. A user's password stands for the token.
    Token,
    /// The empty word that makes the refusal of a token final.
    TokenRefused,
    /// SCRAM's first message.
    Scram(Hash),
    /// SCRAM's proof.
    ScramProof(Box<Asked>),
    /// The empty word that takes note of the server's own proof.
    ScramEnd,
    /// NTLM's first message.
    Ntlm,
    /// Whatever ends a mechanism that this server offers but nobody passes (`CRAM-MD5`, `NTLM`).
    Doomed,
}

impl Session {
    pub(super) fn auth(&mut self, rest: &str) -> Answer {
        if let Err(on) = self.between_mails() {
            return self.say(on);
        }
        if self.standing.login {
            return self.say(On::AuthTwice);
        }
        let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
        let Some(offered) = self.offered("AUTH") else { return self.decide_on(Moment::Auth, On::AuthNotHere) };
        let mechanism = mechanism.to_ascii_uppercase();
        if !offered.split_whitespace().any(|m| m.eq_ignore_ascii_case(&mechanism)) {
            return self.decide_on(Moment::Auth, On::AuthMechanism);
        }
        // A rule for the command itself speaks before anything is asked.
        let early = self.decide_on(Moment::Auth, On::AuthOk);
        if !early.is_positive() {
            return early;
        }
        let (exchange, prompt) = match mechanism.as_str() {
            "PLAIN" => (Exchange::Plain, String::new()),
            "LOGIN" => (Exchange::LoginName, STANDARD.encode("Username:")),
            "XOAUTH2" | "OAUTHBEARER" => (Exchange::Token, String::new()),
            other if Hash::of(other).is_some_and(|_| self.stores_for_scram()) => {
                (Hash::of(other).map_or(Exchange::Doomed, Exchange::Scram), String::new())
            }
            "NTLM" => (Exchange::Ntlm, String::new()),
            _ => (Exchange::Doomed, STANDARD.encode("{}")),
        };
        match initial.trim() {
            "" => self.ask(exchange, &prompt),
            // A lone `=` is an empty initial response (RFC 4954 §4).
            "=" => self.respond(exchange, ""),
            initial => self.respond(exchange, initial),
        }
    }

    /// The client's line of an exchange that is under way.
    pub(super) fn respond(&mut self, exchange: Exchange, line: &str) -> Answer {
        if line == "*" {
            return self.say(On::AuthCancelled);
        }
        if let Exchange::Doomed | Exchange::TokenRefused = exchange {
            return self.decide_on(Moment::Login, On::AuthBad);
        }
        if let Exchange::Ntlm = exchange {
            return self.ask(Exchange::Doomed, &STANDARD.encode(NTLM_CHALLENGE));
        }
        let Some(text) = STANDARD.decode(line).ok().and_then(|octets| String::from_utf8(octets).ok()) else {
            return self.say(On::AuthGarbled);
        };
        match exchange {
            Exchange::Plain => {
                let mut parts = text.split('\0');
                match (parts.next(), parts.next(), parts.next(), parts.next()) {
                    (Some(_), Some(user), Some(password), None) => self.judge_login(user, password),
                    _ => self.say(On::AuthGarbled),
                }
            }
            Exchange::LoginName => self.ask(Exchange::LoginPassword(text), &STANDARD.encode("Password:")),
            Exchange::LoginPassword(user) => self.judge_login(&user, &text),
            Exchange::Token => self.judge_token(&text),
            Exchange::Scram(hash) => {
                let nonce: String = std::iter::repeat_with(fastrand::alphanumeric).take(18).collect();
                match Asked::by(hash, &text, &nonce) {
                    Some(asked) => {
                        let first = STANDARD.encode(&asked.first);
                        self.ask(Exchange::ScramProof(Box::new(asked)), &first)
                    }
                    None => self.say(On::AuthGarbled),
                }
            }
            Exchange::ScramProof(asked) => self.judge_proof(&asked, &text),
            Exchange::ScramEnd => self.let_in(true),
            Exchange::Ntlm | Exchange::Doomed | Exchange::TokenRefused => self.decide_on(Moment::Login, On::AuthBad),
        }
    }

    fn ask(&mut self, exchange: Exchange, prompt: &str) -> Answer {
        self.exchange = Some(exchange);
        Answer { lines: vec![format!("334 {prompt}")], delay: std::time::Duration::ZERO, next: Next::Line }
    }

    /// `user=NAME^Aauth=Bearer TOKEN^A^A`, or `n,a=NAME,^A…^Aauth=Bearer TOKEN^A^A`.
    fn judge_token(&mut self, text: &str) -> Answer {
        let mut parts = text.split('\x01');
        let head = parts.next().unwrap_or_default();
        let user = head.strip_prefix("user=").or_else(|| head.strip_prefix("n,a=").map(|u| u.trim_end_matches(',')));
        let token = parts.find_map(|part| part.strip_prefix("auth=Bearer "));
        let (Some(user), Some(token)) = (user, token) else { return self.say(On::AuthGarbled) };
        if self.shared.host.users.iter().any(|u| u.name == user && u.password == token) {
            return self.judge_login(user, token);
        }
        user.clone_into(&mut self.places.user);
        let why = r#"{"status":"401","schemes":"Bearer","scope":"https://mail.example.net/"}"#;
        self.ask(Exchange::TokenRefused, &STANDARD.encode(why))
    }

    /// A proof that holds is answered with the server's own; a rule that asks something in its place (334) makes an impostor of it.
    fn judge_proof(&mut self, asked: &Asked, text: &str) -> Answer {
        asked.user.clone_into(&mut self.places.user);
        let user = self.shared.host.users.iter().find(|u| u.name == asked.user);
        let Some(own) = user.and_then(|u| asked.judge(text, &u.password)) else { return self.let_in(false) };
        let answer = self.decide_on(Moment::Login, On::AuthOk);
        if !answer.is_positive() {
            return answer;
        }
        if answer.lines.iter().all(|line| line.starts_with("334")) {
            self.exchange = Some(Exchange::Doomed);
            return answer;
        }
        self.ask(Exchange::ScramEnd, &STANDARD.encode(own))
    }

    fn judge_login(&mut self, user: &str, password: &str) -> Answer {
        user.clone_into(&mut self.places.user);
        let known = self.shared.host.users.iter().any(|u| u.name == user && u.password == password);
        self.let_in(known)
    }

    fn stores_for_scram(&self) -> bool {
        !self.shared.host.no_scram_store
    }

    fn let_in(&mut self, known: bool) -> Answer {
        let answer = self.decide_on(Moment::Login, if known { On::AuthOk } else { On::AuthBad });
        self.standing.login = answer.is_positive();
        answer
    }
}
