//! Whether the signs of an address field are closed again (RFC 5322 §3.2.2, §3.2.4, §3.4). Many servers hold a field to that before all else.

/// The sign that is opened and not closed, or closed and not opened, in that field's value; folded lines and all.
pub(super) fn unclosed(value: &[u8]) -> Option<char> {
    let (mut quoted, mut comments, mut angle) = (false, 0_u32, false);
    let mut octets = value.iter();
    while let Some(octet) = octets.next() {
        match octet {
            b'\\' if quoted || comments > 0 => {
                octets.next();
            }
            b'"' if comments == 0 => quoted = !quoted,
            _ if quoted => {}
            b'(' => comments += 1,
            b')' if comments == 0 => return Some(')'),
            b')' => comments -= 1,
            _ if comments > 0 => {}
            b'<' if angle => return Some('<'),
            b'<' => angle = true,
            b'>' if !angle => return Some('>'),
            b'>' => angle = false,
            _ => {}
        }
    }
    if quoted {
        Some('"')
    } else if comments > 0 {
        Some('(')
    } else {
        angle.then_some('<')
    }
}

#[cfg(test)]
mod tests {
    use super::unclosed;

    #[test]
    fn what_is_closed_is_well() {
        for value in [
            "Bob <bob@example.org>",
            " \"Smith, Bob (home) <\" <bob@example.org>,\r\n Eve <eve@example.org>",
            "bob@example.org (Bob (the \\) builder))",
            "undisclosed-recipients:;",
            "\"a \\\" b\" <a@example.org>",
            "=?utf-8?Q?J=C3=BCrgen?= <j@example.org>",
            "",
        ] {
            assert_eq!(unclosed(value.as_bytes()), None, "{value}");
        }
    }

    #[test]
    fn what_is_not_is_named() {
        for (value, sign) in [
            ("Bob <bob@example.org", '<'),
            ("Bob <bob@example.org, Eve <eve@example.org>", '<'),
            ("Bob bob@example.org>", '>'),
            ("\"Bob <bob@example.org>", '"'),
            ("bob@example.org (Bob", '('),
            ("bob@example.org Bob)", ')'),
        ] {
            assert_eq!(unclosed(value.as_bytes()), Some(sign), "{value}");
        }
    }
}
