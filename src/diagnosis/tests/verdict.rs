use super::{Story, guide};
use crate::diagnosis::untold;
use crate::reading::Certainty;
use crate::transcript::{Role, StepStatus, Transcript, Verdict};

#[test]
fn a_likely_cause_is_a_fault() {
    assert_eq!(Story::new().pasted(550, "user unknown").diagnose().verdict, Verdict::FaultFound);
}

#[test]
fn a_possible_cause_is_a_fault_where_a_server_refused() {
    assert_eq!(Story::new().live(550, "not here").diagnose().verdict, Verdict::FaultFound);
}

#[test]
fn a_possible_cause_from_a_flaw_alone_is_inconclusive() {
    let found = Story::new().found("recipient.typo", &[]).diagnose();
    assert_eq!((found.verdict, found.causes.len()), (Verdict::Inconclusive, 1));
}

#[test]
fn a_server_that_is_busy_is_no_fault_where_another_takes_the_recipient() {
    let busy = |taken_by: &str| {
        let story = Story::new().server_says("mx1.example.org", Role::Case, 421, "busy").at_the_greeting();
        let story = story.server_says(taken_by, Role::Case, 250, "ok").found("recipient.rcpt.accepted", &[]);
        story.ended("recipient", StepStatus::Pass).diagnose().verdict
    };
    assert_eq!(busy("mx2.example.org"), Verdict::NoFaultFound);
    assert_eq!(busy("mx1.example.org"), Verdict::FaultFound, "what one server says of itself stays");
}

#[test]
fn nothing_at_all_is_inconclusive() {
    let found = Story::new().diagnose();
    assert_eq!((found.verdict, found.causes.len()), (Verdict::Inconclusive, 0));
}

#[test]
fn all_fine_is_no_fault() {
    let story = Story::new().live(250, "ok").found("recipient.rcpt.accepted", &[("server", "mx1.example.org")]);
    let found = story.ended("recipient", StepStatus::Pass).diagnose();
    assert_eq!(found.verdict, Verdict::NoFaultFound);
    assert_eq!(found.causes.len(), 1);
    assert_eq!((found.causes[0].cause.as_str(), found.causes[0].certainty), ("healthy", Certainty::Confirmed));
    assert_eq!(found.causes[0].because[0].says.plain, "mx1.example.org takes the address.");
}

#[test]
fn what_rules_out_most_comes_first_where_all_is_fine() {
    let found = Story::new().found("dns.mx.ok", &[]).found("recipient.rcpt.accepted", &[]).diagnose();
    assert!(found.causes[0].because[0].says.plain.contains("takes the address"));
}

#[test]
fn what_could_not_be_told_is_never_no_fault() {
    let story = Story::new().found("dns.mx.ok", &[]).found("dns.timeout", &[]);
    let transcript: Transcript = story.entries.into_iter().collect();
    assert_eq!(crate::diagnosis::diagnose(&guide(), &transcript).verdict, Verdict::Inconclusive);
    let untold: Vec<_> = untold(&guide(), &transcript).into_iter().map(|r| r.says.plain).collect();
    assert_eq!(untold, ["The DNS did not answer about."]);
}

#[test]
fn a_step_that_could_not_tell_is_never_no_fault() {
    let story = Story::new().found("dns.mx.ok", &[]).ended("dns", StepStatus::Unknown);
    assert_eq!(story.diagnose().verdict, Verdict::Inconclusive);
}

#[test]
fn a_step_that_was_broken_off_is_never_no_fault_and_is_named() {
    let story = || Story::new().run("dns").found("dns.mx.ok", &[]).found("dns.ptr.none", &[]).cancelled();
    let transcript: Transcript = story().ended("dns", StepStatus::Warn).entries.into_iter().collect();
    let untold: Vec<_> = untold(&guide(), &transcript).into_iter().map(|r| r.says.admin).collect();
    assert_eq!(untold, ["dns was cancelled before it ended: by hand, or by the deadline (--deadline SECONDS)."]);
    let verdict = |story: Story| story.diagnose().verdict;
    assert_eq!(verdict(story().ended("dns", StepStatus::Warn)), Verdict::Inconclusive);
    let again = story().ended("dns", StepStatus::Warn).run("dns").found("dns.mx.ok", &[]);
    assert_eq!(verdict(again.ended("dns", StepStatus::Pass)), Verdict::NoFaultFound, "what was looked at again counts");
}

