//! Keys that the user's settings move: a letter, or a function key, for what is done by a letter otherwise.

use crossterm::event::KeyCode;

use super::{Binding, Command, Keys, TABLE};

/// What can be moved, by its name in the settings.
const NAMES: [(&str, Command); 32] = [
    ("admin-words", Command::Register),
    ("again", Command::Again),
    ("all-rows", Command::Unfold),
    ("allow", Command::Allow),
    ("another", Command::Another),
    ("copy", Command::Copy),
    ("decline", Command::Decline),
    ("diagnosis", Command::Diagnosis),
    ("evidence", Command::Evidence),
    ("failures", Command::Failures),
    ("fill-in", Command::FillIn),
    ("find", Command::Find),
    ("find-next", Command::FindNext),
    ("follow", Command::FollowAll),
    ("help", Command::Help),
    ("leave-out", Command::LeaveOut),
    ("map", Command::Map),
    ("mouse", Command::Mouse),
    ("note", Command::Note),
    ("options", Command::Extras),
    ("quit", Command::Quit),
    ("report", Command::Conclude),
    ("resume", Command::Resume),
    ("run", Command::Run),
    ("run-all", Command::RunAll),
    ("save", Command::Save),
    ("sign", Command::Sign),
    ("stop", Command::Stop),
    ("ticket", Command::Ticket),
    ("transcript", Command::Transcript),
    ("ways", Command::Ways),
    ("back", Command::StepBack),
];

impl Keys {
    /// The keys of the table with some moved: what is done, and the key for it.
    ///
    /// # Errors
    /// Which of them cannot be, counted from 0, and what is allowed.
    pub fn moved<'a>(moves: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, (usize, String)> {
        let mut keys = Self::default();
        let mut done = Vec::new();
        for (nth, (name, key)) in moves.enumerate() {
            let fail = |why: String| (nth, why);
            let Some((_, command)) = NAMES.iter().find(|(n, _)| *n == name) else {
                let names: Vec<_> = NAMES.iter().map(|(n, _)| *n).collect();
                return Err(fail(format!("there is nothing called \"{name}\"; allowed are {}", names.join(", "))));
            };
            let code = code(key).map_err(fail)?;
            // Bindings are made of what lasts as long as the program: settings are read once.
            let shown: &'static str = Box::leak(key.to_owned().into_boxed_str());
            for binding in keys.0.iter_mut().filter(|b| b.does == *command && is_movable(b)) {
                binding.keys = Box::leak(Box::new([code]));
                binding.shown = shown;
            }
            done.push((nth, name, *command, code));
        }
        for (nth, name, command, code) in done {
            let own: Vec<_> = keys.0.iter().filter(|b| b.does == command && b.keys.contains(&code)).collect();
            let taken =
                |b: &&Binding| b.does != command && !b.ctrl && b.keys.contains(&code) && own.iter().any(|o| o.meets(b));
            if let Some(other) = keys.0.iter().find(taken) {
                let of = NAMES.iter().find(|(_, c)| *c == other.does).map_or("something else", |(n, _)| n);
                return Err((nth, format!("the key for \"{name}\" is that for \"{of}\" already; move one of the two")));
            }
        }
        Ok(keys)
    }

    /// What can be moved, with the key that it has in the table.
    pub fn movable() -> impl Iterator<Item = (&'static str, &'static str)> {
        let of = |command| TABLE.iter().find(move |b| b.does == command && is_movable(b) && !b.shown.is_empty());
        NAMES.iter().filter_map(move |(name, command)| Some((*name, of(*command)?.shown)))
    }
}

/// Enter, Esc and the arrows stay where they are, so that there is always a way on and back; Ctrl-C and F1, so that there is one out.
fn is_movable(binding: &Binding) -> bool {
    let first = binding.keys[0];
    let only = [Command::Ways, Command::StepBack].contains(&binding.does);
    !binding.ctrl && (matches!(first, KeyCode::Char(_)) || only)
}

impl Binding {
    /// Whether both are on one screen.
    fn meets(&self, other: &Self) -> bool {
        self.on.is_empty() || other.on.is_empty() || self.on.iter().any(|k| other.on.contains(k))
    }
}

fn code(key: &str) -> Result<KeyCode, String> {
    let mut signs = key.chars();
    match (signs.next(), signs.next()) {
        (Some(c), None) if !c.is_control() && !c.is_whitespace() => Ok(KeyCode::Char(c)),
        (Some('F'), Some(_)) => match key[1..].parse() {
            Ok(n @ 2..=12) => Ok(KeyCode::F(n)),
            _ => Err(format!("\"{key}\" is no key; allowed are F2 to F12 (F1 is always the keys)")),
        },
        _ => Err(format!("\"{key}\" is no key; allowed are single letters, digits and signs, and F2 to F12")),
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyEvent, KeyModifiers};

    use super::super::{KINDS, Kind, Now};
    use super::*;

    fn moved(moves: &[(&'static str, &'static str)]) -> Result<Keys, (usize, String)> {
        Keys::moved(moves.iter().copied())
    }

    #[test]
    fn a_moved_key_does_it_and_the_old_one_no_more() {
        let keys = moved(&[("transcript", "w"), ("quit", "F10")]).expect("both are free");
        let press = |code| keys.command(KeyEvent::new(code, KeyModifiers::NONE), &Now::of(Kind::Step));
        assert_eq!(press(KeyCode::Char('w')), Some(Command::Transcript));
        assert_eq!(press(KeyCode::Char('t')), None);
        assert_eq!((press(KeyCode::F(10)), press(KeyCode::Char('q'))), (Some(Command::Quit), None));
        assert!(keys.footer(&Now::of(Kind::Step)).any(|b| b.shown == "w" && b.foot == "transcript"));
        assert!(keys.help(&Now::of(Kind::Step)).any(|(b, _)| b.shown == "F10"));
    }

    #[test]
    fn two_keys_can_change_places() {
        let keys = moved(&[("transcript", "e"), ("evidence", "t")]).expect("they do not meet");
        let press = |c| keys.command(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE), &Now::of(Kind::Step));
        assert_eq!((press('e'), press('t')), (Some(Command::Transcript), Some(Command::Evidence)));
    }

    #[test]
    fn a_key_that_is_taken_and_one_that_is_none_are_refused() {
        let (nth, why) = moved(&[("copy", "y"), ("transcript", "e")]).expect_err("e is evidence");
        assert!(nth == 1 && why.contains("\"evidence\""), "{why}");
        assert!(moved(&[("transcript", "Enter")]).expect_err("no letter").1.contains("F2 to F12"));
        assert!(moved(&[("dance", "w")]).expect_err("nothing").1.contains("allowed are admin-words, again"));
    }

    #[test]
    fn the_way_out_cannot_be_moved_away() {
        let all = "QWERTZUIOP";
        let moves: Vec<(&str, String)> = NAMES.iter().map(|(n, _)| *n).zip(all.chars().map(String::from)).collect();
        let keys = Keys::moved(moves.iter().map(|(n, k)| (*n, k.as_str()))).unwrap_or_default();
        for kind in KINDS {
            let press = |code, modifiers| keys.command(KeyEvent::new(code, modifiers), &Now::of(kind));
            assert_eq!(press(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Command::Quit));
            assert_eq!(press(KeyCode::F(1), KeyModifiers::NONE), Some(Command::Help));
        }
    }

    #[test]
    fn everything_that_can_be_moved_has_a_key() {
        assert_eq!(Keys::movable().count(), NAMES.len());
    }
}
