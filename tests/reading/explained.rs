//! Codes and names explained.

use heloise::guide::Who;
use heloise::reading::{Topic, advice, explain};
use heloise::transcript::Stage;

use crate::{GUIDE, only};

#[test]
fn explaining_answers_for_codes_and_names() {
    let topics = |query: &str| explain(&GUIDE, query).iter().map(|e| e.topic).collect::<Vec<_>>();
    assert_eq!(topics("550"), [Topic::Code]);
    assert_eq!(topics("5.7.26"), [Topic::Enhanced]);
    assert_eq!(topics("550 5.7.26"), [Topic::Reply, Topic::Code, Topic::Enhanced]);
    assert_eq!(
        topics("554 5.7.1 <bob@example.org>: Relay access denied"),
        [Topic::Reply, Topic::Code, Topic::Enhanced]
    );
    assert_eq!(topics("connectivity"), [Topic::Step]);
    assert_eq!(topics("dns.mx.null"), [Topic::Finding]);
    assert!(topics("no-such-thing").is_empty() && topics("").is_empty() && topics("42").is_empty());
}

#[test]
fn a_code_is_explained_stage_by_stage_and_a_strange_one_by_its_class() {
    let known = &explain(&GUIDE, "550")[0];
    assert!(known.known && known.at.iter().any(|a| a.stages.contains(&Stage::Rcpt)));
    let strange = &explain(&GUIDE, "5.9.99")[0];
    assert!(!strange.known && strange.says.plain.contains("5.x.x"), "{strange:?}");
    assert!(!explain(&GUIDE, "578")[0].known);
}

#[test]
fn a_reply_with_its_text_is_explained_by_the_text() {
    let said =
        &explain(&GUIDE, "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using bl.example.org")[0];
    assert_eq!((said.cause.as_deref(), said.kind.as_deref()), (Some("blocklist"), Some("ip-listed")));
}

#[test]
fn what_is_wrong_at_the_receiving_server_is_for_its_own_people_to_mend() {
    for text in ["451 4.3.5 Server configuration error", "550 5.2.4 Mailing list expansion problem"] {
        let told = advice(&GUIDE, &only(text));
        assert_eq!(told.who, Who::TheirProvider, "{text}");
        assert!(told.fix[0].plain.starts_with("Tell the recipient"), "{:?}", told.fix);
        let explained = &explain(&GUIDE, text)[0];
        assert_eq!((explained.who, &explained.fix), (Some(Who::TheirProvider), &told.fix), "{text}");
    }
}

#[test]
fn a_code_is_known_however_it_is_spelled() {
    let first = |query: &str| explain(&GUIDE, query).first().map(|e| e.id.clone()).unwrap_or_default();
    for query in
        ["550", "smtp 550", "SMTP error 550", "error code: 550", "(550)", "550.", "\"550\"", "#550", "reply 550 "]
    {
        assert_eq!(first(query), "550", "{query}");
    }
    for query in
        ["550 5.1.1", "550-5.1.1", "550 #5.1.1", "550/5.1.1", "550, 5.1.1", "smtp error 550 5.1.1", "550_5.1.1"]
    {
        assert_eq!(first(query), "550 5.1.1", "{query}");
    }
    for query in ["5.1.1", "#5.1.1", "x.1.1", "X.1.1", "status 5.1.1", "(#5.1.1)"] {
        assert_eq!(first(query), "5.1.1", "{query}");
    }
}

#[test]
fn words_numbers_of_programs_and_names_with_spaces_are_explained() {
    let kind = |query: &str| explain(&GUIDE, query).first().and_then(|e| e.kind.clone()).unwrap_or_default();
    assert_eq!(kind("Relay access denied"), "relay-denied");
    assert_eq!(kind("0x800CCC0F"), "connection-lost");
    assert_eq!(kind("EAUTH"), "bad-credentials");
    assert_eq!(kind("ECONNREFUSED"), "port-refused");
    assert_eq!(kind("mailbox full"), "mailbox-full");
    assert_eq!(kind("Mailbox_Full"), "mailbox-full");
    assert_eq!(explain(&GUIDE, "step 9")[0].next_step.as_ref().map(ToString::to_string).as_deref(), Some("dns"));
    assert!(explain(&GUIDE, "qqq zzz").is_empty());
}

#[test]
fn nothing_that_failed_is_explained_without_a_next_step() {
    for query in ["550", "421", "578", "599 5.9.99", "5.9.99", "4.9.9", "5xx", "4.x.x", "550 qqq", "5.7.1"] {
        let first = explain(&GUIDE, query).into_iter().next();
        assert!(first.is_some_and(|e| e.next_step.is_some() && e.waiting.is_some() && e.who.is_some()), "{query}");
    }
    assert!(!explain(&GUIDE, "550 qqq")[0].known && explain(&GUIDE, "550 5.1.1")[0].known);
}
