//! One session with a scripted host: lines in, answers out. Pure but for the counts that the host's sessions share.

use std::sync::Arc;
use std::time::Duration;

use super::auth::Exchange;
use super::command;
use super::shared::{Places, Shared, Standing};
use super::words::On;
use crate::practice::script::{Moment, Then};
use crate::transcript::Security;

/// Commands per session; an honest client needs a few dozen.
const COMMANDS: u32 = 500;

/// What to say, and what to do then.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// The lines, codes included, `-` after the code in all but the last. None: nothing is said.
    pub(super) lines: Vec<String>,
    /// How long it takes.
    pub(super) delay: Duration,
    /// What comes next.
    pub(super) next: Next,
}

/// What a session waits for after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The next line.
    Line,
    /// The message, up to its final dot.
    Message,
    /// The TLS handshake.
    Handshake,
    /// Nothing: it closes.
    Close,
    /// Nothing: the connection is reset.
    Reset,
    /// Nothing: it falls silent.
    Silence,
}

/// A session.
pub(super) struct Session {
    pub(super) shared: Arc<Shared>,
    pub(super) places: Places,
    security: Security,
    pub(super) standing: Standing,
    pub(super) exchange: Option<Exchange>,
    commands: u32,
    refused: bool,
    greeted: bool,
    in_mail: bool,
    recipients: u32,
}

impl Session {
    /// The session of the host's connection of that number, on a port protected so. Implicit TLS is up already.
    pub(super) fn new(shared: Arc<Shared>, (port, security): (u16, Security), connection: u32) -> Self {
        Self {
            shared,
            places: Places::default(),
            security,
            standing: Standing { connection, port, tls: security == Security::Tls, login: false },
            exchange: None,
            commands: 0,
            refused: false,
            greeted: false,
            in_mail: false,
            recipients: 0,
        }
    }

    /// The greeting.
    pub(super) fn greet(&mut self, fits: bool) -> Answer {
        if !fits {
            return self.last_word(On::TooMany);
        }
        let usual = On::Greeting.said_by(self.shared.host.software);
        let line = self.shared.host.greeting.as_deref().unwrap_or(usual);
        let answer = self.decide(Moment::Connect, &[line]);
        self.refused = !answer.is_positive();
        answer
    }

    /// The answer to a line from the client.
    pub(super) fn hear(&mut self, line: &str) -> Answer {
        if let Some(exchange) = self.exchange.take() {
            return self.respond(exchange, line.trim());
        }
        self.commands += 1;
        if self.commands > COMMANDS {
            return self.last_word(On::EnoughCommands);
        }
        let (verb, rest) = command::split(line);
        match verb.as_str() {
            "QUIT" => Answer { next: Next::Close, ..self.decide_on(Moment::Quit, On::Bye) },
            _ if self.refused => self.say(On::AfterRefusal),
            "EHLO" | "HELO" => self.hello(&verb, rest),
            "STARTTLS" => self.starttls(),
            "AUTH" => self.auth(rest),
            "MAIL" => self.mail(rest),
            "RCPT" => self.rcpt(rest),
            "DATA" => self.data(),
            "RSET" => {
                self.forget_mail();
                self.decide_on(Moment::Rset, On::ResetOk)
            }
            "NOOP" => self.decide_on(Moment::Noop, On::NoopOk),
            "VRFY" => self.decide_on(Moment::Vrfy, On::Vrfy),
            _ => self.decide_on(Moment::Other, On::Unknown),
        }
    }

    /// The answer to a message of that many octets, after its final dot.
    pub(super) fn message(&mut self, octets: u64) -> Answer {
        let answer = if self.size_limit().is_some_and(|most| octets > most) {
            self.say(On::TooBig)
        } else {
            self.decide_on(Moment::Message, On::Queued)
        };
        self.forget_mail();
        answer
    }

    /// TLS is up: everything said before is forgotten (RFC 3207 §4.2).
    pub(super) fn secured(&mut self) {
        self.standing.tls = true;
        self.standing.login = false;
        self.greeted = false;
        self.places = Places::default();
        self.forget_mail();
    }

    /// Something that ends the session.
    pub(super) fn last_word(&self, on: On) -> Answer {
        Answer { next: Next::Close, ..self.say(on) }
    }

    /// What the host says on that occasion, whatever its rules.
    pub(super) fn say(&self, on: On) -> Answer {
        self.lines(&[on.said_by(self.shared.host.software)])
    }

    /// What the host says: its rule for the moment, else that occasion's words.
    pub(super) fn decide_on(&self, moment: Moment, on: On) -> Answer {
        self.decide(moment, &[on.said_by(self.shared.host.software)])
    }

    /// The parameters of an EHLO keyword that is offered now.
    pub(super) fn offered(&self, keyword: &str) -> Option<&str> {
        self.keywords().iter().find_map(|line| {
            // Old servers write `AUTH=LOGIN`.
            let (word, parameters) = line.split_once([' ', '=']).unwrap_or((line, ""));
            word.eq_ignore_ascii_case(keyword).then_some(parameters)
        })
    }

    /// Whether EHLO or HELO was said, and no mail is under way.
    pub(super) fn between_mails(&self) -> Result<(), On> {
        match (self.greeted, self.in_mail) {
            (false, _) => Err(On::HelloFirst),
            (true, true) => Err(On::AuthInMail),
            (true, false) => Ok(()),
        }
    }

