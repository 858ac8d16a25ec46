//! Promise: the real program in a real terminal: it shows what it should, keeps quiet when nothing happens, and gives the terminal back.

#![cfg(unix)]

mod dropped;
mod gone;
mod line;
mod odd;
mod slow;
mod terminal;
mod walks;

use std::time::Duration;

use rustix::process::Signal;
use terminal::{Terminal, count};

pub(crate) const DOWN: &str = "\x1b[B";
pub(crate) const ESC: &str = "\x1b";

fn wizard() -> Terminal {
    let mut terminal = Terminal::start(&["--no-save"], &[]);
    terminal.sees("What do you have?");
    terminal
}

#[test]
fn a_practice_world_is_walked_to_its_cause_by_keys() {
    let mut terminal = Terminal::start(&["practice", "no-such-user", "--no-save"], &[]);
    terminal.sees("nothing leaves this machine");
    terminal.send("\r");
    terminal.sees("May heloise do this?");
    terminal.send("\r");
    terminal.sees("Next ▸ What we found");
    terminal.send("\r");
    let shown = terminal.sees("does not exist there");
    assert!(shown.contains("confirmed") && shown.contains("Whose move"), "{shown}");
    terminal.send("t");
    terminal.sees("RCPT TO:<bop@example.org>");
    terminal.send("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_given_back();
}

#[test]
fn q_gives_the_terminal_back() {
    let mut terminal = wizard();
    terminal.send("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_given_back();
}

#[test]
fn a_signal_gives_the_terminal_back_and_shows_in_the_exit_status() {
    for (signal, status) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let mut terminal = wizard();
        terminal.signal(signal);
        assert_eq!(terminal.ends(), status);
        terminal.is_given_back();
    }
}

#[test]
fn nothing_is_written_while_nothing_happens() {
    let mut terminal = wizard();
    terminal.bytes_within(Duration::from_millis(300));
    assert_eq!(terminal.bytes_within(Duration::from_millis(1500)), 0);
    terminal.send(DOWN);
    terminal.sees("▸ An address");
}

#[test]
fn nothing_is_written_after_the_checks_have_ended() {
    let mut terminal = Terminal::start(&["practice", "healthy-address", "--no-save"], &[]);
    terminal.sees("nothing leaves this machine");
    terminal.send("\r");
    terminal.sees("May heloise do this?");
    terminal.send("\r");
    terminal.sees("Next ▸");
    terminal.bytes_within(Duration::from_millis(700));
    assert_eq!(terminal.bytes_within(Duration::from_millis(1500)), 0);
}

#[test]
fn a_storm_of_sizes_ends_in_a_whole_screen() {
    let mut terminal = wizard();
    for n in 0..60_u16 {
        terminal.resize(20 + n * 7 % 180, 5 + n * 11 % 60);
    }
    terminal.resize(50, 10);
    terminal.sees("Needs 60 columns, 20 rows.");
    terminal.resize(100, 30);
    let shown = terminal.sees("Nothing leaves this machine before you say yes.");
    assert!(shown.contains("q quit"), "{shown}");
}

#[test]
fn ctrl_l_draws_anew_what_something_wrote_over() {
    let mut terminal = wizard();
    terminal.garble("kernel: eth0 link down");
    terminal.sees("kernel: eth0");
    terminal.send("\x0c");
    terminal.sees_no("kernel: eth0");
    terminal.sees("What do you have?");
    terminal.send(&format!("{DOWN}\r"));
    terminal.sees("Their address");
    terminal.garble("kernel: eth0 link up");
    terminal.send("\x0c");
    terminal.sees_no("kernel: eth0");
}

#[test]
fn ctrl_z_comes_back_to_a_whole_screen() {
    let mut terminal = wizard();
    terminal.send("\x1a");
    // Without a shell behind it nothing stops it, and it takes the terminal again.
    terminal.writes("\x1b[?1049h", 2);
    terminal.sees("What do you have?");
    terminal.send(DOWN);
    terminal.sees("▸ An address");
    terminal.send("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_given_back();
}

#[test]
fn without_colours_what_is_lit_still_stands_out() {
    let mut terminal = Terminal::start(&["--no-save"], &[("NO_COLOR", "1")]);
    terminal.sees("What do you have?");
    let screen = terminal.cells();
    let cell = |row, col| screen.cell(row, col).expect("a cell");
    let lit = (0..24).find(|row| cell(*row, 1).contents() == "▸").expect("a line that is lit");
    assert!(cell(lit, 4).inverse(), "the line that is lit is reversed");
    assert!(!cell(lit + 1, 4).inverse());
    for row in 0..24 {
        for col in 0..80 {
            let cell = cell(row, col);
            assert_eq!((cell.fgcolor(), cell.bgcolor()), (vt100::Color::Default, vt100::Color::Default));
        }
    }
}

#[test]
fn a_terminal_without_utf8_gets_only_ascii() {
    let mut terminal = Terminal::start(&["practice", "no-such-user", "--no-save"], &[("LANG", "C")]);
    terminal.sees("nothing leaves this machine");
    terminal.send("\r");
    terminal.sees("May heloise do this?");
    terminal.send("\r");
    terminal.sees("Next > What we found");
    assert!(terminal.raw().is_ascii());
}

#[test]
fn a_paste_is_taken_as_a_whole_and_cannot_speak_to_the_terminal() {
    let mut terminal = wizard();
    terminal.send("\x1b[200~550 5.1.1 <bob@example.org>:\r\nUser unknown \x1b]0;owned\x07\x1b[2J\r\n\x1b[201~");
    terminal.sees("User unknown");
    terminal.send("\r");
    terminal.sees("6 Error message");
    terminal.sees("Next ▸");
    let raw = terminal.raw();
    assert_eq!(count(&raw, b"\x1b]0;"), 0);
    assert_eq!(count(&raw, b"owned\x07"), 0);
}

#[test]
fn a_password_is_written_nowhere() {
    let mut terminal = Terminal::start(&[], &[]);
    terminal.sees("What do you have?");
    terminal.send(DOWN);
    terminal.send(DOWN);
    terminal.send("\r");
    terminal.sees("Password");
    terminal.send("smtp.example.net\r\r\ralice@example.net\rcorrect-horse");
    terminal.sees("*************");
    terminal.send("\r\r");
    terminal.sees("May heloise do this?");
    terminal.send("n");
    terminal.sees("Nothing was asked of anybody.");
    terminal.send(ESC);
    terminal.sees("What do you have?");
    terminal.send("q");
    assert_eq!(terminal.ends(), 0);
    assert_eq!(count(&terminal.raw(), b"horse"), 0);
    let mut files = vec![terminal.home().to_owned()];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(&path).expect("a folder").map(|f| f.expect("a file").path()));
        } else {
            let text = std::fs::read(&path).expect("a file");
            assert_eq!(count(&text, b"horse"), 0, "{}", path.display());
        }
    }
}

