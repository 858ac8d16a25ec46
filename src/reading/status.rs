//! `message/delivery-status`: what became of each recipient (RFC 3464 §2).

/// What a report says about one recipient.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Recipient {
    /// `Final-Recipient`, else `Original-Recipient`, without its type.
    pub(super) address: Option<String>,
    /// `failed`, `delayed`, `delivered`, `relayed`, `expanded`; lower case.
    pub(super) action: String,
    /// `Status`, the number only.
    pub(super) status: Option<String>,
    /// `Diagnostic-Code` without its type, unfolded.
    pub(super) diagnostic: Option<String>,
    /// `Remote-MTA` without its type and comment.
    pub(super) remote: Option<String>,
}

impl Recipient {
    /// Whether nothing went wrong for it.
    pub(super) fn succeeded(&self) -> bool {
        matches!(self.action.as_str(), "delivered" | "relayed" | "expanded" | "deliverable")
            || (self.action.is_empty() && self.status.as_deref().is_some_and(|s| s.starts_with('2')))
    }
}

/// The recipients of a report, in its order; the fields about the whole message are passed over.
pub(super) fn recipients(text: &str) -> Vec<Recipient> {
    groups(text).into_iter().filter_map(|fields| recipient(&fields)).take(1_000).collect()
}

type Field = (String, String);

fn groups(text: &str) -> Vec<Vec<Field>> {
    let mut groups: Vec<Vec<Field>> = vec![Vec::new()];
    for line in text.lines() {
        let last = groups.len() - 1;
        if line.trim().is_empty() {
            if !groups[last].is_empty() {
                groups.push(Vec::new());
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = groups[last].last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            let name = name.trim().to_ascii_lowercase();
            // Some reports leave out the blank line between two recipients.
            if name == "final-recipient" && groups[last].iter().any(|(n, _)| *n == name) {
                groups.push(Vec::new());
            }
            let last = groups.len() - 1;
            groups[last].push((name, value.trim().to_owned()));
        }
    }
    groups
}

fn recipient(fields: &[Field]) -> Option<Recipient> {
    let get =
        |wanted: &str| fields.iter().find(|(n, _)| n == wanted).map(|(_, v)| v.as_str()).filter(|v| !v.is_empty());
    let last = |wanted: &str| fields.iter().rev().find(|(n, _)| n == wanted).map(|(_, v)| v.as_str());
    let finally = get("final-recipient").and_then(address);
    let original = get("original-recipient").and_then(address);
    if finally.is_none() && get("final-recipient").is_none() && get("action").is_none() {
        return None;
    }
    Some(Recipient {
        address: finally.or(original),
        action: get("action").unwrap_or_default().split_whitespace().next().unwrap_or_default().to_ascii_lowercase(),
        status: get("status").and_then(|s| s.split_whitespace().next()).map(|s| s.trim_matches(['(', ')']).to_owned()),
        diagnostic: last("diagnostic-code").map(untyped).filter(|d| !d.is_empty()).map(str::to_owned),
        remote: get("remote-mta")
            .map(untyped)
            .and_then(|r| r.split([' ', '(']).next())
            .map(|r| r.trim_matches(['[', ']', '<', '>', '.']).to_ascii_lowercase()),
    })
}

/// The value behind `rfc822;`, if it is an address: a pipe, a file or a source route is none.
fn address(value: &str) -> Option<String> {
    let value = untyped(value).trim_matches(['<', '>', ' ', '"']);
    let plain = value.contains('@') && !value.contains(['/', '|', ' ']) && !value.starts_with('@');
    let quoted = untyped(value).starts_with('"') || value.contains('"');
    (plain || (quoted && value.contains('@'))).then(|| untyped(value).to_owned())
}

fn untyped(value: &str) -> &str {
    match value.split_once(';') {
        Some((kind, rest)) if kind.len() <= 40 && !kind.trim().contains(' ') && !kind.contains('@') => rest.trim(),
        _ => value.trim(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_recipient_is_one() {
        let text = "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.1.1\n\
                    Diagnostic-Code: smtp; 550 5.1.1\n  no such user\n\nFinal-Recipient: rfc822;<eve@example.org>\nAction: delayed\nStatus: 4.4.1 (later)\n";
        let seen = recipients(text);
        assert_eq!(seen.len(), 2);
        assert_eq!(seen[0].address.as_deref(), Some("bob@example.org"));
        assert_eq!(seen[0].diagnostic.as_deref(), Some("550 5.1.1 no such user"));
        assert_eq!((seen[1].address.as_deref(), seen[1].action.as_str()), (Some("eve@example.org"), "delayed"));
        assert_eq!(seen[1].status.as_deref(), Some("4.4.1"));
    }

    #[test]
    fn a_delivery_is_no_failure() {
        assert!(recipients("Final-Recipient: rfc822; bob@example.org\nAction: relayed\nStatus: 2.0.0")[0].succeeded());
    }
}
