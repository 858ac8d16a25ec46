use super::Story;
use crate::reading::Certainty::{Confirmed, Likely, Possible};
use crate::transcript::Role;

#[test]
fn a_server_that_says_it_live_without_doubt_confirms() {
    assert_eq!(Story::new().live(550, "user unknown").top().certainty, Confirmed);
}

#[test]
fn a_pasted_text_alone_is_likely_at_most() {
    assert_eq!(Story::new().pasted(550, "user unknown").top().certainty, Likely);
}

#[test]
fn a_pasted_text_and_the_same_live_reply_confirm() {
    let top = Story::new().pasted(550, "user unknown").live(550, "not here").top();
    assert_eq!((top.certainty, top.kind.as_deref()), (Confirmed, Some("no-such-user")));
}

#[test]
fn a_pasted_text_and_a_proof_confirm() {
    let top = Story::new().pasted(554, "blocked using a list").found("blocklists.ip.listed", &[]).top();
    assert_eq!((top.certainty, top.kind.as_deref()), (Confirmed, Some("ip-listed")));
}

#[test]
fn a_vague_live_reply_alone_is_possible_and_its_bonus_makes_it_no_surer() {
    let top = Story::new().live(550, "not here").top();
    assert_eq!((top.certainty, top.score), (Possible, 8));
}

#[test]
fn what_a_server_says_in_so_many_words_stays_possible_whatever_speaks_against_it() {
    let top = Story::new().live(550, "user unknown").found("recipient.seen-alive", &[]).top();
    assert_eq!((top.kind.as_deref(), top.certainty, top.against.len()), (Some("no-such-user"), Possible, 1));
    let vague = Story::new().live(550, "not here").found("recipient.seen-alive", &[]).diagnose();
    assert!(vague.causes.iter().all(|c| c.kind.is_none()), "{vague:?}");
    let pasted = Story::new().pasted(550, "user unknown").found("recipient.seen-alive", &[]).diagnose();
    assert!(pasted.causes.iter().all(|c| c.kind.is_none()), "{pasted:?}");
}

#[test]
fn proof_below_twenty_is_likely() {
    assert_eq!(Story::new().found("dns.spf.fail", &[]).top().certainty, Likely);
}

#[test]
fn proof_with_a_vague_reply_is_confirmed() {
    assert_eq!(
        Story::new().found("recipient.rcpt.control-refused", &[]).live(550, "not here").top().certainty,
        Confirmed
    );
}

#[test]
fn proof_against_keeps_a_cause_from_being_confirmed() {
    let story = Story::new().live(550, "user unknown").found("recipient.rcpt.refused", &[]);
    let top = story.found("recipient.rcpt.all-refused", &[]).top();
    assert_eq!((top.certainty, top.score, top.against.len()), (Likely, 26, 1));
}

#[test]
fn a_control_probe_never_counts() {
    assert!(Story::new().says(Role::Control, 550, "user unknown").diagnose().causes.is_empty());
}

#[test]
fn proof_of_a_cause_is_none_of_a_kind_that_is_only_possible() {
    let causes = Story::new().found("dns.proved", &[]).pasted(550, "SPF").diagnose().causes;
    let seen: Vec<_> = causes.iter().map(|c| (c.kind.as_deref(), c.certainty)).collect();
    assert_eq!(seen, [(None, Confirmed), (Some("spf-fail"), Likely)]);
}

#[test]
fn proof_of_a_cause_confirms_a_kind_that_is_likely_live_by_itself() {
    let causes = Story::new().found("dns.proved", &[]).live(550, "SPF").diagnose().causes;
    let seen: Vec<_> = causes.iter().map(|c| (c.kind.as_deref(), c.certainty)).collect();
    assert_eq!(seen, [(Some("spf-fail"), Confirmed)], "and the kind says all that the cause would say");
}

#[test]
fn three_decibans_are_not_even_possible() {
    let found = Story::new().found("recipient.rcpt.refused", &[]).found("recipient.typo", &[]);
    let found = found.found("recipient.rcpt.accepted", &[]).diagnose();
    assert!(found.causes.iter().all(|c| c.cause != "address"), "8 + 6 - 20 is against it");
}
