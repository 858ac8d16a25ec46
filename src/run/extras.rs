//! What a case can be told besides what the guide asks: by which name service, from which address, for how long to wait.

use std::net::{IpAddr, SocketAddr};

use crate::net::Trust;
use crate::transcript::{AddressFamily, Case};

/// One of the CASE options that no step asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extra {
    /// `--resolver`.
    Resolver,
    /// `--helo`.
    Helo,
    /// `--ip`.
    Ip,
    /// `--source`.
    Source,
    /// `-4`, `-6`.
    Family,
    /// `--auth`.
    Auth,
    /// `--timeout`.
    Timeout,
    /// `--ca`.
    Ca,
}

impl Extra {
    /// All of them, those that are wanted most first.
    pub const ALL: [Self; 8] =
        [Self::Resolver, Self::Helo, Self::Ip, Self::Auth, Self::Family, Self::Source, Self::Timeout, Self::Ca];

    /// Those that mean something: no file where files are out of reach, and nothing of this machine in a practice world.
    pub fn within(files: bool, practice: bool) -> impl Iterator<Item = Self> {
        let fits = move |extra: &Self| match extra {
            Self::Ca => files && !practice,
            Self::Resolver | Self::Source => !practice,
            _ => true,
        };
        Self::ALL.into_iter().filter(fits)
    }

    /// Its name, what to type, and an example.
    #[must_use]
    pub fn asks(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Resolver => {
                ("Name service", "The address of the DNS resolver to ask in place of this machine's own.", "192.0.2.53")
            }
            Self::Helo => ("HELO name", "The name to introduce ourselves with.", "mail.example.net"),
            Self::Ip => {
                ("Sending address", "The IP address to judge: the one your mail goes out from.", "198.51.100.7")
            }
            Self::Auth => ("Way to log in", "The one mechanism to log in by.", "PLAIN"),
            Self::Family => ("IP version", "4 or 6 to use only addresses of that kind.", "4"),
            Self::Source => ("Local address", "The address of this machine to connect from.", "192.0.2.7"),
            Self::Timeout => ("Seconds to wait", "How long an answer may take, in seconds.", "10"),
            Self::Ca => ("Extra authority", "A file with a certificate to trust, such as a company's own.", "ca.pem"),
        }
    }

    /// What the case holds there; none where it is left to heloise.
    #[must_use]
    pub fn of(self, case: &Case) -> Option<String> {
        match self {
            Self::Resolver => {
                case.resolver.map(|at| if at.port() == 53 { at.ip().to_string() } else { at.to_string() })
            }
            Self::Helo => case.helo.clone(),
            Self::Ip => case.ip.map(|ip| ip.to_string()),
            Self::Source => case.source.map(|ip| ip.to_string()),
            Self::Family => match case.family {
                AddressFamily::Any => None,
                AddressFamily::V4 => Some("4".to_owned()),
                AddressFamily::V6 => Some("6".to_owned()),
            },
            Self::Auth => case.auth.clone(),
            Self::Timeout => (case.timeout_secs != Case::TIMEOUT_SECS).then(|| case.timeout_secs.to_string()),
            Self::Ca => case.ca.as_ref().map(|path| path.display().to_string()),
        }
    }

    /// Puts what was typed into the case; nothing typed leaves it to heloise again.
    ///
    /// # Errors
    /// One line that says what to type instead.
    pub fn put(self, text: &str, case: &mut Case) -> Result<(), String> {
        let text = text.trim();
        let some = (!text.is_empty()).then_some(text);
        match self {
            Self::Resolver => case.resolver = some.map(resolver).transpose()?,
            Self::Helo => case.helo = some.map(helo).transpose()?,
            Self::Ip => case.ip = some.map(ip).transpose()?,
            Self::Source => case.source = some.map(own_ip).transpose()?,
            Self::Family => {
                case.family = match text {
                    "" => AddressFamily::Any,
                    "4" | "IPv4" | "ipv4" => AddressFamily::V4,
                    "6" | "IPv6" | "ipv6" => AddressFamily::V6,
                    _ => return Err("type 4 or 6, or nothing for both".to_owned()),
                }
            }
            Self::Auth => case.auth = some.map(mechanism).transpose()?,
            Self::Timeout => case.timeout_secs = some.map_or(Ok(Case::TIMEOUT_SECS), seconds)?,
            Self::Ca => {
                let path = some.map(std::path::PathBuf::from);
                if path.is_some() {
                    Trust::with_ca(path.as_deref()).map_err(|why| format!("{why}: type the name of a PEM file"))?;
                }
                case.ca = path;
            }
        }
        Ok(())
    }
}

