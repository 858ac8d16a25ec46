//! From a case into a form, and back: one line says what is wrong and what to type instead.

use std::path::{Path, PathBuf};

use super::{Area, Entry, Field, Form, Slot};
use crate::check::heal;
use crate::guide;
use crate::run::{Extra, error_file};
use crate::transcript::{Case, Secret, Taken, Target, recipients};

/// A field that cannot be taken as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Wrong {
    /// Which field.
    pub field: usize,
    /// What is wrong, and what to type.
    pub says: String,
}

/// Said of files where there is no way to this machine's.
pub(super) const OUT_OF_REACH: &str = "Files of this machine are out of reach here.";

impl Field {
    /// Takes the value that is known already.
    ///
    /// Where the port has no field of its own, it stands behind the server's name.
    pub(super) fn read(&mut self, case: &Case, has_port: bool) {
        use guide::Field as F;
        let path = |p: &Option<PathBuf>| p.as_ref().map(|p| p.display().to_string());
        let known = match self.slot {
            Slot::Port => case.server.as_ref().and_then(|s| s.port).map(|p| p.to_string()),
            Slot::Extra(extra) => extra.of(case),
            Slot::Of(F::From) => case.from.clone(),
            Slot::Of(F::To) => (!case.to.is_empty()).then(|| case.to.join(", ")),
            Slot::Of(F::Server) => case.server.as_ref().map(|s| shown(s, has_port)),
            Slot::Of(F::Security) => Some(case.security.to_string()),
            Slot::Of(F::User) => case.user.clone(),
            Slot::Of(F::Password) => None,
            Slot::Of(F::Message) => path(&case.message),
            Slot::Of(F::Error) => case.error.clone(),
            Slot::Of(F::Helo) => case.helo.clone(),
            Slot::Of(F::Ip) => case.ip.map(|ip| ip.to_string()),
            Slot::Of(F::SendingDomain) => case.sending_domain.clone(),
            Slot::Of(F::Selector) => case.selector.clone(),
        };
        if let Some(known) = known {
            self.set(&known);
            self.taken = self.gives().filter(|t| case.taken.contains(t)).map(|_| self.text().to_owned());
        }
        if self.slot == Slot::Of(F::Password) && case.has_password {
            self.example = "kept; type to replace it".to_owned();
            self.required = false;
        }
    }

    /// Puts the address that was probably meant in place of what was typed, and says so; none where it is left as it is.
    fn mend(&mut self) -> Option<String> {
        if !matches!(self.slot, Slot::Of(guide::Field::From | guide::Field::To)) {
            return None;
        }
        let meant = heal(self.text())?.address;
        self.set(&meant);
        Some(format!("Is {meant} meant? Enter takes it, or change it."))
    }

    /// The value of a case that an error text may give away, where this is one.
    fn gives(&self) -> Option<Taken> {
        use guide::Field as F;
        Some(match self.slot {
            Slot::Of(F::From) => Taken::From,
            Slot::Of(F::To) => Taken::To,
            Slot::Of(F::Server) | Slot::Port => Taken::Server,
            Slot::Of(F::Ip) => Taken::Ip,
            Slot::Of(F::Helo) => Taken::Helo,
            Slot::Extra(Extra::Ip) => Taken::Ip,
            Slot::Extra(Extra::Helo) => Taken::Helo,
            Slot::Of(_) | Slot::Extra(_) => return None,
        })
    }

    /// Whether what stands in it was taken from the error text, and not changed since.
    pub(in crate::tui) fn is_taken(&self) -> bool {
        self.taken.as_deref().is_some_and(|taken| taken == self.text())
    }

