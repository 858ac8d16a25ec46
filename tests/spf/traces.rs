//! What is told besides the verdict.

use heloise::check::spf::{Question, StepEnd, Why, cost, looks_like_one, parse};

use crate::{Zone, judged};

const TREE: &str = "
example.org   TXT v=spf1 include:a.example.org include:b.example.org -all
a.example.org TXT v=spf1 ip4:198.51.100.0/24 ~all
b.example.org TXT v=spf1 include:c.example.org mx ?all
c.example.org TXT v=spf1 ip4:192.0.2.0/24 -all
";

#[tokio::test]
async fn the_way_to_the_match_is_told_from_the_top_down() {
    let zone = Zone::read(TREE);
    let trace = judged(&zone, "192.0.2.9".parse().unwrap(), "example.org", "a@example.org", "mail.example.org").await;
    assert_eq!(trace.way(), "include:b.example.org > include:c.example.org > ip4:192.0.2.0/24");
    assert_eq!(trace.matched().map(|s| s.term.as_str()), Some("include:b.example.org"));
    let tree: Vec<(u8, &str)> =
        trace.steps.iter().filter(|s| s.end != StepEnd::Enters).map(|s| (s.depth, s.domain.as_str())).collect();
    assert_eq!(tree[..3], [(1, "a.example.org"), (1, "a.example.org"), (0, "example.org")]);
}

#[tokio::test]
async fn a_match_of_all_is_told_as_such() {
    let zone = Zone::read(TREE);
    let trace = judged(&zone, "203.0.113.9".parse().unwrap(), "example.org", "a@example.org", "mail.example.org").await;
    assert_eq!(trace.way(), "-all");
}

#[tokio::test]
async fn the_cost_of_the_whole_tree_is_counted_without_a_match() {
    let zone = Zone::read(TREE);
    let ip = "198.51.100.9".parse().unwrap();
    let question = Question { ip, domain: "example.org", sender: "a@example.org", helo: "mail.example.org", now: 0 };
    let full = cost(&zone, &question).await;
    assert_eq!(full.lookups, 4);
    let at_match = judged(&zone, ip, "example.org", "a@example.org", "mail.example.org").await;
    assert_eq!(at_match.lookups, 1, "the match came first");
}

#[tokio::test]
async fn a_ring_of_includes_is_counted_to_an_end() {
    let zone = Zone::read("example.org TXT v=spf1 include:example.org -all\n");
    let ip = "198.51.100.9".parse().unwrap();
    let question = Question { ip, domain: "example.org", sender: "a@example.org", helo: "x.example.org", now: 0 };
    let full = cost(&zone, &question).await;
    assert!(full.lookups > 10, "{}", full.lookups);
    assert!(matches!(full.why, Some(Why::TooManyLookups { .. })), "{:?}", full.why);
}

#[test]
fn every_fault_of_a_record_is_told_with_its_column() {
    let faults = parse("v=spf1  ipv4:192.0.2.1 mx, include: ip4:192.0.2.1/33 ptr/8 a:%{z} -all").unwrap_err();
    let told: Vec<(&str, usize)> = faults.iter().map(|f| (f.rule, f.column)).collect();
    let expected = [
        ("unknown-term", 9),
        ("unknown-term", 24),
        ("domain-missing", 28),
        ("bad-prefix", 37),
        ("argument", 54),
        ("bad-macro", 60),
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_was_meant_as_a_record_and_is_none_is_noticed() {
    for near in ["\"v=spf1 -all\"", "v=spf1mx -all", "v=spf -all", "spf1 mx", " v=spf1 mx", "v=spf1; mx -all"] {
        assert!(looks_like_one(near), "{near}");
    }
    for other in ["v=spf1 -all", "v=SPF1", "google-site-verification=x", "v=DMARC1; p=none", "spf2.0/pra -all"] {
        assert!(!looks_like_one(other), "{other}");
    }
}
