//! Each screen drawn from a model made by hand, at the sizes people have.

mod matrix;
mod models;
mod readings;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::keys::{Keys, Kind, Now};
use super::super::theme::{DARK, Look, MONO};
use super::super::widget::{Pen, Spots, footer};
use super::*;
use models::{blocklists, checklist, dialogue, found, lens, meant, rail};

/// What a drawing shows, a line a row, without the space at the ends.
fn drawn(width: u16, height: u16, look: Look, draw: impl FnOnce(&mut Pen<'_>)) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    draw(&mut Pen::new(&mut buf, &mut Spots::default(), area, &look));
    let row = |y| (0..width).map(|x| buf[(x, y)].symbol()).collect::<String>();
    (0..height).map(|y| row(y).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

fn shown(width: u16, height: u16, draw: impl FnOnce(&mut Pen<'_>)) -> String {
    drawn(width, height, Look { theme: *DARK, ascii: false }, draw)
}

/// The sizes of a screen, less what is above and below.
const SIZES: [(u16, u16); 4] = [(60, 16), (80, 20), (120, 36), (200, 46)];

#[test]
fn the_first_screen() {
    let view = start::StartView {
        cursor: 0,
        last: Some("Yesterday 16:40  550 from mx1.example.org, at step 11".to_owned()),
        confined: false,
    };
    insta::assert_snapshot!("start-80", shown(80, 20, |pen| start::draw(pen, &view)));
    for (width, height) in SIZES {
        let text = shown(width, height, |pen| start::draw(pen, &view));
        for words in ["What do you have?", "practise", "Nothing leaves this machine before you say yes.", "take it up"]
        {
            assert!(text.contains(words), "{width}x{height} lacks {words}:\n{text}");
        }
    }
}

#[test]
fn a_checklist_can_be_signed_whatever_else_its_keys_do() {
    // Something runs, the step asks, and something was declined.
    let now = Now::of(Kind::Checklist);
    let keys = Keys::default();
    for ascii in [false, true] {
        let line = drawn(60, 1, Look { theme: *DARK, ascii }, |pen| footer(pen, 0, &keys, &now));
        for words in ["Enter open", "x stop", "s sign", "n note", "? keys"] {
            assert!(line.contains(words), "no {words}: {line}");
        }
    }
}

#[test]
fn a_step_as_it_ends() {
    let (view, rail) = (blocklists(), rail());
    let how = step::How::default();
    insta::assert_snapshot!("step-80", shown(80, 21, |pen| step::draw(pen, &rail, &view, how)));
    insta::assert_snapshot!("step-60", shown(60, 17, |pen| step::draw(pen, &rail, &view, how)));
    insta::assert_snapshot!("step-120", shown(120, 37, |pen| step::draw(pen, &rail, &view, how)));
    for (width, height) in SIZES {
        let text = shown(width, height + 1, |pen| step::draw(pen, &rail, &view, how));
        for words in ["11 Blocklists", "✗ listed: XBL", "Next ▸ Provider", "stop and report"] {
            assert!(text.contains(words), "{width}x{height} lacks {words}:\n{text}");
        }
    }
}

#[test]
fn the_five_questions_are_answered_without_scrolling_at_80_by_24() {
    let (view, rail) = (blocklists(), rail());
    let text = shown(80, 21, |pen| step::draw(pen, &rail, &view, step::How::default()));
    for (question, words) in [
        ("where am I", "▸ 11 Blocklists"),
        ("what is looked at, and why", "Some receivers refuse mail"),
        ("what came back", "Spamhaus ZEN"),
        ("what it means", "is on XBL"),
        ("whose move", "Whose move: you."),
        ("what next, and because of what", "Next ▸ Provider — because"),
    ] {
        assert!(text.contains(words), "{question}: no \"{words}\" in\n{text}");
    }
}

#[test]
fn what_is_lit_is_seen_however_small_the_screen_is() {
    let (mut view, rail) = (blocklists(), rail());
    for n in 0..40 {
        let mut note = view.notes[0].clone();
        note.text = format!("finding number {n}");
        view.notes.push(note);
    }
    let last = super::super::model::picks(&view).len() - 1;
    let how = step::How { lit: Some(last), ..step::How::default() };
    let text = shown(60, 17, |pen| step::draw(pen, &rail, &view, how));
    assert!(text.contains("finding number 39"), "{text}");
}

#[test]
fn a_long_reply_says_what_of_it_is_not_seen() {
    let (lines, meant) = (dialogue(), meant());
    let whole: Vec<String> = (1..=30).map(|n| format!("250 line {n}")).collect();
    let view = transcript::LensView { whole: &whole, ..lens(&lines, &meant) };
    for (width, height) in SIZES {
        let text = shown(width, height, |pen| transcript::draw(pen, &view));
        let seen = whole.iter().filter(|line| text.lines().any(|l| l.ends_with(line.as_str()))).count();
        let rest = format!("… {} more lines; c copies all of it", whole.len() - seen);
        assert!(seen == whole.len() || text.contains(&rest), "{width}x{height}: {seen}\n{text}");
    }
}

#[test]
fn the_transcript_lens() {
    let lines = dialogue();
    let meant = meant();
    let view = lens(&lines, &meant);
    insta::assert_snapshot!("transcript-80", shown(80, 20, |pen| transcript::draw(pen, &view)));
    for (width, height) in SIZES {
        let text = shown(width, height, |pen| transcript::draw(pen, &view));
        assert!(text.contains("▸") && text.contains("554 5.7.1"), "{text}");
        assert!(text.contains("delivery not authorised"), "{width}x{height}:\n{text}");
    }
}

#[test]
fn the_diagnosis() {
    let found = found();
    insta::assert_snapshot!("diagnosis-80", shown(80, 20, |pen| diagnosis::draw(pen, &found, 0, None)));
    let text = shown(60, 16, |pen| diagnosis::draw(pen, &found, 0, None));
    assert!(text.contains("confirmed") && text.contains("more"), "what does not fit is announced:\n{text}");
}

#[test]
fn the_checklist() {
    let view = checklist();
    insta::assert_snapshot!("checklist-80", shown(80, 20, |pen| checklist::draw(pen, &view, 4, 0)));
    for (width, height) in SIZES {
        let text = shown(width, height, |pen| checklist::draw(pen, &view, 12, 0));
        assert!(text.contains("13 escalate"), "the line that is lit is seen at {width}x{height}:\n{text}");
    }
}

#[test]
fn every_screen_can_be_drawn_in_ascii_and_without_colour() {
    let ascii = Look { theme: *MONO, ascii: true };
    let (view, rail, lines, found, list) = (blocklists(), rail(), dialogue(), found(), checklist());
    let meant = meant();
    let lens = lens(&lines, &meant);
    let all = [
        drawn(80, 21, ascii, |pen| step::draw(pen, &rail, &view, step::How::default())),
        drawn(120, 37, ascii, |pen| step::draw(pen, &rail, &view, step::How::default())),
        drawn(80, 20, ascii, |pen| transcript::draw(pen, &lens)),
        drawn(80, 20, ascii, |pen| diagnosis::draw(pen, &found, 0, None)),
        drawn(80, 20, ascii, |pen| checklist::draw(pen, &list, 4, 0)),
        drawn(80, 20, ascii, |pen| start::draw(pen, &start::StartView::default())),
    ];
    for text in all {
        assert!(text.is_ascii(), "{text}");
        assert!(!text.trim().is_empty());
    }
}

#[test]
fn the_mono_theme_puts_no_colour_on_the_screen() {
    let look = Look { theme: *MONO, ascii: false };
    let area = Rect::new(0, 0, 80, 21);
    let mut buf = Buffer::empty(area);
    step::draw(
        &mut Pen::new(&mut buf, &mut Spots::default(), area, &look),
        &rail(),
        &blocklists(),
        step::How::default(),
    );
    for cell in &buf.content {
        use ratatui::style::Color;
        assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{}", cell.symbol());
    }
}

#[test]
fn no_size_is_too_small_to_draw() {
    let (view, rail, lines, found, list) = (blocklists(), rail(), dialogue(), found(), checklist());
    let meant = meant();
    let lens = lens(&lines, &meant);
    for width in 0..90 {
        for height in [0, 1, 2, 3, 5, 8, 13, 21] {
            shown(width, height, |pen| {
                step::draw(pen, &rail, &view, step::How { lit: Some(3), scroll: 9, text: Some(7), tick: 3 });
            });
            shown(width, height, |pen| transcript::draw(pen, &lens));
            shown(width, height, |pen| diagnosis::draw(pen, &found, 400, Some(1)));
            shown(width, height, |pen| checklist::draw(pen, &list, 12, 1));
            shown(width, height, |pen| start::draw(pen, &start::StartView::default()));
            shown(width, height, |pen| start::story(pen, "A story that is told in some words.", 7));
            shown(width, height, |pen| {
                help::draw(
                    pen,
                    &super::super::keys::Keys::default(),
                    &super::super::keys::Now::of(super::super::keys::Kind::Step),
                    3,
                );
            });
            shown(width, height, |pen| text::draw(pen, "title", &["  indented text".to_owned()], 3));
        }
    }
}
