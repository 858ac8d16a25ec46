//! Step 11 against lists that lie, refuse, or have died: only what passes its own test is believed.

use std::sync::Arc;

use heloise::guide::Guide;
use heloise::practice::{DnsFailure, WorldFile, Zone};
use heloise::run::Session;
use heloise::transcript::{Case, Consent, Fact, Finding, StepId, Verdict};

use crate::worlds::{guide, walked};

/// Step 11 alone, with these zones in place of the healthy ones.
async fn asked(zones: &[(&str, &str)], change: impl FnOnce(&mut WorldFile)) -> Session {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, "healthy-address").expect("a world");
    for (name, records) in zones {
        file.zones.push(Zone { name: (*name).to_owned(), records: (*records).to_owned(), ..Zone::default() });
    }
    file.case.timeout_secs = 1;
    change(&mut file);
    step(&guide, &file).await
}

async fn step(guide: &Arc<Guide>, file: &WorldFile) -> Session {
    let steps = vec![StepId::new("blocklists")];
    walked(guide, file, file.case.clone(), Consent::ALL.into_iter().collect(), steps).await
}

fn findings(session: &Session) -> Vec<&Finding> {
    session.walk().transcript().findings().map(|(_, f)| f).collect()
}

/// The ids of what was found about a list.
fn about<'a>(session: &'a Session, list: &str) -> Vec<&'a str> {
    let found = findings(session).into_iter().filter(|f| f.args.get("list").is_some_and(|l| l == list));
    found.map(|f| f.id.as_str()).collect()
}

fn the<'a>(session: &'a Session, id: &str) -> &'a Finding {
    findings(session).into_iter().find(|f| f.id == id).unwrap_or_else(|| panic!("no {id}"))
}

const LISTED: &str =
    "2.0.0.127 A 127.0.0.2\n7.100.51.198 A 127.0.0.2\n7.100.51.198 TXT \"why: https://lists.example/7\"\n";

#[tokio::test]
async fn every_healthy_list_is_clean_and_none_is_left_untold() {
    let session = asked(&[], |_| ()).await;
    let summary = the(&session, "blocklists.summary.clean");
    assert!(summary.args["count"].parse::<usize>().expect("a number") >= 45, "{summary:?}");
    assert_eq!(summary.args["unknown"], "0");
}

#[tokio::test]
async fn a_list_that_passes_its_test_is_believed_and_says_why() {
    let session = asked(&[("bl.spamcop.net", LISTED)], |_| ()).await;
    let listed = the(&session, "blocklists.ip.listed");
    assert_eq!(
        (listed.args["list"].as_str(), listed.args["text"].as_str()),
        ("SpamCop", "why: https://lists.example/7")
    );
    assert!(!listed.args["cost"].is_empty() && !listed.args["removal"].is_empty());
    assert_eq!(the(&session, "blocklists.summary.listed").args["listed"], "1");
}

#[tokio::test]
async fn what_a_list_gets_wrong_is_could_not_tell_and_never_listed() {
    let session = asked(
        &[
            ("bl.spamcop.net", "1.0.0.127 A 127.0.0.2\n2.0.0.127 A 127.0.0.2\n7.100.51.198 A 127.0.0.2"),
            ("psbl.surriel.com", "2.0.0.127 A 127.0.0.2\n7.100.51.198 A 203.0.113.1"),
            ("zen.spamhaus.org", "2.0.0.127 A 127.255.255.254\n7.100.51.198 A 127.255.255.254"),
            ("bl.mailspike.net", "2.0.0.127 A 127.255.255.254"),
            ("multi.uribl.com", "test.uribl.com A 127.0.0.1\nexample.net A 127.0.0.1"),
            ("dyna.spamrats.com", "2.0.0.127 A 127.0.0.36\n7.100.51.198 A 127.0.0.40"),
        ],
        |_| (),
    )
    .await;
    for (list, id) in [
        ("SpamCop", "blocklists.list-broken"),
        ("PSBL", "blocklists.list-broken"),
        ("Spamhaus ZEN", "blocklists.refuses-resolver"),
        ("Mailspike BL", "blocklists.refuses-resolver"),
        ("URIBL", "blocklists.refuses-resolver"),
        ("SpamRATS Dyna", "blocklists.unknown"),
    ] {
        assert_eq!(about(&session, list), [id], "{list}");
    }
    assert!(!findings(&session).iter().any(|f| f.id.contains("listed") && f.id != "blocklists.summary.listed"));
}

