use super::{Story, e};
use crate::transcript::StepStatus;

#[test]
fn the_same_finding_of_many_probes_adds_little() {
    let listed = |story: Story, n: usize| {
        let lists = (0..n).map(|i| format!("List {i}"));
        lists.fold(story, |story, list| story.found("blocklists.ip.listed", &[("list", &list)])).top()
    };
    assert_eq!(listed(Story::new(), 1).score, 22);
    assert_eq!(listed(Story::new(), 2).score, 24);
    assert_eq!(listed(Story::new(), 40).score, 28, "at most 6 more");
}

#[test]
fn a_score_is_the_sum_of_its_reasons() {
    let lists = ["A", "B", "A", "C", "D", "E", "F"];
    let story = lists.iter().fold(Story::new(), |s, list| s.found("blocklists.ip.listed", &[("list", list)]));
    let top = story.live(554, "blocked using A").live(554, "blocked using A").top();
    assert_eq!(
        top.because.iter().map(|r| r.db).sum::<i32>() + top.against.iter().map(|r| r.db).sum::<i32>(),
        top.score
    );
}

#[test]
fn the_same_meaning_from_many_servers_counts_once_and_a_little() {
    let top = Story::new().live(550, "not here").live(550, "user unknown").live(550, "not here").top();
    assert_eq!(top.score, 34, "the strongest, and 2 for each other");
    assert_eq!(top.because[0].evidence, [e(3)], "the strongest comes first");
}

#[test]
fn what_speaks_of_the_whole_cause_speaks_of_its_kinds() {
    let found = Story::new().live(550, "not here").found("recipient.typo", &[]).diagnose();
    let scores: Vec<_> = found.causes.iter().map(|c| (c.kind.as_deref(), c.score)).collect();
    assert_eq!(scores, [(Some("no-such-user"), 14)]);
}

#[test]
fn it_stands_alone_where_no_kind_is_known() {
    let top = Story::new().live(550, "bad address").found("recipient.typo", &[]).top();
    assert_eq!((top.kind, top.score), (None, 16));
}

#[test]
fn a_new_run_replaces_the_one_before() {
    let found = Story::new().live(550, "user unknown").ended("recipient", StepStatus::Fail);
    let found = found.run("recipient").live(250, "ok").found("recipient.rcpt.accepted", &[]);
    assert!(found.ended("recipient", StepStatus::Pass).diagnose().causes.iter().all(|c| c.cause != "address"));
}

#[test]
fn a_run_that_has_brought_nothing_yet_replaces_none() {
    let story = Story::new().live(550, "user unknown").ended("recipient", StepStatus::Fail).run("recipient");
    assert_eq!(story.top().cause, "address");
}

#[test]
fn a_flaw_on_the_side_counts_where_nothing_else_explains() {
    let found = Story::new().found("dns.ptr.none", &[]).diagnose();
    assert_eq!(found.causes[0].kind.as_deref(), Some("no-ptr"));
    assert!(found.also.is_empty());
}

#[test]
fn a_flaw_on_the_side_is_only_mentioned_where_the_reply_is_explained() {
    let found = Story::new().live(550, "user unknown").found("dns.ptr.none", &[("ip", "192.0.2.7")]).diagnose();
    assert!(found.causes.iter().all(|c| c.cause == "address"));
    assert_eq!(found.also.len(), 1);
    assert_eq!(found.also[0].says.plain, "192.0.2.7 has no name.");
    assert_eq!(found.also[0].evidence, [e(3)]);
}

#[test]
fn a_flaw_on_the_side_of_the_very_thing_the_reply_speaks_of_counts() {
    let found = Story::new().live(550, "SPF").found("dns.spf.none", &[]).diagnose();
    assert_eq!((found.causes[0].kind.as_deref(), found.causes[0].score), (Some("spf-fail"), 26));
    assert!(found.also.is_empty());
}

#[test]
fn a_flaw_without_a_weight_is_mentioned_once_with_all_its_evidence() {
    let found = Story::new().live(550, "user unknown").found("content.odd", &[]).found("content.odd", &[]).diagnose();
    assert_eq!(found.also.len(), 1);
    assert_eq!(found.also[0].evidence, [e(3), e(4)]);
}

#[test]
fn a_flaw_that_speaks_for_a_cause_is_not_mentioned_again() {
    let found = Story::new().live(550, "user unknown").found("dns.odd", &[]).diagnose();
    assert_eq!((found.causes[1].cause.as_str(), found.also.len()), ("dns", 0));
}

#[test]
fn among_equals_the_one_that_explains_the_reply_comes_first() {
    let found =
        Story::new().live(550, "bad address").found("dns.spf.fail", &[]).found("recipient.typo", &[]).diagnose();
    let causes: Vec<_> = found.causes.iter().map(|c| (c.cause.as_str(), c.score)).collect();
    assert_eq!(causes, [("address", 16), ("dns", 16)]);
}

#[test]
fn a_cause_that_is_surer_comes_first() {
    let found = Story::new().pasted(550, "user unknown").found("blocklists.ip.listed", &[]).diagnose();
    let causes: Vec<_> = found.causes.iter().map(|c| c.cause.as_str()).collect();
    assert_eq!(causes, ["blocklist", "address"], "a proof outranks what was only pasted");
}
