//! A DMARC record (RFC 9989 §4.7), or what is wrong with it.

use super::tags::{Fault, Tag, tags, value};

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Read {
    /// `none`, `quarantine` or `reject`.
    pub(super) policy: String,
    /// Whether the record leaves it out: it is as `none` then.
    pub(super) implied: bool,
    /// `sp`: for names below.
    pub(super) sub: Option<String>,
    /// `np`: for names below that do not exist.
    pub(super) missing: Option<String>,
    pub(super) strict_spf: bool,
    pub(super) strict_dkim: bool,
    /// `t=y`: the policy is only being tried out; or `pct=0` of old.
    pub(super) testing: bool,
    /// The addresses of `rua` and `ruf`.
    pub(super) reports: Vec<String>,
    /// Tags that RFC 9989 has dropped.
    pub(super) old: Vec<String>,
    /// Where reports may not go: by a way that nobody has to know, past a limit of old, or to a third address and more.
    pub(super) odd: Vec<String>,
}

impl Read {
    /// The policy for a name below that of the record.
    pub(super) fn below(&self, exists: bool) -> String {
        let sub = self.sub.as_ref().unwrap_or(&self.policy);
        if exists { sub.clone() } else { self.missing.as_ref().unwrap_or(sub).clone() }
    }
}

const POLICIES: [&str; 3] = ["none", "quarantine", "reject"];

/// Whether a text at `_dmarc` is meant as a record: all others may stand there, and are no fault.
pub(super) fn plausible(text: &str) -> bool {
    let bare = text.trim_start_matches(['"', ' ', '\u{fffd}', '“']).to_ascii_lowercase();
    bare.replace(' ', "").starts_with("v=dmarc") || bare.contains("v=dmarc1")
}

/// Reads one.
///
/// # Errors
/// Every fault, in order.
pub(super) fn read(text: &str) -> Result<Read, Vec<Fault>> {
    let (tags, odd) = tags(text);
    let mut faults: Vec<Fault> =
        odd.into_iter().map(|(term, column)| Fault { rule: "dmarc.no-tag", term, column }).collect();
    // RFC 9989 §4.7: the version comes first, in exactly these letters.
    match tags.first() {
        Some(first) if first.name == "v" && first.column == 1 && text.starts_with('v') => {
            if let Some(rest) = first.value.strip_prefix("DMARC1").filter(|r| !r.is_empty()) {
                let rule = if rest.contains('=') { "dmarc.separator" } else { "dmarc.version" };
                faults.push(Fault::at(rule, first));
            } else if first.value != "DMARC1" {
                faults.push(Fault::at("dmarc.version", first));
            }
        }
        _ => {
            faults.retain(|f| f.column > 1);
            faults.push(Fault { rule: "dmarc.version", term: text.chars().take(20).collect(), column: 1 });
        }
    }
    let mut seen: Vec<&str> = Vec::new();
    for tag in &tags {
        if seen.contains(&tag.name.as_str()) {
            faults.push(Fault::at("dmarc.twice", tag));
            continue;
        }
        seen.push(&tag.name);
        if let Some(rule) = fault(tag) {
            faults.push(Fault::at(rule, tag));
        }
    }
    let reports = ["rua", "ruf"].iter().filter_map(|name| value(&tags, name)).flat_map(addresses).collect::<Vec<_>>();
    // RFC 9989 §4.7: without p, a record that asks for reports is as one of p=none.
    if value(&tags, "p").is_none() && value(&tags, "rua").is_none() {
        faults.push(Fault { rule: "dmarc.no-policy", term: "p=".to_owned(), column: text.chars().count() + 1 });
    }
    faults.sort_by_key(|f| f.column);
    if !faults.is_empty() {
        return Err(faults);
    }
    let lower = |name: &str| value(&tags, name).map(str::to_ascii_lowercase);
    let strict = |name: &str| lower(name).as_deref() == Some("s");
    let old = tags.iter().filter(|t| ["pct", "rf", "ri"].contains(&t.name.as_str()));
    Ok(Read {
        policy: lower("p").unwrap_or_else(|| "none".to_owned()),
        implied: lower("p").is_none(),
        sub: lower("sp"),
        missing: lower("np"),
        strict_spf: strict("aspf"),
        strict_dkim: strict("adkim"),
        testing: lower("t").as_deref() == Some("y") || value(&tags, "pct") == Some("0"),
        reports,
        odd: passed_over(&tags),
        old: old.map(|t| format!("{}={}", t.name, t.value)).collect(),
    })
}