    /// Puts what was typed into a case. Returns what has to be said about it, though it was taken.
    fn write(&self, case: &mut Case, files: bool) -> Result<Option<String>, String> {
        use guide::Field as F;
        let text = self.text();
        if text.is_empty() && self.required && !matches!(self.entry, Entry::Masked(_)) {
            return Err(match self.slot {
                Slot::Of(F::Error) if files => {
                    "Paste the error here, or type the name of a file that holds it.".to_owned()
                }
                Slot::Of(F::Error) => "Paste the error here.".to_owned(),
                _ if self.example.is_empty() => format!("This is needed: {}", self.hint),
                _ => format!("This is needed. Type something like {}.", self.example),
            });
        }
        let some = |t: &str| (!t.is_empty()).then(|| t.to_owned());
        match self.slot {
            Slot::Port => {
                let port = port(text)?;
                if let Some(server) = case.server.as_mut().filter(|_| port.is_some()) {
                    server.port = port;
                }
            }
            Slot::Extra(extra) => extra.put(text, case).map_err(|why| sentence(&why))?,
            Slot::Of(F::From) => case.from = address(text, &self.example)?,
            Slot::Of(F::To) => {
                let each = recipients(text).into_iter().map(|to| address(&to, &self.example));
                case.to = each.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
            }
            Slot::Of(F::Server) => case.server = server(text)?,
            Slot::Of(F::Security) => case.security = text.parse()?,
            Slot::Of(F::User) => case.user = some(text),
            Slot::Of(F::Password) => {}
            Slot::Of(F::Message) if !files && !text.is_empty() => {
                return Err(format!("{OUT_OF_REACH} Leave this empty."));
            }
            Slot::Of(F::Message) => case.message = file(text)?,
            Slot::Of(F::Error) => {
                let (error, note) = if files { error(text)? } else { (some(text), None) };
                case.error = error;
                return Ok(note);
            }
            Slot::Of(F::Helo) => case.helo = some(text),
            Slot::Of(F::Ip) => {
                let wrong = || "That is no IP address. Type one like 192.0.2.25 or 2001:db8::25.".to_owned();
                case.ip = some(text).map(|t| t.parse().map_err(|_| wrong())).transpose()?;
            }
            Slot::Of(F::SendingDomain) => case.sending_domain = some(text.trim_start_matches('@')),
            Slot::Of(F::Selector) => case.selector = some(text),
        }
        Ok(None)
    }
}

impl Form {
    /// The case as it was with what was typed put in, and the password if one was typed.
    ///
    /// Where files are out of reach, no name of one is taken. On a mistake, the field is lit and [`Form::wrong`] says what to type; what was typed stays.
    pub(in crate::tui) fn submit(&mut self, case: &Case, files: bool) -> Option<(Case, Option<Secret>)> {
        if self.bring_in(case, files) {
            return None;
        }
        let mut case = case.clone();
        for i in 0..self.fields.len() {
            let note = self.take(i, &mut case, files)?;
            self.note = note.or(self.note.take());
        }
        let mut secret = None;
        for field in &mut self.fields {
            if let Entry::Masked(masked) = &mut field.entry
                && !masked.is_empty()
            {
                secret = Some(masked.take());
                case.has_password = true;
            }
        }
        Some((case, secret))
    }
}

impl Form {
    /// Whether what stands in the field that is lit can be taken as it is; where not, [`Form::wrong`] says what to type, and it stays lit.
    pub(in crate::tui) fn passes(&mut self, case: &Case, files: bool) -> bool {
        let field = self.at;
        self.at_area() || field >= self.fields.len() || self.take(field, &mut case.clone(), files).is_some()
    }

    /// Puts one field into a case; what has to be said about it comes back. On a mistake, none: the field is lit, and what is wrong is said.
    #[expect(clippy::option_option, reason = "not taken, and taken without a word, are two things")]
    fn take(&mut self, field: usize, case: &mut Case, files: bool) -> Option<Option<String>> {
        // What was meant is put there to be seen: the next Enter takes it, and typing changes it.
        let taken = match self.fields[field].mend() {
            Some(says) => Err(says),
            None => self.fields[field].write(case, files),
        };
        match taken {
            Ok(note) => Some(note),
            Err(says) => {
                self.at = field;
                self.wrong = Some(Wrong { field, says });
                None
            }
        }
    }
}

