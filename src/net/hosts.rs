//! This machine's hosts file, as far as addresses and its own full name go.

use std::fs::File;
use std::io::Read;
use std::net::IpAddr;

/// Some block advertisers with hosts files of a hundred thousand lines; past this it is not read.
const LONGEST: u64 = 8 << 20;

/// Its lines: an address, then names.
#[derive(Default)]
pub(super) struct HostsFile {
    text: String,
}

impl HostsFile {
    /// The system's; empty where it has none that can be read.
    pub(super) fn read() -> Self {
        let path = if cfg!(windows) { r"C:\Windows\System32\drivers\etc\hosts" } else { "/etc/hosts" };
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|f| f.take(LONGEST).read_to_end(&mut bytes));
        Self { text: if read.is_ok() { String::from_utf8_lossy(&bytes).into_owned() } else { String::new() } }
    }

    /// The addresses of a name, in the file's order.
    pub(super) fn addresses(&self, name: &str) -> Vec<IpAddr> {
        let mut found = Vec::new();
        for (ip, names) in self.lines() {
            if names.iter().any(|n| n.eq_ignore_ascii_case(name)) && !found.contains(&ip) {
                found.push(ip);
            }
        }
        found
    }

    /// The full name beside a bare one: `mail.example.org` for `mail`.
    pub(super) fn full_name(&self, bare: &str) -> Option<String> {
        self.lines()
            .filter(|(_, names)| names.iter().any(|n| n.eq_ignore_ascii_case(bare)))
            .find_map(|(_, names)| names.into_iter().find(|n| is_full_name_of(n, bare)).map(str::to_owned))
    }

    fn lines(&self) -> impl Iterator<Item = (IpAddr, Vec<&str>)> {
        self.text.lines().filter_map(|line| {
            let mut words = line.split('#').next()?.split_whitespace();
            Some((words.next()?.parse().ok()?, words.collect()))
        })
    }
}

fn is_full_name_of(name: &str, bare: &str) -> bool {
    name.split_once('.').is_some_and(|(first, rest)| first.eq_ignore_ascii_case(bare) && !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str =
        "127.0.0.1 localhost # us\n\n192.0.2.1\tmail.example.org mail\nnonsense here\n2001:db8::1 MAIL\n";

    fn file() -> HostsFile {
        HostsFile { text: FILE.to_owned() }
    }

    #[test]
    fn a_name_has_the_addresses_of_all_its_lines() {
        let expected: [IpAddr; 2] = ["192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap()];
        assert_eq!(file().addresses("mail"), expected);
        assert!(file().addresses("us").is_empty(), "a comment is no name");
        assert!(file().addresses("here").is_empty(), "a line without an address is no line");
    }

    #[test]
    fn the_full_name_stands_beside_the_bare_one() {
        assert_eq!(file().full_name("mail").as_deref(), Some("mail.example.org"));
        assert_eq!(file().full_name("localhost"), None);
    }
}
