//! The table of keys. In the footer, what stands higher comes first.

use crossterm::event::KeyCode;

use super::{Binding, Command, Kind, Now};

const ANY: &[Kind] = &[];
const LISTS: &[Kind] = &[Kind::Start, Kind::Practise, Kind::Ways, Kind::Failures, Kind::Map];
/// Where nobody has begun yet.
const OPENING: &[Kind] = &[Kind::Start, Kind::Story, Kind::Practise];
const READING: &[Kind] = &[Kind::Evidence, Kind::Text, Kind::Help, Kind::Matrix, Kind::Story];
const ROWS: &[Kind] = &[
    Kind::Start,
    Kind::Practise,
    Kind::Ways,
    Kind::Failures,
    Kind::Map,
    Kind::Diagnosis,
    Kind::Consent,
    Kind::Checklist,
    Kind::Transcript,
    Kind::Step,
];
const BEHIND: &[Kind] = &[
    Kind::Practise,
    Kind::Form,
    Kind::Consent,
    Kind::Ways,
    Kind::Failures,
    Kind::Evidence,
    Kind::Text,
    Kind::Help,
    Kind::Map,
    Kind::Matrix,
    Kind::Transcript,
    Kind::Diagnosis,
    Kind::Prompt,
];
const LONG: &[Kind] = &[
    Kind::Evidence,
    Kind::Text,
    Kind::Help,
    Kind::Map,
    Kind::Matrix,
    Kind::Diagnosis,
    Kind::Story,
    Kind::Transcript,
    Kind::Step,
    Kind::Checklist,
    Kind::Practise,
    Kind::Failures,
];
/// Where there are words in two registers.
const WORDED: &[Kind] = &[Kind::Step, Kind::Diagnosis, Kind::Checklist, Kind::Transcript, Kind::Failures, Kind::Map];
const FILLED: &[Kind] = &[Kind::Step, Kind::Checklist];
const ASKING: &[Kind] = &[Kind::Start, Kind::Story, Kind::Step, Kind::Checklist, Kind::Diagnosis];
const WALKING: &[Kind] = &[Kind::Step, Kind::Checklist, Kind::Diagnosis];

fn always(_: &Now) -> bool {
    true
}

const fn key(
    keys: &'static [KeyCode],
    shown: &'static str,
    does: Command,
    on: &'static [Kind],
    foot: &'static str,
    help: &'static str,
) -> Binding {
    Binding { keys, ctrl: false, shown, does, on, when: always, foot, help }
}

const fn when(binding: Binding, when: fn(&Now) -> bool) -> Binding {
    Binding { when, ..binding }
}

const fn ctrl(binding: Binding) -> Binding {
    Binding { ctrl: true, ..binding }
}

const fn c(c: char) -> KeyCode {
    KeyCode::Char(c)
}

