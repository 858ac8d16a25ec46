//! The DNS desk: every record that mail needs, what it says, what is wrong with it, and what to publish instead.

use super::view::{FindingView, View};
use super::wrap::wrap;
use crate::guide::{Guide, Words};
use crate::transcript::{EvidenceId, Level, Transcript, clean_line};

/// One record, or one set of records of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskRow {
    /// `MX`, `SPF`, `DKIM` …
    pub record: String,
    /// The name that it stands at.
    pub owner: String,
    /// What the DNS says; a few words where there is no record.
    pub says: String,
    /// How well it is.
    pub level: Level,
    /// What is wrong with it, or worth a word.
    pub notes: Vec<Words>,
    /// The line to publish instead, as a zone file has it, or the text of a policy; where that is clear.
    pub publish: Option<String>,
    /// The findings it is made from.
    pub findings: Vec<EvidenceId>,
}

/// The order of the table: where mail goes, who sends it, who vouches for it, how it travels, and the rest.
const ORDER: [&str; 14] =
    ["MX", "NS", "DNSSEC", "PTR", "HELO", "SPF", "DKIM", "DMARC", "MTA-STS", "TLS-RPT", "DANE", "SRV", "BIMI", "CAA"];
/// Octets of one string of a TXT record (RFC 1035 §3.3).
const STRING: usize = 255;
/// A column of names.
const NAMES: usize = 38;

/// The table, from what the last look at the DNS found. Empty where nobody looked.
#[must_use]
pub fn desk(guide: &Guide, transcript: &Transcript) -> Vec<DeskRow> {
    let view = View::of(guide, transcript);
    let mut rows: Vec<DeskRow> = Vec::new();
    for found in view.steps.iter().filter(|s| s.id.as_str() == "dns").flat_map(|s| &s.findings) {
        let arg = |name: &str| found.finding.args.get(name).map(String::as_str).filter(|v| !v.is_empty());
        let Some(record) = arg("desk") else { continue };
        let owner = arg("owner").or_else(|| arg("domain")).unwrap_or_default();
        match rows.iter_mut().find(|r| r.record == record && r.owner == owner) {
            Some(row) => add(row, found),
            None => {
                let mut row = DeskRow {
                    record: record.to_owned(),
                    owner: clean_line(owner, 253),
                    says: String::new(),
                    level: Level::Info,
                    notes: Vec::new(),
                    publish: None,
                    findings: Vec::new(),
                };
                add(&mut row, found);
                rows.push(row);
            }
        }
    }
    // What is wrong stands first: nobody has to look for it among a dozen that are well.
    let wrong = |r: &DeskRow| gravity(r.level).saturating_sub(gravity(Level::Unknown));
    rows.sort_by_key(|r| (std::cmp::Reverse(wrong(r)), place(r)));
    rows
}

fn place(row: &DeskRow) -> usize {
    ORDER.iter().position(|o| *o == row.record).unwrap_or(ORDER.len())
}

/// The gravest first; a mere remark is less than "well".
fn gravity(level: Level) -> u8 {
    match level {
        Level::Info => 0,
        Level::Ok => 1,
        Level::Unknown => 2,
        Level::Warn => 3,
        Level::Fail => 4,
    }
}

fn add(row: &mut DeskRow, found: &FindingView) {
    let arg = |name: &str| found.finding.args.get(name).map(String::as_str).filter(|v| !v.is_empty());
    let graver = row.findings.is_empty() || gravity(found.level) > gravity(row.level);
    if let Some(record) = arg("record").filter(|_| row.says.is_empty() || graver) {
        row.says = clean_line(record, 4000);
    } else if row.says.is_empty() {
        row.says = found.short.clone().unwrap_or_default();
    }
    if found.level != Level::Ok && !row.notes.contains(&found.says) {
        row.notes.push(found.says.clone());
    }
    let wrong = matches!(found.level, Level::Warn | Level::Fail);
    // The name servers of a zone are no record to copy, whatever a finding says to do about them.
    let copied = wrong && row.record != "NS" && (graver || row.publish.is_none());
    if let Some(instead) = arg("instead").filter(|_| copied) {
        row.publish = Some(published(&row.record, &row.owner, instead, arg("url")));
    }
    if graver {
        row.level = found.level;
    }
    row.findings.push(found.at);
}

