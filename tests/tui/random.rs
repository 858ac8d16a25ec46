//! Whatever is pressed, pasted or resized, in whatever order: no panic, and no secret on the screen.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use heloise::transcript::Mode;
use heloise::tui::{Event, Launch, Order};
use proptest::prelude::*;

use crate::fixture::{guide, session};
use crate::seat::{Seat, real_guide, setup, small_guide};

fn key() -> impl Strategy<Value = Event> {
    let code = prop_oneof![
        4 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Up, KeyCode::Down, KeyCode::Left, KeyCode::Right, KeyCode::Tab,
            KeyCode::BackTab, KeyCode::PageUp, KeyCode::PageDown, KeyCode::Home, KeyCode::End, KeyCode::Backspace,
            KeyCode::Delete, KeyCode::F(1), KeyCode::Insert,
        ]),
        6 => prop::sample::select("qrynxitkpsoabmdefzcRNM/? @.1".chars().filter(|c| *c != 'q').collect::<Vec<_>>())
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
        3 => (0_u16..210, 0_u16..60).prop_map(|(x, y)| Event::Click(x, y)),
        1 => any::<bool>().prop_map(Event::Wheel),
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
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn nothing_that_is_pressed_breaks_it(events in prop::collection::vec(event(), 1..120)) {
        survives(events, Seat::at_start);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nor_with_the_real_guide_in_a_world_with_nobody_in_it(events in prop::collection::vec(event(), 1..100)) {
        survives(events, || Seat::new(Launch::new(setup(real_guide()))));
    }
}

/// Keys of the wizard, those that lead on more often than others.
const KEYS: &str = "tteemmddiiaazzkkffoossnnrRxlcyp/-N? @.1bq";

fn some_event(random: &mut fastrand::Rng) -> Event {
    let key = |code| Event::Key(KeyEvent::new(code, KeyModifiers::NONE));
    match random.u8(..100) {
        0..25 => key(KeyCode::Enter),
        25..45 => key([KeyCode::Up, KeyCode::Down, KeyCode::Left, KeyCode::Right][random.usize(..4)]),
        45..55 => key(KeyCode::Esc),
        55..60 => {
            key([KeyCode::Tab, KeyCode::BackTab, KeyCode::PageDown, KeyCode::End, KeyCode::Backspace]
                [random.usize(..5)])
        }
        60..90 => key(KeyCode::Char(char::from(KEYS.as_bytes()[random.usize(..KEYS.len())]))),
        90..93 => Event::Paste("550 5.1.1 <bob@example.org>: User unknown\r\n".repeat(random.usize(..4))),
        93..95 => Event::Paste((0..random.usize(..40)).map(|_| random.char(..)).collect()),
        95..97 => Event::Resize(random.u16(..210), random.u16(..60)),
        97..98 => Event::Settled(random.u64(..40)),
        _ => Event::Tick,
    }
}

/// Sessions of 500 events each, from beginnings of all kinds; each has to end with a key that leaves.
fn storm(seed: u64, sessions: usize) {
    let mut random = fastrand::Rng::with_seed(seed);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        for n in 0..sessions {
            let mut seat = match n % 4 {
                0 => Seat::at_start(),
                1 => Seat::new(Launch { resume: Some(session(Mode::Guided)), ..Launch::new(setup(guide())) }),
                2 => Seat::new(Launch { resume: Some(session(Mode::Checklist)), ..Launch::new(setup(guide())) }),
                _ => Seat::new(Launch::new(setup(small_guide()))),
            };
            for i in 0..500 {
                seat.send(some_event(&mut random));
                if i % 25 == 0 {
                    seat.settle().await;
                }
                // A frame for every key would test the drawing, not the walk: answers and keys often share one.
                if i % 12 == 0 {
                    seat.screen();
                }
            }
            seat.orders.clear();
            seat.send(Event::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)));
            assert!(seat.orders.iter().any(|o| matches!(o, Order::Quit(None))), "seed {seed}, session {n}");
        }
    });
}

#[test]
fn a_hundred_thousand_events_never_break_it_and_one_can_always_leave() {
    std::thread::scope(|scope| {
        for seed in [11, 12, 13, 14] {
            scope.spawn(move || storm(seed, 50));
        }
    });
}