fn fault(tag: &Tag) -> Option<&'static str> {
    let lower = tag.value.to_ascii_lowercase();
    let one_of = |allowed: &[&str]| allowed.contains(&lower.as_str());
    // A comma, a blank or another tag behind it: the semicolon is missing.
    if tag.name != "v" && (lower.contains('=') && !lower.contains("mailto:") || lower.contains(" rua=")) {
        return Some("dmarc.separator");
    }
    match tag.name.as_str() {
        "p" | "sp" | "np" if !one_of(&POLICIES) => Some("dmarc.policy"),
        "adkim" | "aspf" if !one_of(&["r", "s"]) => Some("dmarc.alignment"),
        "psd" if !one_of(&["y", "n", "u"]) => Some("dmarc.value"),
        "t" if !one_of(&["y", "n"]) => Some("dmarc.value"),
        "fo" if !lower.split(':').all(|o| ["0", "1", "d", "s"].contains(&o.trim())) => Some("dmarc.value"),
        "pct" if lower.parse::<u8>().is_ok_and(|p| p <= 100) => None,
        "pct" => Some("dmarc.value"),
        "rua" | "ruf" if !tag.value.split(',').all(is_address) => Some("dmarc.uri"),
        _ => None,
    }
}

fn is_address(uri: &str) -> bool {
    let uri = uri.trim();
    let scheme = uri.get(..7).is_some_and(|s| s.eq_ignore_ascii_case("mailto:"));
    let bare = uri.get(7..).unwrap_or_default().split('!').next().unwrap_or_default();
    let good = bare
        .split_once('@')
        .is_some_and(|(local, host)| !local.is_empty() && host.contains('.') && !host.contains('@'));
    // Other schemes may be there, and are not used (RFC 9990 §3.5).
    (scheme && good && !bare.contains(char::is_whitespace)) || uri.starts_with("https:")
}

fn addresses(value: &str) -> Vec<String> {
    let bare = |uri: &str| uri.trim().get(7..).map(|a| a.split('!').next().unwrap_or_default().to_owned());
    value.split(',').filter(|u| u.trim().to_ascii_lowercase().starts_with("mailto:")).filter_map(bare).collect()
}

/// Report addresses that may be passed over: RFC 9990 §3.5 has only `mailto` used, RFC 9989 §4.7 no size limit; two have to be served.
fn passed_over(tags: &[Tag]) -> Vec<String> {
    const SERVED: usize = 2;
    let of = |name: &str| value(tags, name).into_iter().flat_map(|v| v.split(',')).map(str::trim).collect::<Vec<_>>();
    let (rua, ruf) = (of("rua"), of("ruf"));
    let strange = |uri: &&&str| !uri.to_ascii_lowercase().starts_with("mailto:") || uri.contains('!');
    let past = [&rua, &ruf].into_iter().flat_map(|list| list.iter().skip(SERVED).filter(|uri| !strange(uri)));
    rua.iter().chain(&ruf).filter(strange).chain(past).map(|uri| (*uri).to_owned()).collect()
}

/// The record as it was meant, where that is clear: right version, semicolons, `mailto:`.
pub(super) fn rebuilt(text: &str) -> Option<String> {
    let bare = text.trim_matches(['"', ' ', '\u{fffd}', '“', '”']);
    // Blanks and commas before a known tag were meant as semicolons.
    let mut line = String::new();
    for word in bare.split_inclusive([' ', ',', ';']) {
        let name = word.split('=').next().unwrap_or_default().trim().to_ascii_lowercase();
        let known = ["p", "sp", "np", "rua", "ruf", "adkim", "aspf", "fo", "pct", "t", "psd", "ri", "rf"]
            .contains(&name.as_str());
        if known && word.contains('=') {
            line.truncate(line.trim_end_matches([' ', ',', ';']).len());
            line.push_str("; ");
        }
        line.push_str(word);
    }
    let mut kept: Vec<String> = vec!["v=DMARC1".to_owned()];
    let (tags, _) = tags(&line);
    for tag in tags.iter().filter(|t| t.name != "v") {
        if kept.iter().any(|k| k.starts_with(&format!("{}=", tag.name))) {
            continue;
        }
        let value = match tag.name.as_str() {
            "rua" | "ruf" => tag.value.split(',').map(|uri| mailto(uri.trim())).collect::<Vec<_>>().join(","),
            "p" | "sp" | "np" => policy(&tag.value)?.to_owned(),
            _ => tag.value.clone(),
        };
        kept.push(format!("{}={value}", tag.name));
    }
    if !tags.iter().any(|t| t.name == "p") {
        kept.insert(1, "p=none".to_owned());
    }
    let record = kept.join("; ");
    read(&record).is_ok().then_some(record)
}

