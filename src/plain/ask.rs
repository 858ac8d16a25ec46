//! Questions: fields of the case, consent, passwords.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use super::talk::Talk;
use crate::check::heal;
use crate::guide::{Field, Question};
use crate::reading::Reader;
use crate::run::{error_file, settings_file};
use crate::transcript::{Case, Consent, Secret, StepId, Taken, Target, recipients, redact};

/// The most of an error text, in octets: as much as is read of one.
const MOST: usize = Reader::MOST;

/// What is said where files are out of reach.
pub(super) const NO_FILES: &str = "Files of this machine are out of reach here.";

/// What is asked for together, once, because nearly every walk needs it.
pub(super) const TOGETHER: [Consent; 4] = [Consent::Connect, Consent::Rcpt, Consent::Blocklists, Consent::Http];

/// The steps that only think: they ask nobody.
const AT_HOME: [&str; 3] = ["error-message", "content", "escalate"];

/// Whether a step asks nobody.
pub(super) fn stays_home(step: &StepId) -> bool {
    AT_HOME.contains(&step.as_str())
}

/// What a consent allows, as the end of "may heloise".
pub(super) fn asks(what: Consent) -> &'static str {
    match what {
        Consent::Connect => {
            "connect to the mail servers and greet them; if none opens, to a few known ones, to compare"
        }
        Consent::Rcpt => "name sender and recipient to them, and once more if they say later; no message is sent",
        Consent::Auth => "log in once with the name and password you gave",
        Consent::Send => "really send a message, once",
        Consent::Blocklists => "ask public blocklists about your address and domain",
        Consent::Http => "fetch the pages on which domains publish their mail settings",
        Consent::Trace => "trace the way to the mail server",
        Consent::Vrfy => "ask the server by VRFY whether it knows the recipient",
        Consent::Rdap => "ask the registries since when the domains are registered, and until when",
    }
}

impl<W: Write, E: FnMut(bool)> Talk<W, E> {
    /// Asks for consent; none when the input has ended. The answer names what is allowed.
    pub(super) async fn consent(&mut self, open: &[Consent]) -> io::Result<Option<Vec<Consent>>> {
        let first = open.contains(&Consent::Connect);
        self.say(if first {
            "May heloise do this? It asks the name service for the names involved, and would"
        } else {
            "May heloise do this, too? It would"
        })?;
        for (i, what) in open.iter().enumerate() {
            self.say(&format!("{} {}.", i + 1, asks(*what)))?;
        }
        loop {
            self.say("Type yes for all of it, no for none, or the numbers of what you allow:")?;
            let Some(line) = self.line().await? else { return Ok(None) };
            match line.trim().to_lowercase().as_str() {
                "" | "yes" | "y" | "all" => return Ok(Some(open.to_vec())),
                "no" | "n" | "none" => return Ok(Some(Vec::new())),
                "quit" | "q" | "exit" => return Ok(None),
                numbers => {
                    let words = numbers.split([' ', ',']).filter(|w| !w.is_empty());
                    let some: Option<Vec<_>> =
                        words.map(|w| open.get(w.parse::<usize>().ok()?.checked_sub(1)?).copied()).collect();
                    if let Some(some) = some {
                        return Ok(Some(some));
                    }
                }
            }
        }
    }

    /// Asks for one field; false when the input has ended. An empty answer leaves it as it is.
    pub(super) async fn field(&mut self, question: &Question, case: &mut Case) -> io::Result<bool> {
        let example =
            if question.example.is_empty() { String::new() } else { format!(" For example {}.", question.example) };
        let taken = if is_taken(question.field, case) { ", taken from your text" } else { "" };
        let known = shown(question.field, case).map_or_else(String::new, |v| format!(" Now it is {v}{taken}."));
        self.say(&format!("{}{example}{known} Enter leaves it as it is.", question.ask.plain))?;
        if question.field == Field::Error {
            return self.error(case).await;
        }
        if question.field == Field::Password {
            let Some(line) = self.hidden_line().await? else { return Ok(false) };
            if !line.is_empty() {
                case.has_password = true;
                self.session_mut().hold(Some(Secret::new(line.to_string())));
            }
            return Ok(true);
        }
        loop {
            let Some(line) = self.line().await? else { return Ok(false) };
            let mut line = line.trim().to_owned();
            // A word of the prompts is no answer to a question.
            match line.to_ascii_lowercase().as_str() {
                "quit" | "exit" => return Ok(false),
                "help" | "?" | "back" => {
                    self.say(&format!("Type an answer, or Enter to leave it as it is; quit leaves heloise.{example}"))?;
                    continue;
                }
                _ => {}
            }
            let names_file = question.field == Field::Message && !line.is_empty()
                || question.field == Field::Server && line.starts_with("file ");
            if self.confined && names_file {
                self.say(NO_FILES)?;
                continue;
            }
            if matches!(question.field, Field::From | Field::To)
                && !line.contains(',')
                && let Some(meant) = heal(&line)
            {
                let meant = meant.address;
                self.say(&format!(
                    "That is not an address as it stands. Is {meant} meant? Enter takes it; or type another:"
                ))?;
                let Some(other) = self.line().await? else { return Ok(false) };
                line = if other.trim().is_empty() { meant } else { other.trim().to_owned() };
            }
            match put(question.field, &line, case) {
                Ok(()) => return Ok(true),
                Err(why) => self.say(&why)?,
            }
        }
    }

