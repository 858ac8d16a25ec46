//! Over a slow line: only what changed is written, little for a key, little while something runs, nothing while nothing does.

use std::time::Duration;

use crate::DOWN;
use crate::terminal::Terminal;

/// What a key in a form or a list may cost, in octets.
const KEY: usize = 600;
/// What a second may cost while checks run, in octets.
const SECOND: usize = 2_000;

#[test]
fn a_key_in_a_form_writes_at_most_600_octets() {
    let mut terminal = Terminal::start(&["--no-save"], &[]);
    terminal.sees("What do you have?");
    terminal.send(DOWN);
    terminal.sees("▸ An address");
    let before = terminal.settled();
    terminal.send(DOWN);
    terminal.sees("▸ Mail settings");
    let moved = terminal.settled() - before;
    assert!((1..=KEY).contains(&moved), "an arrow in a list: {moved}");
    terminal.send("\r");
    terminal.sees("Password");
    let mut typed = String::new();
    let mut most = 0;
    for c in "smtp.example.net".chars() {
        let before = terminal.settled();
        typed.push(c);
        terminal.send(&c.to_string());
        terminal.sees(&typed);
        most = most.max(terminal.settled() - before);
    }
    assert!((1..=KEY).contains(&most), "a letter: {most}");
    let before = terminal.settled();
    terminal.send("\t");
    terminal.sees("465, 587 or 25");
    let next = terminal.settled() - before;
    assert!((1..=KEY).contains(&next), "the next field: {next}");
    let before = terminal.settled();
    terminal.send("\x1bOP");
    terminal.sees("the field before");
    let help = terminal.settled() - before;
    assert!((1..=KEY).contains(&help), "what the keys do: {help}");
    eprintln!("octets: arrow {moved}, letter {most}, next field {next}, keys {help}");
}

#[test]
fn a_key_that_is_held_down_is_not_drawn_for_each_time_it_repeats() {
    let mut terminal = Terminal::start(&["--no-save"], &[]);
    terminal.sees("What do you have?");
    terminal.send(&[DOWN; 4].concat());
    terminal.sees("▸ Nothing yet");
    terminal.send("\r");
    terminal.sees("more below");
    let before = terminal.settled();
    let times = 60;
    for _ in 0..times {
        terminal.send(DOWN);
        std::thread::sleep(Duration::from_millis(15));
    }
    terminal.sees("more above");
    let written = terminal.settled() - before;
    // Each step of the list is a screenful that moves by a line; a frame for each would be some 60,000.
    assert!(written < 30_000, "{written} octets for {times} keys");
    eprintln!("octets for a key held for a second: {written}");
}

#[test]
fn while_probes_run_a_second_writes_at_most_2000_octets_and_few_frames() {
    for (cols, rows) in [(80, 24), (200, 50)] {
        for env in [&[][..], &[("NO_COLOR", "1")]] {
            a_second_of_probes(cols, rows, env);
        }
    }
}

fn a_second_of_probes(cols: u16, rows: u16, env: &[(&str, &str)]) {
    // Its server takes the connection, and never says a word.
    let mut terminal = Terminal::start(&["practice", "server-silent", "--no-save"], env);
    terminal.resize(cols, rows);
    terminal.sees("nothing leaves this machine");
    terminal.send("\r");
    terminal.sees("May heloise do this?");
    let before = terminal.settled();
    terminal.send("\r");
    terminal.sees("At work.");
    terminal.bytes_within(Duration::from_millis(500));
    let change = terminal.raw().len() - before;
    // A key that changes the whole of a large screen has it drawn at once.
    assert!(change <= if cols > 100 { 2_500 } else { SECOND }, "{change} octets for a screen of {cols} by {rows}");
    let seconds = 4;
    let written = terminal.bytes_within(Duration::from_secs(seconds));
    let most = SECOND * usize::try_from(seconds).expect("a number");
    assert!((1..=most).contains(&written), "{written} octets in {seconds} seconds at {cols} by {rows}");
    eprintln!("octets at {cols} by {rows}: {change} for the screen, {} a second while a probe runs", written / 4);
}

#[test]
fn a_storm_of_sizes_writes_no_more_than_a_screen_each() {
    let mut terminal = Terminal::start(&["--no-save"], &[]);
    terminal.sees("What do you have?");
    let before = terminal.settled();
    let times = 20;
    for n in 0..times {
        terminal.resize(80 + n % 2, 24 + n % 2);
    }
    terminal.resize(80, 24);
    terminal.sees("Nothing leaves this machine before you say yes.");
    let written = terminal.settled() - before;
    assert!(written < 21 * 4_000, "{written}");
}
