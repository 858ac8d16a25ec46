//! The table of keys is one: what is shown is what they do.

use super::*;

/// Every mix of what may hold on a screen.
fn mixes(kind: Kind) -> impl Iterator<Item = Now> {
    (0..1_u16 << 15).map(move |bits| {
        let bit = |n: u16| bits >> n & 1 == 1;
        Now {
            kind,
            typing: bit(0),
            running: bit(1),
            way_on: bit(2),
            questions: bit(3),
            findings: bit(4),
            admin: bit(5),
            resumable: bit(6),
            choice: bit(7),
            copyable: bit(8),
            foldable: bit(9),
            lacking: bit(10),
            declined: bit(11),
            more: !bit(11),
            sends: bit(12),
            several: bit(12),
            fields: bit(13),
            extras: bit(14),
            called: bit(14),
            checkable: bit(4),
            // A step that reads a text offers no settings and shows no records: one bit will do for all.
            offers: !bit(12),
            records: !bit(12),
            cut: bit(8),
            finding: bit(7),
            kept: bit(6),
            fresh: bit(9),
            confined: bit(2),
            behind: bit(3),
            walked: bit(1),
        }
    })
}

#[test]
fn what_the_footer_shows_is_what_the_key_does() {
    let keys = Keys::default();
    let mut seen = 0;
    for kind in KINDS {
        for now in mixes(kind) {
            for b in keys.footer(&now) {
                let modifiers = if b.ctrl { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
                let key = KeyEvent::new(b.keys[0], modifiers);
                assert_eq!(keys.command(key, &now), Some(b.does), "{kind:?} {}", b.shown);
                seen += 1;
            }
        }
    }
    assert!(seen > 1000);
}

#[test]
fn every_screen_can_be_left_and_explained() {
    let keys = Keys::default();
    for kind in KINDS {
        for now in mixes(kind) {
            let press = |code, modifiers| keys.command(KeyEvent::new(code, modifiers), &now);
            assert_eq!(press(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Command::Quit), "{kind:?}");
            assert_eq!(press(KeyCode::F(1), KeyModifiers::NONE), Some(Command::Help), "{kind:?}");
        }
        for now in mixes(kind).step_by(13) {
            assert!(keys.help(&now).filter(|(_, holds)| *holds).count() >= 3, "{kind:?}");
            for (b, _) in keys.help(&now).filter(|(b, holds)| *holds && !b.keys.is_empty()) {
                let modifiers = if b.ctrl { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
                assert_eq!(
                    keys.command(KeyEvent::new(b.keys[0], modifiers), &now),
                    Some(b.does),
                    "{kind:?} {}",
                    b.shown
                );
            }
        }
    }
}

#[test]
fn while_typing_no_letter_is_a_command() {
    let keys = Keys::default();
    for kind in KINDS {
        for now in mixes(kind).filter(|n| n.typing) {
            for c in ' '..='~' {
                assert_eq!(keys.command(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE), &now), None, "{c}");
            }
        }
    }
}