/// A resolver: an address, perhaps with a port.
///
/// # Errors
/// When it is not an address.
pub fn resolver(text: &str) -> Result<SocketAddr, String> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let whole = text.parse::<SocketAddr>().ok().filter(|a| a.port() > 0);
    whole
        .or_else(|| bare.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, 53)))
        .ok_or_else(|| "type the address of a DNS server: 192.0.2.53 or 192.0.2.53:53".to_owned())
}

/// An address of a machine.
///
/// # Errors
/// When it is not one.
pub fn ip(text: &str) -> Result<IpAddr, String> {
    text.trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .map_err(|_| "type an address such as 192.0.2.7 or 2001:db8::7".to_owned())
}

/// An address of this machine, to connect from.
///
/// # Errors
/// When it is no address, or none of this machine's.
pub fn own_ip(text: &str) -> Result<IpAddr, String> {
    let ip = ip(text)?;
    match std::net::UdpSocket::bind((ip, 0)) {
        Err(why) if why.kind() == std::io::ErrorKind::AddrNotAvailable => {
            Err(format!("this machine has no address {ip}: type one that it has"))
        }
        // What else may be wrong with it shows when it is used.
        _ => Ok(ip),
    }
}

/// Seconds.
///
/// # Errors
/// When it is not a whole number from 1 to 3600.
pub fn seconds(text: &str) -> Result<u32, String> {
    text.trim_end_matches('s')
        .parse()
        .ok()
        .filter(|s| (1..=3600).contains(s))
        .ok_or_else(|| "type whole seconds from 1 to 3600".to_owned())
}

/// A SASL mechanism (RFC 4422 §3.1).
///
/// # Errors
/// When it cannot be the name of one.
pub fn mechanism(text: &str) -> Result<String, String> {
    let name = text.to_ascii_uppercase();
    let fits = (1..=20).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"-_".contains(&b));
    if fits { Ok(name) } else { Err("type a mechanism such as PLAIN, LOGIN or XOAUTH2".to_owned()) }
}

/// The name to say hello with.
///
/// # Errors
/// When it is empty, or more than one word.
pub fn helo(text: &str) -> Result<String, String> {
    let name = one_line(text, "a name such as mail.example.org")?;
    if name.contains(char::is_whitespace) {
        return Err("type one name without spaces, such as mail.example.org".to_owned());
    }
    Ok(name)
}

/// Text that is something, and one line.
///
/// # Errors
/// When it is empty or holds control characters.
pub fn one_line(text: &str, wanted: &str) -> Result<String, String> {
    let text = text.trim_matches([' ', '\t']);
    if text.is_empty() {
        return Err(format!("it is empty: type {wanted}"));
    }
    if text.chars().any(char::is_control) {
        return Err(format!("it holds a line break or a control character: type {wanted} on one line"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_comes_out_and_nothing_takes_it_away() {
        let mut case = Case::new();
        for (extra, text) in [
            (Extra::Resolver, "192.0.2.53"),
            (Extra::Resolver, "[2001:db8::53]:5353"),
            (Extra::Helo, "mail.example.net"),
            (Extra::Ip, "198.51.100.7"),
            (Extra::Source, "127.0.0.1"),
            (Extra::Family, "6"),
            (Extra::Auth, "SCRAM-SHA-256"),
            (Extra::Timeout, "30"),
        ] {
            assert_eq!(extra.put(text, &mut case), Ok(()), "{text}");
            assert_eq!(extra.of(&case).as_deref(), Some(text));
        }
        for extra in Extra::ALL {
            assert_eq!(extra.put(" ", &mut case), Ok(()), "{extra:?}");
            assert_eq!(extra.of(&case), None, "{extra:?}");
        }
        assert_eq!(case, Case::new());
    }

    #[test]
    fn what_cannot_be_is_refused_and_changes_nothing() {
        let mut case = Case::new();
        for (extra, text) in [
            (Extra::Resolver, "dns.example.net"),
            (Extra::Helo, "two words"),
            (Extra::Ip, "300.1.1.1"),
            (Extra::Source, "192.0.2.254"),
            (Extra::Family, "5"),
            (Extra::Auth, "no such thing"),
            (Extra::Timeout, "0"),
            (Extra::Ca, "/no/such/file.pem"),
        ] {
            let why = extra.put(text, &mut case).expect_err(text);
            assert!(why.contains("type "), "{why}");
        }
        assert_eq!(case, Case::new());
    }

    #[test]
    fn only_what_means_something_there_is_asked() {
        let within = |files, practice| Extra::within(files, practice).collect::<Vec<_>>();
        assert_eq!(within(true, false), Extra::ALL);
        assert!(!within(false, false).contains(&Extra::Ca));
        let practice = within(true, true);
        assert!([Extra::Ca, Extra::Resolver, Extra::Source].iter().all(|extra| !practice.contains(extra)));
    }
}
