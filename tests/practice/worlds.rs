use std::collections::{BTreeMap, BTreeSet};

use heloise::guide::Guide;
use heloise::practice::{Practice, WorldFile};
use heloise::transcript::Verdict;

use crate::client::file;

/// The seven headline codes of the guide.
const CODES: [u16; 7] = [421, 451, 501, 502, 503, 550, 554];

/// The eleven causes of the contract, each with its kinds.
const CAUSES: [(&str, &str); 11] = [
    (
        "address",
        "no-such-user bad-address-syntax mailbox-full mailbox-disabled account-suspended smtputf8-needed no-such-domain null-mx",
    ),
    ("network", "timeout host-unreachable port-refused ipv6-broken server-down connection-lost"),
    (
        "server-config",
        "relay-denied wrong-port wrong-security tls-required tls-handshake certificate-expired certificate-name \
         certificate-untrusted clock-wrong helo-rejected command-sequence command-not-implemented syntax loop",
    ),
    ("spam-filter", "spam-content policy greylisting"),
    ("blocklist", "ip-listed domain-listed reputation blocklist-misconfigured"),
    (
        "authentication",
        "bad-credentials auth-required app-password-required auth-needs-tls mechanism-mismatch auth-disabled \
         sender-not-allowed auth-server-broken",
    ),
    ("content", "blocked-attachment virus message-too-big malformed-message bare-newline line-too-long"),
    ("overload", "server-overloaded rate-limit connection-limit disk-full"),
    (
        "dns",
        "no-mx mx-broken mx-is-cname dns-timeout servfail stale-dns no-ptr spf-fail spf-broken dkim-fail dmarc-reject \
         mta-sts-fail dane-fail sender-domain-broken",
    ),
    ("firewall", "port-blocked starttls-stripped banner-masked tls-intercepted"),
    ("unclear", ""),
];

fn all() -> Vec<WorldFile> {
    WorldFile::all(&Guide::embedded()).unwrap()
}

#[tokio::test]
async fn every_world_comes_up() {
    for world in all() {
        let practice = Practice::start(&world).await.unwrap_or_else(|e| panic!("{}: {e}", world.id));
        assert!(practice.addresses().iter().all(|(_, at)| at.ip().is_loopback()), "{}", world.id);
        assert!(practice.addresses().len() > 1, "{}: nobody answers SMTP", world.id);
    }
}

#[test]
fn the_worlds_cover_every_headline_code_and_every_cause() {
    let worlds = all();
    assert!(worlds.len() >= 18, "{}", worlds.len());
    let codes: BTreeSet<u16> = worlds.iter().filter_map(|w| w.expect.code).collect();
    assert_eq!(codes, CODES.into(), "an expected code is one of the seven");
    let causes: BTreeSet<&str> = worlds.iter().filter_map(|w| w.expect.cause.as_deref()).collect();
    assert_eq!(causes, CAUSES.map(|(cause, _)| cause).into());
    assert!(worlds.iter().filter(|w| w.expect.verdict == Verdict::NoFaultFound).count() >= 2);
}

#[test]
fn expectations_do_not_contradict_themselves() {
    for world in all() {
        let expect = &world.expect;
        let healthy = expect.verdict == Verdict::NoFaultFound;
        assert_eq!(healthy, expect.cause.is_none(), "{}", world.id);
        assert!(expect.cause.is_some() || expect.kind.is_none(), "{}", world.id);
        assert!(!healthy || expect.code.is_none(), "{}", world.id);
    }
}

#[test]
fn an_expected_kind_belongs_to_its_cause() {
    let kinds: BTreeMap<&str, &str> = CAUSES.into();
    let expected = all().into_iter().filter_map(|w| Some((w.id, w.expect.cause?, w.expect.kind?)));
    let strays: Vec<_> =
        expected.filter(|(_, cause, kind)| !kinds[cause.as_str()].split(' ').any(|k| k == kind)).collect();
    assert!(strays.is_empty(), "{strays:?}");
}

#[test]
fn worlds_stand_in_an_order_of_their_own() {
    let orders: Vec<u32> = all().iter().map(|w| w.order).collect();
    assert!(orders.windows(2).all(|pair| pair[0] < pair[1]), "{orders:?}");
}

#[test]
fn titles_and_stories_are_short_and_calm() {
    for world in all() {
        assert!(world.title.chars().count() <= 60, "{}: {}", world.id, world.title);
        assert!(world.story.chars().count() <= 240, "{}: {}", world.id, world.story.chars().count());
        assert!(world.story.matches(". ").count() <= 2, "{}: {}", world.id, world.story);
        assert!(!format!("{}{}", world.title, world.story).contains(['!', '\n']), "{}", world.id);
    }
}

#[test]
fn limits_are_set_and_a_password_is_told_of() {
    for world in all() {
        assert!(world.case.timeout_secs > 0 && world.case.deadline_secs > 0, "{}", world.id);
        assert_eq!(world.case.has_password, world.password.is_some(), "{}", world.id);
    }
}

#[test]
fn a_world_asked_for_by_a_wrong_name_is_answered_with_the_right_ones() {
    let error = WorldFile::by_id(&Guide::embedded(), "no-such-world").unwrap_err();
    assert!(error.contains("no-such-world") && error.contains("no-such-user"), "{error}");
}

#[test]
fn an_unknown_field_is_refused() {
    let text = "order = 1\ntitle = ''\nstory = ''\ncase = {}\nexpect = { verdict = 'inconclusive' }\nhosts = []";
    let error = toml::from_str::<WorldFile>(text).unwrap_err().to_string();
    assert!(error.contains("unknown field `hosts`"), "{error}");
}

async fn refused(rest: &str) -> String {
    Practice::start(&file(rest)).await.err().unwrap()
}

#[tokio::test]
async fn a_world_may_not_stand_in_for_a_real_address() {
    let error = refused("[[host]]\nname = 'mx.test'\naddresses = ['127.0.0.1']\nports = { 25 = 'none' }").await;
    assert!(error.contains("127.0.0.1 is not an address set aside for examples"), "{error}");
}

#[tokio::test]
async fn what_is_no_reply_is_not_served() {
    for (reply, says) in
        [("['5.7.1 No']", "is not a reply"), ("['550-No']", "is not a reply"), ("['550 a', '554 b']", "several codes")]
    {
        let error = refused(&format!(
            "[[host]]\nname = 'mx.test'\naddresses = ['192.0.2.1']\nports = {{ 25 = 'none' }}\n\
             [[host.rule]]\non = ['rcpt']\nreply = {reply}"
        ))
        .await;
        assert!(error.contains(says), "{reply}: {error}");
    }
}