#[tokio::test]
async fn a_list_that_lists_nothing_is_no_clean_bill() {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, "healthy-address").expect("a world");
    let unasked = |name: &str| Zone { name: name.to_owned(), ..Zone::default() };
    // The zone below takes the questions, and knows nothing.
    file.zones.push(unasked("127.bl.spamcop.net"));
    let session = step(&guide, &file).await;
    assert_eq!(about(&session, "SpamCop"), ["blocklists.list-broken"]);
    assert_eq!(the(&session, "blocklists.list-broken").args["why"], "its own test entry is missing");
}

#[tokio::test]
async fn silent_lists_are_not_asked_twice_more_and_do_not_stop_the_rest() {
    let session = asked(&[], |file| {
        for name in ["bl.spamcop.net", "zen.spamhaus.org"] {
            let fails = [("*".to_owned(), DnsFailure::Timeout)].into();
            file.zones.push(Zone { name: name.to_owned(), fails, ..Zone::default() });
        }
    })
    .await;
    assert_eq!(about(&session, "SpamCop"), ["blocklists.unknown"]);
    assert_eq!(the(&session, "blocklists.summary.partly").args["unknown"], "2");
    let asked = |fact: &Fact| matches!(fact, Fact::Dns { dns, .. } if dns.name.ends_with("bl.spamcop.net"));
    assert_eq!(session.walk().transcript().entries().iter().filter(|e| asked(&e.fact)).count(), 1);
}

#[tokio::test]
async fn the_list_that_the_refusal_names_is_asked_first() {
    let error = "550 5.7.1 Client host [198.51.100.7] blocked using all.s5h.net";
    let zones = [("all.s5h.net", LISTED)];
    let session = asked(&zones, |file| file.case.error = Some(error.to_owned())).await;
    assert_eq!(the(&session, "blocklists.named").args["list"], "s5h.net");
    let first = session.walk().transcript().entries().iter().find_map(|e| match &e.fact {
        Fact::Probing { probe, .. } => Some(probe.as_str()),
        _ => None,
    });
    assert_eq!(first, Some("s5h.net"));
    // Of little weight elsewhere, it is what this receiver asks.
    assert_eq!(about(&session, "s5h.net"), ["blocklists.named", "blocklists.ip.listed-named"]);
}

#[tokio::test]
async fn a_list_that_named_us_and_does_not_now_says_so() {
    let error = "550 5.7.1 Client host [198.51.100.7] blocked using bl.spamcop.net";
    let session = asked(&[], |file| file.case.error = Some(error.to_owned())).await;
    assert_eq!(about(&session, "SpamCop"), ["blocklists.named", "blocklists.ip.clean", "blocklists.named-clean"]);
}

#[tokio::test]
async fn a_list_for_which_we_are_refused_now_and_that_is_clean_is_the_receivers_mistake() {
    let guide = guide();
    let file = WorldFile::by_id(&guide, "list-mistaken").expect("a world");
    let steps = ["recipient", "blocklists"].map(StepId::new).to_vec();
    let session = walked(&guide, &file, file.case.clone(), Consent::ALL.into_iter().collect(), steps).await;
    assert_eq!(the(&session, "blocklists.named-clean-now").args["ip"], "198.51.100.7");
    assert!(about(&session, "SpamCop").iter().all(|id| *id != "blocklists.named-clean"));
}

#[tokio::test]
async fn a_closed_list_is_never_asked_and_one_with_a_key_neither() {
    for (zone, id) in [
        ("dnsbl.sorbs.net", "blocklists.named-closed"),
        ("ix.dnsbl.manitu.net", "blocklists.named-closed"),
        ("combined.mail.abusix.zone", "blocklists.named-key"),
    ] {
        let error = format!("554 5.7.1 Client host [198.51.100.7] blocked using {zone}");
        let session = asked(&[(zone, LISTED)], |file| file.case.error = Some(error)).await;
        the(&session, id);
        let asked = |fact: &Fact| matches!(fact, Fact::Dns { dns, .. } if dns.name.ends_with(zone));
        assert!(!session.walk().transcript().entries().iter().any(|e| asked(&e.fact)), "{zone}");
    }
}

#[tokio::test]
async fn an_inner_address_is_asked_where_it_was_given_and_a_local_one_never() {
    let inner = "2.0.0.127 A 127.0.0.2\n7.2.1.10 A 127.0.0.4";
    let given = |ip: &str| {
        let ip = ip.parse().ok();
        move |file: &mut WorldFile| file.case.ip = ip
    };
    let session = asked(&[("zen.spamhaus.org", inner)], given("10.1.2.7")).await;
    the(&session, "blocklists.private-address");
    assert_eq!(about(&session, "Spamhaus ZEN"), ["blocklists.ip.listed"]);
    let session = asked(&[], given("127.0.0.2")).await;
    the(&session, "blocklists.local-address");
    assert!(!findings(&session).iter().any(|f| f.id.starts_with("blocklists.ip.")));
}

