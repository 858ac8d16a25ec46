//! How things look: three tables of styles, and one set of marks. Colour never carries meaning alone.

use ratatui::style::{Color, Modifier, Style};

use crate::transcript::{Level, StepStatus};

/// The styles of one theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Its name.
    pub name: &'static str,
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
}

const PLAIN: Style = Style::new();

/// For light text on a dark ground. Only the sixteen colours that a user's terminal has chosen for them.
pub const DARK: Theme = Theme {
    name: "dark",
    text: PLAIN,
    title: PLAIN.add_modifier(Modifier::BOLD),
    dim: PLAIN.fg(Color::DarkGray),
    lit: PLAIN.fg(Color::LightCyan).add_modifier(Modifier::BOLD),
    key: PLAIN.fg(Color::LightCyan),
    fine: PLAIN.fg(Color::LightGreen),
    note: PLAIN.fg(Color::LightYellow),
    fault: PLAIN.fg(Color::LightRed).add_modifier(Modifier::BOLD),
    unknown: PLAIN.fg(Color::LightBlue),
};

/// For dark text on a light ground.
pub const LIGHT: Theme = Theme {
    name: "light",
    text: PLAIN,
    title: PLAIN.add_modifier(Modifier::BOLD),
    dim: PLAIN.fg(Color::DarkGray),
    lit: PLAIN.fg(Color::Blue).add_modifier(Modifier::BOLD),
    key: PLAIN.fg(Color::Blue),
    fine: PLAIN.fg(Color::Green),
    note: PLAIN.fg(Color::Magenta),
    fault: PLAIN.fg(Color::Red).add_modifier(Modifier::BOLD),
    unknown: PLAIN.fg(Color::Blue),
};

/// Without any colour, for `NO_COLOR` and for paper-like screens: only bold, dim and reversed.
pub const MONO: Theme = Theme {
    name: "mono",
    text: PLAIN,
    title: PLAIN.add_modifier(Modifier::BOLD),
    dim: PLAIN.add_modifier(Modifier::DIM),
    lit: PLAIN.add_modifier(Modifier::REVERSED),
    key: PLAIN.add_modifier(Modifier::BOLD),
    fine: PLAIN,
    note: PLAIN,
    fault: PLAIN.add_modifier(Modifier::BOLD),
    unknown: PLAIN,
};

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
            Self::Waiting | Self::Remark => "·",
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
        Self { theme: DARK, ascii: false }
    }
}

impl Look {
    /// What the environment says of the terminal: `NO_COLOR`, `COLORFGBG`, `TERM`, and the locale.
    #[must_use]
    pub fn of_terminal(env: impl Fn(&str) -> Option<String>) -> Self {
        let env = |name: &str| env(name).filter(|v| !v.is_empty());
        let term = env("TERM").unwrap_or_default();
        let plain = ["linux", "dumb", "vt100", "vt102", "vt220", "cons25"].contains(&term.as_str());
        let locale = env("LC_ALL").or_else(|| env("LC_CTYPE")).or_else(|| env("LANG")).unwrap_or_default();
        let utf8 = ["utf-8", "utf8"].iter().any(|u| locale.to_ascii_lowercase().contains(u));
        let light = env("COLORFGBG").is_some_and(|v| matches!(v.rsplit(';').next(), Some("7" | "15")));
        let theme = if env("NO_COLOR").is_some() || matches!(term.as_str(), "dumb" | "vt100" | "vt102" | "vt220") {
            MONO
        } else if light {
            LIGHT
        } else {
            DARK
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
    fn the_mono_theme_sets_no_colour() {
        let m = MONO;
        for style in [m.text, m.title, m.dim, m.lit, m.key, m.fine, m.note, m.fault, m.unknown] {
            assert_eq!((style.fg, style.bg, style.underline_color), (None, None, None));
        }
        assert_ne!(m.lit, m.text, "what is lit must be told apart without colour");
    }

    #[test]
    fn could_not_tell_is_never_red() {
        for theme in [DARK, LIGHT, MONO] {
            assert!(!matches!(theme.unknown.fg, Some(Color::Red | Color::LightRed)), "{}", theme.name);
        }
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
        assert_eq!(look(&[("NO_COLOR", "1"), ("LANG", "C.UTF-8")]).theme, MONO);
        assert_eq!(look(&[("NO_COLOR", ""), ("LANG", "C.UTF-8")]).theme, DARK);
        assert_eq!(look(&[("COLORFGBG", "0;15")]).theme, LIGHT);
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
