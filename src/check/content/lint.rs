//! A look at a message's octets. Pure; knows nothing of servers.

use std::collections::BTreeMap;

use mail_parser::{MessageParser, MessagePart, MimeHeaders, PartType};

use super::signs::unclosed;
use crate::transcript::clean_line;

/// What was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    /// Octets as the file has them.
    pub octets: u64,
    /// Octets as they go over the wire: every line end is CRLF.
    pub wire_octets: u64,
    /// Lines.
    pub lines: u64,
    /// Header field names in order.
    pub fields: Vec<String>,
    /// Names of attachments.
    pub attachments: Vec<String>,
    /// What is wrong.
    pub flaws: Vec<Flaw>,
}

/// Something wrong with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A field that must be there (RFC 5322 §3.6) or that receivers insist on.
    Missing(&'static str),
    /// A field that may stand only once (RFC 5322 §3.6), and how often it stands.
    Duplicate(String, usize),
    /// A field with addresses where a sign is opened and not closed, or the reverse (RFC 5322 §3.4); which sign.
    Address { field: String, sign: char },
    /// A line over 998 octets (RFC 5322 §2.1.1).
    LongLine { line: u64, octets: usize },
    /// CR or LF alone (RFC 5321 §2.3.8); only where other lines end in CRLF, or for a CR.
    BareNewline { line: u64, kind: &'static str, count: u64 },
    /// An octet above 127 in a part that does not say 8bit or binary (RFC 6152, RFC 2045 §6.2).
    Undeclared8Bit { line: u64 },
    /// An octet above 127 in the header: only for servers that offer SMTPUTF8 (RFC 6532 §3.2).
    Header8Bit { line: u64 },
    /// An attachment of a type that large receivers refuse.
    Attachment { name: String, ending: String },
}

/// Fields that may stand only once (RFC 5322 §3.6).
const ONCE: [&str; 11] =
    ["date", "from", "sender", "reply-to", "to", "cc", "bcc", "message-id", "subject", "in-reply-to", "references"];

/// The longest field that is looked at, in octets.
const LONGEST_FIELD: usize = 1 << 20;
/// Fields that hold addresses (RFC 5322 §3.6.2, §3.6.3).
const OF_ADDRESSES: [&str; 6] = ["from", "sender", "reply-to", "to", "cc", "bcc"];

/// File types that Gmail and Outlook refuse, archives of them aside (support.google.com/mail/answer/6590, 2026-11).
const BLOCKED: [&str; 44] = [
    "ade",
    "adp",
    "apk",
    "appx",
    "appxbundle",
    "bat",
    "cab",
    "chm",
    "cmd",
    "com",
    "cpl",
    "dll",
    "dmg",
    "ex",
    "ex_",
    "exe",
    "hta",
    "ins",
    "isp",
    "iso",
    "jar",
    "js",
    "jse",
    "lib",
    "lnk",
    "mde",
    "mjs",
    "msc",
    "msi",
    "msix",
    "msp",
    "mst",
    "nsh",
    "pif",
    "ps1",
    "scr",
    "sct",
    "shb",
    "sys",
    "vb",
    "vbe",
    "vbs",
    "vhd",
    "wsf",
];

/// Looks a message over.
pub(super) fn look(octets: &[u8]) -> Look {
    let mut seen = Look { octets: octets.len() as u64, ..Look::default() };
    let header_end = lines(octets, &mut seen);
    fields(&octets[..header_end], &mut seen);
    let above = |octets: &[u8]| octets.iter().position(|b| *b > 127);
    let line = |at: usize| 1 + octets[..at].iter().filter(|b| **b == b'\n').count() as u64;
    if let Some(at) = above(&octets[..header_end]) {
        seen.flaws.push(Flaw::Header8Bit { line: line(at) });
    }
    let message = MessageParser::default().parse(octets);
    let undeclared = message.iter().flat_map(|m| m.parts.iter().take(MOST_PARTS)).find_map(|part| {
        let body = octets.get(part.offset_body as usize..part.offset_end as usize)?;
        Some(part.offset_body as usize + above(body).filter(|_| !carries_8bit(part))?)
    });
    if let Some(at) = undeclared {
        seen.flaws.push(Flaw::Undeclared8Bit { line: line(at) });
    }
    for part in message.iter().flat_map(|m| m.parts.iter().take(MOST_PARTS)) {
        attachment(part, &mut seen);
    }
    seen
}

/// More parts than this are not looked at.
const MOST_PARTS: usize = 1_000;

/// Whether octets above 127 are in order in that part: it says so, or only holds parts that speak for themselves.
fn carries_8bit(part: &MessagePart<'_>) -> bool {
    let declared = part.content_transfer_encoding().map(str::trim);
    let says = |word| declared.is_some_and(|d| d.eq_ignore_ascii_case(word));
    says("8bit") || says("binary") || matches!(part.body, PartType::Multipart(_) | PartType::Message(_))
}

/// Counts lines and their ends; returns where the header ends.
fn lines(octets: &[u8], seen: &mut Look) -> usize {
    let (mut start, mut header_end, mut crlf, mut bare_lf, mut bare_cr) =
        (0, None, 0_u64, (0_u64, 0_u64), (0_u64, 0_u64));
    let mut long = None;
    while start < octets.len() {
        let end = octets[start..].iter().position(|b| *b == b'\n').map_or(octets.len(), |i| start + i);
        seen.lines += 1;
        let ended = end < octets.len();
        let with_cr = end > start && octets[end - 1] == b'\r';
        let text = &octets[start..if with_cr && ended { end - 1 } else { end }];
        if ended {
            if with_cr {
                crlf += 1;
            } else {
                bare_lf = (bare_lf.0 + 1, if bare_lf.0 == 0 { seen.lines } else { bare_lf.1 });
            }
        }
        let crs = text.iter().filter(|b| **b == b'\r').count() as u64;
        if crs > 0 {
            bare_cr = (bare_cr.0 + crs, if bare_cr.0 == 0 { seen.lines } else { bare_cr.1 });
        }
        if text.len() > 998 && long.is_none() {
            long = Some(Flaw::LongLine { line: seen.lines, octets: text.len() });
        }
        if text.is_empty() && header_end.is_none() {
            header_end = Some(end.min(octets.len()));
        }
        start = end + 1;
    }
    seen.wire_octets = seen.octets + bare_lf.0;
    seen.flaws.extend(long);
    // A file with LF alone throughout is how Unix keeps mail: the sender's program turns it into CRLF.
    if bare_lf.0 > 0 && crlf > 0 {
        seen.flaws.push(Flaw::BareNewline { line: bare_lf.1, kind: "LF", count: bare_lf.0 });
    }
    if bare_cr.0 > 0 {
        seen.flaws.push(Flaw::BareNewline { line: bare_cr.1, kind: "CR", count: bare_cr.0 });
    }
    header_end.unwrap_or(octets.len())
}

fn fields(header: &[u8], seen: &mut Look) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut addresses: Option<(String, Vec<u8>)> = None;
    for line in header.split(|b| *b == b'\n').take(2_000) {
        if line.first().is_some_and(|b| *b == b' ' || *b == b'\t') {
            // One that goes on and on is not held whole, and not judged.
            if let Some((_, value)) = &mut addresses {
                value.extend_from_slice(line);
            }
            addresses.take_if(|(_, value)| value.len() > LONGEST_FIELD);
            continue;
        }
        closed(addresses.take(), seen);
        let Some(colon) = line.iter().position(|b| *b == b':') else { continue };
        let name = clean_line(&String::from_utf8_lossy(&line[..colon]), 80).trim().to_owned();
        *counts.entry(name.to_ascii_lowercase()).or_default() += 1;
        if OF_ADDRESSES.contains(&name.to_ascii_lowercase().as_str()) {
            addresses = Some((name.clone(), line[colon + 1..].to_vec()));
        }
        seen.fields.push(name);
    }
    closed(addresses, seen);
    for (field, label) in [("from", "From"), ("date", "Date"), ("message-id", "Message-ID")] {
        if !counts.contains_key(field) {
            seen.flaws.push(Flaw::Missing(label));
        }
    }
    for (field, count) in counts {
        if count > 1 && ONCE.contains(&field.as_str()) {
            seen.flaws.push(Flaw::Duplicate(field, count));
        }
    }
}

