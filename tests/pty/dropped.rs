//! A line that drops: what was answered stays, and the session is taken up where it stood.

use std::net::TcpListener;
use std::path::Path;

use rustix::process::Signal;

use crate::terminal::Terminal;

/// A server that takes connections, and says nothing.
pub(crate) fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    (listener, format!("127.0.0.1:{port}"))
}

fn state(home: &Path) -> String {
    home.join(".local/state").display().to_string()
}

#[test]
fn after_a_hang_up_the_same_screen_comes_back_and_what_ran_is_started_again() {
    let (listener, server) = silent();
    let asked = [
        "start",
        "--server",
        &server,
        "--from",
        "alice@example.net",
        "--consent",
        "connect,rcpt,blocklists,http",
        "--resolver",
        "127.0.0.1:9",
    ];
    let mut terminal = Terminal::start(&asked, &[]);
    terminal.sees("At work.");
    let step = lit(&terminal.shown());
    listener.accept().expect("it was asked");
    terminal.signal(Signal::HUP);
    assert_eq!(terminal.ends(), 129);
    terminal.is_given_back();
    let mut again = Terminal::start(&["resume"], &[("XDG_STATE_HOME", &state(terminal.home()))]);
    again.sees("At work.");
    assert_eq!(lit(&again.shown()), step, "the same step");
    again.sees("127.0.0.1");
    listener.accept().expect("it is asked again");
    again.send("x");
    again.sees("Next ▸");
    again.send("q");
    assert_eq!(again.ends(), 0);
}

/// The step that is lit on the rail.
fn lit(shown: &str) -> String {
    let line = shown.lines().find_map(|l| l.strip_prefix(" ▸ ")).unwrap_or_else(|| panic!("{shown}"));
    line.split('│').next().unwrap_or_default().trim().to_owned()
}

#[test]
fn what_was_asked_when_the_line_dropped_is_asked_again_and_nothing_is_done_before() {
    let mut terminal = Terminal::start(&["start", "--resolver", "127.0.0.1:9"], &[]);
    terminal.sees("What do you have?");
    terminal.send("\r");
    terminal.sees("Or type the name of a file.");
    terminal.send("\x1b[200~550 5.1.1 <bob@example.org>: User unknown\x1b[201~\r");
    terminal.sees("Next ▸");
    terminal.send("\r");
    terminal.sees("May heloise do this?");
    terminal.signal(Signal::HUP);
    assert_eq!(terminal.ends(), 129);
    let mut again = Terminal::start(&["resume"], &[("XDG_STATE_HOME", &state(terminal.home()))]);
    again.sees("May heloise do this?");
    again.send("\x1b");
    again.sees("Next ▸");
    again.send("q");
    assert_eq!(again.ends(), 0);
}

/// All that stands in the saved sessions.
fn saved(home: &Path) -> String {
    let Ok(files) = std::fs::read_dir(home.join(".local/state/heloise/sessions")) else { return String::new() };
    files.filter_map(|file| std::fs::read_to_string(file.ok()?.path()).ok()).collect()
}

#[test]
fn what_was_typed_first_of_all_is_there_again_after_a_hang_up_and_a_password_is_not() {
    let mut terminal = Terminal::start(&["start", "--resolver", "127.0.0.1:9"], &[]);
    terminal.sees("What do you have?");
    terminal.send("\x1b[B\x1b[B\r");
    terminal.sees("Security");
    terminal.send("smtp.half-typed.example\t\t\tcarol\tSup3r-Secret-77\tcarol@example.net");
    terminal.sees("carol@example.net");
    terminal.signal(Signal::HUP);
    assert_eq!(terminal.ends(), 129);
    terminal.is_given_back();
    assert!(!saved(terminal.home()).contains("Sup3r-Secret-77"), "a password was kept");
    let mut again = Terminal::start(&["resume"], &[("XDG_STATE_HOME", &state(terminal.home()))]);
    again.sees("smtp.half-typed.example");
    again.sees("carol@example.net");
    again.sees("carol\n");
    again.send("\x1b");
    again.sees("What do you have?");
    again.send("q");
    assert_eq!(again.ends(), 0);
}

#[test]
fn what_was_typed_at_a_step_is_there_again_after_a_kill() {
    let mut terminal = Terminal::start(&["start", "--resolver", "127.0.0.1:9"], &[]);
    terminal.sees("What do you have?");
    terminal.send("\r");
    terminal.sees("Or type the name of a file.");
    terminal.send("\x1b[200~550 5.1.1 <bob@example.org>: User unknown\x1b[201~\r");
    terminal.sees("Next ▸");
    terminal.send("i");
    terminal.sees("bob@example.org");
    terminal.send(" half typed");
    // It is kept at a calm pace, not by the key.
    let since = std::time::Instant::now();
    while !saved(terminal.home()).contains("half typed") {
        assert!(since.elapsed().as_secs() < 20, "{}", saved(terminal.home()));
        terminal.bytes_within(std::time::Duration::from_millis(100));
    }
    terminal.signal(Signal::KILL);
    terminal.ends();
    let mut again = Terminal::start(&["resume"], &[("XDG_STATE_HOME", &state(terminal.home()))]);
    again.sees("half typed");
    again.send("\x1b");
    again.sees("Next ▸");
    again.send("q");
    assert_eq!(again.ends(), 0);
}
