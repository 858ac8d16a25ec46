//! What a message that is no bounce tells all the same: whom a complaint is about, who was reached, who answers by a program.

use super::bounce::sent_to;
use super::find::{self, Found};
use super::judged::Judged;
use super::mime::{Mail, Sort};
use super::status::Recipient;
use super::text::NOTED;
use super::{Item, address, mime};
use crate::guide::Guide;

/// Whom a complaint (RFC 5965 §3.2) or a receipt (RFC 8098 §3.2.4) is about; else whom the message that it gives back was to.
pub(super) fn complaint(guide: &Guide, mail: &Mail<'_>, returned: Option<&str>) -> Vec<Item> {
    let mut named: Vec<String> = Vec::new();
    for part in mail.parts.iter().filter(|p| matches!(p.sort, Sort::Complaint | Sort::Receipt)) {
        let text = part.text();
        for line in text.lines().take(1_000) {
            let Some(name) = mime::field(line) else { continue };
            let tells = ["original-rcpt-to", "removal-recipient", "final-recipient", "original-recipient"];
            if tells.iter().any(|t| t.eq_ignore_ascii_case(name.trim_end()))
                && let Some(to) = address::of_field(&line[name.len() + 1..])
                && named.len() < NOTED
                && !named.iter().any(|n| n.eq_ignore_ascii_case(&to))
            {
                named.push(to);
            }
        }
    }
    if named.is_empty() {
        // Outlook.com says it in the message that it gives back.
        let noted = returned.and_then(|r| address::of_field(mime::head(r).0.raw("x-hmxmroriginalrecipient")?));
        named.extend(noted.or_else(|| returned.and_then(sent_to)));
    }
    named.into_iter().map(|to| item(guide, Found::default(), to)).collect()
}

/// The recipients that a report of success names.
pub(super) fn reached(guide: &Guide, about: &[Recipient<'_>]) -> Vec<Item> {
    let each = |r: &Recipient<'_>| {
        let mut found = r.diagnostic.as_deref().map(find::whole).unwrap_or_default();
        found.enhanced = found.enhanced.or_else(|| r.status.and_then(|s| s.parse().ok()));
        found.server = r.remote.clone().or(found.server);
        Some(item(guide, found, r.address.clone()?))
    };
    about.iter().filter_map(each).take(NOTED).collect()
}

/// Who answers by a program: the one that was written to.
pub(super) fn answer(guide: &Guide, mail: &Mail<'_>) -> Vec<Item> {
    about(guide, mail.head.raw("from").and_then(|f| address::all(f).last()).map(str::to_owned))
}

/// One that the words name.
pub(super) fn about(guide: &Guide, recipient: Option<String>) -> Vec<Item> {
    recipient.map(|to| item(guide, Found::default(), to)).into_iter().collect()
}

fn item(guide: &Guide, found: Found, to: String) -> Item {
    Judged::of(guide, found).item(Some(to), None)
}
