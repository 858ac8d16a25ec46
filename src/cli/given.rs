//! From the options to a case: what goes together, what does not, and what has to be read first.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::{CaseArgs, Trouble, input};
use crate::reading::FileSettings;
use crate::run::settings_in;
use crate::transcript::{AddressFamily, Case, Consent, Goal, Secret, Security, recipients, redact};

/// The most that is kept of an error, a bounce or a log, in octets: it is recorded whole in the transcript.
const MOST_ERROR: u64 = 256 * 1024;

/// A case as the command line gives it.
pub struct Given {
    /// The case.
    pub case: Case,
    /// The password, beside it.
    pub secret: Option<Secret>,
    /// What `--consent` allows; none where it was not given.
    pub consents: Option<BTreeSet<Consent>>,
}

impl Given {
    /// Reads what the options name, and lays them over a case.
    ///
    /// # Errors
    /// When options contradict each other (64), or a file cannot be used (65).
    pub fn read(args: &CaseArgs, over: Case) -> Result<Self, Trouble> {
        contradictions(args)?;
        let mut case = over;
        if let Some(path) = &args.message {
            let why = "name the message as a file, saved as .eml";
            if input::is_stdin(path) {
                return Err(Trouble::usage(format!("--message cannot be standard input; {why}")));
            }
            // A device or a pipe may have no end, or never begin.
            if std::fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
                return Err(Trouble::data(format!("{} is no file: {why}", input::shown(path))));
            }
            let mut first = [0];
            let got = std::io::Read::read(&mut input::open(path, why)?, &mut first);
            if got.map_err(|e| Trouble::data(format!("cannot read {}: {e}", input::shown(path))))? == 0 {
                return Err(Trouble::data(format!("{} is empty: {why}", input::shown(path))));
            }
        }
        let error = match (&args.error, &args.error_file) {
            (Some(text), _) => Some(redact(text)),
            (None, Some(path)) => Some(error_file(path)?),
            (None, None) => None,
        };
        let from_files = settings(&args.settings, &mut case)?;
        let secret = input::secret(args.password_file.as_ref(), args.password_env.as_deref(), args.password_stdin)?;
        fill(&mut case, args, error.as_ref());
        let secret = secret.or(from_files.filter(|_| case.user.is_some()));
        case.has_password |= secret.is_some();
        Ok(Self { case, secret, consents: args.consent.as_ref().map(|all| all.iter().flatten().copied().collect()) })
    }

    /// Whether nothing was given that a check could begin with.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let c = &self.case;
        c.to.is_empty()
            && c.server.is_none()
            && c.error.is_none()
            && c.message.is_none()
            && c.ip.is_none()
            && c.sender_domain().is_none()
    }

    /// What `check` may do without asking: what `--consent` says, else the contract's own. What is asked for brings along
    /// what it cannot be done without.
    #[must_use]
    pub fn allowed(&self) -> BTreeSet<Consent> {
        allowed(self.consents.clone(), self.secret.is_some())
    }
}

/// The consents of a walk alone; `login` tells whether credentials are there.
#[must_use]
pub fn allowed(given: Option<BTreeSet<Consent>>, login: bool) -> BTreeSet<Consent> {
    use Consent::{Auth, Blocklists, Connect, Http, Rcpt, Send, Vrfy};
    let mut all = given.unwrap_or_else(|| {
        let mut assumed = BTreeSet::from([Connect, Rcpt, Blocklists, Http]);
        assumed.extend(login.then_some(Auth));
        assumed
    });
    if all.contains(&Send) {
        all.insert(Rcpt);
        all.extend(login.then_some(Auth));
    }
    if all.contains(&Vrfy) {
        all.insert(Rcpt);
    }
    if all.contains(&Rcpt) || all.contains(&Auth) {
        all.insert(Connect);
    }
    all
}

/// Lays what the files say over the case; the password that the last of them holds, if one does.
fn settings(files: &[PathBuf], case: &mut Case) -> Result<Option<Secret>, Trouble> {
    let mut secret = None;
    for path in files {
        let address = path.to_str().filter(|text| text.contains("://"));
        let found = if let Some(address) = address {
            let found = FileSettings::read(address).ok_or_else(|| {
                Trouble::usage(
                    "--settings: that is no address of a mail server; type one like smtps://alice@mail.example.net:465",
                )
            })?;
            if found.secret.is_some() {
                // Others on this machine can see what stands on a command line.
                return Err(Trouble::usage("--settings: leave the password out of the address; use --password-file"));
            }
            found
        } else {
            let why = "name a file with mail settings";
            let read = settings_in(input::open(path, why)?);
            read.map_err(|why| Trouble::data(format!("--settings {}: {why}", input::shown(path))))?
        };
        found.put_into(case);
        case.goal = Goal::Settings;
        secret = found.secret.or(secret);
    }
    Ok(secret)
}

fn error_file(path: &Path) -> Result<String, Trouble> {
    let (text, more) = input::text(path, MOST_ERROR, "name a file with the error, or - for standard input")?;
    let text = text.replace("\r\n", "\n");
    // What was cut off may end in the middle of a line.
    let whole = if more { text.rsplit_once('\n').map_or(text.as_str(), |(head, _)| head) } else { &text };
    Ok(redact(whole))
}

