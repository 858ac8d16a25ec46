//! How things look: tables of styles, which are data, and one set of marks. Colour never carries meaning alone.

mod read;

use ratatui::style::Style;

use crate::transcript::{Level, StepStatus};

pub use read::{DARK, EITHER, LIGHT, MONO};

/// The styles of one theme. They are data: `assets/themes/`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Theme {
    /// Running text.
    pub text: Style,
    /// What matters most on a screen.
    pub title: Style,
    /// What may be overlooked: rules, times, what is not reached yet.
    pub dim: Style,
    /// The one thing that is lit.
    pub lit: Style,
    /// A key to press.
    pub key: Style,
    /// As it should be.
    pub fine: Style,
    /// Worth a look.
    pub note: Style,
    /// A fault.
    pub fault: Style,
    /// Could not tell. Never red.
    pub unknown: Style,
    /// Said to a server.
    pub sent: Style,
    /// Said by a server.
    pub received: Style,
}

/// The sign in front of a thing: what state it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// Left unlooked at.
    Skipped,
    /// Not yet.
    Waiting,
    /// As it should be.
    Fine,
    /// Said besides: neither good nor bad.
    Remark,
    /// At work now.
    Busy,
    /// Could not tell.
    Unknown,
    /// Worth a look.
    Note,
    /// A fault.
    Fault,
}

impl Mark {
    /// The character; the ASCII screen folds it (see `widget/pen.rs`).
    #[must_use]
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Skipped => "–",
            Self::Waiting => "·",
            Self::Remark => "•",
            Self::Fine => "✓",
            Self::Busy => "▸",
            Self::Unknown => "?",
            Self::Note => "!",
            Self::Fault => "✗",
        }
    }

    /// How it is drawn.
    #[must_use]
    pub(super) fn style(self, theme: &Theme) -> Style {
        match self {
            Self::Skipped | Self::Waiting | Self::Remark => theme.dim,
            Self::Fine => theme.fine,
            Self::Busy => theme.lit,
            Self::Unknown => theme.unknown,
            Self::Note => theme.note,
            Self::Fault => theme.fault,
        }
    }
}

impl From<Level> for Mark {
    fn from(level: Level) -> Self {
        match level {
            Level::Ok => Self::Fine,
            Level::Info => Self::Remark,
            Level::Unknown => Self::Unknown,
            Level::Warn => Self::Note,
            Level::Fail => Self::Fault,
        }
    }
}

impl From<StepStatus> for Mark {
    fn from(status: StepStatus) -> Self {
        match status {
            StepStatus::Pass => Self::Fine,
            StepStatus::Warn => Self::Note,
            StepStatus::Fail => Self::Fault,
            StepStatus::Unknown => Self::Unknown,
            StepStatus::Skipped => Self::Skipped,
        }
    }
}

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The styles.
    pub theme: Theme,
    /// Only ASCII characters.
    pub ascii: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self { theme: *DARK, ascii: false }
    }
}

/// Whether a terminal of that name is known to have the 256 colours that xterm has.
fn knows_many_colours(term: &str) -> bool {
    let families = ["xterm", "screen", "tmux", "rxvt-unicode", "alacritty", "foot", "contour", "wezterm"];
    term.contains("256color") || term.contains("direct") || families.iter().any(|family| term.starts_with(family))
}

impl Look {
    /// From a look to the next that asks less of a terminal: without colours, then in ASCII, then as at first; and what that is called.
    pub(super) fn next(self, first: Self) -> (Self, &'static str) {
        let mono = Self { theme: *MONO, ..first };
        let least = Self { ascii: true, ..mono };
        let all = [(first, "As it was."), (mono, "Without colours."), (least, "Without colours, in ASCII.")];
        let at = all.iter().rposition(|(look, _)| *look == self).unwrap_or(0);
        all.iter().cycle().skip(at + 1).take(all.len()).find(|(look, _)| *look != self).copied().unwrap_or(all[0])
    }

