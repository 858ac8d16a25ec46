//! What the line of keys and the help say holds right now, and what does not fit can be reached.

use crossterm::event::KeyCode;
use heloise::transcript::Mode;
use heloise::tui::{Event, Launch};

use crate::fixture::{guide, session};
use crate::seat::{Seat, real_guide, setup};

fn taken_up(mode: Mode, width: u16, height: u16) -> Seat {
    Seat::sized(Launch { resume: Some(session(mode)), ..Launch::new(setup(guide())) }, width, height)
}

#[tokio::test]
async fn the_way_back_is_on_every_line_of_keys_that_has_one() {
    for (width, height) in [(60, 20), (80, 24)] {
        for (mode, keys) in
            [(Mode::Guided, "d"), (Mode::Guided, "t"), (Mode::Guided, "d p"), (Mode::Checklist, "Enter")]
        {
            let mut seat = taken_up(mode, width, height);
            seat.screen();
            seat.press(keys);
            let screen = seat.screen();
            let last = screen.lines().last().unwrap_or_default();
            assert!(last.contains("Esc back") && last.contains("? keys"), "{width} {keys}: {last}");
        }
        // A guided walk has nothing behind its steps.
        let screen = taken_up(Mode::Guided, width, height).screen();
        assert!(!screen.lines().last().unwrap_or_default().contains("Esc"), "{screen}");
    }
}

#[tokio::test]
async fn the_help_tells_what_does_something_now_from_what_does_not() {
    let mut seat = taken_up(Mode::Guided, 100, 60);
    seat.screen();
    seat.press("?");
    let screen = seat.sees("At other times:");
    let (now, other) = screen.split_once("At other times:").expect("two parts");
    assert!(now.contains("everything that was said") && !now.contains("stop what is running"), "{screen}");
    assert!(other.contains("stop what is running") && now.contains("leave; nothing of this is kept"), "{screen}");
}

#[tokio::test]
async fn who_may_not_touch_this_machine_reads_no_word_of_its_files_and_shell() {
    let mut seat = Seat::sized(Launch { confined: true, ..Launch::new(setup(real_guide())) }, 100, 60);
    let start = seat.screen();
    seat.press("?");
    let help = seat.screen();
    seat.press("Esc Enter");
    let error = seat.screen();
    seat.press("Esc Down Down Enter");
    let settings = seat.screen();
    for screen in [start, help, error, settings] {
        for word in ["file", "shell", "main.cf"] {
            assert!(!screen.contains(word), "{word} in\n{screen}");
        }
    }
}

#[tokio::test]
async fn what_a_line_means_can_be_read_to_its_end_on_the_smallest_screen() {
    let mut seat = taken_up(Mode::Guided, 60, 20);
    seat.screen();
    seat.press("t");
    seat.sees("more: Space");
    seat.sees_not("Your server's");
    seat.press("Space");
    seat.sees("Your server's");
    // After the end it begins again, and another line begins at its first row.
    seat.press("Space");
    seat.sees("554       The server refuses");
    seat.press("Space Up Down");
    seat.sees("554       The server refuses");
}

#[tokio::test]
async fn a_long_list_says_how_many_lines_it_has_besides() {
    let mut seat = Seat::sized(Launch::new(setup(real_guide())), 60, 20);
    seat.press("Down Down Down Down Enter");
    seat.sees("more below");
    seat.key(KeyCode::End);
    seat.sees("more above");
    seat.sees_not("more below");
    seat.send(Event::Resize(80, 200));
    seat.sees_not("more above");
    seat.sees_not("more below");
}
