//! Every screen, as it is drawn at the sizes that people have; and how its cells look, in colours and without.

use std::fmt::Write as _;

use heloise::transcript::{Case, Mode};
use heloise::tui::{DARK, Event, Launch, Look, MONO};
use ratatui::style::Style;

use crate::fixture::{guide, session};
use crate::seat::{Seat, real_guide, setup};

const SIZES: [(u16, u16); 3] = [(60, 20), (80, 24), (120, 40)];

/// Where a screen begins, and the keys that lead to it.
#[derive(Clone, Copy)]
enum From {
    Start,
    Story,
    Guided,
    Checklist,
}

const SCREENS: [(&str, From, &str); 22] = [
    ("start", From::Start, ""),
    ("story", From::Story, ""),
    ("practise", From::Start, "Down Down Down Down Enter"),
    ("form-error", From::Start, "Enter"),
    ("form-settings", From::Start, "Down Down Enter"),
    ("form-step", From::Guided, "i"),
    ("consent", From::Story, "Enter"),
    ("step", From::Guided, ""),
    ("step-lit", From::Guided, "Down"),
    ("step-all-rows", From::Guided, "z"),
    ("ways", From::Guided, "Right"),
    ("transcript", From::Guided, "t"),
    ("transcript-ehlo", From::Guided, "t Up Up Up Up"),
    ("evidence", From::Guided, "e"),
    ("map", From::Guided, "m"),
    ("hosts", From::Guided, "h"),
    ("diagnosis", From::Guided, "d"),
    ("ticket", From::Guided, "d p"),
    ("help", From::Guided, "?"),
    ("checklist", From::Checklist, ""),
    ("checklist-note", From::Checklist, "n"),
    ("checklist-map", From::Checklist, "m"),
];

fn launch(from: From) -> Launch {
    let case = Case { to: vec!["bob@example.org".to_owned()], ..Case::new() };
    let bare = Launch::new(setup(guide()));
    match from {
        From::Start => bare,
        From::Story => Launch { case, story: Some("A server that refuses\n\nYour mail came back.".to_owned()), ..bare },
        From::Guided => Launch { resume: Some(session(Mode::Guided)), ..bare },
        From::Checklist => Launch { resume: Some(session(Mode::Checklist)), ..bare },
    }
}

fn seat(from: From, keys: &str, look: Look, (width, height): (u16, u16)) -> Seat {
    let mut seat = Seat::sized(Launch { look, ..launch(from) }, width, height);
    seat.screen();
    if !keys.is_empty() {
        seat.press(keys);
    }
    seat
}

fn look(ascii: bool, mono: bool) -> Look {
    Look { theme: if mono { *MONO } else { *DARK }, ascii }
}

/// Each cell's style as a letter, with what the letters mean.
fn styles(seat: &mut Seat) -> String {
    let rows = seat.cells();
    let mut known: Vec<Style> = vec![rows[0][0].1];
    let mut text = String::new();
    for row in rows {
        let letters: String = row
            .iter()
            .map(|(_, style)| {
                let n = known.iter().position(|k| k == style).unwrap_or_else(|| {
                    known.push(*style);
                    known.len() - 1
                });
                char::from(b".abcdefghijklmnopqrstuvwxyz"[n.min(26)])
            })
            .collect();
        let _ = writeln!(text, "{}", letters.trim_end_matches('.'));
    }
    for (n, style) in known.iter().enumerate().skip(1) {
        let colours = [style.fg, style.bg].map(|c| c.map_or_else(String::new, |c| c.to_string()));
        let _ = writeln!(
            text,
            "{} = {} {:?}",
            char::from(b".abcdefghijklmnopqrstuvwxyz"[n.min(26)]),
            colours.join(" "),
            style.add_modifier
        );
    }
    text
}

#[tokio::test]
async fn every_screen_at_every_size() {
    for (name, from, keys) in SCREENS {
        let mut text = String::new();
        for size in SIZES {
            let mut seat = seat(from, keys, look(false, false), size);
            let _ = writeln!(text, "{}x{}\n{}\n", size.0, size.1, seat.screen());
        }
        insta::assert_snapshot!(name, text);
    }
}

