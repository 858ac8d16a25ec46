//! Keys become commands here and nowhere else; the footer and the help screen are made from the same table.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

mod moved;
mod table;
#[cfg(test)]
mod tests;

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
    /// Draw the whole screen anew.
    Redraw,
    /// Draw it with less: without colours, in ASCII.
    Plainer,
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
    /// The rest of what a line means.
    More,
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
    /// Say how to ask.
    Extras,
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
    /// That is to send a message.
    pub sends: bool,
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
    /// The form is about how to ask.
    pub extras: bool,
    /// A step showed what was found, and can be run once more.
    pub checkable: bool,
    /// Servers were called.
    pub called: bool,
    /// Records in the DNS were looked at.
    pub records: bool,
    /// Not all that a line means is seen.
    pub cut: bool,
    /// What is typed is looked for, or a text was.
    pub finding: bool,
    /// The session is saved as it goes on.
    pub kept: bool,
    /// Nothing was begun that could be kept.
    pub fresh: bool,
    /// There is a screen to go back to, where not every such screen has one.
    pub behind: bool,
    /// We came here from another step.
    pub walked: bool,
    /// No way to this machine: no files, no shell.
    pub confined: bool,
}

#[cfg(test)]
impl Now {
    /// Where nearly everything holds.
    pub(in crate::tui) fn of(kind: Kind) -> Self {
        Self {
            records: false,
            cut: false,
            finding: false,
            kept: true,
            fresh: false,
            confined: false,
            behind: true,
            walked: true,
            kind,
            typing: false,
            running: true,
            way_on: true,
            questions: true,
            lacking: true,
            offers: false,
            declined: true,
            more: false,
            sends: false,
            findings: true,
            admin: false,
            resumable: true,
            choice: false,
            copyable: true,
            foldable: true,
            several: true,
            fields: true,
            extras: false,
            called: true,
            checkable: true,
        }
    }
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
        self.is_on(now.kind) && !(self.is_letter() && now.typing) && (self.when)(now)
    }

    fn is_letter(&self) -> bool {
        !self.ctrl && matches!(self.keys[0], KeyCode::Char(_))
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
        let mut told = Vec::new();
        self.0.iter().filter(move |b| {
            let news = !b.foot.is_empty() && b.holds(&now) && !told.contains(&b.does);
            told.extend(news.then_some(b.does));
            news
        })
    }

    /// What the help screen says about the screen it was called from: every key there, and whether it does something right now. What can
    /// never be pressed where we are is left out.
    pub(super) fn help(&self, now: &Now) -> impl Iterator<Item = (&Binding, bool)> {
        let now = *now;
        let never = move |b: &Binding| now.confined && matches!(b.does, Command::Suspend | Command::Save);
        let told = self.0.iter().filter(move |b| !b.help.is_empty() && b.is_on(now.kind) && !never(b));
        told.filter_map(move |b| {
            // A key may be worded once for several rows of the table.
            let same = |other: &&Binding| other.does == b.does && other.keys == b.keys && other.ctrl == b.ctrl;
            let holds =
                b.holds(&now) || self.0.iter().filter(same).any(|other| other.help.is_empty() && other.holds(&now));
            // Leaving is worded for each thing that becomes of the session, and letters are text while typing: only what holds is said.
            let other = b.does != Command::Quit && !(now.typing && b.is_letter());
            (holds || other).then_some((b, holds))
        })
    }
}
