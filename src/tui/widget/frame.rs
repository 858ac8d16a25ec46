//! What every screen has: the line on top, the keys below.

use unicode_width::UnicodeWidthStr;

use super::super::keys::{self, Keys, Now};
use super::{Pen, Spot};

/// The top line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) struct Head {
    /// What it is about.
    pub about: String,
    /// Where we are, how long, and what left the machine; what matters most comes last.
    pub state: String,
}

/// Draws the top line and the rule under it: two rows.
pub(in crate::tui) fn head(pen: &mut Pen<'_>, head: &Head) {
    let theme = *pen.theme();
    let x = pen.put(1, 0, "heloise", theme.title);
    let end = pen.width().saturating_sub(1);
    // What it is about keeps room for a short address.
    let about = head.about.width().min(26);
    let room = usize::from(end.saturating_sub(x + 4)).saturating_sub(about);
    let right = pen.put_before(end, 0, &shorter(&head.state, room), theme.dim);
    pen.put_within(x + 2, 0, &head.about, right.saturating_sub(x + 4), theme.text);
    pen.rule(1);
}

/// Draws the keys that do something right now, as many as fit.
pub(in crate::tui) fn footer(pen: &mut Pen<'_>, y: u16, keys: &Keys, now: &Now) {
    let theme = *pen.theme();
    let end = pen.width().saturating_sub(1);
    let all: Vec<_> = keys.footer(now).collect();
    let ascii = pen.ascii();
    let wide = |b: &keys::Binding| key_name(b.shown, ascii).width() + 1 + b.foot.width();
    // The way back and the way to the rest of the keys are always shown, and what a checklist is there for.
    let is_kept = |b: &keys::Binding| {
        use keys::Command as C;
        matches!(b.does, C::Help | C::Leave | C::Sign | C::Note)
    };
    let mut kept: usize = all.iter().filter(|b| is_kept(b)).map(|b| wide(b) + 3).sum();
    let mut room = usize::from(end.saturating_sub(1)) + 3;
    let mut shown = Vec::with_capacity(all.len());
    for b in all {
        kept -= if is_kept(b) { wide(b) + 3 } else { 0 };
        if wide(b) + 3 + kept <= room {
            room -= wide(b) + 3;
            shown.push(b);
        }
    }
    let mut x = 1;
    for b in shown {
        let from = x;
        x = pen.put(x, y, key_name(b.shown, ascii), theme.key);
        x = pen.put(x + 1, y, b.foot, theme.text);
        pen.spot(from, y, x.saturating_sub(from), Spot::Key(b.does));
        x += 3;
    }
}

/// How a key is written: an arrow that an ASCII screen has no sign for is spelled out, as `>` would be another key.
pub(in crate::tui) fn key_name(shown: &str, ascii: bool) -> &str {
    match shown {
        "→" if ascii => "Right",
        "←" if ascii => "Left",
        "↑↓" if ascii => "Up Down",
        "←→" if ascii => "Left Right",
        _ => shown,
    }
}

/// Draws a line that says what just happened, in place of the rule above the footer.
pub(in crate::tui) fn note_line(pen: &mut Pen<'_>, y: u16, note: Option<&str>) {
    pen.rule(y);
    if let Some(note) = note {
        let theme = *pen.theme();
        let width = pen.width().saturating_sub(4);
        let x = pen.put_within(2, y, &format!(" {note} "), width, theme.title);
        debug_assert!(x <= pen.width());
    }
}

/// As many parts of a line `a · b · c` as fit: the time goes first, then the word before a title in quotes, then what stands in front.
fn shorter(state: &str, room: usize) -> String {
    let mut parts: Vec<&str> = state.split(" · ").collect();
    let is_time = |part: &&str| part.contains(':') && part.chars().all(|c| c.is_ascii_digit() || c == ':');
    let wide = |parts: &[&str]| parts.join(" · ").width();
    while wide(&parts) > room && !parts.is_empty() {
        match (parts.iter().position(is_time), parts[0].find('"')) {
            (Some(at), _) => drop(parts.remove(at)),
            (None, Some(quote)) if quote > 0 => parts[0] = &parts[0][quote..],
            _ => drop(parts.remove(0)),
        }
    }
    parts.join(" · ")
}
