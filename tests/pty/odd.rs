//! Odd terminals, and every way of leaving them.

use rustix::process::Signal;

use crate::terminal::{Terminal, count};

#[test]
fn every_kind_of_terminal_shows_the_first_screen_in_the_signs_it_has() {
    for (term, ascii) in [
        ("linux", true),
        ("vt100", true),
        ("screen", false),
        ("tmux-256color", false),
        ("xterm", false),
        ("ansi", false),
    ] {
        let mut terminal = Terminal::start(&["--no-save"], &[("TERM", term)]);
        terminal.sees(if ascii { "> An error" } else { "▸ An error" });
        terminal.send("q");
        assert_eq!(terminal.ends(), 0, "{term}");
        terminal.is_given_back();
        assert_eq!(terminal.raw().is_ascii(), ascii, "{term}");
    }
}

#[test]
fn the_mouse_is_taken_only_where_it_is_asked_for_and_given_back() {
    let settings = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(settings.path(), "mouse = true\n").expect("it is written");
    let file = settings.path().display().to_string();
    for (config, taken) in [(Some(file.as_str()), true), (None, false)] {
        let env: Vec<_> = config.map(|c| ("HELOISE_CONFIG", c)).into_iter().collect();
        let mut terminal = Terminal::start(&["--no-save"], &env);
        terminal.sees("What do you have?");
        terminal.send("\x1b[<0;6;10M\x1b[<0;6;10m");
        terminal.sees(if taken { "▸ Mail settings" } else { "▸ An error" });
        terminal.send("q");
        assert_eq!(terminal.ends(), 0);
        terminal.is_given_back();
        let raw = terminal.raw();
        assert_eq!(count(&raw, b"\x1b[?1000h"), usize::from(taken));
        assert_eq!(count(&raw, b"\x1b[?1000l"), usize::from(taken));
    }
}

#[test]
fn a_dumb_terminal_or_one_without_a_name_gets_numbered_lines_and_nothing_else() {
    for name in ["dumb", ""] {
        numbered_lines_and_nothing_else(name);
    }
}

fn numbered_lines_and_nothing_else(name: &str) {
    let mut terminal = Terminal::start(&["practice", "no-such-user", "--no-save"], &[("TERM", name)]);
    terminal.sees("Type yes for all of it");
    terminal.send("yes\r");
    terminal.sees("Next: ");
    terminal.send("\r");
    terminal.sees("Whose move");
    terminal.send("quit\r");
    assert_eq!(terminal.ends(), 0);
    let raw = terminal.raw();
    assert!(!raw.contains(&0x1b), "no control sequence is written");
    let text = String::from_utf8_lossy(&raw);
    assert!(!text.contains(['│', '─', '┬', '▸', '⠋']), "no lines are drawn, and nothing turns:\n{text}");
}

/// Keys to a place, and what is seen there.
const PLACES: [(&str, &str); 3] =
    [("", "nothing leaves this machine"), ("\r", "May heloise do this?"), ("\r\r", "At work.")];

fn at(place: (&str, &str)) -> Terminal {
    let mut terminal = Terminal::start(&["practice", "server-silent", "--no-save"], &[]);
    terminal.sees(PLACES[0].1);
    for (n, _) in place.0.char_indices() {
        terminal.send("\r");
        terminal.sees(PLACES[n + 1].1);
    }
    terminal
}

#[test]
fn every_way_of_leaving_from_every_place_gives_the_terminal_back_as_it_was() {
    for place in PLACES {
        for (keys, status) in [("q", 0), ("\x03", 0)] {
            let mut terminal = at(place);
            terminal.send(keys);
            assert_eq!(terminal.ends(), status, "{place:?} {keys:?}");
            terminal.is_given_back();
        }
        for (signal, status) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
            let mut terminal = at(place);
            terminal.signal(signal);
            assert_eq!(terminal.ends(), status, "{place:?} {signal:?}");
            terminal.is_given_back();
        }
    }
}

#[test]
fn a_mistake_on_the_command_line_leaves_the_terminal_alone() {
    let mut terminal = Terminal::start(&["--theme", "plaid", "--no-save"], &[]);
    terminal.sees("there is no theme plaid; there are contrast, dark, either, light, mono");
    assert_eq!(terminal.ends(), 65);
    assert!(!terminal.raw().contains(&0x1b));
}
