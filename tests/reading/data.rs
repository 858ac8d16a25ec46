//! The codes and phrases of the guide, and how one reply is read by them.

use std::collections::HashSet;

use heloise::reading::{parse_reply, read_reply};
use heloise::transcript::Stage;
use proptest::prelude::*;

use crate::{GUIDE, at};

/// The contract's causes and kinds.
const CAUSES: [(&str, &str); 13] = [
    (
        "address",
        "no-such-user bad-address-syntax mailbox-full mailbox-disabled account-suspended smtputf8-needed no-such-domain null-mx",
    ),
    ("network", "timeout host-unreachable port-refused ipv6-broken server-down connection-lost"),
    (
        "server-config",
        "relay-denied wrong-port wrong-security tls-required tls-handshake certificate-expired certificate-name certificate-untrusted \
         helo-rejected command-sequence command-not-implemented syntax loop",
    ),
    ("spam-filter", "spam-content policy greylisting"),
    ("blocklist", "ip-listed domain-listed reputation blocklist-misconfigured"),
    (
        "authentication",
        "bad-credentials auth-required app-password-required auth-needs-tls mechanism-mismatch auth-disabled sender-not-allowed auth-server-broken",
    ),
    ("content", "blocked-attachment virus message-too-big malformed-message bare-newline line-too-long"),
    ("overload", "server-overloaded rate-limit connection-limit disk-full"),
    (
        "dns",
        "no-mx mx-broken mx-is-cname dns-timeout servfail stale-dns no-ptr spf-fail spf-broken dkim-fail dmarc-reject mta-sts-fail dane-fail \
         sender-domain-broken",
    ),
    ("firewall", "port-blocked starttls-stripped banner-masked tls-intercepted"),
    ("unclear", ""),
    ("healthy", ""),
    ("not-a-bounce", ""),
];

#[test]
fn every_phrase_reads_its_own_sample() {
    let mut wrong = Vec::new();
    for phrase in GUIDE.phrases() {
        let mut reply = parse_reply(&phrase.sample);
        reply.stage = reply.stage.filter(|s| phrase.stage.is_empty() || phrase.stage.contains(s));
        let read = read_reply(&GUIDE, &reply);
        if read.phrase.as_deref() != Some(phrase.id.as_str()) {
            wrong.push(format!("{} is read by {:?} ({})", phrase.id, read.phrase, phrase.sample));
        }
    }
    assert!(GUIDE.phrases().len() > 300, "the phrases are there");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_phrase_and_code_speaks_for_a_cause_and_kind_of_the_contract() {
    let known = |cause: &str, kind: Option<&str>| {
        let kinds = CAUSES.iter().find(|(c, _)| *c == cause).map(|(_, k)| *k);
        kinds.is_some_and(|kinds| kind.is_none_or(|k| kinds.split_whitespace().any(|own| own == k)))
    };
    let mut seen = HashSet::new();
    for phrase in GUIDE.phrases() {
        assert!(known(&phrase.cause, phrase.kind.as_deref()), "{}: {} {:?}", phrase.id, phrase.cause, phrase.kind);
        assert!(seen.insert(&phrase.id), "{} is there twice", phrase.id);
        assert!((0..=30).contains(&phrase.db), "{}", phrase.id);
    }
    for code in GUIDE.codes() {
        assert!(known(&code.cause, code.kind.as_deref()), "{}", code.code);
        assert!(code.at.iter().all(|a| known(&a.cause, a.kind.as_deref())), "{}", code.code);
    }
    for code in GUIDE.enhanced() {
        assert!(code.cause.as_deref().is_none_or(|c| known(c, code.kind.as_deref())), "{}", code.code);
    }
    assert!(!GUIDE.codes().is_empty() && !GUIDE.enhanced().is_empty());
}

#[test]
fn the_seven_codes_mean_something_at_each_stage() {
    use Stage::{Auth, Data, Ehlo, Greeting, Mail, Message, Quit, Rcpt, Starttls};
    let headline: Vec<u16> = GUIDE.codes().iter().filter(|c| c.headline).map(|c| c.code).collect();
    assert_eq!(HashSet::from_iter(headline.iter().copied()), HashSet::from([501, 550, 554, 421, 451, 503, 502]));
    for code in GUIDE.codes().iter().filter(|c| c.headline) {
        for stage in [Greeting, Ehlo, Starttls, Auth, Mail, Rcpt, Data, Message, Quit] {
            let own = code.at.iter().find(|a| a.stage.contains(&stage));
            assert!(own.is_some_and(|a| !a.says.plain.is_empty()), "{} at {stage}", code.code);
        }
    }
}

#[test]
fn both_failing_classes_have_a_fallback() {
    for (text, permanent) in [("499 qqq", false), ("599 qqq", true)] {
        let meaning = at(text, None);
        assert!(meaning.phrase.is_none() && meaning.db < 15, "{permanent} {meaning:?}");
    }
    assert!([400, 500].iter().all(|c| GUIDE.codes().iter().any(|own| own.code == *c)));
}

#[test]
fn a_positive_reply_is_healthy_and_weighs_nothing() {
    for text in [
        "250 2.1.5 Ok",
        "220 mx.example.org ESMTP, no spam please",
        "354 go ahead",
        "235 2.7.0 Authentication successful",
    ] {
        let mut reply = parse_reply(text);
        reply.code = text[..3].parse().expect("a code");
        let meaning = read_reply(&GUIDE, &reply);
        assert_eq!((meaning.cause.as_str(), meaning.db), ("healthy", 0), "{text}");
    }
}

#[test]
fn values_in_the_text_become_places() {
    let meaning = at(
        "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org; see the page",
        Some(Stage::Rcpt),
    );
    assert_eq!(meaning.args["ip"], "192.0.2.7");
    assert_eq!(meaning.args["list"], "zen.spamhaus.org");
    assert_eq!((meaning.args["codes"].as_str(), meaning.args["stage"].as_str()), ("554 5.7.1", "RCPT"));
    assert!(meaning.matched.is_some_and(|m| m.starts_with("Client host [192.0.2.7]")));
}

#[test]
fn at_mail_an_unknown_address_is_the_senders() {
    assert_eq!(at("550 5.1.1 unknown user", Some(Stage::Rcpt)).kind.as_deref(), Some("no-such-user"));
    assert_eq!(at("550 5.1.1 unknown user", Some(Stage::Mail)).kind.as_deref(), Some("sender-domain-broken"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_reply_is_read_and_what_comes_back_is_clean(code in 0_u16..700, text in any::<String>(), detail in 0_u16..1000) {
        let mut reply = parse_reply(&text);
        reply.code = code;
        reply.enhanced = format!("5.7.{detail}").parse().ok();
        let meaning = read_reply(&GUIDE, &reply);
        let shown = meaning.args.values().chain(&meaning.matched);
        for value in shown {
            prop_assert!(!value.chars().any(char::is_control), "{value:?}");
        }
    }
}