#[test]
fn a_step_that_could_tell_when_looked_at_again_counts() {
    let story = Story::new().run("dns").ended("dns", StepStatus::Unknown);
    let story = story.run("dns").found("dns.mx.ok", &[]).ended("dns", StepStatus::Pass);
    assert_eq!(story.diagnose().verdict, Verdict::NoFaultFound);
}

#[test]
fn one_list_of_many_that_is_silent_leaves_nothing_open() {
    let one = Story::new().found("blocklists.ip.clean", &[]).found("blocklists.unknown", &[]);
    assert_eq!(one.diagnose().verdict, Verdict::NoFaultFound);
    let all = Story::new().found("dns.mx.ok", &[]).found("blocklists.unknown", &[]);
    assert_eq!(all.diagnose().verdict, Verdict::Inconclusive, "where no list of the step answered it does");
}

#[test]
fn a_minor_silence_leaves_nothing_open_where_a_server_took_the_mail() {
    let silent = |first: Story| {
        let story = first.run("blocklists").found("blocklists.unknown", &[]);
        story.ended("blocklists", StepStatus::Unknown).diagnose().verdict
    };
    let taken = || Story::new().live(250, "ok").found("recipient.rcpt.accepted", &[]);
    assert_eq!(silent(taken()), Verdict::NoFaultFound);
    assert_eq!(silent(taken().pasted(554, "no thanks")), Verdict::Inconclusive, "where something wants explaining");
    let cut_off = taken().run("blocklists").found("blocklists.unknown", &[]).cancelled();
    assert_eq!(cut_off.ended("blocklists", StepStatus::Unknown).diagnose().verdict, Verdict::Inconclusive);
}

#[test]
fn what_only_shows_the_proof_again_is_not_said_besides() {
    let told = |entry| {
        let story = Story::new().live(550, "user unknown").found_by("load.host.high", entry);
        story.diagnose().also.len()
    };
    let reply = 2;
    assert_eq!((told(reply), told(reply - 1)), (0, 1));
}

#[test]
fn what_is_well_hides_no_flaw_that_the_same_probe_shows() {
    let story = Story::new().live(250, "ok").found_by("recipient.rcpt.accepted", 2).found_by("dns.ptr.none", 2);
    assert_eq!(story.diagnose().also.len(), 1);
}

#[test]
fn a_flaw_on_the_side_of_mail_that_is_taken_is_no_fault() {
    let story = Story::new().live(250, "ok").found("recipient.rcpt.accepted", &[]).found("dns.ptr.none", &[]);
    let found = story.diagnose();
    assert_eq!((found.verdict, found.also.len()), (Verdict::NoFaultFound, 1));
}

#[test]
fn a_pasted_text_that_says_too_little_is_unclear() {
    let found = Story::new().pasted(554, "no thanks").diagnose();
    assert_eq!(found.verdict, Verdict::Inconclusive);
    assert_eq!((found.causes[0].cause.as_str(), found.causes[0].certainty), ("unclear", Certainty::Possible));
}

#[test]
fn a_live_refusal_that_says_too_little_is_a_fault_all_the_same() {
    let found = Story::new().live(554, "no thanks").diagnose();
    assert_eq!((found.verdict, found.causes[0].cause.as_str()), (Verdict::FaultFound, "unclear"));
}

#[test]
fn unclear_never_stands_beside_a_cause() {
    let found = Story::new().live(554, "no thanks").found("recipient.typo", &[]).diagnose();
    let causes: Vec<_> = found.causes.iter().map(|c| c.cause.as_str()).collect();
    assert_eq!((found.verdict, causes), (Verdict::FaultFound, vec!["address"]));
}

#[test]
fn a_fault_without_a_weight_is_named_by_its_own_words() {
    let found = Story::new().run("load").found("load.host.high", &[("what", "memory")]).diagnose();
    let top = &found.causes[0];
    assert_eq!(found.verdict, Verdict::FaultFound);
    assert_eq!(top.headline.plain, "This machine has too much to do.");
    assert_eq!((top.fix[0].plain.as_str(), top.step.as_str()), ("Free some memory.", "load"));
}

#[test]
fn what_is_no_bounce_is_no_fault_and_nothing_was_tested() {
    let found = Story::new().found("error-message.not-a-bounce", &[]).diagnose();
    assert_eq!((found.verdict, found.causes[0].cause.as_str()), (Verdict::Inconclusive, "not-a-bounce"));
}

#[test]
fn a_positive_reply_speaks_for_no_fault() {
    let found = Story::new().says(Role::Case, 250, "user unknown").diagnose();
    assert!(found.causes.iter().all(|c| c.cause == "healthy"));
    assert_eq!(found.verdict, Verdict::NoFaultFound);
}
