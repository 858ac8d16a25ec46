//! A text that was read, and the list of its failures, made from real texts by the built-in guide.

use std::sync::{Arc, LazyLock};

use ratatui::style::{Color, Modifier};

use super::super::super::model::{self, Failure, Next, Page, StepView};
use super::*;
use crate::guide::Guide;
use crate::reading::{Reader, lens};
use crate::transcript::{Case, Taken};

static GUIDE: LazyLock<Arc<Guide>> = LazyLock::new(|| Arc::new(Guide::embedded()));

const BOUNCE: &str = "Return-Path: <>\nFrom: MAILER-DAEMON@mail.example.net (Mail Delivery System)\nTo: alice@example.net\n\
Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\n\n\
This is the mail system at host mail.example.net.\n\n\
I am sorry to have to tell you that your message could not\nbe delivered to one recipient. It is given back below.\n\n\
<bob@example.org>: host mx1.example.org[192.0.2.25] said: 554 5.7.1 Service\n    unavailable; Client host [198.51.100.7] blocked using zen.spamhaus.org;\n    \
https://check.spamhaus.org/ (in reply to RCPT TO command)\n\n\
--- The message itself ---\n\nFrom: Alice <alice@example.net>\nTo: bob@example.org\nSubject: Lunch\n\nAt one?\n";

/// The step that has read a text, on a screen of that width.
fn step_of(text: &str, width: u16, admin: bool) -> StepView {
    let items = Reader::new(Arc::clone(&GUIDE)).text(text).items;
    let text = Arc::from(text);
    let page = Page::new(&text, &lens(&text, &items[0]), step::text_width(width));
    let case = Case {
        to: vec!["bob@example.org".to_owned()],
        refused_by: Some("mx1.example.org".to_owned()),
        ip: Some([198, 51, 100, 7].into()),
        taken: [Taken::To, Taken::RefusedBy, Taken::Ip].into(),
        ..Case::new()
    };
    StepView {
        number: 6,
        title: "Error message".to_owned(),
        ended: true,
        read: Some(model::read(&GUIDE, &items[0], &case, Arc::new(page), admin)),
        next: Some(Next {
            to: "Blocklists".to_owned(),
            because: "the reply says that your server's address or domain has a bad reputation".to_owned(),
            others: ["Provider", "Recipient", "stop and report"].map(str::to_owned).to_vec(),
        }),
        ..StepView::default()
    }
}

fn list(n: usize) -> Vec<Failure> {
    let line = |n: usize| {
        let why = if n.is_multiple_of(3) { "5.2.2" } else { "5.1.1" };
        format!(
            "Nov 20 16:40:05 mail postfix/smtp[9]: 4QX{n:05}: to=<u{n}@example.org>, relay=mx1.example.org[192.0.2.25]:25, dsn={why}, status=bounced (host mx1.example.org[192.0.2.25] said: 550 {why} no (in reply to RCPT TO command))\n"
        )
    };
    let items = Reader::new(Arc::clone(&GUIDE)).text(&(0..n).map(line).collect::<String>()).items;
    model::failures(&GUIDE, &items, false)
}

fn reading(width: u16, height: u16, look: Look) -> String {
    let view = step_of(BOUNCE, width, false);
    drawn(width, height - 3, look, |pen| step::draw(pen, &rail(), &view, step::How::default()))
}

static COLOUR: LazyLock<Look> = LazyLock::new(|| Look { theme: *DARK, ascii: false });
static ASCII: LazyLock<Look> = LazyLock::new(|| Look { theme: *MONO, ascii: true });
const TERMINALS: [(u16, u16); 4] = [(60, 20), (80, 24), (120, 40), (200, 50)];

#[test]
fn a_text_that_was_read() {
    insta::assert_snapshot!("reading-60", reading(60, 20, *COLOUR));
    insta::assert_snapshot!("reading-80", reading(80, 24, *COLOUR));
    insta::assert_snapshot!("reading-120", reading(120, 40, *COLOUR));
    insta::assert_snapshot!("reading-60-ascii", reading(60, 20, *ASCII));
    insta::assert_snapshot!("reading-80-ascii", reading(80, 24, *ASCII));
    insta::assert_snapshot!("reading-120-ascii", reading(120, 40, *ASCII));
}