#[tokio::test]
async fn an_ipv6_address_is_asked_nibble_by_nibble() {
    let name = |ip: &str| {
        let octets = ip.parse::<std::net::Ipv6Addr>().expect("v6").octets();
        let nibbles = octets.into_iter().rev().flat_map(|o| [o & 15, o >> 4]);
        nibbles.map(|n| format!("{n:x}")).collect::<Vec<_>>().join(".")
    };
    let zone = format!("{} A 127.0.0.2\n{} A 127.0.0.3", name("::ffff:127.0.0.2"), name("2001:db8::7"));
    let session = asked(&[("zen.spamhaus.org", &zone)], |file| file.case.ip = "2001:db8::7".parse().ok()).await;
    assert_eq!(about(&session, "Spamhaus ZEN"), ["blocklists.ip.listed"]);
    assert_eq!(about(&session, "Spam Eating Monkey IPv6"), ["blocklists.ip.clean"]);
    assert!(about(&session, "SpamCop").is_empty(), "it has no IPv6");
}

#[tokio::test]
async fn the_helo_name_and_links_of_the_message_are_asked_as_domains() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("message.eml");
    std::fs::write(&path, "Subject: x\r\n\r\nSee https://www.shop.example.com/now\r\n").expect("a file");
    let zones = [("multi.surbl.org", "surbl-org-permanent-test-point.com A 127.0.0.8\nexample.com A 127.0.0.80")];
    let session = asked(&zones, |file| {
        file.case = Case { message: Some(path), helo: Some("mail.example.org".to_owned()), ..file.case.clone() };
    })
    .await;
    let listed = the(&session, "blocklists.domain.listed");
    assert_eq!(
        (listed.args["ip"].as_str(), listed.args["answer"].as_str()),
        ("example.com", "127.0.0.80, malware, abuse")
    );
    assert_eq!(about(&session, "SURBL").len(), 3, "sender, HELO and link");
}

#[tokio::test]
async fn a_record_of_the_receivers_own_is_said_with_its_form() {
    let error =
        "550 5.7.1 part of their network is on our block list (S3140), messages from [198.51.100.7] weren't sent";
    let session = asked(&[], |file| file.case.error = Some(error.to_owned())).await;
    let own = the(&session, "blocklists.private-record");
    assert_eq!(own.args["removal"], "https://olcsupport.office.com/");
}

#[tokio::test]
async fn a_name_service_that_knows_no_list_at_all_clears_nobody_and_blames_nobody() {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, "healthy-address").expect("a world");
    let know = heloise::check::Knowledge::load(|name| guide.file(name)).expect("the knowledge");
    for list in &know.blocklists {
        let gone = |below: &str| Zone { name: format!("{below}.{}", list.zone), ..Zone::default() };
        let test = list.test.clone().unwrap_or_else(|| "test".to_owned());
        file.zones.extend([gone("127"), gone(&test)]);
    }
    let session = step(&guide, &file).await;
    the(&session, "blocklists.summary.absent");
    let all = guide.steps().iter().map(|s| s.id.clone()).collect();
    let whole = walked(&guide, &file, file.case.clone(), Consent::ALL.into_iter().collect(), all).await;
    assert_eq!(whole.walk().verdict(), Some(Verdict::NoFaultFound), "mail that is taken is no riddle because of lists");
    let told = |id: &str| id.contains(".clean") || id.contains("listed");
    assert!(!findings(&session).iter().any(|f| told(&f.id)));
}

#[tokio::test]
async fn a_maker_of_several_lists_is_named_by_the_zone() {
    for (error, list) in [
        ("554 5.7.1 Sender domain [example.net] listed in dbl.spamhaus.org", "Spamhaus DBL"),
        (
            "554 5.7.1 Client host [198.51.100.7] blocked using sbl.spamhaus.org; https://www.spamhaus.org/",
            "Spamhaus ZEN",
        ),
        ("550 5.7.1 Mail from 198.51.100.7 refused, listed at SpamCop", "SpamCop"),
        ("550 5.7.1 Your email was rejected due to having a domain present in the Spamhaus DBL", "Spamhaus DBL"),
    ] {
        let session = asked(&[], |file| file.case.error = Some(error.to_owned())).await;
        let named = findings(&session).into_iter().filter(|f| f.id == "blocklists.named");
        assert_eq!(named.map(|f| f.args["list"].as_str()).collect::<Vec<_>>(), [list], "{error}");
    }
}
