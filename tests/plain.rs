//! Promise: the wizard in plain lines can be walked from the first question to the diagnosis, by numbers and words alone.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::Arc;

use heloise::check::Knowledge;
use heloise::guide::Guide;
use heloise::net::Trust;
use heloise::plain::{self, Launch, Left};
use heloise::practice::{Practice, WorldFile};
use heloise::run::Setup;
use heloise::transcript::{AddressFamily, Case, Consent, Fact, Mode, Secret, Verdict};

#[path = "plain/kept.rs"]
mod kept;

struct Seat {
    launch: Launch,
    // Held: dropping it takes the world down.
    _practice: Practice,
}

async fn seat(world: &str) -> Seat {
    let guide = Arc::new(Guide::embedded());
    let know = Arc::new(Knowledge::load(|name| guide.file(name)).expect("the facts"));
    let world = WorldFile::by_id(&guide, world).expect("the world");
    let practice = Practice::start(&world).await.expect("it is up");
    let trust = Trust::only(practice.ca_pem()).expect("its authority");
    let setup = Setup { guide, know, world: practice.world(), trust, store: None };
    let launch = Launch {
        setup,
        case: world.case,
        secret: world.password.map(Secret::new),
        mode: Mode::Guided,
        consents: BTreeSet::new(),
        resume: None,
        story: Some(world.story),
        start_at_once: false,
        confined: false,
        width: None,
    };
    Seat { launch, _practice: practice }
}

async fn walk(launch: Launch, typed: &str) -> (Left, String) {
    let mut said = Vec::new();
    let input = Cursor::new(typed.as_bytes().to_vec());
    let left = plain::run(launch, input, &mut said, |_| ()).await.expect("it can be written");
    (left, String::from_utf8(said).expect("UTF-8"))
}