pub(super) const TABLE: &[Binding] = &[
    // Lists and fields.
    key(&[KeyCode::Up], "↑↓", Command::Up, LISTS, "choose", "choose a line"),
    key(&[KeyCode::Enter], "Enter", Command::GoOn, LISTS, "go on", "take the line that is lit"),
    when(key(&[c('r')], "r", Command::Resume, &[Kind::Start], "resume", "take the last session up again"), |n| {
        n.resumable
    }),
    key(&[KeyCode::Enter], "Enter", Command::GoOn, &[Kind::Story], "go on", "begin"),
    when(
        key(&[KeyCode::Enter], "Enter", Command::GoOn, &[Kind::Form], "go on", "the next field; after the last, go on"),
        |n| !n.extras,
    ),
    when(key(&[KeyCode::Enter], "Enter", Command::GoOn, &[Kind::Form], "take it", ""), |n| n.extras),
    when(key(&[KeyCode::Left], "←→", Command::Left, &[Kind::Form], "choose", "choose among a few"), |n| n.choice),
    when(key(&[KeyCode::Right], "", Command::Right, &[Kind::Form], "", ""), |n| n.choice),
    key(
        &[KeyCode::Left],
        "←→",
        Command::Left,
        &[Kind::Map],
        "reasons",
        "why that step leads where, one after the other",
    ),
    key(&[KeyCode::Right], "", Command::Right, &[Kind::Map], "", ""),
    when(key(&[c(' ')], "", Command::Right, &[Kind::Form], "", ""), |n| n.choice),
    when(
        key(&[KeyCode::Down, KeyCode::Tab], "Tab", Command::Down, &[Kind::Form], "next field", "the next field"),
        |n| n.fields,
    ),
    key(&[KeyCode::Up, KeyCode::BackTab], "↑", Command::Up, &[Kind::Form], "", "the field before"),
    // Consent.
    key(
        &[KeyCode::Enter, c('y')],
        "Enter",
        Command::GoOn,
        &[Kind::Consent],
        "yes",
        "yes to what is ticked, no to the rest",
    ),
    key(&[c(' ')], "Space", Command::Toggle, &[Kind::Consent], "tick", "tick or untick a line"),
    key(&[c('n')], "n", Command::Decline, &[Kind::Consent], "no", "no to all of it"),
    // A step.
    key(&[KeyCode::Enter], "Enter", Command::GoOn, &[Kind::Checklist], "open", "open the step"),
    when(
        key(&[KeyCode::Enter], "Enter", Command::GoOn, &[Kind::Step], "go on", "go where the branch below leads"),
        |n| n.way_on,
    ),
    when(key(&[c('x')], "x", Command::Stop, WALKING, "stop", "stop what is running; what came in stays"), |n| {
        n.running
    }),
    when(key(&[c('i')], "i", Command::FillIn, FILLED, "take over", ""), |n| n.questions && n.offers),
    when(
        key(
            &[c('i')],
            "i",
            Command::FillIn,
            FILLED,
            "fill in",
            "answer what this step asks, or take over the settings that were found to work",
        ),
        |n| n.questions && n.lacking && !n.offers,
    ),
    when(key(&[c('i')], "i", Command::FillIn, FILLED, "", ""), |n| n.questions && !n.lacking && !n.offers),
    when(
        key(
            &[c('l')],
            "l",
            Command::Failures,
            &[Kind::Step],
            "the list",
            "the failures that your text tells of, to follow another",
        ),
        |n| n.several,
    ),
    when(
        key(
            &[c('r')],
            "r",
            Command::Records,
            &[Kind::Step],
            "records",
            "the records in the DNS, and what to publish instead",
        ),
        |n| n.records,
    ),
    key(&[KeyCode::Right], "→", Command::Ways, &[Kind::Step], "other ways", "where else one could go from here"),
    when(
        key(
            &[c('y')],
            "y",
            Command::Allow,
            FILLED,
            "allow",
            "say yes to what was declined, or is only done if you wish, and run the step again",
        ),
        |n| n.declined,
    ),
    when(key(&[c('y')], "y", Command::Allow, FILLED, "send it", ""), |n| n.more && n.sends),
    when(key(&[c('y')], "y", Command::Allow, FILLED, "ask more", ""), |n| n.more && !n.sends),
    // A checklist.
    key(&[c('r')], "r", Command::Run, &[Kind::Checklist], "run", "run the step's checks, or run them again"),
    key(&[c('s')], "s", Command::Sign, &[Kind::Checklist], "sign", "sign the step off with your initials"),
    key(&[c('n')], "n", Command::Note, &[Kind::Checklist], "note", "write a note beside the step"),
    key(
        &[c('R')],
        "R",
        Command::RunAll,
        &[Kind::Checklist],
        "run all",
        "run every step that was not run yet, in order",
    ),
    key(&[c('o')], "o", Command::Conclude, &[Kind::Checklist], "report", "stop here and see what was found"),
    key(&[c('-')], "-", Command::LeaveOut, &[Kind::Checklist], "", "leave the step out"),
    // The diagnosis.
    when(
        key(
            &[c('k')],
            "k",
            Command::Again,
            &[Kind::Diagnosis],
            "check again",
            "run only the step that showed it, once more",
        ),
        |n| n.checkable,
    ),
    key(&[c('p')], "p", Command::Ticket, &[Kind::Diagnosis], "ticket", "a text to send to whoever has to act"),
    when(
        key(
            &[c('s')],
            "s",
            Command::Save,
            &[Kind::Diagnosis, Kind::Text],
            "save",
            "save it, as a report, as a file in this folder",
        ),
        |n| !n.confined,
    ),
    key(&[c('q')], "q", Command::Quit, &[Kind::Diagnosis], "quit", ""),
    when(
        key(
            &[c('r')],
            "r",
            Command::Records,
            &[Kind::Diagnosis],
            "records",
            "the records in the DNS, and what to publish instead",
        ),
        |n| n.records,
    ),
    // Looking closer.
    when(key(&[KeyCode::Enter], "Enter", Command::GoOn, &[Kind::Prompt], "keep", "keep what is typed"), |n| !n.finding),
    when(
        key(&[KeyCode::Enter], "Enter", Command::GoOn, &[Kind::Prompt], "find", "go to the next line with that text"),
        |n| n.finding,
    ),
    key(&[KeyCode::Up], "↑↓", Command::Up, &[Kind::Transcript], "line", "one line up or down"),
    when(
        key(&[c(' ')], "Space", Command::More, &[Kind::Transcript], "more", "the rest of what that line means"),
        |n| n.cut,
    ),
    key(
        &[c('t')],
        "t",
        Command::Transcript,
        WALKING,
        "transcript",
        "everything that was said to servers, line by line",
    ),
    when(key(&[c('e')], "e", Command::Evidence, WALKING, "evidence", "what shows it"), |n| n.findings),
    when(
        key(
            &[c('c')],
            "c",
            Command::Copy,
            &[Kind::Transcript, Kind::Evidence, Kind::Text, Kind::Diagnosis],
            "copy",
            "copy to your clipboard, if your terminal allows it",
        ),
        |n| n.copyable,
    ),
    key(&[c('/')], "/", Command::Find, &[Kind::Transcript], "find", "find a text"),
    when(key(&[c('n')], "n", Command::FindNext, &[Kind::Transcript], "next", "the next line with that text"), |n| {
        n.finding
    }),
    when(
        key(&[c('a')], "a", Command::Register, WORDED, "for admins", "plain words, or words for mail administrators"),
        |n| !n.admin,
    ),
    when(key(&[c('a')], "a", Command::Register, WORDED, "plain words", ""), |n| n.admin),
    when(
        key(
            &[c('h')],
            "h",
            Command::Matrix,
            WALKING,
            "hosts",
            "every server and address against the stages of a delivery, with the time each took",
        ),
        |n| n.called,
    ),
    key(
        &[KeyCode::Up],
        "↑↓",
        Command::Up,
        &[Kind::Step],
        "",
        "light a finding, to see its evidence with e; scroll a text",
    ),
    when(key(&[c('z')], "z", Command::Unfold, &[Kind::Step], "all rows", "all rows, or only the telling ones"), |n| {
        n.foldable
    }),
    key(
        &[c('f')],
        "f",
        Command::FollowAll,
        &[Kind::Step],
        "follow to the end",
        "follow every branch by itself, to the end",
    ),
    key(&[c('k')], "k", Command::Again, &[Kind::Step], "", "run this step once more"),
    when(
        key(
            &[KeyCode::Left, KeyCode::Backspace],
            "←",
            Command::StepBack,
            &[Kind::Step],
            "",
            "back to the step we came from",
        ),
        |n| n.walked,
    ),
    key(&[c('d')], "d", Command::Diagnosis, &[Kind::Step, Kind::Checklist], "", "what is known so far"),
    key(&[c('o')], "o", Command::Conclude, &[Kind::Step], "", "stop here and see what was found"),
    key(&[c('m')], "m", Command::Map, WALKING, "map", "the whole guide as a picture, with the path so far"),
    key(
        &[c('O')],
        "O",
        Command::Extras,
        ASKING,
        "",
        "how heloise asks: name service, HELO name, way to log in, IP version, seconds to wait",
    ),
    key(&[c('N')], "N", Command::Another, &[Kind::Diagnosis], "", "start again with another case"),
    // Moving.
    key(&[KeyCode::Up], "↑↓", Command::Up, READING, "", "scroll"),
    key(&[KeyCode::Up], "↑↓", Command::Up, &[Kind::Consent, Kind::Checklist], "", "light a line"),
    key(&[KeyCode::Up], "↑↓", Command::Up, &[Kind::Diagnosis], "", "light a thing to do, to copy it with c; scroll"),
    key(&[KeyCode::Down], "", Command::Down, READING, "", ""),
    key(&[KeyCode::Down], "", Command::Down, ROWS, "", ""),
    key(&[KeyCode::PageUp], "PgUp PgDn", Command::PageUp, LONG, "", "a screenful up or down"),
    key(&[KeyCode::PageDown, c(' ')], "", Command::PageDown, LONG, "", ""),
    key(&[KeyCode::Home], "Home End", Command::First, LONG, "", "to the beginning or the end"),
    key(&[KeyCode::End], "", Command::Last, LONG, "", ""),
    // Everywhere.
    key(&[KeyCode::Esc], "Esc", Command::Leave, BEHIND, "back", "back to the screen before"),
    when(key(&[KeyCode::Esc], "Esc", Command::Leave, &[Kind::Story], "back", "choose another one"), |n| n.behind),
    when(
        key(&[KeyCode::Esc], "Esc", Command::Leave, &[Kind::Step], "back", "back to where this step was opened from"),
        |n| n.behind,
    ),
    key(&[c('?')], "?", Command::Help, OPENING, "help", ""),
    when(key(&[c('?')], "?", Command::Help, ANY, "keys", ""), |n| !OPENING.contains(&n.kind) && n.kind != Kind::Help),
    key(&[c('?')], "?", Command::Help, &[Kind::Help], "", ""),
    when(key(&[KeyCode::F(1)], "F1", Command::Help, ANY, "keys", "this page; as ? where nothing is typed"), |n| {
        n.typing
    }),
    key(&[KeyCode::F(1)], "F1", Command::Help, ANY, "", ""),
    when(key(&[c('q')], "q", Command::Quit, ANY, "quit", "leave"), |n| n.fresh),
    when(key(&[c('q')], "q", Command::Quit, ANY, "quit", "leave; the session is kept"), |n| !n.fresh && n.kept),
    when(key(&[c('q')], "q", Command::Quit, ANY, "quit", "leave; nothing of this is kept"), |n| !n.fresh && !n.kept),
    key(&[c('M')], "M", Command::Mouse, ANY, "", "mouse on or off; while it is on, hold Shift to mark text"),
    ctrl(key(&[c('c')], "Ctrl-C", Command::Quit, ANY, "", "leave at once")),
    // In a form they work without being told: its page of keys has to come soon over a slow line.
    when(ctrl(key(&[c('l')], "Ctrl-L", Command::Redraw, ANY, "", "draw the screen anew")), |n| n.kind != Kind::Form),
    when(ctrl(key(&[c('t')], "Ctrl-T", Command::Plainer, ANY, "", "without colours, in ASCII, as it was")), |n| {
        n.kind != Kind::Form
    }),
    ctrl(key(&[c('l')], "", Command::Redraw, &[Kind::Form], "", "")),
    ctrl(key(&[c('t')], "", Command::Plainer, &[Kind::Form], "", "")),
    when(ctrl(key(&[c('z')], "Ctrl-Z", Command::Suspend, ANY, "", "to the shell; come back with fg")), |n| !n.confined),
];