/// As a zone file has it (RFC 1035 §5.1); a policy as the lines of its page.
fn published(record: &str, owner: &str, instead: &str, url: Option<&str>) -> String {
    if let Some(url) = url.filter(|_| instead.starts_with("version:")) {
        return format!("{url}\n{}", policy_in_lines(instead));
    }
    let owner = format!("{}.", owner.trim_end_matches('.'));
    match record {
        "DANE" => format!("{owner} IN TLSA {instead}"),
        "MX" | "PTR" | "SRV" => format!("{owner} IN {record} {instead}"),
        _ => format!("{owner} IN TXT {}", strings(instead)),
    }
}

/// What is to be done, with a policy that stands in it (RFC 8461 §3.2) one line for each of its lines, to be copied as they are.
#[must_use]
pub fn policy_in_lines(text: &str) -> String {
    let Some(from) = text.find("version: STSv1 ") else { return text.to_owned() };
    let (before, policy) = text.split_at(from);
    let keys = [" mode:", " mx:", " max_age:"];
    let lines = keys.iter().fold(policy.to_owned(), |text, key| text.replace(key, &format!("\n{}", key.trim())));
    let before = before.trim_end();
    if before.is_empty() { lines } else { format!("{before}\n{lines}") }
}

/// A text in strings that fit into a TXT record, quoted.
fn strings(text: &str) -> String {
    let mut all = Vec::new();
    let mut string = String::new();
    for c in text.chars() {
        if string.len() + c.len_utf8() > STRING {
            all.push(std::mem::take(&mut string));
        }
        string.push(c);
    }
    all.push(string);
    let quoted = all.iter().map(|s| format!("\"{}\"", s.replace('\\', "\\\\").replace('"', "\\\"")));
    quoted.collect::<Vec<_>>().join(" ")
}

/// The mark of a row.
fn mark(level: Level) -> &'static str {
    match level {
        Level::Ok => "✓",
        Level::Info => "•",
        Level::Unknown => "?",
        Level::Warn => "!",
        Level::Fail => "✗",
    }
}

/// The table in lines of at most that width, but for what is to be copied: that stands whole, on lines of its own.
#[must_use]
pub fn desk_text(rows: &[DeskRow], admin: bool, width: usize) -> String {
    let mut out = String::new();
    let names = rows.iter().map(|r| r.owner.chars().count()).max().unwrap_or(0).min(NAMES);
    let indent = 10 + names + 2;
    for row in rows {
        let says = if row.says.is_empty() { "–" } else { row.says.as_str() };
        let owner = &row.owner;
        let head = format!("{} {:<8}{owner:<names$}", mark(row.level), row.record);
        if head.chars().count() > indent {
            out.push_str(&format!("{head}\n{:indent$}", ""));
        } else {
            out.push_str(&format!("{head:<indent$}"));
        }
        let lines = wrap(says, width.saturating_sub(indent).max(20));
        out.push_str(lines.join(&format!("\n{:indent$}", "")).trim_end());
        out.push('\n');
        for note in &row.notes {
            for line in wrap(note.register(admin), width.saturating_sub(12).max(20)) {
                out.push_str(&format!("{:10}{line}\n", ""));
            }
        }
    }
    let publish: Vec<&str> = rows.iter().filter_map(|r| r.publish.as_deref()).collect();
    if !publish.is_empty() {
        out.push_str("\nPublish instead\n\n");
        for line in publish {
            out.push_str(&format!("{line}\n"));
        }
    }
    crate::transcript::clean(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_copied_is_a_line_of_a_zone_file() {
        assert_eq!(published("SPF", "example.org", "v=spf1 -all", None), "example.org. IN TXT \"v=spf1 -all\"");
        assert_eq!(
            published("DANE", "_25._tcp.mx.example.org", "3 1 1 ab", None),
            "_25._tcp.mx.example.org. IN TLSA 3 1 1 ab"
        );
        let long = "x".repeat(300);
        let line = published("SPF", "example.org", &long, None);
        assert_eq!(line.matches('"').count(), 4);
        assert!(line.contains(&format!("\"{}\" \"{}\"", &long[..255], &long[255..])));
        let policy =
            published("MTA-STS", "x", "version: STSv1 mode: enforce mx: a.example.org max_age: 5", Some("https://x"));
        assert_eq!(policy, "https://x\nversion: STSv1\nmode: enforce\nmx: a.example.org\nmax_age: 5");
        let todo = "Let it say: version: STSv1 mode: none max_age: 5";
        assert_eq!(policy_in_lines(todo), "Let it say:\nversion: STSv1\nmode: none\nmax_age: 5");
        assert_eq!(policy_in_lines("Ask mode: them"), "Ask mode: them");
    }
}