#[test]
fn a_session_can_be_taken_up_again_from_the_first_screen() {
    let mut terminal = Terminal::start(&[], &[]);
    terminal.sees("What do you have?");
    terminal.send("\r");
    terminal.sees("Paste it here");
    terminal.send("\x1b[200~550 5.1.1 User unknown\x1b[201~\r");
    terminal.sees("Next ▸");
    let home = terminal.home().to_owned();
    terminal.send("q");
    assert_eq!(terminal.ends(), 0);
    let mut again =
        Terminal::start(&["resume"], &[("XDG_STATE_HOME", &home.join(".local/state").display().to_string())]);
    again.sees("6 Error message");
    again.sees("Next ▸");
}

#[test]
fn a_paste_of_a_whole_log_is_taken_at_once() {
    let mut terminal = wizard();
    let line = "Nov 20 16:40:05 mail postfix/smtp[4711]: to=<bob@example.org>, dsn=4.7.1, status=deferred\r\n";
    terminal.send("\x1b[200~");
    for _ in 0..13_000 {
        terminal.send(line);
    }
    terminal.send("\x1b[201~");
    terminal.sees("cut at 1 MiB");
    terminal.send("\x15");
    terminal.sees("Paste it here, as it is.");
}

#[test]
fn a_pasted_bounce_is_read_and_leads_to_the_right_step() {
    let mut terminal = wizard();
    terminal.send(
        "\x1b[200~From: MAILER-DAEMON@mail.example.net\r\nTo: alice@example.net\r\nSubject: Undelivered Mail\r\n\r\n\
         It could not be delivered.\r\n\r\n<bob@example.org>: host mx1.example.org[192.0.2.25] said: 554 5.7.1 Service\r\n    \
         unavailable; Client host [198.51.100.7] blocked using zen.spamhaus.org\r\n    (in reply to RCPT TO command)\r\n\x1b[201~",
    );
    terminal.sees("zen.spamhaus.org");
    terminal.send("\r");
    let shown = terminal.sees("Next ▸ Blocklists");
    for words in ["bob@example.org", "Whose move: you.", "First:", "198.51.100.7 is on a spam"] {
        assert!(shown.contains(words), "no \"{words}\" in\n{shown}");
    }
    let screen = terminal.cells();
    let row = (0..24).find(|row| (24..80).any(|col| screen.cell(*row, col).is_some_and(vt100::Cell::underline)));
    let row = row.expect("a row in which something decided");
    let line: String = (0..80)
        .map(|col| screen.cell(row, col).map_or(" ", |c| if c.has_contents() { c.contents() } else { " " }))
        .collect();
    assert!(line.contains('▸') && line.contains("554 5.7.1"), "{line}");
}

#[test]
fn a_paste_without_brackets_does_not_go_on_by_itself() {
    let mut terminal = wizard();
    terminal.send("\r");
    terminal.sees("Paste it here");
    terminal.send("550 5.1.1 <bob@example.org>:\rUser unknown\rquit\r");
    terminal.sees("That Enter came with the paste.");
    terminal.bytes_within(Duration::from_millis(300));
    terminal.send("\r");
    terminal.sees("Next ▸ Recipient");
}