fn contradictions(args: &CaseArgs) -> Result<(), Trouble> {
    let no = |line: String| Err(Trouble::usage(line));
    if let (Some(server), Some(port)) = (&args.server, args.port) {
        if let Some(other) = server.port.filter(|p| *p != port) {
            return no(format!("--server names port {other} and --port {port}; give the port once"));
        }
    } else if let Some(port) = args.port.filter(|_| args.settings.is_empty()) {
        return no(format!("--port {port} needs a server; add --server HOST"));
    }
    security_fits(args)?;
    let has_user = args.user.is_some() || !args.settings.is_empty();
    let has_password = args.password_file.is_some() || args.password_env.is_some() || args.password_stdin;
    if has_password && !has_user {
        return no("there is a password and nobody to log in; add --user NAME".to_owned());
    }
    let stdin = |path: &Option<std::path::PathBuf>| usize::from(path.as_deref().is_some_and(input::is_stdin));
    let settings = args.settings.iter().filter(|p| input::is_stdin(p)).count();
    if settings + usize::from(args.password_stdin) + stdin(&args.error_file) + stdin(&args.password_file) > 1 {
        return no("standard input can be read once; give the password or the error by a file".to_owned());
    }
    let family = family(args);
    let literal = args.server.as_ref().and_then(|s| s.host.parse::<IpAddr>().ok());
    for (option, ip) in [("--server", literal), ("--source", args.source)] {
        if let Some(ip) = ip.filter(|ip| !family.allows(*ip)) {
            let only = if family == AddressFamily::V4 { "-4" } else { "-6" };
            return no(format!("{option} {ip} and {only} do not go together; leave one out"));
        }
    }
    if let Some((server, source)) = literal.zip(args.source)
        && server.is_ipv4() != source.is_ipv4()
    {
        return no(format!("--server {server} cannot be reached from --source {source}; use the same kind of address"));
    }
    Ok(())
}

/// What nobody can mean. STARTTLS at 465 and TLS at 587 are what people enter by mistake: those are tried, and the pair is shown.
fn security_fits(args: &CaseArgs) -> Result<(), Trouble> {
    let port = args.server.as_ref().and_then(|s| s.port).or(args.port);
    let (begins, instead) = match (port, args.security) {
        (Some(465), Some(Security::None)) => {
            ("begins with TLS (RFC 8314 §7.3)", "--security tls, or port 587 with starttls")
        }
        (Some(25), Some(Security::Tls)) => ("begins in plain text", "--security starttls, or port 465 with tls"),
        _ => return Ok(()),
    };
    let (port, given) = (port.unwrap_or_default(), args.security.unwrap_or_default());
    let line = format!("port {port} {begins}, so it does not go with --security {given}; type {instead}");
    Err(Trouble::usage(format!("{line}; without --security, what works is found out")))
}

fn family(args: &CaseArgs) -> AddressFamily {
    match (args.ipv4, args.ipv6) {
        (true, _) => AddressFamily::V4,
        (_, true) => AddressFamily::V6,
        _ => AddressFamily::Any,
    }
}

fn fill(case: &mut Case, args: &CaseArgs, error: Option<&String>) {
    if !args.to.is_empty() {
        case.to = args.to.iter().flat_map(|line| recipients(line)).collect();
    }
    if let Some(server) = &args.server {
        let mut server = server.clone();
        server.port = server.port.or(args.port);
        case.server = Some(server);
    } else if let (Some(server), Some(port)) = (&mut case.server, args.port) {
        server.port = Some(port);
    }
    if error.is_some() {
        case.goal = Goal::Error;
    } else if args.user.is_some() || (args.server.is_some() && case.to.is_empty()) {
        case.goal = Goal::Settings;
    }
    case.security = args.security.unwrap_or(case.security);
    case.timeout_secs = args.timeout.unwrap_or(case.timeout_secs);
    case.deadline_secs = args.deadline.unwrap_or(case.deadline_secs);
    case.insecure_login |= args.insecure_login;
    if family(args) != AddressFamily::Any {
        case.family = family(args);
    }
    over(&mut case.error, error);
    over(&mut case.from, args.from.as_ref());
    over(&mut case.user, args.user.as_ref());
    over(&mut case.auth, args.auth.as_ref());
    over(&mut case.message, args.message.as_ref());
    over(&mut case.helo, args.helo.as_ref());
    over(&mut case.source, args.source.as_ref());
    over(&mut case.ip, args.ip.as_ref());
    over(&mut case.resolver, args.resolver.as_ref());
    over(&mut case.sending_domain, args.sending_domain.as_ref());
    over(&mut case.selector, args.selector.as_ref());
    over(&mut case.ca, args.ca.as_ref());
}

fn over<T: Clone>(field: &mut Option<T>, given: Option<&T>) {
    if let Some(value) = given {
        *field = Some(value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sending_brings_along_what_it_needs_and_nothing_else() {
        let send = allowed(Some(BTreeSet::from([Consent::Send])), false);
        assert_eq!(send, BTreeSet::from([Consent::Connect, Consent::Rcpt, Consent::Send]));
        assert!(allowed(Some(BTreeSet::new()), true).is_empty());
    }

    #[test]
    fn nothing_is_sent_without_being_asked_for() {
        assert!(!allowed(None, true).contains(&Consent::Send));
        assert!(allowed(None, true).contains(&Consent::Auth) && !allowed(None, false).contains(&Consent::Auth));
    }
}