    /// What the environment says of the terminal: `NO_COLOR`, `COLORFGBG`, `TERM`, and the locale.
    #[must_use]
    pub fn of_terminal(env: impl Fn(&str) -> Option<String>) -> Self {
        let env = |name: &str| env(name).filter(|v| !v.is_empty());
        let term = env("TERM").unwrap_or_default();
        let plain = ["linux", "dumb", "vt100", "vt102", "vt220", "cons25"].contains(&term.as_str());
        let locale = env("LC_ALL").or_else(|| env("LC_CTYPE")).or_else(|| env("LANG")).unwrap_or_default();
        let utf8 = ["utf-8", "utf8"].iter().any(|u| locale.to_ascii_lowercase().contains(u));
        // As others read it: the dark ones of sixteen colours, without the lighter gray.
        let dark = env("COLORFGBG").and_then(|v| v.rsplit(';').next()?.parse().ok().map(|n: u8| n < 7 || n == 8));
        let theme = if env("NO_COLOR").is_some() || matches!(term.as_str(), "dumb" | "vt100" | "vt102" | "vt220") {
            *MONO
        } else {
            match dark {
                Some(true) => *DARK,
                Some(false) => *LIGHT,
                None if knows_many_colours(&term) || env("COLORTERM").is_some() => *EITHER,
                // A console is black, and its darkest gray hardly shows there.
                None => Theme { dim: DARK.text, ..*DARK },
            }
        };
        Self { theme, ascii: plain || !(utf8 || cfg!(any(windows, target_os = "macos"))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(vars: &[(&str, &str)]) -> Look {
        Look::of_terminal(|name| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn marks_differ_without_colour() {
        let all = [Mark::Skipped, Mark::Waiting, Mark::Fine, Mark::Busy, Mark::Unknown, Mark::Note, Mark::Fault]
            .map(Mark::sign);
        let distinct: std::collections::BTreeSet<_> = all.into_iter().collect();
        assert_eq!(distinct.len(), 7);
    }

    #[test]
    fn no_color_means_mono_and_an_empty_one_does_not() {
        assert_eq!(look(&[("NO_COLOR", "1"), ("LANG", "C.UTF-8")]).theme, *MONO);
        assert_eq!(look(&[("NO_COLOR", ""), ("TERM", "xterm")]).theme, *EITHER);
        assert_eq!(look(&[("COLORFGBG", "0;15")]).theme, *LIGHT);
    }

    #[test]
    fn a_look_gets_plainer_until_it_is_as_it_was() {
        let round = |first: Look| {
            let mut seen = vec![first];
            while seen.len() < 9 {
                let (next, _) = seen[seen.len() - 1].next(first);
                if next == first {
                    break;
                }
                seen.push(next);
            }
            seen.iter().map(|l| (l.theme == *MONO, l.ascii)).collect::<Vec<_>>()
        };
        assert_eq!(round(Look::default()), [(false, false), (true, false), (true, true)]);
        assert_eq!(round(Look { ascii: true, ..Look::default() }), [(false, true), (true, true)]);
        assert_eq!(round(Look { theme: *MONO, ascii: false }), [(true, false), (true, true)]);
        assert_eq!(round(Look { theme: *MONO, ascii: true }), [(true, true)]);
    }

    #[test]
    fn where_nothing_tells_of_the_ground_both_are_served() {
        for term in ["xterm-256color", "xterm", "screen", "tmux-256color", "foot"] {
            assert_eq!(look(&[("TERM", term)]).theme, *EITHER, "{term}");
        }
        assert_eq!(look(&[("TERM", "xterm-256color"), ("COLORFGBG", "15;default;0")]).theme, *DARK);
        assert_eq!(look(&[("TERM", "xterm-256color"), ("COLORFGBG", "0;default")]).theme, *EITHER);
        // What has only the sixteen is a console, and dark.
        let console = look(&[("TERM", "linux")]).theme;
        assert_eq!((console.lit, console.dim), (DARK.lit, DARK.text));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn ascii_where_the_locale_or_the_terminal_has_nothing_else() {
        assert!(look(&[("LANG", "C"), ("TERM", "xterm")]).ascii);
        assert!(look(&[("LANG", "en_GB.UTF-8"), ("LC_ALL", "POSIX")]).ascii, "LC_ALL comes before LANG");
        assert!(look(&[("LANG", "en_GB.UTF-8"), ("TERM", "linux")]).ascii);
        assert!(!look(&[("LANG", "en_GB.utf8"), ("TERM", "xterm-256color")]).ascii);
    }
}
