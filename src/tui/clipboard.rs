//! The clipboard of whoever sits there: asked for by a control sequence (OSC 52), told in such a way that tmux and screen let it pass.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// screen takes no longer string at once; what is longer goes in parts.
const PART: usize = 240;

/// What to write so that a text is on the clipboard, where the terminal allows that. `env` tells of the environment.
pub(super) fn copying(text: &str, env: impl Fn(&str) -> Option<String>) -> String {
    let is = |name: &str| env(name).is_some_and(|v| !v.is_empty());
    let term = env("TERM").unwrap_or_default();
    // A console has no clipboard, and old ones show what they do not know.
    if ["linux", "dumb", "cons25"].contains(&term.as_str()) || term.starts_with("vt") {
        return String::new();
    }
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    if is("TMUX") || term.starts_with("tmux") {
        // By tmux's own doing (set-clipboard on), and past it (allow-passthrough on): either may be allowed.
        let past = plain.replace('\x1b', "\x1b\x1b");
        return format!("{plain}\x1bPtmux;{past}\x1b\\");
    }
    if is("STY") || term.starts_with("screen") {
        // Past screen; whatever else calls itself so takes the plain one.
        let parts = plain.as_bytes().chunks(PART).map(String::from_utf8_lossy);
        let past: String = parts.map(|part| format!("\x1bP{part}\x1b\\")).collect();
        return format!("{plain}{past}");
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_terminal(text: &str, vars: &[(&str, &str)]) -> String {
        copying(text, |name| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn a_terminal_is_asked_plainly_and_a_console_not_at_all() {
        assert_eq!(in_terminal("550 no", &[("TERM", "xterm-256color")]), "\x1b]52;c;NTUwIG5v\x07");
        for term in ["linux", "vt220", "dumb"] {
            assert_eq!(in_terminal("550 no", &[("TERM", term)]), "", "{term}");
        }
    }

    #[test]
    fn tmux_is_asked_and_passed() {
        let asked = in_terminal("550 no", &[("TERM", "screen-256color"), ("TMUX", "/tmp/tmux-0/default,1,0")]);
        assert_eq!(asked, "\x1b]52;c;NTUwIG5v\x07\x1bPtmux;\x1b\x1b]52;c;NTUwIG5v\x07\x1b\\");
        assert_eq!(in_terminal("550 no", &[("TERM", "tmux-256color")]), asked);
    }

    #[test]
    fn screen_is_passed_in_parts_that_it_takes() {
        let asked = in_terminal(&"x".repeat(600), &[("TERM", "screen"), ("STY", "1.pts-0")]);
        let (plain, past) = asked.split_once('\x07').expect("the plain one");
        let parts: Vec<_> = past.split_terminator("\x1b\\").map(|p| p.strip_prefix("\x1bP").expect("a part")).collect();
        assert!(parts.len() > 2 && parts.iter().all(|part| part.len() <= PART));
        assert_eq!(parts.concat(), format!("{plain}\x07"));
    }
}
