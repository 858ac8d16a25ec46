//! Keys become commands here and nowhere else; the footer and the help screen are made from the same table.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

mod moved;
mod table;

use table::TABLE;

/// The keys as they stand: those of the table, some of them perhaps moved by the user's settings.
#[derive(Clone, Debug)]
pub struct Keys(Vec<Binding>);

impl Default for Keys {
    fn default() -> Self {
        Self(TABLE.to_vec())
    }
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Command {
    /// Leave heloise.
    Quit,
    /// Go to the shell for a while.
    Suspend,
    /// The keys, and what they do.
    Help,
    /// Go on: choose, submit, say yes, follow.
    GoOn,
    /// Back to the screen behind.
    Leave,
    /// One up.
    Up,
    /// One down.
    Down,
    /// A screenful up.
    PageUp,
    /// A screenful down.
    PageDown,
    /// To the first.
    First,
    /// To the last.
    Last,
    /// One to the left among choices.
    Left,
    /// One to the right among choices.
    Right,
    /// On or off.
    Toggle,
    /// No.
    Decline,
    /// Take up the last session.
    Resume,
    /// Follow by itself to the end.
    FollowAll,
    /// Where else one could go.
    Ways,
    /// Back to the step we came from.
    StepBack,
    /// What was said on the wire.
    Transcript,
    /// What shows it.
    Evidence,
    /// The other register.
    Register,
    /// Hosts against stages.
    Matrix,
    /// The steps, and the path so far.
    Map,
    /// What is known so far.
    Diagnosis,
    /// Check this again.
    Again,
    /// Fill in what is missing.
    FillIn,
    /// Stop what is running.
    Stop,
    /// All rows, or the folded ones.
    Unfold,
    /// The failures of a text.
    Failures,
    /// The records in the DNS.
    Records,
    /// Copy to the clipboard.
    Copy,
    /// Find a text.
    Find,
    /// Find the next.
    FindNext,
    /// A text for the provider.
    Ticket,
    /// Save a report.
    Save,
    /// Run this step.
    Run,
    /// Run all that were not run.
    RunAll,
    /// Sign a step off.
    Sign,
    /// Note something about a step.
    Note,
    /// Leave a step out.
    LeaveOut,
    /// Say yes to what was declined before.
    Allow,
    /// Conclude.
    Conclude,
    /// Another case.
    Another,
    /// The mouse, on or off.
    Mouse,
}

/// Which screen it is, without its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Start,
    Story,
    Practise,
    Form,
    Consent,
    Step,
    Ways,
    Failures,
    Transcript,
    Evidence,
    Diagnosis,
    Text,
    Checklist,
    Help,
    Map,
    Matrix,
    Prompt,
}

#[cfg(test)]
const KINDS: [Kind; 17] = [
    Kind::Start,
    Kind::Story,
    Kind::Practise,
    Kind::Form,
    Kind::Consent,
    Kind::Step,
    Kind::Ways,
    Kind::Failures,
    Kind::Transcript,
    Kind::Evidence,
    Kind::Diagnosis,
    Kind::Text,
    Kind::Checklist,
    Kind::Help,
    Kind::Matrix,
    Kind::Map,
    Kind::Prompt,
];

/// What holds right now, as far as keys depend on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    /// The screen.
    pub kind: Kind,
    /// Characters go into a field.
    pub typing: bool,
    /// Checks are running.
    pub running: bool,
    /// The way on is known: following, or concluding.
    pub way_on: bool,
    /// The step has questions that a person could answer.
    pub questions: bool,
    /// One of them wants an answer.
    pub lacking: bool,
    /// Settings were found that can be taken over.
    pub offers: bool,
    /// Something that the step needs was declined.
    pub declined: bool,
    /// The step can do more, if that is wished; nothing that it needs was declined.
    pub more: bool,
    /// Something was found that can be looked into.
    pub findings: bool,
    /// Words for administrators.
    pub admin: bool,
    /// There is a session to take up.
    pub resumable: bool,
    /// The field that is lit is a choice.
    pub choice: bool,
    /// There is something to copy.
    pub copyable: bool,
    /// Rows are folded away, or were unfolded.
    pub foldable: bool,
    /// The text that was read tells of several failures.
    pub several: bool,
    /// The form has more than one field.
    pub fields: bool,
    /// A step showed what was found, and can be run once more.
    pub checkable: bool,
    /// Servers were called.
    pub called: bool,
    /// Records in the DNS were looked at.
    pub records: bool,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Binding {
    keys: &'static [KeyCode],
    ctrl: bool,
    /// How the key is written.
    pub shown: &'static str,
    /// What it asks for.
    pub does: Command,
    on: &'static [Kind],
    when: fn(&Now) -> bool,
    /// The word in the footer; empty for none.
    pub foot: &'static str,
    /// The sentence on the help screen; empty for none.
    pub help: &'static str,
}

impl Binding {
    fn holds(&self, now: &Now) -> bool {
        let types = !self.ctrl && matches!(self.keys[0], KeyCode::Char(_));
        self.is_on(now.kind) && !(types && now.typing) && (self.when)(now)
    }

    fn is_on(&self, kind: Kind) -> bool {
        self.on.is_empty() || self.on.contains(&kind)
    }

    fn is(&self, key: KeyEvent) -> bool {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        self.keys.contains(&key.code) && control == self.ctrl && !alt
    }
}

impl Keys {
    /// What a key asks for right now, if anything.
    pub(super) fn command(&self, key: KeyEvent, now: &Now) -> Option<Command> {
        let is_text = matches!(key.code, KeyCode::Char(_)) && !key.modifiers.contains(KeyModifiers::CONTROL);
        if now.typing && is_text {
            return None;
        }
        self.0.iter().find(|b| b.is(key) && b.holds(now)).map(|b| b.does)
    }

    /// What the footer says right now, most useful first.
    pub(super) fn footer(&self, now: &Now) -> impl Iterator<Item = &Binding> {
        let now = *now;
        self.0.iter().filter(move |b| !b.foot.is_empty() && b.holds(&now))
    }

    /// What the help screen says about the screen it was called from: every key there, whether or not it can be pressed right now.
    pub(super) fn help(&self, kind: Kind) -> impl Iterator<Item = &Binding> {
        self.0.iter().filter(move |b| !b.help.is_empty() && b.is_on(kind))
    }
}

#[cfg(test)]
mod tests {
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
                several: bit(12),
                fields: bit(13),
                called: bit(14),
                checkable: bit(4),
                // A step that reads a text offers no settings and shows no records: one bit will do for all.
                offers: !bit(12),
                records: !bit(12),
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
            assert!(keys.help(kind).count() >= 3, "{kind:?}");
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
}