/// A line as a sentence of its own.
fn sentence(line: &str) -> String {
    let mut letters = line.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

fn address(text: &str, example: &str) -> Result<Option<String>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    match text.rsplit_once('@') {
        None => Err(format!("That has no @. Type the whole address, like {example}.")),
        Some(("", _)) => Err(format!("Nothing stands before the @. Type the whole address, like {example}.")),
        Some((_, "" | ">")) => Err(format!("Nothing stands after the @. Type the whole address, like {example}.")),
        Some(_) => Ok(Some(text.to_owned())),
    }
}

fn shown(server: &Target, has_port: bool) -> String {
    match server.port.filter(|_| !has_port) {
        Some(port) if server.host.contains(':') => format!("[{}]:{port}", server.host),
        Some(port) => format!("{}:{port}", server.host),
        None => server.host.clone(),
    }
}

fn server(text: &str) -> Result<Option<Target>, String> {
    let like = "Type its name, like smtp.example.net.";
    if text.is_empty() {
        return Ok(None);
    }
    if text.contains('@') {
        return Err(format!("That is an address, not a server. {like}"));
    }
    if text.contains("://") || text.contains('/') {
        return Err(format!("That is a web address. {like}"));
    }
    if text.contains(char::is_whitespace) {
        return Err(format!("A server's name has no spaces. {like}"));
    }
    // An IPv6 address has colons of its own; `[…]:port` is how it is told from a port.
    if let Some(inner) = text.strip_prefix('[') {
        let Some((host, rest)) = inner.split_once(']') else {
            return Err("The bracket is not closed. Type it like [2001:db8::25]:587.".to_owned());
        };
        return Ok(Some(Target { host: host.to_owned(), port: port(rest.trim_start_matches(':'))? }));
    }
    if text.parse::<std::net::IpAddr>().is_ok() {
        return Ok(Some(Target { host: text.to_owned(), port: None }));
    }
    let (host, after) = text.split_once(':').unwrap_or((text, ""));
    Ok(Some(Target { host: host.to_owned(), port: port(after)? }))
}

fn port(text: &str) -> Result<Option<u16>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse::<u16>()
        .ok()
        .filter(|p| *p > 0)
        .map(Some)
        .ok_or_else(|| "A port is a number from 1 to 65535. Mail uses 465, 587 and 25.".to_owned())
}

fn file(text: &str) -> Result<Option<PathBuf>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let path = home(text);
    match path.metadata() {
        Ok(m) if m.is_file() => Ok(Some(path)),
        Ok(_) => Err("That is a folder. Type the name of the file in it.".to_owned()),
        Err(_) => Err("There is no file of that name. Type its whole path, or leave this empty.".to_owned()),
    }
}

/// The error itself, or what is in the file that was named; with what has to be said about it.
fn error(text: &str) -> Result<(Option<String>, Option<String>), String> {
    let named = file_named(text);
    let Some(path) = named.filter(|path| path.is_file() || looks_like_a_path(text)) else {
        return Ok(((!text.is_empty()).then(|| text.to_owned()), None));
    };
    let pasted = error_file(&path)?;
    let note = "That file is long: of a log its end is read, of anything else its beginning, 1 MiB each.".to_owned();
    Ok((Some(Area::of(&pasted.text).text().to_owned()), pasted.cut.then_some(note)))
}

/// The file that a line may name: as typed, or as terminals write it when it is dragged in.
fn file_named(text: &str) -> Option<PathBuf> {
    if text.is_empty() || text.contains('\n') || text.len() > 4096 {
        return None;
    }
    let bare = text.trim_matches(['\'', '"']);
    let bare = bare.strip_prefix("file://").unwrap_or(bare);
    let path = home(bare);
    Some(if path.exists() { path } else { home(&bare.replace("\\ ", " ")) })
}

fn looks_like_a_path(text: &str) -> bool {
    let text = text.trim_matches(['\'', '"']);
    let begins = ["/", "./", "../", "~/", "file://"].iter().any(|p| text.starts_with(p));
    let ends = Path::new(text)
        .extension()
        .is_some_and(|e| ["eml", "log", "txt", "msg", "mbox", "gz"].iter().any(|known| e.eq_ignore_ascii_case(known)));
    !text.contains(' ') && (begins || ends)
}

