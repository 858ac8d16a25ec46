//! What people bring of their own: a checklist, keys, initials; and what is kept from those who may not touch the machine.

use heloise::transcript::{Case, Goal, Mode, Runbook, RunbookStep};
use heloise::tui::{Keys, Launch, Order};

use crate::seat::{Seat, setup, small_guide};

fn runbook() -> Launch {
    let step = |id: &str, mind: &str| RunbookStep { id: id.into(), mind: mind.to_owned() };
    let own = Runbook {
        title: "New relay".to_owned(),
        steps: vec![step("dns", "SPF must name the new address"), step("recipient", "")],
    };
    let case = Case { goal: Goal::Server, checklist: Some(own), ..Case::new() };
    Launch {
        case,
        mode: Mode::Checklist,
        start_at_once: true,
        initials: "jd".to_owned(),
        ..Launch::new(setup(small_guide()))
    }
}

#[tokio::test]
async fn a_checklist_of_ones_own_has_its_steps_in_its_order() {
    let mut seat = Seat::new(runbook());
    seat.press("Enter");
    let screen = seat.sees("checklist \"New relay\" · 0 of 2");
    let line = |what: &str| screen.lines().position(|l| l.contains(what)).unwrap_or_else(|| panic!("{what}\n{screen}"));
    assert!(line("9 dns") < line("1 recipient"), "{screen}");
    assert!(screen.contains("mind: SPF must name") && !screen.contains("content"), "{screen}");
    seat.press("R");
    for _ in 0..4 {
        seat.settle().await;
    }
    seat.sees("2 of 2");
    seat.press("s");
    seat.sees("Sign dns as: jd");
}

#[tokio::test]
async fn a_checklist_of_ones_own_is_there_again_after_a_resume() {
    let mut seat = Seat::new(runbook());
    seat.press("Enter");
    let entries = seat.app.walk().transcript().entries().to_vec();
    let saved = heloise::run::SavedSession { id: "x".to_owned(), entries };
    let mut again = Seat::new(Launch { resume: Some(saved), ..Launch::new(setup(small_guide())) });
    again.sees("checklist \"New relay\" · 0 of 2");
    again.sees("mind: SPF must name");
}

#[tokio::test]
async fn what_lay_open_lies_open_after_a_resume() {
    let launch = |saved| Launch { resume: Some(saved), ..Launch::new(setup(crate::fixture::guide())) };
    for mode in [Mode::Guided, Mode::Checklist] {
        for (key, behind) in [("t", "t"), ("m", "m"), ("t Esc", ""), ("m t", "t")] {
            let mut seat = Seat::new(launch(crate::fixture::session(mode)));
            let home = seat.screen();
            seat.press(key);
            let before = seat.screen();
            let entries = seat.app.walk().transcript().entries().to_vec();
            let mut again = Seat::new(launch(heloise::run::SavedSession { id: "x".to_owned(), entries }));
            assert_eq!(again.screen().lines().next(), before.lines().next(), "{mode:?} {key}");
            assert_eq!(again.screen() == home, behind.is_empty(), "{mode:?} {key}: {}", again.screen());
            if !behind.is_empty() {
                again.press("Esc");
                assert_eq!(again.screen(), home, "{mode:?} {key}: what is behind it");
            }
        }
    }
}

#[tokio::test]
async fn evidence_and_papers_lie_open_after_a_resume_too() {
    for (keys, heading) in [("e", "What shows it"), ("d e", "What shows it"), ("d p", "A ticket for whoever")] {
        let launch = |saved| Launch { resume: Some(saved), ..Launch::new(setup(crate::fixture::guide())) };
        let mut seat = Seat::new(launch(crate::fixture::session(Mode::Guided)));
        keys.split(' ').for_each(|key| seat.press(key));
        let before = seat.sees(heading);
        let entries = seat.app.walk().transcript().entries().to_vec();
        let mut again = Seat::new(launch(heloise::run::SavedSession { id: "x".to_owned(), entries }));
        let body = |screen: &str| screen.lines().skip(1).take(20).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(body(&again.sees(heading)), body(&before), "{keys}");
    }
}

#[tokio::test]
async fn moved_keys_are_on_the_footer_and_do_it() {
    let keys = Keys::moved([("quit", "Q"), ("help", "F2")].into_iter()).expect("they are free");
    let mut seat = Seat::new(Launch { keys, ..Launch::new(setup(small_guide())) });
    let screen = seat.sees("Q quit");
    assert!(screen.contains("F2 help"), "{screen}");
    seat.press("q");
    assert!(seat.orders.is_empty());
    seat.press("Q");
    assert!(matches!(seat.orders.as_slice(), [Order::Quit(None)]));
}

#[tokio::test]
async fn who_is_confined_reaches_no_file_and_no_shell() {
    let mut seat = Seat::new(Launch { confined: true, ..Launch::new(setup(small_guide())) });
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("secret.txt");
    std::fs::write(&file, "the secret of this machine").expect("a file");
    seat.press("Enter");
    seat.type_in(file.to_str().expect("UTF-8"));
    seat.press("Enter");
    seat.settle().await;
    seat.sees_not("the secret");
    let error = seat.app.walk().case().error.as_deref();
    assert_eq!(error, file.to_str(), "the name is read as text");
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    seat.send(heloise::tui::Event::Key(KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL)));
    assert!(!seat.orders.iter().any(|o| matches!(o, Order::Suspend)));
}