#[test]
fn what_decided_and_what_it_means_are_in_sight_at_every_size() {
    for (width, height) in TERMINALS {
        let text = reading(width, height, *COLOUR);
        for words in ["using zen.spamhaus.org", "Whose move: you.", "First:", "Next ▸ Blocklists"] {
            assert!(text.contains(words), "{width}x{height} lacks {words}:\n{text}");
        }
        assert!(text.lines().any(|l| l.contains('▸') && l.contains("554 5.7.1")), "{width}x{height}:\n{text}");
    }
}

#[test]
fn what_decided_is_underlined_with_and_without_colours() {
    for (theme, coloured) in [(*DARK, true), (*MONO, false)] {
        let look = Look { theme, ascii: false };
        let area = Rect::new(0, 0, 80, 21);
        let mut buf = Buffer::empty(area);
        let view = step_of(BOUNCE, 80, false);
        step::draw(&mut Pen::new(&mut buf, &mut Spots::default(), area, &look), &rail(), &view, step::How::default());
        let underlined = |c: &&ratatui::buffer::Cell| c.modifier.contains(Modifier::UNDERLINED | Modifier::BOLD);
        let marked: Vec<_> = buf.content.iter().filter(underlined).collect();
        let text: String = marked.iter().map(|c| c.symbol()).collect();
        for part in ["554", "5.7.1", "blocked", "using zen.spamhaus.org"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(marked.iter().all(|c| (c.fg != Color::Reset) == coloured));
    }
}

#[test]
fn admins_get_their_own_words() {
    let text = |admin| {
        let view = step_of(BOUNCE, 120, admin);
        shown(120, 37, |pen| step::draw(pen, &rail(), &view, step::How::default()))
    };
    assert_ne!(text(false), text(true));
}

#[test]
fn a_short_text_leaves_the_room_to_what_it_means() {
    let view = step_of("550 5.1.1 <bob@example.org>: User unknown", 80, false);
    let text = shown(80, 21, |pen| step::draw(pen, &rail(), &view, step::How::default()));
    let found = |words: &str| text.lines().position(|l| l.contains(words)).unwrap_or_else(|| panic!("{words}\n{text}"));
    assert_eq!(found("does not exist there") - found("User unknown"), 2, "{text}");
}

#[test]
fn a_text_can_be_scrolled_to_its_end_and_no_further() {
    let view = step_of(BOUNCE, 80, false);
    let how = step::How { text: Some(9_999), ..step::How::default() };
    let text = shown(80, 21, |pen| step::draw(pen, &rail(), &view, how));
    assert!(text.contains("At one?"), "{text}");
}

#[test]
fn the_failures_of_a_text() {
    let (few, many) = (list(5), list(400));
    insta::assert_snapshot!("failures-80", shown(80, 20, |pen| failures::draw(pen, &few, 1, Some(0))));
    insta::assert_snapshot!("failures-60", shown(60, 16, |pen| failures::draw(pen, &few, 4, None)));
    insta::assert_snapshot!("failures-120", shown(120, 36, |pen| failures::draw(pen, &many, 0, None)));
    insta::assert_snapshot!("failures-80-ascii", drawn(80, 20, *ASCII, |pen| failures::draw(pen, &many, 1, None)));
}

#[test]
fn no_size_is_too_small_for_a_reading() {
    let few = list(5);
    for width in (0..90).chain([120, 200]) {
        let view = step_of(BOUNCE, width, false);
        for height in [0, 1, 2, 3, 5, 8, 13, 21] {
            let how = step::How { scroll: 9, text: Some(7), ..step::How::default() };
            shown(width, height, |pen| step::draw(pen, &rail(), &view, how));
            shown(width, height, |pen| failures::draw(pen, &few, 3, None));
            step::shares(width, height, &view);
        }
    }
}
