//! Command lines taken apart (RFC 5321 §4.1.1), as tolerantly as common servers do.

/// The verb in upper case, and the rest.
pub(super) fn split(line: &str) -> (String, &str) {
    let line = line.trim();
    let (verb, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    (verb.to_ascii_uppercase(), rest.trim())
}

/// The path behind `FROM:` or `TO:`, and the parameters behind it; `None` when it is malformed. An empty path is `<>`.
pub(super) fn path<'a>(rest: &'a str, word: &str) -> Option<(&'a str, Vec<&'a str>)> {
    let (head, tail) = rest.split_at_checked(word.len())?;
    let tail = head.eq_ignore_ascii_case(word).then(|| tail.trim_start())?.strip_prefix('<')?;
    // A quoted local part may hold a closing bracket.
    let mut quoted = false;
    let close = tail.find(|c| {
        quoted ^= c == '"';
        c == '>' && !quoted
    })?;
    let (address, parameters) = (&tail[..close], &tail[close + 1..]);
    if !parameters.is_empty() && !parameters.starts_with(char::is_whitespace) {
        return None;
    }
    // A source route is ignored (RFC 5321 appendix C).
    let address = if address.starts_with('@') { address.split_once(':')?.1 } else { address };
    Some((address, parameters.split_whitespace().collect()))
}

/// The domain of an address, in lower case.
pub(super) fn domain(address: &str) -> Option<String> {
    address.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_with_and_without_a_space_before_them() {
        assert_eq!(path("FROM:<a@example.net>", "FROM:"), Some(("a@example.net", vec![])));
        assert_eq!(path("from: <> SIZE=9 BODY=8BITMIME", "FROM:"), Some(("", vec!["SIZE=9", "BODY=8BITMIME"])));
        assert_eq!(path("TO:<@x.test:b@example.org>", "TO:"), Some(("b@example.org", vec![])));
        assert_eq!(path("TO:<\"a>b\"@example.org>", "TO:"), Some(("\"a>b\"@example.org", vec![])));
    }

    #[test]
    fn what_is_no_path_is_said_to_be_none() {
        for rest in ["", "FROM:", "FROM:a@example.net", "FROM:<a@example.net", "TO:<a@example.net>", "FROM:<a@b>x", "é"]
        {
            assert_eq!(path(rest, "FROM:"), None, "{rest}");
        }
    }
}