#[tokio::test]
async fn every_screen_in_colours_and_without() {
    for (name, from, keys) in SCREENS {
        let mut text = String::new();
        for (what, mono) in [("dark", false), ("mono", true)] {
            let mut seat = seat(from, keys, look(false, mono), (80, 24));
            let _ = writeln!(text, "{what}\n{}", styles(&mut seat));
        }
        insta::assert_snapshot!(format!("{name}-styles"), text);
    }
}

#[tokio::test]
async fn every_screen_can_be_had_in_ascii_and_without_colours() {
    for (name, from, keys) in SCREENS {
        for size in SIZES {
            let mut seat = seat(from, keys, look(true, true), size);
            let text = seat.screen();
            assert!(text.is_ascii() && !text.trim().is_empty(), "{name} {size:?}\n{text}");
            for (sign, style) in seat.cells().iter().flatten() {
                let bare = |c: Option<ratatui::style::Color>| c.is_none_or(|c| c == ratatui::style::Color::Reset);
                assert!(bare(style.fg) && bare(style.bg), "{name}: {sign}");
            }
        }
    }
}

#[tokio::test]
async fn every_screen_says_where_one_is_and_how_to_get_away() {
    for (name, from, keys) in SCREENS {
        for size in SIZES {
            let text = seat(from, keys, look(false, false), size).screen();
            let (first, last) = (text.lines().next().unwrap_or_default(), text.lines().last().unwrap_or_default());
            assert!(first.starts_with(" heloise"), "{name} {size:?}\n{text}");
            let keys = ["? keys", "? help", "F1 keys", "Note about", "Esc back   q quit"];
            assert!(keys.iter().any(|k| last.contains(k)), "{name} {size:?}\n{text}");
        }
    }
}

#[tokio::test]
async fn steps_that_are_ruled_out_say_why_where_they_are_lit() {
    let mut seat = seat(From::Guided, "m", look(false, false), (80, 24));
    let up = 4;
    seat.press(&vec!["Up"; up].join(" "));
    let screen = seat.sees("Connectivity: ruled out: The server can be reached.");
    assert!(screen.lines().any(|l| l.contains("–") && l.contains("Connectivity")), "{screen}");
    seat.press("Down");
    seat.sees("Authentication: not needed, as the cause is confirmed");
    seat.press("Esc Right");
    seat.sees("ruled out: The server can be reached.");
}

#[tokio::test]
async fn the_map_leads_to_a_step() {
    let mut seat = seat(From::Guided, "m Up Up Enter", look(false, false), (80, 24));
    seat.settle().await;
    seat.sees(" 9 DNS");
    seat.send(Event::Resize(200, 50));
    seat.press("m");
    let screen = seat.sees("╰");
    assert!(screen.contains("▸"), "{screen}");
}

#[tokio::test]
async fn on_the_map_arrows_tell_why_a_step_leads_where() {
    let launch = Launch { resume: Some(session(Mode::Guided)), ..Launch::new(setup(real_guide())) };
    let mut seat = Seat::sized(launch, 80, 24);
    seat.press("m");
    let whole = "the lists could not be asked about your address, and the name service can";
    let flat = |screen: String| screen.split_whitespace().collect::<Vec<_>>().join(" ");
    let screen = seat.sees("→ 10 Provider");
    assert!(!flat(screen).contains(whole), "only what is lit is told in full");
    seat.press("Left");
    assert!(flat(seat.screen()).contains(whole), "{}", seat.screen());
}

#[tokio::test]
async fn what_proves_it_stands_beside_what_it_is_compared_with() {
    let mut seat = seat(From::Guided, "d", look(false, false), (80, 24));
    let screen = seat.sees("Compare");
    let pair = screen.lines().any(|l| l.contains("7.100.51.198.list") && l.contains("│ > 1.0.0.127.list"));
    assert!(pair, "{screen}");
    seat.press("Esc e");
    seat.sees("Compared with");
}