#[tokio::test]
async fn enter_alone_leads_to_the_diagnosis() {
    let seat = seat("null-mx").await;
    let (left, said) = walk(seat.launch, &"\n".repeat(20)).await;
    assert_eq!(left.verdict, Some(Verdict::FaultFound), "{said}");
    for part in ["Step 1 of the guide: Recipient.", "Fault: ", "Next: ", "1 go on.", "Do this", "Whose move"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[tokio::test]
async fn a_world_that_is_well_is_walked_to_its_end() {
    let seat = seat("healthy-address").await;
    let (left, said) = walk(seat.launch, &"\n".repeat(40)).await;
    assert_eq!(left.verdict, Some(Verdict::NoFaultFound), "{said}");
}

#[tokio::test]
async fn nothing_is_asked_of_anybody_after_a_no() {
    let seat = seat("healthy-address").await;
    let (left, said) = walk(seat.launch, "no\nquit\n").await;
    let outside = |f: &Fact| matches!(f, Fact::Dns { .. } | Fact::Connect { .. } | Fact::Sent { .. });
    assert!(!left.transcript.entries().iter().any(|e| outside(&e.fact)), "{said}");
    assert!(said.contains("Nothing was asked of anybody."));
}

#[tokio::test]
async fn what_is_allowed_by_its_number_is_allowed_and_the_rest_is_not() {
    let seat = seat("healthy-address").await;
    let (left, said) = walk(seat.launch, "1\nreport\nquit\n").await;
    let answer = |what| {
        let find = |f: &Fact| match f {
            Fact::Consented { what: w, granted } if *w == what => Some(*granted),
            _ => None,
        };
        left.transcript.entries().iter().find_map(|e| find(&e.fact))
    };
    assert_eq!(answer(Consent::Connect), Some(true), "{said}");
    assert_eq!(answer(Consent::Rcpt), Some(false), "{said}");
}

#[tokio::test]
async fn words_and_names_of_steps_do_as_well_as_numbers() {
    let seat = seat("healthy-address").await;
    let (left, said) = walk(seat.launch, "yes\nhelp\nnonsense\nstep 9\ntranscript\nreport\nticket\nquit\n").await;
    for part in [
        "Type the name or number of a step",
        "That was not understood.",
        "Step 9 of the guide: DNS.",
        "ms. ",
        "Subject: ",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(left.verdict.is_some());
}

#[tokio::test]
async fn the_checklist_waits_and_is_signed() {
    let seat = seat("healthy-address").await;
    let launch = Launch { mode: Mode::Checklist, ..seat.launch };
    let (left, said) = walk(launch, "yes\nrun\nsign\njd\nlooks well\nreport\nquit\n").await;
    let signed = left.transcript.entries().iter().any(|e| matches!(&e.fact, Fact::Signed { by, .. } if by == "jd"));
    assert!(signed, "{said}");
    assert!(said.contains("run Recipient"), "{said}");
}

#[tokio::test]
async fn nothing_is_signed_without_initials() {
    let seat = seat("healthy-address").await;
    let launch = Launch { mode: Mode::Checklist, ..seat.launch };
    let (left, said) = walk(launch, "yes\nrun\nsign\n\nquit\n").await;
    assert!(said.contains("Not signed"), "{said}");
    assert!(!left.transcript.entries().iter().any(|e| matches!(e.fact, Fact::Signed { .. })), "{said}");
}

#[tokio::test]
async fn a_word_of_the_prompts_is_no_answer_to_a_question() {
    let seat = seat("healthy-address").await;
    let launch = Launch { case: Case::new(), story: None, ..seat.launch };
    let (left, said) = walk(launch, "2\nhelp\nback\nquit\n").await;
    assert_eq!(said.matches("Type an answer, or Enter").count(), 2, "{said}");
    let entered = |e: &heloise::transcript::Entry| matches!(&e.fact, Fact::Entered { case } if !case.to.is_empty());
    assert!(!left.transcript.entries().iter().any(entered), "{said}");
}

#[tokio::test]
async fn after_the_diagnosis_the_first_choice_is_not_to_leave() {
    let seat = seat("no-such-user").await;
    let (_, said) = walk(Launch { width: Some(50), ..seat.launch }, "yes\n\n\nquit\n").await;
    assert!(said.contains("1 ticket. 2 check again."), "{said}");
    let menu: Vec<&str> = said.lines().skip_while(|l| !l.starts_with("1 ticket.")).take(2).collect();
    assert!(menu.iter().all(|l| l.ends_with(['.', ':'])), "no choice is broken in two: {menu:?}");
}

#[tokio::test]
async fn an_address_that_was_meant_is_offered_and_another_may_be_typed() {
    for (typed, to) in
        [("<bob@example.org>\n\n", "bob@example.org"), ("<bob@example.org>\nann@example.org\n", "ann@example.org")]
    {
        let seat = seat("healthy-address").await;
        let launch = Launch { case: Case::new(), story: None, ..seat.launch };
        let (left, said) = walk(launch, &format!("2\n{typed}\nno\nquit\n")).await;
        assert!(said.contains("Is bob@example.org meant?"), "{said}");
        let entered = left.transcript.entries().iter().rev().find_map(|e| match &e.fact {
            Fact::Entered { case } => case.recipient().map(str::to_owned),
            _ => None,
        });
        assert_eq!(entered.as_deref(), Some(to), "{said}");
    }
}

#[tokio::test]
async fn a_pasted_login_is_not_in_the_transcript() {
    let seat = seat("healthy-address").await;
    let launch = Launch { case: Case::new(), story: None, ..seat.launch };
    let (left, said) = walk(launch, "1\n> AUTH PLAIN AGFsaWNlAGh1bnRlcjI=\n.\nquit\n").await;
    let all = serde_json::to_string(left.transcript.entries()).expect("JSON");
    assert!(all.contains("AUTH PLAIN <hidden>") && !all.contains("AGFsaWNl"), "{said}");
}

#[tokio::test]
async fn a_password_is_typed_unseen_and_recorded_nowhere() {
    let seat = seat("healthy-address").await;
    let launch = Launch { case: Case::new(), story: None, ..seat.launch };
    let mut said = Vec::new();
    let mut echo = Vec::new();
    let typed = Cursor::new(b"3\nmail.example.net\nalice\nhunter2-secret\nno\nquit\n".to_vec());
    let left = plain::run(launch, typed, &mut said, |on| echo.push(on)).await.expect("it can be written");
    assert_eq!(echo, [false, true]);
    let all = serde_json::to_string(left.transcript.entries()).expect("JSON") + &String::from_utf8_lossy(&said);
    assert!(all.contains("alice") && !all.contains("hunter2"), "{all}");
}

/// A bounce that tells of two recipients.
const TWO: &str = "From: MAILER-DAEMON@mail.example.net\nTo: alice@example.net\nSubject: Undelivered Mail Returned to Sender\n\n\
    This is the mail system at host mail.example.net. It could not be delivered.\n\n\
    <ann@example.org>: host mx1.example.org[192.0.2.25] said: 550 5.1.1 User unknown (in reply to RCPT TO command)\n\n\
    <bob@example.org>: host mx1.example.org[192.0.2.25] said: 552 5.2.2 Mailbox full (in reply to RCPT TO command)\n";

#[tokio::test]
async fn of_several_failures_one_is_chosen_by_its_number() {
    let seat = seat("healthy-address").await;
    let launch = Launch { case: Case::new(), story: None, ..seat.launch };
    let (left, said) = walk(launch, &format!("1\n{TWO}.\n2\nquit\n")).await;
    for part in [
        "Your text tells of 2 failures. Which one shall we follow?",
        "1. ann@example.org, 550 5.1.1: ",
        "2. bob@example.org, 552 5.2.2: ",
        "That means: The recipient's mailbox is full.",
        "Taken from your text: to bob@example.org",
        "Next: Recipient",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let walk = heloise::walk::Walk::replay(left.transcript.entries());
    assert_eq!((walk.case().failure, walk.case().recipient()), (Some(1), Some("bob@example.org")));
}

#[tokio::test]
async fn without_a_choice_all_failures_count_and_the_list_can_be_had_again() {
    let seat = seat("healthy-address").await;
    let launch = Launch { case: Case::new(), story: None, ..seat.launch };
    let (left, said) = walk(launch, &format!("1\n{TWO}.\n\nlist\n1\nquit\n")).await;
    assert_eq!(said.matches("Which one shall we follow?").count(), 2, "{said}");
    let walk = heloise::walk::Walk::replay(left.transcript.entries());
    assert_eq!(walk.case().failure, Some(0), "{said}");
}

#[tokio::test]
async fn the_meaning_of_a_text_is_told_once() {
    let seat = seat("healthy-address").await;
    let launch = Launch { case: Case::new(), story: None, ..seat.launch };
    let (_, said) = walk(launch, "1\n550 5.1.1 <bob@example.org>: User unknown\n.\ntranscript\nquit\n").await;
    assert_eq!(said.matches("That means: ").count(), 1, "{said}");
    assert!(said.contains("Whose move: you. Waiting does not help."), "{said}");
}

#[tokio::test]
async fn an_error_pasted_at_the_first_question_is_read() {
    let seat = seat("healthy-address").await;
    let launch = Launch { case: Case::new(), story: None, ..seat.launch };
    let (left, said) =
        walk(launch, "550 5.1.1 <bob@example.org>: User unknown\nin local recipient table\n.\nquit\n").await;
    assert!(said.contains("That is taken for an error.") && said.contains("That means: "), "{said}");
    let error = heloise::walk::Walk::replay(left.transcript.entries()).case().error.clone();
    assert_eq!(error.as_deref(), Some("550 5.1.1 <bob@example.org>: User unknown\nin local recipient table"));
}

#[tokio::test]
async fn an_address_typed_at_the_first_question_is_looked_at() {
    let seat = seat("no-such-user").await;
    let launch = Launch { case: Case::new(), story: None, ..seat.launch };
    let (left, said) = walk(launch, "hello\nbop@example.org\nyes\n\n\nquit\n").await;
    assert!(said.contains("That was not understood."), "{said}");
    assert_eq!(left.verdict, Some(Verdict::FaultFound), "{said}");
}

#[tokio::test]
async fn the_checklist_is_run_all_at_once_by_two_words() {
    let seat = seat("no-such-user").await;
    let launch = Launch { mode: Mode::Checklist, ..seat.launch };
    let (left, said) = walk(launch, "yes\nrun all\nno\nreport\nquit\n").await;
    let ended = left.transcript.entries().iter().filter(|e| matches!(e.fact, Fact::StepEnded { .. })).count();
    assert!(ended >= 13, "{ended} {said}");
}

#[tokio::test]
async fn how_heloise_asks_can_be_said_in_words() {
    let seat = seat("no-such-user").await;
    let (left, said) =
        walk(seat.launch, "yes\noptions\nmail.example.net\n-\nno mechanism\nPLAIN\n6\n\nreport\nquit\n").await;
    assert!(said.contains("That cannot be: type a mechanism such as PLAIN"), "{said}");
    let case = left.transcript.entries().iter().rev().find_map(|e| match &e.fact {
        Fact::Entered { case } => Some(case.clone()),
        _ => None,
    });
    let case = case.expect("a case");
    assert_eq!((case.helo.as_deref(), case.auth.as_deref(), case.ip), (Some("mail.example.net"), Some("PLAIN"), None));
    assert_eq!(case.family, AddressFamily::V6);
}

#[tokio::test]
async fn the_records_of_the_dns_are_read_out_with_what_to_publish() {
    let seat = seat("spf-typo").await;
    let (_, said) = walk(seat.launch, "yes\nrecords\ndns\nrecords\nquit\n").await;
    assert!(said.contains("No records were looked at yet"), "{said}");
    assert!(said.contains("example.net. IN TXT \"v=spf1 mx ip4:198.51.100.7 -all\""), "{said}");
}

#[tokio::test]
async fn on_a_narrow_terminal_lines_are_broken_between_words() {
    let seat = seat("no-such-user").await;
    let (_, narrow) = walk(Launch { width: Some(50), ..seat.launch }, "yes\n\nquit\n").await;
    assert!(narrow.lines().all(|l| l.chars().count() <= 50), "{narrow}");
    let seat = self::seat("no-such-user").await;
    let (_, whole) = walk(seat.launch, "yes\n\nquit\n").await;
    assert!(whole.lines().any(|l| l.chars().count() > 50), "{whole}");
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&narrow).len(), words(&whole).len(), "no word is cut in two");
}

#[tokio::test]
async fn half_an_address_is_asked_for_once_more() {
    let mut seat = seat("no-such-user").await;
    (seat.launch.case, seat.launch.story) = (Case::new(), None);
    let (left, said) = walk(seat.launch, "2\nbob@\nbob\n@example.org\nbop@example.org\n\nno\nquit\n").await;
    for why in ["Nothing stands after the at sign of bob@.", "bob has no at sign.", "Nothing stands before the at sign"]
    {
        assert!(said.contains(why), "{why}: {said}");
    }
    let case = left.transcript.entries().iter().rev().find_map(|e| match &e.fact {
        Fact::Entered { case } => Some(case.clone()),
        _ => None,
    });
    assert_eq!(case.expect("a case").to, ["bop@example.org"]);
}

#[tokio::test]
async fn what_shows_the_cause_is_read_out() {
    let seat = seat("no-such-user").await;
    let (_, said) = walk(seat.launch, "\n\nevidence\nquit\n").await;
    let (_, proof) = said.split_once("6 evidence").expect("it is offered");
    assert!(proof.contains("Proof: ") && proof.contains("Seen at "), "{said}");
    assert!(proof.contains("550 5.1.1") && !proof.contains("Mx {"), "{said}");
}

#[tokio::test]
async fn what_a_server_says_each_time_is_heard_once() {
    let seat = seat("restarting").await;
    let (_, said) = walk(seat.launch, "yes\nload\nquit\n").await;
    let (_, load) = said.split_once("of the guide: Load.").expect("it is looked at");
    assert_eq!(load.matches("service shutting down").count(), 1, "{load}");
    assert!(load.contains("5 more: the same.") && load.contains("turned away 6 of 6 calls"), "{load}");
    assert!(!load.contains("0 to 0 ms"), "{load}");
}

#[tokio::test]
async fn what_shows_several_things_is_heard_once() {
    let seat = seat("mx-one-busy").await;
    let (_, said) = walk(seat.launch, "\n\n\n\nevidence\nquit\n").await;
    assert!(said.contains("turned us away (421 4.3.2), so the next of their mail servers was asked"), "{said}");
    let facts = said.lines().filter(|l| l.starts_with("Seen at ")).filter_map(|l| l.split_once(". "));
    let facts: Vec<_> = facts.map(|(_, fact)| fact).collect();
    let once: std::collections::BTreeSet<_> = facts.iter().collect();
    assert!(facts.len() > 4, "{said}");
    assert_eq!(facts.len(), once.len(), "{said}");
}

#[tokio::test]
async fn no_reason_to_go_on_denies_what_was_just_seen() {
    for (world, contrary) in [
        ("server-unproved", "no address of the server could be reached"),
        ("mx-alias", "to a place that does not take it"),
    ] {
        let seat = seat(world).await;
        let (_, said) = walk(seat.launch, &"\n".repeat(12)).await;
        assert!(said.contains("Next: Provider, because"), "{world}: {said}");
        assert!(!said.contains(contrary) && !said.contains("no longer: nothing"), "{world}: {said}");
    }
}

#[tokio::test]
async fn where_somebody_else_answers_nothing_is_said_to_be_reached() {
    let seat = seat("proxy-for-all").await;
    let (_, said) = walk(seat.launch, &"\n".repeat(4)).await;
    assert!(said.contains("Something near you answers every mail call"), "{said}");
    for contrary in ["The mail servers can be reached.", "IPv6 works."] {
        assert!(!said.contains(contrary), "{contrary}: {said}");
    }
}

#[tokio::test]
async fn where_a_talk_is_cut_nobody_is_cleared_of_it() {
    let seat = seat("session-cut").await;
    let (_, said) = walk(seat.launch, &"\n".repeat(9)).await;
    assert!(said.contains("cannot be told from here: both look the same"), "{said}");
    assert!(!said.contains("No trace of a firewall") && !said.contains("nothing on our side is in the way"), "{said}");
}
