//! The mouse, where it was asked for: what is clicked is what was drawn there.

use heloise::transcript::Mode;
use heloise::tui::{Event, Launch, Order};

use crate::fixture::{guide, session};
use crate::seat::{Seat, setup, small_guide};

fn walk(mode: Mode) -> Seat {
    Seat::new(Launch { mouse: true, resume: Some(session(mode)), ..Launch::new(setup(guide())) })
}

/// Clicks on the first of these words that is on the screen, from a column on.
#[track_caller]
fn click(seat: &mut Seat, words: &str, from: usize) {
    let screen = seat.sees(words);
    let at = |(y, line): (usize, &str)| {
        let cells: Vec<char> = line.chars().collect();
        let wanted: Vec<char> = words.chars().collect();
        let x = cells.windows(wanted.len()).enumerate().position(|(x, w)| x >= from && w == wanted)?;
        Some((x, y))
    };
    let (x, y) = screen.lines().enumerate().find_map(at).expect("words from that column on");
    seat.send(Event::Click(u16::try_from(x).expect("a column"), u16::try_from(y).expect("a row")));
}

#[tokio::test]
async fn a_click_lights_a_line_and_one_more_takes_it() {
    let mut seat = Seat::new(Launch { mouse: true, ..Launch::new(setup(small_guide())) });
    seat.screen();
    click(&mut seat, "An address that mail", 0);
    seat.sees("▸ An address that mail");
    click(&mut seat, "An address that mail", 0);
    seat.sees("Their address");
    click(&mut seat, "Your address", 0);
    seat.sees("▸ Your address");
    click(&mut seat, "Esc back", 0);
    seat.sees("What do you have?");
}

#[tokio::test]
async fn rail_branch_findings_and_keys_can_be_clicked() {
    let mut seat = walk(Mode::Guided);
    click(&mut seat, "list.example.org   ✗", 23);
    click(&mut seat, "list.example.org   ✗", 23);
    seat.sees("What shows it");
    seat.press("Esc");
    click(&mut seat, "or: Connectivity", 0);
    seat.sees("Where to?");
    seat.press("Esc");
    click(&mut seat, "t transcript", 0);
    seat.sees("transcript · 14 lines");
    seat.press("Esc");
    click(&mut seat, "1 Recipient", 0);
    seat.settle().await;
    seat.sees("▸  1 Recipient");
    seat.press("Left");
    click(&mut seat, "Next ▸", 0);
    seat.settle().await;
    seat.sees_not("▸ 11 Blocklists");
}

#[tokio::test]
async fn the_wheel_moves_what_is_lit_or_scrolls() {
    let mut seat = walk(Mode::Checklist);
    seat.sees("▸ ✗ 11 blocklists");
    seat.send(Event::Wheel(true));
    seat.sees("▸ · 10 provider");
    seat.press("?");
    seat.send(Event::Wheel(false));
    seat.sees_not("stop what is running");
}

#[tokio::test]
async fn a_click_behind_a_prompt_or_beside_everything_does_nothing() {
    let mut seat = walk(Mode::Checklist);
    seat.press("n");
    click(&mut seat, "9 dns", 0);
    let before = seat.sees("Note about blocklists:");
    seat.send(Event::Click(79, 20));
    seat.send(Event::Click(500, 500));
    assert_eq!(seat.screen(), before);
}

#[tokio::test]
async fn the_mouse_is_the_terminals_until_it_is_asked_for() {
    let mut seat = Seat::at_start();
    click(&mut seat, "An address that mail", 0);
    seat.sees("▸ An error");
    assert!(!seat.orders.iter().any(|o| matches!(o, Order::Mouse(_))));
    seat.press("M");
    assert!(matches!(seat.orders.last(), Some(Order::Mouse(true))), "{:?}", seat.orders);
    seat.sees("To mark text, hold Shift.");
    seat.press("M");
    assert!(matches!(seat.orders.last(), Some(Order::Mouse(false))), "{:?}", seat.orders);
}