#[tokio::test]
async fn a_practice_world_is_found_by_typing() {
    let mut seat = Seat::new(Launch::new(setup(crate::seat::real_guide())));
    seat.press("Up Down Down Down Down Enter");
    seat.sees("Which broken server? Type to find:");
    seat.type_in("spf");
    let screen = seat.sees("spf-fail");
    assert!(!screen.contains("greylisted"), "{screen}");
    seat.press("Enter");
    assert!(seat.orders.iter().any(|o| matches!(o, Order::Practise(w) if w.id == "spf-fail")));
}

#[tokio::test]
async fn a_form_of_one_field_offers_no_next_one() {
    let mut seat = Seat::at_start();
    seat.press("Enter");
    seat.sees_not("next field");
    seat.press("Esc Down Enter");
    seat.sees("Tab next field");
}

#[tokio::test]
async fn a_thing_to_do_is_lit_and_copied() {
    use heloise::transcript::Mode as Of;
    let resume = Some(crate::fixture::session(Of::Guided));
    let mut seat = Seat::new(Launch { resume, ..Launch::new(setup(crate::fixture::guide())) });
    seat.press("o Down");
    seat.sees("c  copy");
    seat.press("c Down c");
    let copied: Vec<_> =
        seat.orders.iter().filter_map(|o| if let Order::Copy(text) = o { Some(text.as_str()) } else { None }).collect();
    let [first, second] = copied[..] else { panic!("{copied:?}") };
    assert!(first.starts_with("Find what sends unwanted mail"), "{first}");
    assert_eq!(second, "https://check.example.org/", "where there is a link, the link");
    seat.press("Up Up c");
    seat.sees_not("c  copy");
}

#[tokio::test]
async fn ctrl_t_asks_less_of_the_terminal() {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    let mut seat = Seat::at_start();
    let coloured = |seat: &mut Seat| {
        seat.cells().iter().flatten().any(|(_, style)| style.fg.is_some_and(|c| c != ratatui::style::Color::Reset))
    };
    let press =
        |seat: &mut Seat| seat.send(heloise::tui::Event::Key(KeyEvent::new(KeyCode::Char('t'), KeyModifiers::CONTROL)));
    assert!(coloured(&mut seat));
    press(&mut seat);
    seat.sees("Without colours.");
    assert!(!coloured(&mut seat) && !seat.screen().is_ascii());
    press(&mut seat);
    assert!(!coloured(&mut seat) && seat.screen().is_ascii());
    press(&mut seat);
    seat.sees("As it was.");
    assert!(coloured(&mut seat));
}

#[tokio::test]
async fn who_prefers_the_checklist_gets_it_whatever_they_have() {
    let mut seat = Seat::new(Launch { mode: Mode::Checklist, ..Launch::new(setup(small_guide())) });
    seat.press("Down Enter");
    seat.type_in("bob@example.org");
    seat.press("Enter Enter Enter");
    seat.sees("checklist · 0 of 6");
}

#[tokio::test]
async fn a_step_that_was_run_is_not_left_out_without_a_word() {
    let resume = Some(crate::fixture::session(Mode::Checklist));
    let mut seat = Seat::sized(Launch { resume, ..Launch::new(setup(crate::fixture::guide())) }, 60, 20);
    let before = seat.sees("▸ ✗ 11 blocklists");
    seat.press("-");
    let after = seat.sees("This step was run: what it found stays. n adds a note.");
    assert_eq!(after.lines().nth(8), before.lines().nth(8), "nothing else has changed");
    seat.press("Down -");
    seat.sees("▸ – 13 escalate");
    seat.press("-");
    seat.sees("This step is left out already: r runs it.");
}

#[tokio::test]
async fn a_report_is_saved_in_the_words_that_are_read() {
    let saved = |mode, keys: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let resume = Some(crate::fixture::session(mode));
        let launch =
            Launch { resume, folder: Some(folder.path().to_owned()), ..Launch::new(setup(crate::fixture::guide())) };
        let mut seat = Seat::new(launch);
        seat.press(keys);
        seat.sees("Saved as heloise-report-");
        let file = std::fs::read_dir(folder.path()).expect("the folder").next().expect("a file").expect("it is there");
        let transcript = seat.app.walk().transcript().clone();
        (std::fs::read_to_string(file.path()).expect("its text"), transcript)
    };
    for (mode, keys, admin) in
        [(Mode::Guided, "d s", false), (Mode::Guided, "a d s", true), (Mode::Checklist, "d s", true)]
    {
        let (text, transcript) = saved(mode, keys);
        let words = |admin| heloise::report::text(&crate::fixture::guide(), &transcript, admin);
        assert_ne!(words(true), words(false));
        assert_eq!(text, words(admin), "{mode:?} {keys}");
    }
}
