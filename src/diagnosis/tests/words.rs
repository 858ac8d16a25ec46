use super::{Story, e, guide};
use crate::diagnosis::{Ranked, diagnose, shown_in};
use crate::guide::Who;
use crate::transcript::{Case, Fact, Role, StepId, StepStatus, Target};

#[test]
fn a_kind_gives_the_words_and_the_reply_the_values() {
    let top = Story::new().live(550, "user unknown").top();
    assert_eq!(top.headline.plain, "mx1.example.org knows no bob@example.org.");
    assert_eq!(top.headline.admin, "mx1.example.org answered 550 at RCPT.");
    assert_eq!(top.fix[0].plain, "Check bob@example.org letter by letter.");
    assert_eq!((top.who, top.waiting.as_str(), top.step.as_str()), (Who::Recipient, "does not help", "recipient"));
}

#[test]
fn words_with_an_advice_of_their_own_bring_it() {
    let top = Story::new().live(550, "user has moved").top();
    assert_eq!(top.headline.plain, "mx1.example.org knows no bob@example.org.");
    assert_eq!(top.fix[0].plain, "Ask mx1.example.org where bob@example.org went.");
    assert_eq!((top.who, top.waiting.as_str()), (Who::TheirProvider, "helps for once"));
}

#[test]
fn an_advice_with_a_headline_says_all_that_is_to_be_said() {
    let top = Story::new().live(550, "user has left").top();
    assert_eq!((top.headline.plain.as_str(), top.says), ("Bob has left.", None));
}

#[test]
fn a_finding_that_leads_gives_what_to_do_and_a_remark_gives_it_first() {
    let fixes = |top: &Ranked| top.fix.iter().map(|f| f.plain.clone()).collect::<Vec<_>>();
    let refused = || Story::new().live(550, "user unknown");
    let moved = refused().found("recipient.moved", &[("to", "bob@example.com")]).top();
    assert_eq!((moved.who, fixes(&moved)), (Who::You, vec!["Write to bob@example.com.".to_owned()]));
    let capitals = refused().found("recipient.capitals", &[]).top();
    assert_eq!(fixes(&capitals), ["Try small letters.", "Check bob@example.org letter by letter."]);
}

#[test]
fn the_dns_of_the_senders_own_domain_is_the_senders_to_mend() {
    let lame = |zone: &str| {
        let case = Case { from: Some("alice@mail.example.net".to_owned()), ..Case::new() };
        let story = Story::default().fact(Fact::Entered { case: Box::new(case) }).run("dns");
        story.found("dns.lame", &[("zone", zone), ("host", "ns2")]).top()
    };
    let own = lame("example.net");
    assert_eq!((own.who, own.fix[0].plain.as_str()), (Who::You, "Whoever keeps example.net: look at ns2."));
    for theirs in ["example.org", "ample.net"] {
        assert_eq!(lame(theirs).fix[0].plain, "Mend them.");
    }
}

#[test]
fn whoever_runs_the_server_of_ones_own_login_is_ones_own_provider() {
    let moved = |server: &str| {
        let server = Some(Target { host: server.to_owned(), port: Some(587) });
        let case = Case { server, user: Some("alice".to_owned()), ..Case::new() };
        let story = Story::default().fact(Fact::Entered { case: Box::new(case) }).run("recipient");
        story.server_says("mail.example.net", Role::Case, 550, "user has moved").top().who
    };
    assert_eq!(moved("mail.example.net"), Who::YourProvider);
    assert_eq!(moved("mail.example.com"), Who::TheirProvider);
}

#[test]
fn the_step_to_look_at_again_is_the_one_that_showed_it() {
    let shown = |story: Story| {
        let transcript = story.entries.iter().cloned().collect();
        shown_in(&transcript, &diagnose(&guide(), &transcript).causes[0])
    };
    let read = || Story::default().run("error-message").says(Role::Pasted, 550, "user unknown");
    assert_eq!(shown(read()), None, "a text stays as it is");
    let asked = read().ended("error-message", StepStatus::Fail).run("recipient").live(550, "user unknown");
    assert_eq!(shown(asked), Some(StepId::new("recipient")));
}

#[test]
fn a_cause_without_a_kind_gives_its_own() {
    let top = Story::new().live(550, "bad address").top();
    assert_eq!(top.headline.plain, "Something is wrong with bob@example.org.");
    assert_eq!(top.who, Who::You);
    assert_eq!(top.says.expect("its sort").plain, "The address is at fault.");
}

#[test]
fn a_finding_says_its_own_words_and_shows_its_evidence() {
    let args = [("ip", "192.0.2.7"), ("list", "ZEN")];
    let top = Story::new().found("blocklists.ip.listed", &args).top();
    assert_eq!(top.because[0].says.plain, "192.0.2.7 is on ZEN.");
    assert_eq!(top.because[0].evidence, [e(2)]);
    assert_eq!((top.headline.plain.as_str(), top.fix[0].plain.as_str()), ("192.0.2.7 is on ZEN.", "Ask ZEN."));
}

#[test]
fn a_reply_is_quoted_with_who_said_it_and_where() {
    let live = Story::new().live(550, "user unknown").top();
    assert_eq!(live.because[0].says.plain, "mx1.example.org answered 550 “user unknown” at RCPT.");
    let pasted = Story::new().pasted(550, "user unknown").top();
    assert_eq!(
        pasted.because[0].says.plain,
        "The text you have says that mx1.example.org answered 550 “user unknown” at RCPT."
    );
}

#[test]
fn a_text_without_code_or_server_is_quoted_as_it_is() {
    let top = Story::new().server_says("", Role::Pasted, 0, "user unknown").top();
    assert_eq!(top.because[0].says.plain, "The text you have says “user unknown” at RCPT.");
    assert_eq!(top.headline.plain, "The server knows no bob@example.org.");
}

#[test]
fn values_of_two_servers_are_never_mixed() {
    let story = Story::new().found("recipient.rcpt.control-refused", &[("server", "mx2.example.org")]);
    let top = story.live(550, "not here").top();
    assert!(top.headline.admin.starts_with("mx2.example.org"), "{}", top.headline.admin);
    assert!(!top.headline.admin.contains("550"), "550 was said by mx1: {}", top.headline.admin);
}

#[test]
fn a_hostile_reply_stays_one_clean_short_line() {
    let text = format!("user unknown \u{1b}[2J{}\r\n", "x".repeat(5000));
    let top = Story::new().live(550, &text).top();
    let says = &top.because[0].says.plain;
    assert!(says.chars().count() < 200 && !says.chars().any(char::is_control), "{says:?}");
}
