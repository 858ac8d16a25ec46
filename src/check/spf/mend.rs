//! The record that should stand there instead: the smallest change that makes it right.

use std::net::IpAddr;

use super::fault::Fault;
use super::parse::{Mechanism, parse};

/// The term that covers one address.
fn covers(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => format!("ip4:{ip}"),
        IpAddr::V6(ip) => format!("ip6:{ip}"),
    }
}

/// The record with one more term, which covers that address, before whatever would refuse it.
#[must_use]
pub fn with_address(record: &str, ip: IpAddr) -> (String, String) {
    let term = covers(ip);
    let mut terms: Vec<&str> = record.split_ascii_whitespace().collect();
    // First of all, where something refuses earlier than the end; else behind what stands there.
    let at = match parse(record) {
        Ok(read) => {
            let refuses = |text: &str| text.starts_with(['-', '~', '?']);
            let first =
                read.directives.iter().find(|d| d.mechanism == Mechanism::All || refuses(d.text)).map(|d| d.text);
            let stop = first.and_then(|text| terms.iter().position(|t| *t == text));
            stop.or_else(|| terms.iter().position(|t| t.contains('='))).filter(|at| *at > 0)
        }
        Err(_) => None,
    };
    let redirect = |t: &&str| t.get(..9).is_some_and(|r| r.eq_ignore_ascii_case("redirect="));
    let at = at.or_else(|| terms.iter().position(redirect)).unwrap_or(terms.len());
    terms.insert(at, &term);
    (terms.join(" "), term.clone())
}

/// The record with its faults mended; none where one is not clear.
#[must_use]
pub fn mended(record: &str, faults: &[Fault]) -> Option<String> {
    let mut terms: Vec<String> = record.split(' ').filter(|t| !t.is_empty()).map(str::to_owned).collect();
    for fault in faults {
        let instead = fault.instead.clone()?;
        // A term that stands there twice goes from its last place.
        let at = terms.iter().rposition(|t| *t == fault.term)?;
        terms[at] = instead;
    }
    terms.retain(|t| !t.is_empty());
    let record = terms.join(" ");
    parse(&record).is_ok().then_some(record)
}

/// The record without those terms.
#[must_use]
pub fn without(record: &str, gone: &[&str]) -> String {
    record.split_ascii_whitespace().filter(|t| !gone.contains(t)).collect::<Vec<_>>().join(" ")
}

/// The record with a harmless end, where it lets the whole world send.
#[must_use]
pub fn opened(record: &str) -> String {
    let all = |t: &str| t.eq_ignore_ascii_case("+all") || t.eq_ignore_ascii_case("all");
    record.split_ascii_whitespace().map(|t| if all(t) { "~all" } else { t }).collect::<Vec<_>>().join(" ")
}

/// Several records as one: each term once, and one end, the mildest of them that is no `+all`.
#[must_use]
pub fn join(records: &[&str]) -> String {
    let mut terms: Vec<&str> = Vec::new();
    let (mut end, mut redirect) = (None, None);
    for term in records.iter().flat_map(|r| r.split_ascii_whitespace().skip(1)) {
        let bare = term.trim_start_matches(['+', '-', '~', '?']);
        if bare.eq_ignore_ascii_case("all") {
            let rank = |t: &str| ["-all", "~all", "?all"].iter().position(|known| known.eq_ignore_ascii_case(t));
            if rank(term) >= end.and_then(rank) && rank(term).is_some() {
                end = Some(term);
            }
        } else if bare.get(..9).is_some_and(|r| r.eq_ignore_ascii_case("redirect=")) {
            redirect.get_or_insert(term);
        } else if !terms.iter().any(|t| t.eq_ignore_ascii_case(term)) {
            terms.push(term);
        }
    }
    // A redirect is not looked at beside an `all`: what it leads to is included instead.
    let end = match (end, redirect) {
        (None, Some(redirect)) => redirect.to_owned(),
        (Some(end), Some(redirect)) => format!("include:{} {end}", &redirect[9..]),
        (end, None) => end.unwrap_or("~all").to_owned(),
    };
    ["v=spf1"].into_iter().chain(terms).chain([end.as_str()]).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_missing_address_is_put_before_what_would_refuse_it() {
        for (record, with) in [
            ("v=spf1 ip4:203.0.113.0/24 -all", "v=spf1 ip4:203.0.113.0/24 ip4:198.51.100.7 -all"),
            ("v=spf1 mx redirect=_spf.example.org", "v=spf1 mx ip4:198.51.100.7 redirect=_spf.example.org"),
            ("v=spf1 -exists:%{i}.x.example.org mx ~all", "v=spf1 ip4:198.51.100.7 -exists:%{i}.x.example.org mx ~all"),
            ("v=spf1 mx", "v=spf1 mx ip4:198.51.100.7"),
        ] {
            let ip = "198.51.100.7".parse().unwrap();
            assert_eq!(with_address(record, ip), (with.to_owned(), "ip4:198.51.100.7".to_owned()), "{record}");
        }
    }

    #[test]
    fn faults_that_are_clear_are_mended() {
        for (record, right) in [
            ("v=spf1 ipv4:192.0.2.1 -all", Some("v=spf1 ip4:192.0.2.1 -all")),
            ("v=spf1 a:192.0.2.1 mx, -all", Some("v=spf1 ip4:192.0.2.1 mx -all")),
            ("v=spf1 ip4:2001:db8::1 ip4:192.0.2.1:25 -all", Some("v=spf1 ip6:2001:db8::1 ip4:192.0.2.1 -all")),
            ("v=spf1 mx redirect:_spf.example.org", Some("v=spf1 mx redirect=_spf.example.org")),
            ("v=spf1 192.0.2.1 mail.example.org –all", Some("v=spf1 ip4:192.0.2.1 a:mail.example.org -all")),
            ("v=spf1 ip4:192.0.2 -all", None),
            ("v=spf1 what -all", None),
        ] {
            let faults = parse(record).expect_err(record);
            assert_eq!(mended(record, &faults).as_deref(), right, "{record}");
        }
    }

    #[test]
    fn several_records_become_one() {
        for (records, one) in [
            (
                &["v=spf1 mx -all", "v=spf1 include:_spf.example.org ~all"][..],
                "v=spf1 mx include:_spf.example.org ~all",
            ),
            (&["v=spf1 a mx", "v=spf1 A +all"], "v=spf1 a mx ~all"),
            (&["v=spf1 mx -all", "v=spf1 redirect=_spf.example.org"], "v=spf1 mx include:_spf.example.org -all"),
        ] {
            assert_eq!(join(records), one);
        }
    }
}