    fn hello(&mut self, verb: &str, name: &str) -> Answer {
        if name.is_empty() {
            return self.say(On::NameMissing);
        }
        self.places.helo = name.to_owned();
        self.forget_mail();
        let mut lines = vec![On::Hello.said_by(self.shared.host.software).to_owned()];
        if verb == "EHLO" {
            lines.extend(self.keywords().iter().map(|k| format!("250 {k}")));
            if self.security == Security::Starttls && !self.standing.tls {
                lines.push("250 STARTTLS".to_owned());
            }
        }
        let answer = self.decide(if verb == "EHLO" { Moment::Ehlo } else { Moment::Helo }, &lines);
        self.greeted = answer.is_positive();
        answer
    }

    fn starttls(&mut self) -> Answer {
        if self.security != Security::Starttls || self.standing.tls {
            return self.decide_on(Moment::Starttls, On::TlsNotHere);
        }
        let answer = self.decide_on(Moment::Starttls, On::TlsGo);
        if answer.is_positive() { answer.then(Next::Handshake) } else { answer }
    }

    fn mail(&mut self, rest: &str) -> Answer {
        if !self.greeted {
            return self.say(On::HelloFirst);
        }
        if self.in_mail {
            return self.say(On::MailNested);
        }
        let Some((sender, parameters)) = command::path(rest, "FROM:") else { return self.say(On::MailSyntax) };
        for parameter in parameters {
            let (word, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let keyword = if word.eq_ignore_ascii_case("BODY") { "8BITMIME" } else { word };
            if self.offered(keyword).is_none() {
                return self.say(On::ParameterUnknown);
            }
            let too_big = self.size_limit().zip(value.parse::<u64>().ok()).is_some_and(|(most, size)| size > most);
            if word.eq_ignore_ascii_case("SIZE") && too_big {
                return self.say(On::TooBig);
            }
        }
        sender.clone_into(&mut self.places.sender);
        let answer = self.decide_on(Moment::Mail, On::MailOk);
        self.in_mail = answer.is_positive();
        answer
    }

    fn rcpt(&mut self, rest: &str) -> Answer {
        if !self.in_mail {
            return self.say(On::NeedMail);
        }
        let (recipient, parameters) = match command::path(rest, "TO:") {
            Some((recipient, parameters)) if !recipient.is_empty() => (recipient, parameters),
            _ => return self.say(On::RcptSyntax),
        };
        if !parameters.is_empty() && self.offered("DSN").is_none() {
            return self.say(On::ParameterUnknown);
        }
        recipient.clone_into(&mut self.places.rcpt);
        let answer = self.decide_on(Moment::Rcpt, self.judge(recipient));
        self.recipients += u32::from(answer.is_positive());
        answer
    }

    fn data(&mut self) -> Answer {
        if !self.in_mail {
            return self.say(On::NeedMail);
        }
        if self.recipients == 0 {
            return self.say(On::NeedRcpt);
        }
        let answer = self.decide_on(Moment::Data, On::DataGo);
        if answer.is_positive() { answer.then(Next::Message) } else { answer }
    }

    /// What a healthy server thinks of a recipient.
    fn judge(&self, recipient: &str) -> On {
        let host = &self.shared.host;
        let Some(domain) = command::domain(recipient) else {
            return if recipient.eq_ignore_ascii_case("postmaster") { On::RcptOk } else { On::NoSuchUser };
        };
        if !host.domains.iter().any(|d| d.eq_ignore_ascii_case(&domain)) {
            return if self.standing.login { On::RcptOk } else { On::RelayDenied };
        }
        let known = host.mailboxes.is_empty()
            || recipient.to_ascii_lowercase().starts_with("postmaster@")
            || host.mailboxes.iter().any(|m| m.eq_ignore_ascii_case(recipient));
        if known { On::RcptOk } else { On::NoSuchUser }
    }

    fn size_limit(&self) -> Option<u64> {
        self.offered("SIZE").and_then(|size| size.parse().ok()).filter(|most| *most > 0)
    }

    fn keywords(&self) -> &[String] {
        let host = &self.shared.host;
        host.ehlo_tls.as_ref().filter(|_| self.standing.tls).unwrap_or(&host.ehlo)
    }

    fn forget_mail(&mut self) {
        self.in_mail = false;
        self.recipients = 0;
    }

    fn decide<S: AsRef<str>>(&self, moment: Moment, usual: &[S]) -> Answer {
        let Some(rule) = self.shared.rule(moment, &self.places, self.standing) else { return self.lines(usual) };
        let next = match rule.then {
            Then::GoOn => Next::Line,
            Then::Close => Next::Close,
            Then::Reset => Next::Reset,
            Then::Silence => Next::Silence,
        };
        Answer { next, delay: Duration::from_millis(rule.delay_ms), ..self.lines(&rule.reply) }
    }

    fn lines<S: AsRef<str>>(&self, templates: &[S]) -> Answer {
        let last = templates.len().saturating_sub(1);
        let line = |(n, template): (usize, &S)| {
            let mut line = self.shared.fill(template.as_ref(), &self.places);
            if n < last && line.is_char_boundary(4) {
                line.replace_range(3..4, "-");
            }
            line
        };
        let lines = templates.iter().enumerate().map(line).collect();
        Answer { lines, delay: Duration::ZERO, next: Next::Line }
    }
}

impl Answer {
    /// Whether it is 2xx or 3xx.
    pub(super) fn is_positive(&self) -> bool {
        self.lines.first().is_some_and(|line| line.starts_with(['2', '3']))
    }

    /// The same, with that to come next, unless a rule ends the dialogue here.
    pub(super) fn then(self, next: Next) -> Self {
        if self.next == Next::Line { Self { next, ..self } } else { self }
    }
}
