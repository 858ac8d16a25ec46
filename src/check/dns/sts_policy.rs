//! An MTA-STS policy (RFC 8461 §3.2), or what is wrong with it.

/// What a policy says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Policy {
    /// `enforce`, `testing` or `none`.
    pub(super) mode: String,
    /// The hosts that may take the mail, some with a `*.` before them.
    pub(super) mx: Vec<String>,
    /// Seconds.
    pub(super) max_age: u64,
}

/// The most that `max_age` may be (RFC 8461 §3.2).
const MOST_AGE: u64 = 31_557_600;

impl Policy {
    /// Reads one.
    ///
    /// # Errors
    /// The rule that is broken, and the line, from 1 (0 where something is missing).
    pub(super) fn read(text: &str) -> Result<Self, (&'static str, usize)> {
        let mut policy = Self::default();
        let (mut version, mut age) = (false, None);
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() {
                continue;
            }
            let (name, value) = text.split_once(':').ok_or(("sts.no-pair", line))?;
            let value = value.trim();
            match name.trim() {
                "version" if value == "STSv1" => version = true,
                "version" => return Err(("sts.version", line)),
                "mode" if ["enforce", "testing", "none"].contains(&value) => value.clone_into(&mut policy.mode),
                "mode" => return Err(("sts.mode", line)),
                "mx" if value.contains('.') && !value.contains(char::is_whitespace) => {
                    policy.mx.push(value.trim_end_matches('.').to_ascii_lowercase());
                }
                "mx" => return Err(("sts.mx", line)),
                "max_age" => age = Some(value.parse().ok().filter(|a| *a <= MOST_AGE).ok_or(("sts.max-age", line))?),
                // What is to come is passed over.
                _ => {}
            }
        }
        policy.max_age = age.ok_or(("sts.max-age", 0))?;
        match () {
            () if !version => Err(("sts.version", 0)),
            () if policy.mode.is_empty() => Err(("sts.mode", 0)),
            () if policy.mx.is_empty() && policy.mode != "none" => Err(("sts.mx", 0)),
            () => Ok(policy),
        }
    }

    /// Whether a host may take the mail (RFC 8461 §4.1): a `*.` stands for exactly one label.
    pub(super) fn allows(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.mx.iter().any(|pattern| match pattern.strip_prefix("*.") {
            Some(rest) => host.split_once('.').is_some_and(|(_, parent)| parent == rest),
            None => *pattern == host,
        })
    }

    /// The policy's text, with these hosts.
    pub(super) fn with_hosts(&self, hosts: &[&str]) -> String {
        let mx: String = hosts.iter().map(|h| format!("mx: {h} ")).collect();
        format!("version: STSv1 mode: {} {mx}max_age: {}", self.mode, self.max_age)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str =
        "version: STSv1\r\nmode: enforce\r\nmx: mx1.example.org\r\nmx: *.mail.example.org\r\nmax_age: 604800\r\n";

    #[test]
    fn a_star_stands_for_one_label() {
        let policy = Policy::read(GOOD).unwrap();
        for (host, may) in [
            ("mx1.example.org", true),
            ("MX1.Example.org.", true),
            ("a.mail.example.org", true),
            ("a.b.mail.example.org", false),
            ("mail.example.org", false),
            ("mx2.example.org", false),
        ] {
            assert_eq!(policy.allows(host), may, "{host}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_policy_is_told_with_its_line() {
        for (from, to, fault) in [
            ("STSv1", "STSv2", ("sts.version", 1)),
            ("version: STSv1\r\n", "", ("sts.version", 0)),
            ("enforce", "on", ("sts.mode", 2)),
            ("mode: enforce", "enforce", ("sts.no-pair", 2)),
            ("604800", "a week", ("sts.max-age", 5)),
            ("max_age: 604800\r\n", "", ("sts.max-age", 0)),
            ("mx1.example.org", "mx1", ("sts.mx", 3)),
            ("mx: mx1.example.org\r\nmx: *.mail.example.org\r\n", "", ("sts.mx", 0)),
        ] {
            assert_eq!(Policy::read(&GOOD.replacen(from, to, 1)), Err(fault), "{from} -> {to}");
        }
    }
}
