//! Every screen, reached by keys in the real program: guided, as a checklist, and in plain lines.

use crate::terminal::Terminal;
use crate::{DOWN, ESC};

const UP: &str = "\x1b[A";
const RIGHT: &str = "\x1b[C";

fn steps(terminal: &mut Terminal, steps: &[(&str, &str)]) {
    for (keys, words) in steps {
        // A frame that is half written shows old words still; and an Esc with a letter right behind it is another key.
        terminal.settled();
        terminal.send(keys);
        terminal.sees(words);
    }
}

#[test]
fn guided_every_screen_is_reached_and_left() {
    let mut terminal = Terminal::start(&["--no-save"], &[]);
    terminal.sees("What do you have?");
    steps(
        &mut terminal,
        &[
            ("?", "leave at once"),
            (ESC, "What do you have?"),
            ("\r", "Paste it here"),
            (ESC, "What do you have?"),
            (DOWN, "▸ An address"),
            ("\r", "Their address"),
            (ESC, "What do you have?"),
            (DOWN, "▸ Mail settings"),
            (DOWN, "▸ A mail server"),
            (DOWN, "▸ Nothing yet"),
            ("\r", "Which broken server?"),
            ("ip-l", "▸ The sending address is on a blocklist"),
            ("\r", "What you would type is filled in already."),
            ("\r", "Next ▸ Blocklists"),
            ("\r", "May heloise do this?"),
            ("\r", "Next ▸ Provider"),
            (RIGHT, "Where to?"),
            (ESC, "Next ▸ Provider"),
            ("t", "transcript · "),
            ("/zen\r", "zen.spamhaus.org"),
            (ESC, "Next ▸ Provider"),
            ("e", "What shows it"),
            (ESC, "Next ▸ Provider"),
            ("m", "Where each step can lead"),
            (UP, "Where each step can lead"),
            (ESC, "Next ▸ Provider"),
            ("i", "Sending address"),
            (ESC, "Next ▸ Provider"),
            ("z", "Next ▸ Provider"),
            ("o", "what we found"),
            ("p", "A ticket for whoever has to act"),
            (ESC, "what we found"),
            ("k", "Checked again"),
        ],
    );
    terminal.send("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_given_back();
}

#[test]
fn as_a_checklist_steps_are_run_signed_and_noted() {
    let mut terminal = Terminal::start(&["practice", "no-such-user", "--mode", "checklist", "--no-save"], &[]);
    terminal.sees("nothing leaves this machine");
    steps(
        &mut terminal,
        &[
            ("\r", "May heloise do this?"),
            ("\r", "checklist · 0 of 13"),
            ("r", "1 of 13"),
            ("s", "Sign recipient as:"),
            ("jd\r", "jd "),
            ("n", "Note about recipient:"),
            ("told them\r", "note by jd: told them"),
            ("t", "transcript · "),
            (ESC, "1 of 13"),
            ("m", "Where each step can lead"),
            (ESC, "1 of 13"),
            ("\r", "1 Recipient"),
            (ESC, "1 of 13"),
            ("o", "what we found"),
            (ESC, "1 of 13"),
        ],
    );
    terminal.send("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_given_back();
}

#[test]
fn in_plain_lines_the_same_walk_is_read_aloud() {
    let mut terminal = Terminal::start(&["practice", "ip-listed", "--plain", "--no-save"], &[]);
    terminal.sees("Next: Blocklists");
    steps(
        &mut terminal,
        &[
            ("help\r", "Type the number of a choice"),
            ("1\r", "Type yes for all of it"),
            ("yes\r", "Next: Provider"),
            ("transcript\r", "asked the name service"),
            ("report\r", "Not looked at:"),
            ("ticket\r", "The session these lines are from"),
        ],
    );
    terminal.send("quit\r");
    assert_eq!(terminal.ends(), 0);
    assert!(!terminal.raw().contains(&0x1b));
}

#[test]
fn the_row_of_a_login_shows_what_became_of_it() {
    let mut terminal = Terminal::start(&["practice", "sender-not-yours", "--no-save"], &[]);
    let keys = [
        ("", "nothing leaves this machine"),
        ("\r", "May heloise do this?"),
        ("\r", "Next ▸ Authentication"),
        ("\r", "May heloise do this?"),
        ("\r", "login by PLAIN          ✓ 235"),
        ("", "from shop@example.net   ✗ refused"),
        ("", "from alice@example.net  • taken"),
    ];
    steps(&mut terminal, &keys);
}