/// Holds a field with addresses to its signs.
fn closed(field: Option<(String, Vec<u8>)>, seen: &mut Look) {
    let Some((field, value)) = field else { return };
    seen.flaws.extend(unclosed(&value).map(|sign| Flaw::Address { field, sign }));
}

fn attachment(part: &MessagePart<'_>, seen: &mut Look) {
    let Some(name) = part.attachment_name() else { return };
    let name = clean_line(name, 120);
    // Windows drops dots and spaces at the end of a name, so filters do.
    let bare = name.trim_end_matches([' ', '.']);
    let ending = bare.rsplit_once('.').map(|(_, e)| e.trim().to_ascii_lowercase()).unwrap_or_default();
    if BLOCKED.contains(&ending.as_str()) {
        seen.flaws.push(Flaw::Attachment { name: name.clone(), ending });
    }
    seen.attachments.push(name);
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "From: a@example.org\r\nDate: Fri, 20 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\nSubject: x\r\n";

    fn flaws(message: &str) -> Vec<Flaw> {
        look(message.as_bytes()).flaws
    }

    #[test]
    fn a_plain_message_has_no_flaw() {
        assert_eq!(flaws(&format!("{HEAD}\r\nHello\r\n")), []);
        assert_eq!(
            flaws(&format!("{HEAD}\r\nHello\r\n").replace("\r\n", "\n")),
            [],
            "LF throughout is a file, not a fault"
        );
    }

    #[test]
    fn missing_and_double_fields_are_named() {
        assert_eq!(
            flaws("Subject: x\r\n\r\nHello\r\n"),
            [Flaw::Missing("From"), Flaw::Missing("Date"), Flaw::Missing("Message-ID")]
        );
        assert_eq!(flaws(&format!("{HEAD}subject: y\r\n\r\nHello\r\n")), [Flaw::Duplicate("subject".to_owned(), 2)]);
    }

    #[test]
    fn an_address_that_is_not_closed_is_named_with_its_field() {
        let to = |value: &str| flaws(&format!("{HEAD}To: {value}\r\nX-Note: <\r\n\r\nHello <\r\n"));
        assert_eq!(to("Bob\r\n <b@example.org>"), []);
        assert_eq!(to("Bob\r\n <b@example.org"), [Flaw::Address { field: "To".to_owned(), sign: '<' }]);
    }

    #[test]
    fn a_line_of_999_octets_is_one_too_many() {
        assert_eq!(flaws(&format!("{HEAD}\r\n{}\r\n", "x".repeat(998))), []);
        assert_eq!(flaws(&format!("{HEAD}\r\n{}\r\n", "x".repeat(999))), [Flaw::LongLine { line: 6, octets: 999 }]);
    }

    #[test]
    fn mixed_line_ends_are_seen_where_they_stand() {
        assert_eq!(flaws(&format!("{HEAD}\r\none\ntwo\r\n")), [Flaw::BareNewline { line: 6, kind: "LF", count: 1 }]);
        assert_eq!(flaws(&format!("{HEAD}\r\none\rtwo\r\n")), [Flaw::BareNewline { line: 6, kind: "CR", count: 1 }]);
    }

    #[test]
    fn eight_bit_needs_a_declaration() {
        assert_eq!(flaws(&format!("{HEAD}\r\nGrüße\r\n")), [Flaw::Undeclared8Bit { line: 6 }]);
        assert_eq!(flaws(&format!("{HEAD}Content-Transfer-Encoding: 8bit\r\n\r\nGrüße\r\n")), []);
        for other in ["7bit", "quoted-printable"] {
            let message = format!("{HEAD}Content-Transfer-Encoding: {other}\r\n\r\nGrüße\r\n");
            assert_eq!(flaws(&message), [Flaw::Undeclared8Bit { line: 7 }], "{other}");
        }
    }

    #[test]
    fn eight_bit_is_declared_part_by_part() {
        let parts = |encoding: &str| {
            format!(
                "{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\
                 Content-Transfer-Encoding: {encoding}\r\n\r\nGrüße\r\n--b--\r\n"
            )
        };
        assert_eq!(flaws(&parts("8bit")), []);
        assert_eq!(flaws(&parts("7bit")), [Flaw::Undeclared8Bit { line: 11 }]);
    }

    #[test]
    fn a_header_field_in_eight_bit_is_seen_apart() {
        assert_eq!(flaws(&format!("{HEAD}To: Jürgen <j@example.org>\r\n\r\nx\r\n")), [Flaw::Header8Bit { line: 5 }]);
    }

    #[test]
    fn a_program_as_attachment_is_seen() {
        let body = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/octet-stream; name=\"run.EXE\"\r\nContent-Disposition: attachment; filename=\"run.EXE\"\r\nContent-Transfer-Encoding: base64\r\n\r\nTVo=\r\n--b--\r\n";
        assert_eq!(
            flaws(&format!("{HEAD}{body}")),
            [Flaw::Attachment { name: "run.EXE".to_owned(), ending: "exe".to_owned() }]
        );
        assert_eq!(
            flaws(&format!("{HEAD}{}", body.replace("run.EXE", "run.exe. "))).len(),
            1,
            "as Windows takes the name"
        );
    }

    #[test]
    fn the_size_is_that_of_the_wire() {
        assert_eq!(look(b"a\nb\n").wire_octets, 6);
    }
}
