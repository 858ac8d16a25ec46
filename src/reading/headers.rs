//! Header fields alone: what a receiving server noted about SPF, DKIM and DMARC (RFC 8601).

use std::sync::LazyLock;

use regex::Regex;

use super::draft::Draft;
use super::find::Found;

static RESULT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(spf|dkim|dmarc)\s*=\s*(fail|softfail|permerror|temperror|hardfail)\b([^;]*)")
        .expect("a pattern")
});

/// The checks that failed, worst first: a failed DMARC is what gets mail refused.
pub(super) fn read(text: &str) -> Vec<Draft> {
    let fields = unfolded(text);
    let mut found: Vec<(u8, String)> = Vec::new();
    let notes = |f: &&String| {
        let lower = f.to_ascii_lowercase();
        lower.starts_with("authentication-results:") || lower.starts_with("arc-authentication-results:")
    };
    for field in fields.iter().filter(notes).take(20) {
        for caps in RESULT.captures_iter(field) {
            let (check, result) = (caps[1].to_ascii_lowercase(), caps[2].to_ascii_lowercase());
            let rank = match check.as_str() {
                "dmarc" => 0,
                "spf" => 1,
                _ => 2,
            };
            let words = format!("{check} {result} {}", caps[3].split_whitespace().collect::<Vec<_>>().join(" "));
            if found.iter().all(|(r, _)| *r != rank) {
                found.push((rank, words.trim().to_owned()));
            }
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, words)| Draft::of(Found::words(&words))).collect()
}

fn unfolded(text: &str) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    for line in text.lines().take(2_000) {
        if line.trim().is_empty() && !fields.is_empty() {
            break;
        }
        match fields.last_mut().filter(|_| line.starts_with([' ', '\t'])) {
            Some(field) => {
                field.push(' ');
                field.push_str(line.trim());
            }
            None => fields.push(line.to_owned()),
        }
    }
    fields
}
