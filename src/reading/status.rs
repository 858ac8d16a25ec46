//! `message/delivery-status`: what became of each recipient (RFC 3464 §2, RFC 6533).

use std::borrow::Cow;

use super::{address, mime};

/// What a report says about one recipient.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Recipient<'t> {
    /// `Final-Recipient`, else `Original-Recipient`, without its type.
    pub(super) address: Option<String>,
    /// A name without a domain, where there is no address.
    pub(super) name: Option<&'t str>,
    /// `failed`, `delayed`, `delivered`, `relayed`, `expanded`; lower case.
    pub(super) action: String,
    /// `Status`, the number only.
    pub(super) status: Option<&'t str>,
    /// `Diagnostic-Code` without its type, unfolded; else what stands behind the number of `Status`.
    pub(super) diagnostic: Option<Cow<'t, str>>,
    /// `Remote-MTA` without its type and comment.
    pub(super) remote: Option<String>,
}

impl Recipient<'_> {
    /// Whether nothing went wrong for it.
    pub(super) fn succeeded(&self) -> bool {
        matches!(self.action.as_str(), "delivered" | "relayed" | "expanded" | "deliverable")
            || (self.action.is_empty() && self.status.is_some_and(|s| s.starts_with('2')))
    }
}

/// The recipients of a report, in its order; the fields about the whole message are passed over.
pub(super) fn recipients(text: &str) -> Vec<Recipient<'_>> {
    groups(text).iter().filter_map(|fields| recipient(fields)).take(MOST).collect()
}

/// The most recipients of one report, and the most fields of one of them.
const MOST: usize = 1_000;
const FIELDS: usize = 100;

type Field<'t> = (&'t str, Cow<'t, str>);

fn groups(text: &str) -> Vec<Vec<Field<'_>>> {
    let mut groups: Vec<Vec<Field<'_>>> = vec![Vec::new()];
    for line in text.lines() {
        if groups.len() > MOST + 1 {
            break;
        }
        let last = groups.len() - 1;
        let group = &mut groups[last];
        if line.trim().is_empty() {
            if !group.is_empty() {
                groups.push(Vec::new());
            }
            continue;
        }
        let name = mime::field(line).filter(|_| group.len() < FIELDS);
        let Some(name) = name else {
            // A folded line; or one that a careless server broke without an indent.
            let wrapped = |(name, _): &&mut Field<'_>| {
                line.starts_with([' ', '\t']) || name.eq_ignore_ascii_case("diagnostic-code")
            };
            if let Some((_, value)) = group.last_mut().filter(wrapped)
                && value.len() < 8_192
            {
                let value = value.to_mut();
                value.push(' ');
                value.push_str(line.trim());
            }
            continue;
        };
        let value = line[name.len() + 1..].trim();
        let name = name.trim_end();
        // Some reports leave out the blank line between two recipients.
        if name.eq_ignore_ascii_case("final-recipient") && group.iter().any(|(n, _)| n.eq_ignore_ascii_case(name)) {
            groups.push(vec![(name, Cow::Borrowed(value))]);
        } else {
            group.push((name, Cow::Borrowed(value)));
        }
    }
    groups
}

fn recipient<'t>(fields: &[Field<'t>]) -> Option<Recipient<'t>> {
    let named = |wanted: &'static str| {
        fields.iter().filter(move |(n, v)| n.eq_ignore_ascii_case(wanted) && !v.is_empty()).map(|(_, v)| v)
    };
    let get = |wanted: &'static str| named(wanted).next();
    let telling = ["final-recipient", "action", "status", "diagnostic-code"];
    if telling.iter().all(|t| get(t).is_none()) {
        return None;
    }
    let address = ["final-recipient", "original-recipient", "x-actual-recipient"]
        .iter()
        .find_map(|n| get(n).and_then(|v| address::of_field(v)));
    let borrowed = |value: &Cow<'t, str>| match value {
        Cow::Borrowed(text) => Some(*text),
        Cow::Owned(_) => None,
    };
    let status = get("status").and_then(borrowed).map(|s| s.split_once([' ', '\t', '(']).unwrap_or((s, "")));
    let diagnostic = named("diagnostic-code").next_back().map(|d| match d {
        Cow::Borrowed(text) => Cow::Borrowed(address::typed(text).1),
        Cow::Owned(text) => Cow::Owned(address::typed(text).1.to_owned()),
    });
    let comment = || status.map(|(_, c)| c.trim_matches(['(', ')', ' '])).filter(|c| c.len() > 3).map(Cow::Borrowed);
    Some(Recipient {
        name: get("final-recipient")
            .and_then(borrowed)
            .map(|v| address::typed(v).1)
            .filter(|v| !v.contains(['/', '|', ' ', '@', '='])),
        address,
        action: get("action")
            .map(|a| a.split([' ', '\t', ';', '(']).next().unwrap_or_default().to_ascii_lowercase())
            .unwrap_or_default(),
        status: status.map(|(number, _)| number),
        diagnostic: diagnostic.filter(|d| !d.is_empty()).or_else(comment),
        remote: get("remote-mta")
            .map(|v| address::typed(v).1)
            .and_then(|r| r.split([' ', '(']).next())
            .map(|r| r.trim_matches(['[', ']', '<', '>', '.', ';']).to_ascii_lowercase())
            .filter(|r| r.contains(['.', ':'])),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_recipient_is_one() {
        let text = "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.1.1\n\
                    Diagnostic-Code: smtp; 550 5.1.1\n  no such user\n\nFinal-Recipient: rfc822;<eve@example.org>\nAction: delayed\nStatus: 4.4.1 (later on)\n\
                    Final-Recipient: rfc822;dan\nAction: failed (bad)\nRemote-MTA: dns; mx1.example.org. (192.0.2.25, a server)\n";
        let seen = recipients(text);
        assert_eq!(seen.len(), 3);
        assert_eq!(seen[0].address.as_deref(), Some("bob@example.org"));
        assert_eq!(seen[0].diagnostic.as_deref(), Some("550 5.1.1 no such user"));
        assert_eq!((seen[1].address.as_deref(), seen[1].action.as_str()), (Some("eve@example.org"), "delayed"));
        assert_eq!((seen[1].status, seen[1].diagnostic.as_deref()), (Some("4.4.1"), Some("later on")));
        assert_eq!(
            (seen[2].name, seen[2].action.as_str(), seen[2].remote.as_deref()),
            (Some("dan"), "failed", Some("mx1.example.org"))
        );
    }

    #[test]
    fn a_delivery_is_no_failure() {
        assert!(recipients("Final-Recipient: rfc822; bob@example.org\nAction: relayed\nStatus: 2.0.0")[0].succeeded());
    }

    #[test]
    fn fields_about_the_message_are_no_recipient() {
        assert_eq!(recipients("Reporting-MTA: dns; a.example\nArrival-Date: x\n\nX-More: y\n"), []);
    }

    #[test]
    fn a_line_that_lost_its_indent_still_belongs_to_the_diagnostic() {
        let seen = recipients(
            "Final-Recipient: rfc822; bob@example.org\nDiagnostic-Code: smtp; 550 no\nsuch user here\nX-Note: y\nnot this\n",
        );
        assert_eq!(seen[0].diagnostic.as_deref(), Some("550 no such user here"));
    }
}
