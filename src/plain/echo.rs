//! Whether what is typed shows.

/// Turns the terminal's echo on or off; elsewhere than at a terminal it does nothing.
#[cfg(unix)]
pub fn echo(on: bool) {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let stdin = std::io::stdin();
    if let Ok(mut modes) = tcgetattr(&stdin) {
        modes.local_modes.set(LocalModes::ECHO, on);
        // A terminal that refuses goes on showing what is typed: there is nothing better to do.
        let _ = tcsetattr(&stdin, OptionalActions::Flush, &modes);
    }
}

/// Turns the terminal's echo on or off; here it cannot.
#[cfg(not(unix))]
pub fn echo(_on: bool) {}
