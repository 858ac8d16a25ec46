//! Many failures, put together.

use heloise::guide::Who;
use heloise::reading::{Item, Place, Reader};

use crate::{GUIDE, only};

fn unknown(domain: &str) -> Item {
    only(&format!(
        "Nov 20 10:00:00 mail postfix/smtp[1]: 4F1A22C0B5: to=<bob@{domain}>, relay=mx.{domain}[192.0.2.25]:25, delay=1, dsn=5.1.1, \
         status=bounced (host mx.{domain}[192.0.2.25] said: 550 5.1.1 User unknown (in reply to RCPT TO command))"
    ))
}

#[test]
fn failures_of_one_kind_are_one_group_with_times_domains_and_hosts() {
    let mut groups = Reader::new(GUIDE.clone()).groups();
    for (domain, at) in
        [("example.org", "Nov 20 10:00:00"), ("example.net", "Nov 20 10:00:01"), ("example.org", "Dec  1 10:00:00")]
    {
        groups.push(&unknown(domain), Some(at));
    }
    let full = only("452 4.2.2 mailbox full");
    groups.push_from(&full, Place { at: None, line: Some("the line"), number: Some(7) });
    let all = groups.groups();
    assert_eq!((all.len(), groups.count()), (2, 4));
    assert_eq!((all[0].kind.as_deref(), all[0].count), (Some("no-such-user"), 3));
    assert_eq!((all[0].first.as_deref(), all[0].last.as_deref()), (Some("Nov 20 10:00:00"), Some("Dec  1 10:00:00")));
    assert_eq!(all[0].domains, [("example.org".to_owned(), 2), ("example.net".to_owned(), 1)]);
    assert_eq!(all[0].reporters[0], ("mx.example.org".to_owned(), 2));
    assert!(all[0].example_line.starts_with("550 5.1.1 User unknown"), "{}", all[0].example_line);
    assert_eq!((all[1].example_line.as_str(), all[1].example_number), ("the line", Some(7)));
}

#[test]
fn where_years_are_told_the_earliest_is_first_whatever_the_order() {
    let mut groups = Reader::new(GUIDE.clone()).groups();
    for at in ["2026-11-20T10:00:00Z", "2026-11-19T10:00:00Z", "2026-11-19T11:00:00Z"] {
        groups.push(&unknown("example.org"), Some(at));
    }
    let all = groups.groups();
    assert_eq!(all[0].first.as_deref(), Some("2026-11-19T10:00:00Z"));
    assert_eq!(all[0].last.as_deref(), Some("2026-11-20T10:00:00Z"));
}

#[test]
fn what_our_own_server_refused_is_a_group_of_its_own_and_the_senders_move() {
    let mut groups = Reader::new(GUIDE.clone()).groups();
    groups.push(&unknown("example.org"), None);
    groups.push(&Item { incoming: true, ..unknown("example.org") }, None);
    let all = groups.groups();
    assert_eq!(
        all.iter().map(|g| (g.incoming, g.who)).collect::<Vec<_>>(),
        [(false, Who::You), (true, Who::TheirProvider)]
    );
}

#[test]
fn a_frequent_domain_is_found_among_more_than_are_kept() {
    let mut groups = Reader::new(GUIDE.clone()).groups();
    let item = unknown("example.org");
    for n in 0..20_000 {
        let recipient = if n % 3 == 0 { "bob@frequent.example".to_owned() } else { format!("bob@d{n}.example") };
        groups.push(&Item { recipient: Some(recipient), ..item.clone() }, None);
    }
    let all = groups.groups();
    assert_eq!(all[0].count, 20_000);
    assert_eq!(all[0].domains[0].0, "frequent.example");
}