/// The record with its policies at `none`, and those that it asked for: one that was ignored so far and is mended all at once could have
/// the domain's own mail refused.
pub(super) fn gentler(record: &str) -> (String, String) {
    let mut meant = Vec::new();
    let gentle = record.split(';').map(|tag| match tag.split_once('=') {
        Some((name, value)) if ["p", "sp", "np"].contains(&name.trim()) && value.trim() != "none" => {
            meant.push(tag.trim().to_owned());
            format!("{name}=none")
        }
        _ => tag.to_owned(),
    });
    (gentle.collect::<Vec<_>>().join(";"), meant.join("; "))
}

fn mailto(uri: &str) -> String {
    let bare = uri.trim_start_matches("mailto:").trim_start_matches("mailto").trim_start_matches([':', '/', ' ']);
    if uri.starts_with("https:") { uri.to_owned() } else { format!("mailto:{bare}") }
}

/// What people write for a policy.
fn policy(value: &str) -> Option<&'static str> {
    let lower = value.to_ascii_lowercase();
    let lower = lower.trim_matches(|c: char| !c.is_ascii_alphabetic());
    POLICIES.into_iter().find(|p| *p == lower || strsim::levenshtein(p, lower) <= 2 && lower.len() > 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_records_are_read() {
        let read = read("v=DMARC1; p=reject; sp=quarantine; np=none; adkim=s; rua=mailto:a@example.org!10m, mailto:b@example.net; pct=50; t=y;").unwrap();
        assert_eq!(
            (read.policy.as_str(), read.strict_dkim, read.strict_spf, read.testing),
            ("reject", true, false, true)
        );
        assert_eq!(read.reports, ["a@example.org", "b@example.net"]);
        assert_eq!((read.below(true), read.below(false)), ("quarantine".to_owned(), "none".to_owned()));
        assert_eq!(read.old, ["pct=50"]);
        assert_eq!(super::read("v=DMARC1; rua=mailto:a@example.org").unwrap().policy, "none");
    }

    #[test]
    fn what_was_ignored_is_not_switched_to_refusing_at_once() {
        let (gentle, meant) = gentler("v=DMARC1; p=reject; sp=none; np=quarantine; rua=mailto:a@example.org");
        assert_eq!(gentle, "v=DMARC1; p=none; sp=none; np=none; rua=mailto:a@example.org");
        assert_eq!(meant, "p=reject; np=quarantine");
        assert_eq!(gentler("v=DMARC1; p=none"), ("v=DMARC1; p=none".to_owned(), String::new()));
    }

    #[test]
    fn each_fault_is_named_at_its_column_and_mended_where_that_is_clear() {
        for (text, rule, column, right) in [
            ("v=dmarc1; p=none", "dmarc.version", 1, Some("v=DMARC1; p=none")),
            ("v=DMARC1; p=rejct", "dmarc.policy", 11, Some("v=DMARC1; p=reject")),
            ("v=DMARC1; p=block", "dmarc.policy", 11, None),
            ("v=DMARC1 p=none", "dmarc.separator", 1, Some("v=DMARC1; p=none")),
            (
                "v=DMARC1; p=none, rua=mailto:a@example.org",
                "dmarc.separator",
                11,
                Some("v=DMARC1; p=none; rua=mailto:a@example.org"),
            ),
            (
                "v=DMARC1; p=none; rua=a@example.org",
                "dmarc.uri",
                19,
                Some("v=DMARC1; p=none; rua=mailto:a@example.org"),
            ),
            ("v=DMARC1; p=none; p=reject", "dmarc.twice", 19, Some("v=DMARC1; p=none")),
            ("v=DMARC1; sp=none", "dmarc.no-policy", 18, Some("v=DMARC1; p=none; sp=none")),
            ("v=DMARC1; p=none; aspf=x", "dmarc.alignment", 19, None),
            ("\"v=DMARC1; p=none\"", "dmarc.version", 1, Some("v=DMARC1; p=none")),
            ("v=DMARC1; p=none; pct=all", "dmarc.value", 19, None),
            ("v=DMARC1; p=none; hello", "dmarc.no-tag", 19, Some("v=DMARC1; p=none")),
        ] {
            let faults = read(text).expect_err(text);
            assert_eq!((faults[0].rule, faults[0].column), (rule, column), "{text} {faults:?}");
            assert_eq!(rebuilt(text).as_deref(), right, "{text}");
        }
    }
}
