//! Where the mail of a domain goes, and whether answers to a sender come back.

use heloise::transcript::Case;

use crate::{case, looked, looked_in, world};

fn to(address: &str) -> Case {
    Case { to: vec![address.to_owned()], timeout_secs: 1, ..Case::new() }
}

#[tokio::test]
async fn a_domain_without_mail_is_told_from_one_whose_address_takes_it() {
    let found = looked("example.net:\nwww A 198.51.100.80\n").await;
    assert!(found.has("dns.sender.no-mail") && !found.has("dns.sender.no-mx"), "{:?}", found.ids());
    let found = looked("example.net:\n@ A 198.51.100.25\n").await;
    assert!(found.has("dns.sender.no-mx") && !found.has("dns.sender.no-mail"), "{:?}", found.ids());
    let found = looked_in(&world("example.org:\nwww A 192.0.2.80\n"), to("bob@example.org")).await;
    assert!(found.has("dns.mx.no-mail") && !found.has("dns.mx.none"), "{:?}", found.ids());
    let mut untold = world("example.net:\nwww A 198.51.100.80\n");
    untold.zones[0].fails.insert("@".to_owned(), heloise::practice::DnsFailure::Servfail);
    let found = looked_in(&untold, case()).await;
    assert!(!found.has("dns.sender.no-mail") && !found.has("dns.sender.no-mx"), "{:?}", found.ids());
}

#[tokio::test]
async fn entries_that_lead_nowhere_keep_the_rest_from_being_called_well() {
    for (entry, id) in [
        ("@ MX 5 192.0.2.9.", "dns.mx.is-address"),
        ("@ MX 5 home\nhome A 127.0.0.1", "dns.mx.loopback"),
        ("@ MX 5 home\nhome A 0.0.0.0", "dns.mx.loopback"),
        ("@ MX 0 .", "dns.mx.null-beside"),
        ("@ MX 5 gone", "dns.mx.unresolved"),
    ] {
        let zone = format!("example.org:\n@ MX 10 mx1\nmx1 A 192.0.2.25\n{entry}\n");
        let found = looked_in(&world(&zone), to("bob@example.org")).await;
        assert!(found.has(id), "{entry}: {:?}", found.ids());
        assert!(found.has("dns.mx.some-ok") && !found.has("dns.mx.ok"), "{entry}: {:?}", found.ids());
    }
}

#[tokio::test]
async fn the_other_address_of_a_senders_name_wants_its_reverse_name_too() {
    let zone = "example.net:\n@ MX 10 mail\nmail A 198.51.100.7\nmail AAAA 2001:db8::7\n100.51.198.in-addr.arpa:\n7 PTR mail.example.net.\n";
    let found = looked(zone).await;
    assert!(found.has("dns.ptr.ok"), "{:?}", found.ids());
    assert_eq!(found.arg("dns.ptr.other-family", "other"), "2001:db8::7");
    let back = format!("{zone}8.b.d.0.1.0.0.2.ip6.arpa:\n7.{}0 PTR mail.example.net.\n", "0.".repeat(22));
    let found = looked(&back).await;
    assert!(found.has("dns.ptr.ok") && !found.has("dns.ptr.other-family"), "{:?}", found.ids());
}

#[tokio::test]
async fn a_host_that_takes_mail_and_has_no_reverse_name_is_a_note() {
    let found = looked("example.net:\n@ MX 10 mail\nmail A 198.51.100.25\n").await;
    assert_eq!(found.arg("dns.mx.no-ptr", "ip"), "198.51.100.25");
}

#[tokio::test]
async fn an_address_of_an_inner_network_is_neither_called_good_nor_bad() {
    let found = looked_in(&world("example.org:\n@ MX 10 mx1\nmx1 A 10.1.2.3\n"), to("bob@example.org")).await;
    assert_eq!(found.arg("dns.mx.inside", "name"), "mx1.example.org");
    assert!(!found.ids().iter().any(|id| id.ends_with("mx.ok") || id.ends_with("unresolved")), "{:?}", found.ids());
}
