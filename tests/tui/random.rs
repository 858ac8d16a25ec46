//! Whatever is pressed, pasted or resized, in whatever order: no panic, and no secret on the screen.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use heloise::tui::{Event, Launch};
use proptest::prelude::*;

use crate::seat::{Seat, real_guide, setup};

fn key() -> impl Strategy<Value = Event> {
    let code = prop_oneof![
        4 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Up, KeyCode::Down, KeyCode::Left, KeyCode::Right, KeyCode::Tab,
            KeyCode::BackTab, KeyCode::PageUp, KeyCode::PageDown, KeyCode::Home, KeyCode::End, KeyCode::Backspace,
            KeyCode::Delete, KeyCode::F(1), KeyCode::Insert,
        ]),
        6 => prop::sample::select("qrynxitkpsoabmdefzcRN/? @.1".chars().filter(|c| *c != 'q').collect::<Vec<_>>())
            .prop_map(KeyCode::Char),
        1 => any::<char>().prop_map(KeyCode::Char),
    ];
    code.prop_map(|code| Event::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        30 => key(),
        2 => "\\PC{0,40}".prop_map(Event::Paste),
        1 => "(?s).{0,40}".prop_map(Event::Paste),
        2 => (0_u16..210, 0_u16..60).prop_map(|(w, h)| Event::Resize(w, h)),
        1 => Just(Event::Tick),
        1 => (0_u64..40).prop_map(Event::Settled),
    ]
}

fn survives(events: Vec<Event>, seat: impl FnOnce() -> Seat) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut seat = seat();
        for (i, event) in events.into_iter().enumerate() {
            seat.send(event);
            if i % 7 == 0 {
                seat.settle().await;
            }
            seat.screen();
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn nothing_that_is_pressed_breaks_it(events in prop::collection::vec(event(), 1..120)) {
        survives(events, Seat::at_start);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nor_with_the_real_guide_in_a_world_with_nobody_in_it(events in prop::collection::vec(event(), 1..100)) {
        survives(events, || Seat::new(Launch::new(setup(real_guide()))));
    }
}
