//! Codes and names explained.

use heloise::reading::{Topic, explain};
use heloise::transcript::Stage;

use crate::GUIDE;

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
