//! Several recipients on one line, as they are typed or copied out of a mail program.

/// Takes them apart at commas and semicolons.
///
/// What stands in quotes is left whole, and so is a comma that belongs to a name (`Smith, Bob <bob@example.org>`) or was typed for a dot
/// (`bob@example,org`): what is wrong with that is for step 1 to say.
#[must_use]
pub fn recipients(line: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut pending = String::new();
    for (part, separator) in segments(line) {
        let typed_on = !part.starts_with(char::is_whitespace);
        match parts.last_mut() {
            // Nothing that could be an address, right behind one: the separator was meant as something else.
            Some(last) if pending.is_empty() && typed_on && !part.contains('@') && !part.is_empty() => {
                last.push_str(part);
            }
            _ => pending.push_str(part),
        }
        if pending.contains('@') || separator.is_none() {
            parts.extend(Some(std::mem::take(&mut pending)).filter(|p| !p.trim().is_empty()));
        }
        if let (Some(separator), true) = (separator, !pending.trim().is_empty()) {
            pending.push(separator);
        } else if let (Some(separator), Some(last)) = (separator, parts.last_mut()) {
            // Kept for as long as it is not clear what it was.
            last.push(separator);
        }
    }
    let bare = |part: String| part.trim().trim_end_matches([',', ';']).trim().to_owned();
    parts.into_iter().map(bare).filter(|part| !part.is_empty()).collect()
}

/// The parts between separators that are in no quotes, each with the separator behind it.
fn segments(line: &str) -> Vec<(&str, Option<char>)> {
    let (mut all, mut from, mut quoted) = (Vec::new(), 0, false);
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ',' | ';' if !quoted => {
                all.push((&line[from..at], Some(c)));
                from = at + 1;
            }
            _ => {}
        }
    }
    all.push((&line[from..], None));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_are_taken_apart_and_names_and_slips_left_whole() {
        for (line, wanted) in [
            ("bob@example.org", &["bob@example.org"][..]),
            (
                "bob@example.org, eve@example.net;carol@shop.test",
                &["bob@example.org", "eve@example.net", "carol@shop.test"],
            ),
            ("bob@example.org,", &["bob@example.org"]),
            ("Smith, Bob <bob@example.org>, eve@example.net", &["Smith, Bob <bob@example.org>", "eve@example.net"]),
            ("\"a,b\"@example.org, eve@example.net", &["\"a,b\"@example.org", "eve@example.net"]),
            ("bob@example,org", &["bob@example,org"]),
            ("bob@example,org, eve@example.net", &["bob@example,org", "eve@example.net"]),
            ("bob@example.org, eve", &["bob@example.org", "eve"]),
            ("bob", &["bob"]),
            (" , ", &[]),
        ] {
            assert_eq!(recipients(line), wanted, "{line}");
        }
    }
}