    /// A pasted error of any number of lines, or a file with it.
    pub(super) async fn error(&mut self, case: &mut Case) -> io::Result<bool> {
        let how = "Paste it, however many lines it has; then type a single dot on a line of its own. Or type: file, and the name of a file.";
        self.say(how)?;
        self.error_lines(String::new(), case).await
    }

    /// The rest of an error whose first line was typed already.
    pub(super) async fn error_from(&mut self, first: &str, case: &mut Case) -> io::Result<bool> {
        self.say("After the last line type a single dot on a line of its own.")?;
        self.error_lines(format!("{first}\n"), case).await
    }

    async fn error_lines(&mut self, mut text: String, case: &mut Case) -> io::Result<bool> {
        loop {
            let Some(line) = self.line().await? else { break };
            if let Some(name) = line.strip_prefix("file ").filter(|_| text.is_empty()) {
                if self.confined {
                    self.say(NO_FILES)?;
                    continue;
                }
                match error_file(Path::new(name.trim().trim_matches(['\'', '"']))) {
                    Ok(pasted) => {
                        if pasted.cut {
                            self.say("That file is long: of a log its end is read, of anything else its beginning.")?;
                        }
                        text = pasted.text;
                        break;
                    }
                    Err(why) => self.say(&why)?,
                }
                continue;
            }
            if line.trim() == "." || (text.is_empty() && line.trim().is_empty()) {
                break;
            }
            if text.len() + line.len() < MOST {
                text.push_str(&line);
                text.push('\n');
            }
        }
        if !text.trim().is_empty() {
            case.error = Some(redact(text.trim_end()));
        }
        Ok(!(self.is_over() && text.is_empty()))
    }
}

/// Whether a field is filled.
pub(super) fn is_given(field: Field, case: &Case) -> bool {
    field == Field::Security || shown(field, case).is_some()
}

/// Whether what a field holds was taken from the error text.
fn is_taken(field: Field, case: &Case) -> bool {
    let what = match field {
        Field::From => Taken::From,
        Field::To => Taken::To,
        Field::Server => Taken::Server,
        Field::Helo => Taken::Helo,
        Field::Ip => Taken::Ip,
        _ => return false,
    };
    case.taken.contains(&what)
}

fn shown(field: Field, case: &Case) -> Option<String> {
    match field {
        Field::From => case.from.clone(),
        Field::To => (!case.to.is_empty()).then(|| case.to.join(", ")),
        Field::Server => {
            let port = |s: &Target| s.port.map_or_else(String::new, |p| format!(":{p}"));
            case.server.as_ref().map(|s| format!("{}{}", s.host, port(s)))
        }
        Field::Security => Some(case.security.to_string()),
        Field::User => case.user.clone(),
        Field::Password => case.has_password.then(|| "a password that was typed".to_owned()),
        Field::Message => case.message.as_ref().map(|m| m.display().to_string()),
        Field::Error => case.error.as_ref().map(|_| "the text you gave".to_owned()),
        Field::Helo => case.helo.clone(),
        Field::Ip => case.ip.map(|ip| ip.to_string()),
        Field::SendingDomain => case.sending_domain.clone(),
        Field::Selector => case.selector.clone(),
    }
}

/// Puts a typed value into the case.
fn put(field: Field, text: &str, case: &mut Case) -> Result<(), String> {
    if text.is_empty() {
        return Ok(());
    }
    let value = Some(text.to_owned());
    match field {
        Field::From => case.from = Some(address(text)?),
        Field::To => case.to = recipients(text).iter().map(|to| address(to)).collect::<Result<_, _>>()?,
        Field::Server => match text.strip_prefix("file ") {
            Some(name) => settings_file(Path::new(name.trim().trim_matches(['\'', '"'])))?.put_into(case),
            None => case.server = Some(server(text)?),
        },
        Field::Security => case.security = text.parse()?,
        Field::User => case.user = value,
        Field::Message => {
            File::open(text).map_err(|e| format!("Cannot read {text}: {e}. Type the name of a file."))?;
            case.message = Some(text.into());
        }
        Field::Helo => case.helo = value,
        Field::Ip => {
            let bare = text.trim_start_matches('[').trim_end_matches(']');
            case.ip = Some(bare.parse().map_err(|_| "Type an address such as 192.0.2.7 or 2001:db8::7.".to_owned())?);
        }
        Field::SendingDomain => case.sending_domain = value,
        Field::Selector => case.selector = value,
        Field::Error | Field::Password => {}
    }
    Ok(())
}

/// A whole address, as far as that can be told before it is looked at.
fn address(text: &str) -> Result<String, String> {
    let like = "Type the whole address, for example bob@example.org.";
    match text.rsplit_once('@') {
        None => Err(format!("{text} has no at sign. {like}")),
        Some(("", _)) => Err(format!("Nothing stands before the at sign of {text}. {like}")),
        Some((_, "" | ">")) => Err(format!("Nothing stands after the at sign of {text}. {like}")),
        Some(_) => Ok(text.to_owned()),
    }
}

fn server(text: &str) -> Result<Target, String> {
    let no = || {
        "Type a host name or address, perhaps with a port: mail.example.org:587. Or: file, and the name of a file that has it.".to_owned()
    };
    if text.contains(['/', '@', ' ']) {
        return Err(no());
    }
    if text.parse::<std::net::IpAddr>().is_ok() {
        return Ok(Target { host: text.to_owned(), port: None });
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok().filter(|p| *p > 0).ok_or_else(no)?)),
        None => (text, None),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host.is_empty() { Err(no()) } else { Ok(Target { host: host.to_owned(), port }) }
}
