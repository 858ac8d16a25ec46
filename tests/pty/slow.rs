//! A line of 9,600 baud: what is asked for by a key comes soon, even while checks run.

use crate::dropped::silent;
use crate::terminal::Terminal;
use crate::{DOWN, ESC};

/// Octets that 9,600 baud carry in a second: eight bits each, and two around them.
const BAUD: usize = 960;

/// What went over the line between a key and what it shows: that, divided by 960, is how many seconds one waits.
fn waits(terminal: &mut Terminal, key: &str, shows: &str) -> usize {
    // Half a frame shows old words still; and an Esc with a letter right behind it is another key.
    let before = terminal.settled();
    terminal.send(key);
    terminal.sees(shows);
    terminal.raw().len() - before
}

#[test]
fn at_9600_baud_a_key_shows_while_probes_run() {
    let (_server, address) = silent();
    let asked =
        ["start", "--server", &address, "--from", "alice@example.net", "--consent", "connect,rcpt,blocklists,http"];
    let waits_long = ["--resolver", "127.0.0.1:9", "--timeout", "60", "--no-save"];
    let mut terminal = Terminal::start_at(BAUD, &[&asked[..], &waits_long].concat());
    terminal.sees("At work.");
    let mut all = Vec::new();
    let second = BAUD * 5 / 4;
    for (key, shows, most) in [
        ("a", "a plain words", second),
        ("a", "a for admins", second),
        ("?", "stop what is running", 2 * second),
        (ESC, "At work.", 2 * second),
        ("t", "transcript · ", 2 * second),
        (ESC, "At work.", 2 * second),
        ("m", "Where each step can lead", 2 * second),
        (DOWN, "not looked at yet", second),
        (ESC, "At work.", 2 * second),
        ("x", "Next ▸", 2 * second),
    ] {
        let octets = waits(&mut terminal, key, shows);
        assert!(octets <= most, "{octets} octets before {shows:?} came\n{}", terminal.shown());
        all.push(octets);
    }
    eprintln!("octets between a key and what it shows: {all:?}");
}