pub(super) fn home(text: &str) -> PathBuf {
    match (text.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{Goal, Mode};

    fn form(goal: Goal) -> Form {
        Form::begin(goal, Mode::Guided, &Case::new())
    }

    #[test]
    fn a_mistake_is_named_and_nothing_is_lost() {
        let mut form = form(Goal::Address);
        form.fields[0].set("bob.example.org");
        form.fields[1].set("alice@example.net");
        assert!(form.submit(&Case::new(), true).is_none());
        assert_eq!(form.at, 0);
        assert_eq!(form.wrong.as_ref().unwrap().says, "That has no @. Type the whole address, like bob@example.org.");
        assert_eq!((form.fields[0].text(), form.fields[1].text()), ("bob.example.org", "alice@example.net"));
    }

    #[test]
    fn a_server_may_bring_its_port() {
        let port_of = |t: &str| server(t).unwrap().map(|t| (t.host, t.port));
        assert_eq!(port_of("smtp.example.net:587"), Some(("smtp.example.net".to_owned(), Some(587))));
        assert_eq!(port_of("2001:db8::25"), Some(("2001:db8::25".to_owned(), None)));
        assert_eq!(port_of("[2001:db8::25]:465"), Some(("2001:db8::25".to_owned(), Some(465))));
        for wrong in ["alice@example.net", "https://example.net", "a b", "a:0", "a:x", "[2001:db8::25"] {
            assert!(server(wrong).unwrap_err().contains("Type") || wrong.starts_with("a:"), "{wrong}");
        }
    }

    #[test]
    fn a_port_without_a_field_of_its_own_is_not_lost() {
        let target = |host: &str| Target { host: host.to_owned(), port: Some(465) };
        for host in ["smtp.example.net", "192.0.2.25", "2001:db8::25"] {
            assert_eq!(server(&shown(&target(host), false)).unwrap(), Some(target(host)));
            assert_eq!(shown(&target(host), true), host);
        }
    }

    #[test]
    fn a_port_of_its_own_goes_with_the_server() {
        let mut form = form(Goal::Settings);
        form.fields[0].set("smtp.example.net");
        form.fields[1].set("2525");
        form.fields[4].paste("correct horse");
        let (case, secret) = form.submit(&Case::new(), true).unwrap();
        assert_eq!(case.server, Some(Target { host: "smtp.example.net".to_owned(), port: Some(2525) }));
        assert!(case.has_password);
        assert_eq!(secret.unwrap().expose(), "correct horse");
    }

    #[test]
    fn no_password_shows_in_a_debug_print_of_a_form() {
        let mut form = form(Goal::Settings);
        form.fields[4].paste("correct horse");
        assert!(!format!("{form:?}").contains("horse"));
    }

    #[test]
    fn what_was_taken_from_the_text_is_told_apart_until_it_is_changed() {
        let case = Case {
            to: vec!["bob@example.org".to_owned()],
            from: Some("alice@example.net".to_owned()),
            taken: [Taken::To].into(),
            ..Case::new()
        };
        let mut form = Form::begin(Goal::Address, Mode::Guided, &case);
        assert_eq!((form.fields[0].is_taken(), form.fields[1].is_taken()), (true, false));
        form.fields[0].set("bert@example.org");
        assert!(!form.fields[0].is_taken());
    }

    #[test]
    fn a_named_file_is_read_and_a_missing_one_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bounce.eml");
        std::fs::write(&path, "550 5.1.1 no\r\nsuch user\r\n").unwrap();
        let read = Some("550 5.1.1 no\nsuch user\n".to_owned());
        assert_eq!(error(path.to_str().unwrap()).unwrap(), (read.clone(), None));
        assert!(error("/no/such/file").unwrap_err().contains("There is no file"));
        assert_eq!(error("550 5.1.1 no such user").unwrap().0.unwrap(), "550 5.1.1 no such user");
        let spaced = folder.path().join("my bounce.eml");
        std::fs::copy(&path, &spaced).unwrap();
        let dragged = spaced.to_str().unwrap().replace(' ', "\\ ");
        assert_eq!(error(&dragged).unwrap().0, read);
        assert_eq!(error(&format!("'{}'", spaced.display())).unwrap().0, read);
    }
}
