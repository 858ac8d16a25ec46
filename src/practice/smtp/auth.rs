//! AUTH with PLAIN and LOGIN (RFC 4954, RFC 4616), and with tokens (RFC 7628). Passwords here are for practice; even so nothing keeps or shows them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::session::{Answer, Next, Session};
use super::words::On;
use crate::practice::script::Moment;

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
    /// Whatever ends a mechanism that this server offers but nobody passes (`CRAM-MD5`, `SCRAM-SHA-256`).
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
            Exchange::Doomed | Exchange::TokenRefused => self.decide_on(Moment::Login, On::AuthBad),
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

    fn judge_login(&mut self, user: &str, password: &str) -> Answer {
        user.clone_into(&mut self.places.user);
        let known = self.shared.host.users.iter().any(|u| u.name == user && u.password == password);
        let answer = self.decide_on(Moment::Login, if known { On::AuthOk } else { On::AuthBad });
        self.standing.login = answer.is_positive();
        answer
    }
}
