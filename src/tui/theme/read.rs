//! Themes from their files: a style a line, in words.

use std::str::FromStr;
use std::sync::LazyLock;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::Theme;

/// For light text on a dark ground.
pub static DARK: LazyLock<Theme> = LazyLock::new(|| built_in(include_str!("../../../assets/themes/dark.toml")));
/// For dark text on a light ground.
pub static LIGHT: LazyLock<Theme> = LazyLock::new(|| built_in(include_str!("../../../assets/themes/light.toml")));
/// For a ground that may be dark or light.
pub static EITHER: LazyLock<Theme> = LazyLock::new(|| built_in(include_str!("../../../assets/themes/either.toml")));
/// Without any colour.
pub static MONO: LazyLock<Theme> = LazyLock::new(|| built_in(include_str!("../../../assets/themes/mono.toml")));

/// A built-in theme; a test proves that each can be read.
fn built_in(text: &str) -> Theme {
    text.parse().unwrap_or_default()
}

/// A theme as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    text: Words,
    title: Words,
    dim: Words,
    lit: Words,
    key: Words,
    fine: Words,
    note: Words,
    fault: Words,
    unknown: Words,
    sent: Words,
    received: Words,
}

impl FromStr for Theme {
    type Err = String;

    /// Reads a theme's file.
    fn from_str(text: &str) -> Result<Self, String> {
        let w: Written = toml::from_str(text).map_err(|e: toml::de::Error| {
            let line = e.span().map_or(1, |s| text[..s.start.min(text.len())].matches('\n').count() + 1);
            format!("line {line}: {}", e.message().trim())
        })?;
        Ok(Self {
            text: w.text.0,
            title: w.title.0,
            dim: w.dim.0,
            lit: w.lit.0,
            key: w.key.0,
            fine: w.fine.0,
            note: w.note.0,
            fault: w.fault.0,
            unknown: w.unknown.0,
            sent: w.sent.0,
            received: w.received.0,
        })
    }
}

/// A style in words.
struct Words(Style);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        style(&String::deserialize(from)?).map(Self).map_err(D::Error::custom)
    }
}

const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

fn style(words: &str) -> Result<Style, String> {
    let mut style = Style::new();
    for word in words.split_whitespace() {
        if let Some((_, modifier)) = MODIFIERS.iter().find(|(name, _)| *name == word) {
            style = style.add_modifier(*modifier);
            continue;
        }
        let (ground, name) = word.strip_prefix("on-").map_or((false, word), |name| (true, name));
        let colour = Color::from_str(name).map_err(|_| {
            format!(
                "\"{word}\" is no style; allowed are colours (black, red, green, yellow, blue, magenta, cyan, gray, dark-gray, \
                 light-red and so on, white, #rrggbb, 0 to 255), on-COLOUR, bold, dim, italic, underlined, reversed"
            )
        })?;
        style = if ground { style.bg(colour) } else { style.fg(colour) };
    }
    Ok(style)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::Guide;

    fn all() -> Vec<(String, Theme)> {
        let guide = Guide::embedded();
        let read = |name: &str| {
            let theme = guide.file(name).expect("it is there").parse().unwrap_or_else(|e| panic!("{name}: {e}"));
            (name.to_owned(), theme)
        };
        guide.file_names("themes/").map(read).collect()
    }

    #[test]
    fn every_theme_can_be_read() {
        assert!(all().len() >= 4);
    }

    #[test]
    fn the_mono_theme_sets_no_colour() {
        let m = *MONO;
        for style in [m.text, m.title, m.dim, m.lit, m.key, m.fine, m.note, m.fault, m.unknown, m.sent, m.received] {
            assert_eq!((style.fg, style.bg, style.underline_color), (None, None, None));
        }
    }

    #[test]
    fn what_is_lit_and_what_is_a_fault_stand_out_in_every_theme() {
        for (name, theme) in all() {
            assert_ne!(theme.lit, theme.text, "{name}");
            assert_ne!(theme.fault, theme.text, "{name}");
        }
    }

    /// How light a colour is (WCAG 2.2, relative luminance).
    fn light([r, g, b]: [u8; 3]) -> f64 {
        let part = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
    }

    /// How far two colours stand apart: from 1 to 21.
    fn apart(a: [u8; 3], b: [u8; 3]) -> f64 {
        let (a, b) = (light(a), light(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// One of xterm's 240 beyond the sixteen.
    fn fixed(n: u8) -> [u8; 3] {
        if n >= 232 {
            return [8 + 10 * (n - 232); 3];
        }
        let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
        [level((n - 16) / 36), level((n - 16) / 6 % 6), level((n - 16) % 6)]
    }

    /// The sixteen as some terminals have them: blue, magenta, red, and the light ones of green, yellow, red, blue, cyan.
    const XTERM: [(Color, u32); 9] = [
        (Color::Blue, 0x0000ee),
        (Color::Magenta, 0xcd00cd),
        (Color::Red, 0xcd0000),
        (Color::Cyan, 0x00cdcd),
        (Color::LightGreen, 0x00ff00),
        (Color::LightYellow, 0xffff00),
        (Color::LightRed, 0xff0000),
        (Color::LightBlue, 0x5c5cff),
        (Color::LightCyan, 0x00ffff),
    ];

    fn told(colour: Color) -> [u8; 3] {
        let [_, r, g, b] = match colour {
            Color::Indexed(n) => return fixed(n),
            Color::DarkGray => return [0x7f; 3],
            other => XTERM.iter().find(|(name, _)| *name == other).expect("a known colour").1.to_be_bytes(),
        };
        [r, g, b]
    }

    #[test]
    fn everything_can_be_read_on_the_ground_that_it_is_for() {
        let black = [[0; 3], [0x1d, 0x1d, 0x20]];
        let white = [[0xff; 3], [0xfd, 0xf6, 0xe3]];
        let either = [black, white, [[0x00, 0x2b, 0x36]; 2]].concat();
        let of =
            |t: &Theme| [t.text, t.title, t.dim, t.lit, t.key, t.fine, t.note, t.fault, t.unknown, t.sent, t.received];
        for (name, theme, grounds) in
            [("dark", &*DARK, black.to_vec()), ("light", &*LIGHT, white.to_vec()), ("either", &*EITHER, either)]
        {
            for style in of(theme) {
                let Some(colour) = style.fg else { continue };
                let least = grounds.iter().map(|ground| apart(told(colour), *ground)).fold(21.0, f64::min);
                assert!(least >= 3.5, "{name}: {colour:?} stands {least:.1} apart from a ground");
            }
        }
    }

    #[test]
    fn could_not_tell_is_never_red() {
        for (name, theme) in all() {
            let red = |c: Option<Color>| matches!(c, Some(Color::Red | Color::LightRed));
            assert!(!red(theme.unknown.fg) && !red(theme.unknown.bg), "{name}");
        }
    }

    #[test]
    fn a_mistake_is_told_with_its_line_and_what_is_allowed() {
        let text = include_str!("../../../assets/themes/dark.toml").replace("light-green", "greenish");
        let why = text.parse::<Theme>().expect_err("there is no such colour");
        assert!(why.starts_with("line 11: ") && why.contains("\"greenish\"") && why.contains("on-COLOUR"), "{why}");
        assert!("text = \"\"".parse::<Theme>().expect_err("the rest is missing").contains("title"));
        assert_eq!(style("black on-light-yellow bold").map(|s| s.bg), Ok(Some(Color::LightYellow)));
    }
}
