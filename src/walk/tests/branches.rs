use super::*;

/// The proposal after the recipient step brought that.
fn after(bring: impl FnOnce(&mut Player)) -> Player {
    let mut p = Player::started();
    bring(&mut p);
    p.end(0);
    p
}

fn because(p: &Player) -> &str {
    &p.walk.proposal().unwrap().because
}

#[test]
fn code_text_and_stage_are_asked_of_the_same_reply() {
    let p = after(|p| p.reply(0, 554, "blocked using zen.example"));
    assert_eq!(p.proposed(), ("blocklists".to_owned(), "recipient/listed".to_owned()));
    assert_eq!(because(&p), "mx1.example.org answered 554 and says “blocked using zen.example”");
    let split = after(|p| {
        p.reply(0, 450, "blocked using zen.example");
        p.reply(0, 554, "no");
    });
    assert_eq!(split.proposed().1, "recipient/rest");
}

#[test]
fn the_first_branch_that_matches_wins() {
    let p = after(|p| {
        p.found(0, "recipient.typo");
        p.reply(0, 554, "blocked using zen.example");
    });
    assert_eq!(p.proposed().1, "recipient/listed");
}

#[test]
fn a_finding_gives_its_values() {
    let p = after(|p| {
        let finding = Finding::new("recipient.typo").arg("suggestion", "bob@example.com");
        p.answer(0, |run| Fact::Found { run, finding });
    });
    assert_eq!((p.proposed().0.as_str(), because(&p)), ("escalate", "bob@example.com may be meant"));
}

#[test]
fn a_positive_reply_counts_where_its_code_is_asked() {
    let p = after(|p| p.reply(0, 250, "ok"));
    assert_eq!((p.proposed().0.as_str(), because(&p)), ("dns", "mx1.example.org took bob@example.org at RCPT"));
}

#[test]
fn a_positive_reply_does_not_count_where_only_more_is_asked() {
    let p = after(|p| {
        p.answer(0, |run| Fact::Received { run, reply: Reply { code: 251, ..reply(251, "2.1.5 ok") } });
    });
    assert_eq!(p.proposed().1, "recipient/rest");
    let refused = after(|p| p.reply(0, 551, "5.1.6 moved"));
    assert_eq!((refused.proposed().0.as_str(), because(&refused)), ("conclude", "5.1.6 speaks of the address"));
}

#[test]
fn a_control_probe_never_leads_anywhere() {
    let p = after(|p| {
        let control = Reply { role: Role::Control, ..reply(554, "blocked using zen.example") };
        p.answer(0, |run| Fact::Received { run, reply: control });
    });
    assert_eq!(p.proposed().1, "recipient/rest");
}

#[test]
fn the_last_of_the_worst_replies_is_quoted() {
    let p = after(|p| {
        for (server, code) in [("a", 554), ("b", 554), ("c", 450)] {
            let reply = Reply { server: format!("{server}.example"), ..reply(code, "blocked using zen.example") };
            p.answer(0, |run| Fact::Received { run, reply });
        }
    });
    assert!(because(&p).starts_with("b.example answered 554"), "{}", because(&p));
}

#[test]
fn a_refusal_for_good_is_quoted_before_a_later_one_for_now() {
    let p = after(|p| {
        p.reply(0, 551, "5.1.6 moved");
        p.reply(0, 451, "4.1.8 later");
    });
    assert_eq!(because(&p), "5.1.6 speaks of the address");
}

#[test]
fn a_step_that_was_visited_is_passed_over() {
    let mut p = Player::started();
    p.input(Input::Open(StepId::new("blocklists")));
    p.input(Input::Back);
    p.reply(0, 554, "blocked using zen.example");
    p.end(0);
    assert_eq!(p.proposed(), ("connectivity".to_owned(), "recipient/rest".to_owned()));
}

#[test]
fn next_is_the_first_in_order_neither_visited_nor_left_out() {
    let mut p = Player::started();
    p.input(Input::Skip(StepId::new("connectivity")));
    p.end(0);
    assert_eq!(p.proposed().0, "dns");
}

#[test]
fn a_proposal_follows_what_is_left_out_later() {
    let mut p = after(|_| {});
    assert_eq!(p.proposed().0, "connectivity");
    p.input(Input::Skip(StepId::new("connectivity")));
    assert_eq!(p.proposed().0, "dns");
}

#[test]
fn after_the_last_step_comes_the_conclusion() {
    let mut p = after(|_| {});
    for step in ["connectivity", "dns", "blocklists", "escalate"] {
        p.input(Input::Skip(StepId::new(step)));
    }
    assert_eq!(p.proposed().0, "conclude");
    assert_eq!(because(&p), "every step that could tell more was looked at");
}

#[test]
fn a_status_leads() {
    let mut p = Player::started();
    p.input(Input::Open(StepId::new("connectivity")));
    p.found(1, "connectivity.closed");
    p.end(1);
    p.end(2);
    assert_eq!(p.proposed().1, "connectivity/failed");
}

#[test]
fn what_the_diagnosis_suspects_leads() {
    let mut p = Player::started();
    p.input(Input::Open(StepId::new("connectivity")));
    p.found(1, "connectivity.proved");
    p.end(1);
    p.end(2);
    assert_eq!(p.proposed(), ("conclude".to_owned(), "connectivity/sure".to_owned()));
    assert_eq!(because(&p), "It is proved.");
}

#[test]
fn what_the_case_holds_leads() {
    let proposed = |case: Case| {
        let mut p = Player::started();
        p.input(Input::Enter(Box::new(case)));
        p.input(Input::Open(StepId::new("connectivity")));
        p.found(1, "connectivity.none");
        p.end(1);
        p.end(2);
        p.proposed().1
    };
    let address = Case { to: vec!["bob@example.org".to_owned()], ..Case::new() };
    assert_eq!(proposed(address.clone()), "connectivity/alone");
    assert_eq!(proposed(Case { user: Some("alice".to_owned()), ..address }), "connectivity/rest");
    assert_eq!(proposed(Case::new()), "connectivity/rest");
}

#[test]
fn a_reason_stays_one_clean_line() {
    let hostile = format!("blocked using \u{1b}[2J{}\r\nx", "z".repeat(4000));
    let p = after(|p| p.reply(0, 554, &hostile));
    let because = because(&p);
    assert!(because.chars().count() <= 160 && !because.chars().any(char::is_control), "{because:?}");
}

#[test]
fn other_ways_are_what_else_matched_and_then_the_order() {
    let p = after(|p| {
        p.found(0, "recipient.typo");
        p.reply(0, 554, "blocked using zen.example");
    });
    let ways: Vec<String> = p.walk.other_ways(&p.guide).iter().map(ToString::to_string).collect();
    assert_eq!(ways, ["escalate", "connectivity", "dns"]);
}
