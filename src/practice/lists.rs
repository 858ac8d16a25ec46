//! The test entries of the known blocklists: in practice every list is healthy, and lists nobody unless a world says so.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::Deserialize;

/// A name that a healthy list always lists (RFC 5782 §5), and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TestPoint {
    /// The list's zone.
    pub(super) zone: String,
    /// The name below it.
    pub(super) name: String,
    /// What it answers.
    pub(super) answer: Ipv4Addr,
}

/// What practice wants to know of `assets/blocklists.toml`.
#[derive(Deserialize, Default)]
pub(super) struct Lists {
    #[serde(default)]
    blocklist: Vec<List>,
}

#[derive(Deserialize)]
struct List {
    zone: String,
    lists: Vec<String>,
    #[serde(default)]
    test: Option<String>,
    #[serde(default)]
    answers: BTreeMap<String, String>,
    #[serde(default)]
    bits: BTreeMap<String, String>,
}

/// The test points of the lists.
///
/// # Errors
/// One line, where a list is of a sort that is not known here.
pub(super) fn test_points(lists: &Lists) -> Result<Vec<TestPoint>, String> {
    let mut points = Vec::new();
    for list in &lists.blocklist {
        let usual = Ipv4Addr::new(127, 0, 0, 2);
        let mut point = |name: String, answer| points.push(TestPoint { zone: list.zone.clone(), name, answer });
        for sort in &list.lists {
            match sort.as_str() {
                "ipv4" => point("2.0.0.127".to_owned(), usual),
                "ipv6" => point(mapped_test_name(), usual),
                // A domain list answers its test name with a code of its own kind.
                "domain" => {
                    let own = list.answers.keys().filter_map(|a| a.parse().ok()).min();
                    let bit = list.bits.keys().filter_map(|b| b.parse().ok()).min();
                    let own = own.or(bit.map(|bit| Ipv4Addr::new(127, 0, 0, bit)));
                    point(list.test.clone().unwrap_or_else(|| "test".to_owned()), own.unwrap_or(usual));
                }
                other => return Err(format!("blocklists.toml: {}: lists {other}, which is not known here", list.zone)),
            }
        }
    }
    Ok(points)
}

/// `::ffff:127.0.0.2`, nibble by nibble from the end.
fn mapped_test_name() -> String {
    let octets = Ipv4Addr::new(127, 0, 0, 2).to_ipv6_mapped().octets();
    let nibbles = octets.iter().rev().flat_map(|o| [o & 15, o >> 4]).map(|n| format!("{n:x}"));
    nibbles.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sort_of_list_has_its_test_name() {
        let text = r#"
            [[blocklist]]
            id = "ip"
            zone = "ip.test"
            lists = ["ipv4", "ipv6"]
            [[blocklist]]
            id = "name"
            zone = "name.test"
            lists = ["domain"]
            answers = { "127.0.1.2" = "spam", "127.0.1.4" = "phish" }
        "#;
        let points = test_points(&toml::from_str(text).unwrap()).unwrap();
        let seen: Vec<String> = points.iter().map(|p| format!("{}.{} {}", p.name, p.zone, p.answer)).collect();
        let v6 = "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip.test 127.0.0.2";
        assert_eq!(seen, ["2.0.0.127.ip.test 127.0.0.2", v6, "test.name.test 127.0.1.2"]);
    }

    #[test]
    fn no_file_means_no_lists() {
        assert_eq!(test_points(&Lists::default()), Ok(Vec::new()));
    }
}
